"""Our snapshot beside the DOM's view: what is not the same, as sentences."""

from collections.abc import Iterator
from itertools import chain

from backoffice.domain.money import Money
from backoffice.domain.order import Order, OrderLine
from backoffice.domain.statuses import OrderStatus
from backoffice.external.dom.port import ExternalLine, ExternalOrder


def differences(ours: Order, theirs: ExternalOrder) -> tuple[str, ...]:
    """Return one sentence for each thing the two sides do not agree on; none when they do."""
    return tuple(
        chain(_heads(ours, theirs), _sums(ours, theirs), _lines(ours, theirs), _parcels(ours, theirs))
    )


def _heads(ours: Order, theirs: ExternalOrder) -> Iterator[str]:
    there = theirs.summary
    if ours.status.value != there.status:
        yield f"Status: {_word(ours.status.value)} here, {_word(there.status)} at the DOM."
    if there.customer_id and ours.customer_id != there.customer_id:
        yield f"Customer: {ours.customer_id} here, {there.customer_id} at the DOM."
    if theirs.ship_method and ours.ship_method != theirs.ship_method:
        yield f"Ship method: {ours.ship_method} here, {theirs.ship_method} at the DOM."
    if theirs.ship_to is not None:
        here = (ours.ship_to.line1, ours.ship_to.city, ours.ship_to.postal_code, ours.ship_to.country)
        away = (
            theirs.ship_to.line1,
            theirs.ship_to.city,
            theirs.ship_to.postal_code,
            theirs.ship_to.country,
        )
        if here != away:
            yield f"Ships to {', '.join(filter(None, here))} here, {', '.join(filter(None, away))} at the DOM."


def _sums(ours: Order, theirs: ExternalOrder) -> Iterator[str]:
    currency = theirs.summary.currency
    pairs = (
        ("Items", ours.totals.items, theirs.items),
        ("Discounts", ours.totals.discount, theirs.discount),
        ("Shipping", ours.totals.shipping, theirs.shipping),
        ("Tax", ours.totals.tax, theirs.tax),
        ("Total", ours.totals.total, theirs.summary.total),
    )
    for name, here, there in pairs:
        if here != Money(there, currency):
            yield f"{name}: {here} here, {Money(there, currency)} at the DOM."


def _lines(ours: Order, theirs: ExternalOrder) -> Iterator[str]:
    there = {line.line_id: line for line in theirs.lines}
    for line in ours.lines:
        other = there.pop(line.line_id, None)
        if other is None:
            yield f"{line.sku}: the DOM does not have this line."
        else:
            yield from _line(line, other, theirs.summary.currency)
    for extra in there.values():
        yield f"{extra.sku}: the DOM has a line that was not ordered here."


def _line(here: OrderLine, there: ExternalLine, currency: str) -> Iterator[str]:
    pairs = (
        ("SKU", str(here.sku), there.sku),
        ("quantity", str(here.quantity), str(there.quantity)),
        ("shipped", str(here.shipped), str(there.shipped)),
        ("cancelled", str(here.cancelled), str(there.cancelled)),
        ("total", str(here.total), str(Money(there.total, currency))),
    )
    for name, ours, theirs in pairs:
        if ours != theirs:
            yield f"{here.sku}: {name} {ours} here, {theirs} at the DOM."


def _parcels(ours: Order, theirs: ExternalOrder) -> Iterator[str]:
    here = {parcel.shipment_id: parcel for parcel in ours.shipments}
    there = {parcel.shipment_id: parcel for parcel in theirs.shipments}
    for shipment_id in there.keys() - here.keys():
        yield f"Shipment {shipment_id}: the DOM sent it, its message has not come yet."
    for shipment_id in here.keys() - there.keys():
        yield f"Shipment {shipment_id}: known here, not at the DOM."
    for shipment_id in here.keys() & there.keys():
        if here[shipment_id].status != there[shipment_id].status:
            yield (
                f"Shipment {shipment_id}: {here[shipment_id].status} here,"
                f" {there[shipment_id].status} at the DOM."
            )


def _word(letter: str) -> str:
    return OrderStatus(letter).name.lower().replace("_", " ")
