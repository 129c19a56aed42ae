"""The opened message: what became of it and why, its body as received, and Replay."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from backoffice.domain.staff import Right
from ui.answers import Phase
from ui.desk import Desk
from ui.screens.sync.columns import kind_word
from ui.screens.sync.state import Panel
from ui.theme import Space
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.buttons import IconButton, KeyHintButton, explain
from ui.widgets.labels import ElidedLabel, Hairline, Label, StatusChip
from ui.widgets.notice import Notice
from ui.widgets.states import StateView
from ui.words import tr


class MessagePanel(QWidget):
    """Shows one message; says what is wanted of it."""

    closed = Signal()
    order_wanted = Signal(str)

    def __init__(self, desk: Desk, *, replay: QAction) -> None:
        super().__init__()
        self.setObjectName("messagePanel")
        self._desk = desk
        self._replay = replay
        self._subject = ""
        self._heading = Label(size="title")
        self._heading.setObjectName("messageHeading")
        self._state = StatusChip()
        self._state.setObjectName("messageState")
        self._facts = ElidedLabel(tone=Tone.NEUTRAL)
        self._facts.setObjectName("messageFacts")
        self._close = IconButton("close", tr("Back to the list (Esc)"), name="closeMessageButton")
        self._close.clicked.connect(self.closed)
        self.setFocusProxy(self._close)
        self._button = KeyHintButton(replay)
        self._open = QPushButton(tr("Open the order"))
        self._open.setObjectName("openOrderButton")
        self._open.setProperty("kind", "flat")
        self._open.clicked.connect(self._want_order)
        self._notice = Notice(name="messageNotice")
        self._body = QPlainTextEdit()
        self._body.setObjectName("messageBody")
        self._body.setAccessibleName(tr("The message as received"))
        self._body.setReadOnly(True)
        self._body.setTabChangesFocus(True)
        self._body.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._body.setStyleSheet("QPlainTextEdit { border: 0; padding: 8px; }")
        self._page = StateView(self._body, name="messageBodyState")
        self._arrange()

    def show_panel(self, panel: Panel) -> None:
        """Show the opened message as far as it is known."""
        row, text = panel.row, self._desk.text
        self._subject = row.subject
        self._heading.setText(f"{kind_word(row.kind)} {row.subject}".strip())
        said = statuses.message_state(row.state.value)
        self._state.show_status(said.word, said.tone, icon=said.icon, tip=said.tip)
        times = tr(", {count} times", count=row.times_received) if row.times_received > 1 else ""
        sent = tr(
            "sent {sent}, received {received}",
            sent=text.ago(row.created_at),
            received=text.ago(row.received_at),
        )
        self._facts.setText(f"{sent}{times}, {row.message_id}")
        self._open.setVisible(bool(row.subject))
        self._say(panel)
        if panel.phase is Phase.ASKING:
            self._page.show_loading(tr("Reading the message"))
        elif panel.phase is Phase.FAILED and panel.trouble is not None:
            self._page.show_failed(panel.trouble.sentence, panel.trouble.advice)
        else:
            self._page.show_content()
        if panel.body != self._body.toPlainText():
            self._body.setPlainText(panel.body)
        busy = tr("It is being replayed.") if panel.busy else ""
        allowed = self._desk.actor.may(Right.SYNCS)
        explain(self._replay, busy or ("" if allowed else tr("Only a supervisor may replay.")))

    def _say(self, panel: Panel) -> None:
        said = statuses.message_state(panel.row.state.value)
        if panel.trouble is not None and panel.phase is Phase.READY:
            self._notice.say(panel.trouble.sentence, Tone.BAD, advice=panel.trouble.advice)
        elif panel.done:
            self._notice.say(panel.done, Tone.INFO)
        elif panel.row.reason:
            self._notice.say(panel.row.reason, said.tone, icon=said.icon)
        else:
            self._notice.say("")

    def _arrange(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(Space.L)
        first.addWidget(self._heading)
        first.addWidget(self._state)
        first.addStretch()
        first.addWidget(self._close)
        second.setSpacing(Space.M)
        second.addWidget(self._facts, 1)
        second.addWidget(self._open)
        second.addWidget(self._button)
        head = QVBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        head.setSpacing(Space.M)
        head.addLayout(first)
        head.addLayout(second)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._notice)
        column.addWidget(Hairline())
        column.addWidget(self._page, 1)

    def _want_order(self) -> None:
        self.order_wanted.emit(self._subject)
