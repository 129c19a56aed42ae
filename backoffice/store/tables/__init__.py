"""All tables, by room: people, selling, pricing, ordering, snapshots, undoing, messages."""

from backoffice.store.tables import messages, ordering, people, pricing, selling, snapshots, undoing
from backoffice.store.tables.base import Moment, metadata

__all__ = [
    "Moment",
    "messages",
    "metadata",
    "ordering",
    "people",
    "pricing",
    "selling",
    "snapshots",
    "undoing",
]
