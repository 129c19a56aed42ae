"""Whether an offer or a coupon may be used by this customer, now, on this cart; if not, why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.domain.money import Money
from backoffice.domain.pricing.basket import Basket
from backoffice.domain.pricing.lines import Customer
from backoffice.domain.pricing.promotions.offers import (
    Coupon,
    Limits,
    Minimum,
    Promotion,
    UseCount,
    same_code,
)
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.result import NotAppliedBecause

_UNUSED = UseCount()


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """Why not, and a sentence that goes on after the name of the offer or coupon."""

    because: NotAppliedBecause
    clause: str


def objection_to_coupon(coupon: Coupon, request: PricingRequest) -> Objection | None:
    """What speaks against the coupon itself."""
    if coupon.customer_id and coupon.customer_id != request.customer.customer_id:
        return Objection(because=NotAppliedBecause.OTHER_CUSTOMER, clause="belongs to another customer")
    used = {same_code(code): count for code, count in request.uses.coupons.items()}
    return _out_of_limits(coupon.limits, used.get(same_code(coupon.code), _UNUSED), request.at)


def objection_to_offer(promotion: Promotion, request: PricingRequest) -> Objection | None:
    """What speaks against the offer before looking at the cart."""
    used = request.uses.promotions.get(promotion.promotion_id, _UNUSED)
    return (
        _out_of_limits(promotion.limits, used, request.at)
        or _wrong_customer(promotion, request.customer)
        or _wrong_destination(promotion, request)
    )


def objection_to_cart(promotion: Promotion, basket: Basket, currency: str) -> Objection | None:
    """What the cart lacks, as it stands when it is the offer's turn."""
    for minimum in promotion.minimums:
        lacking = basket.lacking(minimum)
        if lacking is not None:
            quantity, amount = lacking
            return _too_little(minimum, quantity, Money(amount, currency), basket)
    return None


def _out_of_limits(limits: Limits, used: UseCount, at: datetime) -> Objection | None:
    if limits.starts_at is not None and at < limits.starts_at:
        clause = f"starts on {limits.starts_at.date().isoformat()}"
        return Objection(because=NotAppliedBecause.NOT_STARTED, clause=clause)
    if limits.ends_at is not None and at >= limits.ends_at:
        last_moment = limits.ends_at - timedelta.resolution
        clause = f"ended on {last_moment.date().isoformat()}"
        return Objection(because=NotAppliedBecause.ENDED, clause=clause)
    if limits.max_uses is not None and used.total >= limits.max_uses:
        clause = f"has been used {_times(used.total)}; it may be used {_times(limits.max_uses)}"
        return Objection(because=NotAppliedBecause.USED_UP, clause=clause)
    if limits.max_uses_per_customer is not None and used.by_customer >= limits.max_uses_per_customer:
        clause = (
            f"has been used {_times(used.by_customer)} by this customer, "
            f"who may use it {_times(limits.max_uses_per_customer)}"
        )
        return Objection(because=NotAppliedBecause.USED_UP_BY_CUSTOMER, clause=clause)
    return None


def _wrong_customer(promotion: Promotion, customer: Customer) -> Objection | None:
    if promotion.customer_groups and not promotion.customer_groups & customer.groups:
        groups = ", ".join(sorted(promotion.customer_groups))
        return Objection(
            because=NotAppliedBecause.OTHER_GROUP, clause=f"is for customers of the group {groups}"
        )
    number = promotion.order_number
    if number is not None and (customer.order_count is None or customer.order_count + 1 != number):
        clause = f"is for a customer's order number {number}"
        return Objection(because=NotAppliedBecause.OTHER_ORDER_NUMBER, clause=clause)
    return None


def _wrong_destination(promotion: Promotion, request: PricingRequest) -> Objection | None:
    if not promotion.ship_to:
        return None
    places = [shipment.destination for shipment in request.shipments]
    if places and all(any(area.covers(place) for area in promotion.ship_to) for place in places):
        return None
    areas = ", ".join(str(area) for area in promotion.ship_to)
    clause = f"is for orders that go to {areas}"
    return Objection(because=NotAppliedBecause.OTHER_DESTINATION, clause=clause)


def _too_little(minimum: Minimum, quantity: int, amount: Money, basket: Basket) -> Objection:
    whose = "the cart has" if minimum.on.is_everything else "of these the cart has"
    items = "items" if minimum.on.is_everything else "certain items"
    if quantity < minimum.quantity:
        clause = f"needs {minimum.quantity} or more {items}; {whose} {quantity}"
        return Objection(because=NotAppliedBecause.TOO_FEW_ITEMS, clause=clause)
    needed = (minimum.amount or amount).to_decimal()
    bound = f"{needed} or more" if basket.rules.threshold_met_when_reached else f"more than {needed}"
    clause = f"needs {items} for {bound}; {whose} {amount.to_decimal()}"
    return Objection(because=NotAppliedBecause.TOO_SMALL, clause=clause)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
