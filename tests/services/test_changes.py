"""Preparing twice says what changed and why, with amounts as people write them."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import update

from backoffice.domain.cart import Cart
from backoffice.domain.ids import Sku
from backoffice.domain.pricing import Limits, PercentOff, PerShipment, ShippingOff, ShippingTariff
from backoffice.store.tables.pricing import gift_certificates, tax_rates, use_counts
from tests.services.desk import ORLANDO, Desk
from tests.services.selling import (
    certificate,
    coupon,
    end_offer,
    no_taxes,
    offer,
    price_list,
    put,
    tariffs,
    tax,
    usd,
)
from tests.services.test_cart_selling import EXPRESS, OFFICE
from tests.services.world import AGENT

HELMET = Sku("HL-U509-R")  # 34.99
BIKE = Sku("BK-M68S-38")


def said(cart: Cart) -> list[str]:
    assert cart.prepared is not None
    return list(cart.prepared.changes)


async def flat(desk: Desk, *lines: str) -> Cart:
    """A prepared cart without taxes, shipped for 7.00."""
    no_taxes(desk)
    tariffs(desk, "VAN", ShippingTariff(code="", name="", charge=PerShipment(amount=usd(7))))
    cart = await desk.built(*lines)
    cart = await desk.office.carts.set_ship_method(AGENT, cart.cart_id, "VAN", version=cart.version)
    return await desk.prepare(cart)


async def test_preparing_the_same_cart_again_says_nothing(desk: Desk) -> None:
    cart = await flat(desk, f"1*{HELMET}")
    assert said(cart) == []

    assert said(await desk.prepare(cart)) == []


async def test_lines_that_came_changed_and_went(desk: Desk) -> None:
    cart = await flat(desk, f"1*{HELMET}", f"1*{BIKE}", "1*HL-U509")
    shop = desk.office.carts
    first, bike, other = (line.line_id for line in cart.lines)
    cart = await shop.change_quantity(AGENT, cart.cart_id, first, 2, version=cart.version)
    cart = await shop.remove_line(AGENT, cart.cart_id, other, version=cart.version)

    told = said(await desk.prepare(cart))

    assert told == [], "one helmet more for another less: the same to pay"
    cart = await shop.get(AGENT, cart.cart_id)
    cart = await shop.add_line(AGENT, cart.cart_id, Sku("HL-U509"), 3, version=cart.version)
    cart = await shop.remove_line(AGENT, cart.cart_id, bike, version=cart.version)
    cart = await shop.remove_line(AGENT, cart.cart_id, first, version=cart.version)
    items, total = said(await desk.prepare(cart))
    assert items.endswith("(3 x HL-U509 is new; 2 lines were taken out).")
    assert total.startswith("Total: $111.97, was $")


async def test_what_stayed_as_it_was_is_not_told(desk: Desk) -> None:
    offer(desk, "Sale")
    cart = await flat(desk, f"1*{HELMET}", f"1*{BIKE}")
    offer(desk, "Ship", ShippingOff(), needs_coupon=True)
    coupon(desk, "FREE", "Ship")
    cart = await desk.office.carts.set_coupons(AGENT, cart.cart_id, ("FREE",), version=cart.version)
    desk.clock.pass_time(timedelta(seconds=31))
    cart = await desk.prepare(cart)
    assert said(cart)[0].endswith("(“Ship” takes $7.00 off).")

    price_list(desk, "agreed", (BIKE, "700.00", 1), customer_id=ORLANDO)
    desk.clock.pass_time(timedelta(seconds=31))
    items = said(await desk.prepare(cart))[1]

    assert items.startswith("Items: $734.99, was ")
    assert HELMET not in items


async def test_a_price_says_where_it_comes_from(desk: Desk) -> None:
    cart = await flat(desk, f"2*{HELMET}")
    price_list(desk, "agreed", (HELMET, "30.00", 1), customer_id=ORLANDO)
    desk.clock.pass_time(timedelta(seconds=31))

    told = said(await desk.prepare(cart))

    assert told == [
        "HL-U509-R costs $30.00 now; it was $34.99 (customer price agreed).",
        "Items: $60.00, was $69.98 (2 x HL-U509-R is $60.00, was $69.98).",
        "Total: $67.00, was $76.98.",
    ]


async def test_an_offer_that_starts_changes_and_ends(desk: Desk) -> None:
    cart = await flat(desk, f"1*{HELMET}")
    offer(desk, "Sale")
    desk.clock.pass_time(timedelta(seconds=31))

    cart = await desk.prepare(cart)
    assert said(cart) == [
        "Offers: $3.50, was $0.00 (“Sale” takes $3.50 off).",
        "Total: $38.49, was $41.99.",
    ]
    end_offer(desk, "Sale")
    offer(desk, "More", PercentOff(percent=Decimal(20)), limits=Limits(max_uses=5))
    cart = await desk.prepare(cart)
    assert said(cart)[0] == (
        "Offers: $7.00, was $3.50 (“More” takes $7.00 off; “Sale” does not apply any more: it is over)."
    )
    put(desk, use_counts, kind="promotion", key="More", customer_id="", uses=5)
    told = said(await desk.prepare(cart))
    assert told[0] == (
        "Offers: $0.00, was $7.00"
        " (“More” does not apply any more: More has been used 5 times; it may be used 5 times)."
    )


async def test_a_coupon_changes_what_another_offer_takes(desk: Desk) -> None:
    offer(desk, "Sale", priority=5)
    offer(desk, "First", PercentOff(percent=Decimal(50)), needs_coupon=True, priority=1)
    coupon(desk, "HALF", "First")
    cart = await flat(desk, f"1*{HELMET}")
    cart = await desk.office.carts.set_coupons(AGENT, cart.cart_id, ("HALF",), version=cart.version)

    told = said(await desk.prepare(cart))

    assert told[0] == ("Offers: $19.25, was $3.50 (“First” takes $17.50 off; “Sale” takes $1.75, was $3.50).")


async def test_another_ship_method_and_a_second_shipment(desk: Desk) -> None:
    cart = await flat(desk, f"2*{HELMET}")
    tariffs(desk, "JET", ShippingTariff(code="", name="", charge=PerShipment(amount=usd(20))))
    desk.clock.pass_time(timedelta(seconds=31))
    shop = desk.office.carts
    cart = await shop.set_ship_method(AGENT, cart.cart_id, "JET", version=cart.version)
    cart = await desk.prepare(cart)
    assert said(cart)[0] == "Shipping: $20.00, was $7.00 (JET instead of VAN)."

    cart = await shop.add_shipment(AGENT, cart.cart_id, OFFICE, "VAN", version=cart.version)
    cart = await shop.move_line(AGENT, cart.cart_id, cart.lines[0].line_id, "2", 1, version=cart.version)
    cart = await desk.prepare(cart)
    assert "Shipping: $27.00, was $20.00 (shipment 2: VAN for $7.00)." in said(cart)

    cart = await shop.change_shipment(AGENT, cart.cart_id, "2", ship_method=EXPRESS, version=cart.version)
    [shipping, _] = said(await desk.prepare(cart))
    assert shipping.endswith(f"(shipment 2: {EXPRESS} instead of VAN).")


async def test_a_shipment_that_costs_something_else(desk: Desk) -> None:
    cart = await flat(desk, f"2*{HELMET}")
    shop = desk.office.carts
    cart = await shop.add_shipment(AGENT, cart.cart_id, OFFICE, EXPRESS, version=cart.version)
    cart = await shop.move_line(AGENT, cart.cart_id, cart.lines[0].line_id, "2", 1, version=cart.version)
    cart = await desk.prepare(cart)
    desk.change_product(HELMET, weight_grams=5000)

    told = said(await desk.prepare(cart))

    assert told[0].startswith("Shipping: $")
    assert "(shipment 2: $" in told[0]


async def test_taxes_of_another_place(desk: Desk) -> None:
    cart = await flat(desk, f"1*{HELMET}")
    tax(desk, "Sales tax", "10")
    desk.clock.pass_time(timedelta(seconds=31))
    cart = await desk.prepare(cart)
    assert said(cart)[0] == "Tax: $3.50, was $0.00 (10 % Sales tax instead of no tax)."

    desk.do(lambda connection: connection.execute(update(tax_rates).values(percent=Decimal("7.5"))))
    desk.clock.pass_time(timedelta(seconds=31))
    assert said(await desk.prepare(cart))[0] == (
        "Tax: $2.62, was $3.50 (7.5 % Sales tax instead of 10 % Sales tax)."
    )


async def test_the_same_taxes_of_other_prices_need_no_reason(desk: Desk) -> None:
    cart = await flat(desk, f"1*{HELMET}")
    tax(desk, "Sales tax", "10")
    desk.clock.pass_time(timedelta(seconds=31))
    cart = await desk.prepare(cart)
    cart = await desk.office.carts.change_quantity(
        AGENT, cart.cart_id, cart.lines[0].line_id, 2, version=cart.version
    )

    assert "Tax: $7.00, was $3.50." in said(await desk.prepare(cart))


async def test_gift_certificates_that_pay_something_else(desk: Desk) -> None:
    certificate(desk, "A", 20)
    certificate(desk, "B", 10)
    cart = await flat(desk, f"1*{HELMET}")
    shop = desk.office.carts
    desk.change_cart(cart.cart_id, gift_certificates=["A"])
    cart = await desk.prepare(await shop.get(AGENT, cart.cart_id))
    assert said(cart) == ["The gift certificate A pays $20.00."]

    of_a = update(gift_certificates).where(gift_certificates.c.code == "A")
    desk.do(lambda connection: connection.execute(of_a.values(balance=500)))
    cart = await desk.prepare(cart)
    assert said(cart) == ["The gift certificate A pays $5.00, was $20.00."]
    desk.change_cart(cart.cart_id, gift_certificates=["B"])
    cart = await desk.prepare(await shop.get(AGENT, cart.cart_id))
    assert said(cart) == [
        "The gift certificate B pays $10.00.",
        "The gift certificate A pays nothing any more.",
    ]
