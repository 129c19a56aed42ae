"""The items of the order, or how to get some; what was wrong with a quantity; what can be put back."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.calls.actions import CallActions
from ui.screens.calls.line_rows import line_rows
from ui.screens.calls.lines_table import LinesTable
from ui.screens.calls.price_panel import PricePanel
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.shipment_panel import ShipmentPanel
from ui.screens.calls.state import CallState, Promise
from ui.screens.calls.words import last_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton
from ui.widgets.labels import Label
from ui.widgets.states import StateView
from ui.words import tr

AGE = 15  # seconds after which the ages of what is shown are told anew


class ItemsPanel(QWidget):
    """The table and what stands below it."""

    quantity_typed = Signal(str, str)  # line id, what was typed
    remove_wanted = Signal(str)  # line id
    shipment_wanted = Signal(str)  # shipment id
    merge_wanted = Signal(str)  # shipment id
    left = Signal()

    def __init__(self, folder: Path, text: Text, actions: CallActions) -> None:
        super().__init__()
        self._text = text
        self._shown: tuple[object, ...] = ()
        self.table = LinesTable(folder, text)
        self._state = StateView(self.table, name="linesState")
        self._error = Sentence("linesError")
        self._undo = KeyHintButton(actions.undo, kind="flat")
        self._undone = Label(size="small", tone=Tone.NEUTRAL)
        self.price = PricePanel(text)
        self.shipment = ShipmentPanel()
        self.table.quantity_typed.connect(self.quantity_typed)
        self.table.remove_wanted.connect(self.remove_wanted)
        self.table.shipment_wanted.connect(self.shipment_wanted)
        self.table.merge_wanted.connect(self.merge_wanted)
        self.table.left.connect(self.left)
        undo = QHBoxLayout()
        undo.addWidget(self._undone)
        undo.addWidget(self._undo)
        undo.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self._state, 1)
        column.addWidget(self._error)
        column.addLayout(undo)
        column.addWidget(self.price)
        column.addWidget(self.shipment)

    def show_state(self, state: CallState, promise: Promise, why_not: str) -> None:
        """Show the lines, unless they are shown already: every key pressed anywhere comes by here."""
        self.price.show_state(state)
        self.shipment.show_state(state)
        age = self._text.clock().timestamp() // AGE
        asked = (state.cart, state.lines, state.price.reasons, promise, why_not, state.problem, age)
        if asked == self._shown:
            return
        self._shown = asked
        rows = line_rows(state, promise, self._text)
        self.table.show_rows(rows, locked=bool(why_not))
        if state.cart is None and state.problem is None:
            self._state.show_loading(tr("Loading the call…"))
        elif rows:
            self._state.show_content()
        else:
            self._state.show_empty(
                tr("No items yet"),
                tr("Type a SKU or words above, or scan. 3*SKU adds three. Enter adds."),
            )
        problem = state.lines.problem
        self._error.say(problem.problem if problem else None)
        last = state.lines.last
        self._undone.setText(last_words(last, self._text))
        self._undone.setVisible(last is not None)
        self._undo.setVisible(last is not None)
