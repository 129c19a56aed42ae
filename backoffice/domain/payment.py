"""How an order is paid. No card number exists here: a card is a token of the gateway's and a label."""

from dataclasses import dataclass
from enum import Enum

from backoffice.domain.ids import PaymentId
from backoffice.domain.money import Money
from backoffice.domain.statuses import PaymentStatus

_SHORTEST_CARD, _LONGEST_CARD = 13, 19


class PaymentMethod(Enum):
    """Ways to pay at this desk."""

    ON_ACCOUNT = "on_account"  # purchase order; no gateway
    CARD = "card"  # a card the gateway keeps
    LINK = "link"  # the customer pays on a page of the gateway's


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentPlan:
    """What the agent chose. ``reference`` is the PO number or the card's token; ``amount`` None means the rest."""

    method: PaymentMethod
    reference: str
    label: str
    amount: Money | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """One payment of an order. ``key`` goes to the gateway with every try."""

    payment_id: PaymentId
    method: PaymentMethod
    label: str
    reference: str
    key: str
    amount: Money
    status: PaymentStatus
    gateway_id: str
    reason: str


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds 13 to 19 digits in a row (spaces and dashes apart) that pass the Luhn test."""
    run = ""
    for character in text + "\n":
        if character.isdecimal() and character.isascii():
            run += character
        elif character not in " -." or not run:
            if _hides_card(run):
                return True
            run = ""
    return False


def _hides_card(digits: str) -> bool:
    return any(
        _passes_luhn(digits[start : start + length])
        for length in range(_SHORTEST_CARD, min(len(digits), _LONGEST_CARD) + 1)
        for start in range(len(digits) - length + 1)
        if length == len(digits) or len(digits) > _LONGEST_CARD
    )


def _passes_luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - Luhn's own nine
    return total % 10 == 0 and len(set(digits)) > 1
