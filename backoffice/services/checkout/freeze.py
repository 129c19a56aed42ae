"""What an order freezes: rows as they will never change again, and the hash that proves it."""

import hashlib
import json
from typing import Any

from sqlalchemy import Row

from backoffice.domain.statuses import OrderStatus
from backoffice.services.checkout.work import Work
from backoffice.services.codec import pack
from backoffice.store.finding import found_by

FROZEN_ORDER = (
    *("order_id", "number", "cart_id", "cart_version", "store_id", "agent_id", "call_id", "desk"),
    *("customer_id", "customer_name", "company", "email", "phone", "currency"),
    *("items", "discount", "shipping", "tax", "total"),
    *("ship_method", "bill_to", "ship_to", "explanations", "notes"),
)
FROZEN_LINE = (
    *("line_id", "position", "sku", "name", "quantity", "unit_price", "discount", "tax", "total"),
    "location_id",
)


def order_row(work: Work, customer: Row[Any]) -> dict[str, Any]:
    """Return the row of ``orders`` for the cart as prepared."""
    cart, prepared = work.cart, work.cart.prepared
    if prepared is None:
        raise AssertionError  # the caller has checked it
    totals = prepared.totals
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
        "bill_to": pack(cart.bill_to or cart.ship_to),
        "ship_to": pack(cart.ship_to),
        "explanations": [pack(part) for part in prepared.explanations],
        "notes": cart.notes,
        "tell_customer": cart.tell_customer,
        "sync_sequence": 0,
    }
    return order | found_by(order)


def line_rows(work: Work) -> list[dict[str, Any]]:
    """Return the rows of ``order_lines`` (OrderSku)."""
    prepared = work.cart.prepared
    if prepared is None:
        raise AssertionError  # the caller has checked it
    totals = {line.line_id: line for line in prepared.lines}
    held = {line.line_id: line for line in prepared.held}
    return [
        {
            "order_id": work.order_id,
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
            "status": held[line.line_id].result.value if line.line_id in held else "Allocated",
            "shipped": 0,
            "cancelled": 0,
            "available_from": held[line.line_id].available_from if line.line_id in held else None,
        }
        for position, line in enumerate(work.cart.lines, 1)
    ]


def snapshot_hash(order: dict[str, Any], lines: list[dict[str, Any]]) -> str:
    """Return the SHA-256 over all that must never change, in a canonical form."""
    frozen = {
        "order": {name: order[name] for name in FROZEN_ORDER},
        "lines": [
            {name: line[name] for name in FROZEN_LINE}
            for line in sorted(lines, key=lambda line: line["position"])
        ],
    }
    text = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
