"""Looking up stock by keyboard, over a real database and a real DOM, and over stand-ins for what is rare."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from backoffice.bootstrap import BackOffice
from backoffice.domain.staff import Role
from tests.external.dom.strings import Strings
from tests.ui.offices import Person, desk_over, go_silent, nameless, parts, signed_in
from tests.ui.stock.standin import AGENT, NOW, CatalogToLookAt, StockToLookAt
from ui.screens.stock.view import StockScreen

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def ann(qapp: QApplication, office: BackOffice) -> AsyncIterator[Person]:
    desk, told = desk_over(office, await signed_in(office, Role.AGENT))
    person = await Person(StockScreen, desk, told).seated()
    yield person
    await person.close()


async def test_agent_finds_a_sku_and_sees_every_place(ann: Person, strings: Strings) -> None:
    assert ann.focus.objectName() == "stockSearch"
    assert "Which product" in ann.words("stateTitle")
    ann.type("bk-r93r-44")
    ann.enter()
    await ann.until(lambda: ann.rows("stockTable") > 1)
    assert ann.words("stockSku") == "BK-R93R-44"
    assert ann.shows("stockPhoto")
    assert set(ann.column("stockTable", 4)) <= {"Live", "Cached"}
    assert "Oldest figure" in ann.words("stockSum")
    strings.set_stock("BK-R93R-44", 7)
    ann.press("F5")
    await ann.until(lambda: "7" in ann.column("stockTable", 2))
    assert set(ann.column("stockTable", 4)) == {"Live"}


async def test_with_the_dom_down_old_figures_are_called_old(ann: Person, strings: Strings) -> None:
    ann.type("HL-U509-R")
    ann.enter()
    await ann.until(lambda: ann.rows("stockTable") > 1)
    go_silent(strings)
    ann.press("F5")
    await ann.until(lambda: "does not answer" in ann.words("stockNotice"))
    assert set(ann.column("stockTable", 4)) <= {"Stale", "Fallback"}


@pytest.fixture
async def looking(qapp: QApplication) -> AsyncIterator[tuple[Person, CatalogToLookAt, StockToLookAt]]:
    catalog, stock = CatalogToLookAt(), StockToLookAt()
    desk, told = desk_over(parts(catalog=catalog, inventory=stock), AGENT, lambda: NOW)
    person = await Person(StockScreen, desk, told).seated()
    yield person, catalog, stock
    await person.close()


Looking = tuple[Person, CatalogToLookAt, StockToLookAt]


async def test_suggestions_are_walked_with_the_arrows(looking: Looking) -> None:
    ann, _, _ = looking
    ann.type("road red")
    await ann.until(lambda: ann.rows("stockSuggestions") == 2)
    assert ann.column("stockSuggestions", 3) == ["Not on sale", ""]
    ann.key(Qt.Key.Key_Down)
    assert ann.focus.objectName() == "stockSuggestions"
    ann.key(Qt.Key.Key_Down)
    ann.enter()
    await ann.until(lambda: ann.rows("stockTable") == 4)
    assert ann.words("stockSku") == "BK-R93R-44"
    assert not ann.shows("stockSuggestions")
    assert ann.column("stockTable", 3) == ["now", "now", "Dec 3, 2026", ""]
    assert ann.words("stockSum") == "486 in 2 of 4 places. Oldest figure: 5 minutes ago."
    ann.key(Qt.Key.Key_Escape)
    assert ann.focus.objectName() == "stockSearch"


async def test_suggestions_of_an_earlier_letter_never_replace_the_last(looking: Looking) -> None:
    ann, catalog, _ = looking
    gate = catalog.gates["sport"] = asyncio.Event()
    ann.type("sport")
    await ann.settle(0.3)
    ann.press("Ctrl+A")
    ann.type("road")
    await ann.until(lambda: ann.rows("stockSuggestions") == 2)
    gate.set()
    await ann.settle(0.1)
    assert ann.column("stockSuggestions", 0) == ["BK-R93R-62", "BK-R93R-44"]


async def test_while_the_dom_is_asked_the_figures_stay_and_the_wait_is_said(looking: Looking) -> None:
    ann, _, stock = looking
    ann.screen.show_subject("BK-R93R-62")
    await ann.until(lambda: ann.rows("stockTable") == 4)
    assert "Not sold since 2006-06-30" in ann.words("stockOnSale")
    stock.gate = asyncio.Event()
    ann.press("F5")
    await ann.until(lambda: "Asking the DOM" in ann.words("stockNotice"))
    assert ann.rows("stockTable") == 4
    stock.gate.set()
    await ann.until(lambda: ann.words("stockNotice") == "")
    assert stock.asked == 1


async def test_what_nobody_sells_is_said_at_the_field(looking: Looking) -> None:
    ann, _, _ = looking
    ann.type("unicorn")
    await ann.until(lambda: "Nothing is called" in ann.words("stockNothingFound"))
    ann.screen.show_subject("NO-SUCH")
    await ann.until(lambda: "There is no SKU" in ann.words("stateTitle"))


async def test_every_widget_of_a_product_has_a_name(looking: Looking) -> None:
    ann, _, _ = looking
    assert nameless(ann) == []
    ann.screen.show_subject("BK-R93R-62")
    await ann.until(lambda: ann.rows("stockTable") == 4)
    assert nameless(ann) == []
