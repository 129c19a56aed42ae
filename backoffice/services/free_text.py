"""What people type into fields: what can be kept as it is, and the sentence where it can not.

Text is kept as plain text: markup is just letters. Refused is what would be lost or must never be written
down: too long for the field, characters no screen can show, a card number.
"""

import unicodedata
from typing import Any

from backoffice.domain.errors import InvalidInput
from backoffice.domain.payment import holds_card_number, holds_security_code

CARD_SENTENCE = (
    "This looks like a card number. Card numbers are never written down: use Payment (F7) instead."
)

MASKED = "(not kept: it looks like a card number)"
LONGEST_QUESTION = 200
LONGEST_REASON = 400


def one_line(written: str) -> str:
    """Return the text as a name is kept: without line breaks, tabs and outer or doubled spaces."""
    return " ".join(written.split())


def searchable(written: str) -> str:
    """Return what can be looked for: one line of at most 200 characters, without those nobody can type."""
    shown = (" " if _can_not_be_shown(character) else character for character in written[:LONGEST_QUESTION])
    return one_line("".join(shown))


def text_problem(
    what: str, written: str, longest: int, *, lines: bool = False, may_be_number: bool = False
) -> str:
    """Return why ``written`` can not be kept as ``what`` ("The first name"), "" when it can.

    ``lines``: line breaks stay. ``may_be_number``: a bar code of an item may look like a card number.
    """
    kept = written if lines else one_line(written)
    if len(kept) > longest:
        over = len(kept) - longest
        return (
            f"{what} can hold {longest:,} characters; this has {len(kept):,}."
            f" Nothing was saved and nothing is lost: shorten it by {over:,}."
        )
    if any(_can_not_be_shown(character) for character in kept):
        return f"{what} holds characters that can not be shown. Delete them, or type it again."
    if (not may_be_number and holds_card_number(kept)) or holds_security_code(kept):
        return CARD_SENTENCE
    return ""


def checked_reason(written: str, what: str) -> str:
    """Return the reason of an act ("Cancelling") as it is kept; InvalidInput when it can not be, or says nothing."""
    reason = one_line(written)
    if not reason:
        sentence = f"{what} needs a reason."
        raise InvalidInput(sentence, field="reason", advice="Say why in a few words.", code="reason_needed")
    problem = text_problem("A reason", reason, LONGEST_REASON)
    if problem:
        raise InvalidInput(problem, field="reason", advice="What you typed is still there.")
    return reason


def _can_not_be_shown(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"


def without_cards(value: Any, *, but: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - JSON, and the same back
    """Return a text, or JSON with texts in it, in which what may be a card number is masked.

    For what nobody can be asked to type again: messages received, the trail. ``but`` names fields left as they are.
    """
    if isinstance(value, str):
        return MASKED if holds_card_number(value) else value
    if isinstance(value, dict):
        return {
            name: inner if name in but else without_cards(inner, but=but) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [without_cards(inner, but=but) for inner in value]
    return value
