"""The whole question for `domain.pricing`, from rows: what the cart holds, who buys, and every rule that could matter.

Each kind of row is read only when it can matter: coupons and certificates when some were entered, price lists when
the store has some, uses when something limited is in play. The plain cart costs two questions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from backoffice.domain.cart import Cart, CartLine, CartShipment
from backoffice.domain.catalog import ProductKind
from backoffice.domain.certificate import certificate_code
from backoffice.domain.customer import Address
from backoffice.domain.money import Money
from backoffice.domain.pricing import CartLine as AskedLine
from backoffice.domain.pricing import (
    Coupon,
    Customer,
    Destination,
    GiftCertificate,
    Limits,
    ListedPrice,
    PriceOverride,
    PriceRank,
    PricingRequest,
    PricingRules,
    Shipment,
    UseCount,
    Uses,
)
from backoffice.domain.statuses import OrderStatus
from backoffice.services.gift_certificates import load_certificates
from backoffice.services.pricing_rules import LoadedRules
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.people import customers
from backoffice.store.tables.pricing import coupons, listed_prices, use_counts
from backoffice.store.tables.selling import products

TAX_EXEMPT = "exempt"  # the tax group of customers who pay none
ANYBODY = Customer()
COUPON, PROMOTION = "coupon", "promotion"  # kinds of use_counts
_NOT_ORDERS = (OrderStatus.FAILED.value, OrderStatus.CANCELLED.value, OrderStatus.JUNK.value)
_SOMEBODY_ELSE = "\N{NULL}"  # a customer id nobody has
_PRODUCTS = select(
    products.c.sku,
    products.c.kind,
    products.c.category,
    products.c.list_price,
    products.c.currency,
    products.c.weight_grams,
    products.c.tax_class,
    products.c.is_physical,
).where(products.c.sku.in_(bindparam("skus", expanding=True)))
_CUSTOMER = select(
    customers.c.customer_id, customers.c.group, customers.c.tax_group, customers.c.email
).where(customers.c.customer_id == bindparam("customer"))
_PRICES = select(listed_prices).where(
    listed_prices.c.price_list_id.in_(bindparam("lists", expanding=True)),
    listed_prices.c.sku.in_(bindparam("skus", expanding=True)),
    listed_prices.c.currency == bindparam("currency"),
)
_COUPONS = select(coupons).where(
    coupons.c.code.in_(bindparam("codes", expanding=True)), coupons.c.active.is_(True)
)
_USES = select(use_counts).where(
    use_counts.c.key.in_(bindparam("keys", expanding=True)),
    use_counts.c.customer_id.in_(bindparam("customers", expanding=True)),
)
_ORDERS = (
    select(func.count())
    .select_from(orders)
    .where(orders.c.customer_id == bindparam("customer"), orders.c.status.not_in(_NOT_ORDERS))
)


def pricing_request(
    connection: Connection, cart: Cart, *, rules: LoadedRules, pricing: PricingRules, now: datetime
) -> PricingRequest:
    """Build the question. Certificates that can not be used now are left out; Prepare says why."""
    skus = [line.sku for line in cart.lines]
    sold: dict[str, Row[Any]] = {row.sku: row for row in connection.execute(_PRODUCTS, {"skus": skus})}
    buyer = connection.execute(_CUSTOMER, {"customer": cart.customer_id}).first()
    entered = _coupons(connection, cart, buyer)
    opened = {coupon.promotion_id for coupon in entered}
    customer = _customer(connection, buyer, counts_orders=rules.looks_at_order_count(opened))
    prices = _listed(connection, cart, customer, rules)
    return PricingRequest(
        at=now,
        currency=cart.currency,
        lines=tuple(_line(line, sold[line.sku], prices.get(line.sku, ())) for line in cart.lines),
        shipments=tuple(_shipment(shipment) for shipment in travelling(cart, sold)),
        customer=customer,
        home=_destination(cart.ship_to),
        promotions=rules.promotions,
        coupon_codes=cart.coupons,
        coupons=entered,
        uses=_uses(connection, rules.counted(opened), entered, customer.customer_id),
        tariffs=rules.tariffs,
        tax_rates=rules.tax_rates,
        gift_certificates=_certificates(connection, cart, now),
        rules=pricing,
    )


def travelling(cart: Cart, sold: Mapping[str, Row[Any]]) -> tuple[CartShipment, ...]:
    """Return the shipments that carry something; the first one when nothing travels at all."""
    carrying = {line.shipment_id for line in cart.lines if sold[line.sku].is_physical}
    return tuple(one for one in cart.shipments if one.shipment_id in carrying) or cart.shipments[:1]


def certificate_objections(connection: Connection, cart: Cart, now: datetime) -> tuple[str, ...]:
    """Return a sentence for each certificate of the cart that can not pay now."""
    found = load_certificates(connection, cart.gift_certificates)
    said = []
    for written in cart.gift_certificates:
        code = certificate_code(written)
        if code not in found:
            said.append(f"There is no gift certificate {code}.")
        elif objection := found[code].objection(cart.currency, now):
            said.append(objection)
    return tuple(said)


def _line(line: CartLine, product: Row[Any], prices: tuple[ListedPrice, ...]) -> AskedLine:
    override = line.override
    return AskedLine(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        list_price=Money(product.list_price, product.currency),
        category=product.category,
        prices=prices,
        override=PriceOverride(unit_price=override.unit_price, reason_code=override.reason_code)
        if override
        else None,
        weight_grams=product.weight_grams,
        tax_class=product.tax_class,
        shipment_id=line.shipment_id if product.is_physical else "",
        is_physical=product.is_physical,
        is_discountable=product.kind != ProductKind.GIFT_CERTIFICATE.value,
    )


def _shipment(shipment: CartShipment) -> Shipment:
    return Shipment(
        shipment_id=shipment.shipment_id,
        destination=_destination(shipment.ship_to),
        method_code=shipment.ship_method,
    )


def _destination(address: Address | None) -> Destination:
    if address is None:
        return Destination(country="")
    return Destination(country=address.country, region=address.region, postcode=address.postal_code)


def _customer(connection: Connection, buyer: Row[Any] | None, *, counts_orders: bool) -> Customer:
    if buyer is None:
        return ANYBODY
    return Customer(
        customer_id=buyer.customer_id,
        groups=frozenset({buyer.group}),
        tax_group=buyer.tax_group,
        tax_exempt=buyer.tax_group == TAX_EXEMPT,
        order_count=connection.execute(_ORDERS, {"customer": buyer.customer_id}).scalar()
        if counts_orders
        else None,
    )


def _listed(
    connection: Connection, cart: Cart, customer: Customer, rules: LoadedRules
) -> dict[str, tuple[ListedPrice, ...]]:
    """The prices that could apply to this customer, by SKU."""
    ranks = {}
    for list_id, row in rules.price_lists.items():
        if row.customer_id:
            if row.customer_id == customer.customer_id:
                ranks[list_id] = PriceRank.CUSTOMER
        elif row.customer_group:
            if row.customer_group in customer.groups:
                ranks[list_id] = PriceRank.GROUP
        else:
            ranks[list_id] = PriceRank.LIST
    if not ranks:
        return {}
    found: dict[str, tuple[ListedPrice, ...]] = {}
    skus = [line.sku for line in cart.lines]
    for row in connection.execute(_PRICES, {"lists": list(ranks), "skus": skus, "currency": cart.currency}):
        price = ListedPrice(
            price_list_id=row.price_list_id,
            rank=ranks[row.price_list_id],
            amount=Money(row.amount, row.currency),
            minimum_quantity=row.minimum_quantity,
            starts_at=rules.price_lists[row.price_list_id].starts_at,
            ends_at=rules.price_lists[row.price_list_id].ends_at,
        )
        found[row.sku] = (*found.get(row.sku, ()), price)
    return found


def _coupons(connection: Connection, cart: Cart, buyer: Row[Any] | None) -> tuple[Coupon, ...]:
    if not cart.coupons:
        return ()
    codes = [code.strip().upper() for code in cart.coupons]
    return tuple(_coupon(row, buyer) for row in connection.execute(_COUPONS, {"codes": codes}))


def _coupon(row: Row[Any], buyer: Row[Any] | None) -> Coupon:
    """A coupon for an e-mail address belongs to whoever has it."""
    owner = row.customer_id
    if row.email:
        is_theirs = buyer is not None and buyer.email.strip().casefold() == row.email
        owner = buyer.customer_id if buyer is not None and is_theirs else _SOMEBODY_ELSE
    return Coupon(
        code=row.code,
        promotion_id=row.promotion_id,
        limits=Limits(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            max_uses=row.max_uses,
            max_uses_per_customer=row.max_uses_per_customer,
        ),
        customer_id=owner,
    )


def _uses(
    connection: Connection, counted: tuple[str, ...], entered: tuple[Coupon, ...], customer_id: str
) -> Uses:
    keys = [*counted, *(coupon.code for coupon in entered)]
    if not keys:
        return Uses()
    counts: dict[str, dict[str, list[int]]] = {PROMOTION: {}, COUPON: {}}
    for row in connection.execute(_USES, {"keys": keys, "customers": ["", customer_id]}):
        pair = counts[row.kind].setdefault(row.key, [0, 0])
        pair[0 if row.customer_id == "" else 1] = row.uses
    promotion, coupon = (
        {key: UseCount(total=total, by_customer=own) for key, (total, own) in counts[kind].items()}
        for kind in (PROMOTION, COUPON)
    )
    return Uses(promotions=promotion, coupons=coupon)


def _certificates(connection: Connection, cart: Cart, now: datetime) -> tuple[GiftCertificate, ...]:
    if not cart.gift_certificates:
        return ()
    found = load_certificates(connection, cart.gift_certificates).values()
    return tuple(
        GiftCertificate(code=one.code, balance=one.balance)
        for one in found
        if not one.objection(cart.currency, now)
    )
