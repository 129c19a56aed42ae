"""The bank says no, nothing, or says it late: charged at most once, never called failed while unknown."""

import pytest

from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CartStatus, CheckoutState, OrderStatus, PaymentStatus, TransferStatus
from tests.journeys.centre import CARD, ON_ACCOUNT, CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_declined_card_leaves_a_cart_that_can_be_paid_otherwise(centre: CallCentre) -> None:
    await centre.world.set_fault("payments_decline", True)
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    declined = await centre.submit(cart)
    assert declined.state is CheckoutState.ROLLED_BACK
    assert declined.sentence == "The card was declined: The bank declined: insufficient funds."
    assert declined.advice == "Nothing was charged. Choose another payment (F7) and submit again."
    failed = await centre.order(declined.order_number)
    assert (failed.status, failed.transfer_status) == (OrderStatus.FAILED, TransferStatus.NONE)
    assert [payment.status for payment in failed.payments] == [PaymentStatus.DECLINED]
    assert await _open_at_bank(centre, failed.number) == 0
    assert await centre.subjects(failed.number) == []

    cart = await centre.cart(cart.cart_id)
    assert cart.status is CartStatus.OPEN
    cart = await centre.office.carts.set_payments(
        centre.ann, cart.cart_id, (ON_ACCOUNT,), version=cart.version
    )
    result = await centre.submit(cart)
    assert result.state is CheckoutState.COMPLETED
    assert result.order_number != declined.order_number
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)
    assert await centre.at_dom(declined.order_number) == []


@pytest.mark.parametrize(
    "kind", ["drop_after", "silent_after", "error_after", "cut_body", "not_json", "wrong_types"]
)
async def test_bank_that_acted_and_was_not_understood_charged_once(centre: CallCentre, kind: str) -> None:
    await centre.fault("payments", kind=kind, operation="authorise")
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    result = await centre.submit(cart)
    if result.state is not CheckoutState.COMPLETED:
        assert result.state is CheckoutState.CHECKING
        result = await centre.known(cart)
    assert result.state is CheckoutState.COMPLETED, result
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "silent_before"},
        {"kind": "drop_before"},
        {"kind": "late", "seconds": 3.0},
        {"kind": "pending", "seconds": 1.0},
    ],
    ids=lambda fault: str(fault["kind"]),
)
async def test_unanswered_payment_is_not_known_yet_and_then_known(
    centre: CallCentre, fault: dict[str, object]
) -> None:
    await centre.fault("payments", operation="authorise", **fault)
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    waiting = await centre.submit(cart)
    assert waiting.state is CheckoutState.CHECKING
    assert waiting.sentence
    assert "fail" not in waiting.sentence.lower()
    again = await centre.submit(cart)  # pressed once more: the same attempt
    assert again.order_number == waiting.order_number
    assert (await centre.cart(cart.cart_id)).status is CartStatus.IN_CHECKOUT
    result = await centre.known(cart)
    assert result.state is CheckoutState.COMPLETED, result
    assert result.order_number == waiting.order_number
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


async def test_bank_that_declines_late_leaves_nothing_behind(centre: CallCentre) -> None:
    await centre.fault("payments", kind="pending", operation="authorise", seconds=0.5, code="do_not_honour")
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    assert (await centre.submit(cart)).state is CheckoutState.CHECKING
    result = await centre.known(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "declined" in result.sentence
    assert (await centre.cart(cart.cart_id)).status is CartStatus.OPEN
    assert await _open_at_bank(centre, result.order_number) == 0


async def test_bank_that_can_not_be_reached_is_said_so_and_the_order_goes_on_account(
    centre: CallCentre,
) -> None:
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    async with centre.outage("payments"):
        result = await centre.submit(cart)
        assert result.state is CheckoutState.ROLLED_BACK
        assert result.sentence == "The bank can not be reached, so nothing was charged."
        cart = await centre.cart(cart.cart_id)
        cart = await centre.office.carts.set_payments(
            centre.ann, cart.cart_id, (ON_ACCOUNT,), version=cart.version
        )
        result = await centre.submit(cart)
        assert result.state is CheckoutState.COMPLETED
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


async def test_second_of_two_cards_declined_lets_the_first_go(centre: CallCentre) -> None:
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    assert cart.prepared is not None
    half = cart.prepared.totals.total.times(1)
    first = PaymentPlan(
        method=CARD.method, reference=CARD.reference, label=CARD.label, amount=type(half)(500, half.currency)
    )
    second = PaymentPlan(method=CARD.method, reference="card_insufficient_funds", label="Visa ending 9995")
    cart = await centre.office.carts.set_payments(
        centre.ann, cart.cart_id, (first, second), version=cart.version
    )
    result = await centre.submit(cart)
    assert result.state is CheckoutState.ROLLED_BACK
    assert "insufficient funds" in result.sentence

    async def still_open() -> bool:
        return await _open_at_bank(centre, result.order_number) == 0

    await until(still_open)
    order = await until(
        lambda: centre.order(result.order_number),
        lambda order: PaymentStatus.VOIDING not in {payment.status for payment in order.payments},
    )
    assert {payment.status for payment in order.payments} == {PaymentStatus.VOIDED, PaymentStatus.DECLINED}


async def _open_at_bank(centre: CallCentre, number: str) -> int:
    """What the bank still holds for an order, in minor units."""
    held = [row for row in await centre.at_bank(number) if row["status"] in {"authorised", "pending"}]
    return sum(row["authorised"] for row in held)
