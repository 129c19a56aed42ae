"""What is done to the items, a line each: quantities, prices, shipments, and where the cursor goes after."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from backoffice.domain.customer import Address
from backoffice.domain.ids import LineId
from ui.screens.calls.call_presenter import CallPresenter
from ui.screens.calls.items_panel import ItemsPanel

Start = Callable[[Coroutine[Any, Any, object]], None]


class ItemsWiring(QObject):
    """Hands it to the presenters of the call."""

    def __init__(
        self,
        items: ItemsPanel,
        presenter: CallPresenter,
        *,
        start: Start,
        back: Callable[[], None],
        parent: QObject,
    ) -> None:
        """Take what starts coroutines, and the way back to the entry line."""
        super().__init__(parent)
        self._items = items
        self._do = presenter
        self._start = start
        items.quantity_typed.connect(self._change_quantity)
        items.remove_wanted.connect(self._remove)
        items.shipment_wanted.connect(presenter.shipment.change)
        items.merge_wanted.connect(self._merge)
        items.left.connect(back)
        price, shipment = items.price, items.shipment
        price.wanted.connect(self._set_price)
        price.usual_wanted.connect(self._usual_price)
        price.went_back.connect(self._price_back)
        shipment.move_wanted.connect(self._move)
        shipment.save_wanted.connect(self._save_shipment)
        shipment.merge_wanted.connect(self._merge)
        shipment.went_back.connect(self._shipment_back)

    def change_price(self) -> None:
        """Set the price of the line the cursor is on."""
        row = self._items.table.current_row
        if row is not None and not row.heading:
            self._start(self._do.price.open(row.line_id))

    def send_elsewhere(self) -> None:
        """Send the line the cursor is on to another address, or change the shipment it is on."""
        row = self._items.table.current_row
        if row is not None and row.heading:
            self._do.shipment.change(row.shipment_id)
        elif row is not None:
            self._do.shipment.send(row.line_id)

    def _change_quantity(self, line_id: str, typed: str) -> None:
        self._start(self._do.lines.change_quantity(LineId(line_id), typed))

    def _remove(self, line_id: str) -> None:
        self._start(self._do.lines.remove(LineId(line_id)))

    def _set_price(self, typed: str, reason: str, login: str, password: str) -> None:
        self._start(self._then_items(self._do.price.set(typed, reason, login, password)))

    def _usual_price(self) -> None:
        self._start(self._then_items(self._do.price.usual()))

    def _price_back(self) -> None:
        self._do.price.close()
        self._items.table.setFocus()

    def _move(self, typed: str, target: str, address: Address | None, method: str) -> None:
        self._start(self._then_items(self._do.shipment.move(typed, target, address, method)))

    def _save_shipment(self, address: Address | None, method: str) -> None:
        self._start(self._then_items(self._do.shipment.save(address, method)))

    def _merge(self, shipment_id: str) -> None:
        self._start(self._then_items_always(self._do.shipment.merge_back(shipment_id)))

    def _shipment_back(self) -> None:
        self._do.shipment.close()
        self._items.table.setFocus()

    async def _then_items(self, act: Awaitable[bool]) -> None:
        if await act:
            self._items.table.setFocus()

    async def _then_items_always(self, act: Awaitable[None]) -> None:
        await act
        self._items.table.setFocus()
