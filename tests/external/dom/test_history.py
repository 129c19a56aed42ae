"""History stays quick however long it is: every way to look has an index, and no page is counted through."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backoffice.external.dom.simulator.history import HistoryFilter, phone_key, read_page
from backoffice.external.dom.simulator.ledger import Ledger, text
from backoffice.external.dom.simulator.orders import insert_order

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = 3000


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    ledger = Ledger(Path(":memory:"))
    with ledger.transaction():
        for seq in range(1, ORDERS + 1):
            insert_order(ledger, an_order(seq))
    yield ledger
    ledger.close()


def an_order(seq: int) -> dict[str, object]:
    # Three orders share each moment: the page may end between them.
    placed_at = text(START + timedelta(minutes=seq // 3))
    return {
        "seq": seq,
        "order_number": f"B{seq:07d}",
        "external_order_id": f"DOM{seq:07d}",
        "placed_at": placed_at,
        "status": "SCRX"[seq % 4],
        "customer_id": str(seq % 100),
        "customer_name": f"Customer {seq % 100}",
        "company": "山田商店" if seq % 10 == 0 else "",
        "email": f"c{seq % 100}@example.com",
        "phone": f"245-555-{seq % 100:04d}",
        "purchase_order": "",
        "ship_method": "",
        "currency": "USD",
        **dict.fromkeys(("items", "discount", "shipping", "tax", "total", "line_count"), 0),
        "payments": "[]",
        "notes": "",
        "context": "{}",
        "sequence": 1,
        "acknowledged_at": placed_at,
        "updated_at": placed_at,
    }


def all_numbers(ledger: Ledger, **query: object) -> tuple[list[str], set[int]]:
    numbers: list[str] = []
    totals = set()
    cursor = ""
    while True:
        page = read_page(ledger, HistoryFilter.model_validate(query | {"cursor": cursor}))
        assert page.start == len(numbers)
        numbers += [order.order_number for order in page.orders]
        totals.add(page.total)
        cursor = page.next_cursor
        if not cursor:
            return numbers, totals


def test_pages_follow_each_other_without_gap_or_repeat(ledger: Ledger) -> None:
    numbers, totals = all_numbers(ledger, limit=7)
    assert numbers == [f"B{seq:07d}" for seq in range(ORDERS, 0, -1)]
    assert totals == {ORDERS}


def test_orders_that_come_while_one_reads_do_not_disturb_the_pages() -> None:
    ledger = Ledger(Path(":memory:"))
    for seq in range(1, 11):
        insert_order(ledger, an_order(seq))
    first = read_page(ledger, HistoryFilter(limit=4))
    insert_order(ledger, an_order(11))
    second = read_page(ledger, HistoryFilter(limit=4, cursor=first.next_cursor))
    assert [order.order_number for order in first.orders + second.orders] == [
        f"B{seq:07d}" for seq in range(10, 2, -1)
    ]
    ledger.close()


def test_names_are_found_in_any_script(ledger: Ledger) -> None:
    numbers, _ = all_numbers(ledger, name="山田商店", limit=200)
    assert len(numbers) == ORDERS // 10
    assert len(all_numbers(ledger, name="山", limit=200)[0]) == ORDERS // 10


@pytest.mark.parametrize("name", ['"', "100%", "a_b", "' OR 1=1", "*", "NEAR(a b)", "  "])
def test_no_name_is_taken_for_a_command(ledger: Ledger, name: str) -> None:
    found, _ = all_numbers(ledger, name=name, limit=200)
    assert found == [] or not name.strip()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"status": "S"},
        {"customer_id": "7"},
        {"email": "c7@example.com"},
        {"phone": "245-555-0007"},
        {"phone": "0007"},
        {"order_number": "B00012"},
        {"order_number": "B0001200"},
        {"sku": "HL-U509-R"},
        {"name": "customer 7"},
        {"placed_from": START, "placed_until": START + timedelta(minutes=1)},
        {"status": "S", "placed_from": START},
    ],
)
def test_every_way_to_look_uses_an_index(ledger: Ledger, query: dict[str, object]) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    class Listening(Ledger):
        """Writes down what is asked of the book."""

        def __init__(self, book: Ledger) -> None:
            self._connection = book._connection

        def rows(self, query: str, *values: object) -> list[dict[str, object]]:
            asked.append((query, values))
            return super().rows(query, *values)

    page = read_page(ledger, HistoryFilter.model_validate(query | {"limit": 1}))
    second = HistoryFilter.model_validate(query | {"limit": 1, "cursor": page.next_cursor})
    read_page(Listening(ledger), second)
    (statement, values) = asked[0]
    plan = [row["detail"] for row in ledger.rows(f"EXPLAIN QUERY PLAN {statement}", *values)]
    assert [step for step in plan if step.startswith("SCAN orders") and "INDEX" not in step] == []


def test_spellings_of_one_phone_number_meet() -> None:
    spellings = ["245-555-0173", "+1 (245) 555-0173", "001 245 555 0173", "245.555.0173 x12"]
    assert len({phone_key(spelling) for spelling in spellings}) == 1
