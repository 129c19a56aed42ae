"""Coupons: how they open an offer, and what they say when they do not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    Area,
    Coupon,
    Customer,
    Limits,
    Minimum,
    NotAppliedBecause,
    PercentOff,
    Promotion,
    Selection,
    ShippingOff,
    UseCount,
    Uses,
)
from tests.domain.pricing.carts import NOW, cart, line, offer, priced, usd

TENTH = offer("Tenth off", PercentOff(percent=Decimal(10)), priority=1)
CART = (line("1", "42.10"),)
FIFTY = Minimum(amount=usd("50.00"))
HELMETS = Selection(skus=frozenset({"helmet"}))
LIMITED = Limits(max_uses=100, max_uses_per_customer=1)
OTHER_PLACE = (Area(country="US", region="OR"), Area(country="CA"))

REFUSALS: Mapping[str, tuple[Promotion, Limits, Uses, NotAppliedBecause, str]] = {
    "ended": (
        replace(TENTH, limits=Limits(ends_at=NOW - timedelta(hours=12))),
        Limits(),
        Uses(),
        NotAppliedBecause.ENDED,
        "WINTER10 ended on 2026-11-21.",
    ),
    "coupon ended": (
        TENTH,
        Limits(ends_at=NOW),
        Uses(),
        NotAppliedBecause.ENDED,
        "WINTER10 ended on 2026-11-22.",
    ),
    "not started": (
        replace(TENTH, limits=Limits(starts_at=NOW + timedelta(days=9))),
        Limits(),
        Uses(),
        NotAppliedBecause.NOT_STARTED,
        "WINTER10 starts on 2026-12-01.",
    ),
    "used up": (
        replace(TENTH, limits=LIMITED),
        Limits(),
        Uses(promotions={"Tenth off": UseCount(total=100)}),
        NotAppliedBecause.USED_UP,
        "WINTER10 has been used 100 times; it may be used 100 times.",
    ),
    "coupon used": (
        TENTH,
        Limits(max_uses=1),
        Uses(coupons={"winter10": UseCount(total=1)}),
        NotAppliedBecause.USED_UP,
        "WINTER10 has been used once; it may be used once.",
    ),
    "used by this customer": (
        replace(TENTH, limits=LIMITED),
        Limits(),
        Uses(promotions={"Tenth off": UseCount(total=7, by_customer=1)}),
        NotAppliedBecause.USED_UP_BY_CUSTOMER,
        "WINTER10 has been used once by this customer, who may use it once.",
    ),
    "too small": (
        replace(TENTH, minimums=(FIFTY,)),
        Limits(),
        Uses(),
        NotAppliedBecause.TOO_SMALL,
        "WINTER10 needs items for 50.00 or more; the cart has 42.10.",
    ),
    "too small of some": (
        replace(TENTH, minimums=(replace(FIFTY, on=HELMETS),)),
        Limits(),
        Uses(),
        NotAppliedBecause.TOO_SMALL,
        "WINTER10 needs certain items for 50.00 or more; of these the cart has 0.00.",
    ),
    "too few": (
        replace(TENTH, minimums=(Minimum(quantity=3),)),
        Limits(),
        Uses(),
        NotAppliedBecause.TOO_FEW_ITEMS,
        "WINTER10 needs 3 or more items; the cart has 1.",
    ),
    "too few of some": (
        replace(TENTH, minimums=(Minimum(on=HELMETS, quantity=1),)),
        Limits(),
        Uses(),
        NotAppliedBecause.TOO_FEW_ITEMS,
        "WINTER10 needs 1 or more certain items; of these the cart has 0.",
    ),
    "other group": (
        replace(TENTH, customer_groups=frozenset({"reseller", "club"})),
        Limits(),
        Uses(),
        NotAppliedBecause.OTHER_GROUP,
        "WINTER10 is for customers of the group club, reseller.",
    ),
    "other order": (
        replace(TENTH, order_number=1),
        Limits(),
        Uses(),
        NotAppliedBecause.OTHER_ORDER_NUMBER,
        "WINTER10 is for a customer's order number 1.",
    ),
    "other destination": (
        replace(TENTH, ship_to=OTHER_PLACE),
        Limits(),
        Uses(),
        NotAppliedBecause.OTHER_DESTINATION,
        "WINTER10 is for orders that go to US/OR, CA.",
    ),
    "nothing to discount": (
        offer("Tenth off", PercentOff(percent=Decimal(10), on=HELMETS)),
        Limits(),
        Uses(),
        NotAppliedBecause.NOTHING_TO_DISCOUNT,
        "WINTER10 finds nothing to make cheaper.",
    ),
    "no shipping to discount": (
        offer("Tenth off", ShippingOff()),
        Limits(),
        Uses(),
        NotAppliedBecause.NOTHING_TO_DISCOUNT,
        "WINTER10 finds no shipping cost to make cheaper.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_coupon_that_does_not_apply_says_why(name: str) -> None:
    promotion, limits, uses, because, sentence = REFUSALS[name]
    coupon = Coupon(code="WINTER10", promotion_id=promotion.promotion_id, limits=limits)
    request = cart(
        *CART,
        promotions=(replace(promotion, needs_coupon=True),),
        coupon_codes=(" winter10 ",),
        coupons=(coupon,),
    )

    result = priced(replace(request, uses=uses, customer=Customer(order_count=1)))

    assert result.totals.total == usd("42.10")
    [refused, *rest] = result.coupons_not_applied
    assert (refused.because, refused.sentence, refused.coupon_code) == (because, sentence, "WINTER10")
    assert not rest


SECRET = replace(TENTH, needs_coupon=True)
WINTER = Coupon(code="WINTER10", promotion_id="Tenth off")


def test_a_coupon_opens_its_offer_however_it_is_typed() -> None:
    result = priced(
        cart(*CART, promotions=(SECRET,), coupon_codes=(" wInter10 ", "WINTER10"), coupons=(WINTER,))
    )

    assert [(one.promotion_id, one.coupon_code) for one in result.promotions] == [("Tenth off", "WINTER10")]
    assert not result.coupons_not_applied


@pytest.mark.parametrize(
    "codes, coupons, promotions, sentence",
    [
        pytest.param(("NOPE",), (WINTER,), (SECRET,), "NOPE is not a coupon we know.", id="unknown"),
        pytest.param(
            ("WINTER10",), (WINTER,), (), "WINTER10 belongs to no offer we have now.", id="offer is gone"
        ),
        pytest.param(
            ("WINTER10",),
            (replace(WINTER, customer_id="somebody"),),
            (SECRET,),
            "WINTER10 belongs to another customer.",
            id="another customer's",
        ),
        pytest.param(
            ("WINTER10", "WINTER11"),
            (WINTER, replace(WINTER, code="WINTER11")),
            (SECRET,),
            "WINTER11 gives nothing more: WINTER10 is applied for the same offer.",
            id="two of one offer",
        ),
    ],
)
def test_a_coupon_that_is_none_of_ours_says_so(
    codes: tuple[str, ...], coupons: tuple[Coupon, ...], promotions: tuple[Promotion, ...], sentence: str
) -> None:
    result = priced(cart(*CART, promotions=promotions, coupon_codes=codes, coupons=coupons))

    assert [one.sentence for one in result.coupons_not_applied] == [sentence]


def test_an_offer_without_its_coupon_is_not_applied() -> None:
    refused = priced(cart(*CART, promotions=(SECRET,))).promotions_not_applied

    assert [one.sentence for one in refused] == ["Tenth off needs a coupon."]


def test_a_customers_own_coupon_is_for_that_customer() -> None:
    request = cart(
        *CART,
        promotions=(SECRET,),
        coupon_codes=("WINTER10",),
        coupons=(replace(WINTER, customer_id="ann"),),
    )

    result = priced(replace(request, customer=Customer(customer_id="ann")))

    assert [one.promotion_id for one in result.promotions] == ["Tenth off"]
