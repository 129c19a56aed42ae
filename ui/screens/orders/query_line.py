"""The line orders are searched with: words that restrict become chips, the others are searched for as they are typed.

1. A word like ``status:shipped`` is done with a space or Enter, or by taking a suggestion; it leaves the line.
2. Tab takes the first suggestion, the arrows choose another, Esc puts them away.
3. Backspace at the beginning of the line takes the last chip back into the line, to be changed.
4. A word that can not be read stays, with the sentence that says why.
"""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from backoffice.domain.errors import InvalidInput
from backoffice.domain.order_query import (
    OrderQuery,
    read_query,
    read_word,
    split_words,
    suggestions,
    words_at,
)
from ui.widgets.fields import SearchField
from ui.words import tr

_MOST = 9  # suggestions on show


class QueryLine(SearchField):
    """Edits a query; ``changed`` with each new one."""

    changed = Signal(object)  # OrderQuery
    refused = Signal(str, str)  # sentence and advice; "" takes it back
    entered = Signal()

    def __init__(self, known: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        super().__init__(
            tr("Number, phone, e-mail, name or SKU; or words like status:shipped agent:ann"),
            name="orderSearch",
        )
        self._known = known
        self.query = OrderQuery()
        self.offers = Suggestions(self)
        self.offers.taken.connect(self._take)
        self.searched.connect(self._typed)
        self.textEdited.connect(self._edited)

    def show_query(self, query: OrderQuery) -> None:
        """Take a query changed elsewhere; what is being typed stays unless the free text is another."""
        if query.text != self.query.text:
            self.setText(query.text)
            self._pause.stop()
        self.query = query

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.offers.isVisible() and key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.offers.step(1 if key == Qt.Key.Key_Down else -1)
        elif self.offers.isVisible() and key == Qt.Key.Key_Escape:
            self.offers.hide()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter()
        elif key == Qt.Key.Key_Backspace and not self.cursorPosition() and not self.hasSelectedText():
            self._take_back()
        else:
            super().keyPressEvent(event)
            if event.text() == " " and not self.text()[: self.cursorPosition()].count('"') % 2:
                self._finish(self.cursorPosition() - 1)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.offers.isVisible()
        ):
            event.accept()  # Esc puts the suggestions away before it goes back
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        if forward and self.offers.isVisible():
            self._take(self.offers.current or self.offers.first)
            return True
        return super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.offers.hide()

    def _enter(self) -> None:
        if self.offers.isVisible() and self.offers.current:
            self._take(self.offers.current)
            return
        self.offers.hide()
        if self._finish(len(self.text())):
            self._typed("")
            self.entered.emit()

    def _typed(self, _text: str) -> None:
        """Search for what stands in the line but the restriction that is being typed."""
        words = []
        for word in split_words(self.text()):
            try:
                if read_word(word) is None:
                    words.append(word)
            except InvalidInput:
                continue  # half a word; said once it is done
        self._ask(OrderQuery(terms=self.query.terms, text=" ".join(words)))

    def _finish(self, end: int) -> bool:
        """Take the words before ``end`` that restrict out of the line; False when one can not be read."""
        before, after = self.text()[:end], self.text()[end:]
        try:
            read = read_query(before)
        except InvalidInput as no:
            self.refused.emit(no.sentence, no.advice)
            return False
        self.refused.emit("", "")
        if read.terms:
            query = self.query
            for term in read.terms:
                query = query.having(term)
            left = " ".join([*([read.text] if read.text else []), *after.split()])
            self.setText(f"{left} " if left else "")
            self._pause.stop()
            self.offers.hide()
            self._ask(OrderQuery(terms=query.terms, text=left))
        return True

    def _take(self, offered: str) -> None:
        """Put a suggestion in the place of the word being typed; a whole one becomes a chip."""
        if not offered:
            return
        _, start = words_at(self.text(), self.cursorPosition())
        rest = self.text()[self.cursorPosition() :]
        self.setText(f"{self.text()[:start]}{offered}{rest}")
        self.setCursorPosition(start + len(offered))
        if offered.endswith(":"):
            self._offer()
        else:
            self._finish(start + len(offered))

    def _take_back(self) -> None:
        if not self.query.terms:
            return
        last = self.query.terms[-1]
        self._ask(self.query.without(last))
        self.setText(f"{last.text}{' ' if self.text() else ''}{self.text()}")
        self._pause.stop()
        self.setCursorPosition(len(last.text))

    def _ask(self, query: OrderQuery) -> None:
        if query != self.query:
            self.query = query
            self.changed.emit(query)

    def _edited(self, _text: str) -> None:
        self.refused.emit("", "")
        self._offer()

    def _offer(self) -> None:
        word, _ = words_at(self.text(), self.cursorPosition())
        self.offers.show_offers(suggestions(word, self._known())[:_MOST])


class Suggestions(QListWidget):
    """What the word may become, under the line; never takes the focus."""

    taken = Signal(str)

    def __init__(self, line: QueryLine) -> None:
        super().__init__()
        self._line = line
        self.setObjectName("orderSuggestions")
        self.setAccessibleName(tr("Suggestions"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._clicked)
        self.hide()

    @property
    def first(self) -> str:
        """Return the first of them."""
        return _offered(self.item(0))

    @property
    def current(self) -> str:
        """Return the chosen one, "" while none is."""
        return _offered(self.currentItem())

    @property
    def words(self) -> tuple[str, ...]:
        """Return all of them, when they are on show."""
        return tuple(_offered(self.item(row)) for row in range(self.count())) if self.isVisible() else ()

    def show_offers(self, offers: Sequence[tuple[str, str]]) -> None:
        """Show what the word may become; nothing hides the list."""
        self.clear()
        for word, says in offers:
            item = QListWidgetItem(f"{word}   {says}" if word.endswith(":") else word)
            item.setData(Qt.ItemDataRole.UserRole, word)
            self.addItem(item)
        self.setCurrentRow(-1)
        if not offers:
            self.hide()
            return
        owner: QWidget = self._line.window()
        if self.parent() is not owner:
            self.setParent(owner)
        height = self.sizeHintForRow(0) * len(offers) + 2 * self.frameWidth() + 8
        self.setGeometry(0, 0, min(self._line.width(), 420), height)
        self.move(self._line.mapTo(owner, QPoint(0, self._line.height() + 2)))
        self.raise_()
        self.show()

    def step(self, by: int) -> None:
        """Choose the next one, or the one before."""
        self.setCurrentRow((self.currentRow() + by) % self.count())
        self._line.setAccessibleDescription(self.current)

    def _clicked(self, item: QListWidgetItem) -> None:
        self.taken.emit(_offered(item))


def _offered(item: QListWidgetItem | None) -> str:
    return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""
