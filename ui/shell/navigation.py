"""The navigation at the left: an icon and a word for each screen the role may see."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ui import icons
from ui.screens import Screen
from ui.theme import Space, scaled
from ui.words import tr


class Navigation(QWidget):
    """Exclusive choices with Ctrl+1 and on."""

    chosen = Signal(int)

    def __init__(self, screens: Sequence[type[Screen]]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Screens"))
        self._group = QActionGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6, Space.M, 6, Space.M)
        self._column.setSpacing(Space.S)
        for number, screen in enumerate(screens):
            self._add(number, screen)
        self._column.addStretch(1)
        self._group.triggered.connect(self._triggered)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * 12 + 12)

    def show_current(self, number: int) -> None:
        """Mark the screen that is shown."""
        self._group.actions()[number].setChecked(True)

    def _add(self, number: int, screen: type[Screen]) -> None:
        action = QAction(tr(screen.title), self)
        action.setObjectName(f"go-{screen.icon}")
        action.setCheckable(True)
        action.setData(number)
        action.setShortcut(f"Ctrl+{number + 1}")
        action.setToolTip(f"{tr(screen.title)} (Ctrl+{number + 1})")
        icons.attach(action, screen.icon)
        self._group.addAction(action)
        self.addAction(action)
        button = QToolButton()
        button.setDefaultAction(action)
        button.setObjectName(f"nav-{screen.icon}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(20, 20))
        button.setFont(scaled(button.font(), 0.92))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tr(screen.title))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._column.addWidget(button)

    def _triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())
