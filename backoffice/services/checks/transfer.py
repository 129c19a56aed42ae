"""Transfers: invariants 17 to 20."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.statuses import OrderStatus, TransferStatus
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.services.transfer_rows import transfer_message
from backoffice.store.tables.ordering import orders, transfer_attempts, transfers

_T = TransferStatus
_UNDER_WAY = (_T.QUEUED.value, _T.SENT.value, _T.UNKNOWN.value)
_ORDER = ("customer_id", "customer_name", "email", "currency", "notes", "reservation_id")
_SUMS = ("items", "discount", "shipping", "tax", "total")
_LINE = ("sku", "name", "quantity", "unit_price", "discount", "tax", "total", "location")
_ADDRESS = ("name", "company", "line1", "line2", "city", "region", "country", "phone", "email")


def the_dom_holds_each_once(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """17 (Q): the DOM holds each transferred order once, and none that failed."""
    held: dict[str, int] = defaultdict(int)
    for row in ledgers.dom_table("orders"):
        held[row["order_number"]] += 1
    sent_to_it = {row["order_number"] for row in ledgers.dom_table("keys")}
    known = {row.number: row.status for row in connection.execute(select(orders.c.number, orders.c.status))}
    found = [
        (row.order_number, f"It was transferred, and the DOM holds it {held[row.order_number]} times.")
        for row in connection.execute(select(transfers).where(transfers.c.status == _T.TRANSFERRED.value))
        if held[row.order_number] != 1
    ]
    found += [
        (number, "The DOM holds an order that failed here, or that nobody here knows.")
        for number in sorted(sent_to_it)
        if known.get(number, OrderStatus.FAILED.value) == OrderStatus.FAILED.value
    ]
    return violations(found)


def the_dom_holds_what_was_frozen(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """18: what the DOM holds equals what we froze."""
    held = {row["order_number"]: row for row in ledgers.dom_table("orders")}
    lines: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in ledgers.dom_table("order_lines"):
        lines[row["order_number"]][row["line_id"]] = row
    found = []
    for transfer in connection.execute(select(transfers).where(transfers.c.status == _T.TRANSFERRED.value)):
        there = held.get(transfer.order_number)
        if there is None:
            continue
        ours, _ = transfer_message(connection, transfer.order_id)
        wrong = [name for name in (*_ORDER, *_SUMS) if there[name] != getattr(ours, name)]
        for name in ("bill_to", "ship_to"):
            address = json.loads(there[name])
            wrong += [
                f"{name}.{part}" for part in _ADDRESS if address[part] != getattr(getattr(ours, name), part)
            ]
        theirs = lines[transfer.order_number]
        if {line.line_id for line in ours.lines} != set(theirs):
            wrong.append("lines")
        wrong += [
            f"{line.sku} {name}"
            for line in ours.lines
            for name in _LINE
            if line.line_id in theirs and theirs[line.line_id][name] != getattr(line, name)
        ]
        if wrong:
            found.append((transfer.order_number, f"The DOM holds another {', '.join(wrong)}."))
    return violations(found)


def no_transfer_is_under_way(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """19 (Q): each transfer is done, held, given up, or failed with a reason and its attempts."""
    found = []
    for row in connection.execute(select(transfers)):
        if ledgers.quiet and row.status in _UNDER_WAY:
            found.append((row.order_number, f"The transfer is still {row.status}."))
        if row.status == _T.FAILED.value and not (row.reason and row.cause and row.attempts):
            found.append((row.order_number, "The transfer failed without a reason or an attempt."))
    return violations(found)


def attempts_are_kept(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """20: each try is a row, numbered through; one key per order; nothing is sent once it has arrived."""
    tries: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(transfer_attempts).order_by(transfer_attempts.c.number)):
        tries[row.order_id].append(row)
    keys: dict[str, int] = defaultdict(int)
    for used in ledgers.dom_table("keys"):
        keys[used["order_number"]] += 1
    found = []
    for transfer in connection.execute(select(transfers)):
        mine = tries[transfer.order_id]
        if [row.number for row in mine] != list(range(1, transfer.attempts + 1)):
            found.append((transfer.order_number, "Its tries are not all there."))
        arrived = [row.ended_at for row in mine if row.kind == "transfer" and row.outcome == "succeeded"]
        if any(row.kind == "transfer" and row.started_at > min(arrived) for row in mine if arrived):
            found.append((transfer.order_number, "It was sent again after it had arrived."))
        if keys[transfer.order_number] > 1:
            found.append((transfer.order_number, "It was sent under more than one key."))
    return violations(found)
