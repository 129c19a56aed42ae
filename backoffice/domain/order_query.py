"""What is typed to find orders: ``status:shipped,released agent:ann after:2026-11-01 orlando gee``.

1. A word with a key restricts; a value with spaces stands in quotes; a minus before ``status`` leaves out.
2. The other words are free text: a number, phone, e-mail, SKU or name.
3. Failed checkouts are left out unless they are asked for (``status:failed`` or ``failed:shown``).
4. Days are those of the desk's own calendar; ``today`` and ``7d`` stay what they say when a search is kept.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.statuses import OrderStatus, TransferStatus

LONGEST_QUERY = 1000
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_KEYED = re.compile(r"(-?)([A-Za-z]{2,}):(.*)", re.DOTALL)
_DAYS_BACK = re.compile(r"([0-9]{1,4})d")
_UP = "-up"


def status_word(status: OrderStatus) -> str:
    """Return a status as it is typed: ``payment-initiated``."""
    return status.name.lower().replace("_", "-")


STATUS_WORDS = {status_word(status): status.value for status in OrderStatus}
TRANSFER_WORDS = {way.value.replace("_", "-"): way.value for way in TransferStatus}
SORT_WORDS = {f"{sort.value}{up}": (sort, bool(up)) for sort in OrderSort for up in ("", _UP)}
DAY_WORDS = ("today", "yesterday", "7d", "30d")
SHOWN = "shown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """What may stand before a colon: what it is, an example, and the words it takes ("" any)."""

    says: str
    example: str
    words: tuple[str, ...] = ()
    several: bool = False  # values with commas between them


KEYS: dict[str, Key] = {
    "status": Key(
        says="order status", example="status:shipped,released", words=tuple(STATUS_WORDS), several=True
    ),
    "transfer": Key(
        says="on its way to the DOM", example="transfer:failed", words=tuple(TRANSFER_WORDS), several=True
    ),
    "after": Key(says="placed on this day or later", example="after:2026-11-01", words=DAY_WORDS),
    "before": Key(says="placed before this day", example="before:2026-12-01", words=DAY_WORDS),
    "agent": Key(says="who took it", example="agent:ann"),
    "name": Key(says="words of name or company", example='name:"orlando gee"'),
    "customer": Key(says="customer number", example="customer:29485"),
    "email": Key(says="e-mail address or its beginning", example="email:orlando0@"),
    "phone": Key(says="any part of the phone number", example='phone:"245 555"'),
    "sku": Key(says="an item in it", example="sku:HL-U509-R"),
    "number": Key(says="order number", example="number:1000001"),
    "payment": Key(says="payment reference or PO number", example='payment:"PO 4711"'),
    "postcode": Key(says="where it ships to", example="postcode:98052"),
    "failed": Key(says="failed checkouts too", example="failed:shown", words=(SHOWN,)),
    "sort": Key(says="order of the list", example="sort:total", words=tuple(SORT_WORDS)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One restriction: ``value`` is as typed, checked; ``out`` leaves out what it says."""

    key: str
    value: str
    out: bool = False

    @property
    def text(self) -> str:
        """Return it as it is typed."""
        quoted = f'"{self.value}"' if re.search(r"\s", self.value) or not self.value else self.value
        return f"{'-' if self.out else ''}{self.key}:{quoted}"

    @property
    def values(self) -> tuple[str, ...]:
        """Return the single words of a value that takes several."""
        return tuple(self.value.split(","))


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderQuery:
    """Restrictions, one for each key, and free text."""

    terms: tuple[Term, ...] = ()
    text: str = ""

    @property
    def line(self) -> str:
        """Return it as one line that reads back as the same."""
        return " ".join([*(term.text for term in self.terms), *([self.text] if self.text else [])])

    @property
    def restricts(self) -> bool:
        """Tell whether anything but the order of the list is asked for."""
        return bool(self.text) or any(term.key != "sort" for term in self.terms)

    def value(self, key: str, *, out: bool = False) -> str:
        """Return the value of a key, "" when it is not there."""
        return next((term.value for term in self.terms if (term.key, term.out) == (key, out)), "")

    def having(self, term: Term) -> "OrderQuery":
        """Return it with a term in the place of the one of the same key; without, where the value is empty."""
        others = tuple(one for one in self.terms if (one.key, one.out) != (term.key, term.out))
        return replace(self, terms=(*others, term) if term.value else others)

    def without(self, term: Term) -> "OrderQuery":
        """Return it without a term."""
        return replace(self, terms=tuple(one for one in self.terms if one != term))

    def criteria(self, now: datetime) -> OrderSearchCriteria:
        """Return what is asked of the order history at this moment."""
        statuses = frozenset(STATUS_WORDS[word] for word in self._words("status"))
        without = frozenset(STATUS_WORDS[word] for word in self._words("status", out=True))
        failed = OrderStatus.FAILED.value
        if failed not in statuses and not self.value("failed"):
            without |= {failed}
        sort, ascending = SORT_WORDS[self.value("sort") or OrderSort.PLACED.value]
        after, before = self.value("after"), self.value("before")
        return OrderSearchCriteria(
            text=self.text,
            statuses=statuses,
            without=without,
            transfer_statuses=frozenset(TRANSFER_WORDS[word] for word in self._words("transfer")),
            placed_from=_midnight(_day(after, now)) if after else None,
            placed_until=_midnight(_day(before, now)) if before else None,
            agent=self.value("agent"),
            name=self.value("name"),
            customer_id=self.value("customer"),
            email=self.value("email"),
            phone=self.value("phone"),
            sku=self.value("sku"),
            number=self.value("number"),
            payment=self.value("payment"),
            postcode=self.value("postcode"),
            sort=sort,
            ascending=ascending,
        )

    def _words(self, key: str, *, out: bool = False) -> tuple[str, ...]:
        value = self.value(key, out=out)
        return tuple(value.split(",")) if value else ()


def read_query(line: str) -> OrderQuery:
    """Read a line; InvalidInput says what is wrong with the first word that can not be read."""
    if len(line) > LONGEST_QUERY:
        raise InvalidInput(f"A search has {LONGEST_QUERY:,} characters at most; this has {len(line):,}.")
    query = OrderQuery()
    free = []
    for word in split_words(line):
        term = read_word(word)
        if term is None:
            free.append(word.replace('"', ""))
        else:
            query = query.having(term)
    return replace(query, text=" ".join(" ".join(free).split()))


def read_word(word: str) -> Term | None:
    """Read one word; None when it is free text. InvalidInput when its key or its value is none."""
    keyed = _KEYED.fullmatch(word)
    if keyed is None:
        return None
    minus, key, value = keyed.group(1), keyed.group(2).lower(), keyed.group(3).replace('"', "").strip()
    if key not in KEYS:
        known = ", ".join(KEYS)
        raise InvalidInput(f"Orders have no “{key}” to search by.", advice=f"Known are {known}.", field=key)
    return read_term(key, value, out=bool(minus))


def read_term(key: str, value: str, *, out: bool = False) -> Term:
    """Check the value of a known key; "" is no value. InvalidInput says what it may be."""
    if out and key != "status":
        raise InvalidInput(f"Only a status can be left out, not {KEYS[key].says}.", field=key)
    if not value:
        raise InvalidInput(f"Say which: {KEYS[key].example}.", field=key)
    kept = _CHECKS.get(key, _any)(key, value)
    return Term(key=key, value=kept, out=out)


def split_words(line: str) -> list[str]:
    """Return the words of a line; what stands in quotes, closed or not yet, is one."""
    return _WORD.findall(line)


def words_at(line: str, place: int) -> tuple[str, int]:
    """Return the word a line is being typed in (up to ``place``), and where it begins."""
    last = next((found for found in _WORD.finditer(line[:place]) if found.end() == place), None)
    return (last.group(), last.start()) if last else ("", place)


def suggestions(word: str, known: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Return (what the word may become, what it says); ``known`` are values worth offering for a key."""
    minus, plain = ("-", word[1:]) if word.startswith("-") else ("", word)
    key, colon, value = plain.partition(":")
    if not colon:
        wanted = [name for name in KEYS if name.startswith(key.lower()) and (not minus or name == "status")]
        return tuple((f"{minus}{name}:", KEYS[name].says) for name in wanted) if key or minus else ()
    key = key.lower()
    if key not in KEYS:
        return ()
    before, comma, last = value.rpartition(",") if KEYS[key].several else ("", "", value)
    taken = set(before.split(","))
    words = [*KEYS[key].words, *known.get(key, ())]
    plain_last = last.replace('"', "").casefold()
    fitting = [one for one in words if one.casefold().startswith(plain_last) and one not in taken]
    return tuple(
        (Term(key=key, value=f"{before}{comma}{one}", out=bool(minus)).text, KEYS[key].says)
        for one in dict.fromkeys(fitting)
    )


def _any(_key: str, value: str) -> str:
    return " ".join(value.split())


def _one_of(words: Mapping[str, object]) -> Callable[[str, str], str]:
    def check(key: str, value: str) -> str:
        asked = [word.strip().lower().replace("_", "-").replace(" ", "-") for word in value.split(",")]
        asked = [word for word in asked if word]
        letters = {str(letter).lower(): word for word, letter in words.items()} if key == "status" else {}
        asked = [letters.get(word, word) for word in asked]
        wrong = next((word for word in asked if word not in words), None)
        if wrong is not None or not asked:
            known = ", ".join(words)
            raise InvalidInput(
                f"“{wrong or value}” can not stand after {key}:.", advice=f"Known are {known}.", field=key
            )
        return ",".join(dict.fromkeys(asked)) if KEYS[key].several else asked[0]

    return check


def _check_day(key: str, value: str) -> str:
    plain = value.lower()
    _day(plain, datetime.now(UTC), key)
    return plain


def _day(value: str, now: datetime, key: str = "") -> date:
    today = now.astimezone().date()
    if value in {"today", "yesterday"}:
        return today - timedelta(days=value == "yesterday")
    back = _DAYS_BACK.fullmatch(value)
    if back:
        return today - timedelta(days=int(back.group(1)))
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(
            f"“{value[:20]}” is no day.",
            advice="Write it like 2026-11-01, today, yesterday or 7d.",
            field=key,
        ) from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone().astimezone(UTC)


_CHECKS: dict[str, Callable[[str, str], str]] = {
    "status": _one_of(STATUS_WORDS),
    "transfer": _one_of(TRANSFER_WORDS),
    "sort": _one_of(SORT_WORDS),
    "failed": _one_of({SHOWN: True}),
    "after": _check_day,
    "before": _check_day,
}
