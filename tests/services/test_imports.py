from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from backoffice.domain.customer import CustomerDraft
from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import CustomerId
from backoffice.domain.staff import SYSTEM
from backoffice.services.audit import verify_chain
from backoffice.services.customers import Customers
from backoffice.services.import_kinds import ImportContext
from backoffice.services.imports import ImportProgress, ImportResult, import_file
from backoffice.store.store import Store
from backoffice.store.tables.people import addresses, audit, customers
from backoffice.store.tables.pricing import tax_rates
from backoffice.store.tables.selling import locations, products, ship_methods, stock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CATALOGUE = (
    "sku,name,category,weight_grams,list_price_usd,sell_start,sell_end,photo,description_en,is_physical\n"
)
HELMET = 'HL-U509-R,"Sport-100 Helmet, Red",Accessories / Helmets,,34.99,2005-07-01,,,Well vented,\n'
PEOPLE = "customer_id,title,first_name,middle_name,last_name,suffix,company,email,phone\n"
ORLANDO = "1,Mr.,Orlando,N.,Gee,,A Bike Store,orlando0@adventure-works.com,245-555-0173\n"
KEITH = "2,Mr.,Keith,,Harris,,Progressive Sports,,\n"
PLACES = "customer_id,address_id,address_type,line1,line2,city,state,state_code,country_code,postal_code\n"
STOCK = "sku,location_id,location,quantity\n"


class Files:
    """A folder with files, and the import of them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def load(self, kind: str, content: str | bytes, **given: Any) -> ImportResult:  # noqa: ANN401 - options of import_file
        file = self.folder / f"{kind}.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.load_path(kind, file, **given)

    def load_path(self, kind: str, file: Path, **given: Any) -> ImportResult:  # noqa: ANN401 - as above
        context = ImportContext(online="7")
        return import_file(self.store, kind, file, actor=SYSTEM, clock=lambda: NOON, context=context, **given)

    def rows(self, table: Table) -> list[Any]:
        return self.store.read_here(lambda connection: list(connection.execute(select(table))))


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, tmp_path)


def told(result: ImportResult) -> list[tuple[int, str]]:
    return [(row.line, row.field) for row in result.rejected]


def test_a_catalogue_loads_with_its_prices_dates_and_words(files: Files) -> None:
    assert files.load("catalogue", CATALOGUE + HELMET).loaded == 1
    (helmet,) = files.rows(products)
    assert (helmet.name, helmet.list_price, helmet.currency) == ("Sport-100 Helmet, Red", 3499, "USD")
    assert (str(helmet.sell_from), helmet.sell_until, helmet.is_physical) == ("2005-07-01", None, True)
    assert helmet.descriptions == {"en": "Well vented"}


def test_a_price_is_rounded_to_the_digits_its_currency_has(files: Files) -> None:
    files.load("catalogue", "sku,name,list_price_usd\nA,Frame,236.025\n")
    assert files.rows(products)[0].list_price == 23603
    files.load("catalogue", "sku,name,list_price_jpy\nA,Frame,2360.5\n")
    assert (files.rows(products)[0].list_price, files.rows(products)[0].currency) == (2361, "JPY")
    files.load("catalogue", "sku,name,list_price\nA,Frame,1.5\n")
    assert (files.rows(products)[0].list_price, files.rows(products)[0].currency) == (150, "USD")


@pytest.mark.parametrize(
    "row, field, reason",
    [
        (",Helmet,,,1,,,,,\n", "sku", "missing"),
        ("A B,Helmet,,,1,,,,,\n", "sku", "no spaces"),
        ("A,,,,1,,,,,\n", "name", "missing"),
        ("A,Helmet,,,,,,,,\n", "list_price_usd", "missing"),
        ("A,Helmet,,,dear,,,,,\n", "list_price_usd", "“dear” is not a number"),
        ('A,Helmet,,,"1,50",,,,,\n', "list_price_usd", "not a number"),
        ("A,Helmet,,,-1,,,,,\n", "list_price_usd", "not between"),
        ("A,Helmet,,,1e400,,,,,\n", "list_price_usd", "not a number"),
        ("A,Helmet,,,NaN,,,,,\n", "list_price_usd", "not a number"),
        ("A,Helmet,,heavy,1,,,,,\n", "weight_grams", "not a number"),
        ("A,Helmet,,,1,1.7.2005,,,,\n", "sell_start", "not a day"),
        ("A,Helmet,,,1,2005-07-01,2004-07-01,,,\n", "sell_end", "before it starts"),
        ("A,Helmet,,,1,,,../secret.gif,,\n", "photo", "without a folder"),
        ("A,Helmet,,,1,,,,,maybe\n", "is_physical", "neither yes nor no"),
        (f"A,{'x' * 401},,,1,,,,,\n", "name", "400 characters"),
        ("A,Helmet\n", "", "2 cells, the header 10"),
        ('A,"Hel"met,,,1,,,,,\n', "", "can not be read"),
    ],
)
def test_a_bad_row_is_told_and_the_rest_loads(files: Files, row: str, field: str, reason: str) -> None:
    result = files.load("catalogue", CATALOGUE + row + HELMET)
    assert result.loaded == 1
    (rejected,) = result.rejected
    assert (rejected.line, rejected.field) == (2, field)
    assert reason in rejected.reason


def test_a_bar_code_is_a_sku_even_where_it_looks_like_a_card_number(files: Files) -> None:
    assert (
        files.load(
            "catalogue", "sku,name,list_price_usd\n4006381333931,Pen,1\n4242424242424242,Ink,1\n"
        ).loaded
        == 2
    )


def test_a_line_number_is_that_of_the_file_even_after_cells_of_several_lines(files: Files) -> None:
    several = 'A,"Two\nlines",,,1,,,,,\n'
    result = files.load("catalogue", f"{CATALOGUE}{several}\nB,,,,1,,,,,\n")
    assert told(result) == [(5, "name")]
    assert files.rows(products)[0].name == "Two lines"


def test_a_row_that_is_no_utf8_spoils_only_itself(files: Files) -> None:
    result = files.load("catalogue", (CATALOGUE + HELMET).encode() + b"B,Caf\xe9,,,1,,,,,\n")
    assert (result.loaded, told(result)) == (1, [(3, "")])
    assert "UTF-8" in result.rejected[0].reason


@pytest.mark.parametrize(
    "content, said",
    [
        ("", "no columns sku, name, list_price..."),
        ("name,list_price_usd\n", "no column sku"),
        ("sku,name,list_price_of_all\n", "no column list_price..."),
    ],
)
def test_a_file_without_its_columns_is_refused_whole(files: Files, content: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        files.load("catalogue", content)
    assert said in refused.value.sentence
    assert refused.value.field == "file"


def test_a_file_that_is_not_there_is_said_to_be_missing(files: Files) -> None:
    with pytest.raises(InvalidInput, match="can not be read"):
        import_file(
            files.store,
            "catalogue",
            files.folder / "nowhere.csv",
            actor=SYSTEM,
            clock=lambda: NOON,
            context=ImportContext(),
        )


async def test_imported_customers_are_found_and_loading_again_changes_nothing(files: Files) -> None:
    assert files.load("customers", PEOPLE + ORLANDO + KEITH).loaded == 2
    before = files.rows(customers)
    assert files.load("customers", "\ufeff" + PEOPLE + ORLANDO + KEITH).loaded == 2
    assert files.rows(customers) == before
    (hit,) = await Customers(files.store, lambda: NOON).search(SYSTEM, "+1 245 5550173")
    assert (hit.customer_id, hit.name) == ("1", "Orlando Gee")
    assert {row.group for row in before} == {"reseller"}


async def test_a_changed_row_changes_what_it_says_and_leaves_what_it_does_not(files: Files) -> None:
    files.load("customers", PEOPLE + ORLANDO)
    desk = Customers(files.store, lambda: NOON)
    draft = CustomerDraft(first_name="Orlando", last_name="Gee", notes="Ring twice", language="fr")
    await desk.change(SYSTEM, CustomerId("1"), draft, version=1)
    files.load("customers", PEOPLE + ORLANDO.replace("Gee", "Brown"))
    customer = await desk.get(SYSTEM, "1")
    assert (customer.last_name, customer.notes, customer.language, customer.version) == (
        "Brown",
        "Ring twice",
        "fr",
        3,
    )
    assert await desk.search(SYSTEM, "gee") == ()
    assert [hit.name for hit in await desk.search(SYSTEM, "brown")] == ["Orlando Brown"]


def test_customers_that_can_not_be_kept_are_told_by_field(files: Files) -> None:
    rows = [
        "3,,,,,,,,\n",
        "4,,Ann,,Lee,,,no address,\n",
        "5,,Ann,,Lee,,,,call me\n",
        "6,,Ann,,4242 4242 4242 4242,,,,\n",
        ",,Ann,,Lee,,,,\n",
    ]
    result = files.load("customers", PEOPLE + "".join(rows) + ORLANDO)
    assert result.loaded == 1
    assert told(result) == [
        (2, "last_name"),
        (3, "email"),
        (4, "phone"),
        (5, "last_name"),
        (6, "customer_id"),
    ]


def test_addresses_need_their_customer_a_street_and_a_country(files: Files) -> None:
    files.load("customers", PEOPLE + ORLANDO)
    rows = [
        "1,10,Main Office,1 High St,,Van Nuys,California,CA,US,91411\n",
        "1,11,Shipping,Suite 2502,,Waterloo,Ontario,ON,CA,N2V\n",
        "9,12,Main Office,1 High St,,Van Nuys,California,CA,US,91411\n",
        "1,13,Main Office,1 High St,,Van Nuys,California,CA,Narnia,91411\n",
        "1,14,Main Office,,,Van Nuys,California,CA,US,91411\n",
    ]
    result = files.load("addresses", PLACES + "".join(rows))
    assert (result.loaded, told(result)) == (2, [(4, "customer_id"), (5, "country_code"), (6, "line1")])
    assert {row.address_id: (row.region_name, row.postal_code) for row in files.rows(addresses)} == {
        "10": ("California", "91411"),
        "11": ("Ontario", "N2V"),
    }


def test_stock_makes_its_locations_and_keeps_what_is_reserved(files: Files) -> None:
    files.load("catalogue", CATALOGUE + HELMET)
    lines = "HL-U509-R,7,Finished Goods,288\nHL-U509-R,1,Tool Crib,4\nNO-SUCH,7,Finished Goods,1\nHL-U509-R,7,,1.5\n"
    result = files.load("stock", STOCK + lines)
    assert (result.loaded, told(result)) == (2, [(4, "sku"), (5, "quantity")])
    assert {(row.location_id, row.name, row.kind) for row in files.rows(locations)} == {
        ("ONLINE", "Finished Goods", "online"),
        ("LOC-1", "Tool Crib", "store"),
    }
    files.store.run_here(lambda connection: connection.execute(update(stock).values(reserved=3)))
    files.load("stock", STOCK + "HL-U509-R,7,Finished Goods,100\n")
    assert {(row.location_id, row.quantity, row.reserved) for row in files.rows(stock)} == {
        ("ONLINE", 100, 3),
        ("LOC-1", 4, 3),
    }


def test_ship_methods_keep_the_order_of_their_file(files: Files) -> None:
    header = "ship_method,base_usd,rate_usd_per_kg\n"
    files.load("ship_methods", header + "TRUCK,3.95,0.99\nEXPRESS,9.95,1.99\n")
    result = files.load("ship_methods", header + "EXPRESS,10.95,1.99\nDELUXE,29.95,2.99\nFREE,,1\n")
    assert told(result) == [(4, "base_usd")]
    kept = sorted(files.rows(ship_methods), key=lambda row: row.position)
    assert [(row.code, row.base, row.per_kg) for row in kept] == [
        ("TRUCK", 395, 99),
        ("EXPRESS", 1095, 199),
        ("DELUXE", 2995, 299),
    ]


def test_tax_rates_need_a_country_a_type_and_a_percentage(files: Files) -> None:
    header = "country_code,state_code,tax_type,percent,name\n"
    rows = "US,CA,retail,8.75,California\nNarnia,,all,1,\nUS,CA,some,1,\nUS,CA,all,101,\n"
    result = files.load("tax_rates", header + rows)
    assert told(result) == [(3, "country_code"), (4, "tax_type"), (5, "percent")]
    (rate,) = files.rows(tax_rates)
    assert (rate.country, rate.region, rate.percent) == ("US", "CA", Decimal("8.75"))


def test_progress_is_told_and_cancelling_keeps_what_is_loaded(files: Files) -> None:
    lines = "".join(f"S-{number},Item {number},,,1,,,,,\n" for number in range(3_500))
    seen: list[ImportProgress] = []
    whole = files.load("catalogue", CATALOGUE + lines, progress=seen.append)
    assert (whole.loaded, whole.cancelled) == (3_500, False)
    assert [step.loaded for step in seen] == [1_000, 2_000, 3_000, 3_500]
    assert [step.share for step in seen] == sorted(step.share for step in seen)
    assert seen[-1].share == 1.0
    seen.clear()
    half = files.load("catalogue", CATALOGUE + lines, progress=seen.append, cancel=lambda: len(seen) == 2)
    assert (half.loaded, half.cancelled) == (2_000, True)


def test_each_transaction_leaves_its_row_in_the_trail(files: Files) -> None:
    files.load("customers", PEOPLE + ORLANDO + KEITH + "3,,,,,,,,\n")
    (row,) = files.rows(audit)
    assert (row.action, row.subject) == ("customers.imported", "customers.csv")
    assert row.detail == {"file": "customers.csv", "lines": [2, 3], "loaded": 2, "rejected": 1}
    assert files.store.read_here(verify_chain) == []
