"""The tables as they have to be: made when missing, in one transaction, so two starts at once do not collide."""

from sqlalchemy import Engine

from backoffice.store.search import create_search_indexes
from backoffice.store.tables import metadata


def make_schema(engine: Engine) -> None:
    """Create what is missing; what is there is left alone."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        create_search_indexes(connection)
