"""The entry line and the list that hangs below it; the keyboard never leaves the line."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from ui.screens.calls.entry_list import Entry, EntryList
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.state import EntryState, Suggestion
from ui.screens.calls.words import availability_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.labels import plain_tip, restyle
from ui.words import tr

_MOST = 8


class EntryLine(QWidget):
    """SKU or words; Enter adds what is typed, or the entry of the list the arrows went to."""

    typed = Signal(str)
    entered = Signal(str, str)  # what was typed, the SKU picked or ""
    moved_on = Signal()  # Enter on an empty line
    dismissed = Signal()

    def __init__(self, folder: Path, text: Text) -> None:
        super().__init__()
        self._text = text
        self.edit = _Edit()
        may_hold(self.edit, Numbers.GOODS)
        self._hits = EntryList("entryHits", tr("Suggestions"), folder=folder)
        self._hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._popup = QFrame(self)
        self._popup.setObjectName("popup")
        inside = QVBoxLayout(self._popup)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._hits)
        self._popup.hide()
        self._sentence = Sentence("entryError")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.edit)
        column.addWidget(self._sentence)
        self.edit.textEdited.connect(self.typed)
        self.edit.stepped.connect(self._hits.step)
        self.edit.entered.connect(self._enter)
        self.edit.escaped.connect(self._escape)
        self.edit.left.connect(self._popup.hide)
        self._hits.chosen.connect(self._pick)

    def show_state(self, entry: EntryState, why_not: str) -> None:
        """Show suggestions, what is being added, and why something was not."""
        self.edit.setEnabled(not why_not)
        self.edit.setToolTip(plain_tip(why_not))
        self.edit.setAccessibleDescription(why_not or (entry.problem.text if entry.problem else ""))
        wrong = "true" if entry.problem else ""
        if self.edit.property("wrong") != wrong:
            self.edit.setProperty("wrong", wrong)
            restyle(self.edit)
        if entry.nothing and not entry.problem:
            self._sentence.say(tr("Nothing found so far. Try a part of the SKU, or one word."), Tone.NEUTRAL)
        else:
            self._sentence.say(entry.problem, Tone.BAD)
        self.edit.setPlaceholderText(
            tr("Adding {sku}…", sku=entry.adding)
            if entry.adding
            else tr("SKU or words, 3*SKU for three, or scan")
        )
        self._hits.show_entries([_entry(one, self._text) for one in entry.suggestions])
        if entry.problem and entry.suggestions and not self._hits.current_key:
            self._hits.go_to(0)
        self._place(shown=bool(entry.suggestions) and self.edit.hasFocus())

    def put_back(self, typed: str) -> None:
        """Give back what could not be added, unless something else is being typed already."""
        if not self.edit.text():
            self.edit.setText(typed)

    def hideEvent(self, event: QHideEvent) -> None:
        self._popup.hide()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(shown=self._popup.isVisible())

    def _enter(self) -> None:
        typed, picked = self.edit.text(), self._hits.current_key if self._popup.isVisible() else ""
        if not typed.strip() and not picked:
            self.moved_on.emit()
            return
        self._take(typed, picked)

    def _pick(self, sku: str) -> None:
        self._take(self.edit.text(), sku)

    def _take(self, typed: str, picked: str) -> None:
        # Cleared at once: a scanner's next code must not be glued to this one.
        self.edit.clear()
        self._popup.hide()
        self.entered.emit(typed, picked)

    def _escape(self) -> None:
        if self._popup.isVisible():
            self.dismissed.emit()
        else:
            self.edit.clear()
            self.typed.emit("")

    def _place(self, *, shown: bool) -> None:
        if not shown:
            self._popup.hide()
            return
        window = self.window()
        if self._popup.parentWidget() is not window:
            self._popup.setParent(window)
        below = self.edit.mapTo(window, QPoint(0, self.edit.height() + 2))
        self._popup.setGeometry(below.x(), below.y(), self.edit.width(), self._hits.height_for(_MOST) + 4)
        self._popup.raise_()
        self._popup.show()


class _Edit(QLineEdit):
    stepped = Signal(int)
    entered = Signal()
    escaped = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entryLine")
        self.setAccessibleName(tr("Add an item: SKU or words"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self.stepped.emit(1)
            case Qt.Key.Key_Up:
                self.stepped.emit(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit()
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def event(self, event: QEvent) -> bool:
        # Esc would otherwise be taken by a shortcut of the window while suggestions hang below the line.
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)


def _entry(suggestion: Suggestion, text: Text) -> Entry:
    product = suggestion.product
    promise, source, tone = availability_words(suggestion.availability, text)
    if not suggestion.on_sale:
        day = product.sell_until
        promise, source, tone = (
            (tr("not on sale since {day}", day=day) if day else tr("not on sale yet")),
            "",
            Tone.BAD,
        )
    elif suggestion.availability is None:
        promise, source, tone = "…", "", Tone.NEUTRAL
    return Entry(
        key=product.sku,
        title=product.name,
        right=text.money(product.list_price),
        below=" · ".join(part for part in (product.sku, product.category) if part),
        below_right=", ".join(part for part in (promise, source) if part),
        tone=tone if suggestion.availability or not suggestion.on_sale else None,
        photo=product.photo,
        muted=not suggestion.on_sale,
    )
