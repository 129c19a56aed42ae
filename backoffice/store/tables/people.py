"""Staff, customers and their addresses, and the trail of who did what."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)

from backoffice.store.tables.base import Moment, metadata

staff = Table(
    "staff",
    metadata,
    Column("staff_id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("staff_id", ForeignKey("staff.staff_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),  # as typed on the Orders screen
    Column("saved_at", Moment, nullable=False),
    PrimaryKeyConstraint("staff_id", "name"),
)

failed_sign_ins = Table(  # what locks a login for a while
    "failed_sign_ins",
    metadata,
    Column("failure_id", Text, primary_key=True),
    Column("login", Text, nullable=False),  # a digest of what was typed, which may be anything
    Column("at", Moment, nullable=False),
    Index("ix_failed_sign_ins_login_at", "login", "at"),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("middle_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("suffix", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),  # as typed
    Column("phone_digits", Text, nullable=False, index=True),  # for any spelling
    Column(
        "phone_reversed", Text, nullable=False, index=True
    ),  # its last digits first, for numbers without prefix
    Column("group", Text, nullable=False),
    Column("tax_group", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
Index("ix_customers_lower_email", func.lower(customers.c.email))  # an e-mail address is typed in any case

addresses = Table(
    "addresses",
    metadata,
    Column("address_id", Text, primary_key=True),
    Column("customer_id", ForeignKey("customers.customer_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("line1", Text, nullable=False),
    Column("line2", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("region_name", Text, nullable=False),
    Column("postal_code", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("phone", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("entry", Integer, primary_key=True),  # without gaps: the chain's place
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("desk", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),  # on whose behalf
    Column("action", Text, nullable=False),  # order.submitted, transfer.retried ...
    Column("subject", Text, nullable=False),  # order, cart, customer id ...
    Column("detail", JSON, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),  # SHA-256 over the hash before and this row
    Index("ix_audit_subject_entry", "subject", "entry"),
)
