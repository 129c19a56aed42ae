"""Searches people keep: each their own, checked when kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from backoffice.domain.errors import InvalidInput, Refusal
from backoffice.domain.history import SavedSearch
from backoffice.services.saved_searches import MOST, SavedSearches
from backoffice.store.tables.people import staff
from tests.services.world import AGENT, NOW, SUPPORT, World


@pytest.fixture
def searches(tmp_path: Path) -> Iterator[SavedSearches]:
    world = World(tmp_path / "backoffice.db")
    world.do(hire)
    yield SavedSearches(world.store, world.clock)
    world.close()


def hire(connection: Connection) -> None:
    for one in (AGENT, SUPPORT):
        connection.execute(
            insert(staff).values(
                staff_id=one.staff_id, login=one.name, name=one.name, role=one.role.value, password_hash="",
                active=True, created_at=NOW,
            )
        )  # fmt: skip


async def test_each_person_keeps_their_own(searches: SavedSearches) -> None:
    await searches.save(SUPPORT, "  Stuck   today ", "transfer:failed   after:today")
    kept = await searches.save(SUPPORT, "ann", 'agent:"Ann Lee" gee')

    assert kept == (
        SavedSearch(name="ann", line='agent:"Ann Lee" gee'),
        SavedSearch(name="Stuck today", line="transfer:failed after:today"),
    )
    assert await searches.all(AGENT) == ()
    assert await searches.save(SUPPORT, "ann", "agent:bob") == (
        SavedSearch(name="ann", line="agent:bob"),
        kept[1],
    )
    assert await searches.remove(SUPPORT, "ann") == (kept[1],)
    assert await searches.remove(SUPPORT, "ann") == (kept[1],)


@pytest.mark.parametrize(
    "name, line, sentence",
    [
        ("  ", "agent:ann", "Give the search a name."),
        ("x" * 61, "agent:ann", "The name can hold 60 characters"),
        ("mine", "statsu:x", "Orders have no “statsu” to search by."),
        ("mine", "name:4242424242424242", "This looks like a card number."),
        ("4242424242424242", "agent:ann", "This looks like a card number."),
    ],
)
async def test_what_can_not_be_kept_is_said(
    searches: SavedSearches, name: str, line: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await searches.save(SUPPORT, name, line)

    assert refused.value.sentence.startswith(sentence)
    assert await searches.all(SUPPORT) == ()


async def test_there_is_a_bound(searches: SavedSearches) -> None:
    for place in range(MOST):
        await searches.save(SUPPORT, f"search {place}", "agent:ann")
    with pytest.raises(Refusal, match="keep 50 searches already"):
        await searches.save(SUPPORT, "one more", "agent:ann")
    assert len(await searches.save(SUPPORT, "search 7", "agent:bob")) == MOST
