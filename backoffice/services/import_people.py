"""Files of customers and their addresses."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.customer import AddressDraft, CustomerDraft
from backoffice.services.address_rules import check_address
from backoffice.services.customer_rows import address_columns, customer_columns, index, new_customer_row
from backoffice.services.customer_rules import check_customer
from backoffice.services.import_kinds import (
    Cells,
    ImportContext,
    Kind,
    ReadRow,
    Refused,
    RowProblem,
    Values,
    known,
    last_of_each,
    read_text,
)
from backoffice.store.tables.people import addresses, customers
from backoffice.store.upsert import MOST_IN_ONE_QUESTION, upsert

_COLUMNS = {  # of an address draft -> of the file
    "kind": "address_type",
    "line1": "line1",
    "line2": "line2",
    "city": "city",
    "region": "state_code",
    "postal_code": "postal_code",
    "country": "country_code",
    "name": "name",
    "company": "company",
    "phone": "phone",
}
_TO_BE_REPAIRED_LATER = frozenset(
    {"postal_code", "region"}
)  # old records are kept, and checked when they are changed
_NAMES = ("title", "first_name", "middle_name", "last_name", "suffix", "company")


def _read_customer(cells: Cells, context: ImportContext) -> Values:
    draft = CustomerDraft(
        **{name: cells.get(name, "") for name in _NAMES},
        email=cells.get("email", ""),
        phone=cells.get("phone", ""),
        language=cells.get("language", "") or "en",
        notes=cells.get("notes", ""),
    )
    for field, problem in check_customer(draft, context.country).items():
        raise RowProblem(field, problem)
    columns = customer_columns(draft, context.country)
    said = {
        name: value for name, value in columns.items() if name not in {"language", "notes"} or name in cells
    }
    return {"customer_id": _id(cells, "customer_id"), **said}


def _write_customers(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, at: datetime
) -> Refused:
    values = last_of_each(rows, "customer_id")
    before = _kept(connection, [row["customer_id"] for row in values])
    written: list[Values] = []
    for row in values:
        old = before.get(row["customer_id"])
        if old is None:
            written.append(new_customer_row(row["customer_id"], {"language": "en", "notes": ""} | row, at))
        elif any(old[name] != value for name, value in row.items()):
            written.append(old | row | {"version": old["version"] + 1, "updated_at": at})
    upsert(connection, customers, written)
    index(connection, written)
    return []


def _kept(connection: Connection, customer_ids: list[str]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for start in range(0, len(customer_ids), MOST_IN_ONE_QUESTION):
        some = customer_ids[start : start + MOST_IN_ONE_QUESTION]
        rows = connection.execute(select(customers).where(customers.c.customer_id.in_(some)))
        found.update((row.customer_id, _as_dict(row)) for row in rows)
    return found


def _as_dict(row: Row[Any]) -> Values:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def _read_address(cells: Cells, _context: ImportContext) -> Values:
    draft = AddressDraft(**{name: cells.get(column, "") for name, column in _COLUMNS.items()})
    for field, problem in check_address(draft).items():
        if field not in _TO_BE_REPAIRED_LATER:
            raise RowProblem(_COLUMNS[field], problem)
    return {
        "address_id": _id(cells, "address_id"),
        "customer_id": _id(cells, "customer_id"),
        **address_columns(draft),
    }


def _write_addresses(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    owners = known(connection, customers.c.customer_id, (row.values["customer_id"] for row in rows))
    taken = [row for row in rows if row.values["customer_id"] in owners]
    upsert(connection, addresses, last_of_each(taken, "address_id"))
    return [(row, _unknown_customer(row)) for row in rows if row.values["customer_id"] not in owners]


def _unknown_customer(row: ReadRow) -> RowProblem:
    return RowProblem(
        "customer_id", f"There is no customer “{row.values['customer_id']}”: import customers first."
    )


def _id(cells: Cells, name: str) -> str:
    return read_text(cells, name, longest=64, needed=True)


CUSTOMERS = Kind(
    name="customers",
    required=("customer_id", "first_name", "last_name", "company", "email", "phone"),
    read=_read_customer,
    write=_write_customers,
)
ADDRESSES = Kind(
    name="addresses",
    required=("customer_id", "address_id", "line1", "city", "country_code"),
    read=_read_address,
    write=_write_addresses,
)
