"""The search in the top bar (Ctrl+K): customers start a call, orders open, SKUs show their stock."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.desk import Desk
from ui.shell.choices import Choice, ChoiceList
from ui.shell.overlay import Overlay
from ui.shell.search_presenter import SearchPresenter, SearchState
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.fields import SearchField
from ui.widgets.labels import Label
from ui.words import tr

_TALLEST = 460


class GlobalSearch(SearchField):
    """The field; its results hang below it."""

    customer_chosen = Signal(str)
    order_chosen = Signal(str)
    product_chosen = Signal(str)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(tr("Search: phone, e-mail, name, order no, SKU    Ctrl+K"), name="globalSearch")
        may_hold(self, Numbers.PHONES)
        self._desk = desk
        self._results = _Results(over)
        self._presenter = SearchPresenter(desk.office, desk.actor, self.show_state)
        self._eager = False  # Enter was pressed before the answer came
        self._results.watch(self)
        self.searched.connect(self._search)
        self.down_pressed.connect(self._results.list.move_down)
        self.up_pressed.connect(self._results.list.move_up)
        self.returnPressed.connect(self._enter)
        self._results.list.chosen.connect(self._chosen)

    @property
    def results(self) -> ChoiceList:
        """Return the list of what was found."""
        return self._results.list

    def begin(self) -> None:
        """Take the focus, all text marked."""
        self.setFocus()
        self.selectAll()

    def show_state(self, state: SearchState) -> None:
        """Show what was found so far."""
        if not state.text or not self.hasFocus():
            self._results.hide()
            return
        self._results.say(_sentence(state))
        self._results.list.show_choices(_choices(self._desk, state))
        self._results.bring()
        if self._eager and not state.waiting:
            self._eager = False
            self._results.list.choose_current()

    def _enter(self) -> None:
        if self._presenter.state.text == self.text().strip():
            self._results.list.choose_current()
        else:
            self._eager = True
            self.search_now()

    def _search(self, text: str) -> None:
        self._desk.tasks.start(self._presenter.find(text), owner=self)

    def _chosen(self, choice: Choice) -> None:
        kind, _, key = choice.key.partition(":")
        self._results.hide()
        self.clear()
        signal = {
            "customer": self.customer_chosen,
            "order": self.order_chosen,
            "product": self.product_chosen,
        }[kind]
        signal.emit(key)


class _Results(Overlay):
    def __init__(self, over: QWidget) -> None:
        super().__init__(over, width=720, top=52)
        self.list = ChoiceList(name="searchResults", says=tr("Search results"))
        self._says = Label(tone=Tone.NEUTRAL, size="small")
        self._says.setObjectName("searchSays")
        self._says.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, Space.S, 1, Space.S)
        self._column.setSpacing(0)
        self._column.addWidget(self.list)
        self._column.addWidget(self._says)

    def say(self, words: str) -> None:
        self._says.setText(words)
        self._says.setVisible(bool(words))

    def place(self) -> None:
        self.list.setFixedHeight(self.list.height_of_all(_TALLEST))
        self._column.activate()
        super().place()
        self.move(Space.L, self.y())


def _sentence(state: SearchState) -> str:
    if len(state.text) < 2:
        return tr("Type two characters or more.")
    if state.is_empty:
        return state.trouble or tr("Nothing found for “{text}”.", text=state.text)
    return tr("Still asking …") if state.waiting else state.trouble


def _choices(desk: Desk, state: SearchState) -> list[Choice]:
    text = desk.text
    choices: list[Choice] = []
    if state.customers:
        choices.append(Choice(title=tr("Customers: Enter starts a call")))
    choices += [
        Choice(
            title=hit.name or hit.company,
            key=f"customer:{hit.customer_id}",
            detail=" · ".join(part for part in (hit.company, hit.phone, hit.email, hit.city) if part),
            side=hit.matched_by,
            icon="person",
        )
        for hit in state.customers
    ]
    if state.orders:
        choices.append(Choice(title=tr("Orders")))
    choices += [
        Choice(
            title=row.order_number,
            key=f"order:{row.order_number}",
            detail=" · ".join(
                part for part in (row.customer_name, row.company, text.day(row.placed_at)) if part
            ),
            side=text.money(row.total),
            icon="orders",
        )
        for row in state.orders
    ]
    if state.products:
        choices.append(Choice(title=tr("Products: Enter shows the stock")))
    choices += [
        Choice(
            title=str(hit.product.sku),
            key=f"product:{hit.product.sku}",
            detail=hit.product.name if hit.on_sale else tr("{name} (not on sale)", name=hit.product.name),
            side=text.money(hit.product.list_price),
            icon="stock",
        )
        for hit in state.products
    ]
    return choices
