"""The checkout's actions that count, sell and give: uses, certificates bought and used, coupons earned."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import RowMapping, update

from backoffice.domain.cart import Cart
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.pricing import Limits, Minimum, PricingRules
from backoffice.domain.statuses import CheckoutState
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.limited_uses import count_back, count_uses
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.people import customers
from backoffice.store.tables.pricing import (
    coupons,
    gift_certificates,
    order_uses,
    use_counts,
)
from tests.services.desk import DECLINED, ON_ACCOUNT, ORLANDO, Desk
from tests.services.selling import coupon, offer, reward
from tests.services.test_rollback import Stumbling
from tests.services.world import AGENT

HELMET = "HL-U509-R"


async def with_coupons(desk: Desk, *codes: str, pay: PaymentPlan = ON_ACCOUNT) -> Cart:
    cart = await desk.built(f"1*{HELMET}", pay=pay)
    cart = await desk.office.carts.set_coupons(AGENT, cart.cart_id, codes, version=cart.version)
    return await desk.prepare(cart)


def counts(desk: Desk) -> dict[tuple[str, str], int]:
    """Uses by key and customer; checked against the orders that use them."""
    found = {(row["key"], row["customer_id"]): row["uses"] for row in desk.rows(use_counts)}
    failed = {row["order_id"] for row in desk.rows(orders, status="FAILED")}
    used: Counter[tuple[str, str]] = Counter()
    for row in desk.rows(order_uses):
        assert row["order_id"] not in failed
        used[row["key"], ""] += 1
        used[row["key"], row["customer_id"]] += 1
    assert used == Counter(found)
    return {key: uses for key, uses in found.items() if uses}


def earned(desk: Desk) -> list[RowMapping]:
    return [row for row in desk.rows(coupons) if row["earned_by_order"]]


def bought(desk: Desk) -> list[RowMapping]:
    return [row for row in desk.rows(gift_certificates) if row["bought_in"]]


def failing_after(desk: Desk, name: str) -> None:
    """Let the checkout fail right after this action."""
    planned = RuntimeError("planned")
    actions = tuple(
        Stumbling(action, planned, after=True) if action.name == name else action
        for action in PIPELINE.reversible
    )
    desk.use_actions(replace(PIPELINE, reversible=actions))


@pytest.fixture
def autumn(desk: Desk) -> Desk:
    """A coupon good three times, twice for one customer, on an offer that is itself limited to ten."""
    offer(desk, "autumn", needs_coupon=True, limits=Limits(max_uses=10))
    coupon(desk, "AUTUMN", "autumn", max_uses=3, max_uses_per_customer=2)
    return desk


# Uses.


async def test_an_order_counts_what_it_uses(autumn: Desk) -> None:
    result = await autumn.submit(await with_coupons(autumn, "autumn"))

    assert result.state is CheckoutState.COMPLETED
    assert counts(autumn) == {
        ("AUTUMN", ""): 1,
        ("AUTUMN", ORLANDO): 1,
        ("autumn", ""): 1,
        ("autumn", ORLANDO): 1,
    }


async def test_an_offer_without_limits_is_not_counted(desk: Desk) -> None:
    offer(desk, "always")

    await desk.ordered(f"1*{HELMET}")

    assert counts(desk) == {}


async def test_a_customer_has_used_it_up_and_others_have_not(autumn: Desk) -> None:
    third = [await with_coupons(autumn, "AUTUMN") for _ in range(3)][2]
    for _ in range(2):
        await autumn.submit(await with_coupons(autumn, "AUTUMN"))

    result = await autumn.submit(third)

    assert result.state is CheckoutState.ROLLED_BACK
    assert result.sentence == "This customer has used the coupon AUTUMN as often as they may."
    assert counts(autumn)["AUTUMN", ""] == 2
    again = await autumn.prepare(await autumn.office.carts.get(AGENT, third.cart_id))
    assert again.prepared is not None
    assert again.prepared.offers == ()
    assert any("does not apply any more: AUTUMN has been used" in said for said in again.prepared.changes)


async def test_what_was_used_up_meanwhile_is_refused_and_the_cart_can_go_on(desk: Desk) -> None:
    offer(desk, "first", limits=Limits(max_uses=1))
    late = await desk.cart(f"1*{HELMET}")
    await desk.ordered(f"1*{HELMET}")

    result = await desk.submit(late)

    assert result.state is CheckoutState.ROLLED_BACK
    assert result.sentence == "The offer “first” was used up by other orders meanwhile."
    assert "Prepare again" in result.advice
    again = await desk.submit(await desk.prepare(await desk.office.carts.get(AGENT, late.cart_id)))
    assert again.state is CheckoutState.COMPLETED
    assert counts(desk) == {("first", ""): 1, ("first", ORLANDO): 1}


async def test_a_coupon_taken_back_meanwhile_is_refused(autumn: Desk) -> None:
    cart = await with_coupons(autumn, "AUTUMN")
    autumn.do(lambda connection: connection.execute(update(coupons).values(active=False)))

    result = await autumn.submit(cart)

    assert result.sentence == "The coupon AUTUMN is not accepted any more."


async def test_a_limit_of_nothing_is_a_limit(desk: Desk) -> None:
    offer(desk, "none", needs_coupon=True)
    coupon(desk, "NEVER", "none")
    cart = await with_coupons(desk, "NEVER")
    desk.do(lambda connection: connection.execute(update(coupons).values(max_uses=0)))

    assert (await desk.submit(cart)).state is CheckoutState.ROLLED_BACK
    assert counts(desk) == {}


async def test_a_checkout_that_fails_counts_back_exactly_once(autumn: Desk) -> None:
    failing_after(autumn, "initiateFulfilment")

    result = await autumn.submit(await with_coupons(autumn, "AUTUMN"))

    assert result.state is CheckoutState.ROLLED_BACK
    assert counts(autumn) == {}
    [failed] = autumn.rows(orders, status="FAILED")
    autumn.do(lambda connection: count_back(connection, failed["order_id"]))
    assert counts(autumn) == {}


async def test_a_declined_card_leaves_no_use_behind(autumn: Desk) -> None:
    result = await autumn.submit(await with_coupons(autumn, "AUTUMN", pay=DECLINED))

    assert result.state is CheckoutState.ROLLED_BACK
    assert counts(autumn) == {}


async def test_somebody_unknown_is_only_counted_in_all(desk: Desk) -> None:
    offer(desk, "first", limits=Limits(max_uses=9))
    cart = await desk.cart(f"1*{HELMET}")
    await desk.submit(cart)
    [order_id] = [row["order_id"] for row in desk.rows(orders)]
    offers = cart.prepared.offers if cart.prepared else ()
    desk.do(lambda connection: count_back(connection, order_id))

    desk.do(lambda connection: count_uses(connection, order_id, "", offers, desk.clock.now))
    assert [row["uses"] for row in desk.rows(use_counts, customer_id="")] == [1]
    desk.do(lambda connection: count_back(connection, order_id))
    assert counts(desk) == {}


# Coupons earned.


async def test_an_order_above_the_amount_earns_a_coupon_for_the_e_mail_address(desk: Desk) -> None:
    offer(desk, "thanks", needs_coupon=True)
    reward(desk, "over-30", "thanks", "30", good_for_days=90)

    await desk.ordered(f"1*{HELMET}")

    [won] = earned(desk)
    email = str(desk.row(customers, customer_id=ORLANDO)["email"]).casefold()
    assert (won["email"], won["max_uses"]) == (email, 1)
    assert won["ends_at"] == desk.clock.now + timedelta(days=90)
    cart = await with_coupons(desk, won["code"])
    assert cart.prepared is not None
    assert [used.coupon_code for used in cart.prepared.offers] == [won["code"]]
    assert (await desk.submit(cart)).state is CheckoutState.COMPLETED
    again = await with_coupons(desk, won["code"])
    assert again.prepared is not None
    assert again.prepared.refused_coupons[0].endswith("has been used once; it may be used once.")


async def test_a_customer_without_an_e_mail_address_earns_it_in_person(desk: Desk) -> None:
    desk.do(lambda connection: connection.execute(update(customers).values(email="")))
    reward(desk, "over-30", "thanks", "30")

    await desk.ordered(f"1*{HELMET}")

    [won] = earned(desk)
    assert (won["customer_id"], won["email"], won["ends_at"]) == (ORLANDO, "", None)


@pytest.mark.parametrize(
    "said",
    [
        {"minimum": "35"},
        {"currency": "EUR"},
        {"active": False},
        {"starts_at": "later"},
        {"ends_at": "now"},
    ],
)
async def test_an_order_that_does_not_reach_a_reward_earns_nothing(
    desk: Desk, said: dict[str, object]
) -> None:
    times = {"later": desk.clock.now + timedelta(days=1), "now": desk.clock.now}
    changed = {name: times.get(str(to), to) for name, to in said.items()}
    reward(desk, "over-30", "thanks", str(changed.pop("minimum", "30")), **changed)

    await desk.ordered(f"1*{HELMET}")

    assert earned(desk) == []


async def test_where_a_threshold_must_be_passed_reaching_it_earns_nothing(desk: Desk) -> None:
    reward(desk, "reached", "thanks", "34.99")
    desk.use(desk.system(), pricing=PricingRules(threshold_met_when_reached=False))
    await desk.ordered(f"1*{HELMET}")
    assert earned(desk) == []

    desk.use(desk.system(), pricing=PricingRules())
    await desk.ordered(f"1*{HELMET}")
    assert len(earned(desk)) == 1


async def test_offers_lower_what_an_order_is_worth(desk: Desk) -> None:
    offer(desk, "ten", minimums=(Minimum(),))
    reward(desk, "over-34", "thanks", "34")

    await desk.ordered(f"1*{HELMET}")

    assert earned(desk) == []


async def test_what_a_failed_checkout_earned_is_gone(desk: Desk) -> None:
    reward(desk, "over-30", "thanks", "30")
    failing_after(desk, "initiateFulfilment")

    await desk.ordered(f"1*{HELMET}")

    assert earned(desk) == []
    assert desk.rows(orders, status="FAILED") != []
