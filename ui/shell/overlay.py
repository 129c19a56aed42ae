"""A panel over the desk (search results, palette, shortcut sheet): never modal, Esc puts it away."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from ui.widgets.fields import EscapeGoesBack


class Overlay(QFrame):
    """A child of the desk, above everything, that gives the focus back to where it was."""

    closed = Signal()

    def __init__(self, over: QWidget, *, width: int, top: int) -> None:
        super().__init__(over)
        self.setObjectName("popup")
        self._over = over
        self._width = width
        self._top = top
        self._before: QWidget | None = None
        self._escape = EscapeGoesBack(self)
        self._escape.escaped.connect(self.put_away)
        self.hide()
        over.installEventFilter(self)

    def watch(self, *widgets: QWidget) -> None:
        """Let Esc in these widgets put the panel away."""
        for widget in widgets:
            widget.installEventFilter(self._escape)

    def bring(self) -> None:
        """Show it, remembering who had the focus."""
        if not self.isVisible():
            before = QApplication.focusWidget()
            self._before = before if before is not None and not self.isAncestorOf(before) else None
        self.place()
        self.show()
        self.raise_()

    def put_away(self) -> None:
        """Hide it and give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self.closed.emit()

    def place(self) -> None:
        """Stand in the upper middle, as high as it needs to be."""
        width = min(self._width, self._over.width() - 32)
        height = min(self.sizeHint().height(), self._over.height() - self._top - 16)
        self.setGeometry((self._over.width() - width) // 2, self._top, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)
