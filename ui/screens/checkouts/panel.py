"""The opened checkout: how it stands, what is still open, its journal as a line of time, what may be done."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.failed_checkout import FailedDetails
from ui.answers import Phase
from ui.desk import Desk
from ui.screens.checkouts import columns
from ui.screens.checkouts.state import Act, Panel
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import IconButton, KeyHintButton, explain
from ui.widgets.labels import AmountLabel, ElidedLabel, Hairline, Label, StatusChip
from ui.widgets.notice import Notice
from ui.widgets.rows import RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr

_MOST_OPEN = 5  # rows in view before what is open scrolls
_LONGEST_REASON = 400


class CheckoutPanel(QWidget):
    """Shows one failed checkout; says what is wanted of it."""

    closed = Signal()
    reopened = Signal(str)  # reason
    reason_left = Signal()
    order_wanted = Signal(str)

    def __init__(self, desk: Desk, actions: dict[Act, QAction]) -> None:
        super().__init__()
        self.setObjectName("checkoutPanel")
        self._desk = desk
        self._actions = actions
        self._panel: Panel | None = None
        self._make_head()
        self._make_reason()
        self._make_tables()
        self._arrange()

    def show_panel(self, panel: Panel) -> None:
        """Show the opened checkout as far as it is known."""
        before, self._panel = self._panel, panel
        details = panel.details
        self._say(panel)
        if details is not None:
            self._show_details(details)
            if before is None or before.subject != panel.subject or before.details is None:
                self._show_where_it_failed(details)
        else:
            self._number.setText(panel.subject if panel.phase is Phase.FAILED else "")
        self._show_body(panel)
        self._status.setVisible(details is not None)
        self._open.setVisible(details is not None and bool(details.checkout.order_number))
        self._show_acts(panel)
        self._show_reason(before, panel)

    def _show_details(self, details: FailedDetails) -> None:
        text, checkout = self._desk.text, details.checkout
        self._number.setText(checkout.order_number or tr("No number taken"))
        said = columns.standing(checkout.standing)
        self._status.show_status(said.word, said.tone, icon=said.icon, tip=said.tip)
        self._total.setText(text.money(checkout.total))
        self._who.setText(checkout.customer_name or tr("No customer"))
        facts = [tr("by {agent}", agent=checkout.agent), text.ago(checkout.started_at)]
        if checkout.next_try_at is not None:
            facts.append(tr("tried again {when}", when=text.ago(checkout.next_try_at)))
        self._facts.setText(", ".join(facts))
        self._items.show_rows(details.open_items)
        rows = min(len(details.open_items), _MOST_OPEN) + 1
        self._open_table.setFixedHeight(
            rows * self._open_table.verticalHeader().defaultSectionSize() + Space.S
        )
        self._open_table.setVisible(bool(details.open_items))
        self._nothing.setVisible(not details.open_items)
        self._journal.show_rows(tuple(enumerate(details.journal)))

    def _show_where_it_failed(self, details: FailedDetails) -> None:
        """Begin where the story turns; what was done before is a scroll away."""
        bad = (place for place, line in enumerate(details.journal) if line.outcome in {"failed", "unknown"})
        self._journal_table.go_to(next(bad, 0))

    def _show_body(self, panel: Panel) -> None:
        details = panel.details
        if details is None and panel.trouble is not None:
            self._state.show_failed(panel.trouble.sentence, panel.trouble.advice)
        elif details is None:
            self._state.show_loading(tr("Reading the journal"))
        elif not details.journal:
            self._state.show_empty(
                tr("Its journal is gone."), tr("Old ones are cleaned up; the audit trail keeps who and when.")
            )
        else:
            self._state.show_content()

    def _show_acts(self, panel: Panel) -> None:
        details, why = panel.details, ""
        if details is None or panel.over:
            why = tr("There is nothing to act on.")
        elif panel.busy is not None:
            why = tr("Wait until the last act is done.")
        explain(self._actions[Act.RETRY], why or tr(details.retry_refused if details else ""))
        explain(self._actions[Act.REOPEN], why or tr(details.reopen_refused if details else ""))

    def _show_reason(self, before: Panel | None, panel: Panel) -> None:
        was = before is not None and before.subject == panel.subject and before.asking_reason
        self._reopening.setVisible(panel.asking_reason)
        if panel.asking_reason and not was:
            self._reason.clear()
            self._reason.setFocus()
        self._confirm.setEnabled(panel.busy is None)
        self._confirm.setToolTip("" if panel.busy is None else tr("Wait until the last act is done."))

    def _say(self, panel: Panel) -> None:
        checkout = panel.details.checkout if panel.details else None
        if panel.trouble is not None and checkout is not None:
            tone = Tone.INFO if panel.over else Tone.BAD
            self._notice.say(panel.trouble.sentence, tone, advice=panel.trouble.advice)
        elif panel.done:
            self._notice.say(panel.done, Tone.GOOD)
        elif checkout is not None and checkout.sentence:
            tone = columns.standing(checkout.standing).tone
            place = columns.action_word(checkout.failed_action)
            self._notice.say(f"{place}: {checkout.sentence}", tone, icon="info", advice=checkout.advice)
        else:
            self._notice.say("")

    def _make_head(self) -> None:
        self._number = Label(size="title")
        self._number.setObjectName("checkoutNumber")
        self._status = StatusChip()
        self._status.setObjectName("checkoutStandingChip")
        self._total = AmountLabel(size="title")
        self._who = Label()
        self._facts = ElidedLabel(tone=Tone.NEUTRAL)
        self._open = QPushButton(tr("Open the order"))
        self._open.setObjectName("openFailedOrderButton")
        self._open.setProperty("kind", "flat")
        self._open.clicked.connect(self._want_order)
        self._close = IconButton("close", tr("Back to the list (Esc)"), name="closeCheckoutButton")
        self._close.clicked.connect(self.closed)
        self.setFocusProxy(self._close)
        self._buttons = {act: KeyHintButton(action) for act, action in self._actions.items()}
        self._buttons[Act.RETRY].set_kind("primary")
        self._notice = Notice(name="checkoutNotice")

    def _make_reason(self) -> None:
        self._reopening = QFrame()
        self._reopening.setObjectName("reopenPanel")
        self._reopening.setProperty("banner", "warn")
        self._reason = QLineEdit()
        self._reason.setObjectName("reopenReason")
        self._reason.setPlaceholderText(tr("How what could not be undone was seen to"))
        self._reason.setAccessibleName(tr("Reason for opening the cart again"))
        self._reason.setMaxLength(_LONGEST_REASON)
        self._reason.returnPressed.connect(self._reopen)
        self._confirm = QPushButton(tr("Open the cart"))
        self._confirm.setObjectName("reopenConfirmButton")
        self._confirm.clicked.connect(self._reopen)
        keep = QPushButton(tr("Keep it closed"))
        keep.setObjectName("reopenCancelButton")
        keep.clicked.connect(self.reason_left)
        said = Label(
            tr("Nothing more is undone by itself then. The order stays failed, with its journal."), wrap=True
        )
        column = QVBoxLayout(self._reopening)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.addWidget(said)
        row = QHBoxLayout()
        row.addWidget(self._reason, 1)
        row.addWidget(self._confirm)
        row.addWidget(keep)
        column.addLayout(row)
        self._reopening.hide()

    def _make_tables(self) -> None:
        text = self._desk.text
        self._items = RowsModel(columns.open_columns(text), lambda row: row.subject + row.kind.value)
        self._open_table = LazyTable(self._items, name="openItemsTable", says=tr("What is still open"))
        self._nothing = Label(tr("Nothing is open: no payment, no stock."), tone=Tone.NEUTRAL)
        self._nothing.setObjectName("nothingOpen")
        self._nothing.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        self._journal = RowsModel(columns.journal_columns(text), lambda row: row[0])
        self._journal_table = LazyTable(
            self._journal, name="journalTable", says=tr("Every step, in the order of time")
        )
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._nothing.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.addWidget(self._nothing)
        column.addWidget(self._open_table)
        column.addWidget(Hairline())
        column.addWidget(self._journal_table, 1)
        self._state = StateView(body, name="checkoutState")

    def _arrange(self) -> None:
        first, second, buttons = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        first.setSpacing(Space.L)
        for widget in (self._number, self._status):
            first.addWidget(widget)
        first.addStretch()
        first.addWidget(self._total)
        first.addWidget(self._close)
        second.setSpacing(Space.M)
        second.addWidget(self._who)
        second.addWidget(self._facts, 1)
        second.addWidget(self._open)
        buttons.setSpacing(Space.S)
        for button in self._buttons.values():
            buttons.addWidget(button)
        buttons.addStretch()
        head = QVBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        head.setSpacing(Space.M)
        for row in (first, second, buttons):
            head.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._notice)
        column.addWidget(self._reopening)
        column.addWidget(Hairline())
        column.addWidget(self._state, 1)

    def _reopen(self) -> None:
        self.reopened.emit(self._reason.text())

    def _want_order(self) -> None:
        if self._panel is not None and self._panel.details is not None:
            self.order_wanted.emit(self._panel.details.checkout.order_number)
