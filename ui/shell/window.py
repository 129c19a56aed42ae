"""The window and its pages: starting, sign-in, the desk. Painted before anything slow is imported."""

from PySide6.QtCore import QSettings, QSize, Signal
from PySide6.QtGui import QCloseEvent, QIcon
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from ui.places import RESOURCES
from ui.shell.starting import StartingPage
from ui.theme import Theme
from ui.widgets.card_guard import CardGuards
from ui.words import tr

_USUAL = QSize(1320, 820)


class Window(QMainWindow):
    """One per process. Asking it to close only says so: what is under way ends first."""

    closing_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        CardGuards.watch()
        self.setObjectName("window")
        self.setWindowTitle(tr("Backoffice"))
        self.setWindowIcon(QIcon(str(RESOURCES / "icons" / "backoffice.svg")))
        self.resize(_USUAL)
        self.setMinimumSize(900, 560)
        self._may_close = False
        self._pages = QStackedWidget()
        self.setCentralWidget(self._pages)
        Theme.active().dress(self)
        self.starting = StartingPage()
        self._pages.addWidget(self.starting)

    @property
    def page(self) -> QWidget | None:
        """Return the page shown."""
        return self._pages.currentWidget()

    def add_page(self, page: QWidget) -> None:
        """Take a page in without showing it yet: what is added to it there is styled piece by piece."""
        self._pages.addWidget(page)

    def show_page(self, page: QWidget) -> None:
        """Show a page; the one before, unless it is the starting page, is gone for good."""
        before = self._pages.currentWidget()
        if before is page:
            return
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        if before is not None and before is not self.starting:
            self._pages.removeWidget(before)
            before.deleteLater()

    def come_forward(self) -> None:
        """Be seen: restored if minimised, raised, active."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def restore(self, kept: QSettings) -> None:
        """Stand where the window stood last time."""
        geometry = kept.value("window/geometry")
        if geometry:
            self.restoreGeometry(geometry)

    def keep(self, kept: QSettings) -> None:
        """Remember where the window stands."""
        kept.setValue("window/geometry", self.saveGeometry())

    def close_now(self) -> None:
        """Close for good; everything has ended."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.closing_wanted.emit()
