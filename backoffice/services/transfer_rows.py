"""Transfers as rows: the message an order becomes, claiming one, recording how a try ended."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from backoffice.domain.cart import FIRST_SHIPMENT
from backoffice.domain.customer import Address
from backoffice.domain.errors import Conflict, NotFound
from backoffice.domain.ids import AttemptId, LocationId, OrderId, OrderNumber, ReservationId, Sku, new_id
from backoffice.domain.money import Money
from backoffice.domain.statuses import TRANSFER_MOVES, TransferStatus, check_move
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.external.dom.port import (
    MessageContext,
    TransferAddress,
    TransferLine,
    TransferOrder,
    TransferPayment,
)
from backoffice.services.codec import unpack
from backoffice.services.stores import load_store
from backoffice.store.tables.ordering import order_lines, orders, payments, transfer_attempts, transfers
from backoffice.store.tables.snapshots import order_addresses, order_shipments

_LISTED = (
    transfers,
    orders.c.customer_name,
    orders.c.total,
    orders.c.currency,
)


def transfer_rows() -> Any:  # noqa: ANN401 - a Select over untyped tables
    """Return the select that ``as_transfer`` reads."""
    return select(*_LISTED).join(orders, orders.c.order_id == transfers.c.order_id)


def as_transfer(row: Row[Any]) -> Transfer:
    """Return a row of ``transfer_rows`` as a value."""
    return Transfer(
        order_id=OrderId(row.order_id),
        order_number=OrderNumber(row.order_number),
        customer_name=row.customer_name,
        total=Money(row.total, row.currency),
        status=TransferStatus(row.status),
        cause=row.cause,
        reason=row.reason,
        attempts=row.attempts,
        automatic_left=row.automatic_left,
        queued_at=row.queued_at,
        updated_at=row.updated_at,
        next_try_at=row.next_try_at,
        external_order_id=row.external_order_id,
        version=row.version,
    )


def find_transfer(connection: Connection, order_number: str) -> Row[Any]:
    """Return the joined row of one order's transfer; NotFound when it has none."""
    row: Row[Any] | None = connection.execute(
        transfer_rows().where(transfers.c.order_number == order_number)
    ).first()
    if row is None:
        sentence = f"There is no transfer of order {order_number}."
        raise NotFound(sentence)
    return row


def move_transfer(
    connection: Connection,
    row: Row[Any],
    after: TransferStatus,
    now: datetime,
    **changed: Any,  # noqa: ANN401 - columns of transfers
) -> int:
    """Move a transfer, guarded by the version it was read at; return the new version."""
    check_move(TRANSFER_MOVES, TransferStatus(row.status), after)
    return write_transfer(connection, row, now, status=after.value, **changed)


def write_transfer(
    connection: Connection,
    row: Row[Any],
    now: datetime,
    **changed: Any,  # noqa: ANN401 - columns of transfers
) -> int:
    """Write columns of a transfer, guarded by the version it was read at; return the new version."""
    version: int = row.version + 1
    done = connection.execute(
        update(transfers)
        .where(transfers.c.order_id == row.order_id, transfers.c.version == row.version)
        .values(updated_at=now, version=version, **changed)
    )
    if not done.rowcount:
        sentence = f"The transfer of {row.order_number} moved on meanwhile."
        raise Conflict(sentence, advice="What you see now is the latest.", code="stale_version")
    return version


def begin_attempt(
    connection: Connection, row: Row[Any], kind: str, *, request: str, now: datetime, worker: str
) -> str:
    """Write that a try begins; return its id."""
    attempt_id = new_id()
    connection.execute(
        insert(transfer_attempts).values(
            attempt_id=attempt_id,
            order_id=row.order_id,
            number=row.attempts + 1,
            kind=kind,
            started_at=now,
            outcome="",
            reason="",
            request=request,
            answer="",
            worker=worker,
        )
    )
    return attempt_id


def end_attempt(
    connection: Connection, attempt_id: str, outcome: str, *, reason: str, answer: str, now: datetime
) -> None:
    """Write how a try ended, once."""
    connection.execute(
        update(transfer_attempts)
        .where(transfer_attempts.c.attempt_id == attempt_id, transfer_attempts.c.ended_at.is_(None))
        .values(ended_at=now, outcome=outcome, reason=reason, answer=answer)
    )


def open_attempt(connection: Connection, order_id: str) -> Row[Any] | None:
    """Return the try that has begun and not ended."""
    return connection.execute(
        select(transfer_attempts).where(
            transfer_attempts.c.order_id == order_id, transfer_attempts.c.ended_at.is_(None)
        )
    ).first()


def read_attempts(connection: Connection, order_id: str) -> tuple[Attempt, ...]:
    """Return every try of an order, first to last."""
    rows = connection.execute(
        select(transfer_attempts)
        .where(transfer_attempts.c.order_id == order_id)
        .order_by(transfer_attempts.c.number, transfer_attempts.c.started_at)
    )
    return tuple(
        Attempt(
            attempt_id=AttemptId(row.attempt_id),
            number=row.number,
            kind=row.kind,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            reason=row.reason,
            request=row.request,
            answer=row.answer,
            worker=row.worker,
        )
        for row in rows
    )


def transfer_message(connection: Connection, order_id: str) -> tuple[TransferOrder, MessageContext]:
    """Return the order as frozen, as the DOM gets it, and on whose behalf."""
    order = connection.execute(select(orders).where(orders.c.order_id == order_id)).one()
    lines = connection.execute(
        select(order_lines).where(order_lines.c.order_id == order_id).order_by(order_lines.c.position)
    ).all()
    elsewhere = (
        _elsewhere(connection, order) if any(line.shipment_id != FIRST_SHIPMENT for line in lines) else {}
    )
    paid = connection.execute(
        select(payments).where(payments.c.order_id == order_id).order_by(payments.c.place)
    )
    message = TransferOrder(
        order_number=OrderNumber(order.number),
        placed_at=order.placed_at,
        currency=order.currency,
        customer_id=order.customer_id,
        customer_name=order.customer_name,
        email=order.email,
        phone=order.phone,
        bill_to=_address(order.bill_to, order),
        ship_to=_address(order.ship_to, order),
        lines=tuple(
            TransferLine(
                line_id=line.line_id,
                sku=Sku(line.sku),
                name=line.name,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                tax=line.tax,
                total=line.total,
                location=LocationId(line.location_id),
                ship_method=elsewhere.get(line.shipment_id, (order.ship_method, None))[0],
                ship_to=elsewhere.get(line.shipment_id, (order.ship_method, None))[1],
            )
            for line in lines
        ),
        items=order.items,
        discount=order.discount,
        shipping=order.shipping,
        tax=order.tax,
        total=order.total,
        payments=tuple(
            TransferPayment(method=row.method, reference=row.gateway_id or row.token, amount=row.amount)
            for row in paid
        ),
        reservation_id=ReservationId(order.reservation_id) if order.reservation_id else None,
        notes=order.notes,
    )
    context = MessageContext(
        store=order.store_id,
        currency=order.currency,
        locale=load_store(connection, order.store_id).locale,
        acting_user=order.agent_id,
        on_behalf_of=order.customer_id,
    )
    return message, context


def _elsewhere(connection: Connection, order: Row[Any]) -> dict[str, tuple[str, TransferAddress]]:
    """Return how and where each shipment goes that does not go where the order goes."""
    rows = connection.execute(
        select(order_shipments.c.ship_method, order_addresses)
        .join(
            order_addresses,
            (order_addresses.c.order_id == order_shipments.c.order_id)
            & (order_addresses.c.shipment_id == order_shipments.c.shipment_id)
            & (order_addresses.c.role == "ship_to"),
        )
        .where(order_shipments.c.order_id == order.order_id, order_shipments.c.shipment_id != FIRST_SHIPMENT)
    ).mappings()
    return {
        row["shipment_id"]: (row["ship_method"], _address({"address_id": "", "kind": "", **row}, order))
        for row in rows
    }


def as_text(message: TransferOrder) -> str:
    """Return the message as supervisors see it."""
    return json.dumps(asdict(message), default=str, ensure_ascii=False, indent=1)


def _address(data: dict[str, Any], order: Row[Any]) -> TransferAddress:
    address = unpack(Address, data)
    return TransferAddress(
        name=address.name or order.customer_name,
        company=address.company or order.company,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone or order.phone,
        email=order.email,
    )
