"""The lines of the cart: change a quantity, take a line out, put it back.

1. A quantity that can not be taken stays in its cell with a sentence; the cart keeps the last good one.
2. What was done last (a line taken out, a price set, pieces sent elsewhere) can be undone until something else is done.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.cart import CartLine
from backoffice.domain.entry import read_quantity
from backoffice.domain.ids import LineId
from ui.screens.calls.state import (
    SAID_NO,
    LineProblem,
    Moved,
    Problem,
    Removed,
    Repriced,
    problem_of,
)

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter


class LinesPresenter:
    """The table's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call

    async def change_quantity(self, line_id: LineId, typed: str) -> None:
        """Set how many pieces a line has."""
        try:
            quantity = read_quantity(typed)
            if any(line.line_id == line_id and line.quantity == quantity for line in self._lines()):
                self._put(problem=None)
                return
            await self._call.change(
                lambda cart: self._call.office.carts.change_quantity(
                    self._call.actor, cart.cart_id, line_id, quantity, version=cart.version
                )
            )
        except SAID_NO as no:
            problem = problem_of(no)
            self._put(problem=LineProblem(line_id=line_id, typed=typed, problem=problem))
            return
        self._put(problem=None)

    async def remove(self, line_id: LineId) -> None:
        """Take a line out, remembering it."""
        line = next((line for line in self._lines() if line.line_id == line_id), None)
        if line is None:
            return
        problem = await self._call.try_change(
            lambda cart: self._call.office.carts.remove_line(
                self._call.actor, cart.cart_id, line_id, version=cart.version
            )
        )
        if problem:
            self._put(problem=LineProblem(line_id=line_id, typed=str(line.quantity), problem=problem))
            return
        self._put(problem=None, last=Removed(sku=line.sku, name=line.name, quantity=line.quantity))

    async def undo(self) -> None:
        """Undo what was done last."""
        match self._call.state.lines.last:
            case Removed() as removed:
                await self._put_back(removed)
            case Repriced() as repriced:
                await self._call.price.undo(repriced)
            case Moved() as moved:
                await self._call.shipment.undo(moved)
            case None:
                pass

    def did(self, last: Repriced | Moved) -> None:
        """Remember what was done, so that it can be undone."""
        self._put(problem=None, last=last)

    def undone(self, line_id: LineId, problem: Problem | None) -> None:
        """Say that the last act was undone, or why it could not be."""
        if problem is None:
            self._put(problem=None, last=None)
        else:
            self._put(problem=LineProblem(line_id=line_id, typed="", problem=problem))

    async def _put_back(self, removed: Removed) -> None:
        problem = await self._call.try_change(
            lambda cart: self._call.office.carts.add_line(
                self._call.actor, cart.cart_id, removed.sku, removed.quantity, version=cart.version
            )
        )
        if problem:
            self._put(problem=LineProblem(line_id=LineId(""), typed=removed.sku, problem=problem))
            return
        self._put(last=None, problem=None)

    async def ask_stock(self) -> None:
        """Ask for the availability of all lines again: it is older than a look at it should be."""
        cart = self._call.state.cart
        if cart is None or not cart.lines or self._call.state.locked:
            return
        skus = tuple(dict.fromkeys(line.sku for line in cart.lines))
        known = await self._call.office.inventory.get_inventory_availability(
            self._call.actor, skus, locations=(cart.lines[0].location,)
        )
        self._put(fresh=tuple((one.sku, one) for one in known))

    def _lines(self) -> tuple[CartLine, ...]:
        return self._call.state.cart.lines if self._call.state.cart else ()

    def _put(self, **changes: object) -> None:
        lines = replace(self._call.state.lines, **changes)  # type: ignore[arg-type]  # names of LinesState
        if lines != self._call.state.lines:
            self._call.put(lines=lines)
