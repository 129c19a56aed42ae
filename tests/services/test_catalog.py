import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from backoffice.domain.errors import NotFound
from backoffice.domain.money import Money
from backoffice.domain.staff import SYSTEM
from backoffice.services.catalog import Catalog
from backoffice.services.import_kinds import ImportContext
from backoffice.services.imports import import_file
from backoffice.store.store import Store

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COLUMNS = (
    *("sku", "name", "category", "color", "size", "weight_grams", "list_price_usd", "sell_start", "sell_end"),
    *("photo", "description_en", "description_fr", "description_he", "description_zh-cht"),
)
HELMETS = "Accessories / Helmets"
ROWS = (
    (
        *(
            "HL-U509-R",
            "Sport-100 Helmet, Red",
            HELMETS,
            "Red",
            "",
            "",
            "34.99",
            "2005-07-01",
            "",
            "helmet.gif",
        ),
        *(
            "Universal fit, well-vented",
            "Légère, aérée, taille unique",
            "מידה אונברסלית",
            "通用型透气良好且轻便",
        ),
    ),
    (
        *("HL-U509", "Sport-100 Helmet, Black", HELMETS, "Black", "", "", "34.99", "2005-07-01", "", ""),
        *("Universal fit", "", "", ""),
    ),
    (
        *(
            "BK-R93R-62",
            "Road-150 Red, 62",
            "Bikes / Road Bikes",
            "Red",
            "62",
            "6803.85",
            "3578.27",
            "2005-07-01",
        ),
        *("2006-06-30", "", "For riders who wear a helmet", "", "", ""),
    ),
    (
        *(
            "FR-R92R-58",
            "HL Road Frame - Red, 58",
            "Components / Road Frames",
            "Red",
            "58",
            "1016.04",
            "1431.5",
        ),
        *("2002-06-01", "", "", "", "", "", ""),
    ),
)


def load(store: Store, file: Path, rows: tuple[tuple[str, ...], ...]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([COLUMNS, *rows])
    result = import_file(store, "catalogue", file, actor=SYSTEM, clock=lambda: NOON, context=ImportContext())
    assert result.rejected == ()


@pytest.fixture
def catalog(store: Store, tmp_path: Path) -> Catalog:
    load(store, tmp_path / "products.csv", ROWS)
    return Catalog(store, lambda: NOON, photos_dir=tmp_path)


async def suggested(catalog: Catalog, text: str, limit: int = 12) -> list[str]:
    return [hit.product.sku for hit in await catalog.suggest(text, limit=limit)]


@pytest.mark.parametrize(
    "typed, skus",
    [
        ("HL-U509", ["HL-U509", "HL-U509-R"]),
        ("hl-u509-r", ["HL-U509-R"]),
        ("hlu509", ["HL-U509", "HL-U509-R"]),
        ("r93r", ["BK-R93R-62"]),
        ("93R", ["BK-R93R-62"]),
        ("red helmet", ["HL-U509-R", "BK-R93R-62"]),
        ("HELM re", ["HL-U509-R", "BK-R93R-62"]),
        ("road 58", ["FR-R92R-58"]),
        ("62 red", ["BK-R93R-62"]),
        ("frames", ["FR-R92R-58"]),
        ("legere", ["HL-U509-R"]),
        ("透气", ["HL-U509-R"]),
        ("אונבר", ["HL-U509-R"]),
        ("port-100", ["HL-U509", "HL-U509-R"]),
        ("", []),
        ("  ", []),
        ("zzz", []),
        ('"', []),
        ("helmet AND", []),
        ("x" * 10_000, []),
    ],
)
async def test_an_item_is_suggested_while_it_is_typed(catalog: Catalog, typed: str, skus: list[str]) -> None:
    assert await suggested(catalog, typed) == skus


async def test_what_is_not_on_sale_is_shown_marked_and_last(catalog: Catalog) -> None:
    hits = await catalog.suggest("red road")
    assert [(hit.product.sku, hit.on_sale) for hit in hits] == [("FR-R92R-58", True), ("BK-R93R-62", False)]


async def test_names_come_before_descriptions_and_the_list_has_its_limit(catalog: Catalog) -> None:
    assert await suggested(catalog, "helmet") == ["HL-U509", "HL-U509-R", "BK-R93R-62"]
    assert await suggested(catalog, "helmet", limit=2) == ["HL-U509", "HL-U509-R"]


async def test_a_renamed_item_is_found_by_its_new_name_only(
    catalog: Catalog, store: Store, tmp_path: Path
) -> None:
    renamed = ("HL-U509", "Crash Hat", *ROWS[1][2:10], "", "", "", "")
    load(store, tmp_path / "again.csv", (renamed,))
    assert await suggested(catalog, "crash") == ["HL-U509"]
    assert await suggested(catalog, "universal") == ["HL-U509-R"]


async def test_an_item_is_fetched_by_its_sku_in_any_case(catalog: Catalog) -> None:
    frame = await catalog.get(" fr-r92r-58 ")
    assert frame.list_price == Money(143150, "USD")
    assert frame.weight_grams == Decimal("1016.04")
    with pytest.raises(NotFound) as refused:
        await catalog.get("HL-U509-X")
    assert refused.value.field == "sku"
    assert "HL-U509-X" in refused.value.sentence


async def test_descriptions_come_in_the_language_asked_for_else_in_english(
    store: Store, tmp_path: Path
) -> None:
    load(store, tmp_path / "products.csv", ROWS)
    french = Catalog(store, lambda: NOON, photos_dir=tmp_path, language="fr")
    assert (await french.get("HL-U509-R")).description.startswith("Légère")
    assert (await french.get("HL-U509")).description == "Universal fit"


async def test_a_photo_is_found_in_its_folder_and_nowhere_else(catalog: Catalog, tmp_path: Path) -> None:
    helmet = await catalog.get("HL-U509-R")
    assert catalog.photo_path(helmet) is None
    (tmp_path / "helmet.gif").touch()
    assert catalog.photo_path(helmet) == tmp_path / "helmet.gif"
    assert catalog.photo_path(await catalog.get("HL-U509")) is None
