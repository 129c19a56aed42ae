"""From the cart to the order: Prepare, Submit.

1. Prepare asks for goods and prices; the cart as the Prepare before left it is kept, to show what changed and why.
2. Submit ends in one of three words: submitted, not submitted (why, and what to do), not known yet.
3. Not known yet is asked for again until it is known; a window closed meanwhile asks again when it opens.

Payment, between the two, is `payment_presenter`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.cart import Cart
from ui.screens.calls import reasons
from ui.screens.calls.state import SAID_NO, Busy, Problem, is_unknown, problem_of

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

ASK_AGAIN = 0.5  # seconds between two looks at a checkout whose end is not known


class OrderPresenter:
    """The order column's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call
        self._last: Cart | None = None  # as the last Prepare left it
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
            await self._call.link.follow()

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
        if problem is None:
            self._put(before=self._last)
            self._last = self._call.state.cart

    def explain(self) -> None:
        """Show where each cent of the total comes from, or put it away again."""
        self._put(explained=not self._call.state.order.explained)

    async def submit(self) -> None:
        """Make the cart an order."""
        if reason := reasons.why_not_submit(self._call.state, self._call.clock(), self._call.text):
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
        await self._call.link.follow()

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

    async def _while_busy(self, act: Callable[[Cart], Awaitable[Cart]]) -> Problem | None:
        try:
            return await self._call.try_change(act)
        finally:
            self._put(busy=Busy.NO)

    def _put(self, **changes: object) -> None:
        order = replace(self._call.state.order, **changes)  # type: ignore[arg-type]  # names of OrderState
        if order != self._call.state.order:
            self._call.put(order=order)
