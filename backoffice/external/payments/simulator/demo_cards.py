"""The cards every customer of the simulator has. What a card does is in its token, so a demo needs no set-up.

| token | does |
|---|---|
| card_approves | approves at once |
| card_insufficient_funds | declines: insufficient_funds |
| card_expired | declines: expired_card |
| card_answers_late | pending, approved after `pending_for` seconds; the webhook tells |
| card_declines_late | pending, declined (do_not_honour) after `pending_for` seconds |
| card_never_answers | approves, and never answers the first try |
| card_late_effect | never answers the first try, and approves `late_for` seconds after it |
| card_slow | approves after 3 seconds |
"""

from dataclasses import dataclass
from datetime import timedelta

from backoffice.external.payments.simulator.faults import Fault

DECLINES = {
    "insufficient_funds": "The bank declined: insufficient funds.",
    "expired_card": "The bank declined: the card has expired.",
    "do_not_honour": "The bank declined without giving a reason.",
    "lost_card": "The bank declined: the card is reported lost.",
    "suspected_fraud": "The bank declined: suspected fraud.",
}
LABELS = {
    "card_approves": "Visa ending 4242, 04/29",
    "card_insufficient_funds": "Visa ending 9995, 08/28 (demo: insufficient funds)",
    "card_expired": "Mastercard ending 0069, 01/24 (demo: expired card)",
    "card_answers_late": "Mastercard ending 4444, 11/28 (demo: approves some seconds later)",
    "card_declines_late": "Mastercard ending 5100, 02/28 (demo: declines some seconds later)",
    "card_never_answers": "Amex ending 0005, 12/28 (demo: approves but never answers)",
    "card_late_effect": "Amex ending 8431, 06/29 (demo: approves after the time-out)",
    "card_slow": "Visa ending 0259, 09/29 (demo: takes 3 seconds)",
}
LINK_TOKEN = "paid_by_link"  # noqa: S105 - what stands in the ledger when no saved card was used


@dataclass(frozen=True, kw_only=True, slots=True)
class Delays:
    """How long the slow cards take, and how long a held amount stays held."""

    pending_for: timedelta = timedelta(seconds=5)
    late_for: timedelta = timedelta(seconds=12)  # above a client's usual deadline of ten seconds
    authorisation_for: timedelta = timedelta(days=7)


def behaviour_of(token: str, delays: Delays) -> Fault | None:
    """What a card does to the first try of an authorisation; None: nothing but approve."""
    pending, late = delays.pending_for.total_seconds(), delays.late_for.total_seconds()
    return {
        "card_insufficient_funds": Fault(kind="decline", code="insufficient_funds"),
        "card_expired": Fault(kind="decline", code="expired_card"),
        "card_answers_late": Fault(kind="pending", seconds=pending),
        "card_declines_late": Fault(kind="pending", seconds=pending, code="do_not_honour"),
        "card_never_answers": Fault(kind="silent_after"),
        "card_late_effect": Fault(kind="late", seconds=late),
        "card_slow": Fault(kind="latency", seconds=3),
    }.get(token)
