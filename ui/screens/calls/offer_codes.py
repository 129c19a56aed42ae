"""Coupons and gift certificates of a cart as rows: what each gives, or why it gives nothing."""

from backoffice.domain.cart import Cart, Prepared
from ui.screens.calls.code_list import Code
from ui.screens.calls.words import amount_words
from ui.text import Text
from ui.tone import Tone
from ui.words import tr


def coupon_codes(cart: Cart, prepared: Prepared | None, text: Text) -> tuple[Code, ...]:
    """Return a row per coupon; ``prepared`` None: nothing is known of them now."""
    return tuple(_coupon(code, prepared, text) for code in cart.coupons)


def certificate_codes(cart: Cart, prepared: Prepared | None, text: Text) -> tuple[Code, ...]:
    """Return a row per gift certificate."""
    return tuple(_certificate(code, prepared, text) for code in cart.gift_certificates)


def _coupon(code: str, prepared: Prepared | None, text: Text) -> Code:
    if prepared is None:
        says = tr("Prepare (F5) says what it gives.")
        return Code(key=code, title=code, says=says, icon="gift")
    used = next((one for one in prepared.offers if one.coupon_code.upper() == code.upper()), None)
    if used is not None:
        right = amount_words(-abs(used.amount), text)
        return Code(key=code, title=code, right=right, says=used.name, tone=Tone.GOOD)
    refused = next((said for said in prepared.refused_coupons if _is_about(said, code)), "")
    if refused:
        return Code(key=code, title=code, says=refused, tone=Tone.WARN)
    return Code(key=code, title=code, says=tr("It gives nothing for this order."), tone=Tone.NEUTRAL)


def _is_about(said: str, code: str) -> bool:
    return said.upper().startswith(f"{code.upper()} ")


def _certificate(code: str, prepared: Prepared | None, text: Text) -> Code:
    if prepared is None:
        says = tr("Prepare (F5) says what it pays.")
        return Code(key=code, title=code, says=says, icon="gift")
    used = next((one for one in prepared.certificates if one.code == code), None)
    if used is None:
        return Code(key=code, title=code, says=tr("Nothing is left for it to pay."), tone=Tone.NEUTRAL)
    left = amount_words(used.left, text)
    return Code(
        key=code,
        title=code,
        right=amount_words(-used.amount, text),
        says=tr("{left} left on it", left=left),
        tone=Tone.GOOD,
    )
