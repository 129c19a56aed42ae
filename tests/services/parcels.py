"""What the DOM says of an order of a desk in tests: parcels that left, pieces that were cancelled."""

from backoffice.services.order_sync import OrderSync
from backoffice.store.tables.ordering import order_lines
from tests.services.desk import Desk
from tests.services.desk_world import TableJobs
from tests.services.pushes import SECRET, a_parcel, signed, sync_order


async def tell(
    desk: Desk,
    number: str,
    sequence: int,
    *,
    status: str = "R",
    shipped: dict[str, int] | None = None,
    cancelled: dict[str, int] | None = None,
    parcel: dict[str, int] | None = None,
    message_id: str = "",
) -> str:
    """Take a SyncOrder with these pieces by SKU, altogether; return what became of it."""
    order_id = desk.order(number)["order_id"]
    rows = {row["sku"]: row for row in desk.rows(order_lines, order_id=order_id)}
    lines = [
        {
            "lineId": rows[sku]["line_id"],
            "sku": sku,
            "name": rows[sku]["name"],
            "quantity": rows[sku]["quantity"],
            "shipped": (shipped or {}).get(sku, 0),
            "cancelled": (cancelled or {}).get(sku, 0),
            "unitPrice": rows[sku]["unit_price"],
            "discount": rows[sku]["discount"],
            "total": rows[sku]["total"],
            "status": status,
            "availableFrom": None,
        }
        for sku in {**(shipped or {}), **(cancelled or {})}
    ]
    parcels = [
        a_parcel(f"s{sequence}", *((rows[sku]["line_id"], pieces) for sku, pieces in (parcel or {}).items()))
    ]
    body = sync_order(
        message_id or f"bod-{number}-{sequence}",
        sequence,
        status,
        lines=lines,
        shipments=parcels if parcel else (),
        complete=False,
        number=number,
    )
    sync = OrderSync(desk.office.store, TableJobs(desk.clock), secrets=[SECRET], clock=desk.clock)
    receipt = await sync.receive_order(body, signed(body, at=desk.clock.now))
    return f"{receipt.outcome.value} {receipt.reason}".strip()


def line_total(desk: Desk, number: str, sku: str) -> int:
    """What a line costs, discount and tax included."""
    total: int = desk.row(order_lines, order_id=desk.order(number)["order_id"], sku=sku)["total"]
    return total
