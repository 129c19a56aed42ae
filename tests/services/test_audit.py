from decimal import Decimal

import pytest
from sqlalchemy import Connection, delete, update

from backoffice.domain.errors import NotAllowed
from backoffice.services.audit import Audit, record, verify_chain
from backoffice.store.store import Store
from backoffice.store.tables.people import audit
from tests.services.people import ANN, NOON, SUSAN

SECOND = update(audit).where(audit.c.entry == 2)


def three_entries(connection: Connection) -> None:
    record(connection, ANN, "customer.added", "c-1", at=NOON, customer_id="c-1", detail={"name": "Łukasz 王"})
    record(connection, ANN, "cart.line_added", "cart-1", at=NOON, detail={"price": Decimal("1.10")})
    record(connection, SUSAN, "transfer.retried", "B1000001", at=NOON)


async def test_each_entry_says_who_did_what_where_and_for_whom(store: Store) -> None:
    await store.run(three_entries)
    newest, line, added = await Audit(store).find(SUSAN)
    assert (newest.entry, newest.action, newest.actor, newest.role) == (
        3,
        "transfer.retried",
        "susan",
        "supervisor",
    )
    assert (added.actor_name, added.desk, added.call_id, added.customer_id) == (
        "Ann",
        "desk 1",
        "call-1",
        "c-1",
    )
    assert added.at == NOON
    assert added.detail == {"name": "Łukasz 王"}
    assert line.detail == {"price": "1.10"}


async def test_a_page_follows_the_one_before_it_and_one_subject_can_be_asked_for(store: Store) -> None:
    await store.run(three_entries)
    audit_trail = Audit(store)
    assert [row.entry for row in await audit_trail.find(SUSAN, limit=2)] == [3, 2]
    assert [row.entry for row in await audit_trail.find(SUSAN, limit=2, before=2)] == [1]
    assert [row.entry for row in await audit_trail.find(SUSAN, subject="cart-1")] == [2]


async def test_an_agent_may_not_read_the_trail(store: Store) -> None:
    with pytest.raises(NotAllowed):
        await Audit(store).find(ANN)


async def test_an_untouched_chain_is_whole(store: Store) -> None:
    assert await store.read(verify_chain) == []
    await store.run(three_entries)
    assert await store.read(verify_chain) == []


async def test_a_changed_entry_is_noticed(store: Store) -> None:
    await store.run(three_entries)
    await store.run(
        lambda connection: connection.execute(update(audit).where(audit.c.entry == 2).values(actor="sam"))
    )
    (problem,) = await store.read(verify_chain)
    assert "Entry 2" in problem
    assert "changed" in problem


async def test_a_removed_entry_is_noticed(store: Store) -> None:
    await store.run(three_entries)
    await store.run(lambda connection: connection.execute(delete(audit).where(audit.c.entry == 2)))
    (problem,) = await store.read(verify_chain)
    assert "missing" in problem


async def test_a_replaced_entry_with_a_hash_of_its_own_does_not_fit_the_chain(store: Store) -> None:
    await store.run(three_entries)
    await store.run(
        lambda connection: connection.execute(
            update(audit).where(audit.c.entry == 2).values(previous_hash="1" * 64)
        )
    )
    assert any("does not follow" in problem for problem in await store.read(verify_chain))


async def test_a_change_that_is_rolled_back_leaves_no_entry(store: Store) -> None:
    def fail(connection: Connection) -> None:
        three_entries(connection)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(fail)
    assert await Audit(store).find(SUSAN) == ()
