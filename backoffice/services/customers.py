"""Customers: find the caller, or take them down on the fly; addresses goods can be sent to.

1. ``search`` finds by whatever the caller says and tells why it did (see ``customer_search``);
2. ``check_draft`` and ``check_address`` say at each field what keeps it from being saved, while somebody types;
3. ``add``, ``change`` and the address calls check again, write the row, its audit row and its search words in one
   transaction. A change names the version it was made from: two people's edits never overwrite each other unseen.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from backoffice.domain.customer import AddressDraft, Customer, CustomerDraft, CustomerHit
from backoffice.domain.errors import Conflict, InvalidInput, NotFound
from backoffice.domain.ids import CustomerId, new_id
from backoffice.domain.money import Money
from backoffice.domain.order import OrderRow
from backoffice.domain.staff import Actor, Right
from backoffice.domain.statuses import TransferStatus
from backoffice.services import address_rules, audit
from backoffice.services.customer_rows import (
    address_columns,
    customer_columns,
    index,
    load_customer,
    new_customer_row,
)
from backoffice.services.customer_rules import check_customer
from backoffice.services.customer_search import search_customers
from backoffice.services.phone import HOME
from backoffice.store.store import Store
from backoffice.store.tables.ordering import orders, transfers
from backoffice.store.tables.people import addresses, customers

_NOT_IN_TRAIL = frozenset({"notes", "phone_digits", "phone_reversed"})  # long, or said by another column


class Customers:
    """Looking customers up and taking them down."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], *, country: str = HOME, order_prefix: str = "B"
    ) -> None:
        """``country`` is where bare phone numbers belong; ``order_prefix`` is what a caller leaves out."""
        self._store = store
        self._clock = clock
        self._country = country
        self._order_prefix = order_prefix

    async def search(self, actor: Actor, text: str, *, limit: int = 20) -> tuple[CustomerHit, ...]:
        """Find by phone number, e-mail, name, company, order number or customer number; the surest first."""
        actor.require(Right.CUSTOMERS)
        return await self._store.read(
            lambda connection: search_customers(
                connection, text, limit=limit, order_prefix=self._order_prefix, country=self._country
            )
        )

    async def get(self, actor: Actor, customer_id: str) -> Customer:
        """Return the customer with all addresses. Raises NotFound."""
        actor.require(Right.CUSTOMERS)
        return await self._store.read(lambda connection: load_customer(connection, customer_id))

    async def last_orders(self, actor: Actor, customer_id: str, limit: int = 5) -> tuple[OrderRow, ...]:
        """Return the customer's newest orders that were placed here; what only the DOM knows is in the history."""
        actor.require(Right.CUSTOMERS)
        return await self._store.read(lambda connection: _last_orders(connection, customer_id, limit))

    async def add(self, actor: Actor, draft: CustomerDraft) -> Customer:
        """Take a new customer down. Raises InvalidInput for the first field that can not be kept."""
        actor.require(Right.EDIT_CUSTOMERS)
        _raise_first(self.check_draft(draft))
        row = new_customer_row(new_id(), customer_columns(draft, self._country), self._clock())

        def write(connection: Connection) -> Customer:
            connection.execute(insert(customers).values(row))
            index(connection, [row])
            self._tell(connection, actor, "customer.added", row["customer_id"], {"name": _called(row)})
            return load_customer(connection, row["customer_id"])

        return await self._store.run(write)

    async def change(
        self, actor: Actor, customer_id: CustomerId, draft: CustomerDraft, *, version: int
    ) -> Customer:
        """Change what is known of a customer; Conflict ("stale_version") when somebody else was faster."""
        actor.require(Right.EDIT_CUSTOMERS)
        _raise_first(self.check_draft(draft))
        columns = customer_columns(draft, self._country)

        def write(connection: Connection) -> Customer:
            row = connection.execute(select(customers).where(customers.c.customer_id == customer_id)).first()
            before = dict(row._mapping) if row else {}  # noqa: SLF001 - SQLAlchemy's public name for it
            self._next_version(connection, customer_id, version)
            connection.execute(
                update(customers).where(customers.c.customer_id == customer_id).values(columns)
            )
            index(connection, [{"customer_id": customer_id, **columns}])
            changed = _changes(before, columns)
            self._tell(connection, actor, "customer.changed", customer_id, {"changed": changed})
            return load_customer(connection, customer_id)

        return await self._store.run(write)

    async def add_address(self, actor: Actor, customer_id: CustomerId, draft: AddressDraft) -> Customer:
        """Add an address goods can be sent to. Raises InvalidInput, NotFound."""
        actor.require(Right.EDIT_CUSTOMERS)
        _raise_first(self.check_address(draft))
        row = {"address_id": new_id(), "customer_id": customer_id, **address_columns(draft)}

        def write(connection: Connection) -> Customer:
            self._next_version(connection, customer_id, None)
            connection.execute(insert(addresses).values(row))
            self._tell(connection, actor, "address.added", customer_id, {"address": row})
            return load_customer(connection, customer_id)

        return await self._store.run(write)

    async def change_address(
        self, actor: Actor, customer_id: CustomerId, address_id: str, draft: AddressDraft
    ) -> Customer:
        """Change an address of the customer. What was ordered keeps the address it was ordered with."""
        actor.require(Right.EDIT_CUSTOMERS)
        _raise_first(self.check_address(draft))
        columns = address_columns(draft)
        wanted = (addresses.c.customer_id == customer_id) & (addresses.c.address_id == address_id)

        def write(connection: Connection) -> Customer:
            row = connection.execute(select(addresses).where(wanted)).first()
            if row is None:
                raise NotFound("The customer has no such address.", advice="Load the customer again.")
            self._next_version(connection, customer_id, None)
            connection.execute(update(addresses).where(wanted).values(columns))
            changed = _changes(dict(row._mapping), columns)  # noqa: SLF001 - as above
            self._tell(
                connection,
                actor,
                "address.changed",
                customer_id,
                {"address_id": address_id, "changed": changed},
            )
            return load_customer(connection, customer_id)

        return await self._store.run(write)

    def check_draft(self, draft: CustomerDraft) -> dict[str, str]:
        """Return field -> sentence for what can not be kept as typed; empty when all can."""
        return check_customer(draft, self._country)

    def check_address(self, draft: AddressDraft) -> dict[str, str]:
        """Return field -> sentence for what keeps goods from being sent there."""
        return address_rules.check_address(draft)

    def countries(self, locale: str) -> tuple[tuple[str, str], ...]:
        """Return (code, name) of every country, by name in the locale's language."""
        return address_rules.countries(locale)

    def regions(self, country: str) -> tuple[tuple[str, str], ...]:
        """Return (code, name) of the states or provinces an address in the country names; none where it does not."""
        code = address_rules.read_country(country)
        return address_rules.regions(code) if code else ()

    def _next_version(self, connection: Connection, customer_id: str, version: int | None) -> None:
        condition = customers.c.customer_id == customer_id
        if version is not None:
            condition &= customers.c.version == version
        changed = connection.execute(
            update(customers)
            .where(condition)
            .values(version=customers.c.version + 1, updated_at=self._clock())
        )
        if not changed.rowcount:
            load_customer(connection, customer_id)  # raises NotFound
            raise Conflict(
                "Somebody else changed this customer in the meantime.",
                code="stale_version",
                advice="Load the customer again and repeat your change; what you typed is still here.",
            )

    def _tell(
        self, connection: Connection, actor: Actor, action: str, customer_id: str, detail: dict[str, object]
    ) -> None:
        audit.record(
            connection, actor, action, customer_id, at=self._clock(), customer_id=customer_id, detail=detail
        )


def _raise_first(problems: dict[str, str]) -> None:
    for field in (*_FIELD_ORDER, *problems):
        if field in problems:
            raise InvalidInput(problems[field], field=field, advice="Put it right and save again.")


_FIELD_ORDER = tuple(
    dict.fromkeys(field.name for kind in (CustomerDraft, AddressDraft) for field in fields(kind))
)


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, object]:
    """Return field -> [before, after]; of notes only that they changed."""
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    return {
        name: [before.get(name, ""), value] for name, value in changed.items() if name not in _NOT_IN_TRAIL
    } | ({"notes": "changed"} if "notes" in changed else {})


def _called(row: dict[str, Any]) -> str:
    return " ".join(row[name] for name in ("first_name", "last_name") if row[name]) or row["company"]


def _last_orders(connection: Connection, customer_id: str, limit: int) -> tuple[OrderRow, ...]:
    query = (
        select(orders, transfers.c.status.label("transfer_status"), transfers.c.external_order_id)
        .outerjoin(transfers, transfers.c.order_id == orders.c.order_id)
        .where(orders.c.customer_id == customer_id)
        .order_by(orders.c.placed_at.desc(), orders.c.order_id)
        .limit(limit)
    )
    return tuple(
        OrderRow(
            order_number=row.number,
            external_order_id=row.external_order_id or "",
            placed_at=row.placed_at,
            status=row.status,
            transfer_status=TransferStatus(row.transfer_status) if row.transfer_status else None,
            customer_id=row.customer_id,
            customer_name=row.customer_name,
            company=row.company,
            total=Money(row.total, row.currency),
            source="local",
            agent=row.agent_name,
        )
        for row in connection.execute(query)
    )
