"""E-mails about orders, once per occasion and what it is about.

1. ``queue_mail`` writes the mail with its durable job, in the transaction of what it tells of: an order, a shipment, a
   status. No address, or nobody wants to be told: no mail.
2. The job calls ``send_mail``: the mail is composed in the customer's language from what was frozen, for nobody should
   wait for that who submits an order, and kept with what became of it; taken, sent; refused, failed with the reason;
   no answer, again later, in the same words.
3. Somebody may look at a mail before, and send a sent or failed one again, as it was.

A mail server that is down never touches an order: the mail waits in its own row.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from backoffice.domain.errors import Conflict, NotFound, StoreUnavailable
from backoffice.domain.history import MailRow
from backoffice.domain.ids import new_id
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.domain.staff import Actor, Right
from backoffice.external.mail.port import MailServer, OutgoingMail
from backoffice.services import audit
from backoffice.services.jobs import Jobs
from backoffice.services.mail_texts import Occasion, Text, compose, language_of
from backoffice.store.store import Store
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import orders
from backoffice.store.writing import Write

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=30)
_INSIST = (0.5, 2.0, 10.0, 30.0)  # seconds between tries to write down what became of a mail
MOST_TRIES = 100  # two days of a dead server; then a person presses "send again"


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """How a try ended: ``status`` is sent, failed, gone, or queued: then again after ``wait``."""

    status: str
    reason: str = ""
    wait: timedelta | None = None


def queue_mail(
    connection: Connection,
    jobs: Jobs,
    order: Row[Any],
    occasion: Occasion,
    about: str,
    *,
    at: datetime,
    asked_for: bool = False,
) -> str | None:
    """Write a mail about an order and its job; None when there is none to send.

    ``order`` holds, of ``orders``: order_id, number, email, language, tell_customer. ``about`` is the shipment's id,
    else "". The same occasion about the same thing is told once: a second call changes nothing. ``asked_for``: the
    customer asks for it now, whatever was said about e-mails before.
    """
    if (
        not (order.tell_customer or asked_for)
        or not order.email
        or _told(connection, order.order_id, occasion, about)
    ):
        return None
    mail_id = new_id()
    _INSERT(
        connection,
        {
            "mail_id": mail_id,
            "order_id": order.order_id,
            "order_number": order.number,
            "occasion": occasion.value,
            "about": about,
            "to": order.email,
            "subject": "",
            "body": "",
            "language": language_of(order),
            "status": "queued",
            "tries": 0,
            "resent": 0,
            "reason": "",
            "created_at": at,
        },
    )
    jobs.enqueue(connection, "send_mail", mail_id, key=f"mail-{mail_id}")
    return mail_id


class Mails:
    """Sending, sending again, and looking at what would be sent."""

    def __init__(
        self, store: Store, server: MailServer, jobs: Jobs, *, clock: Callable[[], datetime]
    ) -> None:
        """Hand mails to ``server``."""
        self._store = store
        self._server = server
        self._jobs = jobs
        self._clock = clock

    async def send_mail(self, mail_id: str) -> SendResult:
        """Try once to hand a queued mail to the server; a mail that is sent or failed is left as it is.

        Every try carries the same message id, so a server that took it without saying so can tell the repeat.
        """
        found = await self._store.read(lambda connection: _find_composed(connection, mail_id))
        if found is None:
            return SendResult(status="gone", reason="The mail was taken back with its order.")
        mail, text = found
        if mail.status != "queued":
            return SendResult(status=mail.status, reason=mail.reason)
        outcome = await self._server.send(
            OutgoingMail(
                message_id=f"{mail_id}.{mail.resent}",
                to=text.to,
                subject=text.subject,
                body=text.body,
                language=text.language,
            )
        )
        result = judge(outcome, tries=mail.tries + 1)
        await self._write_down(mail, text, result)
        return result

    async def _write_down(self, mail: Row[Any], text: Text, result: SendResult) -> None:
        """Insist: a mail that is out and not written down as sent would go out again."""
        for wait in (*_INSIST, None):
            try:
                await self._store.run(
                    lambda connection: _write(connection, mail, text, result, self._clock())
                )
            except StoreUnavailable:
                if wait is None:
                    raise
                await asyncio.sleep(wait)
            else:
                return

    async def resend_mail(self, actor: Actor, mail_id: str) -> MailRow:
        """Send a sent or failed mail once more, as it is.

        Raises:
            Conflict: it is waiting to be sent already.
        """
        actor.require(Right.RESEND_MAIL)
        now = self._clock()

        def work(connection: Connection) -> MailRow:
            mail = _read(connection, mail_id)
            changed = connection.execute(
                update(mails)
                .where(mails.c.mail_id == mail_id, mails.c.status != "queued", mails.c.resent == mail.resent)
                .values(status="queued", tries=0, reason="", resent=mail.resent + 1)
            )
            if not changed.rowcount:
                raise Conflict("This e-mail is waiting to be sent already.", advice="It goes out by itself.")
            self._jobs.enqueue(connection, "send_mail", mail_id, key=f"mail-{mail_id}-{mail.resent + 1}")
            audit.record(
                connection, actor, "mail.resent", mail.order_number, at=now, detail={"mail": mail_id}
            )
            return mail_row(connection, _read(connection, mail_id))

        return await self._store.run(work)

    async def preview(self, actor: Actor, order_number: str, occasion: Occasion, about: str = "") -> Text:
        """Return what a mail would say now; nothing is sent.

        Raises:
            NotFound: there is no such order here.
        """
        actor.require(Right.HISTORY)

        def read(connection: Connection) -> Text:
            order = connection.execute(select(orders).where(orders.c.number == order_number)).first()
            if order is None:
                raise NotFound(f"There is no order {order_number[:64]} at this desk.")
            return compose(connection, order, occasion, about)

        return await self._store.read(read)


def judge(outcome: Outcome[None], *, tries: int) -> SendResult:
    """Decide after a try; ``tries`` counts this one too."""
    if isinstance(outcome, Succeeded):
        return SendResult(status="sent")
    if isinstance(outcome, Refused):
        return SendResult(status="failed", reason=outcome.reason)
    if tries >= MOST_TRIES:
        return SendResult(status="failed", reason=f"Given up after {tries} tries. {outcome.reason}")
    wait = min(FIRST_WAIT * (1 << min(tries - 1, 20)), LONGEST_WAIT)
    return SendResult(
        status="queued", reason=outcome.reason, wait=max(wait, outcome.retry_after or timedelta())
    )


def mail_row(connection: Connection, row: Row[Any]) -> MailRow:
    """Return a mail as it is shown; one not tried yet as it would be sent now."""
    text = text_of(connection, row)
    return MailRow(
        mail_id=row.mail_id,
        order_number=row.order_number,
        occasion=row.occasion,
        about=row.about,
        to=text.to,
        subject=text.subject,
        body=text.body,
        status=row.status,
        tries=row.tries,
        reason=row.reason,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def text_of(connection: Connection, mail: Row[Any]) -> Text:
    """Return what a mail (a row of ``mails``) says: as it was sent before, else composed now."""
    if mail.body:
        return Text(to=mail.to, subject=mail.subject, body=mail.body, language=mail.language)
    order = connection.execute(_ORDER, {"order": mail.order_id}).one()
    return replace(compose(connection, order, Occasion(mail.occasion), mail.about), to=mail.to)


_INSERT = Write(insert(mails))
_ORDER = select(orders).where(orders.c.order_id == bindparam("order"))
_MAIL = select(mails).where(mails.c.mail_id == bindparam("mail"))
_TOLD = select(mails.c.mail_id).where(
    mails.c.order_id == bindparam("order"),
    mails.c.occasion == bindparam("of_occasion"),
    mails.c.about == bindparam("about_what"),
)


def _told(connection: Connection, order_id: str, occasion: Occasion, about: str) -> bool:
    said = {"order": order_id, "of_occasion": occasion.value, "about_what": about}
    return connection.execute(_TOLD, said).first() is not None


def _find(connection: Connection, mail_id: str) -> Row[Any] | None:
    return connection.execute(_MAIL, {"mail": mail_id}).first()


def _find_composed(connection: Connection, mail_id: str) -> tuple[Row[Any], Text] | None:
    mail = _find(connection, mail_id)
    return None if mail is None else (mail, text_of(connection, mail))


def _read(connection: Connection, mail_id: str) -> Row[Any]:
    row = _find(connection, mail_id)
    if row is None:
        raise NotFound("There is no such e-mail.")
    return row


def _write(connection: Connection, mail: Row[Any], text: Text, result: SendResult, at: datetime) -> None:
    connection.execute(
        update(mails)
        .where(mails.c.mail_id == mail.mail_id, mails.c.status == "queued", mails.c.resent == mail.resent)
        .values(
            subject=text.subject,
            body=text.body,
            status=result.status,
            reason=result.reason,
            tries=mails.c.tries + 1,
            sent_at=at if result.status == "sent" else mail.sent_at,
        )
    )
