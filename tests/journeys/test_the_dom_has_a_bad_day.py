"""The DOM down, slow, refusing, talking nonsense, or silent after it acted: what is said, and what becomes of it."""

import time

import pytest

from backoffice.domain.errors import Conflict
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.ids import Sku
from backoffice.domain.inventory import LineResult, Source
from backoffice.domain.order import Order
from backoffice.domain.statuses import CartStatus, CheckoutState, OrderStatus, TransferStatus
from backoffice.domain.transfer import Transfer
from tests.journeys.centre import CARD, CallCentre, Desk, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_item_is_added_while_the_dom_is_down_and_its_stock_is_never_called_live(
    centre: CallCentre,
) -> None:
    cart = await centre.built()
    async with centre.outage("dom"):
        began = time.monotonic()
        cart = await centre.office.carts.add_line(
            centre.ann, cart.cart_id, Sku("BC-M005"), 2, version=cart.version
        )
        assert time.monotonic() - began < 2
    [line] = cart.lines
    assert line.quantity == 2
    assert line.availability is not None
    assert line.availability.source in {Source.FALLBACK, Source.STALE}
    cart = await centre.office.carts.change_quantity(
        centre.ann, cart.cart_id, line.line_id, 3, version=cart.version
    )
    assert cart.lines[0].availability is not None
    assert cart.lines[0].availability.source is Source.LIVE


async def test_prepare_in_an_outage_says_so_and_loses_nothing(centre: CallCentre) -> None:
    cart = await centre.built("2*HL-U509-R", notes="Ring twice")
    async with centre.outage("dom"):
        with pytest.raises(Conflict) as refused:
            await centre.prepare(cart)
        assert refused.value.sentence == "The DOM does not answer, so nothing is known to be held."
        assert refused.value.advice == "Nothing is lost: try Prepare again."
        as_it_was = await centre.cart(cart.cart_id)
        assert (as_it_was.lines, as_it_was.notes, as_it_was.version) == (cart.lines, cart.notes, cart.version)
        assert as_it_was.prepared is None
    cart = await centre.prepare(cart)
    result = await centre.submit(cart)
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


async def test_order_prepared_before_an_outage_is_taken_and_goes_out_by_itself(centre: CallCentre) -> None:
    cart = await centre.prepared("2*HL-U509-R")
    async with centre.outage("dom"):
        result = await centre.submit(cart)
        number = result.order_number
        assert result.state is CheckoutState.COMPLETED
        waiting = await until(lambda: centre.transfer(number), lambda transfer: transfer.attempts >= 2)
        assert waiting.status in {TransferStatus.QUEUED, TransferStatus.SENT}
        assert {outcome for _, outcome in await centre.attempts(number)} <= {"unreachable", ""}
        await until(lambda: centre.subjects(number))  # the customer is told all the same
        page = await centre.office.order_history.search(centre.ann, OrderSearchCriteria(number=number))
        assert not page.dom.answered
        assert "does not answer" in page.dom.reason
        assert [(row.order_number, row.source) for row in page.rows] == [(number, "local")]
        details = await centre.office.order_history.details(centre.ann, number)
        assert details.local is not None
        assert not details.dom.answered
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)


async def test_outage_longer_than_all_tries_ends_at_a_supervisor(centre: CallCentre) -> None:
    cart = await centre.prepared("1*HL-U509-R")
    async with centre.outage("dom"):
        number = (await centre.submit(cart)).order_number
        failed = await centre.transfer_is(number, TransferStatus.FAILED)
        assert (failed.cause, failed.attempts, failed.automatic_left) == ("unreachable", 6, 0)
        assert failed.reason
        summary = await centre.office.transfers.summary(centre.susan)
        assert "unreachable" in {cause for cause, _, _ in summary.causes}
    await _retry(centre, failed)
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)


async def test_slow_dom_never_keeps_the_agent_waiting_for_a_line(centre: CallCentre) -> None:
    cart = await centre.built("1*HL-U509-R")
    await centre.world.set_fault("dom_slow", True)
    began = time.monotonic()
    cart = await centre.office.carts.add_line(
        centre.ann, cart.cart_id, Sku("ST-1401"), 1, version=cart.version
    )
    assert time.monotonic() - began < 2  # the DOM takes 3
    assert [line.sku for line in cart.lines] == ["HL-U509-R", "ST-1401"]
    patient = await Desk.sit_down(
        centre.settings.model_copy(update={"dom_deadline": centre.settings.dom_deadline * 6})
    )
    try:
        cart = await patient.prepare(cart)  # asks for three seconds, and gets its answer
        assert cart.prepared is not None
        result = await patient.submit(cart)
    finally:
        await patient.office.close()
    assert result.state is CheckoutState.COMPLETED
    await centre.fair_weather()
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


async def test_supervisor_retries_a_refused_transfer(centre: CallCentre) -> None:
    await centre.world.set_fault("dom_refuses", True)
    number = (await centre.ordered("2*HL-U509-R")).order_number
    failed = await centre.transfer_is(number, TransferStatus.FAILED)
    assert (failed.cause, failed.reason) == ("credit_hold", "The customer is on credit hold.")
    assert await centre.at_dom(number) == []
    assert (await centre.order(number)).status is OrderStatus.AUTHORISED
    await _retry(centre, failed)
    transferred = await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    assert await centre.attempts(number) == [("transfer", "refused"), ("transfer", "succeeded")]
    assert transferred.attempts == 2
    assert await _keys(centre, number) == [f"adventure-{number}"]
    await centre.assert_whole(number)
    await _retry(centre, transferred)  # does nothing
    assert await centre.transfer(number) == transferred


@pytest.mark.parametrize(
    "kind", ["drop_after", "silent_after", "error_after", "cut_body", "not_json", "wrong_types", "wrong_echo"]
)
async def test_order_the_dom_took_without_a_readable_answer_is_found_there(
    centre: CallCentre, kind: str
) -> None:
    await centre.fault("dom", kind=kind, operation="transfer")
    number = (await centre.ordered("1*HL-U509-R")).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    assert await centre.attempts(number) == [("transfer", "unknown"), ("lookup", "succeeded")]
    await centre.assert_whole(number)


@pytest.mark.parametrize("kind", ["drop_before", "silent_before", "unavailable", "too_many", "redirect"])
async def test_order_the_dom_never_took_is_sent_again_with_its_key(centre: CallCentre, kind: str) -> None:
    await centre.fault("dom", kind=kind, operation="transfer")
    number = (await centre.ordered("1*HL-U509-R")).order_number
    transfer = await until(lambda: centre.transfer(number), _is_settled)
    if transfer.status is TransferStatus.FAILED:  # a redirect is no answer a program may follow
        assert kind == "redirect"
        await _retry(centre, transfer)
        await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    assert (await centre.attempts(number))[-1] == ("transfer", "succeeded")
    assert await _keys(centre, number) == [f"adventure-{number}"]
    await centre.assert_whole(number)


async def test_lookup_that_is_lost_too_is_asked_again(centre: CallCentre) -> None:
    await centre.fault("dom", kind="drop_after", operation="transfer")
    await centre.fault("dom", kind="not_json", operation="find", count=2)
    number = (await centre.ordered("1*HL-U509-R")).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    assert [kind for kind, _ in await centre.attempts(number)] == ["transfer", "lookup", "lookup", "lookup"]
    await centre.assert_whole(number)


@pytest.mark.parametrize(
    "kind", ["not_json", "wrong_types", "wrong_echo", "cut_body", "drop_after", "huge_body"]
)
async def test_nonsense_about_a_reservation_is_no_hold(centre: CallCentre, kind: str) -> None:
    cart = await centre.built("2*HL-U509-R")
    await centre.fault("dom", kind=kind, operation="reserve")
    with pytest.raises(Conflict, match="The DOM does not answer"):
        await centre.prepare(cart)
    cart = await centre.prepare(cart)
    assert cart.prepared is not None
    assert [line.result for line in cart.prepared.held] == [LineResult.ALLOCATED]
    ledger = await centre.dom_ledger()
    held = [row for row in ledger["reservation_lines"] if row["line_id"] == cart.lines[0].line_id]
    assert [row["quantity"] for row in held] == [2]


@pytest.mark.parametrize(
    "fault", [{"kind": "partial", "quantity": 2}, {"kind": "hollow"}, {"kind": "partial"}]
)
async def test_partial_hold_can_not_be_submitted_until_the_cart_is_changed(
    centre: CallCentre, fault: dict[str, object]
) -> None:
    await centre.fault("dom", operation="reserve", **fault)
    cart = await centre.prepared("5*HL-U509-R")
    held = fault.get("quantity", 0)
    assert cart.prepared is not None
    assert all(line.result is LineResult.UNALLOCATED for line in cart.prepared.held)
    refused = await centre.submit(cart)
    assert refused.state is CheckoutState.ROLLED_BACK
    assert refused.sentence == f"Not enough is held: {held} of 5 HL-U509-R."
    assert refused.advice
    assert (await centre.cart(cart.cart_id)).status is CartStatus.OPEN
    [line] = cart.lines
    cart = await centre.office.carts.change_quantity(
        centre.ann, cart.cart_id, line.line_id, 2, version=cart.version
    )
    result = await centre.submit(await centre.prepare(cart))
    assert result.state is CheckoutState.COMPLETED
    await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(result.order_number)


async def test_hold_of_a_call_that_ends_is_let_go_even_after_an_outage(centre: CallCentre) -> None:
    cart = await centre.prepared("2*HL-U509-R")
    assert cart.prepared is not None
    reservation = cart.prepared.reservation_id
    await centre.fault("dom", kind="error_before", operation="release")
    await centre.office.carts.close_call(centre.ann, cart.call_id)

    async def held() -> list[str]:
        ledger = await centre.dom_ledger()
        return [row["status"] for row in ledger["reservations"] if row["reservation_id"] == reservation]

    assert await until(held, lambda statuses: statuses != ["held"]) == ["released"]


@pytest.mark.parametrize("troubled", [False, True], ids=["each_once", "held_back_and_repeated"])
async def test_order_reaches_the_same_state_however_messages_come(centre: CallCentre, troubled: bool) -> None:
    number = (await centre.ordered("2*HL-U509-R", "1*WB-H098", pay=CARD)).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.delivered()
    if troubled:
        await centre.fault("dom", kind="reorder", operation="push_order", count=2, seconds=0.5)
        await centre.fault("dom", kind="duplicate", operation="push_order", count=3)
        await centre.fault("dom", kind="bad_signature", operation="push_order", count=1)
    await centre.tell("dom", "/control/advance", {"steps": 5})
    await centre.delivered()
    order = await until(lambda: centre.order(number), _is_delivered)
    assert order.status is OrderStatus.SHIPPED
    assert [(line.shipped, line.cancelled, line.status) for line in order.lines] == [(2, 0, "S"), (1, 0, "S")]
    assert [parcel.status for parcel in order.shipments] == ["delivered", "delivered"]
    await until(lambda: centre.subjects(number), lambda subjects: len(subjects) >= 5)
    assert len(await centre.subjects(number)) == 5
    assert len(await centre.subjects(number)) == len(
        {mail["message_id"] for mail in await centre.mails(number)}
    )


def _is_settled(transfer: Transfer) -> bool:
    return transfer.status in {TransferStatus.TRANSFERRED, TransferStatus.FAILED}


def _is_delivered(order: Order) -> bool:
    return len(order.shipments) == 2 and all(parcel.status == "delivered" for parcel in order.shipments)


async def _retry(centre: CallCentre, transfer: Transfer) -> None:
    await centre.office.transfers.retry(centre.susan, transfer.order_number, version=transfer.version)


async def _keys(centre: CallCentre, number: str) -> list[str]:
    """Under which keys the DOM took the order."""
    ledger = await centre.dom_ledger()
    assert [row for row in ledger["key_conflicts"] if number in row["key"]] == []
    return [row["key"] for row in ledger["keys"] if row["order_number"] == number]
