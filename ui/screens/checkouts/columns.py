"""What the tables of the Checkouts screen say of a row, and the words of the checkout's actions."""

from backoffice.domain.failed_checkout import (
    FailedCheckout,
    FailedStanding,
    JournalLine,
    OpenItem,
    OpenKind,
)
from backoffice.domain.statuses import OrderStatus, PaymentStatus, TransferStatus
from ui.text import Text
from ui.tone import Tone
from ui.widgets import statuses
from ui.widgets.rows import Column
from ui.widgets.statuses import Said
from ui.words import tr

Cause = tuple[str, str, int]  # action, sentence of the newest, count
Numbered = tuple[int, JournalLine]  # its place in the journal: the same step may come twice

_STANDINGS = {
    FailedStanding.STUCK: ("Undo failed", Tone.BAD, "failed", "It is tried again by itself; its cart is closed."),
    FailedStanding.CHECKING: ("Not known yet", Tone.WARN, "unknown", "The bank is being asked."),
    FailedStanding.OPEN: ("Being let go", Tone.INFO, "waiting", "Undone here; not all is let go of yet."),
    FailedStanding.UNDONE: ("Undone", Tone.GOOD, "check", "Everything is undone, and nothing is open."),
    FailedStanding.REFUSED: ("Refused at once", Tone.NEUTRAL, "minus", "Nothing had been done, so nothing was undone."),
}  # fmt: skip
_ACTIONS = {
    "preCheckout": "Before the checkout",
    "shippingInformation": "Addresses and ship method",
    "giftCertificateBalanceChecker": "Gift certificates",
    "stockChecker": "Items and stock",
    "updateCustomer": "Customer",
    "createNewOrder": "Order and its number",
    "populateOrderData": "Extra data of the order",
    "createGiftCertificates": "Certificates bought",
    "populateTemplateOrderPayment": "Payments planned",
    "authorizePayments": "Payment authorised",
    "updateLimitedUsageNumbers": "Uses of coupons",
    "subscriptionCreditCheck": "Card of a subscription",
    "updateOrder": "Stock taken",
    "commitOrderTax": "Tax document",
    "processCouponCustomerAssignments": "Coupons earned",
    "createNewOrderEvent": "Transfer and e-mail",
    "initiateFulfilment": "Released to ship",
    "capturePayments": "Money taken",
    "clearShoppingCart": "Cart closed",
    "postCheckout": "After the checkout",
}
_OUTCOMES = {
    ("execute", "done"): ("Done", Tone.GOOD, "check"),
    ("execute", "failed"): ("Failed", Tone.BAD, "failed"),
    ("execute", "intended"): ("Asked", Tone.INFO, "waiting"),
    ("execute", "unknown"): ("No answer", Tone.WARN, "unknown"),
    ("undo", "done"): ("Undone", Tone.NEUTRAL, "back"),
    ("undo", "failed"): ("Undo failed", Tone.BAD, "failed"),
}


def standing(value: FailedStanding) -> Said:
    """Say how a checkout stands."""
    word, tone, icon, tip = _STANDINGS[value]
    return Said(word=tr(word), tone=tone, icon=icon, tip=tr(tip))


def action_word(name: str) -> str:
    """Return an action as people say it; one of a package has the name it gave itself."""
    return tr(_ACTIONS[name]) if name in _ACTIONS else name


def outcome(line: JournalLine) -> Said:
    """Say how a step ended."""
    word, tone, icon = _OUTCOMES.get((line.what, line.outcome), (line.outcome, Tone.NEUTRAL, "dot"))
    return Said(word=tr(word), tone=tone, icon=icon)


def open_status(item: OpenItem) -> Said:
    """Say where what is open stands."""
    if item.kind is OpenKind.PAYMENT:
        return statuses.payment_status(PaymentStatus(item.status))
    if item.kind is OpenKind.ORDER:
        return statuses.order_status(OrderStatus(item.status).value)
    if item.kind is OpenKind.TRANSFER:
        return statuses.transfer_status(TransferStatus(item.status))
    return Said(word=tr(_WAITING.get(item.status, item.status)), tone=Tone.WARN, icon="waiting")


def open_word(item: OpenItem) -> str:
    """Say what is open."""
    return action_word(item.word) if item.kind is OpenKind.TAKE_BACK else tr(item.word)


_WAITING = {"releasing": "Being released", "consumed": "Still taken", "open": "Being taken back"}


def checkout_columns(text: Text) -> tuple[Column[FailedCheckout], ...]:
    """Return the columns of the list."""
    return (
        Column(title=tr("Order"), text=lambda row: row.order_number or tr("none"), width=12),
        Column(
            title=tr("Stands"),
            text=lambda row: standing(row.standing).word,
            tip=lambda row: standing(row.standing).tip,
            tone=lambda row: standing(row.standing).tone,
            icon=lambda row: standing(row.standing).icon,
            width=22,
        ),
        Column(
            title=tr("Failed at"),
            text=lambda row: action_word(row.failed_action),
            tip=lambda row: row.failed_action,
            width=23,
        ),
        Column(title=tr("Why"), text=lambda row: row.sentence, stretch=True, width=24),
        Column(title=tr("Customer"), text=lambda row: row.customer_name, width=18),
        Column(title=tr("Total"), text=lambda row: text.money(row.total), amount=True, width=14),
        Column(title=tr("Agent"), text=lambda row: row.agent, muted=True, width=10),
        Column(
            title=tr("When"),
            text=lambda row: text.ago_short(row.started_at),
            tip=lambda row: text.moment(row.started_at),
            muted=True,
            width=16,
        ),
    )


def cause_columns() -> tuple[Column[Cause], ...]:
    """Return the columns of failures by action."""
    return (
        Column(
            title=tr("Where they failed"),
            text=lambda row: action_word(row[0]),
            tip=lambda row: row[1],
            width=16,
            stretch=True,
        ),
        Column(title="", text=lambda row: str(row[2]), amount=True, width=6),
    )


def journal_columns(text: Text) -> tuple[Column[Numbered], ...]:
    """Return the columns of the journal, a line of time."""
    return (
        Column(
            title=tr("At"),
            text=lambda row: text.time(row[1].at),
            tip=lambda row: text.moment(row[1].at),
            muted=True,
            width=7,
        ),
        Column(
            title=tr("Step"),
            text=lambda row: action_word(row[1].action),
            tip=lambda row: row[1].action,
            width=29,
        ),
        Column(
            title=tr("Outcome"),
            text=lambda row: outcome(row[1]).word,
            tone=lambda row: outcome(row[1]).tone,
            icon=lambda row: outcome(row[1]).icon,
            width=16,
        ),
        Column(title=tr("Why"), text=lambda row: row[1].reason, muted=True, stretch=True, width=16),
    )


def open_columns(text: Text) -> tuple[Column[OpenItem], ...]:
    """Return the columns of what is open."""
    return (
        Column(title=tr("Still open"), text=open_word, width=24),
        Column(title=tr("Amount"), text=lambda row: text.money(row.amount), amount=True, width=13),
        Column(
            title=tr("Is"),
            text=lambda row: open_status(row).word,
            tone=lambda row: open_status(row).tone,
            icon=lambda row: open_status(row).icon,
            width=17,
        ),
        Column(title=tr("Waits for"), text=lambda row: row.reason, stretch=True, muted=True, width=14),
    )
