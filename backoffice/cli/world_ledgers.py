"""The ledgers of a demo world, read from their files: read-only, whether its programs run or not."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlcipher3 import dbapi2 as sqlite3

_DOM = (
    *("stock", "reservations", "reservation_lines", "orders", "order_lines", "shipments"),
    *("shipment_lines", "keys", "key_conflicts", "pushes"),
)
_PAYMENTS = ("payments", "events", "keys", "key_conflicts", "links")


def ledgers_of_world(folder: Path) -> dict[str, Any]:
    """Return the books of the DOM and of the bank, each None where there is no file."""
    dom, bank = folder / "dom.db", folder / "payments.db"
    return {
        "dom": _read(dom, _DOM) if dom.is_file() else None,
        "payments": _with_events(_read(bank, _PAYMENTS)) if bank.is_file() else None,
    }


def _read(file: Path, tables: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
    try:
        connection.execute("BEGIN")
        return {table: _rows(connection, table) for table in tables}
    finally:
        connection.close()


def _rows(connection: Any, table: str) -> list[dict[str, Any]]:  # noqa: ANN401 - the driver has no types
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid")  # noqa: S608 - our own names
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _with_events(book: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Give each payment its events, as the gateway's own export does."""
    for payment in book["payments"]:
        payment["events"] = [event for event in book["events"] if event["payment_id"] == payment["id"]]
    return book
