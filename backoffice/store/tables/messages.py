"""Messages received and e-mails sent; notes on orders."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from backoffice.store.tables.base import Moment, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # SyncOrder, SyncInventoryAvailability, payment
    Column("subject", Text, nullable=False, index=True),  # order number; "" for stock
    Column("sequence", BigInteger, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", Text, nullable=False),  # applied, ignored, parked, set_aside
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),  # the sender's time
    Column("received_at", Moment, nullable=False),
    Column("applied_at", Moment),
    Column("times_received", Integer, nullable=False),
    Index("ix_inbox_state_received_at", "state", "received_at"),
    Index("ix_inbox_received_at_message_id", "received_at", "message_id"),
)

mails = Table(
    "mails",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("order_id", Text, nullable=False, index=True),
    Column("order_number", Text, nullable=False),
    Column("occasion", Text, nullable=False),  # confirmation, shipped, cancelled ...
    Column("about", Text, nullable=False),  # shipment id or ""
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("status", Text, nullable=False),  # queued, sent, failed
    Column("tries", Integer, nullable=False),
    Column("resent", Integer, nullable=False),  # how often somebody pressed "send again"
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    UniqueConstraint("order_id", "occasion", "about"),
    Index("ix_mails_status_created_at", "status", "created_at"),
)

notes = Table(
    "notes",
    metadata,
    Column("note_id", Text, primary_key=True),
    Column("subject", Text, nullable=False, index=True),  # order number or customer id
    Column("text", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
