"""Telephone numbers in any spelling: what is kept to find them by, and what somebody may have meant.

A number is kept as typed. Beside it stand its digits with the country's code where it can be told (12455550173
for "245-555-0173" in the US), else just the digits. A search looks for all of it, for its end (a prefix was left
out), and for numbers that are its end (a prefix was left out when they were written down).
"""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from backoffice.domain.payment import holds_card_number

HOME = "US"
LONGEST = 60
_FEWEST_DIGITS, _MOST_DIGITS = 3, 20
_FEWEST_TO_FIND, _FEWEST_TO_FIND_AMONG_LETTERS = 4, 7
_FEWEST_LEFT = 7  # a shorter stored number is not taken for the end of the one asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneQuestion:
    """What to look for: numbers that are it, beginnings of reversed ones, and numbers that are its end."""

    exact: tuple[str, ...]
    reversed_beginnings: tuple[str, ...]
    ends: tuple[str, ...]


def phone_digits(written: str, country: str = HOME) -> str:
    """Return the digits a number is found by; "" when it has none."""
    return _with_country(written, country) or _bare(written)


def phone_problem(written: str, country: str = HOME) -> str:
    """Return why this can not be kept as a telephone number, "" when it can (or is empty)."""
    if not written.strip():
        return ""
    count = len(_digits(written))
    if len(written) > LONGEST:
        return f"A phone number has {LONGEST} characters at most; this has {len(written):,}."
    if not count:
        return "This is no phone number: it has no digits. Leave it empty if there is none."
    if not _with_country(written, country) and holds_card_number(_digits(written)):
        return "This looks like a card number. Card numbers are never written down here."
    if not _FEWEST_DIGITS <= count <= _MOST_DIGITS:
        return f"This is no phone number: it has {count} {'digit' if count == 1 else 'digits'}."
    return ""


def phone_question(written: str, country: str = HOME) -> PhoneQuestion | None:
    """Return what to look for; None when it does not look like a number or its end."""
    digits = _digits(written)
    known = _with_country(written, country)
    letters = any(character.isalpha() for character in written)
    if len(digits) < (_FEWEST_TO_FIND_AMONG_LETTERS if letters and not known else _FEWEST_TO_FIND):
        return None
    if len(digits) < _FEWEST_LEFT:
        return PhoneQuestion(exact=(digits, _bare(digits)), reversed_beginnings=(digits[::-1],), ends=())
    forms = tuple(dict.fromkeys(form for form in (known, _bare(written)) if form))
    ends = {form[start:] for form in forms for start in range(1, len(form) - _FEWEST_LEFT + 1)}
    return PhoneQuestion(
        exact=forms,
        reversed_beginnings=tuple(form[::-1] for form in forms),
        ends=tuple(sorted(ends.difference(forms))),
    )


def phone_parts(written: str, country: str = HOME) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a stored number may hold anywhere, and what it may be when its prefix was left out."""
    digits = _digits(written)
    if len(digits) < _FEWEST_LEFT:
        return ((digits,) if digits else ()), ()
    question = phone_question(written, country)
    if question is None:
        return (digits,), ()
    return tuple(dict.fromkeys((digits, *question.exact))), question.ends


def _with_country(written: str, country: str) -> str:
    digits = _digits(written)
    international = f"+{digits[2:]}" if digits.startswith("00") else written
    try:
        number = phonenumbers.parse(international, country)
    except NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _bare(written: str) -> str:
    digits = _digits(written)
    return digits.removeprefix("011").lstrip("0") or digits


def _digits(written: str) -> str:
    return "".join(
        str(unicodedata.digit(character)) for character in written if unicodedata.category(character) == "Nd"
    )
