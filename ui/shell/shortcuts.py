"""The shortcut sheet (`?`): every action that has a key, by where it works."""

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.shell.overlay import Overlay
from ui.shell.palette import Command
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import NATIVE, IconButton, KeyCap
from ui.widgets.labels import Label
from ui.words import tr

_COLUMNS = 3


class ShortcutSheet(Overlay):
    """Made anew each time it is shown: actions come and go."""

    def __init__(self, over: QWidget, commands: Callable[[], Sequence[Command]]) -> None:
        super().__init__(over, width=860, top=72)
        self._commands = commands
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        self._close = IconButton("close", tr("Close"), name="closeShortcuts")
        self._close.clicked.connect(self.put_away)
        head = QHBoxLayout()
        head.addWidget(Label(tr("Keys"), size="title"), 1)
        head.addWidget(self._close)
        self._column.addLayout(head)
        self._column.addWidget(Label(tr("Esc closes this sheet."), tone=Tone.NEUTRAL, size="small"))
        self._body = QWidget()
        self._column.addWidget(self._body)
        self.watch(self)

    def open_sheet(self) -> None:
        """Show the keys that work now."""
        body = self._filled()
        self._column.replaceWidget(self._body, body)
        self._body.deleteLater()
        self._body = body
        self.bring()
        self.setFocus()

    def _filled(self) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, Space.M, 0, 0)
        grid.setHorizontalSpacing(Space.XL * 2)
        grid.setVerticalSpacing(Space.L)
        keyed = [command for command in self._commands() if not command.action.shortcut().isEmpty()]
        for number, (place, group) in enumerate(groupby(keyed, attrgetter("place"))):
            block = QGridLayout()
            block.setVerticalSpacing(Space.S)
            block.setColumnStretch(0, 1)
            block.addWidget(Label(place, size="heading"), 0, 0, 1, 2)
            for row, command in enumerate(group, start=1):
                block.addWidget(Label(command.action.text().replace("&", "")), row, 0)
                block.addWidget(KeyCap(command.action.shortcut().toString(NATIVE)), row, 1)
            block.setRowStretch(block.rowCount(), 1)
            grid.addLayout(block, number // _COLUMNS, number % _COLUMNS)
        return body
