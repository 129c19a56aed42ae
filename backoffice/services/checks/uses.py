"""What is limited: invariant 16, and for invariant 3 the money on gift certificates."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from backoffice.domain.pricing import Limits
from backoffice.domain.pricing.as_json import from_json
from backoffice.domain.statuses import OrderStatus
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.services.limited_uses import COUPON, PROMOTION
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.pricing import (
    certificate_moves,
    coupons,
    gift_certificates,
    order_uses,
    use_counts,
)
from backoffice.store.tables.selling import promotions

_FAILED = OrderStatus.FAILED.value


def uses_are_what_orders_use(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """16: uses counted are the orders that use it, in all and by customer, never above the limit."""
    counted = {
        (row.kind, row.key, row.customer_id): row.uses for row in connection.execute(select(use_counts))
    }
    used: Counter[tuple[str, str, str]] = Counter()
    found = []
    rows = connection.execute(
        select(order_uses, orders.c.status, orders.c.number).join(
            orders, orders.c.order_id == order_uses.c.order_id
        )
    )
    for row in rows:
        if row.status == _FAILED:
            found.append((row.number, f"It failed, and still counts as a use of {row.key}."))
        for customer_id in {"", row.customer_id}:
            used[row.kind, row.key, customer_id] += 1
    found += [
        (
            key,
            f"Counted {counted.get((kind, key, customer), 0)} uses, orders use it {used[kind, key, customer]} times.",
        )
        for kind, key, customer in sorted({*counted, *used})
        if counted.get((kind, key, customer), 0) != used[kind, key, customer]
    ]
    limits = dict(_limits(connection))
    for (kind, key, customer), uses in used.items():
        in_all, per_customer = limits.get((kind, key), (None, None))
        limit = per_customer if customer else in_all
        if limit is not None and uses > limit:
            found.append((key, f"It was used {uses} times; the limit is {limit}."))
    return violations(found)


def certificates_are_their_ledger(connection: Connection) -> list[tuple[str, str]]:
    """A certificate's balance is what its moves left of it, within nothing and what it was issued for."""
    left = {
        row.code: int(row.left)
        for row in connection.execute(
            select(certificate_moves.c.code, func.sum(certificate_moves.c.change).label("left")).group_by(
                certificate_moves.c.code
            )
        )
    }
    found = []
    for row in connection.execute(select(gift_certificates)):
        if not 0 <= row.balance <= row.amount:
            found.append((row.code, f"{row.balance} is on a certificate of {row.amount}."))
        if row.balance != left.get(row.code, 0):
            found.append((row.code, f"{row.balance} is on it, its moves left {left.get(row.code, 0)}."))
    return found


def _limits(connection: Connection) -> Iterator[tuple[tuple[str, str], tuple[int | None, int | None]]]:
    for row in connection.execute(select(promotions.c.promotion_id, promotions.c.data)):
        limits = from_json(row.data.get("limits", {}), Limits)
        yield (PROMOTION, row.promotion_id), (limits.max_uses, limits.max_uses_per_customer)
    for row in connection.execute(select(coupons)):
        yield (COUPON, row.code), (row.max_uses, row.max_uses_per_customer)
