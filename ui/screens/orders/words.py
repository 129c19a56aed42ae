"""Restrictions of a search as people read them: on chips, in the panel, on the list's empty page."""

from backoffice.domain.order_query import KEYS, STATUS_WORDS, TRANSFER_WORDS, Term
from backoffice.domain.statuses import TransferStatus
from ui.widgets import statuses
from ui.words import tr

NAMES = {
    "status": "Status",
    "transfer": "Transfer",
    "after": "Placed since",
    "before": "Placed before",
    "agent": "Agent",
    "name": "Name or company",
    "customer": "Customer number",
    "email": "E-mail",
    "phone": "Phone",
    "sku": "SKU",
    "number": "Order number",
    "payment": "Payment or PO",
    "postcode": "Ship-to postcode",
    "failed": "Failed checkouts",
    "sort": "Sorted by",
}
_DAYS = {"today": "today", "yesterday": "yesterday", "7d": "7 days ago", "30d": "30 days ago"}


def name_of(key: str) -> str:
    """Return a key as people call it."""
    return tr(NAMES[key])


def chip_words(term: Term) -> str:
    """Return what a chip says of a restriction."""
    if term.key == "failed":
        return tr("Failed checkouts too")
    value = ", ".join(
        value_word(term.key, one) for one in (term.values if KEYS[term.key].several else (term.value,))
    )
    if term.out:
        return tr("{name}: not {value}", name=name_of(term.key), value=value)
    return tr("{name}: {value}", name=name_of(term.key), value=value)


def value_word(key: str, value: str) -> str:
    """Return a value as the list says it."""
    if key == "status":
        return statuses.order_status(STATUS_WORDS[value]).word
    if key == "transfer":
        return statuses.transfer_status(TransferStatus(TRANSFER_WORDS[value])).word
    if key in {"after", "before"}:
        return tr(_DAYS[value]) if value in _DAYS else value
    return value


def sort_words(word: str) -> str:
    """Return an order of the list as people say it."""
    return tr(_SORTS[word])


_SORTS = {
    "placed": "newest first",
    "placed-up": "oldest first",
    "total": "largest total first",
    "total-up": "smallest total first",
    "number": "highest number first",
    "number-up": "lowest number first",
    "status": "status, backwards",
    "status-up": "status",
}
