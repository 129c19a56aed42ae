"""What orders are found by beside their own columns, kept when an order is written.

1. Who called (name, company, e-mail, phone, as frozen) has a key, the same for all orders of the same words.
2. Under that key stand the pieces it is found by: words of the names, the e-mail address and its domain, every end of
   the digits of the phone number: what begins an end is a part of the number.
3. The postcode the order ships to loses what people write in different ways.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, PrimaryKeyConstraint, Table, Text, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from backoffice.store.search import fold, words_of
from backoffice.store.tables.base import ByBytes, metadata
from backoffice.store.tables.ordering import orders

NAME, EMAIL, PART_OF_PHONE, PHONE = "n", "e", "p", "w"  # what a piece is of: its first character
LAST = "\U0010ffff"  # sorts after whatever a piece goes on with

caller_pieces = Table(
    "caller_pieces",
    metadata,
    Column("caller", Text, nullable=False),  # orders.caller
    Column("piece", ByBytes, nullable=False),
    PrimaryKeyConstraint("caller", "piece"),
    Index("ix_caller_pieces_piece_caller", "piece", "caller"),
    sqlite_with_rowid=False,
)
_KNOWN = select(orders.c.caller).where(orders.c.caller == bindparam("caller")).limit(1)


def caller_key(*, name: str, company: str, email: str, phone_digits: str) -> str:
    """Return the key of who called: 24 hexadecimal digits."""
    said = f"{name}\n{company}\n{email.lower()}\n{phone_digits}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def postcode_key(written: str) -> str:
    """Return a postcode in capitals without spaces and punctuation."""
    return "".join(character for character in written.upper() if character.isalnum())


def pieces(*, name: str, company: str, email: str, phone_digits: str) -> frozenset[str]:
    """Return what a caller is found by, each with the letter of what it is of."""
    found = {NAME + word for word in words_of(f"{name} {company}")}
    if email:
        address = email.strip().lower()
        found |= {EMAIL + address, f"{EMAIL}@{address.partition('@')[2]}"}
    if phone_digits:
        found |= {PART_OF_PHONE + phone_digits[start:] for start in range(len(phone_digits))}
        found.add(PHONE + phone_digits)
    return frozenset(found)


def found_by(order: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns of ``orders`` it is found by; ``order`` has customer_name, ..., and ship_to as JSON."""
    return {
        "caller": caller_key(**_said(order)),
        "ship_postcode": postcode_key(order["ship_to"].get("postal_code") or ""),
    }


def keep_caller(connection: Connection, order: Mapping[str, Any]) -> None:
    """Write down the pieces of who called, before their first order is written."""
    if not connection.execute(_KNOWN, {"caller": order["caller"]}).first():
        keep_pieces(connection, [order])


def keep_pieces(connection: Connection, found: Iterable[Mapping[str, Any]]) -> None:
    """Write down the pieces of these orders' callers; what is there already stays."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    rows = [
        {"caller": order["caller"], "piece": piece} for order in found for piece in pieces(**_said(order))
    ]
    if rows:
        connection.execute(insert(caller_pieces).on_conflict_do_nothing(), rows)


def piece_words(written: str) -> list[str]:
    """Return the words of a name as pieces begin."""
    return [NAME + word for word in fold(written)]


def _said(order: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": order["customer_name"],
        "company": order["company"],
        "email": order["email"],
        "phone_digits": order["phone_digits"],
    }
