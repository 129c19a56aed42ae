"""DBOS's own table of jobs, as far as a check looks into it."""

import re
from collections.abc import Iterable

from sqlalchemy import Connection, inspect, text

_ID = re.compile("[0-9a-f]{32}")
_TO_COME = ("ENQUEUED", "DELAYED", "PENDING")


def waiting_subjects(connection: Connection) -> frozenset[str]:
    """Return the ids (of orders, mails ...) in the keys of the jobs that are still to run or running."""
    table = _table(connection)
    if not table:
        return frozenset()
    query = text(f"SELECT workflow_uuid FROM {table} WHERE status IN ('ENQUEUED', 'DELAYED', 'PENDING')")  # noqa: S608 - our own name
    keys: Iterable[str] = connection.execute(query).scalars()
    return frozenset(identity for key in keys for identity in _ID.findall(key))


def jobs_by_status(connection: Connection) -> dict[str, int]:
    """Count all jobs there were, by DBOS's word for how they stand, in small letters."""
    table = _table(connection)
    if not table:
        return {}
    query = text(f"SELECT status, count(*) FROM {table} GROUP BY status ORDER BY status")  # noqa: S608 - our own name
    return {str(status).lower(): int(str(number)) for status, number in connection.execute(query)}


def is_quiet(connection: Connection) -> bool:
    """Tell whether no job is left to run."""
    counted = jobs_by_status(connection)
    return not any(counted.get(status.lower()) for status in _TO_COME)


def _table(connection: Connection) -> str:
    """Return the table's name, "" before anything was opened."""
    schema = None if connection.dialect.name == "sqlite" else "dbos"
    if not inspect(connection).has_table("workflow_status", schema=schema):
        return ""
    return f"{schema}.workflow_status" if schema else "workflow_status"
