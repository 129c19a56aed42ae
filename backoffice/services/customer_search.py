"""Finding the caller by whatever they say: each way adds what the ones before did not find.

1. exactly: order number, customer id, e-mail address, telephone number in any spelling;
2. by a beginning or an end: the e-mail address as far as typed, the last digits of a number, a number that was
   written down without its prefix;
3. by words of name and company in any order and script: whole words first, then beginnings.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from backoffice.domain.customer import CustomerHit
from backoffice.domain.ids import CustomerId
from backoffice.services.free_text import searchable
from backoffice.services.phone import phone_question
from backoffice.store.search import find_customers, fold
from backoffice.store.tables.ordering import orders
from backoffice.store.tables.people import addresses, customers

_LOOKED_AT = 200  # found by words before they are put in order
_FEWEST_OF_EMAIL = 3
_AFTER_DIGITS = ":"  # the character after 9
_MAIN = "Main Office"

_id = customers.c.customer_id
_NAMES = select(
    _id,
    customers.c.title,
    customers.c.first_name,
    customers.c.middle_name,
    customers.c.last_name,
    customers.c.suffix,
    customers.c.company,
)
_email = func.lower(customers.c.email)


@dataclass(frozen=True, slots=True)
class _Search:
    connection: Connection
    written: str
    order_prefix: str
    country: str
    limit: int


Found = tuple[str, str]  # customer id, why
Way = Callable[[_Search], Iterable[Found]]


def search_customers(
    connection: Connection, written: str, *, limit: int, order_prefix: str, country: str
) -> tuple[CustomerHit, ...]:
    """Return at most ``limit`` hits, the surest first."""
    plain = searchable(written)
    if not plain or limit < 1:
        return ()
    search = _Search(connection, plain, order_prefix, country, limit)
    why: dict[str, str] = {}
    for way in _WAYS:
        for customer_id, reason in way(search):
            why.setdefault(customer_id, reason)
        if len(why) >= limit:
            break
    return _hits(connection, dict(list(why.items())[:limit]))


def _by_order(search: _Search) -> Iterator[Found]:
    number = search.written.upper().removeprefix("#").strip()
    numbers = {number, f"{search.order_prefix}{number}"} if number.isdigit() else {number}
    found = search.connection.execute(
        select(orders.c.customer_id, orders.c.number).where(orders.c.number.in_(numbers)).limit(search.limit)
    )
    for row in found:
        yield row.customer_id, f"order {row.number}"


def _by_id(search: _Search) -> Iterator[Found]:
    for customer_id in _ids(search, _id == search.written):
        yield customer_id, "customer number"


def _by_whole_email(search: _Search) -> Iterator[Found]:
    if "@" in search.written:
        for customer_id in _ids(search, _email == search.written.lower()):
            yield customer_id, "e-mail"


def _by_whole_phone(search: _Search) -> Iterator[Found]:
    question = phone_question(search.written, search.country)
    if question:
        for customer_id in _ids(search, customers.c.phone_digits.in_(question.exact)):
            yield customer_id, "phone"


def _by_part_of_phone(search: _Search) -> Iterator[Found]:
    question = phone_question(search.written, search.country)
    if not question:
        return
    ends = [
        customers.c.phone_reversed.between(beginning, f"{beginning}{_AFTER_DIGITS}")
        for beginning in question.reversed_beginnings
    ]
    for customer_id in _ids(search, or_(*ends)):
        yield customer_id, "end of phone"
    for customer_id in _ids(search, customers.c.phone_digits.in_(question.ends)):
        yield customer_id, "phone without prefix"


def _by_likely_email(search: _Search) -> Iterator[Found]:
    """With an @ or a digit in it, it is more likely the beginning of an address than a name."""
    if any(character == "@" or character.isdigit() for character in search.written):
        yield from _by_beginning_of_email(search)


def _by_beginning_of_email(search: _Search) -> Iterator[Found]:
    beginning = search.written.lower()
    if " " not in beginning and len(beginning) >= _FEWEST_OF_EMAIL:
        for customer_id in _ids(search, (_email >= beginning) & (_email < f"{beginning}\U0010ffff")):
            yield customer_id, "e-mail"


def _by_whole_words(search: _Search) -> Iterator[Found]:
    yield from _by_words(search, whole=True)


def _by_beginnings_of_words(search: _Search) -> Iterator[Found]:
    yield from _by_words(search, whole=False)


def _by_words(search: _Search, *, whole: bool) -> Iterator[Found]:
    """The shorter what they are called, the more of it was typed; so those come first."""
    found = find_customers(search.connection, search.written, whole=whole, limit=_LOOKED_AT)
    rows = list(search.connection.execute(_NAMES.where(_id.in_(found)))) if found else []
    for row in sorted(
        rows, key=lambda row: (len(f"{row.first_name}{row.last_name}{row.company}"), row.last_name)
    ):
        yield row.customer_id, _words_matched(search.written, row)


_WAYS: tuple[Way, ...] = (
    _by_order,
    _by_id,
    _by_whole_email,
    _by_whole_phone,
    _by_likely_email,
    _by_part_of_phone,
    _by_whole_words,
    _by_beginnings_of_words,
    _by_beginning_of_email,
)


def _words_matched(written: str, row: Row[Any]) -> str:
    """Name what the words were found in: "name", "company", or both."""
    wanted = fold(written)
    name = fold(f"{row.title} {row.first_name} {row.middle_name} {row.last_name} {row.suffix}")
    company = fold(row.company)
    in_name = [any(word.startswith(part) for word in name) for part in wanted]
    in_company = [any(word.startswith(part) for word in company) for part in wanted]
    if all(in_company) and not all(in_name):
        return "company"
    return "name and company" if any(in_company) and not all(in_name) else "name"


def _ids(search: _Search, condition: ColumnElement[bool]) -> list[str]:
    query = (
        select(_id)
        .where(condition)
        .order_by(customers.c.last_name, customers.c.company, _id)
        .limit(search.limit)
    )
    return list(search.connection.execute(query).scalars())


def _hits(connection: Connection, why: dict[str, str]) -> tuple[CustomerHit, ...]:
    if not why:
        return ()
    rows = {row.customer_id: row for row in connection.execute(select(customers).where(_id.in_(why)))}
    return tuple(
        CustomerHit(
            customer_id=CustomerId(customer_id),
            name=" ".join(
                part for part in (rows[customer_id].first_name, rows[customer_id].last_name) if part
            ),
            company=rows[customer_id].company,
            phone=rows[customer_id].phone,
            email=rows[customer_id].email,
            city=cities.get(customer_id, ""),
            matched_by=reason,
        )
        for cities in (_cities(connection, why),)
        for customer_id, reason in why.items()
        if customer_id in rows  # an order may name a customer who is no longer kept
    )


def _cities(connection: Connection, customer_ids: Iterable[str]) -> dict[str, str]:
    """Return the city of each customer's main office, else of any address."""
    query = select(addresses.c.customer_id, addresses.c.city).where(addresses.c.customer_id.in_(customer_ids))
    rows = connection.execute(query.order_by(addresses.c.kind == _MAIN))
    return {row.customer_id: row.city for row in rows if row.city}
