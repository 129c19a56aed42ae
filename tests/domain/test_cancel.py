"""What can be cancelled here, and what is told apart: each status, each step of a transfer."""

import pytest

from backoffice.domain.cancel import (
    BY_STATUS,
    BY_TRANSFER,
    CancelOutcome,
    cancel_refusal,
    judge_cancel,
)
from backoffice.domain.statuses import ORDER_MOVES, OrderStatus, TransferStatus

C, S, T = CancelOutcome, OrderStatus, TransferStatus
NEVER = {
    S.PENDING: C.IN_CHECKOUT,
    S.SHIPPED: C.SHIPPED,
    S.CANCELLED: C.CANCELLED,
    S.JUNK: C.CANCELLED,
    S.FAILED: C.FAILED,
}
ON_ITS_WAY = {T.SENT: C.BEING_SENT, T.UNKNOWN: C.ASK_FIRST, T.TRANSFERRED: C.AT_DOM}


def test_tables_are_whole_and_agree_with_the_allowed_moves() -> None:
    assert set(BY_STATUS) == set(OrderStatus)
    assert set(BY_TRANSFER) == set(TransferStatus)
    for status, outcome in BY_STATUS.items():
        assert (outcome is C.HERE) == (S.CANCELLED in ORDER_MOVES[status])


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("transfer", TransferStatus)
def test_each_cell(status: OrderStatus, transfer: TransferStatus) -> None:
    sure = NEVER.get(status) or ON_ITS_WAY.get(transfer, C.HERE)
    assert judge_cancel(status, transfer, maybe_there=False, shipped=0) is sure
    doubtful = C.ASK_FIRST if sure is C.HERE else sure
    assert judge_cancel(status, transfer, maybe_there=True, shipped=0) is doubtful
    shipped = NEVER.get(status, C.SHIPPED)
    assert judge_cancel(status, transfer, maybe_there=False, shipped=1) is shipped


@pytest.mark.parametrize("outcome", [one for one in CancelOutcome if one is not C.HERE])
def test_each_refusal_is_a_sentence_and_a_way_on(outcome: CancelOutcome) -> None:
    no = cancel_refusal(outcome, "B1000001", "X-77")
    assert no.code == outcome.value
    assert "B1000001" in no.sentence
    assert no.advice.endswith(".")
    assert ("X-77" in no.sentence) == (outcome is C.AT_DOM)
