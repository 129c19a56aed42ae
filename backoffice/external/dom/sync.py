"""Read what the DOM pushes; what is not a message of ``store.yaml`` raises InvalidInput with the reason.

Verify its signature first (``signing.verify``).
"""

from typing import TypeVar

from pydantic import ValidationError

from backoffice.domain.errors import InvalidInput
from backoffice.domain.ids import OrderNumber
from backoffice.external.dom import messages as wire
from backoffice.external.dom import translation
from backoffice.external.dom.port import SyncInventoryMessage, SyncOrderMessage
from backoffice.external.dom.wire import Wire, first_fault

M = TypeVar("M", bound=Wire)


def parse_sync_order(body: bytes) -> SyncOrderMessage:
    """Read SyncOrder (Change).

    Raises:
        InvalidInput: not that message; ``field`` names the first place that is wrong.
    """
    message = _parse(wire.SyncOrder, body)
    _reject_repeated("order.lines", [line.line_id for line in message.order.lines])
    _reject_repeated("order.shipments", [parcel.shipment_id for parcel in message.order.shipments])
    return SyncOrderMessage(
        message_id=message.bod_id,
        order_number=OrderNumber(message.order.order_number),
        sequence=message.order.sequence,
        complete=message.complete,
        created_at=message.created_at,
        order=translation.external_order(message.order),
    )


def parse_sync_inventory(body: bytes) -> SyncInventoryMessage:
    """Read SyncInventoryAvailability (Change).

    Raises:
        InvalidInput: not that message; ``field`` names the first place that is wrong.
    """
    message = _parse(wire.SyncInventoryAvailability, body)
    _reject_repeated("records", [f"{record.sku}\n{record.location}" for record in message.records])
    return SyncInventoryMessage(
        message_id=message.bod_id,
        created_at=message.created_at,
        records=tuple(translation.availability(record) for record in message.records),
    )


def _parse(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body, by_name=False, by_alias=True)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise InvalidInput(
            f"This is not the message it should be. {first_fault(error)}", field=place, code="invalid_message"
        ) from None


def _reject_repeated(place: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise InvalidInput(
            f"{place} names the same thing twice.", field=place, code="invalid_message"
        ) from None
