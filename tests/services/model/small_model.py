"""A small model of carts, prices, stock, money and clocks: what must be true whatever an agent does, and when.

It knows no services: prices are numbers in a dict, stock is a number, a promise is what Prepare said with its end.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backoffice.domain.cart import Cart
from backoffice.domain.ids import CallId, CartId

SKUS = ("HL-U509-R", "BK-M68S-38")
COUPON_USES = 1  # the coupon's limit, in all
PAYS = ("account", "card", "declined", "late")


@dataclass
class Promise:
    """What Prepare said: prices, what is held of each SKU, the total, until when."""

    prices: dict[str, int]
    held: dict[str, int]
    total: int
    until: datetime
    by_coupon: bool = False


@dataclass
class CartModel:
    """A cart as it must be. ``cart`` is what the service returned last: its version is what the screen knows."""

    call_id: CallId
    cart: Cart
    lines: dict[str, int] = field(default_factory=dict)
    pay: str = "account"
    has_coupon: bool = False
    promise: Promise | None = None  # as it was made
    changed: bool = True  # goods or address changed since the promise
    state: str = "open"  # open, checking, ordered, dropped
    number: str = ""

    @property
    def cart_id(self) -> CartId:
        return self.cart.cart_id

    def items(self) -> int:
        assert self.promise is not None
        return sum(self.promise.prices[sku] * quantity for sku, quantity in self.lines.items())

    def may_be_submitted(self, now: datetime) -> bool:
        """Everything promised is held, nothing changed since, and the promise is not over."""
        return (
            bool(self.lines)
            and self.promise is not None
            and not self.changed
            and now < self.promise.until
            and self.promise.held == self.lines
        )


@dataclass
class Shop:
    """Stock and prices, and how many pieces live promises hold."""

    prices: dict[str, int]
    stock: dict[str, int]
    coupon_uses: int = 0
    carts: list[CartModel] = field(default_factory=list)

    def reserved(self, sku: str) -> int:
        """Pieces held for carts that are not ordered; ordered ones have taken theirs."""
        return sum(
            cart.promise.held.get(sku, 0)
            for cart in self.carts
            if cart.promise is not None and cart.state in {"open", "checking"}
        )

    def free(self, sku: str) -> int:
        return self.stock[sku] - self.reserved(sku)

    def prepare(self, cart: CartModel, *, now: datetime, total: int, price_lock: timedelta) -> None:
        """Give back what the cart held, then hold each line whole or not at all."""
        cart.promise = None
        held = {sku: quantity if quantity <= self.free(sku) else 0 for sku, quantity in cart.lines.items()}
        cart.promise = Promise(
            prices={sku: self.prices[sku] for sku in cart.lines},
            held=held,
            total=total,
            until=now + price_lock,
            by_coupon=cart.has_coupon and self.coupon_uses < COUPON_USES,
        )
        cart.changed = False

    def is_used_up(self, cart: CartModel) -> bool:
        """The cart was promised a price by a coupon that others have used up since."""
        return cart.promise is not None and cart.promise.by_coupon and self.coupon_uses >= COUPON_USES

    def order(self, cart: CartModel, number: str) -> None:
        """The order takes what the cart held."""
        assert cart.promise is not None
        for sku, quantity in cart.promise.held.items():
            self.stock[sku] -= quantity
        self.coupon_uses += cart.promise.by_coupon
        cart.state, cart.number = "ordered", number

    def sweep(self, now: datetime) -> None:
        """Holds past their time are free again, unless an order took them."""
        for cart in self.carts:
            if cart.promise is not None and cart.promise.until <= now and cart.state in {"open", "checking"}:
                cart.promise.held = {}
