"""Statuses and their allowed moves, as tables. The letters are WebSphere Commerce's; FAILED is Elastic Path's."""

from enum import Enum
from typing import TypeVar

from backoffice.domain.errors import Conflict


class OrderStatus(Enum):
    """Where an order is."""

    PENDING = "P"  # being built; never leaves the checkout with it
    SUBMITTED = "I"  # past the pivot
    PAYMENT_INITIATED = "M"  # waiting for a payment that is under way (pay by link)
    AUTHORISED = "C"  # paid for as far as needed to ship
    CAPTURED = "D"  # money taken
    APPROVAL = "W"  # waits for approval
    DENIED = "N"  # approval denied
    REVIEW = "A"  # payment under review
    BACKORDERED = "B"
    LOW_INVENTORY = "L"
    EDITED = "E"  # being edited
    RELEASED = "R"  # at the warehouse
    SHIPPED = "S"
    CANCELLED = "X"
    JUNK = "J"
    FAILED = "FAILED"  # the checkout did not complete


class TransferStatus(Enum):
    """How far the order is on its way to the DOM; F of WebSphere Commerce is queued, sent or unknown here."""

    NONE = "none"  # the store's orders do not go to a DOM
    QUEUED = "queued"  # will be sent by itself
    SENT = "sent"  # a try is under way
    UNKNOWN = "unknown"  # sent, no answer: being asked for
    TRANSFERRED = "transferred"  # G: the DOM holds it
    FAILED = "failed"  # H: waits for a supervisor
    HELD = "held"  # stopped by a supervisor
    GIVEN_UP = "given_up"  # a supervisor decided it will never be sent


class PaymentStatus(Enum):
    """Where one payment is."""

    PLANNED = "planned"  # nothing asked of the gateway yet
    AUTHORISING = "authorising"  # intent written, the gateway is being asked
    UNKNOWN = "unknown"  # asked, no answer: being looked up
    AUTHORISED = "authorised"
    DECLINED = "declined"
    PENDING = "pending"  # the gateway answers later (link, late result)
    VOIDING = "voiding"  # to be let go of; a durable job sees to it
    VOIDED = "voided"
    CAPTURED = "captured"
    REFUNDED = "refunded"


class MoveStatus(Enum):
    """Where one move of money is: a capture, a void or a refund after the pivot."""

    PLANNED = "planned"  # intent written; the gateway has certainly not been asked, or turned it away
    SENT = "sent"  # the gateway is being asked
    UNKNOWN = "unknown"  # asked, no usable answer: being looked up
    DONE = "done"
    REFUSED = "refused"  # waits for a supervisor
    DROPPED = "dropped"  # not wanted any more before it was sent, or settled by a supervisor


class LinkStatus(Enum):
    """Where a page to pay on is."""

    MAKING = "making"  # intent written, the gateway is being asked
    OPEN = "open"  # the customer can pay
    CLOSING = "closing"  # to be closed; durable work sees to it
    PAID = "paid"
    CLOSED = "closed"  # expired, cancelled, or never made


class CheckoutState(Enum):
    """Where one press of Submit is."""

    RUNNING = "running"  # a process is at it; its lease says until when
    CHECKING = "checking"  # an outside answer is missing; durable work asks for it
    COMPLETED = "completed"  # past the pivot
    ROLLED_BACK = "rolled_back"  # everything undone
    STUCK = "stuck"  # an undo failed; durable work keeps trying, a supervisor sees it


class CartStatus(Enum):
    """Where a cart is."""

    OPEN = "open"
    IN_CHECKOUT = "in_checkout"  # Submit was pressed; not to be changed
    ORDERED = "ordered"  # closed: its order exists
    CANCELLED = "cancelled"


class ReservationStatus(Enum):
    """Where a reservation is."""

    ASKING = "asking"  # intent written, the DOM is being asked
    HELD = "held"
    CONSUMED = "consumed"  # the order took it
    RELEASING = "releasing"  # to be let go of; durable work sees to it
    RELEASED = "released"
    EXPIRED = "expired"


class OrderShipmentStatus(Enum):
    """Where the part of an order is that travels together."""

    OPEN = "open"  # part of its order; the parcels are told by the DOM
    FAILED = "failed"  # the checkout did not complete


class TaxDocumentStatus(Enum):
    """Where a tax document is."""

    COMMITTED = "committed"
    DELETED = "deleted"  # its order did not come to be; the number stays taken


class TakeBackState(Enum):
    """Where something is that the world was asked to do, and is to take back."""

    OPEN = "open"  # a durable job asks for it until it is done
    DONE = "done"


_S = OrderStatus
_LIVE = frozenset(
    {
        _S.PAYMENT_INITIATED,
        _S.AUTHORISED,
        _S.CAPTURED,
        _S.REVIEW,
        _S.BACKORDERED,
        _S.LOW_INVENTORY,
        _S.RELEASED,
        _S.SHIPPED,
        _S.CANCELLED,
        _S.EDITED,
    }
)
ORDER_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.PENDING: frozenset({_S.SUBMITTED, _S.PAYMENT_INITIATED, _S.AUTHORISED, _S.APPROVAL, _S.FAILED}),
    _S.SUBMITTED: _LIVE | {_S.APPROVAL, _S.FAILED},  # FAILED: only while the checkout is before its pivot
    _S.PAYMENT_INITIATED: frozenset({_S.AUTHORISED, _S.REVIEW, _S.CANCELLED, _S.CAPTURED}),
    _S.AUTHORISED: (_LIVE | {_S.FAILED}) - {_S.AUTHORISED, _S.PAYMENT_INITIATED},
    _S.CAPTURED: frozenset({_S.BACKORDERED, _S.LOW_INVENTORY, _S.RELEASED, _S.SHIPPED, _S.CANCELLED}),
    _S.APPROVAL: frozenset({_S.SUBMITTED, _S.AUTHORISED, _S.DENIED, _S.CANCELLED}),
    _S.DENIED: frozenset({_S.CANCELLED}),
    _S.REVIEW: frozenset({_S.AUTHORISED, _S.CANCELLED}),
    _S.BACKORDERED: frozenset({_S.RELEASED, _S.SHIPPED, _S.CANCELLED, _S.AUTHORISED}),
    _S.LOW_INVENTORY: frozenset({_S.RELEASED, _S.BACKORDERED, _S.SHIPPED, _S.CANCELLED}),
    _S.EDITED: frozenset({_S.SUBMITTED, _S.AUTHORISED, _S.CANCELLED}),
    _S.RELEASED: frozenset({_S.SHIPPED, _S.BACKORDERED, _S.CANCELLED, _S.CAPTURED}),
    _S.SHIPPED: frozenset(),
    _S.CANCELLED: frozenset({_S.JUNK}),
    _S.JUNK: frozenset(),
    _S.FAILED: frozenset(),
}

ROLLBACK_MOVES: dict[OrderStatus, OrderStatus] = {  # back, only while the checkout is before its pivot
    _S.AUTHORISED: _S.SUBMITTED,
    _S.PAYMENT_INITIATED: _S.SUBMITTED,
    _S.REVIEW: _S.SUBMITTED,
    _S.SUBMITTED: _S.PENDING,
}

_T = TransferStatus
TRANSFER_MOVES: dict[TransferStatus, frozenset[TransferStatus]] = {
    _T.NONE: frozenset({_T.QUEUED}),
    _T.QUEUED: frozenset({_T.SENT, _T.HELD, _T.FAILED}),
    _T.SENT: frozenset({_T.TRANSFERRED, _T.FAILED, _T.UNKNOWN, _T.QUEUED}),
    _T.UNKNOWN: frozenset({_T.TRANSFERRED, _T.QUEUED, _T.FAILED, _T.SENT}),
    _T.FAILED: frozenset({_T.QUEUED, _T.HELD, _T.GIVEN_UP, _T.TRANSFERRED}),
    _T.HELD: frozenset({_T.QUEUED, _T.GIVEN_UP}),
    _T.TRANSFERRED: frozenset(),
    _T.GIVEN_UP: frozenset(),
}

_P = PaymentStatus
PAYMENT_MOVES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    _P.PLANNED: frozenset({_P.AUTHORISING, _P.AUTHORISED, _P.PENDING, _P.VOIDED}),
    _P.AUTHORISING: frozenset({_P.AUTHORISED, _P.DECLINED, _P.UNKNOWN, _P.PENDING, _P.VOIDING, _P.VOIDED}),
    _P.UNKNOWN: frozenset({_P.AUTHORISED, _P.DECLINED, _P.PENDING, _P.VOIDING, _P.VOIDED}),
    _P.PENDING: frozenset({_P.AUTHORISED, _P.DECLINED, _P.VOIDING, _P.VOIDED, _P.CAPTURED}),
    _P.AUTHORISED: frozenset({_P.VOIDING, _P.VOIDED, _P.CAPTURED}),
    _P.DECLINED: frozenset({_P.VOIDED}),
    _P.VOIDING: frozenset({_P.VOIDED, _P.DECLINED, _P.CAPTURED}),
    _P.VOIDED: frozenset({_P.VOIDING}),  # money that came after all (a link paid too late) is let go of again
    _P.CAPTURED: frozenset({_P.REFUNDED}),
    _P.REFUNDED: frozenset(),
}

_M = MoveStatus
MONEY_MOVES: dict[MoveStatus, frozenset[MoveStatus]] = {
    _M.PLANNED: frozenset({_M.SENT, _M.DONE, _M.REFUSED, _M.DROPPED}),
    _M.SENT: frozenset({_M.PLANNED, _M.UNKNOWN, _M.DONE, _M.REFUSED}),
    _M.UNKNOWN: frozenset({_M.SENT, _M.DONE, _M.REFUSED}),
    _M.DONE: frozenset(),
    _M.REFUSED: frozenset({_M.DROPPED}),
    _M.DROPPED: frozenset(),
}

Status = TypeVar("Status", OrderStatus, TransferStatus, PaymentStatus, MoveStatus)


def check_move(moves: dict[Status, frozenset[Status]], before: Status, after: Status) -> None:
    """Raise Conflict unless the table allows the move."""
    if after not in moves[before]:
        sentence = f"It can not go from {before.name.lower()} to {after.name.lower()}."
        raise Conflict(sentence, advice="Reload: somebody may have been faster.")
