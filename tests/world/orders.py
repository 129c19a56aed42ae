"""Orders as an agent takes them, through the service layer and nothing else."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from backoffice.bootstrap import BackOffice
from backoffice.domain.cart import Cart
from backoffice.domain.ids import CustomerId, Sku
from backoffice.domain.order import SubmitResult
from backoffice.domain.outcome import Succeeded
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor
from backoffice.domain.statuses import CheckoutState

T = TypeVar("T")
ON_ACCOUNT = PaymentPlan(method=PaymentMethod.ON_ACCOUNT, reference="PO-4711", label="PO-4711")
HELMETS = (("HL-U509-R", 2),)


async def sign_in(office: BackOffice, login: str) -> Actor:
    """Sign one of the demo's people in."""
    password = next(known.password for known in office.staff.demo_logins() if known.login == login)
    return await office.staff.sign_in(login, password, desk="desk 1")


async def card_of(office: BackOffice, actor: Actor, customer_id: CustomerId, ending: str) -> PaymentPlan:
    """Choose a card the gateway keeps for the customer, by what its label holds."""
    found = await office.checkout.saved_cards(actor, customer_id)
    assert isinstance(found, Succeeded), found
    card = next(card for card in found.value if ending in card.token or ending in card.label)
    return PaymentPlan(method=PaymentMethod.CARD, reference=card.token, label=card.label)


async def fill_cart(
    office: BackOffice, actor: Actor, lines: Sequence[tuple[str, int]] = HELMETS, *, caller: str = "orlando0@"
) -> Cart:
    """Take a call, find the caller, add the lines; address and ship method are those of the customer and the store."""
    hits = await office.customers.search(actor, caller)
    known = [await office.customers.get(actor, hit.customer_id) for hit in hits]
    customer = next(one for one in known if one.addresses)
    call = await office.carts.open_call(actor, customer_id=customer.customer_id)
    cart = await office.carts.get(actor, call.cart_id)
    for sku, quantity in lines:
        cart = await office.carts.add_line(actor, cart.cart_id, Sku(sku), quantity, version=cart.version)
    return cart


async def submit(
    office: BackOffice,
    actor: Actor,
    lines: Sequence[tuple[str, int]] = HELMETS,
    *,
    card: str = "",
) -> SubmitResult:
    """Take one order; ``card`` is part of the token of the card it is paid with, else it goes on account."""
    cart = await fill_cart(office, actor, lines)
    plan = await card_of(office, actor, cart.customer_id or CustomerId(""), card) if card else ON_ACCOUNT
    cart = await office.carts.set_payments(actor, cart.cart_id, (plan,), version=cart.version)
    cart = await office.checkout.prepare(actor, cart.cart_id, version=cart.version)
    result = await office.checkout.submit(actor, cart.cart_id, version=cart.version)
    while result.state in {CheckoutState.RUNNING, CheckoutState.CHECKING}:
        await asyncio.sleep(0.2)
        known = await office.checkout.result(actor, cart.cart_id)
        assert known is not None
        result = known
    return result


async def until(what: str, look: Callable[[], Awaitable[T]], *, within: float = 40) -> T:
    """Wait until ``look`` returns something true."""
    end = time.monotonic() + within
    while not (found := await look()):
        assert time.monotonic() < end, f"{what} did not come within {within} s"
        await asyncio.sleep(0.1)
    return found
