"""The carts the machine sells, one per way an order can be paid, held and end. A new way to pay is a new row."""

from dataclasses import dataclass

from backoffice.domain.inventory import InventorySystem
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan

ON_ACCOUNT = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO 4711", label="PO 4711")


@dataclass(frozen=True, kw_only=True, slots=True)
class CartKind:
    """How a cart is built; ``sells``: its own payment can succeed, however long it takes.

    ``customer_pays``: whoever got a link presses its button before the next process lives.
    """

    name: str
    pay: tuple[PaymentPlan, ...]
    lines: tuple[str, ...] = ("2*HL-U509-R", "1*BK-M68S-38")
    system: InventorySystem = InventorySystem.DOM
    sells: bool = True
    coupons: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    customer_pays: bool = False


def card(token: str, cents: int | None = None) -> PaymentPlan:
    """A card the gateway keeps, for an amount or for the rest."""
    amount = None if cents is None else Money(cents, "USD")
    return PaymentPlan(method=PaymentMethod.CARD, reference=token, label=token, amount=amount)


_LINK = PaymentPlan(method=PaymentMethod.LINK, reference="", label="Payment link")
_APPROVES = card("card_approves")
_OWN_STOCK = InventorySystem.NON_ATP
_GIFTS = ("3*HL-U509-R", "1*GIFT-50")
_COUPONS = ("AUTUMN10", "HELMET3")  # of the demo; the first is limited
_CERTIFICATES = ("WELCOME-GIFT",)
KINDS = {
    kind.name: kind
    for kind in (
        CartKind(name="account", pay=(ON_ACCOUNT,)),
        CartKind(name="card", pay=(_APPROVES,)),
        CartKind(name="split", pay=(card("card_approves", 1500), _APPROVES)),
        CartKind(name="card_and_account", pay=(card("card_approves", 1500), ON_ACCOUNT)),
        CartKind(
            name="second_declined",
            pay=(card("card_approves", 1500), card("card_insufficient_funds")),
            sells=False,
        ),
        CartKind(name="declined", pay=(card("card_insufficient_funds"),), sells=False),
        CartKind(name="late", pay=(card("card_answers_late"),)),
        CartKind(name="late_no", pay=(card("card_declines_late"),), sells=False),
        CartKind(name="silent", pay=(card("card_never_answers"),)),
        CartKind(name="late_effect", pay=(card("card_late_effect"),)),
        CartKind(name="link_paid", pay=(_LINK,), customer_pays=True),
        CartKind(name="card_and_link", pay=(card("card_approves", 1500), _LINK), customer_pays=True),
        CartKind(name="link_unpaid", pay=(_LINK,)),
        CartKind(name="own_stock", pay=(ON_ACCOUNT,), system=_OWN_STOCK),
        CartKind(name="own_stock_card", pay=(_APPROVES,), system=_OWN_STOCK),
        CartKind(
            name="own_stock_declined",
            pay=(card("card_insufficient_funds"),),
            system=_OWN_STOCK,
            sells=False,
        ),
        CartKind(name="gifts", pay=(_APPROVES,), lines=_GIFTS, coupons=_COUPONS, certificates=_CERTIFICATES),
        CartKind(
            name="gifts_declined",
            pay=(card("card_insufficient_funds"),),
            lines=_GIFTS,
            sells=False,
            coupons=_COUPONS,
            certificates=_CERTIFICATES,
        ),
        CartKind(name="no_stock_kept", pay=(_APPROVES,), system=InventorySystem.NONE),
    )
}
