"""How a cart can be paid: the cards the gateway keeps for the customer, a link, the account."""

from backoffice.domain.cart import Cart
from backoffice.domain.money import Money
from backoffice.domain.outcome import Succeeded
from backoffice.domain.payment import CardChoice, PaymentChoices
from backoffice.external.payments.port import PaymentGateway


async def payment_choices(gateway: PaymentGateway, cart: Cart) -> PaymentChoices:
    """Ask the gateway for the customer's cards; what can not be had says why."""
    to_pay = cart.prepared.to_pay if cart.prepared else None
    cards, cards_trouble = await _cards(gateway, cart)
    return PaymentChoices(
        to_pay=to_pay,
        cards=cards,
        cards_trouble=cards_trouble,
        link_trouble=_link_trouble(gateway, to_pay),
    )


async def _cards(gateway: PaymentGateway, cart: Cart) -> tuple[tuple[CardChoice, ...], str]:
    if not gateway.capabilities.saved_cards:
        return (), "This store takes no cards."
    if cart.customer_id is None:
        return (), "Who is calling? Find the caller first."
    found = await gateway.list_saved_cards(cart.customer_id)
    if not isinstance(found, Succeeded):
        return (), f"The saved cards can not be read: {found.reason}"
    if not found.value:
        return (), "No card is saved for this customer: send a link, or take the order on account."
    return tuple(CardChoice(token=card.token, label=card.label) for card in found.value), ""


def _link_trouble(gateway: PaymentGateway, to_pay: Money | None) -> str:
    if not gateway.capabilities.payment_links:
        return "This store sends no payment links."
    if to_pay is not None and not to_pay:
        return "There is nothing left to pay."
    return ""
