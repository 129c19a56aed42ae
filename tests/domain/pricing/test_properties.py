"""What holds for any cart. `priced` itself checks that everything adds up and nothing is below zero."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from backoffice.domain.money import Money, Rounding
from backoffice.domain.pricing import (
    AmountOff,
    BestOf,
    BundlePrice,
    BuyGet,
    ByWeight,
    CartLine,
    Cheapest,
    Combination,
    Destination,
    ExclusiveOffers,
    FixedPrice,
    GiftCertificate,
    Measured,
    Minimum,
    OddCents,
    Per,
    PercentBasis,
    PercentOf,
    PercentOff,
    PerItem,
    PerOrder,
    PerShipment,
    PricesHold,
    PricingRequest,
    PricingRules,
    Promotion,
    Selection,
    Shipment,
    ShippingOff,
    ShippingTaxed,
    Spread,
    TaxesRounded,
    TaxRate,
    TaxRoundedPer,
    ThresholdsMeasure,
    Tier,
    Tiers,
)
from backoffice.domain.pricing.promotions.benefits import Benefit
from backoffice.domain.pricing.shipping import Charge
from tests.domain.pricing.carts import NOW, SEATTLE, priced, tariff, tax

Thing = TypeVar("Thing")
OREGON = Destination(country="US", region="OR", postcode="97201")
CATEGORIES = ("Bikes", "Bikes / Road Bikes", "Accessories / Helmets", "Clothing")
SKUS = ("A", "B", "C", "D")
CLASSES = ("standard", "reduced")

money = st.integers(min_value=0, max_value=500_00).map(lambda minor: Money(minor, "USD"))
some_money = st.integers(min_value=1, max_value=500_00).map(lambda minor: Money(minor, "USD"))
percents = st.decimals(min_value=0, max_value=100, places=2)
counts = st.integers(min_value=1, max_value=5)
selections = st.builds(
    Selection,
    skus=st.frozensets(st.sampled_from(SKUS), max_size=2),
    categories=st.frozensets(st.sampled_from(("Bikes", "Accessories")), max_size=1),
    only_undiscounted=st.booleans(),
)
benefits: st.SearchStrategy[Benefit] = st.one_of(
    st.builds(
        PercentOff,
        percent=percents,
        on=selections,
        per=st.sampled_from(Per),
        at_most=st.none() | money,
        max_units=st.none() | counts,
        max_units_per_line=st.none() | counts,
        cheapest=st.sampled_from(Cheapest),
    ),
    st.builds(
        AmountOff,
        amount=money,
        on=selections,
        per=st.sampled_from(Per),
        spread=st.sampled_from(Spread),
        max_units=st.none() | counts,
    ),
    st.builds(FixedPrice, price=money, on=selections, per=st.sampled_from(Per)),
    st.builds(
        Tiers,
        tiers=st.tuples(
            st.builds(Tier, minimum=st.integers(1, 5), percent=percents),
            st.builds(Tier, minimum=st.integers(5, 10), unit_price=money),
        ),
        on=selections,
        measured=st.sampled_from((Measured.LINE_QUANTITY, Measured.SET_QUANTITY)),
    ),
    st.builds(
        BuyGet,
        buy_quantity=counts,
        get_quantity=counts,
        buy=selections,
        get=selections,
        percent=percents,
        cheapest=st.sampled_from(Cheapest),
        max_times=st.none() | counts,
        each_line=st.booleans(),
    ),
    st.builds(BundlePrice, quantity=counts, price=money, on=selections, max_times=st.none() | counts),
    st.builds(
        ShippingOff,
        percent=percents,
        amount=st.none() | money,
        price=st.none() | money,
        at_most=st.none() | money,
    ),
)
offers = st.lists(
    st.builds(
        Promotion,
        promotion_id=st.text("abcdef", min_size=4, max_size=4),
        name=st.just("offer"),
        benefits=st.lists(benefits, min_size=1, max_size=2).map(tuple),
        priority=st.integers(0, 3),
        combination=st.sampled_from((*[Combination.COMBINABLE] * 5, Combination.LAST, Combination.EXCLUSIVE)),
        minimums=st.lists(
            st.builds(Minimum, on=selections, quantity=st.integers(0, 3), amount=st.none() | money),
            max_size=1,
        ).map(tuple),
        best_of=st.sampled_from(("", "", "rivals")),
    ),
    max_size=6,
    unique_by=lambda promotion: promotion.promotion_id,
).map(tuple)
cart_lines = st.lists(
    st.builds(
        CartLine,
        line_id=st.integers(1, 99).map(str),
        sku=st.sampled_from(SKUS),
        quantity=st.integers(min_value=1, max_value=12),
        list_price=money,
        category=st.sampled_from(CATEGORIES),
        weight_grams=st.none() | st.decimals(min_value=0, max_value=9999, places=2),
        tax_class=st.sampled_from(CLASSES),
        shipment_id=st.sampled_from(("", "s1", "s2")),
        is_physical=st.booleans(),
        is_discountable=st.sampled_from((True, True, True, False)),
    ),
    max_size=8,
    unique_by=lambda one: one.line_id,
).map(tuple)
charges: st.SearchStrategy[Charge] = st.one_of(
    st.builds(PerOrder, amount=money),
    st.builds(PerShipment, amount=money),
    st.builds(ByWeight, base=money, per_kg=money),
    st.builds(PerItem, each=money),
)
tax_rates = st.lists(
    st.tuples(st.sampled_from(("20", "8.8", "0.125")), st.booleans(), st.sampled_from(CLASSES)), max_size=3
).map(
    lambda rows: tuple(
        replace(tax(f"T{number}", percent, tax_class, "shipping"), priority=number, compound=compound)
        for number, (percent, compound, tax_class) in enumerate(rows)
    )
)
settings = st.builds(
    PricingRules,
    rounding=st.sampled_from(Rounding),
    tax_rounding=st.sampled_from(Rounding),
    tax_rounded_per=st.sampled_from(TaxRoundedPer),
    taxes_rounded=st.sampled_from(TaxesRounded),
    shipping_tax_rounded_apart=st.booleans(),
    prices_hold=st.sampled_from(PricesHold),
    origin=st.just(OREGON),
    discounts_reduce_tax_base=st.booleans(),
    shipping_taxed=st.sampled_from(ShippingTaxed),
    shipping_holds_tax=st.none() | st.booleans(),
    percent_of=st.sampled_from(PercentOf),
    percent_basis=st.sampled_from(PercentBasis),
    thresholds=st.sampled_from(ThresholdsMeasure),
    exclusive_offers=st.sampled_from(ExclusiveOffers),
    best_of=st.sampled_from(BestOf),
    odd_cents=st.sampled_from(OddCents),
)


def request_of(
    lines: tuple[CartLine, ...],
    promotions: tuple[Promotion, ...],
    charge: Charge,
    rates: tuple[TaxRate, ...],
    rules: PricingRules,
) -> PricingRequest:
    return PricingRequest(
        at=NOW,
        currency="USD",
        lines=lines,
        shipments=(
            Shipment(shipment_id="s1", destination=SEATTLE, method_code="GROUND"),
            Shipment(shipment_id="s2", destination=OREGON),
        ),
        home=SEATTLE,
        promotions=promotions,
        tariffs=(tariff(charge),),
        tax_rates=rates,
        gift_certificates=(GiftCertificate(code="G", balance=Money(25_00, "USD")),),
        rules=rules,
    )


requests: Callable[..., st.SearchStrategy[PricingRequest]] = lambda rules=settings: st.builds(  # noqa: E731 - a strategy
    request_of, cart_lines, offers, charges, tax_rates, rules
)
DEFAULTS = st.just(PricingRules())


@given(requests())
def test_totals_add_up_for_any_cart_under_any_settings(request: PricingRequest) -> None:
    result = priced(request)

    told = {one.promotion_id for one in result.promotions}
    told |= {one.promotion_id for one in result.promotions_not_applied}
    assert told == {promotion.promotion_id for promotion in request.promotions}
    for promotion in result.promotions:
        shares = [
            share.amount.minor
            for one in result.lines
            for share in one.discounts
            if share.promotion_id == promotion.promotion_id
        ]
        assert sum(shares) == promotion.amount.minor


@given(requests(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_rules_changes_nothing(request: PricingRequest, shuffle: Random) -> None:
    def shuffled(values: tuple[Thing, ...]) -> tuple[Thing, ...]:
        return tuple(shuffle.sample(values, len(values)))

    other = priced(
        replace(
            request,
            lines=shuffled(request.lines),
            shipments=shuffled(request.shipments),
            promotions=shuffled(request.promotions),
            tax_rates=shuffled(request.tax_rates),
        )
    )

    result = priced(request)
    assert {one.line_id: one for one in other.lines} == {one.line_id: one for one in result.lines}
    assert {one.shipment_id: one for one in other.shipments} == {
        one.shipment_id: one for one in result.shipments
    }
    assert (other.totals, other.taxes, other.promotions) == (result.totals, result.taxes, result.promotions)


@given(requests(), percents, percents, st.sampled_from(Per))
def test_a_higher_percentage_never_leaves_goods_dearer(
    request: PricingRequest, one: Decimal, other: Decimal, per: Per
) -> None:
    """Whatever the offers after it do with what it leaves."""
    after = [
        replace(promotion, priority=9, best_of="", combination=Combination.COMBINABLE, minimums=())
        for promotion in request.promotions
        if all(isinstance(benefit, PercentOff) and _is_plain(benefit) for benefit in promotion.benefits)
    ]

    def goods(percent: Decimal) -> int:
        offer = Promotion(
            promotion_id="more",
            name="more",
            benefits=(PercentOff(percent=percent, per=per),),
            priority=0,
        )
        totals = priced(replace(request, promotions=(offer, *after))).totals
        return totals.items.minor - totals.discounts.minor

    low, high = sorted((one, other))
    # Cents shared out again may move between lines, a cent for each offer that shares out.
    assert goods(high) <= goods(low) + sum(len(promotion.benefits) for promotion in after)


def _is_plain(benefit: PercentOff) -> bool:
    return not benefit.on.only_undiscounted and benefit.max_units is None


@given(requests(DEFAULTS), st.integers(0, 100_00), st.integers(0, 100_00))
def test_a_larger_amount_off_never_costs_more(request: PricingRequest, one: int, other: int) -> None:
    """To the cent, taxes and all, where each line has one rate or none."""
    plain = replace(request, tax_rates=request.tax_rates[:1], promotions=())

    def total(minor: int) -> int:
        benefit = AmountOff(amount=Money(minor, "USD"), per=Per.LINE)
        offer = Promotion(promotion_id="more", name="more", benefits=(benefit,))
        return priced(replace(plain, promotions=(offer,))).totals.total.minor

    low, high = sorted((one, other))
    assert total(high) <= total(low)


@given(requests())
def test_money_is_never_made_cheaper(request: PricingRequest) -> None:
    for line, one in zip(request.lines, priced(request).lines, strict=True):
        assert line.is_discountable or not one.discounts


@given(requests(), requests())
def test_the_same_question_has_the_same_answer(request: PricingRequest, between: PricingRequest) -> None:
    first = priced(request)
    priced(between)

    assert priced(request) == first


@given(requests(DEFAULTS), some_money)
def test_prorating_an_order_discount_loses_no_cent(request: PricingRequest, amount: Money) -> None:
    offer = Promotion(promotion_id="off", name="off", benefits=(AmountOff(amount=amount),))

    result = priced(replace(request, promotions=(offer,)))

    discountable = {line.line_id for line in request.lines if line.is_discountable}
    there_is = Money.total((one.gross for one in result.lines if one.line_id in discountable), "USD")
    assert result.totals.discounts == min(amount, there_is)
