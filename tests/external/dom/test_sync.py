"""A pushed message is taken as it is described, or refused with the place that is wrong."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.domain.errors import InvalidInput
from backoffice.domain.inventory import AvailabilityStatus, Source
from backoffice.external.dom.sync import parse_sync_inventory, parse_sync_order

CONTEXT = {"store": "adventure", "currency": "USD", "locale": "en-US", "actingUser": "dom", "onBehalfOf": ""}
LINE = {
    "lineId": "l1",
    "sku": "HL-U509-R",
    "name": "Sport-100 Helmet, Red",
    "quantity": 3,
    "shipped": 1,
    "cancelled": 1,
    "unitPrice": 3499,
    "discount": 0,
    "total": 10497,
    "status": "R",
    "availableFrom": None,
}
PARCEL = {
    "shipmentId": "B1000001-1",
    "status": "shipped",
    "carrier": "CARGO TRANSPORT 5",
    "tracking": "1Z",
    "shippedAt": "2026-11-22T07:00:00+01:00",
    "quantities": [{"lineId": "l1", "quantity": 1}],
}


def sync_order(**changes: object) -> dict[str, Any]:
    order = {
        "orderNumber": "B1000001",
        "externalOrderId": "DOM0000033",
        "placedAt": "2026-11-22T06:00:00Z",
        "status": "R",
        "customerId": "29847",
        "customerName": "Orlando Gee",
        "company": "",
        "currency": "USD",
        "total": 10497,
        "lineCount": 1,
        "sequence": 3,
        "email": "",
        "phone": "",
        "purchaseOrder": "",
        "shipMethod": "",
        "billTo": None,
        "shipTo": None,
        "items": 10497,
        "discount": 0,
        "shipping": 0,
        "tax": 0,
        "lines": [dict(LINE)],
        "shipments": [dict(PARCEL)],
        "updatedAt": "2026-11-22T06:30:00.5Z",
    }
    return {
        "bodId": "m1",
        "createdAt": "2026-11-22T06:30:00Z",
        "verb": "Sync",
        "noun": "Order",
        "actionCode": "Change",
        "context": dict(CONTEXT),
        "complete": False,
        "order": order | changes,
    }


def sync_inventory(**changes: object) -> dict[str, Any]:
    record = {
        "sku": "HL-U509-R",
        "location": "ONLINE",
        "status": "Available",
        "quantity": "2.50",
        "unit": "C62",
        "availableFrom": None,
        "updatedAt": "2026-11-22T06:30:00Z",
    }
    return {
        "bodId": "m2",
        "createdAt": "2026-11-22T06:30:00Z",
        "verb": "Sync",
        "noun": "InventoryAvailability",
        "actionCode": "Change",
        "context": dict(CONTEXT),
        "records": [record | changes],
    }


def body(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()


def test_an_order_is_read_with_its_times_in_utc() -> None:
    message = parse_sync_order(body(sync_order()))
    assert (message.message_id, message.order_number, message.sequence, message.complete) == (
        "m1",
        "B1000001",
        3,
        False,
    )
    assert message.order.updated_at == datetime(2026, 11, 22, 6, 30, 0, 500000, tzinfo=UTC)
    (parcel,) = message.order.shipments
    assert parcel.shipped_at == datetime(2026, 11, 22, 6, tzinfo=UTC)
    assert parcel.quantities == (("l1", 1),)


def test_stock_is_read_exactly_and_null_means_unlimited() -> None:
    (record,) = parse_sync_inventory(body(sync_inventory())).records
    assert (record.quantity, record.status, record.source) == (
        Decimal("2.50"),
        AvailabilityStatus.AVAILABLE,
        Source.LIVE,
    )
    (record,) = parse_sync_inventory(body(sync_inventory(quantity=None))).records
    assert record.quantity is None


def test_a_field_nobody_knows_yet_is_ignored() -> None:
    assert parse_sync_order(body(sync_order(giftWrap=True))).sequence == 3


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"sequence": "3"}, "order.sequence"),
        ({"sequence": 0}, "order.sequence"),
        ({"sequence": 3.0}, "order.sequence"),
        ({"sequence": 2**63}, "order.sequence"),
        ({"sequence": True}, "order.sequence"),
        ({"status": "Shipped"}, "order.status"),
        ({"orderNumber": ""}, "order.orderNumber"),
        ({"orderNumber": "B1\n"}, "order.orderNumber"),
        ({"customerName": "a\u0000b"}, "order.customerName"),
        ({"customerName": "x" * 201}, "order.customerName"),
        ({"updatedAt": "2026-11-22T06:30:00"}, "order.updatedAt"),
        ({"updatedAt": "1763793000"}, "order.updatedAt"),
        ({"updatedAt": 1763793000}, "order.updatedAt"),
        ({"updatedAt": "2026-02-30T00:00:00Z"}, "order.updatedAt"),
        ({"updatedAt": "0001-01-01T00:00:00+14:00"}, "order.updatedAt"),
        ({"total": 10.5}, "order.total"),
        ({"total": None}, "order.total"),
        ({"lines": [LINE | {"shipped": 3}]}, "order.lines.0"),
        ({"lines": [LINE, LINE]}, "order.lines"),
        ({"lines": {}}, "order.lines"),
        ({"shipments": [PARCEL | {"quantities": []}]}, "order.shipments.0.quantities"),
        ({"shipments": [PARCEL, PARCEL]}, "order.shipments"),
        ({"billTo": {"country": "USA"}}, "order.billTo"),
    ],
)
def test_a_wrong_order_is_refused_with_the_place(changes: dict[str, object], place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_sync_order(body(sync_order(**changes)))
    assert refused.value.field.startswith(place)
    assert refused.value.code == "invalid_message"
    assert "x" * 50 not in refused.value.sentence


@pytest.mark.parametrize("quantity", ["-1", "1,5", "1e3", "NaN", "", 5, 2.5, "9" * 13, True])
def test_a_quantity_that_is_none_is_refused(quantity: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_sync_inventory(body(sync_inventory(quantity=quantity)))
    assert refused.value.field == "records.0.quantity"


@pytest.mark.parametrize("parse", [parse_sync_order, parse_sync_inventory])
@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"bodId": "\\ud800"}'])
def test_nonsense_is_refused(parse: Callable[[bytes], object], raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse(raw)


def test_one_kind_of_message_is_not_taken_for_the_other() -> None:
    with pytest.raises(InvalidInput):
        parse_sync_order(body(sync_inventory()))
    with pytest.raises(InvalidInput):
        parse_sync_inventory(body(sync_order()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(name=st.sampled_from(sorted(sync_order()["order"])), value=JSON)
@settings(max_examples=200, deadline=None)
def test_any_value_anywhere_is_taken_or_refused_and_never_a_crash(name: str, value: object) -> None:
    try:
        message = parse_sync_order(body(sync_order(**{name: value})))
    except InvalidInput as refused:
        assert refused.sentence  # noqa: PT017 - either outcome is right
    else:
        assert message.message_id == "m1"
