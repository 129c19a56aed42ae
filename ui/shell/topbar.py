"""The top bar: search, lights, demo, light or dark, who is signed in."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ui.desk import Desk
from ui.shell.lights import Lights
from ui.shell.search import GlobalSearch
from ui.shell.sign_in import ROLES
from ui.theme import Space
from ui.widgets.labels import Hairline, IconLabel, Label
from ui.words import tr


class TopBar(QWidget):
    """One row; ``buttons`` are actions shown as icons before the person."""

    def __init__(self, desk: Desk, search: GlobalSearch, lights: Lights, buttons: Sequence[QAction]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        search.setMinimumWidth(380)
        search.setMaximumWidth(620)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.L)
        row.addWidget(search, 3)
        row.addStretch(1)
        row.addWidget(lights)
        row.addWidget(Hairline(vertical=True))
        row.addWidget(IconLabel("person", size=18))
        who = Label(f"{desk.actor.name} ({tr(ROLES[desk.actor.role])})")
        who.setObjectName("whoIsSignedIn")
        row.addWidget(who)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for action in buttons:
            tools.addWidget(_button(action))
        row.addLayout(tools)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setObjectName(f"{action.objectName()}Button")
    button.setProperty("kind", "flat")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text())
    words = action.objectName() == "demo"
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(style)
    return button
