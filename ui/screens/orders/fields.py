"""All restrictions of a search side by side, for who would rather fill in than type words."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLineEdit

from backoffice.domain.errors import InvalidInput
from backoffice.domain.order_query import (
    KEYS,
    SHOWN,
    SORT_WORDS,
    STATUS_WORDS,
    TRANSFER_WORDS,
    OrderQuery,
    Term,
    read_term,
)
from ui.screens.orders.words import name_of, sort_words, value_word
from ui.theme import Space
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.fields import Field
from ui.widgets.listing import choice, show_choice
from ui.words import tr

_IN_A_ROW = 5
_TYPED = (
    "agent",
    "name",
    "customer",
    "email",
    "phone",
    "sku",
    "number",
    "payment",
    "postcode",
    "after",
    "before",
)


class FieldsPanel(QFrame):
    """Edits the same query as the line."""

    changed = Signal(object)  # OrderQuery

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("orderFields")
        self._query = OrderQuery()
        self._status = choice(
            "orderStatusFilter",
            name_of("status"),
            [(tr("Any status"), ""), *((value_word("status", word), word) for word in STATUS_WORDS)],
        )
        self._transfer = choice(
            "orderTransferFilter",
            name_of("transfer"),
            [(tr("Any transfer"), ""), *((value_word("transfer", word), word) for word in TRANSFER_WORDS)],
        )
        self._sort = choice("orderSort", name_of("sort"), [(sort_words(word), word) for word in SORT_WORDS])
        self._boxes = {"status": self._status, "transfer": self._transfer, "sort": self._sort}
        for key, box in self._boxes.items():
            box.setPlaceholderText(tr("Several"))
            box.currentIndexChanged.connect(partial(FieldsPanel._chosen, self, key))
        self._edits = {key: self._edit(key) for key in _TYPED}
        self._failed = QCheckBox(tr("Failed checkouts too"))
        self._failed.setObjectName("orderFailedShown")
        self._failed.clicked.connect(self._failed_pressed)
        self._arrange()
        self.hide()

    def show_query(self, query: OrderQuery) -> None:
        """Show what is asked for."""
        self._query = query
        for key, box in self._boxes.items():
            several = bool(query.value(key, out=True))
            show_choice(
                box, "several" if several else query.value(key) or ("placed" if key == "sort" else "")
            )
        for key, field in self._edits.items():
            edit = field.edit
            if isinstance(edit, QLineEdit) and not (edit.hasFocus() and edit.isModified()):
                edit.setText(query.value(key))
                field.show_wrong("")
        self._failed.setChecked(bool(query.value("failed")))

    def focus_first(self) -> None:
        """Put the focus where filling in begins."""
        self._status.setFocus()

    def _edit(self, key: str) -> Field:
        edit = QLineEdit()
        edit.setObjectName(f"order{key.capitalize()}Filter")
        edit.setPlaceholderText(KEYS[key].example.partition(":")[2].replace('"', ""))
        edit.setClearButtonEnabled(True)
        if key == "phone":
            may_hold(edit, Numbers.PHONES)
        edit.editingFinished.connect(partial(FieldsPanel._given, self, key))
        edit.textEdited.connect(partial(FieldsPanel._emptied, self, key))
        return Field(name_of(key), edit)

    def _chosen(self, key: str, _place: int) -> None:
        value = str(self._boxes[key].currentData())
        query = self._query.having(Term(key=key, value="", out=key == "status"))
        self._ask(query.having(Term(key=key, value="" if (key, value) == ("sort", "placed") else value)))

    def _failed_pressed(self) -> None:
        self._ask(self._query.having(Term(key="failed", value=SHOWN if self._failed.isChecked() else "")))

    def _emptied(self, key: str, text: str) -> None:
        if not text:
            self._given(key)

    def _given(self, key: str) -> None:
        field = self._edits[key]
        edit = field.edit
        if not isinstance(edit, QLineEdit):
            return
        value = edit.text().replace('"', "").strip()
        try:
            term = read_term(key, value) if value else Term(key=key, value="")
        except InvalidInput as no:
            field.show_wrong(f"{no.sentence} {no.advice}".strip())
            return
        field.show_wrong("")
        edit.setModified(False)
        self._ask(self._query.having(term))

    def _ask(self, query: OrderQuery) -> None:
        if query != self._query:
            self._query = query
            self.changed.emit(query)

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(Space.L, 0, Space.L, Space.M)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.M)
        first = [Field(name_of(key), self._boxes[key]) for key in ("status", "transfer")]
        last = [Field(name_of("sort"), self._sort)]
        for place, widget in enumerate([*first, *self._edits.values(), *last, self._failed]):
            grid.addWidget(widget, place // _IN_A_ROW, place % _IN_A_ROW)
        for column in range(_IN_A_ROW):
            grid.setColumnStretch(column, 1)
