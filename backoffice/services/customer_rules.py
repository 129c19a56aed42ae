"""What a customer's fields may hold: a sentence for each that can not be kept as typed."""

import re

from babel import Locale, UnknownLocaleError

from backoffice.domain.cart import LONGEST_NOTE
from backoffice.domain.customer import CustomerDraft
from backoffice.services.free_text import one_line, text_problem
from backoffice.services.phone import phone_problem

_LONGEST_NAME = 200
_LONGEST_EMAIL = 254  # RFC 5321: a path of 256 with its brackets
_NAMES = {
    "title": "The title",
    "first_name": "The first name",
    "middle_name": "The middle name",
    "last_name": "The last name",
    "suffix": "The suffix",
    "company": "The company",
}
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")


def check_customer(draft: CustomerDraft, country: str) -> dict[str, str]:
    """Return field -> sentence for what has to be put right; ``country`` is where bare phone numbers belong."""
    problems = {
        name: problem
        for name, what in _NAMES.items()
        if (problem := text_problem(what, getattr(draft, name), _LONGEST_NAME))
    }
    checks = {
        "email": _email_problem(draft.email),
        "phone": phone_problem(draft.phone, country),
        "language": _language_problem(draft.language),
        "notes": text_problem("Notes", draft.notes, LONGEST_NOTE, lines=True),
    }
    problems |= {name: problem for name, problem in checks.items() if problem}
    if not any(one_line(part) for part in (draft.first_name, draft.last_name, draft.company)):
        problems.setdefault("last_name", "Give a name or a company; everything else can wait.")
    return problems


def _email_problem(written: str) -> str:
    email = written.strip()
    if not email:
        return ""
    if problem := text_problem("The e-mail address", email, _LONGEST_EMAIL):
        return problem
    local, _, domain = email.rpartition("@")
    labels = domain.split(".")
    shaped = _EMAIL.fullmatch(email) and not local.startswith(".") and not local.endswith(".")
    if not shaped or len(labels) == 1 or not all(labels):
        return "This is no e-mail address: it needs a name, @ and a domain, like ann@example.com. It may stay empty."
    return ""


def _language_problem(written: str) -> str:
    try:
        Locale.parse(written.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return f"There is no language “{one_line(written)[:20]}”. Use a code like en, de or fr."
    return ""
