"""Search over everything: customers, orders, products, each asked at once and shown as it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from backoffice.domain.catalog import ProductHit
from backoffice.domain.customer import CustomerHit
from backoffice.domain.errors import Refusal
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.order import OrderRow
from backoffice.domain.staff import Actor, Right

if TYPE_CHECKING:
    from backoffice.bootstrap import BackOffice

_EACH = 6
_SHORTEST = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchState:
    """What was found for ``text``; ``waiting`` counts who has not answered yet; ``trouble`` is a sentence."""

    text: str = ""
    customers: tuple[CustomerHit, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    products: tuple[ProductHit, ...] = ()
    waiting: int = 0
    trouble: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was found, by anybody."""
        return not (self.customers or self.orders or self.products or self.waiting)


Question = Callable[[str], Awaitable[SearchState]]


class SearchPresenter:
    """Asks the three at once; a newer text makes the answers to an older one unwanted."""

    def __init__(self, office: "BackOffice", actor: Actor, show: Callable[[SearchState], None]) -> None:
        """Take the service layer, who asks, and the way to show."""
        self._office = office
        self._actor = actor
        self._show = show
        self.state = SearchState()

    async def find(self, text: str) -> None:
        """Search; the state is shown after each answer."""
        if len(text) < _SHORTEST:
            self._become(SearchState(text=text))
            return
        asked = self._asked(text)
        self._become(replace(self.state, text=text, waiting=len(asked), trouble=""))
        await asyncio.gather(*(self._answer(text, question) for question in asked))

    def _asked(self, text: str) -> list[Question]:
        asked: list[Question] = []
        if self._actor.may(Right.CUSTOMERS):
            asked.append(self._customers)
        if self._actor.may(Right.STOCK):
            asked.append(self._products)
        if self._actor.may(Right.HISTORY):
            asked.append(self._orders)
        return asked

    async def _customers(self, text: str) -> SearchState:
        found = await self._office.customers.search(self._actor, text, limit=_EACH)
        return replace(self.state, customers=found)

    async def _products(self, text: str) -> SearchState:
        found = await self._office.catalog.suggest(text, limit=_EACH)
        return replace(self.state, products=found)

    async def _orders(self, text: str) -> SearchState:
        page = await self._office.order_history.search(
            self._actor, OrderSearchCriteria(text=text, limit=_EACH)
        )
        return replace(self.state, orders=page.rows[:_EACH])

    async def _answer(self, text: str, question: Question) -> None:
        try:
            after = await question(text)
        except Refusal as refusal:
            after = replace(self.state, trouble=refusal.sentence)
        if self.state.text == text:
            self._become(replace(after, waiting=self.state.waiting - 1))

    def _become(self, state: SearchState) -> None:
        self.state = state
        self._show(state)
