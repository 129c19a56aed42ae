"""How money moves after the pivot, and pages to pay on."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from backoffice.store.tables.base import Moment, metadata

payment_moves = Table(
    "payment_moves",
    metadata,
    Column("move_id", Text, primary_key=True),
    Column("payment_id", ForeignKey("payments.payment_id"), nullable=False),
    Column("place", Integer, nullable=False),  # 1, 2, 3 ... of its payment: moves run in this order
    Column("kind", Text, nullable=False),  # MoveKind
    Column("amount", BigInteger, nullable=False),  # minor units; of a void: what was held when it was planned
    Column("gives_back", Boolean, nullable=False),  # a void after which what was taken is refunded
    Column("key", Text, nullable=False, unique=True),  # made once, sent with every try
    Column("about", Text, nullable=False),  # what for, in words
    Column("status", Text, nullable=False),  # MoveStatus
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("planned_at", Moment, nullable=False),
    Column("sent_at", Moment),  # first: the gateway knows the key since then
    Column("updated_at", Moment, nullable=False),
    Column("next_try_at", Moment, nullable=False),
    Column("alerted_at", Moment),  # since when a supervisor sees it
    Index("uq_payment_moves_payment_id_place", "payment_id", "place", unique=True),
    Index("ix_payment_moves_status_next_try_at", "status", "next_try_at"),
)

payment_links = Table(
    "payment_links",
    metadata,
    Column("payment_id", ForeignKey("payments.payment_id"), primary_key=True),
    Column("link_id", Text, nullable=False),  # the gateway's; "" until it has answered
    Column("url", Text, nullable=False),
    Column("status", Text, nullable=False),  # LinkStatus
    Column("expires_at", Moment, nullable=False),
    Column("closing_because", Text, nullable=False),  # why it is to be closed, "" while it is wanted
    Column("looks", Integer, nullable=False),  # how often the gateway was asked whether it is paid
    Column("held_until", Moment),  # how long the DOM holds the goods meanwhile
    Column("reason", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_payment_links_status_expires_at", "status", "expires_at"),
)
