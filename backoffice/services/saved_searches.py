"""Searches people keep, each their own: a name and the line that was typed.

1. A name saved again takes the new line; removed twice is removed.
2. Days said as ``today`` or ``7d`` stay said, so a kept search means the same next week.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from backoffice.domain.errors import InvalidInput, Refusal
from backoffice.domain.history import SavedSearch
from backoffice.domain.order_query import LONGEST_QUERY, read_query
from backoffice.domain.staff import Actor, Right
from backoffice.services.free_text import one_line, text_problem
from backoffice.store.store import Store
from backoffice.store.tables.people import saved_searches
from backoffice.store.upsert import upsert

LONGEST_NAME = 60
MOST = 50  # kept by one person


class SavedSearches:
    """What somebody looks for every day."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Keep them in the database."""
        self._store = store
        self._clock = clock

    async def all(self, actor: Actor) -> tuple[SavedSearch, ...]:
        """Return the actor's searches by name."""
        actor.require(Right.HISTORY)
        return await self._store.read(lambda connection: _read(connection, actor))

    async def save(self, actor: Actor, name: str, line: str) -> tuple[SavedSearch, ...]:
        """Keep a search and return all of them; InvalidInput says what is wrong with its name or its words."""
        actor.require(Right.HISTORY)
        name = one_line(name)
        if not name:
            raise InvalidInput("Give the search a name.", field="name")
        problem = text_problem("The name", name, LONGEST_NAME)
        if problem:
            raise InvalidInput(problem, field="name")
        problem = text_problem("The search", line, LONGEST_QUERY)
        if problem:
            raise InvalidInput(problem, field="query")
        kept = read_query(line).line
        now = self._clock()

        def work(connection: Connection) -> tuple[SavedSearch, ...]:
            own = saved_searches.c.staff_id == actor.staff_id
            others = connection.execute(
                select(func.count()).where(own, saved_searches.c.name != name)
            ).scalar_one()
            if others >= MOST:
                raise Refusal(f"You keep {MOST} searches already.", advice="Remove one you no longer use.")
            row = {"staff_id": actor.staff_id, "name": name, "query": kept, "saved_at": now}
            upsert(connection, saved_searches, [row])
            return _read(connection, actor)

        return await self._store.run(work)

    async def remove(self, actor: Actor, name: str) -> tuple[SavedSearch, ...]:
        """Forget one and return the others."""
        actor.require(Right.HISTORY)

        def work(connection: Connection) -> tuple[SavedSearch, ...]:
            connection.execute(
                delete(saved_searches).where(
                    saved_searches.c.staff_id == actor.staff_id, saved_searches.c.name == name
                )
            )
            return _read(connection, actor)

        return await self._store.run(work)


def _read(connection: Connection, actor: Actor) -> tuple[SavedSearch, ...]:
    rows = connection.execute(
        select(saved_searches.c.name, saved_searches.c.query).where(
            saved_searches.c.staff_id == actor.staff_id
        )
    )
    found = (SavedSearch(name=row.name, line=row.query) for row in rows)
    return tuple(sorted(found, key=lambda one: one.name.casefold()))
