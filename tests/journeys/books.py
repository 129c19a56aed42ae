"""What must agree between our database, the DOM's ledger, the bank's and the mail server's once all is quiet.

Only what is said in the design's list of invariants; read by other means than the services read it.
"""

from typing import Any

from sqlalchemy import Connection, Table, select

from backoffice.services.audit import verify_chain
from backoffice.store.tables.ordering import carts, checkout_attempts, orders, payments, transfers
from backoffice.store.tables.selling import reservations
from tests.journeys.centre import CallCentre

DEAD = frozenset({"FAILED", "X"})
UNSETTLED = {
    payments: {"authorising", "unknown", "pending", "voiding"},
    checkout_attempts: {"running", "checking", "stuck"},
    reservations: {"releasing"},
    transfers: {"queued", "sent", "unknown"},
}
_STATE = {checkout_attempts: "state"}

Rows = list[dict[str, Any]]


async def disagreements(centre: CallCentre) -> list[str]:
    """Return a sentence for each; none when the books agree."""
    ours = await centre.office.store.read(_read)
    dom, bank = await centre.dom_ledger(), await centre.ask("payments", "/control/ledger")
    mails = (await centre.ask("mail", "/messages?limit=1000"))["messages"]
    return [
        *_unsettled(ours),
        *_orders(ours, dom),
        *_money(ours, bank),
        *_holds(ours, dom),
        *_carts(ours),
        *(
            f"A key was used for two requests: {row}"
            for row in (*dom["key_conflicts"], *bank["key_conflicts"])
        ),
        *_twice("E-mail", [mail["message_id"] for mail in mails]),
        *await centre.office.store.read(verify_chain),
    ]


def _read(connection: Connection) -> dict[Table, Rows]:
    tables = (orders, transfers, payments, reservations, checkout_attempts, carts)
    return {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}


def _unsettled(ours: dict[Table, Rows]) -> list[str]:
    return [
        f"{table.name} not settled: {row}"
        for table, words in UNSETTLED.items()
        for row in ours[table]
        if row[_STATE.get(table, "status")] in words
    ]


def _orders(ours: dict[Table, Rows], dom: dict[str, Any]) -> list[str]:
    """Each transferred order is at the DOM once, with the same figures; no other one is."""
    sent = {row["order_id"] for row in ours[transfers] if row["status"] == "transferred"}
    expected = {row["number"]: row for row in ours[orders] if row["order_id"] in sent}
    there = [row for row in dom["orders"] if row["order_number"].startswith("B")]
    found = [row["order_number"] for row in there]
    return [
        *_twice("Order at the DOM", found),
        *(f"{number} is not at the DOM" for number in expected.keys() - set(found)),
        *(f"{number} is at the DOM and not transferred" for number in set(found) - expected.keys()),
        *(
            f"{row['order_number']}: {figure} differs at the DOM"
            for row in there
            for figure in ("items", "discount", "shipping", "tax", "total")
            if row["order_number"] in expected and row[figure] != expected[row["order_number"]][figure]
        ),
    ]


def _money(ours: dict[Table, Rows], bank: dict[str, Any]) -> list[str]:
    """Each open authorisation belongs to one live order, and each order's payments are its total."""
    by_id = {row["order_id"]: row for row in ours[orders]}
    open_here = {
        row["reference"]: row["amount"]
        for row in ours[payments]
        if row["method"] == "card" and by_id[row["order_id"]]["status"] not in DEAD
    }
    open_there = {row["reference"]: row["authorised"] for row in bank["payments"] if row["authorised"]}
    paid = {
        order_id: sum(row["amount"] for row in ours[payments] if row["order_id"] == order_id)
        for order_id in by_id
    }
    return [
        *(f"{one}: held at the bank only" for one in open_there.keys() - open_here.keys()),
        *(f"{one}: held here only" for one in open_here.keys() - open_there.keys()),
        *(
            f"{one}: another amount"
            for one in open_here
            if open_there.get(one, open_here[one]) != open_here[one]
        ),
        *(
            f"{row['number']}: not paid whole"
            for row in ours[orders]
            if paid[row["order_id"]] != row["total"]
        ),
    ]


def _holds(ours: dict[Table, Rows], dom: dict[str, Any]) -> list[str]:
    """What the DOM still holds for a cart, we know that it holds."""
    known = {row["reservation_id"]: row["status"] for row in ours[reservations]}
    return [
        f"The DOM holds {row['reservation_id']}, which is {known.get(row['reservation_id'], 'unknown')} here"
        for row in dom["reservations"]
        if row["status"] == "held" and known.get(row["reservation_id"]) not in {"held", "asking"}
    ]


def _carts(ours: dict[Table, Rows]) -> list[str]:
    """A cart is closed if and only if it became one order that did not fail."""
    live = [row["cart_id"] for row in ours[orders] if row["status"] != "FAILED"]
    closed = {row["cart_id"] for row in ours[carts] if row["status"] == "ordered"}
    return [
        *_twice("Order of a cart", live),
        *(f"Cart {one} and its order do not agree" for one in set(live) ^ closed),
    ]


def _twice(what: str, names: list[str]) -> list[str]:
    return [f"{what} twice: {name}" for name in sorted({name for name in names if names.count(name) > 1})]
