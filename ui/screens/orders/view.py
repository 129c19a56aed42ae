"""The Orders screen: what is looked for, a list that fills as it is scrolled, and the opened order beside it."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSort
from backoffice.domain.order import OrderRow
from backoffice.domain.order_query import SORT_WORDS, OrderQuery, Term, read_query
from backoffice.domain.staff import Right
from ui.answers import Phase, Trouble
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.orders import columns
from ui.screens.orders.export_panel import ExportPanel
from ui.screens.orders.filter_bar import FilterBar
from ui.screens.orders.keeping import Keeping
from ui.screens.orders.panel import OrderPanel
from ui.screens.orders.presenter import OrdersPresenter
from ui.screens.orders.printed import write_pdf
from ui.screens.orders.shown import shown
from ui.screens.orders.state import OrdersState
from ui.tasks import Running
from ui.tone import Tone
from ui.widgets.buttons import explain
from ui.widgets.listing import Listing, Look, Nothing
from ui.words import tr

_UPWARDS_FIRST = frozenset({OrderSort.NUMBER, OrderSort.STATUS})


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
            cancels=desk.office.orders,
            actor=desk.actor,
            show=self.show_state,
            clock=desk.text.clock,
        )
        self._keeping = Keeping(
            self._presenter,
            searches=desk.office.saved_searches,
            exports=desk.office.order_export,
            orders=desk.office.reorders,
            actor=desk.actor,
        )
        self._searching: Running | None = None
        self._opening: Running | None = None
        self._exporting: Running | None = None
        self._to_list = False  # Enter was pressed in the search: go to the first row when it is there
        self._make_actions()
        self._make_parts()
        self._arrange()

    # What the shell tells

    def entered(self) -> None:
        """Read the newest orders the first time; afterwards only what has changed."""
        self._list.entered()
        if not self._list.ever_shown and self._searching is None:
            self._search_now()
            self.desk.tasks.start(self._keeping.load(), owner=self)
        else:
            self._list.look_again()
        if self._presenter.state.panel is None:
            self._bar.line.setFocus()

    def left(self) -> None:
        self._list.left()

    def refresh(self) -> None:
        self._list.changed()

    def show_subject(self, subject: str) -> None:
        self._open(subject)

    # One way in

    def show_state(self, state: OrdersState) -> None:
        """Show the state."""
        self._list.show_rows(
            state.rows, phase=state.phase, more=bool(state.next_cursor), more_asked=state.more_asked
        )
        failed = state.trouble if state.phase is Phase.FAILED else None
        self._list.show_why(phase=state.phase, trouble=failed, nothing=self._nothing(state.query))
        self._say(state, failed)
        self._bar.show_query(state.query)
        self._bar.show_saved(state.saved)
        sort, ascending = SORT_WORDS[state.query.value("sort") or OrderSort.PLACED.value]
        self._list.table.show_sort(sort.value, ascending=ascending)
        self._list.make_room(opened=state.panel is not None)
        self._exports.show_export(state.export)
        self._panel.setVisible(state.panel is not None)
        if state.panel is not None:
            self._panel.show_panel(state.panel)
        else:
            for action in (self._retry, self._reorder, self._print, self._cancel):
                explain(action, tr("Open an order first."))
        if self._to_list and state.phase is Phase.READY:
            self._to_list = False
            self._list.table.setFocus()
            self._list.table.go_to(0)
        self._list.keep_focus(self, self._panel if state.panel is not None else self._bar.line)

    def _nothing(self, query: OrderQuery) -> Nothing:
        if query.restricts:
            return Nothing(
                title=tr("No order fits."),
                hint=tr(
                    "Try less: the last digits of the phone number, part of the name, or no filter."
                    " Failed checkouts are left out unless asked for."
                ),
                action=self._clear_search,
            )
        return Nothing(
            title=tr("No orders yet."), hint=tr("Orders appear here as soon as a call ends with Submit.")
        )

    def _say(self, state: OrdersState, failed: Trouble | None) -> None:
        notice = self._list.notice
        if state.phase is Phase.ASKING and state.rows:
            notice.say(tr("Looking here and at the DOM…"), Tone.NEUTRAL, icon="waiting")
        elif failed is not None:
            self._list.say_trouble(failed)
        elif state.dom is not None and not state.dom.answered:
            notice.say(
                tr("The DOM does not answer. These are the orders this desk knows."),
                Tone.WARN,
                icon="offline",
                advice=tr(
                    "Asked {time}. {reason}", time=self.desk.text.time(state.dom.at), reason=state.dom.reason
                ),
            )
        elif state.dom is not None and state.dom.reason:
            notice.say(state.dom.reason, Tone.INFO)
        else:
            notice.say("")

    # Slots

    def _search_now(self) -> None:
        self._ask(self._presenter.state.query)

    def _ask(self, query: OrderQuery) -> None:
        if self._searching is not None:
            self._searching.cancel()
        self._presenter.want(query)
        self._searching = self.desk.tasks.start(self._presenter.search(), owner=self)

    def _entered_search(self) -> None:
        self._to_list = True
        if self._presenter.state.phase is not Phase.ASKING:
            self.show_state(self._presenter.state)

    def _choose_saved(self, line: str) -> None:
        try:
            query = read_query(line)
        except InvalidInput as no:  # kept by a program that knew other words
            self.desk.notify.banner(no.sentence, Tone.WARN, advice=no.advice, key="orders")
            return
        self._bar.put_away()
        self._to_list = True
        self._ask(query)

    def _sort_by(self, key: str) -> None:
        query = self._presenter.state.query
        sort, ascending = SORT_WORDS[query.value("sort") or OrderSort.PLACED.value]
        wanted = OrderSort(key)
        up = not ascending if wanted is sort else wanted in _UPWARDS_FIRST
        word = f"{key}-up" if up else key
        self._ask(query.having(Term(key="sort", value="" if word == OrderSort.PLACED.value else word)))

    def _clear_all(self) -> None:
        self._bar.line.clear()
        self._ask(OrderQuery())
        self._bar.line.setFocus()

    def _more(self) -> None:
        self.desk.tasks.start(self._presenter.load_more(), owner=self)

    def _open_row(self, row: OrderRow) -> None:
        self._open(row.order_number)

    def _moved(self, row: OrderRow | None) -> None:
        if row is not None and self._presenter.leafs_to(row.order_number):
            self._open(row.order_number)

    def _open(self, number: str) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self.desk.tasks.start(self._presenter.open(number), owner=self)

    def _go_back(self) -> None:
        panel = self._presenter.state.panel
        if panel is not None and panel.cancelling:
            self._keep_order()
        elif self._bar.put_away():
            self._bar.line.setFocus()
        elif self._presenter.state.panel is not None:
            self._presenter.close()
            self._list.table.setFocus()
        else:
            self._bar.focus_line()

    def _refresh_now(self) -> None:
        self.desk.tasks.start(self._refreshed(), owner=self)

    async def _refreshed(self) -> None:
        await self._presenter.refresh()
        await self._presenter.refresh_panel()

    def _known(self) -> dict[str, list[str]]:
        """Values worth offering while a word is typed: agents of the orders on screen."""
        return {"agent": sorted({row.agent for row in self._presenter.state.rows if row.agent})}

    def _retry_now(self) -> None:
        self.desk.tasks.start(self._presenter.retry(), owner=self)

    def _ask_reason(self) -> None:
        self._presenter.ask_reason(asking=True)

    def _keep_order(self) -> None:
        self._presenter.ask_reason(asking=False)
        self._panel.setFocus()

    def _cancel_order(self, reason: str) -> None:
        self.desk.tasks.start(self._presenter.cancel(reason), owner=self)

    def _write_note(self, text: str) -> None:
        self.desk.tasks.start(self._presenter.add_note(text), owner=self)

    def _send_mail(self, mail_id: str) -> None:
        self.desk.tasks.start(self._presenter.resend_mail(mail_id), owner=self)

    def _save_search(self, name: str) -> None:
        self.desk.tasks.start(self._keeping.save(name), owner=self)

    def _remove_search(self, name: str) -> None:
        self.desk.tasks.start(self._keeping.remove(name), owner=self)

    def _open_export(self) -> None:
        day = self.desk.text.clock().astimezone().date().isoformat()
        self._exports.open(str(_folder() / f"orders-{day}.csv"))

    def _export(self, path: str) -> None:
        file = Path(path).expanduser() if path else _folder() / "orders.csv"
        self._exporting = self.desk.tasks.start(self._keeping.export(file), owner=self)

    def _stop_export(self) -> None:
        if self._exporting is not None:
            self._exporting.cancel()

    def _reorder_now(self) -> None:
        self.desk.tasks.start(self._reordered(), owner=self)

    async def _reordered(self) -> None:
        again = await self._keeping.reorder()
        if again is None:
            return
        if again.left_out:
            self.desk.notify.banner(
                tr("Not everything of the order could be taken again."),
                Tone.WARN,
                advice=" ".join(again.left_out),
                key="reorder",
            )
        self.resume_call.emit(again.call.call_id)

    def _print_now(self) -> None:
        panel = self._presenter.state.panel
        order = shown(panel.details) if panel is not None and panel.details is not None else None
        if order is None:
            return
        path = _folder() / f"{order.number}.pdf"
        try:
            write_pdf(order, self.desk.text, path)
        except OSError as fault:
            words = tr("{path} can not be written: {why}.", path=str(path), why=fault.strerror or str(fault))
            self.desk.notify.banner(words, Tone.BAD, advice=tr("Make room, or check the rights."), key="pdf")
        else:
            words = tr("The order was written to {path}.", path=str(path))
            self.desk.notify.banner(words, Tone.GOOD, key="pdf")

    # Layout

    def _make_actions(self) -> None:
        find = self.add_action("findOrder", tr("Find an order"), "Ctrl+F", icon="search")
        find.setShortcuts([QKeySequence("Ctrl+F"), QKeySequence("/")])
        find.triggered.connect(self._focus_line)
        back = self.add_action("ordersBack", tr("Back"), "Esc")
        back.triggered.connect(self._go_back)
        self._fields = self.add_action("showFields", tr("Filters"), "Ctrl+Shift+E", icon="filter")
        self._saved = self.add_action("showSaved", tr("Saved"), "Ctrl+Shift+S", icon="check")
        self._retry: QAction = self.add_action("retry", tr("Retry the transfer"), "Ctrl+R")
        self._retry.triggered.connect(self._retry_now)
        tip = tr("Opens a call with the customer and the items of this order")
        self._reorder = self.add_action("reorder", tr("Order again"), "Ctrl+Shift+N", icon="cart", tip=tip)
        self._reorder.triggered.connect(self._reorder_now)
        self._print = self.add_action(
            "printOrder", tr("PDF"), "Ctrl+P", icon="print", tip=tr("Write it as a PDF")
        )
        self._print.triggered.connect(self._print_now)
        tip = tr("Nothing is sent, what it holds is let go, the customer is told")
        self._cancel = self.add_action(
            "cancelOrder", tr("Cancel the order…"), "Ctrl+G", icon="trash", tip=tip
        )
        self._cancel.triggered.connect(self._ask_reason)
        self._again = self.add_action("searchAgain", tr("Search again"), "Ctrl+Shift+F", icon="refresh")
        self._again.triggered.connect(self._search_now)
        self._clear_search = self.add_action("clearSearch", tr("Clear the search"), icon="close")
        self._clear_search.triggered.connect(self._clear_all)
        tip = tr("Writes everything the list holds into a CSV file")
        export = self.add_action("exportOrders", tr("Export the list"), "Ctrl+E", icon="download", tip=tip)
        export.triggered.connect(self._open_export)

    def _focus_line(self) -> None:
        self._bar.focus_line()

    def _make_parts(self) -> None:
        self._bar = FilterBar(self._known, show_fields=self._fields, show_saved=self._saved)
        self._bar.changed.connect(self._ask)
        self._bar.entered.connect(self._entered_search)
        self._bar.cleared.connect(self._clear_all)
        self._bar.saved.chosen.connect(self._choose_saved)
        self._bar.saved.save_wanted.connect(self._save_search)
        self._bar.saved.removed.connect(self._remove_search)
        self._list = Listing(columns.order_columns(self.desk.text), _key, _LOOK, again=self._again)
        self._list.model.more_wanted.connect(self._more)
        self._list.table.opened.connect(self._open_row)
        self._list.table.current_changed.connect(self._moved)
        self._list.table.sort_wanted.connect(self._sort_by)
        self._list.refresh_wanted.connect(self._refresh_now)
        self._exports = ExportPanel(self.desk.text)
        self._exports.wanted.connect(self._export)
        self._exports.stopped.connect(self._stop_export)
        self._exports.closed.connect(self._list.table.setFocus)
        acts = {"retry": self._retry, "again": self._reorder, "print_": self._print, "cancel": self._cancel}
        self._panel = OrderPanel(self.desk, **acts)
        self._panel.cancel_confirmed.connect(self._cancel_order)
        self._panel.cancel_left.connect(self._keep_order)
        self._panel.closed.connect(self._go_back)
        self._panel.note_written.connect(self._write_note)
        self._panel.mail_chosen.connect(self._send_mail)
        self._panel.call_wanted.connect(self.start_call)
        self._panel.hide()

    def _arrange(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._exports)
        column.addWidget(self._list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(self._panel)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 6)
        split.setSizes([5000, 6000])  # shares of what there is
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._bar)
        whole.addWidget(split, 1)


_LOOK = Look(
    table="ordersTable",
    notice="ordersNotice",
    state="ordersState",
    says=tr("Orders"),
    reading=tr("Looking here and at the DOM"),
    settle=1500,  # each look asks the DOM
    ages=15_000,
    narrow=columns.WIDE_ONLY,
)


def _key(row: OrderRow) -> str:
    return row.order_number


def _folder() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) if place and Path(place).is_dir() else Path.home()
