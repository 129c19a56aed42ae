"""All tables, by room: people, selling, pricing, ordering, payments, snapshots, undoing, messages."""

from backoffice.store.tables import messages, ordering, payments, people, pricing, selling, snapshots, undoing
from backoffice.store.tables.base import Moment, metadata

__all__ = [
    "Moment",
    "messages",
    "metadata",
    "ordering",
    "payments",
    "people",
    "pricing",
    "selling",
    "snapshots",
    "undoing",
]
