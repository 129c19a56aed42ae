"""Payment: one way or several, on account, by a card the gateway keeps, by a link. No card number is ever typed.

1. Gift certificates pay first; the ways chosen here pay what they leave.
2. A way with an amount pays that; the one without pays the rest, and there is only one such.
3. The panel stays open until the ways chosen pay all of it; what is missing is said, and filled in by the next way.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.money import Money
from backoffice.domain.payment import CardChoice, PaymentMethod, PaymentPlan
from ui.screens.calls import reasons
from ui.screens.calls.split import Split, split_of, with_plan, without_idle, without_plan
from ui.screens.calls.state import Busy, Problem, Promise, promise_of
from ui.words import tr

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter


class PaymentPresenter:
    """The payment's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call
        self._text = call.text

    @property
    def split(self) -> Split:
        """Return who pays what now."""
        cart = self._call.state.cart
        if cart is None:
            return Split()
        return split_of(cart, holds=promise_of(cart, self._call.clock()) is Promise.HOLDS)

    async def open(self) -> None:
        """Offer the ways to pay; the saved cards follow as soon as the gateway has answered."""
        if reason := reasons.why_not_pay(self._call.state):
            self._put(payment_problem=Problem(sentence=reason))
            return
        self._put(paying=True, payment_problem=None, amount_problem=None, cards=None, cards_problem=None)
        cart = self._call.state.cart
        if cart is None:
            return
        choices = await self._call.office.checkout.payment_choices(self._call.actor, cart.cart_id)
        trouble = choices.cards_trouble
        self._put(
            cards=choices.cards,
            cards_problem=Problem(sentence=trouble, advice=tr("On account works.")) if trouble else None,
            link_trouble=choices.link_trouble,
        )

    def close(self) -> None:
        """Put the payment panel away; what was chosen before stays chosen."""
        self._put(paying=False, payment_problem=None, amount_problem=None)

    async def pay_on_account(self, order_number: str, amount: str = "") -> bool:
        """Pay by the customer's purchase order; True when kept. ``amount`` as typed, "" for the rest."""
        reference = order_number.strip()
        if not reference:
            self._put(payment_problem=Problem(sentence=tr("On account needs the customer's order number.")))
            return False
        label = tr("on account: {number}", number=reference)
        return await self._pay(PaymentMethod.ON_ACCOUNT, reference, label, amount)

    async def pay_by_card(self, card: CardChoice, amount: str = "") -> bool:
        """Pay by a card the gateway keeps; True when kept."""
        return await self._pay(PaymentMethod.CARD, card.token, card.label, amount)

    async def pay_by_link(self, amount: str = "") -> bool:
        """Let the customer pay on a page of the gateway's; True when kept."""
        return await self._pay(PaymentMethod.LINK, "", tr("by payment link"), amount)

    async def remove(self, place: int) -> None:
        """Take a chosen way back."""
        cart = self._call.state.cart
        if cart is not None and 0 <= place < len(cart.payments):
            await self._set(without_plan(cart.payments, place))

    async def _pay(self, method: PaymentMethod, reference: str, label: str, typed: str) -> bool:
        cart = self._call.state.cart
        if cart is None:
            return False
        amount = self._amount(typed, cart.currency)
        if typed.strip() and amount is None:
            return False
        plan = PaymentPlan(method=method, reference=reference, label=label, amount=amount)
        return await self._set(without_idle(with_plan(cart.payments, plan), self.split.to_pay))

    def _amount(self, typed: str, currency: str) -> Money | None:
        """Read an amount; what can not be one is said beside its field. All there is to pay is the rest."""
        if not typed.strip():
            return None
        amount = self._text.amount(typed, currency)
        if amount is None or amount.minor <= 0:
            sentence = tr("“{typed}” is no amount of {currency}.", typed=typed.strip(), currency=currency)
            self._put(amount_problem=Problem(sentence=sentence))
            return None
        to_pay = self.split.to_pay
        if to_pay is not None and amount > to_pay:
            sentence = tr("There is only {amount} to pay.", amount=self._text.money(to_pay))
            self._put(amount_problem=Problem(sentence=sentence))
            return None
        return amount

    async def _set(self, plans: tuple[PaymentPlan, ...]) -> bool:
        if reason := reasons.why_not_pay(self._call.state):
            self._put(payment_problem=Problem(sentence=reason))
            return False
        self._put(busy=Busy.PAYING, payment_problem=None, amount_problem=None)
        try:
            problem = await self._call.try_change(
                lambda cart: self._call.office.carts.set_payments(
                    self._call.actor, cart.cart_id, plans, version=cart.version
                )
            )
        finally:
            self._put(busy=Busy.NO)
        whole = problem is None and bool(plans) and self.split.is_whole
        self._put(payment_problem=problem, paying=not whole)
        return problem is None

    def _put(self, **changes: object) -> None:
        order = replace(self._call.state.order, **changes)  # type: ignore[arg-type]  # names of OrderState
        if order != self._call.state.order:
            self._call.put(order=order)
