"""What the last Prepare found different from the one before: a headline, and lines with what each adds or takes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from backoffice.domain.cart import Cart
from backoffice.domain.money import Money
from ui.screens.calls.changes import Change, changes, total_moved
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.words import amount_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.labels import AmountLabel, Label
from ui.words import tr, tr_n

_MOST_SHOWN = 6


class ChangesPanel(QWidget):
    """Takes no room while nothing changed."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text
        self._headline = Sentence("changesList", Tone.INFO)
        self._lines = [
            (Label(size="small", wrap=True), AmountLabel(size="small")) for _ in range(_MOST_SHOWN)
        ]
        self._more = Label(size="small", tone=Tone.NEUTRAL)
        grid = QGridLayout()
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(0, 1)
        for row, (words, amount) in enumerate(self._lines):
            words.setObjectName("changeWords")
            grid.addWidget(words, row, 0)
            grid.addWidget(amount, row, 1, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._headline)
        column.addLayout(grid)
        column.addWidget(self._more)
        self.hide()

    def show_changes(self, before: Cart | None, after: Cart | None, methods: dict[str, str]) -> None:
        """Compare two prepared carts; without the first, say what the service wrote down then."""
        if after is None or after.prepared is None:
            self.hide()
            return
        if before is None:
            # This window was opened since: only the service's own sentences are left of the comparison.
            self._fill("\n".join(after.prepared.changes), ())
            return
        found = changes(before, after, methods, self._text)
        moved = total_moved(before, after, self._text)
        same = tr("Changed, for the same total") if found else ""
        self._fill(tr("Total {moved}", moved=moved) if moved else same, found)

    def _fill(self, headline: str, found: tuple[Change, ...]) -> None:
        self._headline.say(headline)
        for place, (words, amount) in enumerate(self._lines):
            one = found[place] if place < len(found) else None
            words.setText(one.words if one else "")
            amount.setText(self._signed(one.by) if one else "")
            words.setVisible(one is not None)
            amount.setVisible(one is not None)
        left = len(found) - _MOST_SHOWN
        self._more.setText(tr_n("and {n} more change", "and {n} more changes", left) if left > 0 else "")
        self._more.setVisible(left > 0)
        self.setVisible(bool(headline))

    def _signed(self, amount: Money | None) -> str:
        if amount is None or not amount.minor:
            return ""
        words = amount_words(amount, self._text)
        return f"+{words}" if amount.minor > 0 else words
