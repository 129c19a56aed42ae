"""The DOM over HTTP, as ``resources/openapi/dom.yaml`` describes it.

``HttpDom(HttpClient(url), context=...)`` is both ExternalOrders and ExternalInventory. It never tries again
by itself, and it keeps no state: when to ask again is for whoever asked.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from backoffice.domain.ids import LocationId, OrderNumber, ReservationId, Sku, new_id, utc_now
from backoffice.domain.inventory import Availability, Reservation, ReservationLine
from backoffice.domain.outcome import Outcome, Refused, Succeeded, Unknown, Unreachable
from backoffice.external.dom import messages as wire
from backoffice.external.dom import translation
from backoffice.external.dom.answers import nonsense, read_answer
from backoffice.external.dom.port import (
    DomCapabilities,
    ExternalOrder,
    HistoryPage,
    HistoryQuery,
    MessageContext,
    TransferAcknowledged,
    TransferOrder,
)
from backoffice.external.dom.wire import Reply, Wire, first_fault, write_moment
from backoffice.external.http import HttpClient

R = TypeVar("R", bound=Reply)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_SEARCHABLE = re.compile(r"[^\x00-\x1f\x7f]{0,200}")
_SKUS_PER_CALL = 500
_MOST_ROWS = 200


class HttpDom:
    """The DOM at the other end of an HTTP connection.

    ``context`` is whose name stands on what carries none of its own: availability, history, details, look-up.
    The caller owns the client and closes it.
    """

    def __init__(
        self, client: HttpClient, *, context: MessageContext, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Speak through ``client``, whose base URL is the DOM's."""
        self.capabilities = DomCapabilities(idempotency_keys=True, lookup_by_order_number=True)
        self._client = client
        self._context = context
        self._clock = clock

    async def transfer(
        self, order: TransferOrder, *, key: str, context: MessageContext
    ) -> Outcome[TransferAcknowledged]:
        """ProcessOrder (Transfer). An order the document can not express is Refused as ``not_sendable``."""
        try:
            message = translation.sent_order(order)
        except ValidationError as error:
            return _not_sendable(error)
        if not _ID.fullmatch(key):
            return Refused(code="not_sendable", reason="The order's key can not be sent.")
        outcome = await self._call(
            "POST", "/orders", wire.AcknowledgeOrder, context, message, extra={"idempotency-key": key}
        )
        if not isinstance(outcome, Succeeded):
            return outcome
        answer = outcome.value
        if answer.order_number != order.order_number:
            return nonsense("It acknowledges another order.")
        return Succeeded(
            value=translation.acknowledged(
                answer.order_number, answer.external_order_id, answer.acknowledged_at
            )
        )

    async def find_transferred(self, order_number: OrderNumber) -> Outcome[TransferAcknowledged | None]:
        """GetOrder by our number alone; only the DOM's own ``no_such_order`` counts as not there."""
        outcome = await self._show_order(order_number, by="orderNumber")
        if not isinstance(outcome, Succeeded):
            return outcome
        shown = outcome.value
        if shown is None:
            return Succeeded(value=None)
        if shown.order.order_number != order_number:
            return nonsense("It shows another order.")
        return Succeeded(
            value=translation.acknowledged(
                shown.order.order_number, shown.order.external_order_id, shown.acknowledged_at
            )
        )

    async def get_order_details(self, order_number: str) -> Outcome[ExternalOrder | None]:
        """GetOrder (External_Details), by our number or the DOM's own."""
        outcome = await self._show_order(order_number, by="any")
        if not isinstance(outcome, Succeeded):
            return outcome
        if outcome.value is None:
            return Succeeded(value=None)
        order = outcome.value.order
        if order_number not in {order.order_number, order.external_order_id}:
            return nonsense("It shows another order.")
        return Succeeded(value=translation.external_order(order))

    async def get_order_history(self, query: HistoryQuery) -> Outcome[HistoryPage]:
        """GetOrder (External_Summary), one page."""
        texts = {
            "customerId": query.customer_id,
            "email": query.email,
            "phone": query.phone,
            "name": query.name,
            "sku": query.sku,
            "orderNumber": query.order_number,
            "status": query.status,
        }
        if not all(_SEARCHABLE.fullmatch(text) for text in texts.values()):
            return Refused(
                code="invalid_request", reason="What to search for is one line of at most 200 characters."
            )
        params = {name: text for name, text in texts.items() if text}
        if query.placed_from is not None:
            params["placedFrom"] = write_moment(query.placed_from)
        if query.placed_until is not None:
            params["placedUntil"] = write_moment(query.placed_until)
        if query.cursor:
            params["cursor"] = query.cursor
        params["limit"] = str(min(max(query.limit, 1), _MOST_ROWS))
        outcome = await self._call("GET", "/orders", wire.ShowOrders, params=params)
        if not isinstance(outcome, Succeeded):
            return outcome
        page = outcome.value
        if page.count != len(page.orders) or page.complete != (not page.next_cursor):
            return nonsense("It does not say what it holds.")
        return Succeeded(value=translation.history_page(page))

    async def get_inventory_availability(
        self, skus: tuple[Sku, ...], locations: tuple[LocationId, ...] = ()
    ) -> Outcome[tuple[Availability, ...]]:
        """GetInventoryAvailability; one call up to 500 SKUs. A SKU the DOM does not know has no record."""
        records: list[Availability] = []
        wanted = tuple(dict.fromkeys(skus))
        for start in range(0, len(wanted), _SKUS_PER_CALL):
            asked = wanted[start : start + _SKUS_PER_CALL]
            params: dict[str, Sequence[str]] = {"sku": asked}
            if locations:
                params["location"] = locations
            outcome = await self._call("GET", "/availability", wire.ShowInventoryAvailability, params=params)
            if not isinstance(outcome, Succeeded):
                return outcome
            shown = outcome.value.records
            places = {(record.sku, record.location) for record in shown}
            if len(places) != len(shown) or not {record.sku for record in shown} <= set(asked):
                return nonsense("It does not answer what was asked.")
            if not outcome.value.complete:
                return nonsense("It is not complete.")
            records.extend(translation.availability(record) for record in shown)
        return Succeeded(value=tuple(records))

    async def reserve_inventory(
        self,
        reservation_id: ReservationId,
        lines: tuple[ReservationLine, ...],
        *,
        expires_at: datetime,
        context: MessageContext,
    ) -> Outcome[Reservation]:
        """ReserveInventory. An Allocated entry may hold less than was asked: look at its quantity."""
        try:
            message = translation.reserve_inventory(lines, expires_at)
        except ValidationError as error:
            return _not_sendable(error)
        outcome = await self._call(
            "PUT", f"/reservations/{_segment(reservation_id)}", wire.AcknowledgeReservation, context, message
        )
        if not isinstance(outcome, Succeeded):
            return outcome
        answer = outcome.value
        asked = {str(line.line_id): line.quantity for line in lines}
        if answer.reservation_id != reservation_id:
            return nonsense("It is about another reservation.")
        if len({line.line_id for line in answer.lines}) != len(answer.lines):
            return nonsense("It names a line twice.")
        if any(line.quantity > asked.get(line.line_id, -1) for line in answer.lines):
            return nonsense("It holds what nobody asked for.")
        return Succeeded(value=translation.reservation(answer, lines))

    async def cancel_inventory_reservation(
        self, reservation_id: ReservationId, *, context: MessageContext
    ) -> Outcome[None]:
        """CancelInventoryReservation; succeeds for an id the DOM does not know."""
        outcome = await self._call(
            "DELETE", f"/reservations/{_segment(reservation_id)}", wire.AcknowledgeRelease, context
        )
        if not isinstance(outcome, Succeeded):
            return outcome
        if outcome.value.reservation_id != reservation_id:
            return nonsense("It is about another reservation.")
        return Succeeded(value=None)

    async def _show_order(self, order_number: str, *, by: str) -> Outcome[wire.ShowOrder | None]:
        if not _ID.fullmatch(order_number):
            return Succeeded(value=None)  # no order can have such a number
        outcome = await self._call("GET", f"/orders/{order_number}", wire.ShowOrder, params={"by": by})
        if isinstance(outcome, Refused) and outcome.code == "no_such_order":
            return Succeeded(value=None)
        return outcome

    async def _call(
        self,
        method: str,
        path: str,
        expected: type[R],
        context: MessageContext | None = None,
        message: Wire | None = None,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Succeeded[R] | Refused | Unreachable | Unknown:
        bod_id = new_id()
        headers = {**_bod_headers(bod_id, self._clock(), context or self._context), **(extra or {})}
        if message is not None:
            headers["content-type"] = "application/json"
        outcome = await self._client.request(
            method,
            path,
            params=params,
            body=None if message is None else message.to_json(),
            headers=headers,
        )
        if not isinstance(outcome, Succeeded):
            return outcome
        return read_answer(outcome.value, expected, bod_id)


def _bod_headers(bod_id: str, now: datetime, context: MessageContext) -> dict[str, str]:
    headers = {
        "bod-id": bod_id,
        "bod-created-at": write_moment(now),
        "bod-store": _segment(context.store),
        "bod-currency": context.currency,
        "bod-locale": _segment(context.locale),
        "bod-acting-user": _segment(context.acting_user),
    }
    if context.on_behalf_of:
        headers["bod-on-behalf-of"] = _segment(context.on_behalf_of)
    return headers


def _segment(text: str) -> str:
    return quote(text, safe="")


def _not_sendable(error: ValidationError) -> Refused:
    return Refused(code="not_sendable", reason=f"The DOM could not take this: {first_fault(error)}")
