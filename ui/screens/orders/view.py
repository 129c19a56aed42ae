"""The Orders screen: a search, a list that fills as it is scrolled, and the opened order beside it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from backoffice.domain.order import OrderRow
from backoffice.domain.staff import Right
from backoffice.domain.statuses import OrderStatus, TransferStatus
from ui.answers import Phase
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.orders import columns
from ui.screens.orders.panel import OrderPanel
from ui.screens.orders.presenter import OrdersPresenter
from ui.screens.orders.state import Filters, OrdersState, Placed
from ui.tasks import Running
from ui.theme import Space
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.buttons import explain
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.fields import SearchField
from ui.widgets.notice import Notice
from ui.widgets.rows import RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr

_SETTLE = 1500  # ms: changes elsewhere come in bursts, and each look asks the DOM
_AGES = 15_000  # ms between two repaints of "5 min ago"
_PLACED = {
    Placed.ANY: "Placed any time",
    Placed.TODAY: "Placed today",
    Placed.WEEK: "Last 7 days",
    Placed.MONTH: "Last 30 days",
}


class OrdersScreen(Screen):
    """Finds orders and shows them whole."""

    title = "Orders"
    icon = "orders"
    right = Right.HISTORY

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setObjectName("ordersScreen")
        self._presenter = OrdersPresenter(
            history=desk.office.order_history,
            transfers=desk.office.transfers,
            actor=desk.actor,
            show=self.show_state,
            clock=desk.text.clock,
        )
        self._searching: Running | None = None
        self._opening: Running | None = None
        self._rows: tuple[OrderRow, ...] | None = None
        self._to_list = False  # Enter was pressed in the search: go to the first row when it is there
        self._make_actions()
        self._make_search()
        self._make_list()
        self._arrange()
        self._settle = _timer(self, _SETTLE, single=True)
        self._settle.timeout.connect(self._refresh_now)
        self._ages = _timer(self, _AGES)
        self._ages.timeout.connect(self._table.viewport().update)

    # What the shell tells

    def entered(self) -> None:
        """Read the newest orders the first time; afterwards only what has changed."""
        self._ages.start()
        if self._rows is None and self._searching is None:
            self._search_now()
        else:
            self._settle.start(0)
        if self._presenter.state.panel is None:
            self._search.setFocus()

    def left(self) -> None:
        self._ages.stop()
        self._settle.stop()

    def refresh(self) -> None:
        if self.isVisible() and not self._settle.isActive():
            self._settle.start(_SETTLE)

    def show_subject(self, subject: str) -> None:
        self._open(subject)

    # One way in

    def show_state(self, state: OrdersState) -> None:
        """Show the state."""
        if state.rows is not self._rows and (state.phase is Phase.READY or state.rows):
            self._rows = state.rows
            self._model.show_rows(state.rows, more=bool(state.next_cursor))
        if not state.more_asked:
            self._model.page_failed()  # or came: either way the next scroll may ask
        self._show_list(state)
        self._say(state)
        self._clear.setVisible(state.filters.restrict)
        self._panel.setVisible(state.panel is not None)
        for column in columns.WIDE_ONLY:
            self._table.setColumnHidden(column, state.panel is not None)
        if state.panel is not None:
            self._panel.show_panel(state.panel)
        else:
            explain(self._retry, tr("Open an order first."))
        self._keep_focus()

    def _keep_focus(self) -> None:
        # A table that gave way to "nothing here" takes the focus with it: keys must still reach this screen.
        if self.isVisible() and self.isActiveWindow() and QApplication.focusWidget() is None:
            (self._panel if self._panel.isVisible() else self._search).setFocus()

    def _show_list(self, state: OrdersState) -> None:
        if state.phase is Phase.FAILED and state.trouble is not None and not state.rows:
            self._list.show_failed(state.trouble.sentence, state.trouble.advice, self._again)
        elif state.rows:
            self._list.show_content()
        elif state.phase is Phase.ASKING:
            self._list.show_loading(tr("Looking here and at the DOM"))
        elif state.filters.restrict:
            self._list.show_empty(
                tr("No order fits."),
                tr("Try less: the last digits of the phone number, part of the name, or no filter."),
                self._clear_filters,
            )
        else:
            self._list.show_empty(
                tr("No orders yet."), tr("Orders appear here as soon as a call ends with Submit.")
            )
        if self._to_list and state.phase is Phase.READY:
            self._to_list = False
            self._table.setFocus()
            self._table.go_to(0)

    def _say(self, state: OrdersState) -> None:
        if state.phase is Phase.ASKING and state.rows:
            self._notice.say(tr("Looking here and at the DOM…"), Tone.NEUTRAL, icon="waiting")
        elif state.phase is Phase.FAILED and state.trouble is not None and state.rows:
            self._notice.say(state.trouble.sentence, Tone.BAD, advice=state.trouble.advice)
        elif state.dom is not None and not state.dom.answered:
            self._notice.say(
                tr("The DOM does not answer. These are the orders this desk knows."),
                Tone.WARN,
                icon="offline",
                advice=tr(
                    "Asked {time}. {reason}", time=self.desk.text.time(state.dom.at), reason=state.dom.reason
                ),
            )
        elif state.dom is not None and state.dom.reason:
            self._notice.say(state.dom.reason, Tone.INFO)
        else:
            self._notice.say("")

    # Slots

    def _search_now(self) -> None:
        if self._searching is not None:
            self._searching.cancel()
        self._searching = self.desk.tasks.start(self._presenter.search(self._asked_for()), owner=self)

    def _typed(self, _text: str) -> None:
        if self._asked_for() != self._presenter.state.filters:
            self._search_now()

    def _entered_search(self) -> None:
        self._to_list = True
        if self._asked_for() != self._presenter.state.filters:
            self._search_now()
        else:
            self.show_state(self._presenter.state)

    def _more(self) -> None:
        self.desk.tasks.start(self._presenter.load_more(), owner=self)

    def _open_row(self, row: OrderRow) -> None:
        self._open(row.order_number)

    def _moved(self, row: OrderRow | None) -> None:
        # With an order open, the arrows leaf through the list.
        panel = self._presenter.state.panel
        if row is not None and panel is not None and panel.number != row.order_number:
            self._open(row.order_number)

    def _open(self, number: str) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self.desk.tasks.start(self._presenter.open(number), owner=self)

    def _go_back(self) -> None:
        if self._presenter.state.panel is not None:
            self._presenter.close()
            self._table.setFocus()
        else:
            self._search.setFocus()
            self._search.selectAll()

    def _focus_search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    def _clear_all(self) -> None:
        for box in (self._status, self._transfer, self._placed):
            box.setCurrentIndex(0)
        self._agent.clear()
        self._search.clear()
        self._search_now()
        self._search.setFocus()

    def _retry_now(self) -> None:
        self.desk.tasks.start(self._presenter.retry(), owner=self)

    def _write_note(self, text: str) -> None:
        self.desk.tasks.start(self._presenter.add_note(text), owner=self)

    def _send_mail(self, mail_id: str) -> None:
        self.desk.tasks.start(self._presenter.resend_mail(mail_id), owner=self)

    def _refresh_now(self) -> None:
        self.desk.tasks.start(self._refreshed(), owner=self)

    async def _refreshed(self) -> None:
        await self._presenter.refresh()
        await self._presenter.refresh_panel()

    def _asked_for(self) -> Filters:
        return Filters(
            text=self._search.text().strip(),
            status=self._status.currentData(),
            transfer_status=self._transfer.currentData(),
            placed=Placed(self._placed.currentData()),
            agent=self._agent.text().strip(),
        )

    # Layout

    def _make_actions(self) -> None:
        find = self.add_action("findOrder", tr("Find an order"), "Ctrl+F", icon="search")
        find.setShortcuts([QKeySequence("Ctrl+F"), QKeySequence("/")])
        find.triggered.connect(self._focus_search)
        self._back = self.add_action("ordersBack", tr("Back"), "Esc")
        self._back.triggered.connect(self._go_back)
        self._retry: QAction = self.add_action("retry", tr("Retry the transfer"), "Ctrl+R")
        self._retry.triggered.connect(self._retry_now)
        explain(self._retry, tr("Open an order first."))
        self._again = self.add_action("searchAgain", tr("Search again"), "Ctrl+Shift+F", icon="refresh")
        self._again.triggered.connect(self._search_now)
        self._clear_filters = self.add_action("clearSearch", tr("Clear the search"), icon="close")
        self._clear_filters.triggered.connect(self._clear_all)

    def _make_search(self) -> None:
        self._search = SearchField(tr("Number, phone, e-mail, name or SKU"), name="orderSearch")
        may_hold(self._search, Numbers.PHONES)
        self._search.searched.connect(self._typed)
        self._search.returnPressed.connect(self._entered_search)
        self._status = _box("orderStatusFilter", tr("Order status"), tr("Any status"))
        for status in OrderStatus:
            self._status.addItem(statuses.order_status(status.value).word, status.value)
        self._transfer = _box("orderTransferFilter", tr("Transfer status"), tr("Any transfer"))
        for way in TransferStatus:
            self._transfer.addItem(statuses.transfer_status(way).word, way.value)
        self._placed = _box("orderPlacedFilter", tr("Placed since"))
        for placed, word in _PLACED.items():
            self._placed.addItem(tr(word), placed.value)
        self._agent = QLineEdit()
        self._agent.setObjectName("orderAgentFilter")
        self._agent.setPlaceholderText(tr("Agent"))
        self._agent.setAccessibleName(tr("Agent"))
        self._agent.setMaximumWidth(120)
        self._agent.editingFinished.connect(self._agent_given)
        for box in (self._status, self._transfer, self._placed):
            box.currentIndexChanged.connect(self._filter_changed)
        self._clear = QPushButton(tr("Clear"))
        self._clear.setObjectName("clearFiltersButton")
        self._clear.setProperty("kind", "flat")
        self._clear.clicked.connect(self._clear_all)

    def _make_list(self) -> None:
        self._model = RowsModel(columns.order_columns(self.desk.text), lambda row: row.order_number)
        self._model.more_wanted.connect(self._more)
        self._table = LazyTable(self._model, name="ordersTable", says=tr("Orders, newest first"))
        self._table.opened.connect(self._open_row)
        self._table.current_changed.connect(self._moved)
        self._list = StateView(self._table, name="ordersState")
        self._notice = Notice(name="ordersNotice")
        self._panel = OrderPanel(self.desk, retry=self._retry)
        self._panel.closed.connect(self._go_back)
        self._panel.note_written.connect(self._write_note)
        self._panel.mail_chosen.connect(self._send_mail)
        self._panel.call_wanted.connect(self.start_call)
        self._panel.hide()

    def _arrange(self) -> None:
        filters = QHBoxLayout()
        filters.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        filters.setSpacing(Space.M)
        filters.addWidget(self._search, 1)
        for widget in (self._status, self._transfer, self._placed, self._agent, self._clear):
            filters.addWidget(widget)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notice)
        column.addWidget(self._list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(self._panel)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(filters)
        whole.addWidget(split, 1)

    def _filter_changed(self, _index: int) -> None:
        self._typed("")

    def _agent_given(self) -> None:
        self._typed("")


def _box(name: str, says: str, first: str = "") -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(says)
    box.setToolTip(says)
    if first:
        box.addItem(first, "")
    return box


def _timer(owner: QWidget, milliseconds: int, *, single: bool = False) -> QTimer:
    timer = QTimer(owner)
    timer.setInterval(milliseconds)
    timer.setSingleShot(single)
    return timer
