"""A form: named fields, each with its sentence. Enter saves, Esc goes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import Problem
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.fields import EscapeGoesBack, Field
from ui.widgets.labels import Label
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPlan:
    """One field: its name in the draft, its caption, where it stands. ``choices`` makes it a combo box."""

    name: str
    caption: str
    row: int
    column: int = 0
    span: int = 1
    choices: bool = False
    numbers: Numbers | None = None  # which may look like a card's


class Form(QWidget):
    """Fields by plan, a button that saves and one that goes back."""

    saved = Signal()
    cancelled = Signal()

    def __init__(
        self, name: str, title: str, plan: Sequence[FieldPlan], *, prefix: str, save: str, hint: str = ""
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._plan = tuple(plan)
        self._fields: dict[str, Field] = {}
        self._title = Label(title, size="heading")
        self._sentence = Sentence(f"{prefix}FormError")
        self._back = EscapeGoesBack(self)
        self._back.escaped.connect(self.cancelled)
        grid = QGridLayout()
        grid.setSpacing(Space.M)
        for one in plan:
            grid.addWidget(
                self._field(one, prefix), one.row, one.column, 1, one.span, Qt.AlignmentFlag.AlignTop
            )
        self._save = QPushButton(save)
        self._save.setObjectName(f"save{prefix.capitalize()}Button")
        self._save.clicked.connect(self.saved)
        cancel = QPushButton(tr("Cancel   Esc"))
        cancel.setObjectName(f"cancel{prefix.capitalize()}Button")
        cancel.setProperty("kind", "flat")
        cancel.clicked.connect(self.cancelled)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.M)
        buttons.addWidget(self._save)
        buttons.addWidget(cancel)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._title)
        if hint:
            column.addWidget(Label(hint, size="small", tone=Tone.NEUTRAL, wrap=True))
        column.addLayout(grid)
        column.addWidget(self._sentence)
        column.addLayout(buttons)
        column.addStretch()

    @property
    def typed(self) -> dict[str, str]:
        """Return what stands in the fields, by name."""
        return {name: _value(field.edit) for name, field in self._fields.items()}

    def fill(self, values: Mapping[str, str]) -> None:
        """Put values into the fields; those not named are emptied."""
        for name, field in self._fields.items():
            value = values.get(name, "")
            if isinstance(field.edit, QLineEdit):
                field.edit.setText(value)
                field.edit.setCursorPosition(0)
            elif isinstance(field.edit, QComboBox):
                field.edit.setCurrentIndex(field.edit.findData(value))

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """Fill a combo box with codes and their names, once."""
        combo = self._fields[name].edit
        if isinstance(combo, QComboBox) and combo.count() != len(choices):
            combo.clear()
            for code, words in choices:
                combo.addItem(words, code)

    def show_errors(
        self, errors: Sequence[tuple[str, str]], problem: Problem | None, *, saving: bool
    ) -> None:
        """Say what is wrong beside the fields; what belongs to none, below them. The first wrong one gets the focus."""
        wrong = dict(errors)
        first = not any(field.wrong for field in self._fields.values())
        for name, field in self._fields.items():
            field.show_wrong(wrong.get(name, ""))
        rest = " ".join(sentence for name, sentence in errors if name not in self._fields)
        self._sentence.say(rest or problem)
        self._save.setEnabled(not saving)
        named = [one.name for one in self._plan if one.name in wrong]
        if named and first:
            self._fields[named[0]].edit.setFocus()

    def rename(self, title: str) -> None:
        """Say what the form is for this time."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def start(self, name: str = "") -> None:
        """Put the cursor into a field, the first one unless named."""
        self._fields[name or self._plan[0].name].edit.setFocus()

    def _field(self, plan: FieldPlan, prefix: str) -> Field:
        edit: QWidget = QComboBox() if plan.choices else QLineEdit()
        parts = plan.name.split("_")
        edit.setObjectName(prefix + "".join(part.capitalize() for part in parts))
        edit.installEventFilter(self._back)
        if isinstance(edit, QLineEdit):
            edit.returnPressed.connect(self.saved)
            if plan.numbers is not None:
                may_hold(edit, plan.numbers)
        field = Field(plan.caption, edit)
        self._fields[plan.name] = field
        return field


def _value(edit: QWidget) -> str:
    if isinstance(edit, QComboBox):
        return str(edit.currentData() or "")
    return edit.text() if isinstance(edit, QLineEdit) else ""
