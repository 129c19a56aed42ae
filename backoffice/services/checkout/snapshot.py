"""What proves that an order is as it was placed: the frozen columns of every table, and a hash over them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table

from backoffice.store.tables import snapshots
from backoffice.store.tables.ordering import order_lines, orders

Rows = Sequence[Mapping[str, Any]]
_FORM = (
    "2:"  # how the hash is taken; those without it are of orders placed before there were tables of their own
)
ADDRESS = (
    *(
        "name",
        "company",
        "line1",
        "line2",
        "city",
        "region",
        "region_name",
        "postal_code",
        "country",
        "phone",
    ),
)
_ORDER_BEFORE = (
    *("order_id", "number", "cart_id", "cart_version", "store_id", "agent_id", "call_id", "desk"),
    *("customer_id", "customer_name", "company", "email", "phone", "currency"),
    *("items", "discount", "shipping", "tax", "total"),
    *("ship_method", "bill_to", "ship_to", "explanations", "notes"),
)
_LINE_BEFORE = (
    *("line_id", "position", "sku", "name", "quantity", "unit_price", "discount", "tax", "total"),
    "location_id",
)
FROZEN: dict[
    Table, tuple[str, ...]
] = {  # the columns of each table that never change; rows in the order of the first
    orders: (*_ORDER_BEFORE, "agent_name", "language", "placed_at", "tell_customer"),
    order_lines: (
        "position",
        *(name for name in _LINE_BEFORE if name != "position"),
        "shipment_id",
        "override",
    ),
    snapshots.order_addresses: ("role", "shipment_id", *ADDRESS),
    snapshots.order_shipments: ("shipment_id", "ship_method", "cost", "discount", "tax", "total"),
    snapshots.order_payments: ("place", "method", "label", "reference", "amount"),
    snapshots.order_taxes: (
        *("place", "part_id", "rate_id", "name", "jurisdiction", "percent", "amount", "included"),
    ),
    snapshots.order_offers: ("place", "promotion_id", "name", "coupon_code", "amount"),
    snapshots.order_data: ("place", "name", "value"),
}


def snapshot_hash(rows: Mapping[Table, Rows], like: str = _FORM) -> str:
    """Return the SHA-256 over all that must never change; ``like`` is a hash whose form it takes."""
    if not like.startswith(_FORM):
        before = {
            "order": _frozen(rows[orders], _ORDER_BEFORE)[0],
            "lines": _frozen(_in_order(rows[order_lines], ("position",)), _LINE_BEFORE),
        }
        return _sha256(before)
    frozen = {
        table.name: _frozen(_in_order(rows.get(table, ()), columns), columns)
        for table, columns in FROZEN.items()
    }
    return _FORM + _sha256(frozen)


def _in_order(rows: Rows, columns: tuple[str, ...]) -> Rows:
    return sorted(rows, key=lambda row: [row[name] for name in columns[:2] if row[name] is not None])


def _frozen(rows: Rows, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: _plain(row[name]) for name in columns} for row in rows]


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _sha256(frozen: object) -> str:
    text = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
