"""ProcessOrder Cancel: may an order still be cancelled at this desk?

``judge_cancel`` is the whole rule, as a pure value: the order's status first, then how far it is on its way to the DOM.
"""

from enum import Enum

from backoffice.domain.errors import Conflict
from backoffice.domain.statuses import OrderStatus, TransferStatus


class CancelOutcome(Enum):
    """What comes of it; each but HERE is a Refusal with this code."""

    HERE = "here"  # nothing of it has left: cancel it
    BEING_SENT = "being_sent"  # a try is under way this moment
    ASK_FIRST = "ask_first"  # it may be at the DOM, nobody knows
    AT_DOM = "at_dom"  # the DOM holds it; only there it can be cancelled
    SHIPPED = "shipped"  # something is on its way to the customer
    CANCELLED = "cancelled"  # it is already
    IN_CHECKOUT = "in_checkout"  # Submit has not ended
    FAILED = "failed"  # its checkout was undone: there is nothing to cancel


_C, _S, _T = CancelOutcome, OrderStatus, TransferStatus
BY_STATUS: dict[OrderStatus, CancelOutcome] = {
    _S.PENDING: _C.IN_CHECKOUT,
    _S.SUBMITTED: _C.HERE,
    _S.PAYMENT_INITIATED: _C.HERE,
    _S.AUTHORISED: _C.HERE,
    _S.CAPTURED: _C.HERE,
    _S.APPROVAL: _C.HERE,
    _S.DENIED: _C.HERE,
    _S.REVIEW: _C.HERE,
    _S.BACKORDERED: _C.HERE,
    _S.LOW_INVENTORY: _C.HERE,
    _S.EDITED: _C.HERE,
    _S.RELEASED: _C.HERE,
    _S.SHIPPED: _C.SHIPPED,
    _S.CANCELLED: _C.CANCELLED,
    _S.JUNK: _C.CANCELLED,
    _S.FAILED: _C.FAILED,
}
BY_TRANSFER: dict[TransferStatus, CancelOutcome] = {
    _T.NONE: _C.HERE,
    _T.QUEUED: _C.HERE,
    _T.SENT: _C.BEING_SENT,
    _T.UNKNOWN: _C.ASK_FIRST,
    _T.TRANSFERRED: _C.AT_DOM,
    _T.FAILED: _C.HERE,
    _T.HELD: _C.HERE,
    _T.GIVEN_UP: _C.HERE,
}


def judge_cancel(
    status: OrderStatus, transfer: TransferStatus, *, maybe_there: bool, shipped: int
) -> CancelOutcome:
    """Say what comes of it. ``maybe_there``: an earlier try may have arrived; ``shipped``: pieces that left."""
    by_status = BY_STATUS[status]
    if by_status is not CancelOutcome.HERE:
        return by_status
    if shipped:
        return CancelOutcome.SHIPPED
    by_transfer = BY_TRANSFER[transfer]
    if by_transfer is CancelOutcome.HERE and maybe_there:
        return CancelOutcome.ASK_FIRST
    return by_transfer


def cancel_refusal(outcome: CancelOutcome, number: str, external_order_id: str) -> Conflict:
    """Return what the person is told of an outcome that is not HERE."""
    sentence, advice = _TOLD[outcome]
    words = {"number": number, "external": external_order_id}
    return Conflict(sentence.format(**words), advice=advice.format(**words), code=outcome.value)


_TOLD = {
    _C.BEING_SENT: (
        "{number} is being sent to the DOM this very moment.",
        "Look again in a few seconds: then it is there, or it is not.",
    ),
    _C.ASK_FIRST: (
        "Nobody knows whether the DOM holds {number}.",
        "Ask the DOM first (Transfers), then cancel.",
    ),
    _C.AT_DOM: (
        "The DOM holds {number} as {external}, and this desk can not cancel it there yet.",
        "Cancel it in the DOM; its message cancels it here, lets the payment go and tells the customer.",
    ),
    _C.SHIPPED: ("Something of {number} has been shipped.", "Take it as a return."),
    _C.CANCELLED: ("{number} is cancelled already.", "There is nothing to do."),
    _C.IN_CHECKOUT: ("{number} is still being submitted.", "Wait for the answer."),
    _C.FAILED: (
        "{number} never became an order: its checkout was undone.",
        "There is nothing to cancel.",
    ),
}
