"""Coupons an order earns for its customer's e-mail address, and what becomes of them with the order."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from backoffice.domain.money import Money
from backoffice.domain.pricing import PricingRules
from backoffice.services.certificate_issue import new_code
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.pricing import coupon_rewards, coupons

_REWARDS = (
    select(coupon_rewards)
    .where(
        coupon_rewards.c.active.is_(True),
        coupon_rewards.c.currency == bindparam("currency"),
        coupon_rewards.c.minimum <= bindparam("worth"),
        or_(coupon_rewards.c.starts_at.is_(None), coupon_rewards.c.starts_at <= bindparam("at")),
        or_(coupon_rewards.c.ends_at.is_(None), coupon_rewards.c.ends_at > bindparam("at")),
    )
    .order_by(coupon_rewards.c.reward_id)
)


def earn_coupons(
    connection: Connection, order_id: str, worth: Money, pricing: PricingRules, now: datetime
) -> tuple[str, ...]:
    """Write a coupon for each reward the order reaches; return their codes.

    ``worth`` is what its goods cost after offers. Good once, for the customer's e-mail address, or for the customer
    where there is none.
    """
    found = connection.execute(_REWARDS, {"currency": worth.currency, "worth": worth.minor, "at": now}).all()
    reached = [row for row in found if pricing.threshold_met_when_reached or worth.minor > row.minimum]
    if not reached:
        return ()
    customer = connection.execute(
        select(orders.c.customer_id, orders.c.email).where(orders.c.order_id == order_id)
    ).one()
    email = customer.email.strip().casefold()
    rows = [
        {
            "code": new_code(),
            "promotion_id": reward.promotion_id,
            "starts_at": None,
            "ends_at": None if reward.good_for_days is None else now + timedelta(days=reward.good_for_days),
            "max_uses": 1,
            "max_uses_per_customer": None,
            "customer_id": "" if email else customer.customer_id,
            "email": email,
            "earned_by_order": order_id,
            "active": True,
            "created_at": now,
        }
        for reward in reached
    ]
    connection.execute(insert(coupons), rows)
    return tuple(str(row["code"]) for row in rows)


def forget_earned(connection: Connection, order_id: str) -> None:
    """Take away what a checkout that failed had earned: nobody was told of it."""
    connection.execute(delete(coupons).where(coupons.c.earned_by_order == order_id))


def withdraw_earned(connection: Connection, order_id: str) -> None:
    """Let what a cancelled order earned not be used any more; its row stays, for it may have been used."""
    connection.execute(update(coupons).where(coupons.c.earned_by_order == order_id).values(active=False))
