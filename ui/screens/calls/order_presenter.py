"""From the cart to the order: Prepare, Payment, Submit.

1. Prepare asks for goods and prices; what changed since the Prepare before comes with the answer.
2. Payment is on account with the caller's order number, or a card the gateway keeps. No card number is ever typed.
3. Submit ends in one of three words: submitted, not submitted (why, and what to do), not known yet.
4. Not known yet is asked for again until it is known; a window closed meanwhile asks again when it opens.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.cart import Cart
from backoffice.domain.outcome import Refused, Succeeded, Unknown, Unreachable
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from ui.screens.calls import reasons
from ui.screens.calls.state import SAID_NO, Busy, CardChoice, Problem, is_unknown, problem_of
from ui.words import tr

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

ASK_AGAIN = 0.5  # seconds between two looks at a checkout whose end is not known


class OrderPresenter:
    """The order column's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call
        self.ask_again = ASK_AGAIN

    async def recover(self) -> None:
        """Show how an earlier Submit of this cart ended, and wait for it when that is not known."""
        cart = self._call.state.cart
        if cart is None:
            return
        result = await self._call.office.checkout.result(self._call.actor, cart.cart_id)
        if result is not None and self._call.state.order.result is None:
            self._put(result=result)
            await self._until_known()

    async def prepare(self) -> None:
        """Hold the goods and work out the total."""
        if reason := reasons.why_not_prepare(self._call.state):
            self._put(prepare_problem=Problem(sentence=reason))
            return
        self._put(
            busy=Busy.PREPARING, prepare_problem=None, payment_problem=None, submit_problem=None, result=None
        )
        problem = await self._while_busy(
            lambda cart: self._call.office.checkout.prepare(
                self._call.actor, cart.cart_id, version=cart.version
            )
        )
        self._put(prepare_problem=problem)

    async def open_payment(self) -> None:
        """Offer the ways to pay; the saved cards follow as soon as the gateway has answered."""
        if reason := reasons.why_not_pay(self._call.state):
            self._put(payment_problem=Problem(sentence=reason))
            return
        self._put(paying=True, payment_problem=None, cards=None, cards_problem=None)
        customer = self._call.state.caller.customer
        if customer is None:
            return
        answer = await self._call.office.checkout.saved_cards(self._call.actor, customer.customer_id)
        match answer:
            case Succeeded(value=cards):
                self._put(cards=tuple(CardChoice(token=one.token, label=one.label) for one in cards))
            case Refused(reason=reason) | Unreachable(reason=reason) | Unknown(reason=reason):
                advice = tr("On account works meanwhile.")
                sentence = tr("The saved cards are not known: {reason}", reason=reason)
                self._put(cards=(), cards_problem=Problem(sentence=sentence, advice=advice))

    def close_payment(self) -> None:
        """Put the payment panel away; what was chosen before stays chosen."""
        self._put(paying=False, payment_problem=None)

    async def pay_on_account(self, order_number: str) -> bool:
        """Pay by the customer's purchase order; True when kept."""
        reference = order_number.strip()
        if not reference:
            self._put(payment_problem=Problem(sentence=tr("On account needs the customer's order number.")))
            return False
        label = tr("on account: {number}", number=reference)
        return await self._pay(PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference=reference, label=label))

    async def pay_by_card(self, card: CardChoice) -> bool:
        """Pay by a card the gateway keeps; True when kept."""
        return await self._pay(PaymentPlan(method=PaymentMethod.CARD, reference=card.token, label=card.label))

    async def submit(self) -> None:
        """Make the cart an order."""
        if reason := reasons.why_not_submit(self._call.state, self._call.clock()):
            self._put(submit_problem=Problem(sentence=reason))
            return
        self._put(busy=Busy.SUBMITTING, submit_problem=None, prepare_problem=None, result=None, paying=False)
        try:
            result = await self._call.submit()
        except SAID_NO as no:
            problem = problem_of(no)
            self._put(busy=Busy.NO, submit_problem=problem)
            return
        except (
            BaseException
        ):  # the answer is lost, not the order: nothing may be pressed twice before it is known
            self._put(busy=Busy.NO)
            raise
        self._put(busy=Busy.NO, result=result)
        await self._call.read_cart()
        await self._until_known()

    async def _until_known(self) -> None:
        while is_unknown(self._call.state.order.result):
            await asyncio.sleep(self.ask_again)
            cart = self._call.state.cart
            if cart is None:
                return
            result = await self._call.office.checkout.result(self._call.actor, cart.cart_id)
            if result is not None and result != self._call.state.order.result:
                self._put(result=result)
        await self._call.read_cart()

    async def _pay(self, plan: PaymentPlan) -> bool:
        if reason := reasons.why_not_pay(self._call.state):
            self._put(payment_problem=Problem(sentence=reason))
            return False
        self._put(busy=Busy.PAYING, payment_problem=None)
        problem = await self._while_busy(
            lambda cart: self._call.office.carts.set_payments(
                self._call.actor, cart.cart_id, (plan,), version=cart.version
            )
        )
        self._put(payment_problem=problem, paying=problem is not None)
        return problem is None

    async def _while_busy(self, act: Callable[[Cart], Awaitable[Cart]]) -> Problem | None:
        try:
            return await self._call.try_change(act)
        finally:
            self._put(busy=Busy.NO)

    def _put(self, **changes: object) -> None:
        order = replace(self._call.state.order, **changes)  # type: ignore[arg-type]  # names of OrderState
        if order != self._call.state.order:
            self._call.put(order=order)
