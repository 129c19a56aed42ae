"""Customers as rows: what a draft becomes, how a customer is loaded whole, how it gets into the search index."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.customer import Address, AddressDraft, Customer, CustomerDraft
from backoffice.domain.errors import NotFound
from backoffice.domain.ids import AddressId, CustomerId
from backoffice.services.address_rules import normalise, region_name
from backoffice.services.free_text import one_line
from backoffice.services.phone import phone_digits
from backoffice.store.search import index_customers
from backoffice.store.tables.people import addresses, customers

RESELLER, CONSUMER = "reseller", "consumer"
DEFAULT_TAX_GROUP = "retail"
_NAMES = ("title", "first_name", "middle_name", "last_name", "suffix", "company")


def customer_columns(draft: CustomerDraft, country: str) -> dict[str, Any]:
    """Return what a draft says, as columns; ``country`` is where bare phone numbers belong."""
    digits = phone_digits(draft.phone, country)
    return {
        **{name: one_line(getattr(draft, name)) for name in _NAMES},
        "email": draft.email.strip(),
        "phone": one_line(draft.phone),
        "phone_digits": digits,
        "phone_reversed": digits[::-1],
        "group": RESELLER if one_line(draft.company) else CONSUMER,
        "language": draft.language.strip(),
        "notes": draft.notes,
    }


def new_customer_row(customer_id: str, columns: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the whole row of a new customer."""
    return {
        "customer_id": customer_id,
        **columns,
        "tax_group": DEFAULT_TAX_GROUP,
        "version": 1,
        "updated_at": at,
    }


def address_columns(draft: AddressDraft) -> dict[str, Any]:
    """Return what an address draft says, as columns."""
    kept = normalise(draft)
    return {**asdict(kept), "region_name": region_name(kept.country, kept.region)}


def index(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make the customers of these rows findable by what they now are called."""
    index_customers(connection, ((row["customer_id"], _called(row)) for row in rows))


def _called(row: Mapping[str, Any]) -> str:
    words = [row[name] for name in _NAMES if row[name]]
    family_first = f"{row['last_name']}{row['first_name']}"  # how 王小明 and 김민준 are written and typed
    return " ".join(words if family_first.isascii() else [*words, family_first])


def load_customer(connection: Connection, customer_id: str) -> Customer:
    """Return the customer with all addresses inside a transaction of the caller's. Raises NotFound."""
    row = connection.execute(select(customers).where(customers.c.customer_id == customer_id)).first()
    if row is None:
        raise NotFound("There is no such customer.", field="customer_id", advice="Search again.")
    kept = connection.execute(
        select(addresses)
        .where(addresses.c.customer_id == customer_id)
        .order_by(addresses.c.kind, addresses.c.line1)
    )
    return Customer(
        customer_id=CustomerId(row.customer_id),
        title=row.title,
        first_name=row.first_name,
        middle_name=row.middle_name,
        last_name=row.last_name,
        suffix=row.suffix,
        company=row.company,
        email=row.email,
        phone=row.phone,
        group=row.group,
        tax_group=row.tax_group,
        language=row.language,
        notes=row.notes,
        addresses=tuple(_address(address) for address in kept),
        version=row.version,
    )


def _address(row: Row[Any]) -> Address:
    return Address(
        address_id=AddressId(row.address_id),
        kind=row.kind,
        name=row.name,
        company=row.company,
        line1=row.line1,
        line2=row.line2,
        city=row.city,
        region=row.region,
        region_name=row.region_name,
        postal_code=row.postal_code,
        country=row.country,
        phone=row.phone,
    )
