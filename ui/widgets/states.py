"""``StateView``: content, or in its place why there is none: loading, empty, failed, offline."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton
from ui.widgets.labels import IconLabel, Label

_PATIENCE = 150  # ms: what is there sooner never flashes "loading"


class StateView(QStackedWidget):
    """Shows its content, or one calm page that says what is so and what to do."""

    def __init__(self, content: QWidget, *, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._content = content
        self._page = _Page()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PATIENCE)
        self._soon.timeout.connect(self._turn_to_page)
        self.addWidget(content)
        self.addWidget(self._page)
        self.state = "content"
        self._said: tuple[str, str, str, QAction | None] | None = None

    def show_content(self) -> None:
        """Show the content."""
        self.state = "content"
        self._soon.stop()
        self.setCurrentWidget(self._content)

    def show_loading(self, what: str) -> None:
        """Say what is waited for, once it takes longer than a blink."""
        self._said = None
        self._page.fill("waiting", Tone.NEUTRAL, what, busy=True)
        if self.state != "loading":
            self.state = "loading"
            self._soon.start()

    def show_empty(self, title: str, hint: str = "", action: QAction | None = None) -> None:
        """Say what would be here and how to get it."""
        self._show("empty", Tone.NEUTRAL, title, icon="info", hint=hint, action=action)

    def show_failed(self, sentence: str, advice: str = "", action: QAction | None = None) -> None:
        """Say what went wrong and what to do next."""
        self._show("failed", Tone.BAD, sentence, icon="failed", hint=advice, action=action)

    def show_offline(self, sentence: str, advice: str = "", action: QAction | None = None) -> None:
        """Say who does not answer, and what still works."""
        self._show("offline", Tone.WARN, sentence, icon="offline", hint=advice, action=action)

    def _show(
        self, state: str, tone: Tone, title: str, *, icon: str, hint: str, action: QAction | None
    ) -> None:
        said = (state, title, hint, action)
        self.state = state
        self._soon.stop()
        if said != self._said:  # its button may have the focus: the same page is not made anew
            self._said = said
            self._page.fill(icon, tone, title, hint, action=action)
        self._turn_to_page()

    def _turn_to_page(self) -> None:
        self.setCurrentWidget(self._page)


class _Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._icon = IconLabel("info", size=32)
        self._title = Label(size="heading", wrap=True)
        self._title.setObjectName("stateTitle")
        self._hint = Label(tone=Tone.NEUTRAL, wrap=True)
        self._hint.setObjectName("stateHint")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setFixedWidth(160)
        self._busy.setTextVisible(False)
        self._button: KeyHintButton | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL * 2, Space.XL, Space.XL * 2, Space.XL)
        self._column.setSpacing(Space.M)
        self._column.addStretch(2)
        middle = Qt.AlignmentFlag.AlignHCenter
        self._column.addWidget(self._icon, 0, middle)
        for label in (self._title, self._hint):
            label.setAlignment(middle)
            self._column.addWidget(label)
        self._column.addWidget(self._busy, 0, middle)
        self._column.addStretch(3)

    def fill(
        self,
        icon: str,
        tone: Tone,
        title: str,
        hint: str = "",
        *,
        action: QAction | None = None,
        busy: bool = False,
    ) -> None:
        self._icon.show_icon(icon, tone.value)
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._busy.setVisible(busy)
        if self._button is not None:
            self._button.deleteLater()
            self._button = None
        if action is not None:
            self._button = KeyHintButton(action)
            last = self._column.count() - 1
            self._column.insertWidget(last, self._button, 0, Qt.AlignmentFlag.AlignHCenter)
