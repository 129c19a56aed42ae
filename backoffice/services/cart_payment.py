"""ChangeOrder: what a cart is paid with, and the coupons that make it cheaper.

How it is paid changes neither prices nor goods, so the promise of Prepare goes on; what certificates pay of it is
worked out at once. Coupons change the price: the cart has to be prepared again, which says why one does not apply.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, update

from backoffice.domain.cart import Cart, CertificateUse
from backoffice.domain.certificate import GiftCertificate, certificate_code
from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import CartId
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor
from backoffice.services.cart_change import CartChanges, refuse_card_number, standing_promise
from backoffice.services.codec import pack
from backoffice.services.gift_certificates import load_certificates
from backoffice.store.tables.ordering import carts

LONGEST_CODE = 40
MOST_CODES = 20


class CartPayment(CartChanges):
    """Payments, coupons and gift certificates."""

    async def set_payments(
        self, actor: Actor, cart_id: CartId, plans: tuple[PaymentPlan, ...], *, version: int
    ) -> Cart:
        """Say how it is paid; each plan's reference is a PO number or a token, never a card number; a link has none."""
        for plan in plans:
            refuse_card_number(plan.reference + " " + plan.label, "payment")
            if plan.method is PaymentMethod.GIFT_CERTIFICATE:
                sentence = "A gift certificate is entered by its code, not as a payment."
                raise InvalidInput(sentence, field="payment")
            if plan.method is not PaymentMethod.LINK and not plan.reference.strip():
                sentence = "A payment on account needs the customer's purchase order number."
                raise InvalidInput(sentence, field="payment")
        return await self._set(
            actor,
            cart_id,
            version,
            "cart.payment_set",
            keeps_promise=True,
            payments=[pack(plan) for plan in plans],
        )

    async def set_coupons(
        self, actor: Actor, cart_id: CartId, codes: tuple[str, ...], *, version: int
    ) -> Cart:
        """Enter coupon codes; Prepare says which apply and why others do not."""
        kept = _codes((code.strip().upper()[:LONGEST_CODE] for code in codes), "coupons")
        return await self._set(actor, cart_id, version, "cart.coupons_set", coupons=kept)

    async def set_gift_certificates(
        self, actor: Actor, cart_id: CartId, codes: tuple[str, ...], *, version: int
    ) -> Cart:
        """Pay with gift certificates, used up in this order; InvalidInput for one that can not pay."""
        kept = _codes((certificate_code(code)[:LONGEST_CODE] for code in codes), "gift_certificates")
        now = self._clock()

        def change(connection: Connection, cart: Cart) -> None:
            found = load_certificates(connection, kept)
            for code in kept:
                objection = (
                    found[code].objection(cart.currency, now)
                    if code in found
                    else f"There is no gift certificate {code}."
                )
                if objection and code not in cart.gift_certificates:
                    raise InvalidInput(
                        objection, field="gift_certificates", advice="Check the code with the caller."
                    )
            columns: dict[str, object] = {"gift_certificates": kept}
            promise = standing_promise(cart)
            if promise is not None:
                usable = [one for one in found.values() if not one.objection(cart.currency, now)]
                uses = certificate_uses(usable, promise.totals.total)
                columns["prepared"] = pack(replace(promise, cart_version=cart.version + 1, certificates=uses))
            connection.execute(update(carts).where(carts.c.cart_id == cart.cart_id).values(columns))

        return await self._change(
            actor, cart_id, version, "cart.gift_certificates_set", change, number=len(kept)
        )


def certificate_uses(certificates: Iterable[GiftCertificate], total: Money) -> tuple[CertificateUse, ...]:
    """Return what each certificate pays of the total, in their order, as the engine does; none pays nothing."""
    uses = []
    for one in certificates:
        amount = min(one.balance, total)
        total -= amount
        if amount:
            uses.append(CertificateUse(code=one.code, amount=amount, left=one.balance - amount))
    return tuple(uses)


def _codes(written: Iterable[str], field: str) -> list[str]:
    kept = list(dict.fromkeys(code for code in written if code))
    if len(kept) > MOST_CODES:
        sentence = f"At most {MOST_CODES} codes go with one order."
        raise InvalidInput(sentence, field=field)
    for code in kept:
        refuse_card_number(code, field)
    return kept
