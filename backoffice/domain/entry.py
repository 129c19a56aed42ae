"""What an agent types into the entry line, as values."""

import re

from backoffice.domain.cart import LARGEST_QUANTITY
from backoffice.domain.errors import InvalidInput

_ENTRY = re.compile(r"\s*(?P<quantity>[^*]*?)\s*\*\s*(?P<text>.+?)\s*$")


def read_quantity(text: str) -> int:
    """Return the whole number typed; InvalidInput with a sentence for anything else."""
    plain = text.strip()
    if not re.fullmatch(r"[+-]?\d{1,40}", plain, re.ASCII):
        sentence = f"“{plain[:20]}” is not a whole number of pieces."
        raise InvalidInput(sentence, field="quantity", advice="Type 1, 2, 3 …")
    return check_quantity(int(plain))


def check_quantity(quantity: int) -> int:
    """Return the quantity if a line can hold it."""
    if quantity < 1:
        sentence = "A line needs at least one piece."
        raise InvalidInput(sentence, field="quantity", advice="To take the line out, press Delete.")
    if quantity > LARGEST_QUANTITY:
        sentence = f"One line takes at most {LARGEST_QUANTITY:,} pieces."
        raise InvalidInput(sentence, field="quantity", advice="Ask a supervisor about larger orders.")
    return quantity


def parse_entry(text: str) -> tuple[int, str]:
    """Split what was typed: "3*HL-U509-R" is (3, "HL-U509-R"); without a star it is one piece."""
    if match := _ENTRY.match(text):
        return read_quantity(match["quantity"]), match["text"]
    return 1, text.strip()
