"""Paying on account: nothing is asked of anybody, and the figures still have to fit."""

from datetime import timedelta

import pytest

from backoffice.domain.ids import utc_now
from backoffice.domain.money import Money
from backoffice.external.payments.on_account import OnAccountGateway
from backoffice.external.payments.port import PaymentGateway
from tests.contracts.payments import PRICE, code_of, request, value_of

GATEWAY: PaymentGateway = OnAccountGateway()


async def test_a_purchase_order_is_agreed_at_once_and_again() -> None:
    asked = request("PO 4711")
    first = await GATEWAY.authorise(asked, key="one")
    assert await GATEWAY.authorise(asked, key="one") == first
    assert (value_of(first).status, value_of(first).authorised) == ("authorised", 107_972)
    assert value_of(first).reference == asked.reference


async def test_a_purchase_order_needs_a_number_that_is_no_card() -> None:
    assert code_of(await GATEWAY.authorise(request(" "), key="one")) == "purchase_order_missing"
    assert code_of(await GATEWAY.authorise(request("4242424242424242"), key="one")) == "card_number"
    assert code_of(await GATEWAY.authorise(request("PO 1", amount=Money(0, "USD")), key="one")) == "invalid"


async def test_capture_void_and_refund_need_no_network() -> None:
    account = value_of(await GATEWAY.authorise(request("PO 4711"), key="one")).gateway_id
    assert value_of(await GATEWAY.capture(account, PRICE, key="two")).captured == 107_972
    assert (
        value_of(await GATEWAY.refund(account, Money(100, "USD"), key="three")).status == "partially_refunded"
    )
    assert value_of(await GATEWAY.refund(account, PRICE, key="four")).status == "refunded"
    voided = value_of(await GATEWAY.void(account, key="five"))
    assert (voided.status, voided.authorised) == ("voided", 0)


async def test_more_than_agreed_is_refused() -> None:
    account = value_of(await GATEWAY.authorise(request("PO 4711"), key="one")).gateway_id
    assert code_of(await GATEWAY.capture(account, Money(107_973, "USD"), key="two")) == "amount_too_large"
    assert code_of(await GATEWAY.refund(account, Money(1, "EUR"), key="three")) == "amount_too_large"


async def test_another_gateways_payment_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="no payment on account"):
        await GATEWAY.void("pay:USD:100:B1", key="one")


async def test_what_it_can_not_do_it_says() -> None:
    assert value_of(await GATEWAY.list_saved_cards("29485")) == ()
    assert code_of(await GATEWAY.find("B1000001-1")) == "not_supported"
    expires_at = utc_now() + timedelta(days=1)
    assert (
        code_of(await GATEWAY.create_link("B1", PRICE, expires_at=expires_at, key="one")) == "not_supported"
    )
    assert code_of(await GATEWAY.cancel_link("link", key="one")) == "not_supported"
