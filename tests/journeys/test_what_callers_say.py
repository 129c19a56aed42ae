"""Whatever callers say: names in any script, phone numbers in any spelling, texts with markup, impossible wishes."""

import json

import pytest

from backoffice.domain.customer import AddressDraft, CustomerDraft
from backoffice.domain.errors import InvalidInput, NotFound, Refusal
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.ids import Sku, new_id
from backoffice.domain.statuses import TransferStatus
from backoffice.services.cart import parse_entry
from tests.journeys.centre import VAN_NUYS, CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
MARKUP = "<script>alert('1')</script> & <b>$total ${number} {0} %s</b>\" --"


@pytest.mark.parametrize(
    "name",
    [
        ("فاطمة", "الزهراء"),
        ("สมชาย", "ใจดี"),
        ("小龍", "李"),
        ("Zoë", "O’Brien-Łukaszewicz"),
        ("😀", "ދިވެހި"),
    ],
    ids=["arabic", "thai", "chinese", "latin", "others"],
)
async def test_name_in_any_script_goes_all_the_way(centre: CallCentre, name: tuple[str, str]) -> None:
    first, last = name
    caller = await centre.caller(
        CustomerDraft(first_name=first, last_name=last, email=f"{new_id()[:12]}@example.net")
    )
    number = (await centre.ordered("1*HL-U509-R", caller=caller, notes=f"{last} {first}")).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)
    [there] = await centre.at_dom(number)
    assert (there["customer_name"], there["notes"]) == (f"{first} {last}", f"{last} {first}")
    [mail] = await until(lambda: centre.mails(number))
    assert f"Dear {first} {last}," in mail["body"]
    hits = await centre.office.customers.search(centre.ann, last)
    assert caller.customer_id in {hit.customer_id for hit in hits}
    page = await centre.office.order_history.search(centre.ann, OrderSearchCriteria(name=last))
    assert number in {row.order_number for row in page.rows}


@pytest.mark.parametrize(
    "written, asked",
    [
        ("+49 (0)30 901820-77", "004930 90182077"),
        ("818.555.0199", "(818) 555-0199"),
        ("+1-818-555-0188", "8185550188"),
        ("٨١٨ ٥٥٥ ٠١٧٧", "818 555 0177"),
        ("020 7946 0958 x 12", "020 7946 0958 x 12"),
    ],
)
async def test_caller_is_found_by_any_spelling_of_the_number(
    centre: CallCentre, written: str, asked: str
) -> None:
    caller = await centre.caller(CustomerDraft(first_name="Pat", last_name="Doe", phone=written))
    hits = await centre.office.customers.search(centre.ann, asked)
    assert caller.customer_id in {hit.customer_id for hit in hits}
    assert (await centre.office.customers.get(centre.ann, caller.customer_id)).phone == written


async def test_caller_without_phone_and_email_orders_and_gets_no_mail(centre: CallCentre) -> None:
    caller = await centre.caller(CustomerDraft(last_name="Nobody"))
    number = (await centre.ordered("1*HL-U509-R", caller=caller)).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.ship(number)
    details = await centre.office.order_history.details(centre.ann, number)
    assert details.mails == ()
    assert await centre.subjects(number) == []


async def test_markup_stays_text_everywhere(centre: CallCentre) -> None:
    caller = await centre.caller(
        CustomerDraft(first_name=MARKUP, last_name="Doe", email=f"{new_id()[:12]}@example.net"),
        AddressDraft(
            line1=MARKUP, city="Van <i>Nuys</i>", region="CA", postal_code="91411", country="US", name=MARKUP
        ),
    )
    number = (await centre.ordered("1*HL-U509-R", caller=caller, notes=MARKUP * 10)).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    [there] = await centre.at_dom(number)
    assert there["customer_name"] == f"{MARKUP} Doe"
    assert there["notes"] == MARKUP * 10
    ship_to = json.loads(there["ship_to"])
    assert (ship_to["line1"], ship_to["city"]) == (MARKUP, "Van <i>Nuys</i>")
    [mail] = await until(lambda: centre.mails(number))
    assert f"Dear {MARKUP} Doe," in mail["body"]
    answer = await centre.strings.get(centre._control("mail", f"/messages/{mail['id']}/raw"))
    assert "text/html" not in answer.text
    details = await centre.office.order_history.details(centre.ann, number)
    assert details.local is not None
    assert (details.local.notes, details.differences) == (MARKUP * 10, ())


async def test_ten_thousand_characters_are_refused_at_the_notes_and_the_cart_stays(
    centre: CallCentre,
) -> None:
    cart = await centre.built("1*HL-U509-R", notes="as before")
    text = (MARKUP * 200)[:10_000]
    with pytest.raises(InvalidInput) as refused:
        await centre.office.carts.set_notes(centre.ann, cart.cart_id, text, version=cart.version)
    assert refused.value.field == "notes"
    assert refused.value.sentence == "Notes take at most 4,000 characters; these have 10,000."
    assert await centre.cart(cart.cart_id) == cart


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"country": "Atlantis"}, "country"),
        ({"country": ""}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"postal_code": "not one"}, "postal_code"),
        ({"region": "Bavaria"}, "region"),
        ({"city": ""}, "city"),
        ({"line1": "x" * 10_000}, "line1"),
        ({"phone": "4242 4242 4242 4242"}, "phone"),
    ],
    ids=str,
)
async def test_address_that_can_not_be_reached_is_told_at_its_field(
    centre: CallCentre, wrong: dict[str, str], field: str
) -> None:
    typed = {name: getattr(VAN_NUYS, name) for name in ("line1", "city", "region", "postal_code", "country")}
    caller = await centre.caller()
    with pytest.raises(InvalidInput) as refused:
        await centre.office.customers.add_address(
            centre.ann, caller.customer_id, AddressDraft(**(typed | wrong))
        )
    assert refused.value.field == field
    assert refused.value.sentence.endswith(".")
    assert (await centre.office.customers.get(centre.ann, caller.customer_id)).addresses == caller.addresses


@pytest.mark.parametrize(
    "typed", ["0*HL-U509-R", "-3*HL-U509-R", "1000000000*HL-U509-R", "1,5*HL-U509-R", "*HL"]
)
async def test_quantity_nobody_can_send_is_told_at_the_quantity(centre: CallCentre, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_entry(typed)
    assert refused.value.field == "quantity"
    assert refused.value.sentence


async def test_unknown_item_is_told_and_the_cart_stays(centre: CallCentre) -> None:
    cart = await centre.built("1*HL-U509-R")
    with pytest.raises((NotFound, InvalidInput)) as refused:
        await centre.office.carts.add_line(
            centre.ann, cart.cart_id, Sku("HL-U509-RR'; --"), 1, version=cart.version
        )
    assert "HL-U509-RR" in refused.value.sentence
    with pytest.raises(InvalidInput, match="is not on sale since 30 June 2006"):
        await centre.office.carts.add_line(
            centre.ann, cart.cart_id, Sku("SO-B909-M"), 1, version=cart.version
        )
    for quantity in (0, -1, 10**9):
        with pytest.raises(Refusal):
            await centre.office.carts.add_line(
                centre.ann, cart.cart_id, Sku("HL-U509-R"), quantity, version=cart.version
            )
    assert await centre.cart(cart.cart_id) == cart


async def test_card_number_told_by_phone_is_kept_nowhere(centre: CallCentre) -> None:
    cart = await centre.built("1*HL-U509-R")
    with pytest.raises(InvalidInput, match="card number"):
        await centre.office.carts.set_notes(
            centre.ann, cart.cart_id, "charge 4242 4242 4242 4242", version=cart.version
        )
    for file in centre.settings.data_dir.glob("backoffice.db*"):
        kept = file.read_bytes()
        assert b"4242 4242 4242 4242" not in kept
        assert b"4242424242424242" not in kept
