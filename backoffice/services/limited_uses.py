"""How often offers and coupons were used: counted with the order, never above a limit, counted back exactly once.

1. an order writes one row for each limited offer and each coupon it uses, in the transaction that counts;
2. a count goes up only while it is below its limit: in all, and for the customer;
3. who counts back takes the order's rows away first: what is gone can not be counted back again.
So uses counted are always the orders that use it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backoffice.domain.cart import OfferUse
from backoffice.domain.errors import Refusal
from backoffice.domain.pricing import Limits
from backoffice.domain.pricing.as_json import from_json
from backoffice.store.tables.pricing import coupons, order_uses, use_counts
from backoffice.store.tables.selling import promotions

PROMOTION, COUPON = "promotion", "coupon"
_NO_LIMIT = 2**31 - 1
_PROMOTIONS = select(promotions.c.promotion_id, promotions.c.data).where(
    promotions.c.promotion_id.in_(bindparam("ids", expanding=True))
)
_COUPONS = select(coupons.c.code, coupons.c.max_uses, coupons.c.max_uses_per_customer).where(
    coupons.c.code.in_(bindparam("codes", expanding=True)), coupons.c.active.is_(True)
)
_COUNT_BACK = (
    update(use_counts)
    .where(
        use_counts.c.kind == bindparam("of_kind"),
        use_counts.c.key == bindparam("of_key"),
        use_counts.c.customer_id == bindparam("of_customer"),
    )
    .values(uses=use_counts.c.uses - 1)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Use:
    kind: str
    key: str
    name: str  # as people know it
    in_all: int
    per_customer: int


def count_uses(
    connection: Connection,
    order_id: str,
    customer_id: str,
    offers: Iterable[OfferUse],
    now: datetime,
) -> None:
    """Count what an order uses. Raises Refusal (``used_up``) when something was used up meanwhile."""
    # In one order always, so that two orders never wait for each other crosswise.
    for use in sorted(_uses(connection, tuple(offers)), key=lambda use: (use.kind, use.key)):
        row = {"order_id": order_id, "kind": use.kind, "key": use.key, "customer_id": customer_id, "at": now}
        connection.execute(insert(order_uses), row)
        if not _count(connection, use, "", use.in_all):
            raise _used_up(f"T{use.name[1:]} was used up by other orders meanwhile.")
        if customer_id and not _count(connection, use, customer_id, use.per_customer):
            raise _used_up(f"This customer has used {use.name} as often as they may.")


def count_back(connection: Connection, order_id: str) -> None:
    """Take back what an order counted; a second call finds nothing to take back."""
    gone = connection.execute(
        delete(order_uses)
        .where(order_uses.c.order_id == order_id)
        .returning(order_uses.c.kind, order_uses.c.key, order_uses.c.customer_id)
    ).all()
    for use in sorted(gone, key=lambda row: (row.kind, row.key)):
        for customer_id in dict.fromkeys(("", use.customer_id)):
            connection.execute(
                _COUNT_BACK, {"of_kind": use.kind, "of_key": use.key, "of_customer": customer_id}
            )


def _uses(connection: Connection, offers: tuple[OfferUse, ...]) -> list[_Use]:
    """What is counted: coupons always, offers when they have a limit."""
    if not offers:
        return []
    names = {offer.promotion_id: offer.name for offer in offers}
    uses = []
    for row in connection.execute(_PROMOTIONS, {"ids": sorted(names)}):
        limits = from_json(row.data.get("limits", {}), Limits)
        if limits.max_uses is not None or limits.max_uses_per_customer is not None:
            name = f"the offer “{names[row.promotion_id]}”"
            uses.append(_use(PROMOTION, row.promotion_id, name, limits))
    entered = sorted({offer.coupon_code for offer in offers if offer.coupon_code})
    if not entered:
        return uses
    found: dict[str, Any] = {row.code: row for row in connection.execute(_COUPONS, {"codes": entered})}
    for code in entered:
        if code not in found:
            raise _used_up(f"The coupon {code} is not accepted any more.")
        uses.append(_use(COUPON, code, f"the coupon {code}", found[code]))
    return uses


def _use(kind: str, key: str, name: str, limits: Any) -> _Use:  # noqa: ANN401 - Limits, or a row of coupons
    return _Use(
        kind=kind,
        key=key,
        name=name,
        in_all=_NO_LIMIT if limits.max_uses is None else limits.max_uses,
        per_customer=_NO_LIMIT if limits.max_uses_per_customer is None else limits.max_uses_per_customer,
    )


def _count(connection: Connection, use: _Use, customer_id: str, limit: int) -> bool:
    """Add one in one statement if that stays within the limit; whether it did."""
    if limit < 1:
        return False
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"kind": use.kind, "key": use.key, "customer_id": customer_id, "uses": 1}
    counted = connection.execute(
        dialect.insert(use_counts)
        .values(row)
        .on_conflict_do_update(
            index_elements=["kind", "key", "customer_id"],
            set_={"uses": use_counts.c.uses + 1},
            where=use_counts.c.uses < limit,
        )
        .returning(use_counts.c.uses)
    )
    return counted.first() is not None


def _used_up(sentence: str) -> Refusal:
    return Refusal(
        sentence,
        field="coupons",
        advice="Prepare again (F5): the price is worked out without it.",
        code="used_up",
    )
