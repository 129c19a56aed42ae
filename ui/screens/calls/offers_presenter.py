"""Coupons and gift certificates: codes go into the cart as they are told, Prepare says what each gives.

1. A code that is there already is not taken twice; one that the service refuses stays in its field with a sentence.
2. Whether a coupon applies is known after Prepare only, and why it does not is said on the code itself.
"""

from collections.abc import Awaitable
from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.cart import Cart
from backoffice.domain.certificate import certificate_code
from ui.screens.calls import reasons
from ui.screens.calls.state import Problem
from ui.words import tr

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter


class OffersPresenter:
    """The offers' part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call

    def open(self) -> None:
        """Show the fields for codes."""
        if reasons.why_not_change(self._call.state):
            return
        self._put(open=True, coupon_problem=None, certificate_problem=None)

    def close(self) -> None:
        """Put the fields away; the codes stay."""
        self._put(open=False, coupon_problem=None, certificate_problem=None)

    async def add_coupon(self, typed: str) -> bool:
        """Take a coupon code; True when it is in the cart."""
        code, cart = typed.strip().upper(), self._call.state.cart
        if not code or cart is None:
            return False
        if code in cart.coupons:
            self._put(coupon_problem=Problem(sentence=tr("{code} is entered already.", code=code)))
            return False
        self._put(saving=True, coupon_problem=None)
        problem = await self._call.try_change(lambda cart: self._coupons(cart, (*cart.coupons, code)))
        self._put(saving=False, coupon_problem=problem)
        return problem is None

    async def remove_coupon(self, code: str) -> None:
        """Take a coupon out again."""
        self._put(
            coupon_problem=await self._call.try_change(
                lambda cart: self._coupons(cart, tuple(one for one in cart.coupons if one != code))
            )
        )

    async def add_certificate(self, typed: str) -> bool:
        """Take the code of a gift certificate; True when it is in the cart."""
        code, cart = certificate_code(typed), self._call.state.cart
        if not code or cart is None:
            return False
        if code in cart.gift_certificates:
            self._put(certificate_problem=Problem(sentence=tr("{code} is entered already.", code=code)))
            return False
        self._put(saving=True, certificate_problem=None)
        problem = await self._call.try_change(
            lambda cart: self._certificates(cart, (*cart.gift_certificates, code))
        )
        self._put(saving=False, certificate_problem=problem)
        return problem is None

    async def remove_certificate(self, code: str) -> None:
        """Do not pay with a gift certificate after all."""
        self._put(
            certificate_problem=await self._call.try_change(
                lambda cart: self._certificates(
                    cart, tuple(one for one in cart.gift_certificates if one != code)
                )
            )
        )

    def _certificates(self, cart: Cart, codes: tuple[str, ...]) -> Awaitable[Cart]:
        return self._call.office.carts.set_gift_certificates(
            self._call.actor, cart.cart_id, codes, version=cart.version
        )

    def _coupons(self, cart: Cart, codes: tuple[str, ...]) -> Awaitable[Cart]:
        return self._call.office.carts.set_coupons(
            self._call.actor, cart.cart_id, codes, version=cart.version
        )

    def _put(self, **changes: object) -> None:
        offers = replace(self._call.state.offers, **changes)  # type: ignore[arg-type]  # names of OffersState
        if offers != self._call.state.offers:
            self._call.put(offers=offers)
