"""All tables, by room: people, selling, ordering, messages."""

from backoffice.store.tables import messages, ordering, people, selling
from backoffice.store.tables.base import Moment, metadata

__all__ = ["Moment", "messages", "metadata", "ordering", "people", "selling"]
