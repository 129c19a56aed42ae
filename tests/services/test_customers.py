from dataclasses import replace

import pytest
from sqlalchemy import select

from backoffice.domain.customer import AddressDraft, CustomerDraft
from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backoffice.domain.ids import CustomerId
from backoffice.services.audit import Audit
from backoffice.services.customers import Customers
from backoffice.store.store import Store
from backoffice.store.tables import metadata
from tests.services.people import ANN, ORLANDO, SAM, SUSAN, VAN_NUYS, noon

MANY_LETTERS = "<b>Please</b> ring twice; " * 400


@pytest.fixture
def desk(store: Store) -> Customers:
    return Customers(store, noon)


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
    assert await desk.search(ANN, "orlando") == ()


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
