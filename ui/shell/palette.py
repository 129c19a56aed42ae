"""The command palette (Ctrl+Shift+P): every action of the desk by its words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.shell.choices import Choice, ChoiceList
from ui.shell.overlay import Overlay
from ui.theme import Space
from ui.widgets.buttons import NATIVE
from ui.widgets.fields import SearchField
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """An action and where it belongs; ``enter`` shows that place first."""

    action: QAction
    place: str
    enter: Callable[[], None]


class Palette(Overlay):
    """A field and what matches it."""

    def __init__(self, over: QWidget, commands: Callable[[], Sequence[Command]]) -> None:
        super().__init__(over, width=640, top=96)
        self._commands = commands
        self._shown: dict[str, Command] = {}
        self.field = SearchField(tr("Type what you want to do"), name="paletteField")
        self.list = ChoiceList(name="paletteList", says=tr("Commands"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.watch(self.field)
        self.field.textChanged.connect(self._match)
        self.field.down_pressed.connect(self.list.move_down)
        self.field.up_pressed.connect(self.list.move_up)
        self.field.returnPressed.connect(self.list.choose_current)
        self.list.chosen.connect(self._run)

    def open_palette(self) -> None:
        """Show every command, ready to type."""
        self.field.clear()
        self._match("")
        self.bring()
        self.field.setFocus()

    def _match(self, text: str) -> None:
        words = text.lower().split()
        self._shown = {}
        choices = []
        for number, command in enumerate(self._commands()):
            title = command.action.text().replace("&", "")
            hay = f"{title} {command.place}".lower()
            if title and command.action.isVisible() and all(word in hay for word in words):
                key = str(number)
                self._shown[key] = command
                choices.append(_choice(key, title, command))
        self.list.show_choices(choices)
        self.list.setFixedHeight(max(40, self.list.height_of_all(400)))
        self.place()

    def _run(self, choice: Choice) -> None:
        command = self._shown[choice.key]
        self.put_away()
        command.enter()
        command.action.trigger()


def _choice(key: str, title: str, command: Command) -> Choice:
    action = command.action
    why_not = "" if action.isEnabled() else (action.statusTip() or tr("not now"))
    keys = action.shortcut().toString(NATIVE)
    return Choice(title=title, key=key, detail=command.place, side=keys, why_not=why_not)
