"""The money on gift certificates: never below zero, each move once, and the balance is always the ledger's sum."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, func, select, update
from sqlalchemy.schema import CreateTable

from backoffice.domain.certificate import certificate_code
from backoffice.domain.errors import Conflict, Refusal
from backoffice.domain.money import Money
from backoffice.domain.payment import holds_card_number
from backoffice.domain.statuses import OrderStatus
from backoffice.services.certificate_issue import (
    Bought,
    activate_bought,
    cancel_bought,
    issue,
    issue_bought,
    new_code,
)
from backoffice.services.gift_certificates import hold, load_certificates, refund, release, take
from backoffice.services.order_rows import move_order
from backoffice.store.tables.pricing import certificate_moves, gift_certificates
from tests.services.world import NOW, World, add_order

FIFTY = Money.of(50, "USD")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "certificates.db")
    world.do(lambda connection: issue(connection, FIFTY, NOW, code="gift-one"))
    yield world
    world.close()


def balance(world: World, code: str = "GIFT-ONE") -> Money:
    found = world.store.read_here(lambda connection: load_certificates(connection, [code]))
    assert world.store.read_here(lambda connection: ledger_sum(connection, code)) == found[code].balance.minor
    return found[code].balance


def ledger_sum(connection: Connection, code: str) -> int:
    query = select(func.sum(certificate_moves.c.change)).where(certificate_moves.c.code == code)
    return int(connection.execute(query).scalar_one())


def refused(world: World, act: Callable[[Connection], object], kind: type[Refusal] = Refusal) -> Refusal:
    with pytest.raises(kind) as caught:
        world.do(act)
    return caught.value


def test_what_is_held_is_off_the_balance_at_once_and_held_once(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))

    assert balance(world) == usd("30")


def test_more_than_is_left_is_refused_in_words_and_changes_nothing(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))

    said = refused(world, lambda connection: hold(connection, "gift-one", usd("30.01"), "p2", NOW))

    assert (
        said.sentence == "Only 30.00 USD is left on the gift certificate GIFT-ONE; the order needs 30.01 USD."
    )
    assert (said.code, said.field) == ("certificate_short", "gift_certificates")
    assert balance(world) == usd("30")


def test_a_payment_that_comes_back_with_another_amount_is_a_conflict(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))

    refused(world, lambda connection: hold(connection, "gift-one", usd("21"), "p1", NOW), Conflict)
    assert balance(world) == usd("30")


def test_what_was_held_is_released_once(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))

    world.do(lambda connection: release(connection, "p1", NOW))
    world.do(lambda connection: release(connection, "p1", NOW))

    assert balance(world) == FIFTY
    refused(world, lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW), Conflict)
    refused(world, lambda connection: take(connection, "p1", NOW), Conflict)


def test_releasing_what_nobody_held_is_nothing_to_do(world: World) -> None:
    world.do(lambda connection: release(connection, "never", NOW))

    assert balance(world) == FIFTY


def test_taking_or_refunding_what_nobody_held_is_a_conflict(world: World) -> None:
    refused(world, lambda connection: take(connection, "never", NOW), Conflict)
    refused(world, lambda connection: refund(connection, "never", NOW), Conflict)


def test_a_hold_is_taken_in_pieces_and_the_rest_is_released(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))
    world.do(lambda connection: take(connection, "p1", NOW, amount=500, number="1"))
    world.do(lambda connection: take(connection, "p1", NOW, amount=500, number="1"))
    world.do(lambda connection: take(connection, "p1", NOW, amount=700, number="2"))

    refused(world, lambda connection: take(connection, "p1", NOW, amount=801, number="3"), Conflict)
    world.do(lambda connection: release(connection, "p1", NOW))

    assert balance(world) == usd("38")


def test_a_hold_taken_whole_leaves_nothing_to_release(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))
    world.do(lambda connection: take(connection, "p1", NOW))
    world.do(lambda connection: take(connection, "p1", NOW))

    world.do(lambda connection: release(connection, "p1", NOW))

    assert balance(world) == usd("30")


def test_no_more_is_refunded_than_was_taken(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", usd("20"), "p1", NOW))
    world.do(lambda connection: take(connection, "p1", NOW, amount=1500))

    world.do(lambda connection: refund(connection, "p1", NOW, amount=400, number="1"))
    refused(world, lambda connection: refund(connection, "p1", NOW, amount=1101, number="2"), Conflict)
    world.do(lambda connection: refund(connection, "p1", NOW))
    world.do(lambda connection: refund(connection, "p1", NOW))

    assert balance(world) == usd("45")


@pytest.mark.parametrize(
    "arranged, said",
    [
        ({"status": "inactive"}, "The gift certificate NEW is not paid for yet."),
        ({"status": "cancelled"}, "The gift certificate NEW was cancelled."),
        ({"expires_at": NOW}, "The gift certificate NEW expired on 22 November 2026."),
    ],
)
def test_a_certificate_that_can_not_be_used_says_why(
    world: World, arranged: dict[str, object], said: str
) -> None:
    def arrange(connection: Connection) -> None:
        issue(connection, FIFTY, NOW, code="new")
        connection.execute(
            update(gift_certificates).where(gift_certificates.c.code == "NEW").values(arranged)
        )

    world.do(arrange)

    assert refused(world, lambda connection: hold(connection, "new", usd("1"), "p1", NOW)).sentence == said


def test_an_unknown_code_and_another_currency_say_so(world: World) -> None:
    euros = Money.of(1, "EUR")
    assert "There is no gift certificate LOST." in str(
        refused(world, lambda connection: hold(connection, "lost", usd("1"), "p1", NOW))
    )
    assert "GIFT-ONE is in USD, the cart in EUR" in str(
        refused(world, lambda connection: hold(connection, "gift-one", euros, "p1", NOW))
    )


def test_a_certificate_is_good_until_the_moment_it_expires(world: World) -> None:
    soon = NOW + timedelta(seconds=1)
    world.do(lambda connection: issue(connection, FIFTY, NOW, code="new", expires_at=soon))

    world.do(lambda connection: hold(connection, "new", usd("1"), "p1", NOW))

    assert balance(world, "NEW") == usd("49")


def test_nothing_left_is_said_plainly(world: World) -> None:
    world.do(lambda connection: hold(connection, "gift-one", FIFTY, "p1", NOW))

    found = world.store.read_here(lambda connection: load_certificates(connection, ["gift-one"]))
    assert (
        found["GIFT-ONE"].objection("USD", NOW) == "There is nothing left on the gift certificate GIFT-ONE."
    )


def test_fifty_buyers_of_the_last_ten_dollars(world: World) -> None:
    def buy(number: int) -> bool:
        try:
            world.do(lambda connection: hold(connection, "gift-one", usd("10"), f"p{number}", NOW))
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(buy, range(50)))

    assert sum(outcomes) == 5
    assert balance(world) == usd("0")


def sell(world: World) -> str:
    """A certificate of fifty bought in an order that is submitted; its code."""

    def write(connection: Connection) -> None:
        add_order(connection, "B1", status="I")
        bought = [Bought(line_id="l1", pieces=1, amount=FIFTY)]
        issue_bought(connection, "id-B1", bought, NOW, recipient="dad@example.com", expires_at=None)

    world.do(write)
    return str(world.row(gift_certificates, bought_in="id-B1")["code"])


def become(world: World, status: OrderStatus) -> None:
    world.do(lambda connection: move_order(connection, "id-B1", status, at=NOW, actor="ann", reason=""))


def test_certificates_of_an_order_follow_it(world: World) -> None:
    code = sell(world)
    row = world.row(gift_certificates, code=code)
    assert (row["status"], row["recipient"], row["bought_as"]) == ("inactive", "dad@example.com", "l1-1")
    become(world, OrderStatus.AUTHORISED)
    assert world.row(gift_certificates, code=code)["status"] == "active"

    world.do(lambda connection: hold(connection, code, usd("20"), "p1", NOW))
    become(world, OrderStatus.CANCELLED)
    world.do(lambda connection: cancel_bought(connection, "id-B1", NOW))
    world.do(lambda connection: activate_bought(connection, "id-B1", NOW))

    assert world.row(gift_certificates, code=code)["status"] == "cancelled"
    assert balance(world, code) == usd("0")


def test_cancelling_a_used_up_certificate_moves_no_money(world: World) -> None:
    code = sell(world)
    become(world, OrderStatus.AUTHORISED)
    world.do(lambda connection: hold(connection, code, FIFTY, "p1", NOW))

    world.do(lambda connection: cancel_bought(connection, "id-B1", NOW))

    assert balance(world, code) == usd("0")


def test_codes_are_letters_only_and_read_back_as_typed() -> None:
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(len(code) == 19 and not holds_card_number(code) for code in codes)
    assert certificate_code(" gift - one ") == "GIFT-ONE"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "take", "release", "refund"]), st.integers(1, 3), st.integers(1, 3000)
    ),
    max_size=25,
)


@given(steps=STEPS, seed=st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_in_whatever_order_the_ledger_is_the_balance(
    steps: list[tuple[str, int, int]], seed: int
) -> None:
    """Repeating any step at once changes nothing, and a step that is refused changes nothing."""
    chance = random.Random(seed)
    engine = create_engine("sqlite://")
    acts: dict[str, Callable[[Connection, str, int, str], object]] = {
        "hold": lambda connection, payment, amount, _: hold(
            connection, "g", Money(amount, "USD"), payment, NOW
        ),
        "take": lambda connection, payment, amount, number: take(
            connection, payment, NOW, amount=amount, number=number
        ),
        "release": lambda connection, payment, _amount, _number: release(connection, payment, NOW),
        "refund": lambda connection, payment, amount, number: refund(
            connection, payment, NOW, amount=amount, number=number
        ),
    }
    with engine.begin() as connection:
        for table in (gift_certificates, certificate_moves):
            connection.execute(CreateTable(table))
        issue(connection, FIFTY, NOW, code="g")
        for place, (what, payment, amount) in enumerate(steps):
            before = _books(connection)
            try:
                acts[what](connection, f"p{payment}", amount, str(place))
            except Refusal:
                assert _books(connection) == before
                continue
            after = _books(connection)
            if chance.random() < 0.5:
                acts[what](connection, f"p{payment}", amount, str(place))
                assert _books(connection) == after
            assert 0 <= after[0] <= FIFTY.minor
            assert after[0] == sum(after[1].values())


def _books(connection: Connection) -> tuple[int, dict[str, int]]:
    left: int = connection.execute(select(gift_certificates.c.balance)).scalar_one()
    moves = connection.execute(select(certificate_moves.c.move_id, certificate_moves.c.change))
    return left, {row.move_id: row.change for row in moves}
