"""Gift certificates in orders: what they pay, and those that are bought."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.statuses import CheckoutState, OrderStatus
from backoffice.services.checkout.actions.create_gift_certificates import RECIPIENT
from backoffice.services.order_rows import add_status
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_lines, orders, payments
from backoffice.store.tables.people import customers
from backoffice.store.tables.pricing import (
    certificate_moves,
    gift_certificates,
)
from tests.services.desk import DECLINED, Desk
from tests.services.selling import certificate, reward, usd
from tests.services.test_selling_actions import HELMET, bought, earned, failing_after
from tests.services.world import AGENT

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
