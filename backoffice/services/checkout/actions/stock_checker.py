"""stockChecker: what was promised by Prepare still holds."""

from sqlalchemy import bindparam, select

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import ReservationStatus
from backoffice.services.checkout.prepare import unallocated
from backoffice.services.checkout.work import Work
from backoffice.store.tables.selling import products, reservations

_STATUS = select(reservations.c.status).where(reservations.c.reservation_id == bindparam("reservation"))
_PRODUCTS = select(
    products.c.sku, products.c.sell_from, products.c.sell_until, products.c.minimum_quantity
).where(products.c.sku.in_(bindparam("skus", expanding=True)))


class StockChecker:
    """Setup; changes nothing."""

    name = "stockChecker"

    def execute(self, work: Work) -> None:
        """Refuse a cart whose promise is stale or ran out, holds nothing for a line, or has SKUs off sale."""
        if not work.cart.lines:
            sentence = "The cart is empty."
            raise Refusal(sentence, field="sku", advice="Add an item first.")
        prepared = work.cart.prepared
        if prepared is None or prepared.cart_version != work.cart.version:
            sentence = "The cart was changed since it was prepared."
            raise Refusal(sentence, advice="Prepare again (F5), then submit.", code="prepare_again")
        if work.now >= prepared.good_until:
            sentence = "The prices and the hold on the stock have run out."
            raise Refusal(sentence, advice="Prepare again (F5), then submit.", code="prepare_again")
        self._check_hold(work, prepared.reservation_id)
        lines = {line.line_id: line for line in work.cart.lines}
        missing = {line.line_id for line in work.cart.lines} - {line.line_id for line in prepared.held}
        short = [
            f"{held.quantity} of {lines[held.line_id].quantity} {lines[held.line_id].sku}"
            for held in unallocated(prepared)
        ]
        if prepared.reservation_id is not None:
            short += [f"0 of {lines[line_id].quantity} {lines[line_id].sku}" for line_id in sorted(missing)]
        if short:
            sentence = f"Not enough is held: {', '.join(short)}."
            advice = "Take it out, change the quantity, or offer another item; then prepare again."
            raise Refusal(sentence, advice=advice, code="unallocated")
        self._check_products(work)

    def undo(self, work: Work) -> None:
        """Nothing was changed."""

    def _check_hold(self, work: Work, reservation_id: str | None) -> None:
        if reservation_id is None:
            return
        status = work.connection.execute(_STATUS, {"reservation": reservation_id}).scalar()
        if status != ReservationStatus.HELD.value:
            sentence = "The stock is not held any more."
            raise Refusal(sentence, advice="Prepare again (F5), then submit.", code="prepare_again")

    def _check_products(self, work: Work) -> None:
        wanted: dict[str, int] = {}
        for line in work.cart.lines:
            wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
        skus = set(wanted)
        rows = work.connection.execute(_PRODUCTS, {"skus": sorted(skus)}).all()
        today = work.now.date()
        on_sale = {
            row.sku
            for row in rows
            if (row.sell_from is None or row.sell_from <= today)
            and (row.sell_until is None or today <= row.sell_until)
        }
        if gone := sorted(skus - on_sale):
            sentence = f"Not on sale any more: {', '.join(gone)}."
            raise Refusal(sentence, advice="Take it out and prepare again.", code="not_on_sale")
        for row in rows:
            if wanted[row.sku] < row.minimum_quantity:
                sentence = f"{row.sku} is sold from {row.minimum_quantity} pieces."
                raise Refusal(sentence, field="quantity", advice="Change the quantity and prepare again.")
