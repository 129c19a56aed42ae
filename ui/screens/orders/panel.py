"""The opened order: who and where at the top, then pages."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from backoffice.domain.staff import Right
from backoffice.domain.statuses import TransferStatus
from backoffice.services.order_history import OrderDetails
from ui.answers import Phase
from ui.desk import Desk
from ui.screens.orders import columns
from ui.screens.orders.cancelling import CancelPanel, why_not_cancel
from ui.screens.orders.comparison import compare
from ui.screens.orders.page import OrderPage
from ui.screens.orders.shown import ShownOrder, shown
from ui.screens.orders.state import Panel
from ui.theme import Space
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.buttons import IconButton, KeyHintButton, explain
from ui.widgets.labels import AmountLabel, ElidedLabel, Hairline, Label, StatusChip
from ui.widgets.notice import Notice
from ui.widgets.rows import RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr, tr_n

LONGEST_NOTE = 4000
_ORDER, _TIMELINE, _COMPARISON, _TRANSFER, _MAILS = range(5)


class OrderPanel(QWidget):
    """Shows one order; says what is wanted of it."""

    closed = Signal()
    note_written = Signal(str)
    mail_chosen = Signal(str)  # mail id: send it again
    call_wanted = Signal(str)  # customer id
    cancel_confirmed = Signal(str)  # reason
    cancel_left = Signal()

    def __init__(
        self, desk: Desk, *, retry: QAction, again: QAction, print_: QAction, cancel: QAction
    ) -> None:
        super().__init__()
        self.setObjectName("orderPanel")
        self._desk = desk
        self._retry = retry
        self._again = again
        self._print = print_
        self._cancel = cancel
        self._panel: Panel | None = None
        self._customer_id = ""
        self._make_head()
        self._make_pages()
        self._arrange()

    def show_panel(self, panel: Panel) -> None:
        """Show the opened order as far as it is known."""
        before, self._panel = self._panel, panel
        self._number.setText(panel.number)
        self._say(panel)
        order = shown(panel.details) if panel.details else None
        if panel.details is None and panel.phase is Phase.ASKING:
            self._pages.show_loading(tr("Reading order {number} here and at the DOM", number=panel.number))
        elif panel.details is None and panel.trouble is not None:
            self._pages.show_failed(panel.trouble.sentence, panel.trouble.advice)
        elif order is None:
            self._pages.show_empty(
                tr("Nobody knows order {number}.", number=panel.number),
                tr("Check the number with the caller."),
            )
        else:
            self._pages.show_content()
        self._show_head(order)
        if (
            panel.details is not None
            and order is not None
            and (before is None or before.details is not panel.details)
        ):
            self._show_pages(panel, order)
        self._show_acts(panel)
        if before is not None and before.number == panel.number and before.notes_taken != panel.notes_taken:
            self._note.clear()

    def show_transfer(self) -> None:
        """Turn to the tries."""
        self._tabs.setCurrentIndex(_TRANSFER)

    def _show_head(self, order: ShownOrder | None) -> None:
        head = (self._who, self._status, self._transfer, self._total, self._call)
        for widget in (*head, self._again_button, self._print_button, self._cancel_button):
            widget.setVisible(order is not None)
        if order is None:
            self._retry_button.setVisible(False)
            self._placed.setText("")
            return
        self._customer_id = order.customer_id
        self._call.setEnabled(bool(order.customer_id) and self._desk.actor.may(Right.CARTS))
        tip = tr("Opens a new call with {name}", name=order.customer_name)
        self._call.setToolTip(tip if self._desk.actor.may(Right.CARTS) else tr("Only agents take calls."))
        self._who.setText(", ".join(part for part in (order.customer_name, order.company) if part))
        said = statuses.order_status(order.status)
        self._status.show_status(said.word, said.tone, icon=said.icon, tip=said.tip)
        self._transfer.setVisible(order.transfer_status is not None)
        self._retry_button.setVisible(order.transfer_status is TransferStatus.FAILED)
        if order.transfer_status is not None:
            said = statuses.transfer_status(order.transfer_status)
            self._transfer.show_status(said.word, said.tone, icon=said.icon, tip=said.tip)
        self._total.setText(self._desk.text.money(order.total))
        by = tr(" by {agent}", agent=order.agent) if order.agent else ""
        there = tr(", DOM {number}", number=order.external_order_id) if order.external_order_id else ""
        self._placed.setText(f"{self._desk.text.ago(order.placed_at)}{by}{there}")
        self._placed.setToolTip(self._desk.text.moment(order.placed_at))

    def _show_pages(self, panel: Panel, order: ShownOrder) -> None:
        details = panel.details
        if details is None:
            return
        self._page.show_order(order)
        self._timeline.show_rows(tuple(reversed(details.timeline)))
        self._attempts.show_rows(details.attempts)
        self._mails.show_rows(details.mails)
        compared = compare(details, self._desk.text)
        self._compared.show_rows(compared)
        count = sum(row.differs for row in compared)
        self._tabs.setTabText(
            _COMPARISON, tr("Here and DOM ({count})", count=count) if count else tr("Here and DOM")
        )
        self._compared_note.setText(_comparison_note(details, count))
        self._tabs.setTabVisible(_COMPARISON, details.local is not None)
        self._tabs.setTabVisible(_TRANSFER, details.transfer is not None)
        self._tabs.setTabText(_TRANSFER, tr("Tries ({count})", count=len(details.attempts)))
        reason = details.transfer.reason if details.transfer else ""
        self._reason.setText(reason or tr("Every try to hand the order to the DOM is kept here."))

    def _say(self, panel: Panel) -> None:
        details = panel.details
        if panel.trouble is not None and details is not None:
            self._notice.say(panel.trouble.sentence, Tone.BAD, advice=panel.trouble.advice)
        elif panel.done:
            self._notice.say(panel.done, Tone.GOOD)
        elif details is not None and not details.dom.answered:
            since = self._desk.text.time(details.dom.at)
            self._notice.say(
                tr("The DOM does not answer (asked {time}).", time=since),
                Tone.WARN,
                icon="offline",
                advice=tr("Shown is what this desk knows. {reason}", reason=details.dom.reason),
            )
        elif details is not None and details.differences:
            many = len(details.differences)
            first = details.differences[0]
            more = tr(" and {count} more", count=many - 1) if many > 1 else ""
            self._notice.say(tr("Different at the DOM: {first}{more}", first=first, more=more), Tone.WARN)
        else:
            self._notice.say("")

    def _show_acts(self, panel: Panel) -> None:
        busy = tr("Wait until the last act is done.") if panel.busy else ""
        allowed = self._desk.actor.may(Right.TRANSFERS)
        self._retry.setText(tr("Sending…") if panel.busy == "retry" else tr("Retry the transfer"))
        transfer = panel.details.transfer if panel.details else None
        failed = transfer is not None and transfer.status is TransferStatus.FAILED
        fits = "" if failed else tr("Only a failed transfer is sent again.")
        explain(self._retry, busy or fits or ("" if allowed else tr("Only a supervisor may send it again.")))
        may_call = "" if self._desk.actor.may(Right.CARTS) else tr("Only agents take calls.")
        explain(
            self._again, busy or may_call or ("" if panel.details else tr("The order is still being read."))
        )
        explain(self._print, "" if panel.details else tr("The order is still being read."))
        reading = "" if panel.details else tr("The order is still being read.")
        local = panel.details.local if panel.details else None
        explain(self._cancel, busy or reading or why_not_cancel(self._desk.actor, local))
        self._cancelling.ask(asking=panel.cancelling, busy=bool(panel.busy))
        self._add.setEnabled(not panel.busy)
        may_resend = self._desk.actor.may(Right.RESEND_MAIL)
        self._resend.setEnabled(may_resend and not panel.busy and self._mails_table.current_row is not None)
        self._resend.setToolTip(
            tr("Sends the chosen e-mail again") if may_resend else tr("Agents may not send e-mails again.")
        )

    def _make_head(self) -> None:
        self._number = Label(size="title")
        self._number.setObjectName("orderNumber")
        self._who = ElidedLabel()
        self._placed = ElidedLabel(tone=Tone.NEUTRAL)
        self._status, self._transfer = StatusChip(), StatusChip()
        self._status.setObjectName("orderStatusChip")
        self._transfer.setObjectName("orderTransferChip")
        self._total = AmountLabel(size="title")
        self._total.setObjectName("orderTotal")
        self._retry_button = KeyHintButton(self._retry, kind="primary")
        self._retry_button.setObjectName("retryButton")
        self._again_button = KeyHintButton(self._again)
        self._cancel_button = KeyHintButton(self._cancel, kind="danger")
        self._cancelling = CancelPanel()
        self._cancelling.confirmed.connect(self.cancel_confirmed)
        self._cancelling.left.connect(self.cancel_left)
        self._print_button = IconButton("print", tr("Write it as a PDF (Ctrl+P)"), name="printOrderButton")
        self._print_button.clicked.connect(self._print.trigger)
        self._call = QPushButton(tr("New call"))
        self._call.setObjectName("startCallButton")
        self._call.clicked.connect(self._want_call)
        self._close = IconButton("close", tr("Back to the list (Esc)"), name="closeOrderButton")
        self._close.clicked.connect(self.closed)
        self.setFocusProxy(self._close)
        self._notice = Notice(name="orderNotice")

    def _make_pages(self) -> None:
        text = self._desk.text
        self._page = OrderPage(text)
        self._timeline = RowsModel(columns.timeline_columns(text), lambda row: (row.at, row.kind, row.text))
        self._compared = RowsModel(columns.comparison_columns(), lambda row: row.what)
        self._attempts = RowsModel(columns.attempt_columns(text), lambda row: row.attempt_id)
        self._mails = RowsModel(columns.mail_columns(text), lambda row: row.mail_id)
        timeline = LazyTable(self._timeline, name="orderTimeline", says=tr("Everything that happened"))
        compared = LazyTable(
            self._compared, name="comparisonTable", says=tr("Our snapshot and the DOM's view")
        )
        attempts = LazyTable(self._attempts, name="orderAttemptsTable", says=tr("Tries to reach the DOM"))
        self._reason = Label(wrap=True, tone=Tone.NEUTRAL)
        self._compared_note = Label(wrap=True, tone=Tone.NEUTRAL)
        self._mails_table = LazyTable(self._mails, name="orderMailsTable", says=tr("E-mails about the order"))
        self._mails_table.current_changed.connect(self._mail_changed)
        self._resend = QPushButton(tr("Send again"))
        self._resend.setObjectName("resendButton")
        self._resend.setEnabled(False)
        self._resend.clicked.connect(self._want_mail)
        self._note = QPlainTextEdit()
        self._note.setObjectName("noteField")
        self._note.setAccessibleName(tr("Note on this order"))
        self._note.setPlaceholderText(tr("What the next person should know"))
        self._note.setTabChangesFocus(True)
        self._note.setMaximumHeight(90)
        self._add = QPushButton(tr("Add note"))
        self._add.setObjectName("addNoteButton")
        self._add.clicked.connect(self._want_note)
        self._tabs = QTabWidget()
        self._tabs.setObjectName("orderTabs")
        self._tabs.setAccessibleName(tr("Pages of the order"))
        self._tabs.tabBar().setAccessibleName(tr("Pages of the order"))
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(self._page, tr("Order"))
        self._tabs.addTab(timeline, tr("Time line"))
        self._tabs.addTab(_column(self._compared_note, compared), tr("Here and DOM"))
        self._tabs.addTab(_column(self._reason, attempts), tr("Tries"))
        self._tabs.addTab(self._mail_page(), tr("E-mails and notes"))
        self._pages = StateView(self._tabs, name="orderState")

    def _mail_page(self) -> QWidget:
        resend, add = QHBoxLayout(), QHBoxLayout()
        resend.addStretch()
        resend.addWidget(self._resend)
        add.addStretch()
        add.addWidget(self._add)
        page = _column(self._mails_table)
        layout = page.layout()
        if isinstance(layout, QVBoxLayout):
            layout.addLayout(resend)
            layout.addWidget(Label(tr("A note, kept in the time line"), size="heading"))
            layout.addWidget(self._note)
            layout.addLayout(add)
        return page

    def _arrange(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(Space.L)
        first.addWidget(self._number)
        first.addWidget(self._status)
        first.addWidget(self._transfer)
        first.addStretch()
        first.addWidget(self._total)
        first.addWidget(self._print_button)
        first.addWidget(self._close)
        second.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._who)
        words.addWidget(self._placed)
        second.addLayout(words, 1)
        second.addWidget(self._call)
        second.addWidget(self._again_button)
        second.addWidget(self._cancel_button)
        second.addWidget(self._retry_button)
        head = QVBoxLayout()
        head.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        head.setSpacing(Space.S)
        head.addLayout(first)
        head.addLayout(second)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._notice)
        column.addWidget(self._cancelling)
        column.addWidget(Hairline())
        column.addWidget(self._pages, 1)

    def _mail_changed(self, _row: object) -> None:
        if self._panel is not None:
            self._show_acts(self._panel)

    def _want_mail(self) -> None:
        row = self._mails_table.current_row
        if row is not None:
            self.mail_chosen.emit(row.mail_id)

    def _want_note(self) -> None:
        self.note_written.emit(self._note.toPlainText()[:LONGEST_NOTE])

    def _want_call(self) -> None:
        self.call_wanted.emit(self._customer_id)


def _comparison_note(details: OrderDetails, count: int) -> str:
    if not details.dom.answered:
        return tr("The DOM does not answer, so there is nothing to compare with.")
    if details.external is None:
        return tr("The DOM does not hold this order.")
    if count:
        return tr_n("{n} value is different at the DOM.", "{n} values are different at the DOM.", count)
    return tr("Both say the same.")


def _column(*widgets: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
    column.setSpacing(Space.M)
    for widget in widgets:
        column.addWidget(widget)
    return page
