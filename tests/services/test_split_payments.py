"""Split payments: gift certificates, cards and the account, each on its own; together they are the order's total."""

import asyncio

import pytest
from sqlalchemy import select

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.statuses import CheckoutState
from backoffice.services.payments.parts import split, waits_for_customer
from backoffice.store.tables.ordering import orders, payments
from backoffice.store.tables.pricing import gift_certificates
from tests.services.desk import CARD, DECLINED, ON_ACCOUNT, Desk
from tests.services.parcels import line_total, tell
from tests.services.selling import certificate
from tests.services.test_money_moves import BIKE, HELMET, broken, card, figures
from tests.services.world import AGENT

TEN = Money(1000, "USD")


def balance(desk: Desk, code: str) -> int:
    query = select(gift_certificates.c.balance).where(gift_certificates.c.code == code)
    left: int = desk.office.store.read_here(lambda connection: connection.execute(query).scalar_one())
    return left


async def with_certificates(
    desk: Desk, *codes: str, pay: PaymentPlan | tuple[PaymentPlan, ...] = CARD
) -> Cart:
    cart = await desk.built(f"3*{HELMET}", f"1*{BIKE}", pay=pay)
    cart = await desk.office.carts.set_gift_certificates(AGENT, cart.cart_id, codes, version=cart.version)
    return await desk.prepare(cart)


async def test_certificates_pay_first_and_a_card_the_rest(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    certificate(desk, "OTHER", 5)
    result = await desk.submit(await with_certificates(desk, "SMALL", "OTHER"))
    assert result.state is CheckoutState.COMPLETED
    total = desk.order(result.order_number)["total"]
    rows = sorted(desk.rows(payments), key=lambda row: str(row["reference"]))
    assert [(row["method"], row["amount"], row["status"]) for row in rows] == [
        ("gift_certificate", 1000, "authorised"),
        ("gift_certificate", 500, "authorised"),
        ("card", total - 1500, "authorised"),
    ]
    assert (balance(desk, "SMALL"), balance(desk, "OTHER")) == (0, 0)
    desk.assert_totals_add_up(result.order_number)


async def test_a_certificate_that_pays_all_needs_no_other_payment(desk: Desk) -> None:
    certificate(desk, "LARGE", 5000)
    result = await desk.submit(await with_certificates(desk, "LARGE", pay=()))
    assert result.state is CheckoutState.COMPLETED
    assert [row["method"] for row in desk.rows(payments)] == ["gift_certificate"]
    assert desk.gateway.calls == []
    assert balance(desk, "LARGE") == 500_000 - desk.order(result.order_number)["total"]


async def test_a_declined_card_gives_the_certificate_its_money_back(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    cart = await with_certificates(desk, "SMALL", pay=(card(1000), DECLINED))
    assert (await desk.submit(cart)).state is CheckoutState.ROLLED_BACK
    await desk.run_jobs()
    assert balance(desk, "SMALL") == 1000
    assert sorted(status for status, *_ in figures(desk)) == ["declined", "voided", "voided"]
    assert desk.gateway.held() == 0
    assert broken(desk) == []
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, (CARD,), version=cart.version)
    assert (await desk.submit(await desk.prepare(cart))).state is CheckoutState.COMPLETED
    assert balance(desk, "SMALL") == 0


async def test_two_orders_at_once_can_not_spend_one_certificate_twice(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    carts = [await with_certificates(desk, "SMALL", pay=ON_ACCOUNT) for _ in range(2)]
    results = await asyncio.gather(*(desk.submit(cart) for cart in carts))
    assert {result.state for result in results} == {CheckoutState.COMPLETED, CheckoutState.ROLLED_BACK}
    assert balance(desk, "SMALL") == 0
    assert [row["status"] for row in desk.rows(orders)].count("C") == 1


async def test_certificates_are_taken_before_cards_and_given_back_last(desk: Desk) -> None:
    certificate(desk, "SMALL", 10)
    number = (await desk.submit(await with_certificates(desk, "SMALL"))).order_number
    await desk.run_jobs()
    total, helmets = desk.order(number)["total"], line_total(desk, number, HELMET)
    await tell(desk, number, 1, shipped={HELMET: 3}, parcel={HELMET: 3})
    await desk.run_jobs()
    assert figures(desk) == [("captured", 1000, 1000, 0), ("authorised", total - 1000, helmets - 1000, 0)]
    await tell(desk, number, 2, status="S", shipped={HELMET: 3, BIKE: 1}, parcel={BIKE: 1})
    await desk.run_jobs()
    await tell(desk, number, 3, status="S", shipped={HELMET: 3}, cancelled={BIKE: 1})
    await desk.run_jobs()
    bike = line_total(desk, number, BIKE)
    assert [refunded for _, _, _, refunded in figures(desk)] == [0, bike]
    assert broken(desk) == []


async def test_an_order_cancelled_gives_certificates_back_before_and_after_they_were_taken(
    desk: Desk,
) -> None:
    certificate(desk, "SMALL", 10)
    desk.change_product(HELMET, is_physical=False)
    number = (await desk.submit(await with_certificates(desk, "SMALL", pay=ON_ACCOUNT))).order_number
    await desk.run_jobs()
    assert figures(desk)[0] == ("captured", 1000, 1000, 0)
    await tell(desk, number, 1, status="X", cancelled={HELMET: 3, BIKE: 1})
    assert balance(desk, "SMALL") == 1000
    assert broken(desk) == []


@pytest.mark.parametrize(
    "plans, words",
    [
        ((), "How is it paid?"),
        ((card(999),), "do not add up to 10.00 USD"),
        ((card(1001),), "do not add up"),
        ((card(2000), ON_ACCOUNT), "do not add up"),
        ((CARD, ON_ACCOUNT), "do not add up"),
        (
            (PaymentPlan(method=CARD.method, reference="c", label="c", amount=Money(1000, "EUR")),),
            "paid in USD",
        ),
    ],
)
def test_parts_that_are_not_the_whole_are_refused(plans: tuple[PaymentPlan, ...], words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        split(plans, TEN)
    assert refused.value.field == "payment"


def test_a_part_of_nothing_is_no_payment() -> None:
    link = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Link")
    assert split((card(1000), link), TEN) == [(card(1000), TEN)]
    assert split((), Money(0, "USD")) == []


async def test_a_link_with_nothing_left_to_pay_is_not_waited_for(desk: Desk) -> None:
    link = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Link")
    cart = await desk.cart(pay=link)
    assert waits_for_customer(cart)
    assert cart.prepared is not None
    paid = card(cart.prepared.totals.total.minor)
    cart = await desk.office.carts.set_payments(AGENT, cart.cart_id, (paid, link), version=cart.version)
    result = await desk.submit(cart)
    assert (result.state, result.link) == (CheckoutState.COMPLETED, None)
    assert desk.order(result.order_number)["status"] == "C"
