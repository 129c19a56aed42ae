"""Keep card numbers out: no text that goes to or comes from a gateway may hold one.

Ids of 32 hexadecimal digits, with or without a UUID's dashes, are set aside first: about one in five hundred
holds a run of decimal digits that happens to pass the Luhn test, and none is a card.
"""

import re

from backoffice.domain.payment import holds_card_number

SENTENCE = (
    "This looks like a card number. Card numbers are never typed here: choose a saved card or send a link."
)

_HEX_ID = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}(?![0-9a-fA-F])")


def looks_like_card(*texts: str) -> bool:
    """Tell whether any of the texts holds what could be a card number."""
    return any(holds_card_number(_HEX_ID.sub("|", text)) for text in texts)
