"""Orders that end before the parcel: cancelled at the DOM, given up, held back; nothing stays held or charged."""

import pytest

from backoffice.domain.errors import Conflict, InvalidInput
from backoffice.domain.order import Order
from backoffice.domain.statuses import OrderStatus, PaymentStatus, TransferStatus
from tests.journeys.centre import CARD, CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_order_cancelled_at_the_dom_lets_the_money_go_and_tells_the_customer(
    centre: CallCentre,
) -> None:
    number = (await centre.ordered("1*HL-U509-R", pay=CARD)).order_number
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.tell("dom", f"/control/cancel/{number}")
    await centre.delivered()
    order = await until(lambda: centre.order(number), _is_let_go, within=10)
    assert order.status is OrderStatus.CANCELLED
    assert [row["status"] for row in await centre.at_bank(number)] == ["voided"]
    told = await until(lambda: centre.subjects(number), lambda subjects: len(subjects) == 2)
    assert told == [f"Your order {number}", f"Your order {number} was cancelled"]


async def test_transfer_given_up_frees_money_and_stock(centre: CallCentre) -> None:
    await centre.fault("dom", kind="refuse", operation="transfer", code="credit_hold")
    number = (await centre.ordered("1*HL-U509-R", pay=CARD)).order_number
    failed = await centre.transfer_is(number, TransferStatus.FAILED)
    transfers = centre.office.transfers
    with pytest.raises(InvalidInput):
        await transfers.give_up(centre.susan, number, "  ", version=failed.version)
    ended = await transfers.give_up(centre.susan, number, "The customer went away.", version=failed.version)
    assert ended.status is TransferStatus.GIVEN_UP
    order = await until(lambda: centre.order(number), _is_let_go, within=10)
    assert order.status is OrderStatus.CANCELLED
    assert [row["status"] for row in await centre.at_bank(number)] == ["voided"]
    assert await centre.at_dom(number) == []

    async def held() -> list[str]:
        lines = {line.line_id for line in order.lines}
        ledger = await centre.dom_ledger()
        ours = {row["reservation_id"] for row in ledger["reservation_lines"] if row["line_id"] in lines}
        return [row["status"] for row in ledger["reservations"] if row["reservation_id"] in ours]

    assert await until(held, lambda statuses: statuses != ["held"]) == ["released"]


async def test_transfer_nobody_knows_about_can_not_be_given_up_before_the_dom_is_asked(
    centre: CallCentre,
) -> None:
    await centre.fault("dom", kind="drop_after", operation="transfer")
    await centre.fault("dom", kind="error_before", operation="find", count=None)
    number = (await centre.ordered("1*HL-U509-R")).order_number
    failed = await centre.transfer_is(number, TransferStatus.FAILED)
    assert failed.cause == "no_answer"
    transfers = centre.office.transfers
    with pytest.raises(Conflict, match="Nobody knows whether the DOM holds this order"):
        await transfers.give_up(centre.susan, number, "enough", version=failed.version)
    await centre.fair_weather()
    found = await transfers.resolve(centre.susan, number, version=failed.version)
    assert found.status is TransferStatus.TRANSFERRED
    await centre.assert_whole(number)


async def test_held_transfer_goes_out_when_it_is_released(centre: CallCentre) -> None:
    await centre.fault("dom", kind="refuse", operation="transfer")
    number = (await centre.ordered("1*HL-U509-R")).order_number
    failed = await centre.transfer_is(number, TransferStatus.FAILED)
    transfers = centre.office.transfers
    held = await transfers.hold(centre.susan, number, version=failed.version)
    assert held.status is TransferStatus.HELD
    with pytest.raises(Conflict):
        await transfers.release(centre.susan, number, version=failed.version)  # somebody else was faster
    assert await centre.at_dom(number) == []
    await transfers.release(centre.susan, number, version=held.version)
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(number)


def _is_let_go(order: Order) -> bool:
    return {payment.status for payment in order.payments} == {PaymentStatus.VOIDED}
