"""Figures in words: where each cent comes from, what a second Prepare changed, who pays what."""

from dataclasses import replace
from datetime import UTC

import pytest

from backoffice.domain.cart import Cart, CartShipment, CertificateUse, OfferUse
from backoffice.domain.inventory import LineResult
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from tests.ui.calls.sample import (
    BIKE,
    CAGE,
    CART,
    HARBOR,
    JERSEY,
    METHODS,
    NOW,
    SPRING,
    VOLUME,
    prepared,
    usd,
)
from ui.screens.calls.changes import changes, total_moved
from ui.screens.calls.split import split, with_plan, without_idle, without_plan
from ui.screens.calls.where_from import CERTIFICATES, ITEMS, OFFERS, SHIPPING, TAX, Cents, where_from
from ui.screens.calls.words import paid_words
from ui.text import Text

TEXT = Text("en_US", UTC, lambda: NOW)
WAYS = dict(METHODS)
NOTHING = usd("0")


def added_up(lines: tuple[Cents, ...]) -> Money:
    return Money.total((one.amount for one in lines if one.adds), "USD")


def two_shipments() -> Cart:
    second = CartShipment(shipment_id="2", ship_to=HARBOR, ship_method="OVERNIGHT")
    return prepared(replace(CART, more_shipments=(second,)), offers=(VOLUME, SPRING))


def test_the_lines_of_each_group_add_up_to_its_sum() -> None:
    cart = two_shipments()
    assert cart.prepared is not None
    groups, totals = where_from(cart, WAYS, TEXT), cart.prepared.totals
    assert added_up(groups[ITEMS]) == totals.items
    assert added_up(groups[OFFERS]) == -totals.discount
    assert added_up(groups[SHIPPING]) == totals.shipping
    assert added_up(groups[TAX]) == totals.tax


def test_each_part_is_named_as_people_call_it() -> None:
    groups = where_from(two_shipments(), WAYS, TEXT)
    assert groups[ITEMS][0].words == "12 × Short-Sleeve Classic Jersey, S"
    assert groups[ITEMS][0].tip.endswith("at $53.99, list price")
    assert [one.words for one in groups[OFFERS]] == [
        "Volume Discount 11 to 14",
        "10 % off accessories (coupon SPRING10)",
    ]
    assert [one.words for one in groups[SHIPPING]] == [
        "to Van Nuys, XRQ - TRUCK GROUND",
        "to Oakland, OVERNIGHT J-FAST",
    ]
    assert [one.words for one in groups[TAX]] == ["8.75\u00a0% California State Sales Tax"]


def test_tax_that_a_price_holds_is_told_and_not_added() -> None:
    cart = prepared(CART)
    assert cart.prepared is not None
    held = tuple(replace(tax, included=True) for tax in cart.prepared.taxes)
    groups = where_from(replace(cart, prepared=replace(cart.prepared, taxes=held)), WAYS, TEXT)
    assert "in the price already" in groups[TAX][0].words
    assert added_up(groups[TAX]) == NOTHING


def test_what_an_older_prepare_left_is_summed_by_rule() -> None:
    cart = prepared(CART)
    assert cart.prepared is not None
    old = replace(
        cart.prepared,
        offers=(),
        taxes=(),
        shipments=(),
        explanations=(
            replace(cart.prepared.explanations[0], kind="tax", rule="8 % State", amount=usd("1.00")),
            replace(cart.prepared.explanations[1], kind="tax", rule="8 % State", amount=usd("2.00")),
            replace(
                cart.prepared.explanations[2], kind="discount", rule="1.00 off: Spring", amount=usd("-1.00")
            ),
        ),
    )
    rules = tuple(replace(one, rule_id="") for one in old.explanations)
    groups = where_from(replace(cart, prepared=replace(old, explanations=rules)), WAYS, TEXT)
    assert [(one.words, one.amount) for one in groups[TAX]] == [("8 % State", usd("3.00"))]
    assert [one.words for one in groups[OFFERS]] == ["Spring"]


def test_certificates_say_what_they_pay_and_what_is_left_on_them() -> None:
    cart = prepared(CART)
    assert cart.prepared is not None
    use = CertificateUse(code="GC-77", amount=usd("50.00"), left=usd("12.50"))
    groups = where_from(replace(cart, prepared=replace(cart.prepared, certificates=(use,))), WAYS, TEXT)
    assert groups[CERTIFICATES] == (
        Cents(words="GC-77, $12.50 left on it", amount=usd("-50.00"), tip="GC-77, $12.50 left on it"),
    )


BEFORE = prepared(CART)
GONE = replace(VOLUME, coupon_code="SPRING10", promotion_id="p9")


@pytest.mark.parametrize(
    "before, after, said",
    [
        (BEFORE, BEFORE, []),
        (
            prepared(replace(CART, lines=(JERSEY, BIKE))),
            BEFORE,
            ["2 × Road Bottle Cage added", "Tax on these amounts"],
        ),
        (
            BEFORE,
            prepared(replace(CART, lines=(JERSEY, BIKE))),
            ["2 × Road Bottle Cage taken out", "Tax on these amounts"],
        ),
        (
            BEFORE,
            prepared(replace(CART, lines=(JERSEY, BIKE, replace(CAGE, quantity=5)))),
            ["Road Bottle Cage: 5 pieces, were 2", "Tax on these amounts"],
        ),
        (
            BEFORE,
            prepared(
                replace(CART, lines=(replace(JERSEY, quantity=10, unit_price=usd("49.90")), BIKE, CAGE))
            ),
            [
                "Short-Sleeve Classic Jersey, S: 10 pieces, were 12",
                "Short-Sleeve Classic Jersey, S costs $49.90 now, it was $53.99",
                "Tax on these amounts",
            ],
        ),
        (
            BEFORE,
            prepared(CART, offers=(VOLUME, SPRING)),
            ["10 % off accessories applies now"],
        ),
        (
            prepared(CART, offers=(GONE,)),
            prepared(CART, offers=(), refused=("SPRING10 ended on 2026-11-25.",)),
            ["SPRING10 ended on 2026-11-25."],
        ),
        (
            BEFORE,
            prepared(CART, offers=(replace(VOLUME, amount=usd("20.00")),)),
            ["Volume Discount 11 to 14 gives $20.00, it gave $12.96"],
        ),
        (
            BEFORE,
            prepared(replace(CART, ship_method="OVERNIGHT"), shipping="29.00"),
            ["Shipping by OVERNIGHT J-FAST, it was XRQ - TRUCK GROUND"],
        ),
        (BEFORE, prepared(replace(CART, ship_to=HARBOR), shipping="19.00"), ["Shipping to another address"]),
        (BEFORE, two_shipments(), ["10 % off accessories applies now", "Shipping in 2 parcels, it was 1"]),
    ],
)
def test_a_second_prepare_says_what_is_different_and_it_adds_up(
    before: Cart, after: Cart, said: list[str]
) -> None:
    found = changes(before, after, WAYS, TEXT)
    assert [one.words for one in found] == said
    assert before.prepared is not None
    assert after.prepared is not None
    moved = Money.total((one.by for one in found if one.by is not None), "USD")
    assert moved == after.prepared.totals.total - before.prepared.totals.total


def test_the_headline_names_both_totals_in_the_persons_own_way() -> None:
    after = prepared(CART, shipping="20.00")
    assert total_moved(BEFORE, after, TEXT) == "$1,538.47, was $1,535.75"
    assert total_moved(BEFORE, after, Text("de_DE", UTC)) == "1.538,47\u00a0$, was 1.535,75\u00a0$"
    assert total_moved(BEFORE, BEFORE, TEXT) == ""


def test_what_is_held_otherwise_is_said() -> None:
    after = prepared(CART)
    assert after.prepared is not None
    held = (
        replace(after.prepared.held[0], result=LineResult.BACKORDERED, available_from=NOW),
        replace(after.prepared.held[1], result=LineResult.UNALLOCATED),
        after.prepared.held[2],
    )
    after = replace(after, prepared=replace(after.prepared, held=held))
    assert [one.words for one in changes(BEFORE, after, WAYS, TEXT)] == [
        "Short-Sleeve Classic Jersey, S is held for Nov 25, 2026 only",
        "Touring-3000 Blue, 54 is not held any more",
    ]


def test_a_certificate_that_pays_otherwise_is_said() -> None:
    assert BEFORE.prepared is not None
    use = CertificateUse(code="GC-77", amount=usd("50.00"), left=NOTHING)
    after = replace(BEFORE, prepared=replace(BEFORE.prepared, certificates=(use,)))
    assert [one.words for one in changes(BEFORE, after, WAYS, TEXT)] == ["GC-77 pays $50.00"]
    assert [one.words for one in changes(after, BEFORE, WAYS, TEXT)] == ["GC-77 pays nothing any more"]


def plan(reference: str, amount: str = "", method: PaymentMethod = PaymentMethod.CARD) -> PaymentPlan:
    return PaymentPlan(
        method=method, reference=reference, label=reference, amount=usd(amount) if amount else None
    )


@pytest.mark.parametrize(
    "plans, to_pay, amounts, missing, over",
    [
        ((), "100.00", [], None, None),
        ((plan("a"),), None, [None], None, None),
        ((plan("a"),), "100.00", ["100.00"], None, None),
        ((plan("a", "30.00"),), "100.00", ["30.00"], "70.00", None),
        ((plan("a", "30.00"), plan("b")), "100.00", ["30.00", "70.00"], None, None),
        ((plan("a", "30.00"), plan("b", "70.00")), "100.00", ["30.00", "70.00"], None, None),
        ((plan("a", "130.00"),), "100.00", ["130.00"], None, "30.00"),
        ((plan("a", "60.00"), plan("b", "60.00")), "100.00", ["60.00", "60.00"], None, "20.00"),
        ((plan("a", "30.00"), plan("b", "20.00")), "100.00", ["30.00", "20.00"], "50.00", None),
    ],
)
def test_ways_to_pay_add_up_and_the_rest_is_filled_in(
    plans: tuple[PaymentPlan, ...],
    to_pay: str | None,
    amounts: list[str | None],
    missing: str | None,
    over: str | None,
) -> None:
    found = split(plans, usd(to_pay) if to_pay else None)
    assert [share.amount for share in found.shares] == [usd(one) if one else None for one in amounts]
    assert found.missing == (usd(missing) if missing else None)
    assert found.over == (usd(over) if over else None)
    assert found.is_whole is (missing is None and over is None and bool(plans))


def test_nothing_is_called_paid_before_it_is() -> None:
    card = split((plan("visa"),), usd("9.00"))
    with_link = split((plan("visa", "4.00"), plan("", method=PaymentMethod.LINK)), usd("9.00"))

    assert paid_words(card, TEXT, submitted=False) == "To be paid visa"
    assert paid_words(card, TEXT, submitted=True) == "Paid visa"
    assert paid_words(with_link, TEXT, submitted=True).startswith("To be paid visa $4.00")


def test_nothing_left_to_pay_needs_no_way_to_pay_it() -> None:
    assert split((), NOTHING).is_whole


def test_a_way_that_would_pay_nothing_is_left_out() -> None:
    ways = (plan("a", "100.00"), plan("b"))
    assert without_idle(ways, usd("100.00")) == ways[:1]
    assert without_idle(ways, usd("100.01")) == ways
    assert without_idle(ways, usd("99.00")) == ways
    assert without_idle(ways, None) == ways


def test_a_new_way_takes_the_place_of_the_same_one_and_of_the_one_that_took_the_rest() -> None:
    account, visa = plan("PO 1", method=PaymentMethod.ON_ACCOUNT), plan("visa")
    assert with_plan((account,), visa) == (visa,)
    part = plan("PO 1", "5.00", PaymentMethod.ON_ACCOUNT)
    assert with_plan((visa,), part) == (part, visa)
    assert with_plan((part, visa), plan("PO 1", "6.00", PaymentMethod.ON_ACCOUNT)) == (
        plan("PO 1", "6.00", PaymentMethod.ON_ACCOUNT),
        visa,
    )
    assert without_plan((part, visa), 0) == (visa,)


def test_an_offer_by_coupon_is_told_from_one_without() -> None:
    offer = OfferUse(promotion_id="p", name="Spring", coupon_code="", amount=usd("1.00"))
    cart = prepared(CART, offers=(offer, replace(offer, coupon_code="X")))
    assert [one.words for one in where_from(cart, WAYS, TEXT)[OFFERS]] == ["Spring", "Spring (coupon X)"]
