"""What an order freezes: the rows of each table as they will never change again, whatever happens elsewhere.

1. OrderSku, OrderAddress, OrderShipment with its cost, how it is paid, taxes, offers and extra data are made here from
   the cart as prepared; ``snapshot.py`` says which of their columns are frozen, and takes the hash;
2. the extra data is written by an action of its own, which takes it away again when the order fails; everything else
   stays with a FAILED order.
"""

from typing import Any

from sqlalchemy import Row, Table

from backoffice.domain.cart import Cart, Prepared, ShipmentTotal
from backoffice.domain.customer import Address
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import OrderShipmentStatus, OrderStatus
from backoffice.services.checkout.snapshot import ADDRESS, Rows, snapshot_hash
from backoffice.services.checkout.work import Work
from backoffice.services.codec import pack
from backoffice.store.finding import found_by
from backoffice.store.tables import snapshots
from backoffice.store.tables.ordering import order_lines, orders


def freeze(work: Work, customer: Row[Any], ship_to: Address) -> dict[Table, Rows]:
    """Return the rows of each frozen table for the cart as prepared; the order's own has its hash."""
    cart, prepared = work.cart, work.prepared
    order = _order_row(work, prepared, customer, ship_to)
    made = {
        order_lines: _line_rows(cart, prepared),
        snapshots.order_addresses: _address_rows(cart, ship_to),
        snapshots.order_shipments: _shipment_rows(cart, prepared),
        snapshots.order_payments: _payment_rows(cart, prepared),
        snapshots.order_taxes: _tax_rows(prepared),
        snapshots.order_offers: _offer_rows(prepared),
        snapshots.order_data: data_rows(cart),
    }
    rows: dict[Table, Rows] = {orders: [order]}
    rows |= {table: [{"order_id": work.order_id, **row} for row in some] for table, some in made.items()}
    order["snapshot_hash"] = snapshot_hash(rows)
    return rows


def used_shipments(cart: Cart) -> tuple[str, ...]:
    """Return the ids of the shipments that carry anything, in the cart's order."""
    used = {line.shipment_id for line in cart.lines}
    return tuple(shipment.shipment_id for shipment in cart.shipments if shipment.shipment_id in used)


def shipment_totals(cart: Cart, prepared: Prepared) -> dict[str, ShipmentTotal]:
    """Return what each used shipment costs.

    A cart prepared before shipments had costs of their own has one: all that the lines do not explain is its.
    """
    totals = {total.shipment_id: total for total in prepared.shipments}
    zero = Money(0, cart.currency)
    rest = prepared.totals.tax - sum((line.tax for line in prepared.lines), start=zero)
    first = ShipmentTotal(
        shipment_id=used_shipments(cart)[0],
        method=cart.ship_method,
        cost=prepared.totals.shipping,
        discount=zero,
        tax=rest,
        total=prepared.totals.shipping + rest,
    )
    return totals or {first.shipment_id: first}


def data_rows(cart: Cart) -> list[dict[str, Any]]:
    """Return the cart's extra data, in its order."""
    return [
        {"place": place, "name": name, "value": value} for place, (name, value) in enumerate(cart.data, 1)
    ]


def _order_row(work: Work, prepared: Prepared, customer: Row[Any], ship_to: Address) -> dict[str, Any]:
    cart, totals = work.cart, prepared.totals
    order = {
        "order_id": work.order_id,
        "number": work.order_number,
        "cart_id": cart.cart_id,
        "cart_version": cart.version,
        "store_id": work.store_id,
        "status": OrderStatus.PENDING.value,
        "placed_at": work.now,
        "agent_id": work.actor.staff_id,
        "agent_name": work.actor.name,
        "call_id": cart.call_id,
        "desk": work.actor.desk,
        "customer_id": customer.customer_id,
        "customer_name": f"{customer.first_name} {customer.last_name}".strip() or customer.company,
        "company": customer.company,
        "email": customer.email,
        "phone": customer.phone,
        "phone_digits": customer.phone_digits,
        "language": customer.language,
        "currency": cart.currency,
        "items": totals.items.minor,
        "discount": totals.discount.minor,
        "shipping": totals.shipping.minor,
        "tax": totals.tax.minor,
        "total": totals.total.minor,
        "ship_method": cart.ship_method,
        "bill_to": pack(cart.bill_to or ship_to),
        "ship_to": pack(ship_to),
        "explanations": [pack(part) for part in prepared.explanations],
        "notes": cart.notes,
        "tell_customer": cart.tell_customer,
        "sync_sequence": 0,
    }
    return order | found_by(order)


def _line_rows(cart: Cart, prepared: Prepared) -> list[dict[str, Any]]:
    totals = {line.line_id: line for line in prepared.lines}
    held = {line.line_id: line for line in prepared.held}
    return [
        {
            "line_id": line.line_id,
            "position": position,
            "sku": line.sku,
            "name": line.name,
            "photo": line.photo,
            "quantity": line.quantity,
            "unit_price": line.unit_price.minor,
            "discount": totals[line.line_id].discount.minor,
            "tax": totals[line.line_id].tax.minor,
            "total": totals[line.line_id].total.minor,
            "location_id": line.location,
            "shipment_id": line.shipment_id,
            "override": pack(line.override) if line.override else None,
            "status": held[line.line_id].result.value if line.line_id in held else "Allocated",
            "shipped": 0,
            "cancelled": 0,
            "available_from": held[line.line_id].available_from if line.line_id in held else None,
        }
        for position, line in enumerate(cart.lines, 1)
    ]


def _address_rows(cart: Cart, ship_to: Address) -> list[dict[str, Any]]:
    used = used_shipments(cart)
    places = [("bill_to", "", cart.bill_to or ship_to)] + [
        ("ship_to", shipment.shipment_id, shipment.ship_to or ship_to)
        for shipment in cart.shipments
        if shipment.shipment_id in used
    ]
    return [
        {"role": role, "shipment_id": shipment_id, **{name: getattr(address, name) for name in ADDRESS}}
        for role, shipment_id, address in places
    ]


def _shipment_rows(cart: Cart, prepared: Prepared) -> list[dict[str, Any]]:
    totals = shipment_totals(cart, prepared)
    methods = {shipment.shipment_id: shipment.ship_method for shipment in cart.shipments}
    zero = Money(0, cart.currency)
    return [
        {
            "shipment_id": shipment_id,
            "ship_method": methods[shipment_id],
            **{
                name: (getattr(totals[shipment_id], name) if shipment_id in totals else zero).minor
                for name in ("cost", "discount", "tax", "total")
            },
            "status": OrderShipmentStatus.OPEN.value,
        }
        for shipment_id in used_shipments(cart)
    ]


def _payment_rows(cart: Cart, prepared: Prepared) -> list[dict[str, Any]]:
    """Certificates first, then the agent's plans; a plan without an amount pays what the others leave."""
    certificates = [
        (PaymentMethod.GIFT_CERTIFICATE, use.code, use.code, use.amount) for use in prepared.certificates
    ]
    named = sum((plan.amount for plan in cart.payments if plan.amount), start=Money(0, cart.currency))
    plans = [
        (plan.method, plan.label, plan.reference, plan.amount or prepared.to_pay - named)
        for plan in cart.payments
    ]
    return [
        {
            "place": place,
            "method": method.value,
            "label": label,
            "reference": reference,
            "amount": amount.minor,
        }
        for place, (method, label, reference, amount) in enumerate((*certificates, *plans), 1)
    ]


def _tax_rows(prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "place": place,
            "part_id": tax.part_id,
            "rate_id": tax.rate_id,
            "name": tax.name,
            "jurisdiction": tax.jurisdiction,
            "percent": str(tax.percent),
            "amount": tax.amount.minor,
            "included": tax.included,
        }
        for place, tax in enumerate(prepared.taxes, 1)
    ]


def _offer_rows(prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "place": place,
            "promotion_id": offer.promotion_id,
            "name": offer.name,
            "coupon_code": offer.coupon_code,
            "amount": offer.amount.minor,
        }
        for place, offer in enumerate(prepared.offers, 1)
    ]
