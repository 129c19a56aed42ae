"""One order as values, for what is shown without asking any service."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from backoffice.domain.cart import (
    Call,
    Cart,
    CartLine,
    Explanation,
    HeldLine,
    LineTotal,
    OfferUse,
    Prepared,
    ShipmentTotal,
    TaxLine,
    Totals,
)
from backoffice.domain.customer import Address, Customer
from backoffice.domain.ids import (
    AddressId,
    CallId,
    CartId,
    CustomerId,
    LineId,
    LocationId,
    ReservationId,
    Sku,
    StaffId,
)
from backoffice.domain.inventory import Availability, AvailabilityStatus, LineResult, Source
from backoffice.domain.money import Money
from backoffice.domain.statuses import CartStatus

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
METHODS = (("GROUND", "XRQ - TRUCK GROUND"), ("OVERNIGHT", "OVERNIGHT J-FAST"))
ONLINE = LocationId("ONLINE")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def address(key: str, line1: str, city: str, postcode: str, kind: str) -> Address:
    return Address(
        address_id=AddressId(key),
        kind=kind,
        line1=line1,
        city=city,
        region="CA",
        postal_code=postcode,
        country="US",
    )


HOME = address("a1", "57251 Serene Blvd", "Van Nuys", "91411", "Main Office")
HARBOR = address("a2", "9 Harbor Street", "Oakland", "94607", "Warehouse")
CUSTOMER = Customer(
    customer_id=CustomerId("c1"),
    first_name="Catherine",
    last_name="Abel",
    company="Professional Sales and Service",
    email="catherine0@adventure-works.com",
    phone="747-555-0171",
    group="reseller",
    addresses=(HOME, HARBOR),
    version=1,
)
CALL = Call(
    call_id=CallId("call-1"),
    staff_id=StaffId("ann"),
    opened_at=NOW - timedelta(minutes=4),
    parked_since=None,
    closed_at=None,
    customer_id=CUSTOMER.customer_id,
    customer_name=CUSTOMER.name,
    cart_id=CartId("cart-1"),
)


def line(key: str, sku: str, name: str, quantity: int, price: str) -> CartLine:
    stock = Availability(
        sku=Sku(sku),
        location=ONLINE,
        status=AvailabilityStatus.AVAILABLE,
        quantity=Decimal(324),
        updated_at=NOW,
        source=Source.LIVE,
    )
    return CartLine(
        line_id=LineId(key),
        sku=Sku(sku),
        name=name,
        photo="",
        quantity=quantity,
        unit_price=usd(price),
        location=ONLINE,
        availability=stock,
    )


JERSEY = line("l1", "SJ-0194-S", "Short-Sleeve Classic Jersey, S", 12, "53.99")
BIKE = line("l2", "BK-T18U-54", "Touring-3000 Blue, 54", 1, "742.35")
CAGE = line("l3", "BC-R205", "Road Bottle Cage", 2, "8.99")
VOLUME = OfferUse(promotion_id="p1", name="Volume Discount 11 to 14", coupon_code="", amount=usd("12.96"))
SPRING = OfferUse(promotion_id="p2", name="10 % off accessories", coupon_code="SPRING10", amount=usd("1.80"))
CALIFORNIA = "California State Sales Tax"

CART = Cart(
    cart_id=CALL.cart_id,
    call_id=CALL.call_id,
    customer_id=CUSTOMER.customer_id,
    status=CartStatus.OPEN,
    version=7,
    currency="USD",
    lines=(JERSEY, BIKE, CAGE),
    ship_to=HOME,
    bill_to=HOME,
    ship_method="GROUND",
    coupons=(),
    payments=(),
    notes="",
    tell_customer=True,
    prepared=None,
    updated_at=NOW,
)


def prepared(
    cart: Cart,
    *,
    offers: tuple[OfferUse, ...] = (VOLUME,),
    shipping: str = "17.28",
    tax_percent: str = "8.75",
    refused: tuple[str, ...] = (),
) -> Cart:
    """Return the cart as Prepare would leave it: its figures add up, its shipments share the shipping evenly."""
    rate = Decimal(tax_percent)
    gross = {one.line_id: one.unit_price.times(one.quantity) for one in cart.lines}
    taxes = {key: amount.times(rate / 100) for key, amount in gross.items()}
    items = Money.total(gross.values(), "USD")
    tax = Money.total(taxes.values(), "USD")
    discount = Money.total((one.amount for one in offers), "USD")
    each = usd(shipping)
    cost = each * len(cart.shipments)
    promise = Prepared(
        cart_version=cart.version,
        prepared_at=NOW,
        price_lock_until=NOW + timedelta(minutes=30),
        held_until=NOW + timedelta(minutes=14, seconds=57),
        reservation_id=ReservationId("r1"),
        held=tuple(
            HeldLine(
                line_id=one.line_id, result=LineResult.ALLOCATED, quantity=one.quantity, available_from=None
            )
            for one in cart.lines
        ),
        lines=tuple(
            LineTotal(line_id=key, gross=amount, discount=usd("0"), tax=taxes[key], total=amount + taxes[key])
            for key, amount in gross.items()
        ),
        totals=Totals(
            items=items, discount=discount, shipping=cost, tax=tax, total=items - discount + cost + tax
        ),
        explanations=tuple(
            Explanation(
                rule=f"{one.quantity} x {one.unit_price.to_decimal()} {one.sku}, list price",
                amount=gross[one.line_id],
                kind="goods",
                part_id=one.line_id,
                rule_id="list price",
            )
            for one in cart.lines
        ),
        refused_coupons=refused,
        changes=(),
        shipments=tuple(
            ShipmentTotal(
                shipment_id=one.shipment_id,
                method=one.ship_method,
                cost=each,
                discount=usd("0"),
                tax=usd("0"),
                total=each,
            )
            for one in cart.shipments
        ),
        taxes=tuple(
            TaxLine(
                part_id=key,
                rate_id="ca",
                name=CALIFORNIA,
                jurisdiction="US-CA",
                percent=rate,
                amount=amount,
                included=False,
            )
            for key, amount in taxes.items()
        ),
        offers=offers,
    )
    return replace(cart, prepared=promise)
