"""An order once more: a new call with its customer, its lines in the cart, and a sentence for each that is not sold.

1. the order is read as it is looked up, ours or the DOM's;
2. a call opens for its customer: prices, stock and offers are those of today;
3. each line is added as an agent adds it; what is refused (no longer sold, too few) is told, not dropped silently.
"""

from collections import Counter
from dataclasses import dataclass

from backoffice.domain.cart import Call
from backoffice.domain.errors import InvalidInput, NotFound
from backoffice.domain.ids import CustomerId, Sku
from backoffice.domain.staff import Actor, Right
from backoffice.services.cart import Carts
from backoffice.services.order_history import OrderDetails, OrderHistory


@dataclass(frozen=True, kw_only=True, slots=True)
class Reordered:
    """The call that was opened, how many lines its cart has, and why the others are not in it."""

    call: Call
    copied: int
    left_out: tuple[str, ...]


class Reorders:
    """Orders copied into new carts."""

    def __init__(self, history: OrderHistory, carts: Carts) -> None:
        """Read from ``history``, write through ``carts``."""
        self._history = history
        self._carts = carts

    async def reorder(self, actor: Actor, order_number: str) -> Reordered:
        """Open a call with the order's customer and lines.

        Raises:
            NotFound: nobody knows the order, or its customer is not kept here.
        """
        actor.require(Right.CARTS)
        details = await self._history.details(actor, order_number)
        customer, wanted = _read(details)
        if not customer:
            raise NotFound("This order names no customer.", advice="Open a call and look the caller up.")
        call = await self._carts.open_call(actor, customer_id=customer)
        left_out = []
        cart = await self._carts.get(actor, call.cart_id)
        for sku, quantity in wanted.items():
            try:
                cart = await self._carts.add_line(actor, cart.cart_id, sku, quantity, version=cart.version)
            except (NotFound, InvalidInput) as no:
                left_out.append(no.sentence)
        return Reordered(call=call, copied=len(cart.lines), left_out=tuple(left_out))


def _read(details: OrderDetails) -> tuple[CustomerId, Counter[Sku]]:
    """Return the customer and how many of each SKU; our snapshot is what was asked for, so it comes first."""
    wanted: Counter[Sku] = Counter()
    if details.local is not None:
        for line in details.local.lines:
            wanted[line.sku] += line.quantity
        return details.local.customer_id, wanted
    if details.external is None:
        raise NotFound("There is no such order.")
    for other in details.external.lines:
        wanted[Sku(other.sku)] += other.quantity
    return CustomerId(details.external.summary.customer_id), wanted
