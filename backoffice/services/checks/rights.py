"""Rights: invariant 31. Whoever did something held the right to, at that time; what takes four eyes had them.

The trail keeps the role somebody acted in; what a role may do, and what an act needs, are tables.
"""

from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.staff import RIGHTS, Right, Role
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.store.tables.ordering import cart_lines
from backoffice.store.tables.people import audit, staff

_ANYBODY = frozenset({"staff.signed_in"})
_NEEDS = {  # by act, else by what it is done to
    "address": Right.EDIT_CUSTOMERS,
    "call": Right.CARTS,
    "cart": Right.CARTS,
    "cart.prepared": Right.SUBMIT,
    "cart.price_approved": Right.OVERRIDE_PRICE,
    "cart.taken_over": Right.TAKE_OVER,
    "checkout": Right.SUBMIT,
    "checkout.reopened": Right.FAILED_CHECKOUTS,
    "checkout.undo_retried": Right.FAILED_CHECKOUTS,
    "customer": Right.EDIT_CUSTOMERS,
    "mail.resent": Right.RESEND_MAIL,
    "note": Right.NOTES,
    "order.cancelled": Right.CANCEL_ORDERS,
    "order.cleaned": Right.FAILED_CHECKOUTS,
    "order.locked": Right.HISTORY,
    "order.taken_over": Right.TAKE_OVER,
    "order.unlocked": Right.HISTORY,
    "payment": Right.SUBMIT,
    "staff": Right.STAFF,
    "stock.loaded": Right.LOAD_STOCK,
    "sync": Right.SYNCS,
    "transfer": Right.TRANSFERS,
}


def who_acted_was_allowed(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """31: the actor held the right, in the role they had at that time; what needs approval has two actors."""
    roles = {row.staff_id: row.role for row in connection.execute(select(staff.c.staff_id, staff.c.role))}
    approved: set[tuple[str, object, object]] = set()
    found = []
    for row in connection.execute(select(audit).order_by(audit.c.entry)):
        if row.action == "cart.price_approved":
            approved.add((row.subject, row.detail.get("line"), row.actor))
            if row.actor == row.detail.get("asked_by"):
                found.append((row.subject, f"{row.actor_name} approved a price of their own."))
        if row.role != Role.SYSTEM.value:
            found += [(row.subject, problem) for problem in _problems(row, roles)]
    found += [
        (line.cart_id, f"The price of {line.sku} has an approval the trail does not tell of.")
        for line in connection.execute(select(cart_lines).where(cart_lines.c.override.is_not(None)))
        if line.override["approved_by"]
        and (line.cart_id, line.line_id, line.override["approved_by"]) not in approved
    ]
    return violations(found)


def _problems(row: Row[Any], roles: dict[str, str]) -> list[str]:
    """Return what is wrong with one act of a person."""
    problems = []
    if row.action not in _ANYBODY:
        needed = _NEEDS.get(row.action) or _NEEDS.get(row.action.partition(".")[0])
        if needed is None:
            problems.append(f"Nobody says which right “{row.action}” needs.")
        elif needed not in RIGHTS[Role(row.role)]:
            problems.append(f"{row.actor_name} ({row.role}) did “{row.action}” and may not {needed.value}.")
    if row.actor in roles and roles[row.actor] != row.role:
        problems.append(f"{row.actor_name} acted as {row.role} and is {roles[row.actor]}.")
    return problems
