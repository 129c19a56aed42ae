"""Statuses as people say them: a word, a tone, an icon; WebSphere Commerce's letter is in the tip."""

from dataclasses import dataclass

from backoffice.domain.inventory import AvailabilityStatus, Source
from backoffice.domain.statuses import OrderStatus, PaymentStatus, TransferStatus
from ui.tone import Tone
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """How a status is shown. ``icon`` is a file in resources/icons."""

    word: str
    tone: Tone
    icon: str
    tip: str = ""


def order_status(letter: str) -> Said:
    """Say where an order is; a letter nobody knows is shown as it is."""
    known = _ORDERS.get(letter)
    if known is None:
        return Said(word=letter, tone=Tone.NEUTRAL, icon=Tone.NEUTRAL.icon)
    word, tone, icon = known
    tip = tr("The checkout did not complete.") if letter == "FAILED" else tr("Status {letter}", letter=letter)
    return Said(word=tr(word), tone=tone, icon=icon, tip=tip)


def transfer_status(status: TransferStatus) -> Said:
    """Say how far an order is on its way to the DOM."""
    word, tone, icon, tip = _TRANSFERS[status]
    return Said(word=tr(word), tone=tone, icon=icon, tip=tr(tip))


def payment_status(status: PaymentStatus) -> Said:
    """Say where a payment is."""
    word, tone = _PAYMENTS[status]
    icon = "unknown" if status is PaymentStatus.UNKNOWN else tone.icon
    return Said(word=tr(word), tone=tone, icon=icon)


def attempt_outcome(outcome: str) -> Said:
    """Say how a try ended."""
    word, tone, icon = _ATTEMPTS.get(outcome, (outcome, Tone.NEUTRAL, "dot"))
    return Said(word=tr(word), tone=tone, icon=icon)


def message_state(state: str) -> Said:
    """Say what became of a message received."""
    word, tone, icon, tip = _MESSAGES.get(state, (state, Tone.NEUTRAL, "dot", ""))
    return Said(word=tr(word), tone=tone, icon=icon, tip=tr(tip) if tip else "")


def mail_status(status: str) -> Said:
    """Say where an e-mail is."""
    word, tone, icon = _MAILS.get(status, (status, Tone.NEUTRAL, "mail"))
    return Said(word=tr(word), tone=tone, icon=icon)


def availability(status: AvailabilityStatus) -> Said:
    """Say what can be promised."""
    word, tone = _AVAILABILITIES[status]
    return Said(word=tr(word), tone=tone, icon=tone.icon, tip=status.value)


def source(where: Source) -> Said:
    """Say where a number came from."""
    word, tone, icon, tip = _SOURCES[where]
    return Said(word=tr(word), tone=tone, icon=icon, tip=tr(tip))


_ORDERS: dict[str, tuple[str, Tone, str]] = {
    OrderStatus.PENDING.value: ("Being built", Tone.NEUTRAL, "edit"),
    OrderStatus.SUBMITTED.value: ("Submitted", Tone.INFO, "check"),
    OrderStatus.PAYMENT_INITIATED.value: ("Payment under way", Tone.INFO, "clock"),
    OrderStatus.AUTHORISED.value: ("Payment secured", Tone.GOOD, "card"),
    OrderStatus.CAPTURED.value: ("Paid", Tone.GOOD, "card"),
    OrderStatus.APPROVAL.value: ("Needs approval", Tone.WARN, "warning"),
    OrderStatus.DENIED.value: ("Denied", Tone.BAD, "failed"),
    OrderStatus.REVIEW.value: ("Payment in review", Tone.WARN, "warning"),
    OrderStatus.BACKORDERED.value: ("Back-ordered", Tone.WARN, "clock"),
    OrderStatus.LOW_INVENTORY.value: ("Short of stock", Tone.WARN, "stock"),
    OrderStatus.EDITED.value: ("Being edited", Tone.NEUTRAL, "edit"),
    OrderStatus.RELEASED.value: ("At the warehouse", Tone.INFO, "stock"),
    OrderStatus.SHIPPED.value: ("Shipped", Tone.GOOD, "truck"),
    OrderStatus.CANCELLED.value: ("Cancelled", Tone.NEUTRAL, "close"),
    OrderStatus.JUNK.value: ("Discarded", Tone.NEUTRAL, "trash"),
    OrderStatus.FAILED.value: ("Not completed", Tone.BAD, "failed"),
}
_TRANSFERS: dict[TransferStatus, tuple[str, Tone, str, str]] = {
    TransferStatus.NONE: ("Stays here", Tone.NEUTRAL, "home", "The store's orders do not go to a DOM."),
    TransferStatus.QUEUED: ("Waiting", Tone.INFO, "waiting", "Goes to the DOM by itself. Transfer status F."),
    TransferStatus.SENT: ("Being sent", Tone.INFO, "sync", "A try is under way. Transfer status F."),
    TransferStatus.UNKNOWN: (
        "Not known yet",
        Tone.WARN,
        "unknown",
        "Sent, no answer: the DOM is being asked. Transfer status F.",
    ),
    TransferStatus.TRANSFERRED: (
        "At the DOM",
        Tone.GOOD,
        "check",
        "The DOM holds the order. Transfer status G.",
    ),
    TransferStatus.FAILED: (
        "Transfer failed",
        Tone.BAD,
        "failed",
        "Waits for a supervisor. Transfer status H.",
    ),
    TransferStatus.HELD: ("Held", Tone.WARN, "hold", "Stopped by a supervisor until released."),
    TransferStatus.GIVEN_UP: (
        "Given up",
        Tone.NEUTRAL,
        "close",
        "A supervisor decided it will never be sent.",
    ),
}
_PAYMENTS: dict[PaymentStatus, tuple[str, Tone]] = {
    PaymentStatus.PLANNED: ("Planned", Tone.NEUTRAL),
    PaymentStatus.AUTHORISING: ("Being asked for", Tone.INFO),
    PaymentStatus.UNKNOWN: ("Not known yet", Tone.WARN),
    PaymentStatus.AUTHORISED: ("Authorised", Tone.GOOD),
    PaymentStatus.DECLINED: ("Declined", Tone.BAD),
    PaymentStatus.PENDING: ("Waiting for the customer", Tone.INFO),
    PaymentStatus.VOIDING: ("Being let go", Tone.NEUTRAL),
    PaymentStatus.VOIDED: ("Let go", Tone.NEUTRAL),
    PaymentStatus.CAPTURED: ("Taken", Tone.GOOD),
    PaymentStatus.REFUNDED: ("Refunded", Tone.NEUTRAL),
}
_ATTEMPTS = {
    "": ("Under way", Tone.INFO, "sync"),
    "succeeded": ("Acknowledged", Tone.GOOD, "check"),
    "refused": ("Refused", Tone.BAD, "failed"),
    "unreachable": ("Not reached", Tone.WARN, "offline"),
    "unknown": ("No answer", Tone.WARN, "unknown"),
}
_MESSAGES = {
    "applied": ("Applied", Tone.GOOD, "check", "It changed what is kept here."),
    "ignored": ("Ignored as stale", Tone.NEUTRAL, "minus", "Something newer was there already."),
    "parked": (
        "Parked",
        Tone.WARN,
        "pause",
        "Its order is not known here yet; it is applied when it appears.",
    ),
    "set_aside": ("Set aside", Tone.BAD, "failed", "It could not be taken; somebody has to look."),
    "received": ("Received", Tone.INFO, "download", "Stored, not looked at yet."),
}
_MAILS = {
    "queued": ("Waiting", Tone.INFO, "waiting"),
    "sent": ("Sent", Tone.GOOD, "check"),
    "failed": ("Not sent", Tone.BAD, "failed"),
}
_AVAILABILITIES: dict[AvailabilityStatus, tuple[str, Tone]] = {
    AvailabilityStatus.AVAILABLE: ("Available", Tone.GOOD),
    AvailabilityStatus.BACKORDERABLE: ("Can be back-ordered", Tone.WARN),
    AvailabilityStatus.UNAVAILABLE: ("Not available", Tone.BAD),
}
_SOURCES: dict[Source, tuple[str, Tone, str, str]] = {
    Source.LIVE: ("Live", Tone.GOOD, "live", "The DOM said so just now."),
    Source.CACHED: ("Cached", Tone.INFO, "clock", "What the DOM said a while ago, still trusted."),
    Source.STALE: ("Stale", Tone.WARN, "warning", "Past its time: the DOM did not answer."),
    Source.FALLBACK: ("Fallback", Tone.WARN, "unknown", "A setting of the store: nothing is known."),
    Source.LOCAL: ("Own stock", Tone.GOOD, "home", "Counted here."),
}
