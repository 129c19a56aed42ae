"""What Prepare asks of the engine and what the promise says: coupons, price lists, certificates, shipments, taxes."""

from decimal import Decimal

import pytest
from sqlalchemy import Connection, insert, update

from backoffice.domain.cart import Cart, Prepared
from backoffice.domain.pricing import (
    Limits,
    Minimum,
    PercentOff,
    PerShipment,
    PricesHold,
    PricingRules,
    ShippingTariff,
    ShippingTaxed,
)
from backoffice.services.codec import pack
from backoffice.store.tables.ordering import cart_lines, carts
from backoffice.store.tables.people import customers
from backoffice.store.tables.pricing import use_counts
from tests.services.desk import ORLANDO, Desk
from tests.services.selling import (
    certificate,
    coupon,
    end_offer,
    no_taxes,
    offer,
    price_list,
    tariffs,
    tax,
    usd,
)
from tests.services.world import AGENT

HELMET = "HL-U509-R"  # 34.99
SHIPS = "XRQ - TRUCK GROUND"


async def prepared(desk: Desk, *lines: str, coupons: tuple[str, ...] = (), **columns: object) -> Prepared:
    cart = await built(desk, *lines, coupons=coupons, **columns)
    return promise(await desk.prepare(cart))


async def built(desk: Desk, *lines: str, coupons: tuple[str, ...] = (), **columns: object) -> Cart:
    cart = await desk.built(*lines)
    kept: dict[str, object] = {"coupons": list(coupons), **columns}
    desk.do(
        lambda connection: connection.execute(
            update(carts).where(carts.c.cart_id == cart.cart_id).values(kept)
        )
    )
    return await desk.office.carts.get(AGENT, cart.cart_id)


def promise(cart: Cart) -> Prepared:
    assert cart.prepared is not None
    assert sum(part.amount.minor for part in cart.prepared.explanations) == cart.prepared.totals.total.minor
    return cart.prepared


def set_rules(desk: Desk, **rules: object) -> None:
    desk.use(desk.system(), pricing=PricingRules(**rules))  # type: ignore[arg-type]  # its fields by name


async def test_a_coupon_opens_its_offer_and_is_named_beside_it(desk: Desk) -> None:
    offer(desk, "autumn", needs_coupon=True)
    coupon(desk, "LEAVES10", "autumn")

    said = await prepared(desk, f"10*{HELMET}", coupons=("leaves10",))

    [used] = said.offers
    assert (used.promotion_id, used.coupon_code, used.amount) == ("autumn", "LEAVES10", usd("34.99"))
    assert said.refused_coupons == ()


@pytest.mark.parametrize(
    "written, reason",
    [
        ({"ends_at": "past"}, "LEAVES10 ended on 2026-11-21."),
        ({"customer_id": "30113"}, "LEAVES10 belongs to another customer."),
        ({"email": "somebody@else.example"}, "LEAVES10 belongs to another customer."),
        ({"active": False}, "LEAVES10 is not a coupon we know."),
        ({"max_uses": 3}, "LEAVES10 has been used 3 times; it may be used 3 times."),
        (
            {"max_uses_per_customer": 1},
            "LEAVES10 has been used 2 times by this customer, who may use it once.",
        ),
    ],
)
async def test_a_coupon_that_does_not_apply_says_why(
    desk: Desk, written: dict[str, object], reason: str
) -> None:
    if written.get("ends_at"):
        written = {"ends_at": desk.clock.now.replace(hour=0, minute=0, second=0, microsecond=0)}
    offer(desk, "autumn", needs_coupon=True)
    coupon(desk, "LEAVES10", "autumn", **written)
    rows = [("", 3), (ORLANDO, 2), ("somebody", 1)]
    desk.do(
        lambda connection: connection.execute(
            insert(use_counts),
            [{"kind": "coupon", "key": "LEAVES10", "customer_id": who, "uses": uses} for who, uses in rows],
        )
    )

    said = await prepared(desk, f"10*{HELMET}", coupons=("LEAVES10",))

    assert said.refused_coupons == (reason,)
    assert said.offers == ()


async def test_a_coupon_for_an_e_mail_address_is_for_whoever_has_it(desk: Desk) -> None:
    email = str(desk.row(customers, customer_id=ORLANDO)["email"])
    offer(desk, "thanks", needs_coupon=True)
    coupon(desk, "THANKS", "thanks", email=email.casefold())

    said = await prepared(desk, f"1*{HELMET}", coupons=("THANKS",))

    assert [used.coupon_code for used in said.offers] == ["THANKS"]


async def test_an_offer_that_was_used_up_by_others_gives_nothing(desk: Desk) -> None:
    offer(desk, "first-hundred", limits=Limits(max_uses=100))
    desk.do(
        lambda connection: connection.execute(
            insert(use_counts).values(kind="promotion", key="first-hundred", customer_id="", uses=100)
        )
    )

    assert (await prepared(desk, f"1*{HELMET}")).offers == ()


async def test_an_offer_for_the_first_order_looks_at_the_orders_before(desk: Desk) -> None:
    offer(desk, "welcome", order_number=1)

    first = await desk.cart(f"1*{HELMET}")
    assert [used.promotion_id for used in promise(first).offers] == ["welcome"]
    await desk.submit(first)
    assert promise(await desk.cart(f"1*{HELMET}")).offers == ()


@pytest.mark.parametrize(
    "quantity, price, source",
    [
        (1, "33.00", "customer price own"),
        (2, "32.00", "customer price own"),
        (20, "32.00", "customer price own"),
    ],
)
async def test_the_customers_own_price_comes_before_the_groups_and_the_lists(
    desk: Desk, quantity: int, price: str, source: str
) -> None:
    price_list(desk, "spring", (HELMET, "31.00", 1))
    price_list(desk, "resellers", (HELMET, "30.00", 1), group="reseller")
    price_list(desk, "own", (HELMET, "33.00", 1), (HELMET, "32.00", 2), customer_id=ORLANDO)
    price_list(desk, "others", (HELMET, "1.00", 1), customer_id="30113")
    price_list(desk, "consumers", (HELMET, "2.00", 1), group="consumer")
    end_offer(desk, "offer-2")

    said = await prepared(desk, f"{quantity}*{HELMET}")

    assert said.lines[0].gross == usd(price) * quantity
    assert said.explanations[0].rule_id == source


async def test_gift_certificates_pay_in_their_order_and_say_what_stays(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    certificate(desk, "LARGE", 500)

    said = await prepared(desk, f"1*{HELMET}", gift_certificates=["small", "LARGE"])

    rest = said.totals.total - usd(10)
    assert [(used.code, used.amount, used.left) for used in said.certificates] == [
        ("SMALL", usd(10), usd(0)),
        ("LARGE", rest, usd(500) - rest),
    ]
    assert said.to_pay == usd(0)


async def test_certificates_that_can_not_pay_say_why_and_the_others_do(desk: Desk) -> None:
    certificate(desk, "GOOD", 10)
    certificate(desk, "OVER", 10, expires_at=desk.clock.now)

    said = await prepared(desk, f"1*{HELMET}", gift_certificates=["OVER", "LOST", "GOOD"])

    assert said.refused_coupons == (
        "The gift certificate OVER expired on 22 November 2026.",
        "There is no gift certificate LOST.",
    )
    assert [used.code for used in said.certificates] == ["GOOD"]


async def test_no_offer_makes_a_gift_certificate_cheaper(desk: Desk) -> None:
    offer(desk, "everything", PercentOff(percent=Decimal(50)))

    said = await prepared(desk, "1*GIFT-50")

    assert said.totals.discount == usd(0)
    assert said.totals.shipping == usd(0)


async def test_taxes_by_goods_postcode_and_shipping_are_told_one_by_one(desk: Desk) -> None:
    no_taxes(desk)
    tax(desk, "state", "6")
    tax(desk, "city", "1.5", postcodes=["91400-91499"], on_shipping=False)
    tax(desk, "elsewhere", "9", postcodes=["90*"])
    tax(desk, "food", "20", tax_classes=["food"])
    set_rules(desk, shipping_taxed=ShippingTaxed.BY_ITS_CLASS)
    ship_to = address_of(await desk.built(f"1*{HELMET}"))

    said = await prepared(desk, f"1*{HELMET}", ship_to={**ship_to, "postal_code": "91411"})

    [line] = said.lines
    told = [(part.part_id, part.rate_id, part.percent) for part in said.taxes]
    assert told == [
        (line.line_id, "city", Decimal("1.5")),
        (line.line_id, "state", Decimal(6)),
        ("1", "state", Decimal(6)),
    ]
    assert sum(part.amount.minor for part in said.taxes) == said.totals.tax.minor


async def test_a_tax_the_price_holds_is_told_and_adds_nothing(desk: Desk) -> None:
    set_rules(desk, prices_hold=PricesHold.LOCAL_TAX)

    said = await prepared(desk, f"1*{HELMET}")

    assert said.totals.tax == usd(0)
    assert [part.included for part in said.taxes] == [True]
    assert said.totals.total == said.totals.items + said.totals.shipping


async def test_a_customer_who_pays_no_tax(desk: Desk) -> None:
    desk.do(lambda connection: connection.execute(update(customers).values(tax_group="exempt")))

    assert (await prepared(desk, f"1*{HELMET}")).taxes == ()


async def test_ship_methods_charge_by_any_tariff(desk: Desk) -> None:
    tariffs(
        desk,
        "VAN",
        ShippingTariff(code="", name="", charge=PerShipment(amount=usd(7)), free_over=usd(100)),
    )

    said = await prepared(desk, f"1*{HELMET}", ship_method="VAN")
    assert [(part.method, part.cost) for part in said.shipments] == [("VAN", usd(7))]
    free = await prepared(desk, f"3*{HELMET}", ship_method="VAN")
    assert free.totals.shipping == usd(0)
    assert "VAN: free over 100.00" in [part.rule for part in free.explanations]


async def test_a_threshold_can_be_what_an_amount_must_be_above(desk: Desk) -> None:
    offer(desk, "over", minimums=(Minimum(amount=usd("34.99")),))

    assert (await prepared(desk, f"1*{HELMET}")).offers != ()
    set_rules(desk, threshold_met_when_reached=False)
    assert (await prepared(desk, f"1*{HELMET}")).offers == ()


async def test_goods_to_two_addresses_are_charged_and_taxed_where_they_go(desk: Desk) -> None:
    no_taxes(desk)
    tax(desk, "california", "6")
    tax(desk, "oregon", "1", region="OR")
    cart = await built(desk, f"1*{HELMET}", "1*BK-M68S-38", "1*HL-U509")
    address = address_of(cart)
    elsewhere: list[dict[str, object]] = [
        {"shipment_id": "2", "ship_to": {**address, "region": "OR"}, "ship_method": "ZY - EXPRESS"}
    ]
    cart = await move(desk, cart, elsewhere)

    said = promise(await desk.prepare(cart))

    assert [(part.shipment_id, part.method) for part in said.shipments] == [
        ("1", SHIPS),
        ("2", "ZY - EXPRESS"),
    ]
    assert {part.rate_id for part in said.taxes if part.part_id == cart.lines[1].line_id} == {"oregon"}
    assert sum(part.cost.minor for part in said.shipments) == said.totals.shipping.minor


async def move(desk: Desk, cart: Cart, shipments: list[dict[str, object]]) -> Cart:
    """The bicycle goes by the second shipment."""

    def write(connection: Connection) -> None:
        connection.execute(
            update(cart_lines).where(cart_lines.c.line_id == cart.lines[1].line_id).values(shipment_id="2")
        )
        connection.execute(
            update(carts).where(carts.c.cart_id == cart.cart_id).values(more_shipments=shipments)
        )

    desk.do(write)
    return await desk.office.carts.get(AGENT, cart.cart_id)


def address_of(cart: Cart) -> dict[str, object]:
    return dict(pack(cart.ship_to))


async def test_what_does_not_travel_is_never_out_of_stock(desk: Desk) -> None:

    alone = await desk.cart("1*GIFT-50")
    assert promise(alone).reservation_id is None
    together = promise(await desk.cart("1*GIFT-50", f"2*{HELMET}"))
    assert [line.quantity for line in together.held] == [2, 1]
    assert desk.held_at_dom() == 2


async def test_a_line_the_dom_forgets_is_not_held(desk: Desk) -> None:
    """Only what has no stock at all is taken for held without an answer."""
    cart = await desk.built("1*GIFT-50", f"2*{HELMET}", "1*BK-M68S-38")
    desk.dom.forgets = frozenset({HELMET})

    held = {line.line_id for line in promise(await desk.prepare(cart)).held}

    assert held == {cart.lines[0].line_id, cart.lines[2].line_id}
