"""E-mails about orders: in the customer's language, once per occasion, sent by themselves, never in an order's way."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from backoffice.domain.errors import Conflict, NotAllowed, NotFound
from backoffice.domain.outcome import Refused, Unknown, Unreachable
from backoffice.services.mail_texts import LANGUAGES, Occasion
from backoffice.services.mails import (
    LONGEST_WAIT,
    MOST_TRIES,
    Mails,
    SendResult,
    judge,
    mail_row,
    queue_mail,
)
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import order_lines, orders, shipments
from backoffice.store.tables.people import audit
from tests.fakes.mail import FakeMailServer
from tests.services.world import AGENT, NOW, SUPPORT, World, add_order

DOWN = Unreachable(reason="Connection refused.")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "backoffice.db")
    world.do(add_order)
    yield world
    world.close()


@pytest.fixture
def server() -> FakeMailServer:
    return FakeMailServer()


@pytest.fixture
def service(world: World, server: FakeMailServer) -> Mails:
    return Mails(world.store, server, world.jobs, clock=world.clock)


def queue(world: World, occasion: Occasion = Occasion.CONFIRMATION, about: str = "") -> str | None:
    def work(connection: Connection) -> str | None:
        order = connection.execute(select(orders)).one()
        return queue_mail(connection, world.jobs, order, occasion, about, at=world.clock())

    return world.store.run_here(work)


def change_order(world: World, **values: object) -> None:
    world.do(lambda connection: connection.execute(update(orders).values(**values)))


async def test_a_confirmation_is_queued_with_its_job_and_sent(
    world: World, service: Mails, server: FakeMailServer
) -> None:
    mail_id = queue(world)
    assert mail_id is not None
    assert world.jobs.mails == [mail_id]
    assert await service.send_mail(mail_id) == SendResult(status="sent")
    [mail] = server.received
    assert (mail.to, mail.subject) == ("orlando0@adventure-works.com", "Your order B1000001")
    assert "12 × Item HL-U509-R (HL-U509-R)\n1 × Item BK-R93R-62" in mail.body
    assert "Total: $130.00" in mail.body
    assert "12 Main St, Van Nuys, CA 91411, US" in mail.body
    assert world.row(mails)["sent_at"] == NOW
    assert (await service.send_mail(mail_id)).status == "sent"  # the job ran twice
    assert len(server.received) == 1


async def test_the_same_occasion_is_told_once(world: World) -> None:
    assert queue(world) is not None
    assert queue(world) is None
    assert queue(world, Occasion.CANCELLED) is not None
    assert len(world.rows(mails)) == 2


@pytest.mark.parametrize("values", [{"tell_customer": False}, {"email": ""}], ids=["unasked", "no address"])
async def test_who_does_not_want_mail_or_has_no_address_gets_none(
    world: World, values: dict[str, object]
) -> None:
    change_order(world, **values)
    assert queue(world) is None
    assert world.jobs.by_key == {}


@pytest.mark.parametrize("language", [*LANGUAGES, "de-AT", "tlh"])
@pytest.mark.parametrize("occasion", list(Occasion))
async def test_every_occasion_has_its_words_in_every_language(
    world: World, service: Mails, language: str, occasion: Occasion
) -> None:
    change_order(world, language=language)
    world.do(
        lambda connection: connection.execute(
            insert(shipments).values(
                order_id="id-B1000001",
                shipment_id="p1",
                status="shipped",
                carrier="CARGO",
                tracking="1Z",
                shipped_at=NOW,
                quantities=[["l2", 1]],
            )
        )
    )
    text = await service.preview(SUPPORT, "B1000001", occasion, "p1")
    assert "B1000001" in text.subject
    assert not re.search(r"\$[a-z{]", text.subject + text.body)  # no placeholder is left
    assert "BK-R93R-62" in text.body
    assert "HL-U509-R" not in text.body  # it is not in this parcel
    assert text.language == (language[:2] if language[:2] in LANGUAGES else "en")


async def test_names_are_plain_text_and_can_not_forge_a_line(world: World, service: Mails) -> None:
    change_order(world, customer_name="$total <b>Zoë</b>\r\nTotal: 0")
    text = await service.preview(SUPPORT, "B1000001", Occasion.CONFIRMATION)
    assert "Dear $total <b>Zoë</b>  Total: 0," in text.body


async def test_a_line_that_waits_for_goods_says_until_when(world: World, service: Mails) -> None:
    world.do(
        lambda connection: connection.execute(
            update(order_lines)
            .where(order_lines.c.line_id == "l2")
            .values(available_from=NOW + timedelta(days=11))
        )
    )
    text = await service.preview(SUPPORT, "B1000001", Occasion.BACKORDERED)
    assert "1 × Item BK-R93R-62 (BK-R93R-62) – December 3, 2026" in text.body


async def test_a_dead_mail_server_leaves_the_order_alone_and_the_mail_waiting(
    world: World, service: Mails, server: FakeMailServer
) -> None:
    mail_id = queue(world) or ""
    before = world.rows(orders)
    server.script(DOWN, times=2)
    first, second = await service.send_mail(mail_id), await service.send_mail(mail_id)
    assert first.status == second.status == "queued"
    assert first.wait == timedelta(seconds=2)
    assert second.wait == timedelta(seconds=4)
    assert (world.row(mails)["tries"], world.row(mails)["reason"]) == (2, "Connection refused.")
    assert world.rows(orders) == before
    assert (await service.send_mail(mail_id)).status == "sent"
    assert world.row(mails)["reason"] == ""


async def test_a_mail_that_may_have_arrived_is_repeated_under_its_own_id(
    world: World, service: Mails, server: FakeMailServer
) -> None:
    mail_id = queue(world) or ""
    server.script(Unknown(reason="No answer after the data."), effect=True)
    assert (await service.send_mail(mail_id)).status == "queued"
    await service.send_mail(mail_id)
    first, second = server.received
    assert first.message_id == second.message_id


async def test_a_mail_is_worded_when_it_is_first_tried_and_keeps_its_words(
    world: World, service: Mails, server: FakeMailServer
) -> None:
    mail_id = queue(world) or ""
    assert world.row(mails)["body"] == ""
    shown = world.store.read_here(
        lambda connection: mail_row(connection, connection.execute(select(mails)).one())
    )
    assert "Dear Orlando Gee," in shown.body  # who looks before sees what will be sent
    server.script(Unknown(reason="No answer after the data."), effect=True)
    await service.send_mail(mail_id)
    change_order(world, customer_name="Somebody Else")
    await service.send_mail(mail_id)
    first, second = server.received
    assert first == second
    assert (world.row(mails)["subject"], world.row(mails)["body"]) == (first.subject, first.body)
    assert shown.body == first.body


async def test_a_refused_mail_waits_for_a_person_who_sends_it_again(
    world: World, service: Mails, server: FakeMailServer
) -> None:
    mail_id = queue(world) or ""
    server.script(Refused(code="smtp_550", reason="No such mailbox."))
    assert await service.send_mail(mail_id) == SendResult(status="failed", reason="No such mailbox.")
    with pytest.raises(NotAllowed):
        await service.resend_mail(AGENT, mail_id)
    again = await service.resend_mail(SUPPORT, mail_id)
    assert (again.status, again.reason) == ("queued", "")
    assert world.jobs.mails == [mail_id, mail_id]  # a job of its own
    with pytest.raises(Conflict):
        await service.resend_mail(SUPPORT, mail_id)
    await service.send_mail(mail_id)
    assert server.received[-1].message_id == f"{mail_id}.1"
    assert [row["action"] for row in world.rows(audit)] == ["mail.resent"]


async def test_a_mail_taken_back_with_its_order_is_nothing_to_do(service: Mails) -> None:
    assert (await service.send_mail("nothing")).status == "gone"
    with pytest.raises(NotFound):
        await service.resend_mail(SUPPORT, "nothing")
    with pytest.raises(NotFound):
        await service.preview(SUPPORT, "B9", Occasion.CONFIRMATION)


def test_waits_double_obey_the_server_and_end() -> None:
    waits = [judge(DOWN, tries=tries).wait for tries in range(1, MOST_TRIES)]
    assert waits[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert max(wait for wait in waits if wait) == LONGEST_WAIT
    asked = Unreachable(reason="Greylisted.", retry_after=timedelta(minutes=5))
    assert judge(asked, tries=1).wait == timedelta(minutes=5)
    assert judge(DOWN, tries=MOST_TRIES).status == "failed"
