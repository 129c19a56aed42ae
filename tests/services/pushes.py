"""What the DOM pushes, for tests: messages put together by hand and signed."""

import json
from collections.abc import Iterable
from datetime import datetime

from backoffice.external.signing import sign
from tests.services.world import NOW

SECRET = "whsec_" + "dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHMgb25seQ=="
QUANTITIES = {"l1": ("HL-U509-R", 12), "l2": ("BK-R93R-62", 1)}
CONTEXT = {
    "store": "adventure",
    "currency": "USD",
    "locale": "en-US",
    "actingUser": "dom",
    "onBehalfOf": "c1",
}


def a_line(line_id: str, status: str = "R", *, shipped: int = 0, cancelled: int = 0) -> dict[str, object]:
    sku, quantity = QUANTITIES.get(line_id, ("HL-U509-R", 12))
    return {
        "lineId": line_id,
        "sku": sku,
        "name": f"Item {sku}",
        "quantity": max(quantity, shipped + cancelled),
        "shipped": shipped,
        "cancelled": cancelled,
        "unitPrice": 1000,
        "discount": 0,
        "total": quantity * 1000,
        "status": status,
        "availableFrom": None,
    }


def a_parcel(shipment_id: str, *parts: tuple[str, int], status: str = "shipped") -> dict[str, object]:
    return {
        "shipmentId": shipment_id,
        "status": status,
        "carrier": "CARGO TRANSPORT 5",
        "tracking": f"1Z{shipment_id}",
        "shippedAt": "2026-11-22T08:30:00Z",
        "quantities": [{"lineId": line_id, "quantity": quantity} for line_id, quantity in parts],
    }


def sync_order(
    message_id: str,
    sequence: int,
    status: str,
    *,
    lines: Iterable[dict[str, object]] = (),
    shipments: Iterable[dict[str, object]] = (),
    complete: bool = True,
    number: str = "B1000001",
) -> bytes:
    """Write a SyncOrder; the figures of the order are those of ``add_order``."""
    return json.dumps(
        {
            "bodId": message_id,
            "createdAt": f"2026-11-22T08:{sequence:02d}:00Z",
            "verb": "Sync",
            "noun": "Order",
            "actionCode": "Change",
            "context": CONTEXT,
            "complete": complete,
            "order": {
                "orderNumber": number,
                "externalOrderId": "DOM-7",
                "placedAt": "2026-11-22T08:00:00Z",
                "status": status,
                "customerId": "c1",
                "customerName": "Orlando Gee",
                "company": "A Bike Store",
                "currency": "USD",
                "total": 13000,
                "lineCount": 2,
                "sequence": sequence,
                "email": "",
                "phone": "",
                "purchaseOrder": "",
                "shipMethod": "CARGO TRANSPORT 5",
                "billTo": None,
                "shipTo": None,
                "items": 13000,
                "discount": 0,
                "shipping": 0,
                "tax": 0,
                "lines": list(lines),
                "shipments": list(shipments),
                "updatedAt": f"2026-11-22T08:{sequence:02d}:00Z",
            },
        }
    ).encode()


def sync_inventory(message_id: str, *records: tuple[str, str, str]) -> bytes:
    """Write a SyncInventoryAvailability; records are (SKU, quantity, moment) at ONLINE."""
    return json.dumps(
        {
            "bodId": message_id,
            "createdAt": "2026-11-22T08:00:00Z",
            "verb": "Sync",
            "noun": "InventoryAvailability",
            "actionCode": "Change",
            "context": CONTEXT,
            "records": [
                {
                    "sku": sku,
                    "location": "ONLINE",
                    "status": "Available" if quantity != "0" else "Unavailable",
                    "quantity": quantity,
                    "unit": "C62",
                    "availableFrom": None,
                    "updatedAt": moment,
                }
                for sku, quantity, moment in records
            ],
        }
    ).encode()


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """Return the headers the DOM sends with a body."""
    return sign(secret, message_id=json.loads(body)["bodId"], now=at, body=body)
