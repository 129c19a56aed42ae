"""Two pages of orders become one: the DOM's and ours, newest first, merged by order number.

The cursor says how far each side has been read, so no page repeats or loses a row, also where many orders were
placed at the same moment. It belongs to the criteria it was handed out for, and is refused for others.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.money import Money
from backoffice.domain.order import OrderRow
from backoffice.external.dom.port import HistoryPage, HistoryRow

LocalKey = tuple[str | int, ...]  # what the list is sorted by, of one row; moments as ISO text
_KEY_KINDS: dict[OrderSort, tuple[str, ...]] = {
    OrderSort.PLACED: ("moment", "text"),
    OrderSort.TOTAL: ("number", "text"),
    OrderSort.NUMBER: ("text",),
    OrderSort.STATUS: ("text", "moment", "text"),
}
_LARGEST = 2**63


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """How far both sides have been read. ``seen``: DOM rows shown whose local twin is still to come."""

    criteria: str = ""  # digest of what it was handed out for
    dom: str = ""  # the DOM's own cursor of the page being read
    skip: int = 0  # rows of that page that have been shown
    dom_done: bool = False
    silent: bool = False  # the DOM did not answer the first page: the others are local too
    local: LocalKey = ()  # of the last local row read
    seen: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as it is handed out."""
        state = [self.dom, self.skip, self.dom_done, self.silent, list(self.local), list(self.seen)]
        return base64.urlsafe_b64encode(json.dumps([self.criteria, *state]).encode()).decode()

    @classmethod
    def read(cls, criteria: OrderSearchCriteria) -> "Cursor":
        """Read what was handed out with the page before; InvalidInput when it was not, or not for these criteria."""
        digest = _digest(criteria)
        if not criteria.cursor:
            return cls(criteria=digest)
        try:
            of, dom, skip, dom_done, silent, local, seen = json.loads(
                base64.b64decode(criteria.cursor, altchars=b"-_", validate=True)
            )
            key = _read_key(local, _KEY_KINDS[criteria.sort]) if of == digest else ()
            found = cls(
                criteria=str(of),
                dom=str(dom),
                skip=int(skip),
                dom_done=bool(dom_done),
                silent=bool(silent),
                local=key,
                seen=tuple(map(str, seen)),
            )
        except (ValueError, TypeError, OverflowError, binascii.Error):
            raise InvalidInput("This is no place in a list of orders.", field="cursor") from None
        if found.criteria != digest:
            sentence = "This place belongs to another search."
            raise InvalidInput(sentence, field="cursor", advice="Begin with the first page.")
        return found


def _digest(criteria: OrderSearchCriteria) -> str:
    """Return what two pages of one list have in common; how long they are does not matter."""
    asked = replace(criteria, cursor="", limit=0)
    said = [
        sorted(value) if isinstance(value, frozenset) else str(value)
        for value in (getattr(asked, name) for name in OrderSearchCriteria.__dataclass_fields__)
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def _read_key(values: list[Any], kinds: tuple[str, ...]) -> LocalKey:
    if not values:
        return ()
    for value, kind in zip(values, kinds, strict=True):
        if kind == "number" and not (type(value) is int and abs(value) < _LARGEST):
            raise TypeError
        if kind != "number" and not isinstance(value, str):
            raise TypeError
        if kind == "moment" and datetime.fromisoformat(value).tzinfo is None:
            raise ValueError
    return tuple(values)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalRow:
    """One order of ours in a list, with what the merge needs."""

    row: OrderRow
    key: LocalKey


def merge(
    page: HistoryPage | None,
    local: Sequence[LocalRow],
    twins: Mapping[str, LocalRow],
    cursor: Cursor,
    limit: int,
    *,
    enough: bool,
    listed_statuses: Collection[str],
) -> tuple[tuple[OrderRow, ...], Cursor | None]:
    """Merge the next rows of both sides; the cursor is None at the end. ``page`` None: the DOM adds nothing.

    ``enough``: there may be more local rows than these.

    A row of the DOM in another status than the listed ones is not shown, and neither is its local twin: the DOM's is
    the younger view.
    """
    theirs = page.rows[cursor.skip :] if page else ()
    more_of_theirs = bool(page and page.next_cursor)
    listed = {row.order_number for row in theirs} | set(cursor.seen)
    merged: list[OrderRow] = []
    shown: list[str] = list(cursor.seen)
    i = j = 0
    while len(merged) < limit:
        ours = local[j] if j < len(local) else None
        if ours is not None and ours.row.order_number in listed:
            j += 1
            continue
        if i < len(theirs) and (ours is None or theirs[i].placed_at >= ours.row.placed_at):
            if theirs[i].status in listed_statuses:
                merged.append(_dom_row(theirs[i], twins.get(theirs[i].order_number)))
            shown.append(theirs[i].order_number)
            i += 1
        elif i == len(theirs) and more_of_theirs:
            break
        elif ours is not None:
            merged.append(ours.row)
            j += 1
        else:
            break
    read_to = local[j - 1].key if j else cursor.local
    page_read = i == len(theirs)
    after = Cursor(
        criteria=cursor.criteria,
        dom=page.next_cursor if page and page_read else cursor.dom,
        skip=0 if page_read else cursor.skip + i,
        dom_done=page is None or (page_read and not more_of_theirs),
        silent=cursor.silent,
        local=read_to,
        seen=tuple(number for number in shown if _still_to_come(twins.get(number), number, cursor, read_to)),
    )
    at_the_end = after.dom_done and j == len(local) and not enough
    return tuple(merged), None if at_the_end else after


def _still_to_come(twin: LocalRow | None, number: str, before: Cursor, read_to: LocalKey) -> bool:
    if twin is None:
        return number in before.seen
    return not read_to or tuple(map(str, twin.key)) < tuple(map(str, read_to))


def _dom_row(row: HistoryRow, twin: LocalRow | None) -> OrderRow:
    """Show the DOM's row, which is the younger view, with what only we know of the order."""
    return OrderRow(
        order_number=row.order_number,
        external_order_id=row.external_order_id,
        placed_at=row.placed_at,
        status=row.status,
        transfer_status=twin.row.transfer_status if twin else None,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        company=row.company,
        total=Money(row.total, row.currency),
        source="both" if twin else "DOM",
        agent=twin.row.agent if twin else "",
    )
