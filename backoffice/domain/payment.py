"""How an order is paid. No card number exists here: a card is a token of the gateway's and a label."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from backoffice.domain.ids import PaymentId
from backoffice.domain.money import Money
from backoffice.domain.statuses import LinkStatus, MoveStatus, PaymentStatus

_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_DIGIT_GROUPS = re.compile(r"[0-9]+(?:[ .\u00a0\u2009\u202f\u2010-\u2015-]{1,3}[0-9]+)*")
# How card numbers begin (ISO/IEC 7812): 3 to 6 the great brands, 8 UnionPay, 9 national ones, 2 with 16 digits or more.
_ISSUED = re.compile(r"[345689]|2[0-9]{15}")
# "CVV 123", "card security code: 1234": the digits on a card's back, where the text says what they are.
_SECURITY_CODE = re.compile(
    r"\b(?:cvv2?|cvc2?|cvn|card (?:security|verification) (?:code|number|value))\b[^0-9a-z]{0,4}[0-9]{3,4}\b",
    re.IGNORECASE,
)
_HEX_ID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])")


class PaymentMethod(Enum):
    """Ways to pay at this desk."""

    ON_ACCOUNT = "on_account"  # purchase order; no gateway
    CARD = "card"  # a card the gateway keeps
    LINK = "link"  # the customer pays on a page of the gateway's
    GIFT_CERTIFICATE = "gift_certificate"  # from what is left on a certificate; taken before all others


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentPlan:
    """What the agent chose. ``reference`` is the PO number or the card's token; ``amount`` None: the rest."""

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


class MoveKind(Enum):
    """How money moves once it is held."""

    CAPTURE = "capture"  # take what was held, or part of it
    VOID = "void"  # let go of what is held and not taken
    REFUND = "refund"  # give back what was taken, or part of it


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyMove:
    """One move of money as it is shown. ``about``: what for; ``reason``: why not yet, or why not."""

    move_id: str
    order_number: str
    payment: str  # label
    kind: MoveKind
    amount: Money
    status: MoveStatus
    about: str
    attempts: int
    reason: str
    planned_at: datetime
    updated_at: datetime
    alerted_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PayLink:
    """A page where the customer pays; ``url`` is "" until the gateway has made it."""

    url: str
    amount: Money
    status: LinkStatus
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CardChoice:
    """A card the gateway keeps for the customer."""

    token: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentChoices:
    """How this cart can be paid. A trouble is the sentence why not, "" when it can."""

    to_pay: Money | None  # after gift certificates; None before Prepare
    cards: tuple[CardChoice, ...]
    cards_trouble: str
    link_trouble: str


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds 13 to 19 digits, in one piece or in groups, that begin like a card's and pass Luhn.

    Ids of 32 hexadecimal digits, with or without a UUID's dashes, are set aside: about one in five hundred
    holds a run of decimal digits that happens to pass, and none is a card.
    """
    runs = _DIGIT_GROUPS.findall(_HEX_ID.sub("|", text))
    return any(_hides_card(re.findall("[0-9]+", run)) for run in runs)


def holds_security_code(text: str) -> bool:
    """Tell whether a text holds a card's security code and calls it one."""
    return _SECURITY_CODE.search(text) is not None


def _hides_card(groups: list[str]) -> bool:
    """Any neighbouring groups may be the number: "2 of 4242 4242 4242 4242, 04 29" hides one too."""
    for start in range(len(groups)):
        digits = ""
        for group in groups[start:]:
            digits += group
            if len(digits) > _LONGEST_CARD:
                break
            if len(digits) >= _SHORTEST_CARD and _may_be_card(digits):
                return True
    return any(_hides_inside(group) for group in groups if len(group) > _LONGEST_CARD)


def _hides_inside(digits: str) -> bool:
    return any(
        _may_be_card(digits[start : start + length])
        for length in range(_SHORTEST_CARD, _LONGEST_CARD + 1)
        for start in range(len(digits) - length + 1)
    )


def _may_be_card(digits: str) -> bool:
    """Numbers of no issuer are street addresses ("Suite 25800 3401 - 10810th Avenue") and the like."""
    return _ISSUED.match(digits) is not None and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - Luhn's own nine
    return total % 10 == 0 and len(set(digits)) > 1
