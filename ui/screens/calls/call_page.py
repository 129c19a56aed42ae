"""One call on the screen: caller on the left, items in the middle, the order on the right, the read-back below."""

from collections.abc import Awaitable, Coroutine
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.cart import Call
from backoffice.domain.customer import Address, AddressDraft, CustomerDraft
from backoffice.domain.ids import CustomerId, Sku
from backoffice.domain.staff import Right
from ui.desk import Desk
from ui.screens.calls import reasons
from ui.screens.calls.actions import CallActions
from ui.screens.calls.caller_panel import CallerPanel
from ui.screens.calls.delivery_panel import DeliveryPanel
from ui.screens.calls.entry_line import EntryLine
from ui.screens.calls.items_panel import AGE, ItemsPanel
from ui.screens.calls.items_wiring import ItemsWiring
from ui.screens.calls.lock_strip import LockStrip
from ui.screens.calls.order_column import OrderColumn
from ui.screens.calls.order_wiring import OrderWiring
from ui.screens.calls.presenter import CallsPresenter
from ui.screens.calls.read_back import read_back
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import CallState, Form, Promise, promise_of
from ui.theme import Space
from ui.widgets.buttons import explain
from ui.widgets.labels import Hairline, Label
from ui.words import tr

_LOOK_AGAIN = 60  # seconds between two looks at the stock of what is in the cart
_LEFT, _RIGHT = 36, 43  # average characters: the width of the columns beside the items


class CallPage(QWidget):
    """Shows one call and hands what is done on it to its presenter."""

    heard = Signal(object)  # CallState
    order_wanted = Signal(str)

    def __init__(self, desk: Desk, calls: CallsPresenter, call: Call, actions: CallActions) -> None:
        super().__init__()
        self.setObjectName("callPage")
        self._desk = desk
        self._actions = actions
        self._current = False
        self._came = False  # the cursor was put where the talk is, once the cart was there
        self._ticks = 0
        self._promise: Promise | None = None
        folder = desk.office.settings.photos_dir
        self.caller = CallerPanel(desk.text)
        self.entry = EntryLine(folder, desk.text)
        self.items = ItemsPanel(folder, desk.text, actions)
        self.lines = self.items.table
        self.delivery = DeliveryPanel()
        self.order = OrderColumn(actions, desk.text)
        self._problem = Sentence("callError")
        self._lock = LockStrip(actions, desk.text)
        self._read_back = Label(wrap=True)
        self._read_back.setObjectName("readBack")
        self._arrange()
        self.presenter = calls.page(call, self.show_state)
        self._connect()
        enter_presses(self)
        self._start(self.presenter.load())

    @property
    def state(self) -> CallState:
        """Return what is shown."""
        return self.presenter.state

    def enter(self) -> None:
        """Come on top: the actions of the screen are this call's now."""
        self._current = True
        self.show_state(self.state)
        if self._came:
            self.focus_first()

    def leave(self) -> None:
        """Go below: what is being typed is saved."""
        self._current = False
        self.delivery.flush()

    def focus_first(self) -> None:
        """Put the cursor where the talk is."""
        state = self.state
        if state.caller.form is not Form.NONE:
            self.caller.form.start()
        elif state.cart is None or state.cart.customer_id is None:
            self.caller.search.edit.setFocus()
        else:
            self.entry.edit.setFocus()

    def show_state(self, state: CallState) -> None:
        """Show the call as it is."""
        now = self._desk.text.clock()
        why_not = reasons.why_not_change(state)
        promise = promise_of(state.cart, now) if state.cart else Promise.NONE
        self._promise = promise
        self._problem.say(state.problem)
        actor = self._desk.actor
        self._lock.show_lock(state.call.lock, actor.staff_id, may_take_over=actor.may(Right.TAKE_OVER))
        self.caller.show_state(state.caller, why_not)
        self.entry.show_state(state.entry, why_not)
        self.items.show_state(state, promise, why_not)
        self.delivery.show_state(state, why_not)
        if self._current:
            self.order.show_state(state, now)
            self._explain_items(state, why_not)
        self._show_read_back(state, promise)
        self.heard.emit(state)
        if self._current and not self._came and state.cart is not None:
            self._came = True
            self.focus_first()

    def _explain_items(self, state: CallState, why_not: str) -> None:
        nothing = "" if state.lines.last else tr("Nothing was done to the items that could be undone.")
        none = "" if state.cart and state.cart.lines else tr("There is no item yet.")
        explain(self._actions.undo, why_not or nothing)
        for action in (self._actions.price, self._actions.elsewhere):
            explain(action, why_not or none)

    def tick(self) -> None:
        """Let the clocks go on; when a promise ends, everything that rests on it changes."""
        cart = self.state.cart
        if cart is None:
            return
        now = self._desk.text.clock()
        self._ticks += 1
        if self.state.held_by is not None:
            self.presenter.take_call(self.state.call)  # what nobody touches is free again by itself
        if self._ticks % _LOOK_AGAIN == 0:
            self.ask_stock()
        if promise_of(cart, now) is not self._promise or now.second % AGE == 0:
            self.show_state(self.state)
        else:
            self.order.show_clocks(cart, now)

    def prepare(self) -> None:
        self.delivery.flush()
        self._start(self.presenter.order.prepare())

    def pay(self) -> None:
        self._start(self.presenter.payment.open())

    def offers(self) -> None:
        self.presenter.offers.open()

    def explain_total(self) -> None:
        self.presenter.order.explain()

    def submit(self) -> None:
        self.delivery.flush()
        self._start(self.presenter.order.submit())

    def undo(self) -> None:
        self._start(self.presenter.lines.undo())

    def find_caller(self) -> None:
        self.presenter.caller.look_again()
        self.caller.search.edit.setFocus()

    def new_caller(self) -> None:
        if not reasons.why_not_change(self.state):
            self.presenter.caller.open_form(Form.NEW)

    def new_address(self) -> None:
        if self.state.caller.customer is not None and not reasons.why_not_change(self.state):
            self.presenter.delivery.open_form()

    def reload(self) -> None:
        self._start(self.presenter.reload())

    def ask_stock(self) -> None:
        self._start(self.presenter.lines.ask_stock())

    def _show_read_back(self, state: CallState, promise: Promise) -> None:
        words = (
            read_back(state.cart, promise, dict(state.delivery.methods), self._desk.text)
            if state.cart
            else ""
        )
        self._read_back.setText(
            tr("Read back: “{order}”", order=words)
            if words
            else tr("Read back: what you say to the caller at the end stands here.")
        )

    # What is done on the page, a line each.
    def _search(self, text: str) -> None:
        self._start(self.presenter.caller.search(text))

    def _pick(self, customer_id: str) -> None:
        self._start(self.presenter.caller.pick(CustomerId(customer_id)))

    def _save_caller(self, draft: CustomerDraft) -> None:
        self._start(self.presenter.caller.save(draft))

    def _caller_back(self) -> None:
        self.presenter.caller.give_up()
        self.focus_first()

    def _suggest(self, text: str) -> None:
        self._start(self.presenter.entry.suggest(text))

    def _add(self, typed: str, picked: str) -> None:
        self._start(self._add_or_put_back(typed, picked))

    def _choose_address(self, address: Address) -> None:
        self._start(self.presenter.delivery.choose(address))

    def _choose_method(self, code: str) -> None:
        self._start(self.presenter.delivery.choose_method(code))

    def _save_address(self, draft: AddressDraft) -> None:
        self._start(self._then_method(self.presenter.delivery.save(draft)))

    def _address_back(self) -> None:
        self.presenter.delivery.close_form()
        self.delivery.ship_to.setFocus()

    def _save_notes(self, text: str) -> None:
        self._start(self.presenter.save_notes(text))

    def _tell(self, tell: bool) -> None:
        self._start(self.presenter.tell_customer(tell))

    def _show_order(self, number: str) -> None:
        self.order_wanted.emit(number)

    def _to_entry(self) -> None:
        if self._current:
            self.entry.edit.setFocus()

    def _enter_moves_on(self) -> None:
        if self.state.cart is None or not self.state.cart.lines:
            self._start(self.presenter.entry.add("", None))
        elif not self.state.cart.ship_method:
            self.delivery.method.setFocus()
        else:
            self.order.focus_step()

    # Coroutines, and where the cursor goes after each.
    async def _then_method(self, act: Awaitable[bool]) -> None:
        if await act and not self.state.shipment.is_open:
            self.delivery.method.setFocus()

    async def _add_or_put_back(self, typed: str, picked: str) -> None:
        if not await self.presenter.entry.add(typed, Sku(picked) if picked else None):
            self.entry.put_back(typed)

    def _start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._desk.tasks.start(coroutine, owner=self)

    def _connect(self) -> None:
        caller, entry, items, delivery, order = self.caller, self.entry, self.items, self.delivery, self.order
        caller.searched.connect(self._search)
        caller.picked.connect(self._pick)
        caller.form_wanted.connect(self.presenter.caller.open_form)
        caller.saved.connect(self._save_caller)
        caller.went_back.connect(self._caller_back)
        caller.known.connect(self._to_entry)
        caller.look_again.connect(self.find_caller)
        caller.order_wanted.connect(self._show_order)
        entry.typed.connect(self._suggest)
        entry.entered.connect(self._add)
        entry.moved_on.connect(self._enter_moves_on)
        entry.dismissed.connect(self.presenter.entry.dismiss)
        delivery.address_chosen.connect(self._choose_address)
        delivery.method_chosen.connect(self._choose_method)
        delivery.form_wanted.connect(self.new_address)
        delivery.form_saved.connect(self._save_address)
        delivery.went_back.connect(self._address_back)
        delivery.notes_typed.connect(self._save_notes)
        delivery.tell_changed.connect(self._tell)
        self.items_wiring = ItemsWiring(
            items, self.presenter, start=self._start, back=self._to_entry, parent=self
        )
        self.order_wiring = OrderWiring(
            order, self.presenter, start=self._start, back=self._to_entry, parent=self
        )

    def _arrange(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        left = _column(self.caller, margin=Space.L)
        left.setFixedWidth(letter * _LEFT + 2 * Space.L)
        self.order.setFixedWidth(letter * _RIGHT + 2 * Space.L)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self._problem)
        column.addWidget(self.entry)
        column.addWidget(self.items, 1)
        column.addWidget(Hairline())
        column.addWidget(self.delivery)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (left, Hairline(vertical=True), middle, Hairline(vertical=True), self.order):
            row.addWidget(part, 1 if part is middle else 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._lock)
        whole.addLayout(row, 1)
        whole.addWidget(Hairline())
        whole.addWidget(_column(self._read_back, margin=Space.M))


def enter_presses(part: QWidget) -> None:
    """Let Enter press the buttons below, as it does in a dialog, and name those that have no name but their words."""
    for button in part.findChildren(QPushButton):
        button.setAutoDefault(True)
        if not button.accessibleName():
            button.setAccessibleName(button.text().partition("   ")[0])


def _column(inside: QWidget, *, margin: int) -> QWidget:
    outside = QWidget()
    column = QVBoxLayout(outside)
    column.setContentsMargins(Space.L, margin, Space.L, margin)
    column.addWidget(inside)
    return outside
