from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from backoffice.domain.customer import AddressDraft, Customer, CustomerDraft
from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backoffice.domain.ids import CustomerId, StaffId
from backoffice.domain.staff import Actor, Role
from backoffice.services.audit import Audit
from backoffice.services.customers import Customers
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables import metadata
from backoffice.store.tables.ordering import orders, transfers

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANN = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="desk 1")
SAM = Actor(staff_id=StaffId("sam"), name="Sam", role=Role.SUPPORT, desk="desk 2")
SUSAN = Actor(staff_id=StaffId("susan"), name="Susan", role=Role.SUPERVISOR, desk="desk 3")
ORLANDO = CustomerDraft(
    title="Mr.",
    first_name="Orlando",
    middle_name="N.",
    last_name="Gee",
    company="A Bike Store",
    email="orlando0@adventure-works.com",
    phone="245-555-0173",
)
VAN_NUYS = AddressDraft(
    line1="57251 Serene Blvd", city="Van Nuys", region="California", postal_code="91411", country="us"
)
MANY_LETTERS = "<b>Please</b> ring twice; " * 400


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path / 'backoffice.db'}")
    metadata.create_all(engine)
    store = Store(engine)
    yield store
    store.close()


@pytest.fixture
def desk(store: Store) -> Customers:
    return Customers(store, lambda: NOON)


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


async def test_a_customer_needs_no_more_than_a_name_or_a_company(desk: Customers) -> None:
    assert (await desk.add(ANN, CustomerDraft(last_name="Gee"))).group == "consumer"
    assert (await desk.add(ANN, CustomerDraft(company="A Bike Store"))).group == "reseller"
    with pytest.raises(InvalidInput) as refused:
        await desk.add(ANN, CustomerDraft(first_name="  "))
    assert refused.value.field == "last_name"


async def test_what_was_typed_is_kept_as_plain_text(desk: Customers) -> None:
    notes = "<script>alert(1)</script>\nGate code 17 & dog “Rex” 🐕"
    customer = await desk.add(
        ANN, replace(ORLANDO, phone=" 245-555-0173  x12 ", notes=notes, last_name="<b>Gee</b>")
    )
    kept = await desk.get(ANN, customer.customer_id)
    assert (kept.notes, kept.phone, kept.last_name) == (notes, "245-555-0173 x12", "<b>Gee</b>")


@pytest.mark.parametrize(
    "field, typed, said",
    [
        ("first_name", MANY_LETTERS, "10,399"),
        ("notes", MANY_LETTERS, "4,000"),
        ("notes", "card 4242 4242 4242 4242 exp 12/27", "card number"),
        ("company", "4111111111111111", "card number"),
        ("last_name", "Gee\x00", "can not be shown"),
        ("last_name", "\ud800", "can not be shown"),
        ("phone", "call me", "no digits"),
        ("phone", "12", "2 digits"),
        ("phone", "4242 4242 4242 4242", "card number"),
        ("phone", "1" * 30, "30 digits"),
        ("email", "orlando", "no e-mail address"),
        ("email", "a b@example.com", "no e-mail address"),
        ("email", "a@b@example.com", "no e-mail address"),
        ("email", "a@localhost", "no e-mail address"),
        ("email", "a@example.com\nBcc: x@y.com", "no e-mail address"),
        ("language", "klingon", "no language"),
    ],
)
async def test_what_can_not_be_kept_is_refused_at_its_field(
    desk: Customers, field: str, typed: str, said: str
) -> None:
    draft = replace(ORLANDO, **{field: typed})
    problems = desk.check_draft(draft)
    assert list(problems) == [field]
    assert said in problems[field]
    with pytest.raises(InvalidInput) as refused:
        await desk.add(ANN, draft)
    assert refused.value.field == field
    assert await found(desk, "orlando") == []


def test_phone_numbers_of_any_country_are_no_card_numbers(desk: Customers) -> None:
    numbers = ["+49 1512 3456789", "+55 11 91234-5678", "1 (11) 500 555-0132", "+62 812 3456 78901", "112"]
    assert [desk.check_draft(replace(ORLANDO, phone=number)) for number in numbers] == [{}] * len(numbers)


async def test_the_second_of_two_editors_is_told_instead_of_overwriting(desk: Customers) -> None:
    customer = await desk.add(ANN, ORLANDO)
    changed = await desk.change(
        ANN, customer.customer_id, replace(ORLANDO, phone="425-555-0100"), version=customer.version
    )
    assert changed.version == 2
    with pytest.raises(Conflict) as refused:
        await desk.change(SUSAN, customer.customer_id, ORLANDO, version=customer.version)
    assert refused.value.code == "stale_version"
    assert (await desk.get(ANN, customer.customer_id)).phone == "425-555-0100"


async def test_an_unknown_customer_is_said_to_be_unknown(desk: Customers) -> None:
    for act in (
        desk.get(ANN, "nobody"),
        desk.change(ANN, CustomerId("nobody"), ORLANDO, version=1),
        desk.add_address(ANN, CustomerId("nobody"), VAN_NUYS),
    ):
        with pytest.raises(NotFound):
            await act


async def test_support_looks_up_but_does_not_change(desk: Customers) -> None:
    customer = await desk.add(ANN, ORLANDO)
    assert await desk.get(SAM, customer.customer_id) == customer
    for act in (desk.add(SAM, ORLANDO), desk.add_address(SAM, customer.customer_id, VAN_NUYS)):
        with pytest.raises(NotAllowed):
            await act


async def test_an_address_gets_its_codes_and_the_hit_its_city(desk: Customers) -> None:
    customer = await desk.add(ANN, ORLANDO)
    customer = await desk.add_address(ANN, customer.customer_id, VAN_NUYS)
    (address,) = customer.addresses
    assert (address.country, address.region, address.region_name) == ("US", "CA", "California")
    assert address.one_line() == "57251 Serene Blvd, Van Nuys, CA 91411, US"
    assert (await desk.search(ANN, "gee"))[0].city == "Van Nuys"
    moved = await desk.change_address(
        ANN, customer.customer_id, address.address_id, replace(VAN_NUYS, line1="12 Main St")
    )
    assert [address.line1 for address in moved.addresses] == ["12 Main St"]
    assert moved.version == 3
    with pytest.raises(NotFound):
        await desk.change_address(ANN, customer.customer_id, "no-such-address", VAN_NUYS)


@pytest.mark.parametrize(
    "change, field, said",
    [
        ({"country": "Narnia"}, "country", "no country “Narnia”"),
        ({"country": ""}, "country", "Choose the country"),
        ({"country": "ZZ"}, "country", "no country"),
        ({"line1": ""}, "line1", "street"),
        ({"city": " "}, "city", "city"),
        ({"region": ""}, "region", "needs the state"),
        ({"region": "Ontario"}, "region", "no state “Ontario”"),
        ({"postal_code": ""}, "postal_code", "needs its ZIP code"),
        ({"postal_code": "9141"}, "postal_code", "no ZIP code"),
        ({"postal_code": "10001"}, "postal_code", "not in California"),
        ({"phone": "none"}, "phone", "no digits"),
        ({"line2": MANY_LETTERS}, "line2", "200"),
        ({"name": "4111 1111 1111 1111"}, "name", "card number"),
    ],
)
async def test_an_address_nothing_can_be_sent_to_is_refused_at_its_field(
    desk: Customers, change: dict[str, str], field: str, said: str
) -> None:
    draft = replace(VAN_NUYS, **change)
    problems = desk.check_address(draft)
    assert list(problems) == [field]
    assert said in problems[field]
    customer = await desk.add(ANN, ORLANDO)
    with pytest.raises(InvalidInput) as refused:
        await desk.add_address(ANN, customer.customer_id, draft)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "address",
    [
        AddressDraft(line1="1 High St", city="London", postal_code="sw1a 1aa", country="United Kingdom"),
        AddressDraft(line1="Hauptstr. 1", city="Ulm", postal_code="89073", country="Deutschland"),
        AddressDraft(
            line1="千代田1-1", region="東京都", city="千代田区", postal_code="100-0001", country="JP"
        ),
        AddressDraft(line1="شارع الملك فهد 12", city="الرياض", country="SA", postal_code="12271"),
    ],
)
def test_addresses_of_many_countries_are_taken(desk: Customers, address: AddressDraft) -> None:
    assert desk.check_address(address) == {}


def test_countries_come_by_name_in_the_language_asked_for(desk: Customers) -> None:
    assert ("DE", "Deutschland") in desk.countries("de")
    assert ("US", "United States") in desk.countries("en_US")
    assert ("CA", "California") in desk.regions("us")
    assert desk.regions("Narnia") == ()


async def test_every_change_leaves_its_row_in_the_trail(desk: Customers, store: Store) -> None:
    customer = await desk.add(ANN, ORLANDO)
    await desk.change(
        ANN, customer.customer_id, replace(ORLANDO, phone="425-555-0100", notes="Dog"), version=1
    )
    customer = await desk.add_address(ANN, customer.customer_id, VAN_NUYS)
    await desk.change_address(
        ANN, customer.customer_id, customer.addresses[0].address_id, replace(VAN_NUYS, line2="Suite 2")
    )
    trail = await Audit(store).find(SUSAN, subject=customer.customer_id)
    assert [row.action for row in reversed(trail)] == [
        "customer.added",
        "customer.changed",
        "address.added",
        "address.changed",
    ]
    assert trail[2].detail == {"changed": {"phone": ["245-555-0173", "425-555-0100"], "notes": "changed"}}
    assert {row.customer_id for row in trail} == {customer.customer_id}


async def test_a_refused_change_leaves_nothing(desk: Customers, store: Store) -> None:
    customer = await desk.add(ANN, ORLANDO)
    with pytest.raises(Conflict):
        await desk.change(ANN, customer.customer_id, ORLANDO, version=7)
    rows = await store.read(lambda connection: connection.execute(select(metadata.tables["audit"])).all())
    assert len(rows) == 1
