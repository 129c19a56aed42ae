"""Several shipments to several addresses: pieces sent elsewhere, a shipment changed, or merged back.

1. Pieces of a line go to a shipment that is there, or to a new one made for them; made for nothing, it is taken out.
2. A shipment taken out lets its lines go to the cart's own address again.
3. The last move can be undone.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.cart import Cart, CartLine
from backoffice.domain.customer import Address
from backoffice.domain.entry import read_quantity
from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.ids import LineId
from ui.screens.calls import reasons
from ui.screens.calls.state import SAID_NO, Moved, Problem, ShipmentState, problem_of
from ui.words import tr

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

_FIELDS = {"quantity": "pieces", "shipment": "target", "ship_method": "method", "ship_to": "address"}


class ShipmentPresenter:
    """The shipment panel's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call

    def send(self, line_id: LineId) -> None:
        """Ask where pieces of a line go."""
        if not reasons.why_not_change(self._call.state):
            self._call.price.close()
            self._call.put(shipment=ShipmentState(line_id=line_id))

    def change(self, shipment_id: str) -> None:
        """Ask where a shipment goes instead, and how."""
        if not reasons.why_not_change(self._call.state):
            self._call.price.close()
            self._call.put(shipment=ShipmentState(shipment_id=shipment_id))

    def close(self) -> None:
        """Leave everything where it goes."""
        if self._call.state.shipment != ShipmentState():
            self._call.put(shipment=ShipmentState())

    def took_address(self, address: Address) -> None:
        """Choose an address just written into the caller's book."""
        self._put(chosen=address)

    async def move(self, typed: str, target: str, address: Address | None, method: str) -> bool:
        """Send pieces to a shipment (``target``), or to a new one ("") to an address by a ship method."""
        line = self._line(self._call.state.shipment.line_id)
        if line is None:
            return False
        if not target and (missing := _missing(address, method)):
            self._put(wrong=missing[0], problem=Problem(sentence=missing[1]))
            return False
        self._put(saving=True, wrong="", problem=None)
        added = ""
        try:
            quantity = read_quantity(typed)
            if not target and address is not None:
                target = added = await self._add(address, method)
            await self._move(line.line_id, target, quantity)
        except SAID_NO as no:
            if added:
                await self._take_out(added)
            self._refused(no)
            return False
        self.close()
        self._call.lines.did(
            Moved(
                sku=line.sku,
                name=line.name,
                quantity=quantity,
                from_shipment=line.shipment_id,
                to_shipment=target,
                added=added,
            )
        )
        return True

    async def save(self, address: Address | None, method: str) -> bool:
        """Send a whole shipment to another address, or another way."""
        shipment_id = self._call.state.shipment.shipment_id
        if missing := _missing(address, method):
            self._put(wrong=missing[0], problem=Problem(sentence=missing[1]))
            return False
        self._put(saving=True, wrong="", problem=None)
        try:
            await self._call.change(
                lambda cart: self._call.office.carts.change_shipment(
                    self._call.actor,
                    cart.cart_id,
                    shipment_id,
                    address=address,
                    ship_method=method,
                    version=cart.version,
                )
            )
        except SAID_NO as no:
            self._refused(no)
            return False
        self.close()
        return True

    async def merge_back(self, shipment_id: str) -> None:
        """Take a shipment out; its lines go to the first address again."""
        problem = await self._take_out(shipment_id)
        if problem:
            self._call.lines.undone(LineId(""), problem)
        else:
            self.close()

    async def undo(self, last: Moved) -> None:
        """Bring the pieces back to where they were."""
        if last.added:
            self._call.lines.undone(LineId(""), await self._take_out(last.added))
            return
        cart = self._call.state.cart
        there = next(
            (
                one
                for one in (cart.lines if cart else ())
                if (one.sku, one.shipment_id) == (last.sku, last.to_shipment)
            ),
            None,
        )
        problem: Problem | None = None
        if there is not None:
            try:
                await self._move(there.line_id, last.from_shipment, min(last.quantity, there.quantity))
            except SAID_NO as no:
                problem = problem_of(no)
        self._call.lines.undone(LineId(""), problem)

    async def _add(self, address: Address, method: str) -> str:
        known = self._call.state.cart
        before = {one.shipment_id for one in known.shipments} if known else set()
        cart = await self._call.change(
            lambda cart: self._call.office.carts.add_shipment(
                self._call.actor, cart.cart_id, address, method, version=cart.version
            )
        )
        return next(one.shipment_id for one in cart.shipments if one.shipment_id not in before)

    async def _move(self, line_id: LineId, target: str, quantity: int) -> Cart:
        return await self._call.change(
            lambda cart: self._call.office.carts.move_line(
                self._call.actor, cart.cart_id, line_id, target, quantity, version=cart.version
            )
        )

    async def _take_out(self, shipment_id: str) -> Problem | None:
        return await self._call.try_change(
            lambda cart: self._call.office.carts.remove_shipment(
                self._call.actor, cart.cart_id, shipment_id, version=cart.version
            )
        )

    def _refused(self, no: Refusal | StoreUnavailable) -> None:
        wrong = _FIELDS.get(no.field, "") if isinstance(no, Refusal) else ""
        self._put(saving=False, wrong=wrong, problem=problem_of(no))

    def _line(self, line_id: LineId | None) -> CartLine | None:
        cart = self._call.state.cart
        return next((one for one in cart.lines if one.line_id == line_id), None) if cart else None

    def _put(self, **changes: object) -> None:
        shipment = replace(self._call.state.shipment, **changes)  # type: ignore[arg-type]  # names of ShipmentState
        if shipment != self._call.state.shipment:
            self._call.put(shipment=shipment)


def _missing(address: Address | None, method: str) -> tuple[str, str] | None:
    if address is None:
        return "address", tr("Choose where it goes, or write a new address (Ctrl+D).")
    return None if method else ("method", tr("Choose how it is sent."))
