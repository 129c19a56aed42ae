"""The unit price of a line: the override, else the best of its price lists, else the list price."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.pricing.lines import CartLine, ListedPrice, PriceRank
from backoffice.domain.pricing.rules import Prices

LIST_PRICE = "list price"
_NAMES = {PriceRank.CUSTOMER: "customer price", PriceRank.GROUP: "group price", PriceRank.LIST: "price list"}


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPrice:
    """Minor units for one piece, where they come from, and staff's reason when they were set by hand."""

    minor: int
    source: str = LIST_PRICE
    override_reason: str = ""


def unit_price(line: CartLine, at: datetime, prices: Prices) -> UnitPrice:
    """The price of one piece of the line at that time."""
    if line.override is not None:
        reason = line.override.reason_code
        return UnitPrice(
            minor=line.override.unit_price.minor, source=f"override: {reason}", override_reason=reason
        )
    if not line.prices:
        return UnitPrice(minor=line.list_price.minor)
    listed = [price for price in line.prices if _applies(price, line.quantity, at)]
    best = min(listed, key=_by_rank if prices is Prices.BY_RANK else _by_amount, default=None)
    if best is None or (prices is Prices.LOWEST and line.list_price.minor <= best.amount.minor):
        return UnitPrice(minor=line.list_price.minor)
    return UnitPrice(minor=best.amount.minor, source=f"{_NAMES[best.rank]} {best.price_list_id}")


def in_force(at: datetime, starts_at: datetime | None, ends_at: datetime | None) -> bool:
    """Whether the time lies in [starts_at, ends_at), open where None."""
    return (starts_at is None or starts_at <= at) and (ends_at is None or at < ends_at)


def _applies(price: ListedPrice, quantity: int, at: datetime) -> bool:
    return price.minimum_quantity <= quantity and in_force(at, price.starts_at, price.ends_at)


def _by_rank(price: ListedPrice) -> tuple[int, int, str]:
    return price.rank, price.amount.minor, price.price_list_id


def _by_amount(price: ListedPrice) -> tuple[int, int, str]:
    return price.amount.minor, price.rank, price.price_list_id
