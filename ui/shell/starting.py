"""What is seen first: that the desk is coming, and what it waits for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.places import RESOURCES
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import Label
from ui.words import tr


class StartingPage(QWidget):
    """The name, a bar without a known end, and a sentence; or why it can not go on."""

    copy_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("starting")
        self._details = ""
        logo = QLabel()
        logo.setPixmap(QPixmap(str(RESOURCES / "icons" / "backoffice.svg")))
        self._title = Label(tr("Backoffice"), size="title")
        self._waits = Label(tr("Starting …"), tone=Tone.NEUTRAL, wrap=True)
        self._waits.setObjectName("waitsFor")
        self._waits.setMinimumWidth(480)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setFixedWidth(240)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Starting"))
        self._copy = QPushButton(tr("Copy details"))
        self._copy.clicked.connect(self._copy_details)
        self._leave = QPushButton(tr("Close"))
        self._leave.clicked.connect(self.leave_wanted)
        buttons = QHBoxLayout()
        for button in (self._copy, self._leave):
            button.hide()
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setSpacing(Space.L)
        column.addStretch(2)
        middle = Qt.AlignmentFlag.AlignHCenter
        self._waits.setAlignment(middle)
        for widget in (logo, self._title, self._waits, self._bar):
            column.addWidget(widget, 0, middle)
        column.addLayout(buttons)
        column.setAlignment(buttons, middle)
        column.addStretch(3)

    @property
    def sentence(self) -> str:
        """Return what it says at the moment."""
        return self._waits.text()

    def wait_for(self, what: str) -> None:
        """Say what is waited for."""
        self._waits.setText(what)
        self._bar.show()

    def fail(self, sentence: str, *, advice: str = "", details: str = "") -> None:
        """Say why it can not go on and what to do."""
        self._details = details
        self._waits.setText(f"{sentence}\n{advice}".strip())
        self._bar.hide()
        self._copy.setVisible(bool(details))
        self._leave.show()
        self._leave.setFocus()

    def _copy_details(self) -> None:
        QApplication.clipboard().setText(self._details)
        self._copy.setText(tr("Copied"))
