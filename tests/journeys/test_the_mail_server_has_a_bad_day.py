"""The mail server down, busy or refusing: no order is touched, and what can be sent goes out later, once."""

import pytest

from backoffice.domain.statuses import OrderStatus, TransferStatus
from tests.journeys.centre import CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_mail_server_down_touches_no_order_and_the_mail_goes_out_later(centre: CallCentre) -> None:
    async with centre.outage("mail"):
        number = (await centre.ordered("1*HL-U509-R")).order_number
        await centre.transfer_is(number, TransferStatus.TRANSFERRED)
        await centre.assert_whole(number)
        await centre.ship(number)
        await until(lambda: centre.order(number), lambda order: order.status is OrderStatus.SHIPPED)
        waiting = await until(lambda: _mails(centre, number), lambda mails: all(mail[1] for mail in mails))
        assert {status for status, _ in waiting} == {"queued"}
        assert await centre.subjects(number) == []
    await until(lambda: _mails(centre, number), lambda mails: {status for status, _ in mails} == {"sent"})
    assert sorted(await centre.subjects(number)) == [
        f"Your order {number}",
        f"Your order {number} is on its way",
    ]


async def test_mailbox_that_does_not_exist_is_shown_with_the_servers_words(centre: CallCentre) -> None:
    await centre.fault("mail", kind="refuse")
    number = (await centre.ordered("1*HL-U509-R")).order_number
    mails = await until(
        lambda: _mails(centre, number), lambda mails: {status for status, _ in mails} == {"failed"}
    )
    assert "No such mailbox" in mails[0][1]
    await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    details = await centre.office.order_history.details(centre.susan, number)
    await centre.office.order_history.resend_mail(centre.susan, details.mails[0].mail_id)
    await until(lambda: centre.subjects(number))
    assert await centre.subjects(number) == [f"Your order {number}"]


async def test_mail_whose_receipt_is_lost_is_sent_again_under_the_same_id(centre: CallCentre) -> None:
    await centre.fault("mail", kind="lost_after")
    number = (await centre.ordered("1*HL-U509-R")).order_number
    await until(lambda: _mails(centre, number), lambda mails: {status for status, _ in mails} == {"sent"})
    received = await centre.mails(number)
    assert len({mail["message_id"] for mail in received}) == 1  # the server can tell the repeat


async def _mails(centre: CallCentre, number: str) -> list[tuple[str, str]]:
    """The mails about an order as the desk shows them: (status, reason)."""
    details = await centre.office.order_history.details(centre.ann, number)
    return [(mail.status, mail.reason) for mail in details.mails]
