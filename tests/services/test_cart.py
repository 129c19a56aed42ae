"""ChangeOrder: lines, addresses, payments, notes; bad input gets a sentence and changes nothing."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from backoffice.domain.cart import LONGEST_NOTE
from backoffice.domain.errors import Conflict, InvalidInput, NotFound, Refusal
from backoffice.domain.ids import CustomerId, LineId, Sku, StaffId
from backoffice.domain.inventory import InventorySystem, Source
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.outcome import Unreachable
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.services.audit import verify_chain
from backoffice.store.tables.people import audit
from tests.services.desk import ON_ACCOUNT, Desk
from tests.services.world import AGENT, SUPERVISOR

HELMET = Sku("HL-U509-R")
CARD_NUMBER = "4242 4242 4242 4242"
BOB = Actor(staff_id=StaffId("bob"), name="Bob", role=Role.AGENT, desk="desk 9")


async def test_line_carries_name_price_photo_and_what_is_known_of_its_stock(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R")
    [line] = cart.lines
    assert (line.name, line.quantity, str(line.unit_price.minor)) == ("Sport-100 Helmet, Red", 3, "3499")
    assert line.availability is not None
    assert line.availability.source is Source.LIVE
    assert line.availability.quantity == 288
    assert cart.items.minor == 3 * 3499


async def test_same_sku_again_adds_to_its_line_in_any_case(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R", "2*hl-u509-r")
    assert [(line.sku, line.quantity) for line in cart.lines] == [("HL-U509-R", 5)]


async def test_quantity_is_changed_and_a_line_taken_out(desk: Desk) -> None:
    cart = await desk.built("3*HL-U509-R", "1*BK-M68S-38")
    shop = desk.office.carts
    cart = await shop.change_quantity(AGENT, cart.cart_id, cart.lines[0].line_id, 7, version=cart.version)
    assert [line.quantity for line in cart.lines] == [7, 1]
    cart = await shop.remove_line(AGENT, cart.cart_id, cart.lines[0].line_id, version=cart.version)
    assert [line.sku for line in cart.lines] == ["BK-M68S-38"]
    with pytest.raises(NotFound):
        await shop.change_quantity(AGENT, cart.cart_id, LineId("gone"), 7, version=cart.version)


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
async def test_quantity_no_line_can_hold_is_refused_at_its_field(desk: Desk, quantity: int) -> None:
    cart = await desk.built("3*HL-U509-R")
    shop = desk.office.carts
    for act in (
        shop.add_line(AGENT, cart.cart_id, HELMET, quantity, version=cart.version),
        shop.change_quantity(AGENT, cart.cart_id, cart.lines[0].line_id, quantity, version=cart.version),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await act
        assert refusal.value.field == "quantity"
        assert refusal.value.advice
    assert await shop.get(AGENT, cart.cart_id) == cart


async def test_lines_of_one_sku_can_not_add_up_past_the_limit(desk: Desk) -> None:
    cart = await desk.built("9999*HL-U509-R")
    with pytest.raises(InvalidInput, match="at most"):
        await desk.office.carts.add_line(AGENT, cart.cart_id, HELMET, 2, version=cart.version)


async def test_fewer_than_the_minimum_are_refused(desk: Desk) -> None:
    cart = await desk.built("5*HL-U509-R")
    desk.change_product("HL-U509-R", minimum_quantity=5)
    shop = desk.office.carts
    with pytest.raises(InvalidInput, match="sold from 5"):
        await shop.change_quantity(AGENT, cart.cart_id, cart.lines[0].line_id, 4, version=cart.version)
    with pytest.raises(InvalidInput, match="sold from 5"):
        await shop.add_line(AGENT, cart.cart_id, HELMET, 4, version=cart.version)


async def test_unknown_sku_is_said_so(desk: Desk) -> None:
    with pytest.raises(NotFound) as refusal:
        await desk.built("1*NO-SUCH-SKU")
    assert "NO-SUCH-SKU" in refusal.value.sentence


async def test_sku_that_is_not_on_sale_is_refused_with_the_date(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="30 June 2006") as refusal:
        await desk.built("1*SO-B909-M")
    assert refusal.value.field == "sku"
    desk.change_product("HL-U509-R", sell_from=date(2030, 1, 1))
    with pytest.raises(InvalidInput, match="not on sale"):
        await desk.built("1*HL-U509-R")


@pytest.mark.parametrize("where", ["notes", "purchase order", "label"])
async def test_card_number_is_refused_wherever_it_is_typed(desk: Desk, where: str) -> None:
    cart = await desk.built()
    plan = {
        "purchase order": replace(ON_ACCOUNT, reference=CARD_NUMBER),
        "label": replace(ON_ACCOUNT, label=CARD_NUMBER),
    }.get(where, ON_ACCOUNT)
    shop = desk.office.carts
    typed = shop.set_payments(AGENT, cart.cart_id, (plan,), version=cart.version)
    if where == "notes":
        typed.close()
        typed = shop.set_notes(AGENT, cart.cart_id, f"charge {CARD_NUMBER}", version=cart.version)
    with pytest.raises(InvalidInput, match="card number"):
        await typed
    assert await shop.get(AGENT, cart.cart_id) == cart
    assert "4242 4242" not in str(desk.rows(audit))


async def test_ten_thousand_characters_are_refused_and_a_long_note_is_kept_as_it_is(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts
    with pytest.raises(InvalidInput, match="10,000") as refusal:
        await shop.set_notes(AGENT, cart.cart_id, "<b>x</b> " * 1111 + "y", version=cart.version)
    assert refusal.value.field == "notes"
    text = ("<script>alert(1)</script> שלום 你好 " * 100)[:LONGEST_NOTE]
    cart = await shop.set_notes(AGENT, cart.cart_id, text, version=cart.version)
    assert cart.notes == text


async def test_payment_on_account_needs_its_purchase_order_number(desk: Desk) -> None:
    cart = await desk.built()
    plan = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference=" ", label="")
    with pytest.raises(InvalidInput, match="purchase order"):
        await desk.office.carts.set_payments(AGENT, cart.cart_id, (plan,), version=cart.version)


async def test_ship_method_must_be_one_of_the_stores(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts
    with pytest.raises(InvalidInput) as refusal:
        await shop.set_ship_method(AGENT, cart.cart_id, "TELEPORT", version=cart.version)
    assert refusal.value.field == "ship_method"
    cart = await shop.set_ship_method(AGENT, cart.cart_id, "ZY - EXPRESS", version=cart.version)
    assert cart.ship_method == "ZY - EXPRESS"


async def test_addresses_coupons_and_the_wish_to_be_told_are_kept(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts
    assert cart.ship_to is not None
    moved = replace(cart.ship_to, line1="1 New St")
    cart = await shop.set_ship_to(AGENT, cart.cart_id, moved, version=cart.version)
    cart = await shop.set_bill_to(AGENT, cart.cart_id, moved, version=cart.version)
    cart = await shop.set_coupons(AGENT, cart.cart_id, (" spring ", "SPRING", ""), version=cart.version)
    cart = await shop.set_tell_customer(AGENT, cart.cart_id, False, version=cart.version)
    assert (cart.ship_to, cart.bill_to, cart.coupons, cart.tell_customer) == (
        moved,
        moved,
        ("SPRING",),
        False,
    )


async def test_another_caller_brings_other_addresses_the_same_keeps_the_chosen(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts
    assert cart.ship_to is not None
    moved = replace(cart.ship_to, line1="1 New St")
    cart = await shop.set_ship_to(AGENT, cart.cart_id, moved, version=cart.version)
    assert cart.customer_id is not None
    cart = await shop.set_customer(AGENT, cart.cart_id, cart.customer_id, version=cart.version)
    assert cart.ship_to == moved
    cart = await shop.set_customer(AGENT, cart.cart_id, CustomerId("29486"), version=cart.version)
    assert cart.ship_to is not None
    assert cart.ship_to.city == "Branch"
    with pytest.raises(NotFound):
        await shop.set_customer(AGENT, cart.cart_id, CustomerId("nobody"), version=cart.version)


async def test_change_made_on_an_old_version_changes_nothing(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts
    newer = await shop.set_notes(AGENT, cart.cart_id, "first", version=cart.version)
    with pytest.raises(Conflict) as refusal:
        await shop.set_notes(AGENT, cart.cart_id, "second", version=cart.version)
    assert refusal.value.code == "modified"
    assert await shop.get(AGENT, cart.cart_id) == newer


async def test_of_two_editors_at_once_one_is_told(desk: Desk) -> None:
    cart = await desk.built()
    shop = desk.office.carts
    ends = await asyncio.gather(
        *(shop.set_notes(AGENT, cart.cart_id, f"note {n}", version=cart.version) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Conflict) for end in ends) == 9
    assert (await shop.get(AGENT, cart.cart_id)).version == cart.version + 1


async def test_cart_of_a_colleague_is_changed_by_a_supervisor_who_took_it_over(desk: Desk) -> None:
    cart = await desk.built()
    for other in (BOB, SUPERVISOR):
        with pytest.raises(Conflict, match=r"Ann .at desk 1. holds this cart"):
            await desk.office.carts.set_notes(other, cart.cart_id, "mine now", version=cart.version)
    subject = Subject(kind=LockKind.CART, name=cart.cart_id)
    await desk.office.locks.take_over(SUPERVISOR, subject, "checking the notes")
    cart = await desk.office.carts.set_notes(SUPERVISOR, cart.cart_id, "checked", version=cart.version)
    assert cart.notes == "checked"


async def test_closed_cart_is_not_changed(desk: Desk) -> None:
    cart = await desk.cart()
    await desk.submit(cart)
    with pytest.raises(Conflict, match="closed"):
        await desk.office.carts.add_line(AGENT, cart.cart_id, HELMET, 1, version=cart.version)


async def test_store_with_its_own_stock_refuses_what_it_lacks(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    desk.own_stock("HL-U509-R", 4)
    with pytest.raises(InvalidInput, match="Only 4 of HL-U509-R left") as refusal:
        await desk.built("5*HL-U509-R")
    assert refusal.value.field == "quantity"
    desk.own_stock("HL-U509-R", 0)
    with pytest.raises(InvalidInput, match="out of stock"):
        await desk.built("1*HL-U509-R")


async def test_store_without_inventory_takes_anything(desk: Desk) -> None:
    desk.use(InventorySystem.NONE)
    assert (await desk.built("9000*HL-U509-R")).lines[0].quantity == 9000


async def test_item_out_of_stock_at_the_dom_may_enter_the_cart(desk: Desk) -> None:
    desk.dom.stock("HL-U509-R", 0)
    [line] = (await desk.built("2*HL-U509-R")).lines
    assert line.availability is not None
    assert line.availability.quantity in {0, None}


async def test_silent_dom_does_not_keep_the_agent_from_adding(desk: Desk) -> None:
    desk.dom.script("get_inventory_availability", Unreachable(reason="Down."), times=5)
    [line] = (await desk.built("2*HL-U509-R")).lines
    assert line.availability is None or line.availability.source is not Source.LIVE


async def test_system_by_date_is_refused_in_words(desk: Desk) -> None:
    desk.use(InventorySystem.ATP)
    with pytest.raises(Refusal, match="ATP"):
        await desk.built()


async def test_every_change_has_its_row_in_the_trail(desk: Desk) -> None:
    before = len(desk.rows(audit))
    cart = await desk.built("3*HL-U509-R")
    await desk.office.carts.set_notes(AGENT, cart.cart_id, "hello", version=cart.version)
    new = [row["action"] for row in desk.rows(audit)][before:]
    assert new == ["call.opened", "cart.line_added", "cart.payment_set", "cart.notes_set"]
    assert desk.office.store.read_here(verify_chain) == []
