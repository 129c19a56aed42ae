"""Orders as text and as JSON."""

from typing import Any

from pydantic import TypeAdapter

from backoffice.cli.table import print_table
from backoffice.domain.customer import Address
from backoffice.domain.history import OrderPage
from backoffice.domain.order import Order
from backoffice.domain.order_query import STATUS_WORDS
from backoffice.external.dom.port import ExternalOrder
from backoffice.services.order_history import OrderDetails

_WORDS = {letter: word for word, letter in STATUS_WORDS.items()}


def as_json(value: object) -> Any:  # noqa: ANN401 - whatever the value is
    """Return a frozen value as a JSON document; money is minor units with its currency."""
    return TypeAdapter(type(value)).dump_python(value, mode="json")


def print_orders(page: OrderPage) -> None:
    """Print a page of the list as a table, then what the DOM said and where the next page begins."""
    rows = [
        (
            row.order_number,
            f"{row.placed_at.astimezone():%Y-%m-%d %H:%M}",
            ", ".join(part for part in (row.customer_name, row.company) if part),
            _WORDS.get(row.status, row.status),
            row.transfer_status.value if row.transfer_status else "",
            str(row.total),
            row.agent,
            row.source,
        )
        for row in page.rows
    ]
    print_table(("order", "placed", "customer", "status", "transfer", "total", "agent", "source"), rows)
    print(f"\n{len(rows)} {'order' if len(rows) == 1 else 'orders'}.")
    if page.dom.reason:
        print(page.dom.reason)
    if page.next_cursor:
        print(f"More: add --cursor {page.next_cursor}")


def print_order(details: OrderDetails) -> None:
    """Print an order whole: our snapshot, else the DOM's view; payments, attempts, the line of time."""
    if details.local is not None:
        _print_snapshot(details.local)
    elif details.external is not None:
        _print_external(details.external)
    if details.attempts:
        print("\nTries to reach the DOM")
        rows = [
            (
                try_.number,
                try_.kind,
                f"{try_.started_at:%Y-%m-%d %H:%M:%S}",
                try_.outcome or "under way",
                try_.reason,
            )
            for try_ in details.attempts
        ]
        print_table(("no", "kind", "began", "outcome", "reason"), rows)
    if details.timeline:
        print("\nTime line")
        print_table(
            ("at", "kind", "what", "who"),
            [(f"{one.at:%Y-%m-%d %H:%M:%S}", one.kind, one.text, one.who) for one in details.timeline],
        )
    for sentence in details.differences:
        print(f"\nDifferent at the DOM: {sentence}")
    if not details.dom.answered:
        print(f"\n{details.dom.reason}")


def _print_snapshot(order: Order) -> None:
    there = f", DOM {order.external_order_id}" if order.external_order_id else ""
    print(f"{order.number}: {_WORDS[order.status.value]}, transfer {order.transfer_status.value}{there}")
    print(f"placed {order.placed_at:%Y-%m-%d %H:%M} UTC by {order.agent}")
    print(f"customer {order.customer_id}: {order.customer_name} {order.company}".rstrip())
    print(f"ships to {_address(order.ship_to)}, {order.ship_method}\n")
    print_table(
        ("sku", "name", "quantity", "each", "discount", "tax", "total"),
        [
            (line.sku, line.name, line.quantity, line.unit_price, line.discount, line.tax, line.total)
            for line in order.lines
        ],
    )
    totals = order.totals
    print(
        f"\nitems {totals.items}, discount {totals.discount}, shipping {totals.shipping}, tax {totals.tax},"
        f" total {totals.total}"
    )
    print("\nPayments")
    print_table(
        ("payment", "reference", "amount", "status", "gateway", "reason"),
        [
            (paid.label, paid.reference, paid.amount, paid.status.value, paid.gateway_id, paid.reason)
            for paid in order.payments
        ],
    )


def _print_external(order: ExternalOrder) -> None:
    summary = order.summary
    print(
        f"{summary.order_number}: {_WORDS.get(summary.status, summary.status)} at the DOM, not taken at this desk"
    )
    print(f"customer {summary.customer_id}: {summary.customer_name} {summary.company}".rstrip() + "\n")
    print_table(
        ("sku", "name", "quantity", "shipped"),
        [(line.sku, line.name, line.quantity, line.shipped) for line in order.lines],
    )


def _address(address: Address) -> str:
    parts = (address.name, address.line1, address.line2, address.city, address.region, address.postal_code)
    return ", ".join(part for part in (*parts, address.country) if part)
