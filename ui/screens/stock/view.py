"""The Stock screen: find a SKU, see it and what can be promised of it everywhere."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from backoffice.domain.catalog import Product, ProductHit
from backoffice.domain.staff import Right
from ui.answers import Phase
from ui.desk import Desk
from ui.screens import Screen
from ui.screens.stock.columns import in_words, stock_columns
from ui.screens.stock.presenter import StockPresenter
from ui.screens.stock.product_card import ProductCard
from ui.screens.stock.state import Shown, StockState
from ui.tasks import Running
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton, explain
from ui.widgets.card_guard import Numbers, may_hold
from ui.widgets.fields import SearchField
from ui.widgets.labels import Hairline, Label
from ui.widgets.notice import Notice
from ui.widgets.rows import Column, RowsModel
from ui.widgets.states import StateView
from ui.widgets.tables import LazyTable
from ui.words import tr

_SETTLE = 1000  # ms: stock changes come in bursts
_AGES = 10_000  # ms between two repaints of "2 minutes ago"
_MOST_HITS = 12


class StockScreen(Screen):
    """Shows where a SKU is."""

    title = "Stock"
    icon = "stock"
    right = Right.STOCK

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setObjectName("stockScreen")
        self._presenter = StockPresenter(
            catalog=desk.office.catalog,
            photo_path=desk.office.catalog.photo_path,
            inventory=desk.office.inventory,
            actor=desk.actor,
            show=self.show_state,
        )
        self._suggesting: Running | None = None
        self._choosing: Running | None = None
        self._take_first = False  # Enter was pressed before the suggestions were there
        self._shown_sku = ""
        self._product: Product | None = None
        self._make_search()
        self._make_content()
        self._arrange()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._refresh_now)
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES)
        self._ages.timeout.connect(self._repaint_ages)
        self.show_state(self._presenter.state)

    # What the shell tells

    def entered(self) -> None:
        self._ages.start()
        self._search.setFocus()
        self._search.selectAll()
        self._refresh_now()

    def left(self) -> None:
        self._ages.stop()
        self._settle.stop()

    def refresh(self) -> None:
        if self.isVisible() and not self._settle.isActive():
            self._settle.start(_SETTLE)

    def show_subject(self, subject: str) -> None:
        self._choose(subject)

    # One way in

    def show_state(self, state: StockState) -> None:
        """Show the state."""
        self._show_hits(state)
        shown = state.shown
        explain(self._ask, "" if shown and shown.product else tr("Choose a product first."))
        if shown is None:
            self._say(None)
            self._whole.show_empty(
                tr("Which product?"),
                tr("Type a SKU or words above, such as “road red 52”. You see every place that has it."),
            )
            return
        if shown.product is None and shown.phase is Phase.FAILED and shown.trouble is not None:
            self._whole.show_empty(
                shown.trouble.sentence, shown.trouble.advice or tr("Look for it by words.")
            )
            return
        self._whole.show_content()
        if shown.product is not self._product or shown.sku != self._shown_sku:
            self._product, self._shown_sku = shown.product, shown.sku
            self._card.show_product(shown)
        self._model.show_rows(shown.rows)
        self._sum.setText(in_words(self.desk.text, shown.rows))
        self._say(shown)
        if shown.rows:
            self._list.show_content()
        elif shown.phase is Phase.ASKING:
            self._list.show_loading(tr("Asking for stock"))
        elif shown.phase is Phase.FAILED and shown.trouble is not None:
            self._list.show_failed(shown.trouble.sentence, shown.trouble.advice, self._ask)
        else:
            self._list.show_empty(
                tr("No place is known to hold stock."),
                tr("Load a stock file on the Sync screen, or ask the DOM."),
                self._ask,
            )

    def _show_hits(self, state: StockState) -> None:
        if state.hits is None:
            return  # what the last letter suggested stays until the answer comes
        hits = state.hits
        self._hits.show_rows(hits)
        wanted = state.text and (self._search.hasFocus() or self._suggestions.hasFocus())
        self._suggestions.setVisible(bool(hits and wanted))
        height = self._suggestions.verticalHeader().defaultSectionSize()
        self._suggestions.setFixedHeight(min(len(hits), _MOST_HITS) * height + 2)
        nothing = not hits and state.text and not state.trouble and not state.chosen
        self._found.setText(tr("Nothing is called “{text}”.", text=state.text) if nothing else "")
        self._found.setVisible(bool(nothing))
        if self._take_first and hits:
            self._take_first = False
            self._choose(hits[0].product.sku)

    def _say(self, shown: Shown | None) -> None:
        if shown is None:
            self._notice.say("")
        elif shown.trouble is not None and shown.rows:
            self._notice.say(shown.trouble.sentence, Tone.BAD, advice=shown.trouble.advice)
        elif shown.phase is Phase.ASKING and shown.rows:
            self._notice.say(
                tr("Asking the DOM…") if shown.asked_dom else tr("Looking…"), Tone.INFO, icon="waiting"
            )
        elif shown.silent:
            self._notice.say(
                tr("The DOM does not answer. These figures are old or a setting of the store."),
                Tone.WARN,
                icon="offline",
                advice=tr("Tell the caller how old they are, or ask again in a moment."),
            )
        else:
            self._notice.say("")

    # Slots

    def _typed(self, text: str) -> None:
        if self._suggesting is not None:
            self._suggesting.cancel()
        self._suggesting = self.desk.tasks.start(self._presenter.suggest(text), owner=self)

    def _entered_search(self) -> None:
        state = self._presenter.state
        if state.hits and state.text == self._search.text().strip():
            self._choose(state.hits[0].product.sku)
        elif self._search.text().strip():
            self._take_first = True
            self._search.search_now()

    def _down(self) -> None:
        if self._suggestions.isVisible():
            self._suggestions.setFocus()
            self._suggestions.go_to(0)

    def _hit_chosen(self, hit: ProductHit) -> None:
        self._choose(hit.product.sku)

    def _hit_clicked(self) -> None:
        hit = self._suggestions.current_row
        if hit is not None:
            self._choose(hit.product.sku)

    def _choose(self, sku: str) -> None:
        for task in (self._suggesting, self._choosing):
            if task is not None:
                task.cancel()
        self._take_first = False
        self._suggestions.hide()
        self._choosing = self.desk.tasks.start(self._presenter.choose(sku), owner=self)
        self._table.setFocus()

    def _ask_now(self) -> None:
        self.desk.tasks.start(self._presenter.ask_dom(), owner=self)

    def _refresh_now(self) -> None:
        self.desk.tasks.start(self._presenter.refresh(), owner=self)

    def _repaint_ages(self) -> None:
        self._table.viewport().update()
        shown = self._presenter.state.shown
        if shown is not None:
            self._sum.setText(in_words(self.desk.text, shown.rows))

    def _focus_search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    def _go_back(self) -> None:
        self._suggestions.hide()
        self._focus_search()

    # Layout

    def _make_search(self) -> None:
        find = self.add_action("findStock", tr("Find a product"), "Ctrl+F", icon="search")
        find.setShortcuts([QKeySequence("Ctrl+F"), QKeySequence("/")])
        find.triggered.connect(self._focus_search)
        back = self.add_action("stockBack", tr("Back"), "Esc")
        back.triggered.connect(self._go_back)
        self._ask = self.add_action("askDom", tr("Ask the DOM now"), "F5")
        self._ask.triggered.connect(self._ask_now)
        self._search = SearchField(tr("SKU or words"), name="stockSearch")
        may_hold(self._search, Numbers.GOODS)
        self._search.searched.connect(self._typed)
        self._search.returnPressed.connect(self._entered_search)
        self._search.down_pressed.connect(self._down)
        self._hits = RowsModel(_hit_columns(self.desk), lambda row: row.product.sku)
        self._suggestions = LazyTable(self._hits, name="stockSuggestions", says=tr("Products found"))
        self._suggestions.horizontalHeader().hide()
        self._suggestions.opened.connect(self._hit_chosen)
        self._suggestions.clicked.connect(self._hit_clicked)
        self._suggestions.hide()
        self._found = Label(tone=Tone.NEUTRAL)
        self._found.setObjectName("stockNothingFound")
        self._found.hide()

    def _make_content(self) -> None:
        self._card = ProductCard(self.desk.text)
        self._model = RowsModel(stock_columns(self.desk.text), lambda row: row.availability.location)
        self._table = LazyTable(self._model, name="stockTable", says=tr("Availability everywhere"))
        self._list = StateView(self._table, name="stockState")
        self._notice = Notice(name="stockNotice")
        self._sum = Label(size="heading", wrap=True)
        self._sum.setObjectName("stockSum")
        self._sum.setContentsMargins(Space.M, Space.M, Space.M, Space.M)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        top.setSpacing(Space.M)
        top.addWidget(self._search, 1)
        top.addWidget(KeyHintButton(self._ask, kind="primary"))
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notice)
        column.addWidget(self._sum)
        column.addWidget(self._list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(self._card)
        split.addWidget(right)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        self._card.setMinimumWidth(280)
        self._card.setMaximumWidth(340)
        self._whole = StateView(split, name="stockWhole")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self._found)
        whole.addWidget(self._suggestions)
        whole.addWidget(Hairline())
        whole.addWidget(self._whole, 1)


def _hit_columns(desk: Desk) -> tuple[Column[ProductHit], ...]:
    return (
        Column(title=tr("SKU"), text=lambda row: row.product.sku, width=18),
        Column(title=tr("Name"), text=lambda row: row.product.name, stretch=True, width=30),
        Column(title=tr("Category"), text=lambda row: row.product.category, muted=True, width=22),
        Column(
            title=tr("Sold"),
            text=lambda row: "" if row.on_sale else tr("Not on sale"),
            tone=lambda _: Tone.WARN,
            width=16,
        ),
        Column(
            title=tr("Price"), text=lambda row: desk.text.money(row.product.list_price), amount=True, width=14
        ),
    )
