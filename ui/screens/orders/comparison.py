"""Our snapshot beside the DOM's view, value by value, with what differs marked."""

from collections.abc import Iterator
from dataclasses import dataclass

from backoffice.domain.customer import Address
from backoffice.domain.money import Money
from backoffice.domain.order import Order
from backoffice.services.order_history import OrderDetails
from ui.text import Text
from ui.widgets.statuses import order_status
from ui.words import tr


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One value on both sides, as words. ``theirs`` None: the DOM was not asked or did not answer."""

    what: str
    ours: str
    theirs: str | None

    @property
    def differs(self) -> bool:
        """Tell whether both are known and not the same."""
        return self.theirs is not None and self.ours.casefold() != self.theirs.casefold()


def compare(details: OrderDetails, text: Text) -> tuple[Compared, ...]:
    """Return every value worth comparing; empty unless we hold the order ourselves."""
    if details.local is None:
        return ()
    return tuple(_head(details, details.local, text)) + tuple(_lines(details, details.local, text))


def _head(details: OrderDetails, ours: Order, text: Text) -> Iterator[Compared]:
    theirs = details.external
    there = theirs is not None
    currency = ours.totals.total.currency

    def money(minor: int | None) -> str | None:
        return text.money(Money(minor, currency)) if minor is not None else None

    yield Compared(
        what=tr("Status"),
        ours=order_status(ours.status.value).word,
        theirs=order_status(theirs.summary.status).word if theirs else None,
    )
    yield Compared(
        what=tr("Items"), ours=text.money(ours.totals.items), theirs=money(theirs.items if theirs else None)
    )
    discount, shipping = (theirs.discount, theirs.shipping) if theirs else (None, None)
    yield Compared(what=tr("Discount"), ours=text.money(ours.totals.discount), theirs=money(discount))
    yield Compared(what=tr("Shipping"), ours=text.money(ours.totals.shipping), theirs=money(shipping))
    yield Compared(
        what=tr("Tax"), ours=text.money(ours.totals.tax), theirs=money(theirs.tax if theirs else None)
    )
    total = theirs.summary.total if theirs else None
    yield Compared(what=tr("Total"), ours=text.money(ours.totals.total), theirs=money(total))
    yield Compared(what=tr("E-mail"), ours=ours.email, theirs=theirs.email if theirs else None)
    yield Compared(what=tr("Phone"), ours=ours.phone, theirs=theirs.phone if theirs else None)
    yield Compared(
        what=tr("Ship method"), ours=ours.ship_method, theirs=theirs.ship_method if theirs else None
    )
    ship_to = theirs.ship_to if theirs else None
    spoken = "" if ship_to is None else Address(
        address_id=ours.ship_to.address_id, kind="", line1=ship_to.line1, line2=ship_to.line2, city=ship_to.city,
        region=ship_to.region, postal_code=ship_to.postal_code, country=ship_to.country,
    ).one_line()  # fmt: skip
    yield Compared(what=tr("Ships to"), ours=ours.ship_to.one_line(), theirs=spoken if there else None)


def _lines(details: OrderDetails, ours: Order, text: Text) -> Iterator[Compared]:
    theirs = details.external
    currency = ours.totals.total.currency
    by_id = {line.line_id: line for line in theirs.lines} if theirs else {}
    known: set[str] = set()
    for line in ours.lines:
        known.add(line.line_id)
        other = by_id.get(line.line_id)
        said = None
        if theirs is not None:
            said = tr("not there") if other is None else _line(
                other.quantity, Money(other.total, currency), other.shipped, other.cancelled, text
            )  # fmt: skip
        mine = _line(line.quantity, line.total, line.shipped, line.cancelled, text)
        yield Compared(what=line.sku, ours=mine, theirs=said)
    for line_id, other in by_id.items():
        if line_id not in known:
            said = _line(other.quantity, Money(other.total, currency), other.shipped, other.cancelled, text)
            yield Compared(what=other.sku, ours=tr("not here"), theirs=said)


def _line(quantity: int, total: Money, shipped: int, cancelled: int, text: Text) -> str:
    parts = [tr("{count} for {total}", count=text.number(quantity), total=text.money(total))]
    parts.append(tr("{count} shipped", count=text.number(shipped)))
    if cancelled:
        parts.append(tr("{count} cancelled", count=text.number(cancelled)))
    return ", ".join(parts)
