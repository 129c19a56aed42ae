"""The checkout's actions that count, sell and give: uses, certificates bought and used, coupons earned."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, RowMapping, update

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.pricing import Limits, Minimum, PricingRules
from backoffice.domain.statuses import CheckoutState, OrderStatus
from backoffice.services.checkout.actions.create_gift_certificates import RECIPIENT
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.limited_uses import count_back, count_uses
from backoffice.services.order_rows import add_status
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_lines, orders, payments
from backoffice.store.tables.people import customers
from backoffice.store.tables.pricing import (
    certificate_moves,
    coupons,
    gift_certificates,
    order_uses,
    use_counts,
)
from tests.services.desk import DECLINED, ON_ACCOUNT, ORLANDO, Desk
from tests.services.selling import certificate, coupon, offer, reward, usd
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


# Gift certificates used.


async def paid_with(desk: Desk, code: str) -> Cart:
    cart = await desk.cart(f"1*{HELMET}")
    return await desk.office.carts.set_gift_certificates(AGENT, cart.cart_id, (code,), version=cart.version)


async def test_a_balance_that_fell_meanwhile_is_told_before_anything_begins(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    cart = await paid_with(desk, "SMALL")
    small = update(gift_certificates).where(gift_certificates.c.code == "SMALL")
    desk.do(lambda connection: connection.execute(small.values(balance=900)))

    result = await desk.submit(cart)

    assert desk.rows(orders) == []
    assert (
        result.sentence == "Only 9.00 USD is left on the gift certificate SMALL; the order needs 10.00 USD."
    )


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"status": "cancelled"}, "The gift certificate SMALL was cancelled."),
        ({"code": "OTHER"}, "There is no gift certificate SMALL."),
    ],
)
async def test_a_certificate_that_went_meanwhile_is_told(
    desk: Desk, changed: dict[str, object], said: str
) -> None:
    certificate(desk, "SMALL", 10)
    cart = await paid_with(desk, "SMALL")
    desk.do(lambda connection: connection.execute(certificate_moves.delete()))
    small = update(gift_certificates).where(gift_certificates.c.code == "SMALL")
    desk.do(lambda connection: connection.execute(small.values(changed)))

    assert (await desk.submit(cart)).sentence == said


async def test_a_certificate_pays_its_part_and_the_account_the_rest(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    cart = await paid_with(desk, "SMALL")

    result = await desk.submit(cart)

    assert result.state is CheckoutState.COMPLETED
    desk.assert_totals_add_up(result.order_number)
    paid = {row["method"]: row["amount"] for row in desk.rows(payments)}
    assert paid["gift_certificate"] == 1000
    assert desk.row(gift_certificates, code="SMALL")["balance"] == 0
    assert [row["kind"] for row in desk.rows(certificate_moves, code="SMALL")][:1] == ["held"]


async def test_a_certificate_alone_pays_a_small_order(desk: Desk) -> None:
    certificate(desk, "LARGE", 500)
    cart = await paid_with(desk, "LARGE")
    assert cart.prepared is not None
    assert cart.prepared.to_pay == usd(0)

    result = await desk.submit(cart)

    assert result.state is CheckoutState.COMPLETED
    assert [row["method"] for row in desk.rows(payments)] == ["gift_certificate"]
    left = desk.row(gift_certificates, code="LARGE")["balance"]
    assert left == usd(500).minor - cart.prepared.totals.total.minor


async def test_a_declined_card_gives_the_certificate_its_money_back(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    cart = await desk.cart(f"1*{HELMET}", pay=DECLINED)
    cart = await desk.office.carts.set_gift_certificates(
        AGENT, cart.cart_id, ("SMALL",), version=cart.version
    )

    result = await desk.submit(cart)
    await desk.run_jobs(within=timedelta(minutes=1))

    assert result.state is CheckoutState.ROLLED_BACK
    assert desk.row(gift_certificates, code="SMALL")["balance"] == 1000
    assert sum(move["change"] for move in desk.rows(certificate_moves, code="SMALL")) == 1000


# Gift certificates bought.


async def test_certificates_bought_are_usable_once_the_order_is_paid(desk: Desk) -> None:
    desk.use(desk.system(), certificate_validity=timedelta(days=365))
    cart = await desk.built("2*GIFT-50", f"1*{HELMET}")
    desk.change_cart(cart.cart_id, data=[[RECIPIENT, "dad@example.com"]])

    result = await desk.submit(await desk.prepare(await desk.office.carts.get(AGENT, cart.cart_id)))

    assert result.state is CheckoutState.COMPLETED
    rows = bought(desk)
    assert [(row["amount"], row["balance"], row["status"], row["recipient"]) for row in rows] == [
        (5000, 5000, "active", "dad@example.com")
    ] * 2
    assert {row["expires_at"] for row in rows} == {desk.clock.now + timedelta(days=365)}
    assert len({row["bought_as"] for row in rows}) == 2
    assert [row["tax"] for row in desk.rows(order_lines, sku="GIFT-50")] == [0]
    buyer = await paid_with(desk, rows[0]["code"])
    assert buyer.prepared is not None
    assert buyer.prepared.certificates != ()


async def test_an_order_that_waits_for_its_payment_brings_nothing_that_can_be_used(desk: Desk) -> None:
    """Until the customer has paid by the link; whatever cancels the order takes the certificate and the coupon back."""
    reward(desk, "over-30", "thank-you-50", "30")
    link = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Link")

    result = await desk.ordered("1*GIFT-50", pay=link)

    [row] = bought(desk)
    assert (desk.order(result.order_number)["status"], row["status"]) == ("M", "inactive")
    order_id = desk.order(result.order_number)["order_id"]

    def follow(connection: Connection, status: OrderStatus) -> None:
        add_status(connection, order_id, status, at=desk.clock.now, actor="dom", reason="")

    desk.do(lambda connection: follow(connection, OrderStatus.AUTHORISED))
    assert [row["status"] for row in bought(desk)] == ["active"]
    desk.do(lambda connection: follow(connection, OrderStatus.CANCELLED))
    assert [row["status"] for row in bought(desk)] == ["cancelled"]
    assert [row["active"] for row in earned(desk)] == [False]


async def test_an_order_of_certificates_goes_to_the_dom_like_any_other(desk: Desk) -> None:
    result = await desk.ordered("1*GIFT-50", f"1*{HELMET}")

    await desk.run_jobs(within=timedelta(minutes=1))

    assert desk.transfer(result.order_number)["status"] == "transferred"
    desk.assert_totals_add_up(result.order_number)


@pytest.mark.parametrize(
    "language, certificate, earned_by_it",
    [
        ("en", "Gift certificate of $50.00: ", "A coupon for a later order: "),
        (
            "de",
            "Geschenkgutschein über 50,00\N{NO-BREAK SPACE}$: ",
            "Ein Rabattcode für eine spätere Bestellung: ",
        ),
    ],
)
async def test_the_confirmation_brings_the_codes(
    desk: Desk, language: str, certificate: str, earned_by_it: str
) -> None:
    reward(desk, "over-30", "thank-you-50", "30", good_for_days=10)
    desk.do(lambda connection: connection.execute(update(customers).values(language=language)))
    await desk.ordered("1*GIFT-50", f"1*{HELMET}")

    await desk.run_jobs(within=timedelta(minutes=1))

    [mail] = [row for row in desk.rows(mails) if row["occasion"] == "confirmation"]
    said = mail["body"].splitlines()
    [row], [won] = bought(desk), earned(desk)
    assert f"{certificate}{row['code']}" in said
    [coupon_line] = [line for line in said if line.startswith(earned_by_it)]
    assert won["code"] in coupon_line
    assert "2026" in coupon_line


async def test_the_confirmation_of_other_orders_brings_none(desk: Desk) -> None:
    await desk.ordered(f"1*{HELMET}")

    await desk.run_jobs(within=timedelta(minutes=1))

    [mail] = [row for row in desk.rows(mails) if row["occasion"] == "confirmation"]
    assert "$" not in mail["body"].replace("$3", "").split("Items:")[0]
    assert "ertificate" not in mail["body"]


async def test_certificates_of_an_order_that_failed_are_cancelled(desk: Desk) -> None:
    failing_after(desk, "updateOrder")

    result = await desk.submit(await desk.cart("1*GIFT-50"))

    assert result.state is CheckoutState.ROLLED_BACK
    [row] = bought(desk)
    assert (row["status"], row["balance"]) == ("cancelled", 0)
    assert sum(move["change"] for move in desk.rows(certificate_moves, code=row["code"])) == 0
    with pytest.raises(Refusal, match="was cancelled"):
        await paid_with(desk, row["code"])


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
