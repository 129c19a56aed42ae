"""Keep card numbers out: no text that goes to or comes from a gateway may hold one."""

from backoffice.domain.payment import holds_card_number

SENTENCE = (
    "This looks like a card number. Card numbers are never typed here: choose a saved card or send a link."
)


def looks_like_card(*texts: str) -> bool:
    """Tell whether any of the texts holds what could be a card number."""
    return any(holds_card_number(text) for text in texts)
