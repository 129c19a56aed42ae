"""The keys of the call on top: each action of the screen does its work on the page that is seen, a line each."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from ui.screens.calls.actions import CallActions
from ui.screens.calls.call_page import CallPage


class PageKeys(QObject):
    """Connects the actions once; which page they mean is asked each time."""

    def __init__(self, do: CallActions, top: Callable[[], CallPage | None], parent: QObject) -> None:
        """Take the screen's actions and how to get the page on top."""
        super().__init__(parent)
        self._top = top
        do.find_caller.triggered.connect(self._find_caller)
        do.new_caller.triggered.connect(self._new_caller)
        do.entry.triggered.connect(self._to_entry)
        do.lines.triggered.connect(self._to_lines)
        do.notes.triggered.connect(self._to_notes)
        do.new_address.triggered.connect(self._new_address)
        do.undo.triggered.connect(self._undo)
        do.price.triggered.connect(self._change_price)
        do.elsewhere.triggered.connect(self._send_elsewhere)
        do.offers.triggered.connect(self._offers)
        do.prepare.triggered.connect(self._prepare)
        do.payment.triggered.connect(self._pay)
        do.submit.triggered.connect(self._submit)
        do.copy_link.triggered.connect(self._copy_link)
        do.send_link.triggered.connect(self._send_link)
        do.close_link.triggered.connect(self._close_link)
        do.explain.triggered.connect(self._explain_total)

    def _find_caller(self) -> None:
        if page := self._top():
            page.find_caller()

    def _new_caller(self) -> None:
        if page := self._top():
            page.new_caller()

    def _to_entry(self) -> None:
        if page := self._top():
            page.entry.edit.setFocus()

    def _to_lines(self) -> None:
        if page := self._top():
            page.lines.setFocus()

    def _to_notes(self) -> None:
        if page := self._top():
            page.delivery.notes.setFocus()

    def _new_address(self) -> None:
        if page := self._top():
            page.new_address()

    def _undo(self) -> None:
        if page := self._top():
            page.undo()

    def _change_price(self) -> None:
        if page := self._top():
            page.items_wiring.change_price()

    def _send_elsewhere(self) -> None:
        if page := self._top():
            page.items_wiring.send_elsewhere()

    def _offers(self) -> None:
        if page := self._top():
            page.offers()

    def _prepare(self) -> None:
        if page := self._top():
            page.prepare()

    def _pay(self) -> None:
        if page := self._top():
            page.pay()

    def _submit(self) -> None:
        if page := self._top():
            page.submit()

    def _copy_link(self) -> None:
        if page := self._top():
            page.order.outcome.link.copy()

    def _send_link(self) -> None:
        if page := self._top():
            page.order_wiring.send_link()

    def _close_link(self) -> None:
        if page := self._top():
            page.presenter.link.ask_to_close()

    def _explain_total(self) -> None:
        if page := self._top():
            page.explain_total()
