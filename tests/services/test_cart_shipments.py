"""ChangeOrder: several shipments to several addresses."""

import pytest

from backoffice.domain.cart import Cart
from backoffice.domain.customer import Address
from backoffice.domain.errors import Conflict, InvalidInput, Refusal
from backoffice.domain.ids import LineId, Sku
from backoffice.domain.inventory import InventorySystem
from backoffice.services.codec import unpack
from tests.services.desk import Desk
from tests.services.selling import usd
from tests.services.test_cart_selling import BIKE, EXPRESS, HELMET, OFFICE
from tests.services.world import AGENT, HOME


async def with_shipment(desk: Desk, *lines: str) -> Cart:
    cart = await desk.built(*lines)
    return await desk.office.carts.add_shipment(AGENT, cart.cart_id, OFFICE, EXPRESS, version=cart.version)


def where(cart: Cart) -> list[tuple[str, str, int]]:
    return sorted((line.shipment_id, line.sku, line.quantity) for line in cart.lines)


async def move(desk: Desk, cart: Cart, place: int, to: str, quantity: int) -> Cart:
    line = cart.lines[place].line_id
    return await desk.office.carts.move_line(AGENT, cart.cart_id, line, to, quantity, version=cart.version)


async def test_pieces_of_a_line_go_elsewhere_and_come_back(desk: Desk) -> None:
    cart = await with_shipment(desk, f"5*{HELMET}")
    assert [(one.shipment_id, one.ship_method) for one in cart.shipments][1:] == [("2", EXPRESS)]

    cart = await move(desk, cart, 0, "2", 2)
    assert where(cart) == [("1", HELMET, 3), ("2", HELMET, 2)]
    cart = await move(desk, cart, 0, "2", 1)
    assert where(cart) == [("1", HELMET, 2), ("2", HELMET, 3)]
    cart = await move(desk, cart, 0, "2", 2)
    assert where(cart) == [("2", HELMET, 5)]
    cart = await move(desk, cart, 0, "2", 5)
    assert where(cart) == [("2", HELMET, 5)]
    cart = await move(desk, cart, 0, "1", 5)
    assert where(cart) == [("1", HELMET, 5)]


async def test_the_same_item_again_joins_the_line_of_the_first_shipment(desk: Desk) -> None:
    cart = await move(desk, await with_shipment(desk, f"5*{HELMET}"), 0, "2", 2)

    cart = await desk.office.carts.add_line(AGENT, cart.cart_id, Sku(HELMET), 4, version=cart.version)

    assert where(cart) == [("1", HELMET, 7), ("2", HELMET, 2)]


async def test_what_is_taken_out_goes_back_to_the_carts_own_address(desk: Desk) -> None:
    cart = await with_shipment(desk, f"5*{HELMET}", f"1*{BIKE}")
    cart = await move(desk, await move(desk, cart, 0, "2", 2), 1, "2", 1)
    assert where(cart) == [("1", HELMET, 3), ("2", BIKE, 1), ("2", HELMET, 2)]

    cart = await desk.office.carts.remove_shipment(AGENT, cart.cart_id, "2", version=cart.version)

    assert where(cart) == [("1", BIKE, 1), ("1", HELMET, 5)]
    assert cart.more_shipments == ()


async def test_a_shipment_gets_another_address_or_method(desk: Desk) -> None:
    cart = await with_shipment(desk, f"1*{HELMET}")
    carts = desk.office.carts
    elsewhere = unpack(Address, {**HOME, "line1": "9 Hill Rd"})

    cart = await carts.change_shipment(AGENT, cart.cart_id, "2", address=elsewhere, version=cart.version)
    cart = await carts.change_shipment(AGENT, cart.cart_id, "1", ship_method=EXPRESS, version=cart.version)
    cart = await carts.change_shipment(AGENT, cart.cart_id, "1", address=OFFICE, version=cart.version)

    assert [(one.ship_to, one.ship_method) for one in cart.shipments] == [
        (OFFICE, EXPRESS),
        (elsewhere, EXPRESS),
    ]


async def test_the_cart_without_an_address_yet_gets_its_ship_method(desk: Desk) -> None:
    call = await desk.office.carts.open_call(AGENT)

    cart = await desk.office.carts.change_shipment(AGENT, call.cart_id, "1", ship_method=EXPRESS, version=1)

    assert (cart.ship_to, cart.ship_method) == (None, EXPRESS)


async def test_what_can_not_be_is_refused_and_changes_nothing(desk: Desk) -> None:
    cart = await with_shipment(desk, f"1*{HELMET}", "1*GIFT-50")
    carts, at = desk.office.carts, cart.version
    line, gift = cart.lines[0].line_id, cart.lines[1].line_id
    for act, field in (
        (carts.move_line(AGENT, cart.cart_id, line, "2", 2, version=at), "quantity"),
        (carts.move_line(AGENT, cart.cart_id, line, "2", 0, version=at), "quantity"),
        (carts.move_line(AGENT, cart.cart_id, line, "7", 1, version=at), "shipment"),
        (carts.move_line(AGENT, cart.cart_id, gift, "2", 1, version=at), "shipment"),
        (carts.move_line(AGENT, cart.cart_id, LineId("gone"), "2", 1, version=at), ""),
        (carts.remove_shipment(AGENT, cart.cart_id, "1", version=at), "shipment"),
        (carts.remove_shipment(AGENT, cart.cart_id, "7", version=at), "shipment"),
        (carts.change_shipment(AGENT, cart.cart_id, "2", ship_method="PIGEON", version=at), "ship_method"),
        (carts.add_shipment(AGENT, cart.cart_id, OFFICE, "PIGEON", version=at), "ship_method"),
    ):
        with pytest.raises(Refusal) as caught:
            await act
        assert caught.value.field == field
    assert await carts.get(AGENT, cart.cart_id) == cart


async def test_no_cart_has_more_than_twenty_shipments(desk: Desk) -> None:
    cart = await desk.built(f"1*{HELMET}")
    carts = desk.office.carts
    for _ in range(19):
        cart = await carts.add_shipment(AGENT, cart.cart_id, OFFICE, EXPRESS, version=cart.version)
    with pytest.raises(InvalidInput, match="at most 20 shipments"):
        await carts.add_shipment(AGENT, cart.cart_id, OFFICE, EXPRESS, version=cart.version)


async def test_a_shipment_that_carries_something_needs_its_ship_method(desk: Desk) -> None:
    cart = await with_shipment(desk, f"2*{HELMET}")
    bare = [{"shipment_id": "2", "ship_to": None, "ship_method": ""}]
    desk.change_cart(cart.cart_id, more_shipments=bare)
    cart = await move(desk, cart, 0, "2", 1)

    with pytest.raises(InvalidInput, match="Where does shipment 2 go"):
        await desk.prepare(cart)
    back = await desk.office.carts.remove_shipment(AGENT, cart.cart_id, "2", version=cart.version)
    assert (await desk.prepare(back)).prepared is not None


async def test_our_own_stock_and_minimums_count_over_all_lines_of_an_item(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    desk.own_stock(HELMET, 6)
    desk.change_product(HELMET, minimum_quantity=3)
    cart = await move(desk, await with_shipment(desk, f"5*{HELMET}"), 0, "2", 3)
    carts = desk.office.carts

    with pytest.raises(InvalidInput, match="Only 6"):
        await carts.change_quantity(AGENT, cart.cart_id, cart.lines[0].line_id, 4, version=cart.version)
    with pytest.raises(InvalidInput, match="Only 6"):
        await carts.add_line(AGENT, cart.cart_id, Sku(HELMET), 3, version=cart.version)
    cart = await carts.change_quantity(AGENT, cart.cart_id, cart.lines[1].line_id, 1, version=cart.version)
    assert where(cart) == [("1", HELMET, 2), ("2", HELMET, 1)]
    with pytest.raises(InvalidInput, match="sold from 3"):
        await carts.change_quantity(AGENT, cart.cart_id, cart.lines[0].line_id, 1, version=cart.version)


async def test_a_gift_certificate_is_never_out_of_stock(desk: Desk) -> None:
    desk.use(InventorySystem.NON_ATP)
    cart = await desk.built("2*GIFT-50")

    cart = await desk.office.carts.change_quantity(
        AGENT, cart.cart_id, cart.lines[0].line_id, 9, version=cart.version
    )

    assert cart.items == usd(450)


async def test_every_change_names_the_version_it_was_made_on(desk: Desk) -> None:
    cart = await with_shipment(desk, f"2*{HELMET}")
    carts, line = desk.office.carts, cart.lines[0].line_id
    old = cart.version - 1
    for act in (
        carts.set_gift_certificates(AGENT, cart.cart_id, (), version=old),
        carts.override_price(AGENT, cart.cart_id, line, usd(34), "damaged", version=old),
        carts.clear_override(AGENT, cart.cart_id, line, version=old),
        carts.add_shipment(AGENT, cart.cart_id, OFFICE, EXPRESS, version=old),
        carts.change_shipment(AGENT, cart.cart_id, "2", ship_method=EXPRESS, version=old),
        carts.remove_shipment(AGENT, cart.cart_id, "2", version=old),
        carts.move_line(AGENT, cart.cart_id, line, "2", 1, version=old),
    ):
        with pytest.raises(Conflict):
            await act
    assert await carts.get(AGENT, cart.cart_id) == cart
