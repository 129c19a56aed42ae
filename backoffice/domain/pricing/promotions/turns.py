"""The offers' turns.

1. Offers are sorted by priority (items before the whole order, then by id); exclusive ones first where
   the store says so.
2. In its turn an offer must be open to this customer now, have its coupon, and find what it needs.
3. It must get on with what was applied before it.
4. Of offers that are alternatives (`best_of`) the one that gives most is taken.
5. What it gives comes off the lines at once; what it gives on shipping waits for the cost of shipping.
6. Who gave nothing is told why.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from backoffice.domain.pricing.basket import Amounts, Basket
from backoffice.domain.pricing.promotions.benefits import ShippingOff
from backoffice.domain.pricing.promotions.discounts import discounts
from backoffice.domain.pricing.promotions.eligibility import (
    Objection,
    objection_to_cart,
    objection_to_coupon,
    objection_to_offer,
)
from backoffice.domain.pricing.promotions.offers import Combination, Coupon, Promotion, same_code
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.result import NotApplied, NotAppliedBecause
from backoffice.domain.pricing.rules import BestOf, ExclusiveOffers

Candidate = tuple[Promotion, Amounts]
_NOTHING = Objection(because=NotAppliedBecause.NOTHING_TO_DISCOUNT, clause="finds nothing to make cheaper")
_NO_SHIPPING = Objection(
    because=NotAppliedBecause.NOTHING_TO_DISCOUNT, clause="finds no shipping cost to make cheaper"
)
_BETTER = Objection(because=NotAppliedBecause.BETTER_OFFER, clause="gives less than another offer")


@dataclass(kw_only=True, slots=True)
class Taken:
    """An offer that had its turn: what it took off lines, and off shipping so far."""

    promotion: Promotion
    coupon_code: str
    on_lines: int
    on_shipping: int = 0


@dataclass(kw_only=True, slots=True)
class Turns:
    """Who was applied, in that order, and who was not and why."""

    taken: list[Taken] = field(default_factory=list)
    refused: list[NotApplied] = field(default_factory=list)
    coupons: dict[str, list[Coupon]] = field(default_factory=dict)


def take_turns(request: PricingRequest, basket: Basket, idle: Container[str] = ()) -> Turns:
    """Apply the offers of the request to the basket; `idle` ones are known to find no shipping to discount."""
    turns = Turns()
    turns.coupons = _usable_coupons(request, turns)
    promotions = sorted(request.promotions, key=lambda promotion: _turn(promotion, request))
    decided: set[str] = set()
    for promotion in promotions:
        if promotion.promotion_id in decided:
            continue
        rivals = (
            [one for one in promotions if one.best_of == promotion.best_of]
            if promotion.best_of
            else [promotion]
        )
        decided.update(rival.promotion_id for rival in rivals)
        candidates = []
        for rival in rivals:
            objection = _objection(rival, request, basket, turns)
            if objection is None and rival.promotion_id in idle:
                objection = _NO_SHIPPING
            if objection is None:
                candidates.append((rival, _trial(rival, basket)))
            else:
                refuse(rival, objection, turns)
        _take_best(candidates, basket, turns)
    return turns


def retire(found_nothing: Sequence[Taken], turns: Turns) -> None:
    """Take back the turns of offers that found no shipping to make cheaper."""
    for taken in found_nothing:
        turns.taken.remove(taken)
        refuse(taken.promotion, _NO_SHIPPING, turns)


def refuse(promotion: Promotion, objection: Objection, turns: Turns) -> None:
    """Write down why an offer gave nothing, for its coupons where it has some."""
    coupons = turns.coupons.get(promotion.promotion_id, ())
    for code in [coupon.code for coupon in coupons] or [""]:
        turns.refused.append(
            NotApplied(
                promotion_id=promotion.promotion_id,
                coupon_code=code,
                because=objection.because,
                sentence=f"{code or promotion.name} {objection.clause}.",
            )
        )


def _turn(promotion: Promotion, request: PricingRequest) -> tuple[bool, int, bool, str]:
    first = request.rules.exclusive_offers is ExclusiveOffers.FIRST
    waits = first and promotion.combination is not Combination.EXCLUSIVE
    return waits, promotion.priority, promotion.is_on_whole_order, promotion.promotion_id


def _usable_coupons(request: PricingRequest, turns: Turns) -> dict[str, list[Coupon]]:
    by_code = {same_code(coupon.code): coupon for coupon in request.coupons}
    offers = {promotion.promotion_id for promotion in request.promotions}
    usable: dict[str, list[Coupon]] = {}
    for code, typed in {same_code(typed): typed for typed in reversed(request.coupon_codes)}.items():
        coupon = by_code.get(code)
        if coupon is None:
            objection = Objection(because=NotAppliedBecause.UNKNOWN_CODE, clause="is not a coupon we know")
            turns.refused.append(_coupon_refused("", typed.strip(), objection))
        elif coupon.promotion_id not in offers:
            objection = Objection(
                because=NotAppliedBecause.UNKNOWN_CODE, clause="belongs to no offer we have now"
            )
            turns.refused.append(_coupon_refused(coupon.promotion_id, coupon.code, objection))
        else:
            found = objection_to_coupon(coupon, request)
            if found is None:
                usable.setdefault(coupon.promotion_id, []).append(coupon)
            else:
                turns.refused.append(_coupon_refused(coupon.promotion_id, coupon.code, found))
    return {
        promotion_id: sorted(coupons, key=lambda coupon: coupon.code)
        for promotion_id, coupons in usable.items()
    }


def _coupon_refused(promotion_id: str, code: str, objection: Objection) -> NotApplied:
    return NotApplied(
        promotion_id=promotion_id,
        coupon_code=code,
        because=objection.because,
        sentence=f"{code} {objection.clause}.",
    )


def _objection(
    promotion: Promotion, request: PricingRequest, basket: Basket, turns: Turns
) -> Objection | None:
    objection = objection_to_offer(promotion, request)
    if objection is not None:
        return objection
    if promotion.needs_coupon and promotion.promotion_id not in turns.coupons:
        return Objection(because=NotAppliedBecause.NEEDS_COUPON, clause="needs a coupon")
    clash = _clash(promotion, turns.taken)
    if clash is not None:
        clause = f"can not be combined with {clash.name!r}"
        return Objection(because=NotAppliedBecause.NOT_COMBINABLE, clause=clause)
    return objection_to_cart(promotion, basket, request.currency)


def _clash(promotion: Promotion, taken: list[Taken]) -> Promotion | None:
    if not taken:
        return None
    last = taken[-1].promotion
    alone = promotion.combination is Combination.EXCLUSIVE
    return last if alone or last.combination is not Combination.COMBINABLE else None


def _trial(promotion: Promotion, basket: Basket) -> Amounts:
    """What the offer would take off the lines, each benefit seeing what the one before left."""
    total: Amounts = {}
    left = basket.left
    for benefit in promotion.benefits:
        if isinstance(benefit, ShippingOff):
            continue
        amounts = discounts(benefit, basket, left)
        if not total:
            total = amounts
        else:
            for position, amount in amounts.items():
                total[position] = total.get(position, 0) + amount
        if len(promotion.benefits) > 1:
            left = list(left)
            for position, amount in amounts.items():
                left[position] -= amount
    return total


def _take_best(candidates: Sequence[Candidate], basket: Basket, turns: Turns) -> None:
    """Of these alternatives (mostly it is one) take what gives most."""
    per_line = basket.rules.best_of is BestOf.LINE
    winners = _best_of_each_line(candidates) if per_line else _best_of_all(candidates)
    for promotion, offered in candidates:
        amounts = winners.get(promotion.promotion_id, {})
        worth = sum(amounts.values())
        if worth or (_gives_shipping(promotion) and promotion.promotion_id in winners):
            basket.take(promotion.promotion_id, amounts)
            code = _use_one_coupon(promotion, turns)
            turns.taken.append(Taken(promotion=promotion, coupon_code=code, on_lines=worth))
        else:
            beaten = any(offered.values()) or promotion.promotion_id not in winners
            refuse(promotion, _BETTER if beaten else _NOTHING, turns)


def _best_of_all(candidates: Sequence[Candidate]) -> dict[str, Amounts]:
    best = max(candidates, key=lambda candidate: sum(candidate[1].values()), default=None)
    return {} if best is None else {best[0].promotion_id: best[1]}


def _best_of_each_line(candidates: Sequence[Candidate]) -> dict[str, Amounts]:
    most: dict[int, tuple[int, str]] = {}
    for promotion, amounts in candidates:
        for position, amount in amounts.items():
            if position not in most or amount > most[position][0]:
                most[position] = amount, promotion.promotion_id
    winners: dict[str, Amounts] = {promotion.promotion_id: {} for promotion, _ in candidates}
    for position, (amount, promotion_id) in most.items():
        winners[promotion_id][position] = amount
    return winners


def _use_one_coupon(promotion: Promotion, turns: Turns) -> str:
    coupons = turns.coupons.get(promotion.promotion_id, [])
    for spare in coupons[1:]:
        turns.refused.append(
            NotApplied(
                promotion_id=promotion.promotion_id,
                coupon_code=spare.code,
                because=NotAppliedBecause.NOT_COMBINABLE,
                sentence=f"{spare.code} gives nothing more: {coupons[0].code} is applied for the same offer.",
            )
        )
    return coupons[0].code if coupons else ""


def _gives_shipping(promotion: Promotion) -> bool:
    return any(isinstance(benefit, ShippingOff) for benefit in promotion.benefits)
