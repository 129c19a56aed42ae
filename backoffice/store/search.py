"""Full-text indexes for type-ahead, kept current by explicit writes in the caller's transaction.

On SQLite: FTS5. Words are found by their beginnings in any order and any script (``customer_words``,
``product_words``), pieces of a SKU or name by the trigram tokenizer (``product_parts``). Words are folded
before they get there (see ``fold``), so the tokenizer only has to split at spaces. The FTS5 tables keep no text of
their own: ``customer_search`` and ``product_search`` do, and are what other databases are searched in, with LIKE.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, event, select, text

from backoffice.store.tables.base import metadata
from backoffice.store.upsert import MOST_IN_ONE_QUESTION, upsert

customer_search = Table(
    "customer_search",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("row", Integer, nullable=False, unique=True),
    Column("words", Text, nullable=False),
)
product_search = Table(
    "product_search",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("row", Integer, nullable=False, unique=True),
    Column("words", Text, nullable=False),  # SKU, name, category, colour, size
    Column("more", Text, nullable=False),  # descriptions in all languages
    Column("parts", Text, nullable=False),  # SKU and name, to find pieces in
)
_WORDS = "content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\", prefix='1 2 3'"
_PIECES = "content='', contentless_delete=1, tokenize='trigram'"
SQLITE_INDEXES = (  # what create_all does not know of; migrations run it too
    f"CREATE VIRTUAL TABLE IF NOT EXISTS customer_words USING fts5(words, {_WORDS})",
    f"CREATE VIRTUAL TABLE IF NOT EXISTS product_words USING fts5(words, more, {_WORDS})",
    f"CREATE VIRTUAL TABLE IF NOT EXISTS product_parts USING fts5(parts, {_PIECES})",
)


@event.listens_for(metadata, "after_create")
def create_search_indexes(_metadata: object, connection: Connection, **_given: object) -> None:
    """Create the full-text indexes where the database is SQLite."""
    if connection.dialect.name == "sqlite":
        for statement in SQLITE_INDEXES:
            connection.execute(text(statement))


# Letters that fold to others without Unicode saying so.
_ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"ى": "ي", "ة": "ه", "ـ": ""}
)
_WITHOUT_SPACES = (  # scripts written without spaces: each character is a word of its own
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_TRIGRAM = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductText:
    """What a product is found by."""

    sku: str
    name: str
    facts: str  # category, colour, size
    descriptions: str


def fold(written: str) -> list[str]:
    """Return the words of a text as they are compared: without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", written.casefold().translate(_ALIKE))
    kept = "".join(_kept(character) for character in plain)
    return unicodedata.normalize("NFC", kept).split()


def phrases(written: str) -> list[str]:
    """Return one phrase per word somebody typed: "O'Brien" is "o brien"."""
    return [phrase for word in written.split() if (phrase := " ".join(fold(word)))]


def words_of(written: str) -> list[str]:
    """Return the folded words, and those that punctuation splits once more in one piece: o brien obrien."""
    found: list[str] = []
    for word in written.split():
        pieces = fold(word)
        found += pieces
        if len(pieces) > 1 and all(piece.isascii() for piece in pieces):
            found.append("".join(pieces))
    return found


def index_customers(connection: Connection, texts: Iterable[tuple[str, str]]) -> None:
    """Put (customer id, name and company) into the index, or what changed of them."""
    rows = [{"customer_id": key, "words": _words(words)} for key, words in texts]
    _number(connection, customer_search, "customer_id", rows)
    upsert(connection, customer_search, rows)
    _replace(connection, "customer_words", rows, ("words",))


def index_products(connection: Connection, texts: Iterable[ProductText]) -> None:
    """Put products into the index, or what changed of them."""
    rows = [
        {
            "sku": product.sku,
            "words": _words(f"{product.sku} {product.name} {product.facts}"),
            "more": _words(product.descriptions),
            "parts": f"{product.sku} {product.name} {' '.join(fold(product.name))}".casefold(),
        }
        for product in texts
    ]
    _number(connection, product_search, "sku", rows)
    upsert(connection, product_search, rows)
    _replace(connection, "product_words", rows, ("words", "more"))
    _replace(connection, "product_parts", rows, ("parts",))


def find_customers(connection: Connection, written: str, *, whole: bool, limit: int) -> list[str]:
    """Return ids whose name and company hold every word: whole, or its beginning."""
    return _find(
        connection,
        _Index(customer_search, "customer_id", "customer_words"),
        written,
        whole=whole,
        limit=limit,
    )


def find_products(connection: Connection, written: str, *, everywhere: bool, limit: int) -> list[str]:
    """Return SKUs whose own words (``everywhere``: or descriptions) hold the beginning of every word."""
    column = "" if everywhere else "words"
    return _find(
        connection, _Index(product_search, "sku", "product_words", column), written, whole=False, limit=limit
    )


def find_product_parts(connection: Connection, written: str, *, limit: int) -> list[str]:
    """Return SKUs that hold every word somewhere in SKU or name, a word being three characters at least."""
    pieces = [piece for piece in written.casefold().split() if len(piece) >= _TRIGRAM]
    if not pieces or len(pieces) != len(written.split()):
        return []
    if connection.dialect.name == "sqlite":
        match = " ".join(_quoted(piece) for piece in pieces)
        question = text(
            "SELECT p.sku FROM product_parts JOIN product_search p ON p.row = product_parts.rowid"
            " WHERE product_parts MATCH :match LIMIT :limit"
        )
        return list(connection.execute(question, {"match": match, "limit": limit}).scalars())
    query = select(product_search.c.sku).limit(limit)
    for piece in pieces:
        query = query.where(product_search.c.parts.contains(piece, autoescape=True))
    return list(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class _Index:
    table: Table
    key: str
    name: str
    column: str = ""


def _find(connection: Connection, index: _Index, written: str, *, whole: bool, limit: int) -> list[str]:
    wanted = phrases(written)
    if not wanted:
        return []
    if connection.dialect.name == "sqlite":
        match = " ".join(_quoted(phrase) + ("" if whole else "*") for phrase in wanted)
        question = text(
            f"SELECT t.{index.key} FROM {index.name} JOIN {index.table.name} t ON t.row = {index.name}.rowid"  # noqa: S608 - our own names
            f" WHERE {index.name} MATCH :match LIMIT :limit"
        )
        if index.column:
            match = f"{{{index.column}}} : ({match})"
        return list(connection.execute(question, {"match": match, "limit": limit}).scalars())
    query = select(index.table.c[index.key]).limit(limit)
    words: Any = index.table.c.words
    if not index.column and "more" in index.table.c:
        words = words + index.table.c.more
    for phrase in wanted:
        query = query.where(words.contains(f" {phrase}{' ' if whole else ''}", autoescape=True))
    return list(connection.execute(query).scalars())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category[0] in "LN":
        alone = any(first <= ord(character) <= last for first, last in _WITHOUT_SPACES)
        return f" {character} " if alone else character
    return "" if category[0] == "M" or category == "Cf" else " "


def _words(written: str) -> str:
    return f" {' '.join(words_of(written))} "


def _number(connection: Connection, table: Table, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Give each row its number in the index: the one it has, or the next."""
    known: dict[str, int] = {}
    keys = [row[key] for row in rows]
    for start in range(0, len(keys), MOST_IN_ONE_QUESTION):
        some = keys[start : start + MOST_IN_ONE_QUESTION]
        found = connection.execute(select(table.c[key], table.c.row).where(table.c[key].in_(some)))
        known.update((str(name), int(str(number))) for name, number in found)
    following = connection.execute(select(table.c.row).order_by(table.c.row.desc()).limit(1)).scalar() or 0
    for row in rows:
        if row[key] not in known:
            following += 1
            known[row[key]] = following
        row["row"] = known[row[key]]


def _replace(
    connection: Connection, name: str, rows: Sequence[dict[str, Any]], columns: tuple[str, ...]
) -> None:
    if connection.dialect.name != "sqlite" or not rows:
        return
    values = ", ".join(f":{column}" for column in columns)
    statement = text(f"INSERT OR REPLACE INTO {name} (rowid, {', '.join(columns)}) VALUES (:row, {values})")  # noqa: S608 - our own names
    connection.execute(statement, list(rows))


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'
