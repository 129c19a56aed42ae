"""What a checkout that was rolled back still has to take back out there, beside payments and reservations."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from backoffice.store.tables.base import Moment, metadata

take_backs = Table(
    "take_backs",
    metadata,
    Column("take_back_id", Text, primary_key=True),
    Column("attempt_id", ForeignKey("checkout_attempts.attempt_id"), nullable=False, index=True),
    Column("action", Text, nullable=False),  # the remote action that did it
    Column("subject", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("detail", Text, nullable=False),  # whatever the action needs to take it back
    Column("state", Text, nullable=False),  # TakeBackState
    Column("reason", Text, nullable=False),  # why not yet
    Column("tries", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_take_backs_state_updated_at", "state", "updated_at"),
)
