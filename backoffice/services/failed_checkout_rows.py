"""Checkouts that failed, as rows: how each stands is read off its attempt and off what is still held for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, func, not_, or_, select

from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.failed_checkout import (
    OPEN_PAYMENTS,
    FailedCheckout,
    FailedDetails,
    FailedPage,
    FailedStanding,
    FailedSummary,
    JournalLine,
    OpenItem,
    OpenKind,
    may_reopen,
    may_retry,
)
from backoffice.domain.ids import CartId
from backoffice.domain.money import Money
from backoffice.domain.statuses import (
    CartStatus,
    CheckoutState,
    MoveStatus,
    OrderStatus,
    ReservationStatus,
    TakeBackState,
)
from backoffice.services.checkout.take_back import open_take_backs
from backoffice.store.tables.ordering import (
    carts,
    checkout_attempts,
    checkout_steps,
    orders,
    payments,
    transfers,
)
from backoffice.store.tables.payments import payment_moves
from backoffice.store.tables.people import customers
from backoffice.store.tables.selling import reservations
from backoffice.store.tables.undoing import take_backs

_A = checkout_attempts.c
_F = FailedStanding
UNSETTLED_MOVES = [
    status.value for status in MoveStatus if status not in {MoveStatus.DONE, MoveStatus.DROPPED}
]
_OPEN_MONEY = [status.value for status in OPEN_PAYMENTS]
_ROLLED_BACK = _A.state == CheckoutState.ROLLED_BACK.value
_NUMBERED = _A.order_number != ""
_UNDER_WAY = [CheckoutState.STUCK.value, CheckoutState.CHECKING.value]

_MONEY_OPEN = exists().where(payments.c.order_id == _A.order_id, payments.c.status.in_(_OPEN_MONEY))
_STOCK_OPEN = exists().where(
    or_(
        and_(
            reservations.c.cart_id == _A.cart_id,
            reservations.c.status == ReservationStatus.RELEASING.value,
        ),
        and_(
            reservations.c.order_id == _A.order_id,
            reservations.c.status == ReservationStatus.CONSUMED.value,
        ),
    )
)
_WORLD_OPEN = exists().where(
    take_backs.c.attempt_id == _A.attempt_id, take_backs.c.state == TakeBackState.OPEN.value
)
_STILL_OPEN = or_(_MONEY_OPEN, _STOCK_OPEN, _WORLD_OPEN)
_STANDS: dict[FailedStanding, ColumnElement[bool]] = {
    _F.STUCK: _A.state == CheckoutState.STUCK.value,
    _F.CHECKING: _A.state == CheckoutState.CHECKING.value,
    _F.OPEN: and_(_ROLLED_BACK, _NUMBERED, _STILL_OPEN),
    _F.UNDONE: and_(_ROLLED_BACK, _NUMBERED, not_(_STILL_OPEN)),
    _F.REFUSED: and_(_ROLLED_BACK, not_(_NUMBERED)),
}
_STANDING = case(*((condition, standing.value) for standing, condition in _STANDS.items()))
_FAILED = or_(_ROLLED_BACK, _A.state.in_(_UNDER_WAY))
_ROWS = (
    select(
        checkout_attempts,
        _STANDING.label("standing"),
        carts.c.status.label("cart_status"),
        orders.c.total,
        orders.c.currency,
        orders.c.status.label("order_status"),
        customers.c.first_name,
        customers.c.last_name,
        customers.c.company,
    )
    .join(carts, carts.c.cart_id == _A.cart_id)
    .outerjoin(orders, orders.c.order_id == _A.order_id)
    .outerjoin(customers, customers.c.customer_id == carts.c.customer_id)
    .where(_FAILED)
)


def read_summary(connection: Connection) -> FailedSummary:
    """Count by standing, and those with a number by the action that failed."""
    by_standing = connection.execute(
        select(_STANDING.label("standing"), func.count().label("number")).where(_FAILED).group_by("standing")
    )
    counted: dict[str, int] = {row.standing: row.number for row in by_standing}
    oldest: datetime | None = connection.execute(
        select(func.min(_A.started_at)).where(or_(_A.state.in_(_UNDER_WAY), _STANDS[_F.OPEN]))
    ).scalar()
    causes = connection.execute(
        select(_A.failed_action, func.max(_A.sentence), func.count())
        .where(_FAILED, _NUMBERED, _A.failed_action != "")
        .group_by(_A.failed_action)
        .order_by(func.count().desc(), _A.failed_action)
    ).all()
    return FailedSummary(
        stuck=counted.get(_F.STUCK.value, 0),
        checking=counted.get(_F.CHECKING.value, 0),
        open=counted.get(_F.OPEN.value, 0),
        undone=counted.get(_F.UNDONE.value, 0),
        refused=counted.get(_F.REFUSED.value, 0),
        oldest_open_at=oldest,
        causes=tuple((row[0], row[1], row[2]) for row in causes),
    )


def read_page(
    connection: Connection, *, standing: FailedStanding | None, action: str, limit: int, after: str
) -> FailedPage:
    """Return the rows that come after a place, newest first."""
    query = _ROWS.order_by(_A.started_at.desc(), _A.attempt_id.desc())
    if standing is not None:
        query = query.where(_STANDS[standing])
    if action:
        query = query.where(_A.failed_action == action)
    if after:
        started, identity = _place(after)
        query = query.where(
            or_(_A.started_at < started, and_(_A.started_at == started, _A.attempt_id < identity))
        )
    found = [_checkout(row) for row in connection.execute(query.limit(limit + 1))]
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return FailedPage(
        rows=tuple(found[:limit]),
        next=f"{last.started_at.isoformat()}|{last.attempt_id}" if last else "",
    )


def read_details(connection: Connection, attempt_id: str) -> FailedDetails:
    """Return one of them, whole. ``attempt_id`` may be the number its order has, or would have had."""
    row = connection.execute(_ROWS.where(_A.attempt_id == attempt_id)).first()
    if row is None:
        row = connection.execute(_ROWS.where(_NUMBERED, _A.order_number == attempt_id)).first()
    if row is None:
        sentence = f"There is no failed checkout {attempt_id[:64]}."
        raise NotFound(sentence, advice="It may have become an order meanwhile: look at Orders.")
    checkout, open_items = _checkout(row), _open_items(connection, row)
    cart_status = CartStatus(row.cart_status)
    return FailedDetails(
        checkout=checkout,
        journal=_journal(connection, row.attempt_id),
        open_items=open_items,
        cart_status=cart_status,
        retry_refused=may_retry(checkout.standing),
        reopen_refused=may_reopen(checkout.standing, cart_status, len(open_items)),
    )


def _checkout(row: Row[Any]) -> FailedCheckout:
    waits = row.state in _UNDER_WAY
    return FailedCheckout(
        attempt_id=row.attempt_id,
        cart_id=CartId(row.cart_id),
        order_number=row.order_number,
        standing=FailedStanding(row.standing),
        state=CheckoutState(row.state),
        failed_action=row.failed_action,
        sentence=row.sentence,
        advice=row.advice,
        agent=str(row.actor.get("name", "")),
        customer_name=f"{row.first_name or ''} {row.last_name or ''}".strip() or row.company or "",
        total=Money(row.total, row.currency) if row.total is not None else None,
        started_at=row.started_at,
        updated_at=row.updated_at,
        next_try_at=row.lease_until if waits else None,
    )


def _journal(connection: Connection, attempt_id: str) -> tuple[JournalLine, ...]:
    rows = connection.execute(
        select(checkout_steps)
        .where(checkout_steps.c.attempt_id == attempt_id)
        .order_by(checkout_steps.c.place)
    )
    return tuple(
        JournalLine(at=row.at, action=row.action, what=row.what, outcome=row.outcome, reason=row.reason)
        for row in rows
    )


def _open_items(connection: Connection, attempt: Row[Any]) -> tuple[OpenItem, ...]:
    waits_for = (
        select(payment_moves.c.reason)
        .where(
            payment_moves.c.payment_id == payments.c.payment_id,
            payment_moves.c.status.in_(UNSETTLED_MOVES),
        )
        .order_by(payment_moves.c.place)
        .limit(1)
        .scalar_subquery()
    )
    money = connection.execute(
        select(payments, waits_for.label("waits_for"))
        .where(payments.c.order_id == attempt.order_id, payments.c.status.in_(_OPEN_MONEY))
        .order_by(payments.c.place)
    )
    held = connection.execute(
        select(reservations)
        .where(
            or_(
                and_(
                    reservations.c.cart_id == attempt.cart_id,
                    reservations.c.status == ReservationStatus.RELEASING.value,
                ),
                and_(
                    reservations.c.order_id == attempt.order_id,
                    reservations.c.status == ReservationStatus.CONSUMED.value,
                ),
            )
        )
        .order_by(reservations.c.created_at)
    )
    found = [
        OpenItem(
            kind=OpenKind.PAYMENT,
            subject=row.payment_id,
            word=row.label or row.reference,
            amount=Money(row.amount, row.currency),
            status=row.status,
            since=row.updated_at,
            reason=row.waits_for or row.reason,
        )
        for row in money
    ]
    found += [
        OpenItem(
            kind=OpenKind.STOCK,
            subject=row.reservation_id,
            word="Stock",
            amount=None,
            status=row.status,
            since=row.created_at,
            reason="",
        )
        for row in held
    ]
    found += [
        OpenItem(
            kind=OpenKind.TAKE_BACK,
            subject=row.take_back_id,
            word=row.action,
            amount=None,
            status=row.state,
            since=row.created_at,
            reason=row.reason,
        )
        for row in open_take_backs(connection, attempt.attempt_id)
    ]
    return (*found, *_order_left(connection, attempt))


def _order_left(connection: Connection, attempt: Row[Any]) -> tuple[OpenItem, ...]:
    """Say what of the order an undo did not take away; one that still waits for the bank has not been undone at all."""
    if attempt.state == CheckoutState.CHECKING.value:
        return ()
    transfer = connection.execute(select(transfers).where(transfers.c.order_id == attempt.order_id)).first()
    left = []
    if attempt.order_status not in {None, OrderStatus.FAILED.value}:
        left.append((OpenKind.ORDER, attempt.order_status, "It is not marked as failed yet."))
    if transfer is not None:
        left.append((OpenKind.TRANSFER, transfer.status, "It was not taken back yet."))
    return tuple(
        OpenItem(
            kind=kind,
            subject=attempt.order_id,
            word=f"{kind.value.capitalize()} {attempt.order_number}",
            amount=None,
            status=status,
            since=attempt.updated_at,
            reason=reason,
        )
        for kind, status, reason in left
    )


def _place(after: str) -> tuple[datetime, str]:
    moment, _, identity = after.partition("|")
    try:
        return datetime.fromisoformat(moment), identity
    except ValueError as bad:
        sentence = "This page can not be found."
        raise InvalidInput(sentence, advice="Begin at the top of the list.") from bad
