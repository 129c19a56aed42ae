"""A list of orders as a CSV file, all pages of it, in the order it is looked at.

1. Pages are read one after the other; memory does not grow with the list.
2. Rows go into a file beside the wanted one, which takes its place only when all is written: who stops half-way leaves
   nothing behind.
3. A cell a spreadsheet would run is made plain text.
"""

import asyncio
import csv
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import DomView, OrderSearchCriteria
from backoffice.domain.order import OrderRow
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import OrderStatus
from backoffice.services.csv_rows import harmless
from backoffice.services.order_history import OrderHistory
from backoffice.services.order_search import LARGEST_PAGE

COLUMNS = (
    *("order", "dom_order", "placed_at", "status", "transfer", "customer_id", "customer", "company"),
    *("total", "currency", "agent", "source"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """How many orders went into the file, and whether the DOM's are among them."""

    orders: int
    dom: DomView


class OrderExport:
    """Writes lists of orders."""

    def __init__(self, history: OrderHistory) -> None:
        """Read pages from ``history``."""
        self._history = history

    async def write(
        self,
        actor: Actor,
        criteria: OrderSearchCriteria,
        path: Path,
        *,
        progress: Callable[[int], None],
    ) -> Exported:
        """Write all that fits; ``progress`` hears how many are written. Cancelling leaves no file.

        Raises:
            InvalidInput: the file can not be written.
        """
        actor.require(Right.HISTORY)
        beside = path.with_name(f"{path.name}.part")
        try:
            return await self._write(actor, criteria, path, beside, progress)
        except OSError as fault:
            raise InvalidInput(
                f"{path.name} can not be written: {fault.strerror or fault}.",
                field="file",
                advice="Choose another folder.",
            ) from fault
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    async def _write(
        self,
        actor: Actor,
        criteria: OrderSearchCriteria,
        path: Path,
        beside: Path,
        progress: Callable[[int], None],
    ) -> Exported:
        # With its mark a spreadsheet knows it is UTF-8.
        file = await asyncio.to_thread(lambda: beside.open("w", encoding="utf-8-sig", newline=""))
        with file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            written = 0
            dom: DomView | None = None
            asked = replace(criteria, limit=LARGEST_PAGE, cursor="")
            while dom is None or asked.cursor:
                page = await self._history.search(actor, asked)
                dom = dom or page.dom
                await asyncio.to_thread(writer.writerows, list(_cells(page.rows)))
                written += len(page.rows)
                progress(written)
                asked = replace(asked, cursor=page.next_cursor)
        await asyncio.to_thread(beside.replace, path)
        return Exported(orders=written, dom=dom)


def _cells(rows: Iterable[OrderRow]) -> Iterable[list[str]]:
    for row in rows:
        cells = (
            row.order_number,
            row.external_order_id,
            row.placed_at.isoformat(timespec="seconds"),
            _status(row.status),
            row.transfer_status.value if row.transfer_status else "",
            row.customer_id,
            row.customer_name,
            row.company,
            str(row.total.to_decimal()),
            row.total.currency,
            row.agent,
            row.source,
        )
        yield [harmless(cell) for cell in cells]


def _status(letter: str) -> str:
    known = {status.value: status.name.lower() for status in OrderStatus}
    return known.get(letter, letter)
