"""Codes as rows: what each gives or why it gives nothing; Delete takes one out."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import IconButton
from ui.widgets.labels import AmountLabel, ElidedLabel, IconLabel, Label, restyle
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One row. ``key`` is what taking it out means; ``says`` stands below, in ``tone``."""

    key: str
    title: str
    right: str = ""
    says: str = ""
    tone: Tone = Tone.NEUTRAL
    icon: str = ""
    removable: bool = True


class CodeList(QWidget):
    """Rows that are kept while their code stays: the one with the focus keeps it."""

    removed = Signal(str)  # key

    def __init__(self, name: str, says: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        # Tab never stops here; but only what may have the focus has a place among the tabs, for the rows to follow.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._rows: dict[str, _Row] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self.hide()

    @property
    def said(self) -> tuple[str, ...]:
        """Return what the rows say, from top to bottom."""
        return tuple(row.accessibleName() for row in self._rows.values())

    def show_codes(self, codes: tuple[Code, ...], *, locked: bool = False) -> None:
        """Show these, in this order."""
        left = {code.key for code in codes}
        for key in [key for key in self._rows if key not in left]:
            row = self._rows.pop(key)
            if row.hasFocus():
                row.focusNextChild()
            row.hide()
            row.deleteLater()
        for code in codes:
            if code.key not in self._rows:
                self._rows[code.key] = row = _Row(code.key)
                row.removed.connect(self.removed)
            self._rows[code.key].show_code(code, locked=locked)
        for place, code in enumerate(codes):
            row = self._rows[code.key]
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
        before: QWidget = self
        for code in codes:
            self.setTabOrder(before, self._rows[code.key])
            before = self._rows[code.key]
        self.setVisible(bool(codes))


class _Row(QFrame):
    removed = Signal(str)  # key

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self._removable = True
        self.setObjectName("codeRow")
        self.setProperty("chip", "true")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = IconLabel("gift", size=14)
        self._title = ElidedLabel(bold=True)
        self._right = AmountLabel()
        self._says = Label(size="small", wrap=True)
        self._remove = IconButton("close", tr("Take out (Delete)"))
        self._remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._remove.clicked.connect(self._ask)
        top = QHBoxLayout()
        top.setSpacing(Space.S + 2)
        top.addWidget(self._icon)
        top.addWidget(self._title, 1)
        top.addWidget(self._right)
        top.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._says)

    def show_code(self, code: Code, *, locked: bool) -> None:
        self._title.setText(code.title)
        self._right.setText(code.right)
        self._says.setText(code.says)
        self._says.setVisible(bool(code.says))
        self._icon.show_icon(code.icon or code.tone.icon, code.tone.value)
        if self._says.property("tone") != code.tone.value:
            self._says.set_tone(code.tone)
        self._removable = code.removable and not locked
        self._remove.setVisible(self._removable)
        self.setAccessibleName(", ".join(part for part in (code.title, code.right, code.says) if part))
        self.setAccessibleDescription(tr("Delete takes it out") if self._removable else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and self._removable:
            self._ask()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        restyle(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        restyle(self)

    def _ask(self) -> None:
        self.removed.emit(self._key)
