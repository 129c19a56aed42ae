"""Pay by link, after Submit: the page, whether it was paid, sent once more, closed.

1. An order that waits for its customer is looked at again and again, until the page was paid or has ended.
2. What the agent does about it (send, close with a reason) goes to the service; closing it cancels the order with it.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.payment import PayLink
from ui.screens.calls.state import SAID_NO, LinkState, awaits_payment, is_submitted, problem_of

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

LOOK_AGAIN = 2.0  # seconds between two looks at a page not paid yet; a commit nearby is a look at once


class LinkPresenter:
    """The link's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call
        self.look_again = LOOK_AGAIN

    async def follow(self) -> None:
        """Look at the page until it is known how it ended; nothing where the order is not paid by link."""
        result = self._call.state.order.result
        if result is None or not is_submitted(result) or result.link is None:
            return
        self._put(page=result.link)
        await self.look()
        while awaits_payment(self._link):
            await asyncio.sleep(self.look_again)
            await self.look()

    async def look(self) -> None:
        """Look at the page once."""
        result = self._call.state.order.result
        if result is None or not awaits_payment(self._link):
            return
        try:
            page = await self._call.office.payments.link(self._call.actor, result.order_number)
        except SAID_NO as no:
            self._put(problem=problem_of(no))
            return
        self._put(page=page)

    async def send(self) -> None:
        """Mail the page once more."""
        result = self._call.state.order.result
        if result is not None and awaits_payment(self._link):
            done = await self._try(
                self._call.office.payments.resend_link(self._call.actor, result.order_number)
            )
            self._put(sent=done)

    def ask_to_close(self) -> None:
        """Ask for the reason of closing the page."""
        if awaits_payment(self._link):
            self._put(closing=True, problem=None)

    def keep(self) -> None:
        """Leave the page open after all."""
        self._put(closing=False, problem=None)

    async def close(self, reason: str) -> bool:
        """Close the page; the order is cancelled with it, unless the customer was faster."""
        result = self._call.state.order.result
        if result is None:
            return False
        done = await self._try(
            self._call.office.payments.cancel_link(self._call.actor, result.order_number, reason)
        )
        if done:
            self._put(closing=False)
        return done

    async def _try(self, act: Awaitable[PayLink]) -> bool:
        self._put(saving=True, sent=False, problem=None)
        try:
            page = await act
        except SAID_NO as no:
            self._put(saving=False, problem=problem_of(no))
            return False
        self._put(saving=False, page=page)
        return True

    @property
    def _link(self) -> LinkState:
        return self._call.state.order.link

    def _put(self, **changes: object) -> None:
        order = self._call.state.order
        link = replace(order.link, **changes)  # type: ignore[arg-type]  # names of LinkState
        if link != order.link:
            self._call.put(order=replace(order, link=link))
