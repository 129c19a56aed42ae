"""The tables of allowed moves: whole, without a way back from an end, and drawn the same everywhere."""

from enum import Enum

import pytest

from backoffice.domain.errors import Conflict
from backoffice.domain.statuses import (
    MONEY_MOVES,
    ORDER_MOVES,
    PAYMENT_MOVES,
    TRANSFER_MOVES,
    MoveStatus,
    OrderStatus,
    PaymentStatus,
    TransferStatus,
    check_move,
)

TABLES = [
    (OrderStatus, ORDER_MOVES),
    (TransferStatus, TRANSFER_MOVES),
    (PaymentStatus, PAYMENT_MOVES),
    (MoveStatus, MONEY_MOVES),
]
ENDS: dict[type[Enum], set[Enum]] = {
    OrderStatus: {OrderStatus.SHIPPED, OrderStatus.JUNK, OrderStatus.FAILED},
    TransferStatus: {TransferStatus.TRANSFERRED, TransferStatus.GIVEN_UP},
    PaymentStatus: {PaymentStatus.REFUNDED},
    MoveStatus: {MoveStatus.DONE, MoveStatus.DROPPED},
}
BEGINNINGS: dict[type[Enum], Enum] = {
    OrderStatus: OrderStatus.PENDING,
    TransferStatus: TransferStatus.NONE,
    PaymentStatus: PaymentStatus.PLANNED,
    MoveStatus: MoveStatus.PLANNED,
}


@pytest.mark.parametrize("statuses, moves", TABLES)
def test_every_status_has_its_row(statuses: type[Enum], moves: dict[Enum, frozenset[Enum]]) -> None:
    assert set(moves) == set(statuses)


@pytest.mark.parametrize("statuses, moves", TABLES)
def test_only_ends_lead_nowhere(statuses: type[Enum], moves: dict[Enum, frozenset[Enum]]) -> None:
    assert {status for status, after in moves.items() if not after} == ENDS[statuses]


@pytest.mark.parametrize("statuses, moves", TABLES)
def test_every_end_can_be_reached_from_the_beginning(
    statuses: type[Enum], moves: dict[Enum, frozenset[Enum]]
) -> None:
    beginning = BEGINNINGS[statuses]
    seen, ahead = {beginning}, [beginning]
    while ahead:
        for after in moves[ahead.pop()] - seen:
            seen.add(after)
            ahead.append(after)
    assert ENDS[statuses] <= seen


def test_order_only_fails_before_it_leaves_the_desk() -> None:
    failing = {status for status, after in ORDER_MOVES.items() if OrderStatus.FAILED in after}
    assert failing == {OrderStatus.PENDING, OrderStatus.SUBMITTED, OrderStatus.AUTHORISED}


def test_given_up_transfer_was_never_under_way() -> None:
    before = {status for status, after in TRANSFER_MOVES.items() if TransferStatus.GIVEN_UP in after}
    assert before == {TransferStatus.FAILED, TransferStatus.HELD}


def test_move_the_table_does_not_know_is_refused() -> None:
    check_move(ORDER_MOVES, OrderStatus.RELEASED, OrderStatus.SHIPPED)
    with pytest.raises(Conflict, match="shipped to pending"):
        check_move(ORDER_MOVES, OrderStatus.SHIPPED, OrderStatus.PENDING)
