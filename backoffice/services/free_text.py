"""What people type into fields: what can be kept as it is, and the sentence where it can not.

Text is kept as plain text: markup is just letters. Refused is what would be lost or must never be written
down: too long for the field, characters no screen can show, a card number.
"""

import unicodedata

from backoffice.domain.payment import holds_card_number

CARD_SENTENCE = (
    "This looks like a card number. Card numbers are never written down: use Payment (F7) instead."
)


def one_line(written: str) -> str:
    """Return the text as a name is kept: without line breaks, tabs and outer or doubled spaces."""
    return " ".join(written.split())


def text_problem(what: str, written: str, longest: int, *, lines: bool = False) -> str:
    """Return why ``written`` can not be kept as ``what`` ("The first name"), "" when it can."""
    kept = written if lines else one_line(written)
    if len(kept) > longest:
        over = len(kept) - longest
        return (
            f"{what} can hold {longest:,} characters; this has {len(kept):,}."
            f" Nothing was saved and nothing is lost: shorten it by {over:,}."
        )
    if any(_can_not_be_shown(character) for character in kept):
        return f"{what} holds characters that can not be shown. Delete them, or type it again."
    if holds_card_number(kept):
        return CARD_SENTENCE
    return ""


def _can_not_be_shown(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"
