"""No card number anywhere: invariant 6.

1. every text of every table, ours and those of the durable jobs, JSON taken apart;
2. every file of the data directory: logs line by line; databases, their WAL and whatever else is not text byte by byte,
   so that what was deleted and still lies in a page is found too.

Set aside are what only looks like one: hashes and ids in hexadecimal digits, bar codes that are SKUs, telephone
and tracking numbers, and the ids of jobs, which are made of our own ids and of times.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import JSON, Connection, MetaData, String, Table, inspect, select

from backoffice.domain.payment import holds_card_number
from backoffice.services.checks.ledgers import Ledgers, Violation, violations
from backoffice.store.tables.base import metadata
from backoffice.store.tables.selling import products

_FOUND = "It holds what looks like a card number."
_OTHER_NUMBERS = frozenset(
    {"sku", "phone", "tracking", "phone_digits", "phone_reversed", "workflow_uuid", "workflow_id"}
)
_LONG_HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F-]{32,}(?![0-9a-fA-F])")
_MANY_DIGITS = re.compile(r"(?:[0-9][^0-9]{0,3}){13}")
_TEXT_FILES = frozenset({".log", ".txt", ".csv", ".json", ".jsonl", ".toml"})
_CARD_BYTES = re.compile(  # the great brands, in one piece or in the groups they are printed in
    rb"(?<![0-9a-f])(?:4[0-9]{15}|5[1-5][0-9]{14}|3[47][0-9]{13}|6(?:011|5[0-9]{2})[0-9]{12}"
    rb"|[456][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|3[47][0-9]{2}([ -])[0-9]{6}\2[0-9]{5})(?![0-9a-f])"
)
_CHUNK, _OVERLAP = 1 << 20, 32


def no_card_number_is_kept(connection: Connection, ledgers: Ledgers) -> list[Violation]:
    """6: no card number in any table, log, job, export or WAL file."""
    bar_codes: Iterable[str] = connection.execute(select(products.c.sku)).scalars()
    known = frozenset(sku for sku in bar_codes if holds_card_number(sku))
    found = [
        (f"{table.name}.{column}", _FOUND)
        for table in (*metadata.sorted_tables, *_tables_of_jobs(connection))
        for column in _columns_with_cards(connection, table, known)
    ]
    if ledgers.files is not None:
        found += [
            (str(file.relative_to(ledgers.files)), _FOUND)
            for file in sorted(ledgers.files.rglob("*"))
            if file.is_file() and _file_holds_card(file, known)
        ]
    return violations(found)


def _tables_of_jobs(connection: Connection) -> list[Table]:
    """DBOS's tables: a schema of their own on PostgreSQL, beside ours on SQLite."""
    looking = inspect(connection)
    schema = "dbos" if "dbos" in looking.get_schema_names() else None
    ours = {table.name for table in metadata.sorted_tables}
    names = [
        name
        for name in looking.get_table_names(schema=schema)
        if schema or (name not in ours and not name.startswith("sqlite_") and "_fts" not in name)
    ]
    others = MetaData()
    return [Table(name, others, schema=schema, autoload_with=connection) for name in names]


def _columns_with_cards(connection: Connection, table: Table, known: frozenset[str]) -> list[str]:
    columns = [
        column
        for column in table.columns
        if isinstance(column.type, String | JSON) and column.name not in _OTHER_NUMBERS
    ]
    suspects: set[str] = set()
    if columns:
        for row in connection.execute(select(*columns)).mappings():
            for name, value in row.items():
                if any(_is_card(text, known) for text in _texts(value)):
                    suspects.add(str(name))
    return sorted(suspects)


def _texts(value: object) -> Iterator[str]:
    """Every text inside a value of a column; telephone numbers and SKUs by their names are left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name.lower() not in _OTHER_NUMBERS:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int | float):
        yield json.dumps(value)


def _is_card(text: str, known: frozenset[str]) -> bool:
    if not _MANY_DIGITS.search(text):
        return False
    for bar_code in known:
        text = text.replace(bar_code, "|")
    return holds_card_number(_LONG_HEX.sub("|", text))


def _file_holds_card(file: Path, known: frozenset[str]) -> bool:
    if file.suffix in _TEXT_FILES:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return any(_is_card(line, known) for line in lines)
    with file.open("rb") as content:
        before = b""
        while chunk := content.read(_CHUNK):
            for match in _CARD_BYTES.finditer(before + chunk):
                if _is_card(match.group().decode(), known):
                    return True
            before = chunk[-_OVERLAP:]
    return False
