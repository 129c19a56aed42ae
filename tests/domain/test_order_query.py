"""The line orders are searched with: read, said again, and completed while it is typed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSearchCriteria, OrderSort
from backoffice.domain.order_query import KEYS, OrderQuery, Term, read_query, suggestions, words_at

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


def asked(line: str) -> OrderSearchCriteria:
    return read_query(line).criteria(NOW)


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day).astimezone()


def test_a_line_becomes_criteria() -> None:
    found = asked('Status:shipped,R agent:ann postcode:98052 after:2026-11-01 name:"orlando gee" helmet  red')

    assert found.statuses == {"S", "R"}
    assert (found.agent, found.postcode, found.name, found.text) == (
        "ann",
        "98052",
        "orlando gee",
        "helmet red",
    )
    assert found.placed_from == midnight(2026, 11, 1)
    assert found.placed_until is None


@pytest.mark.parametrize(
    "line, without, statuses",
    [
        ("", {"FAILED"}, set()),
        ("-status:shipped,cancelled", {"S", "X", "FAILED"}, set()),
        ("failed:shown", set(), set()),
        ("status:failed", set(), {"FAILED"}),
        ("status:shipped", {"FAILED"}, {"S"}),
    ],
)
def test_failed_checkouts_are_left_out_unless_asked_for(
    line: str, without: set[str], statuses: set[str]
) -> None:
    found = asked(line)

    assert set(found.without) == without
    assert set(found.statuses) == statuses


@pytest.mark.parametrize(
    "line, sort, ascending",
    [
        ("", OrderSort.PLACED, False),
        ("sort:total", OrderSort.TOTAL, False),
        ("sort:total sort:number-up", OrderSort.NUMBER, True),
    ],
)
def test_a_list_is_sorted_by_the_last_word_about_it(line: str, sort: OrderSort, ascending: bool) -> None:
    found = asked(line)

    assert (found.sort, found.ascending) == (sort, ascending)
    assert not read_query(line).restricts


@pytest.mark.parametrize("word, days", [("today", 0), ("yesterday", 1), ("7d", 7), ("0d", 0)])
def test_days_move_with_the_calendar(word: str, days: int) -> None:
    query = read_query(f"after:{word}")
    there = NOW.astimezone().date() - timedelta(days=days)

    assert query.line == f"after:{word}", "a kept search still means the same next week"
    found = query.criteria(NOW).placed_from
    assert found is not None
    assert found.astimezone().date() == there


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("statsu:shipped", "Orders have no “statsu” to search by."),
        ("status:shiped", "“shiped” can not stand after status:."),
        ("status:", "Say which: status:shipped,released."),
        ("status:,", "“,” can not stand after status:."),
        ("after:2026-13-01", "“2026-13-01” is no day."),
        ("-agent:ann", "Only a status can be left out, not who took it."),
        ("sort:colour", "“colour” can not stand after sort:."),
        ("x" * 2000, "A search has 1,000 characters at most; this has 2,000."),
    ],
)
def test_a_word_that_can_not_be_read_is_said(line: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_query(line)

    assert refused.value.sentence == sentence


def test_a_term_goes_and_another_takes_its_place() -> None:
    query = read_query("status:shipped agent:ann gee")
    assert query.having(Term(key="agent", value="bob")).line == "status:shipped agent:bob gee"
    assert query.having(Term(key="agent", value="")).line == "status:shipped gee"
    assert query.without(Term(key="status", value="shipped")).line == "agent:ann gee"


_VALUES = {
    "status": ["shipped", "shipped,released"],
    "transfer": ["failed", "held,given-up"],
    "after": ["2026-11-01", "today", "7d"],
    "before": ["2026-11-01"],
    "failed": ["shown"],
    "sort": ["total", "status-up"],
}


@given(st.data())
def test_what_is_said_reads_back_as_the_same(data: st.DataObject) -> None:
    query = OrderQuery(
        text=" ".join(data.draw(st.lists(st.sampled_from(["gee", "3.50", "B1000001", "a@b"]))))
    )
    for key in data.draw(st.lists(st.sampled_from(list(KEYS)), unique=True)):
        free = st.text("abcÄ 1'&@-.", min_size=1, max_size=8).map(str.strip).filter(bool)
        value = data.draw(st.sampled_from(_VALUES[key]) if key in _VALUES else free)
        query = query.having(Term(key=key, value=" ".join(value.split())))

    assert read_query(query.line) == query


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(line: str) -> None:
    try:
        read_query(line).criteria(NOW)
    except InvalidInput as refused:
        assert refused.sentence.endswith(".")  # noqa: PT017 - either is fine


@pytest.mark.parametrize(
    "word, offered",
    [
        ("st", ["status:"]),
        ("-", ["-status:"]),
        ("status:sh", ["status:shipped"]),
        ("status:shipped,re", ["status:shipped,review", "status:shipped,released"]),
        ("-status:ca", ["-status:captured", "-status:cancelled"]),
        ("agent:a", ["agent:Ann", 'agent:"Ann Lee"']),
        ("after:t", ["after:today"]),
        ("", []),
        ("nothing:x", []),
    ],
)
def test_a_word_is_completed_while_it_is_typed(word: str, offered: list[str]) -> None:
    found = suggestions(word, {"agent": ["Ann", "Ann Lee", "Bob"]})

    assert [what for what, _ in found] == offered


def test_the_word_being_typed_is_the_one_before_the_cursor() -> None:
    assert words_at("agent:ann st", 12) == ("st", 10)
    assert words_at("agent:ann st", 5) == ("agent", 0)
    assert words_at('name:"a b', 9) == ('name:"a b', 0)
    assert words_at("agent:ann ", 10) == ("", 10)
