"""The checkout's connection as a package gets it: to read and write, not to end the transaction.

A commit in the middle would keep half a checkout that nobody undoes; a rollback would lose the half before it.
"""

from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection

from backoffice.services.checkout.work import Work

_NOT_ITS_OWN = frozenset({"begin", "close", "commit", "detach", "invalidate", "rollback"})


class _OfAnAction:
    """Everything a Connection does, but that."""

    __class__ = cast(
        "Any", Connection
    )  # SQLAlchemy asks what it is before it makes or looks into tables with it

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the connection has
        if name in _NOT_ITS_OWN:
            message = f"An action may not {name} its connection: the transaction is its neighbours', too."
            raise RuntimeError(message)
        return getattr(self._connection, name)


def guarded(work: Work) -> Work:
    """Return the same work with a connection that can not end the transaction."""
    return replace(work, connection=cast("Connection", _OfAnAction(work.connection)))
