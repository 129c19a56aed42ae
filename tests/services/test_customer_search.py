from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from backoffice.domain.customer import Customer, CustomerDraft
from backoffice.services.customers import Customers
from backoffice.store.store import Store
from backoffice.store.tables.ordering import orders, transfers
from tests.services.people import ANN, NOON, ORLANDO, SAM, noon

MANY_LETTERS = "<b>Please</b> ring twice; " * 400


@pytest.fixture
def desk(store: Store) -> Customers:
    return Customers(store, noon)


async def found(desk: Customers, text: str) -> list[tuple[str, str]]:
    return [(hit.name or hit.company, hit.matched_by) for hit in await desk.search(ANN, text)]


@pytest.mark.parametrize(
    "spelling",
    [
        "245-555-0173",
        "2455550173",
        "(245) 555 0173",
        "245.555.0173",
        "+1 245 555 0173",
        "001 245 555-0173",
        "1-245-555-0173",
        "tel. 245 555 0173",
        "245-555-0173 ext. 12",
        "٢٤٥ ٥٥٥ ٠١٧٣",
    ],
)
async def test_any_spelling_of_a_phone_number_finds_the_caller(desk: Customers, spelling: str) -> None:
    await desk.add(ANN, ORLANDO)
    assert await found(desk, spelling) == [("Orlando Gee", "phone")]


@pytest.mark.parametrize(
    "kept, asked, why",
    [
        ("245-555-0173", "555-0173", "end of phone"),
        ("245-555-0173", "0173", "end of phone"),
        ("555-0173", "+1 245 555 0173", "phone without prefix"),
        ("1 (11) 500 555-0132", "1 (11) 500 555-0132", "phone"),
        ("1 (11) 500 555-0132", "500 555 0132", "phone"),
        ("+44 161 496 0000", "0161 496 0000", "end of phone"),
        ("0161 496 0000", "+44 (0)161 496 0000", "phone without prefix"),
    ],
)
async def test_a_number_is_found_when_a_prefix_is_missing(
    desk: Customers, kept: str, asked: str, why: str
) -> None:
    await desk.add(ANN, replace(ORLANDO, phone=kept, email=""))
    assert await found(desk, asked) == [("Orlando Gee", why)]


@pytest.mark.parametrize(
    "asked, why",
    [
        ("orlando0@adventure-works.com", "e-mail"),
        ("Orlando0@Adventure-Works.COM", "e-mail"),
        ("orlando0@adv", "e-mail"),
        ("orlando0", "e-mail"),
        ("Orlando Gee", "name"),
        ("gee orl", "name"),
        ("Mr. Gee", "name"),
        ("bike store", "company"),
        ("gee bike", "name and company"),
    ],
)
async def test_a_caller_is_found_by_what_they_say(desk: Customers, asked: str, why: str) -> None:
    await desk.add(ANN, ORLANDO)
    assert await found(desk, asked) == [("Orlando Gee", why)]


@pytest.mark.parametrize(
    "asked", ["", "   ", "nobody", "@", '"', "* AND", "NEAR(", "999-555-9999", "a" * 10_000]
)
async def test_nobody_is_found_by_nonsense(desk: Customers, asked: str) -> None:
    await desk.add(ANN, ORLANDO)
    assert await found(desk, asked) == []


@pytest.mark.parametrize(
    "first, last, asked",
    [
        ("小明", "王", "王小明"),
        ("小明", "王", "小明"),
        ("محمد", "الأحمد", "الاحمد محمد"),
        ("Łukasz", "Żółć", "lukasz zolc"),
        ("Jürgen", "Groß", "gross JURGEN"),
        ("דוד", "כהן", "כהן"),
        ("สมชาย", "ใจดี", "ใจดี"),
        ("Seán", "O'Brien", "obrien"),
        ("Seán", "O'Brien", "sean o'br"),
        ("Anne-Marie", "D’Arcy", "anne marie d'arcy"),
        ("Νίκος", "Παπαδόπουλος", "παπαδοπουλος"),
        ("Юрий", "Ёлкин", "елкин юрий"),
        ("민준", "김", "김"),
        ("민준", "김", "김민준"),
    ],
)
async def test_a_name_is_found_in_any_script_and_order(
    desk: Customers, first: str, last: str, asked: str
) -> None:
    customer = await desk.add(ANN, CustomerDraft(first_name=first, last_name=last))
    (hit,) = await desk.search(ANN, asked)
    assert (hit.customer_id, hit.matched_by) == (customer.customer_id, "name")
    assert customer.name == f"{first} {last}"


async def test_whole_matches_come_before_beginnings_and_those_before_words(desk: Customers) -> None:
    await desk.add(ANN, CustomerDraft(first_name="Annika", last_name="Ray", email="x@example.com"))
    await desk.add(ANN, CustomerDraft(first_name="Ann", last_name="Smith", email="y@example.com"))
    await desk.add(ANN, CustomerDraft(company="Cycles", email="ann2@example.com.au"))
    await desk.add(ANN, CustomerDraft(company="Wheels", email="ann2@example.com"))
    assert [name for name, _ in await found(desk, "ann")] == ["Ann Smith", "Annika Ray", "Cycles", "Wheels"]
    assert [name for name, _ in await found(desk, "ann2@example.com")] == ["Wheels", "Cycles"]


async def test_two_customers_who_share_a_number_are_both_found(desk: Customers) -> None:
    await desk.add(ANN, ORLANDO)
    await desk.add(ANN, replace(ORLANDO, first_name="Olga", email=""))
    assert {name for name, _ in await found(desk, "245 555 0173")} == {"Orlando Gee", "Olga Gee"}
    assert len(await desk.search(ANN, "245 555 0173", limit=1)) == 1


async def test_a_changed_name_and_number_are_found_and_the_old_ones_are_not(desk: Customers) -> None:
    customer = await desk.add(ANN, ORLANDO)
    married = replace(ORLANDO, last_name="Brown", phone="425-555-0100")
    await desk.change(ANN, customer.customer_id, married, version=1)
    assert await found(desk, "gee") == []
    assert await found(desk, "245-555-0173") == []
    assert await found(desk, "brown orlando") == [("Orlando Brown", "name")]
    assert await found(desk, "425-555-0100") == [("Orlando Brown", "phone")]


async def test_a_caller_is_found_by_their_order_and_customer_number(desk: Customers, store: Store) -> None:
    customer = await desk.add(ANN, ORLANDO)
    await store.run(lambda connection: connection.execute(insert(orders).values(order_of(customer))))
    for asked in ("B1000001", "b1000001", "#B1000001", "1000001"):
        assert await found(desk, asked) == [("Orlando Gee", "order B1000001")]
    assert await found(desk, customer.customer_id) == [("Orlando Gee", "customer number")]


async def test_the_last_orders_come_newest_first_with_their_transfer(desk: Customers, store: Store) -> None:
    customer = await desk.add(ANN, ORLANDO)
    first = order_of(customer)
    second = first | {
        "order_id": "order-2",
        "number": "B1000002",
        "cart_id": "cart-2",
        "placed_at": datetime(2026, 11, 23, tzinfo=UTC),
    }
    transfer = {
        "order_id": "order-1",
        "order_number": "B1000001",
        "key": "key-1",
        "status": "transferred",
        "maybe_there": False,
        "cause": "",
        "reason": "",
        "attempts": 1,
        "automatic_left": 5,
        "queued_at": NOON,
        "updated_at": NOON,
        "external_order_id": "DOM-1",
        "version": 1,
    }
    await store.run(lambda connection: connection.execute(insert(orders), [first, second]))
    await store.run(lambda connection: connection.execute(insert(transfers).values(transfer)))
    newest, oldest = await desk.last_orders(SAM, customer.customer_id)
    assert (newest.order_number, newest.transfer_status) == ("B1000002", None)
    assert (oldest.order_number, oldest.external_order_id) == ("B1000001", "DOM-1")
    assert str(oldest.total) == "10.79 USD"


def order_of(customer: Customer) -> dict[str, object]:
    texts = dict.fromkeys(("call_id", "desk", "company", "email", "phone", "phone_digits", "notes"), "")
    amounts = dict.fromkeys(("items", "discount", "shipping", "tax"), 0)
    return {
        **texts,
        **amounts,
        "order_id": "order-1",
        "number": "B1000001",
        "cart_id": "cart-1",
        "cart_version": 1,
        "store_id": "adventure",
        "status": "I",
        "placed_at": NOON,
        "agent_id": "ann",
        "agent_name": "Ann",
        "customer_id": customer.customer_id,
        "customer_name": customer.name,
        "language": "en",
        "currency": "USD",
        "total": 1079,
        "ship_method": "",
        "bill_to": {},
        "ship_to": {},
        "explanations": [],
        "tell_customer": True,
        "snapshot_hash": "",
        "sync_sequence": 0,
    }
