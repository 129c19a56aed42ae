"""The opened transfer: where it is, what may be done, every try with what was sent and answered."""

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from backoffice.domain.transfer import Attempt, Transfer
from ui.answers import Phase
from ui.screens import Screen
from ui.screens.transfers import columns
from ui.screens.transfers.acts import explain_for
from ui.screens.transfers.state import Act, Panel
from ui.theme import Space
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.buttons import IconButton, KeyHintButton
from ui.widgets.labels import AmountLabel, ElidedLabel, Hairline, Label, StatusChip
from ui.widgets.notice import Notice
from ui.widgets.rows import RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr


class TransferPanel(QWidget):
    """Shows one transfer; says what is wanted of it."""

    closed = Signal()
    given_up = Signal(str)  # reason
    reason_left = Signal()
    order_wanted = Signal(str)

    def __init__(self, screen: Screen, actions: dict[Act, QAction]) -> None:
        super().__init__()
        self.setObjectName("transferPanel")
        self._screen = screen
        self._actions = actions
        self._panel: Panel | None = None
        self._make_head()
        self._make_reason()
        self._make_attempts()
        self._arrange()

    def show_panel(self, panel: Panel) -> None:
        """Show the opened transfer as far as it is known."""
        before, self._panel = self._panel, panel
        self._number.setText(panel.number)
        self._say(panel)
        if panel.transfer is None and panel.trouble is not None:
            self._state.show_failed(panel.trouble.sentence, panel.trouble.advice)
        elif panel.transfer is None and panel.phase is Phase.ASKING:
            self._state.show_loading(tr("Reading every try"))
        elif not panel.attempts:
            self._state.show_empty(
                tr("Not tried yet."), tr("It goes out by itself as soon as the worker is free.")
            )
        else:
            self._state.show_content()
        self._status.setVisible(panel.transfer is not None)
        if panel.transfer is not None:
            self._show_transfer(panel.transfer)
        self._show_attempts(before, panel)
        status = panel.transfer.status if panel.transfer else None
        for act, action in self._actions.items():
            explain_for(self._screen, action, act, status, busy=panel.busy is not None)
        self._show_reason(before, panel)

    def _show_transfer(self, transfer: Transfer) -> None:
        text = self._screen.desk.text
        said = statuses.transfer_status(transfer.status)
        self._status.show_status(said.word, said.tone, icon=said.icon, tip=said.tip)
        self._total.setText(text.money(transfer.total))
        self._who.setText(transfer.customer_name)
        facts = [tr("waits since {when}", when=text.ago(transfer.queued_at))]
        if transfer.external_order_id:
            facts = [tr("DOM number {number}", number=transfer.external_order_id)]
        if transfer.next_try_at is not None:
            facts.append(tr("next try {when}", when=text.ago(transfer.next_try_at)))
        self._facts.setText(", ".join(facts))

    def _show_attempts(self, before: Panel | None, panel: Panel) -> None:
        newest_first = tuple(reversed(panel.attempts))
        self._attempts.show_rows(newest_first)
        if newest_first and (before is None or before.number != panel.number or not before.attempts):
            self._table.go_to(0)
        self._show_attempt(self._table.current_row)

    def _show_attempt(self, attempt: Attempt | None) -> None:
        if attempt is None:
            self._text.setPlainText("")
            return
        parts = [
            tr(
                "ASKED BY {worker}, {when}",
                worker=attempt.worker,
                when=self._screen.desk.text.moment(attempt.started_at),
            ),
            readable(attempt.request) or tr("(nothing kept)"),
            "",
            tr("ANSWERED {when}", when=self._screen.desk.text.moment(attempt.ended_at))
            if attempt.ended_at
            else tr("NO ANSWER YET"),
            readable(attempt.answer) or attempt.reason or tr("(nothing)"),
        ]
        words = "\n".join(parts)
        if words != self._text.toPlainText():
            self._text.setPlainText(words)

    def _show_reason(self, before: Panel | None, panel: Panel) -> None:
        was = before is not None and before.number == panel.number and before.asking_reason
        self._giving_up.setVisible(panel.asking_reason)
        if panel.asking_reason and not was:
            self._reason.clear()
            self._reason.setFocus()
        self._confirm.setEnabled(panel.busy is None)

    def _say(self, panel: Panel) -> None:
        if panel.trouble is not None and panel.transfer is not None:
            self._notice.say(panel.trouble.sentence, Tone.BAD, advice=panel.trouble.advice)
        elif panel.busy is Act.RESOLVE:
            self._notice.say(tr("Asking the DOM…"), Tone.INFO, icon="waiting")
        elif panel.done:
            self._notice.say(panel.done, Tone.GOOD)
        elif panel.transfer is not None and panel.transfer.cause:
            said = statuses.transfer_status(panel.transfer.status)
            self._notice.say(
                columns.cause_word(panel.transfer.cause),
                said.tone,
                icon=said.icon,
                advice=panel.transfer.reason,
            )
        else:
            self._notice.say("")

    def _make_head(self) -> None:
        self._number = Label(size="title")
        self._number.setObjectName("transferNumber")
        self._status = StatusChip()
        self._status.setObjectName("transferStatusChip")
        self._total = AmountLabel(size="title")
        self._who = Label()
        self._facts = ElidedLabel(tone=Tone.NEUTRAL)
        self._open = QPushButton(tr("Open the order"))
        self._open.setObjectName("openOrderButton")
        self._open.setProperty("kind", "flat")
        self._open.clicked.connect(self._want_order)
        self._close = IconButton("close", tr("Back to the list (Esc)"), name="closeTransferButton")
        self._close.clicked.connect(self.closed)
        self.setFocusProxy(self._close)
        self._buttons = {act: KeyHintButton(action) for act, action in self._actions.items()}
        self._buttons[Act.RETRY].set_kind("primary")
        self._buttons[Act.GIVE_UP].set_kind("danger")
        self._notice = Notice(name="transferNotice")

    def _make_reason(self) -> None:
        self._giving_up = QFrame()
        self._giving_up.setObjectName("giveUpPanel")
        self._giving_up.setProperty("banner", "bad")
        self._reason = QLineEdit()
        self._reason.setObjectName("giveUpReason")
        self._reason.setPlaceholderText(tr("Why it will never be sent"))
        self._reason.setAccessibleName(tr("Reason for giving up"))
        self._reason.setMaxLength(500)
        self._reason.returnPressed.connect(self._give_up)
        self._confirm = QPushButton(tr("Give it up"))
        self._confirm.setObjectName("giveUpConfirmButton")
        self._confirm.setProperty("kind", "danger")
        self._confirm.clicked.connect(self._give_up)
        keep = QPushButton(tr("Keep it"))
        keep.setObjectName("giveUpCancelButton")
        keep.clicked.connect(self.reason_left)
        said = Label(
            tr("The order is cancelled here, its payment and stock are let go. This can not be undone."),
            wrap=True,
        )
        column = QVBoxLayout(self._giving_up)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.addWidget(said)
        row = QHBoxLayout()
        row.addWidget(self._reason, 1)
        row.addWidget(self._confirm)
        row.addWidget(keep)
        column.addLayout(row)
        self._giving_up.hide()

    def _make_attempts(self) -> None:
        self._attempts = RowsModel(
            columns.attempt_columns(self._screen.desk.text), lambda row: row.attempt_id
        )
        self._table = LazyTable(self._attempts, name="attemptsTable", says=tr("Every try, newest first"))
        self._table.current_changed.connect(self._show_attempt)
        self._text = QPlainTextEdit()
        self._text.setObjectName("attemptText")
        self._text.setAccessibleName(tr("What was sent and answered"))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setStyleSheet("QPlainTextEdit { border: 0; padding: 8px; }")
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(self._table)
        split.addWidget(self._text)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        self._state = StateView(split, name="transferState")

    def _arrange(self) -> None:
        first, second, buttons = QHBoxLayout(), QHBoxLayout(), QGridLayout()
        first.setSpacing(Space.L)
        for widget in (self._number, self._status):
            first.addWidget(widget)
        first.addStretch()
        first.addWidget(self._total)
        first.addWidget(self._close)
        second.addWidget(self._who)
        second.addWidget(self._facts, 1)
        second.addWidget(self._open)
        second.setSpacing(Space.M)
        buttons.setSpacing(Space.S)
        for place, button in enumerate(self._buttons.values()):
            buttons.addWidget(button, place // 3, place % 3)
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
        column.addWidget(self._giving_up)
        column.addWidget(Hairline())
        column.addWidget(self._state, 1)

    def _give_up(self) -> None:
        self.given_up.emit(self._reason.text())

    def _want_order(self) -> None:
        if self._panel is not None:
            self.order_wanted.emit(self._panel.number)


def readable(text: str) -> str:
    """Return JSON indented, anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
