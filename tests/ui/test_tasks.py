"""Coroutines of the window: who holds them, when they end, where their failures go."""

import asyncio

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from backoffice.domain.errors import InvalidInput, Refusal, StoreUnavailable
from ui.tasks import Tasks


class Ledger:
    """What was said and what was reported."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.bugs: list[BaseException] = []
        self.tasks = Tasks(refused=self.refused, report=self.bugs.append)

    def refused(self, sentence: str, *, advice: str) -> None:
        self.said.append((sentence, advice))


@pytest.fixture
def ledger(qapp: QApplication) -> Ledger:
    return Ledger()


async def failing(problem: Exception) -> None:
    await asyncio.sleep(0)
    raise problem


async def turn(times: int = 5) -> None:
    for _ in range(times):
        await asyncio.sleep(0.01)


async def test_a_refusal_goes_to_whoever_asked_for_it(ledger: Ledger) -> None:
    refused: list[Refusal] = []
    owner = QObject()
    ledger.tasks.start(failing(InvalidInput("0 is too few.")), owner=owner, on_refusal=refused.append)
    await turn()
    assert [refusal.sentence for refusal in refused] == ["0 is too few."]
    assert ledger.said == []


async def test_a_refusal_nobody_asked_for_is_a_banner(ledger: Ledger) -> None:
    owner = QObject()
    ledger.tasks.start(failing(Refusal("No.", advice="Ask Susan.")), owner=owner)
    ledger.tasks.start(failing(StoreUnavailable("The disk is full.", advice="Make room.")), owner=owner)
    await turn()
    assert ledger.said == [("No.", "Ask Susan."), ("The disk is full.", "Make room.")]
    assert ledger.bugs == []


async def test_a_bug_goes_to_the_reporter(ledger: Ledger) -> None:
    owner = QObject()
    ledger.tasks.start(failing(ZeroDivisionError("oh")), owner=owner)
    await turn()
    assert [str(bug) for bug in ledger.bugs] == ["oh"]
    assert ledger.tasks.running == 0


async def test_what_a_widget_started_ends_with_it(ledger: Ledger) -> None:
    owner = QObject()
    running = ledger.tasks.start(asyncio.sleep(60), owner=owner)
    await turn()
    owner.deleteLater()
    del owner
    await turn()
    assert running.done()
    assert ledger.tasks.running == 0


async def test_cancelling_for_one_owner_leaves_the_others(ledger: Ledger) -> None:
    one, other = QObject(), QObject()
    first = ledger.tasks.start(asyncio.sleep(60), owner=one)
    second = ledger.tasks.start(asyncio.sleep(60), owner=other)
    ledger.tasks.cancel(one)
    await turn()
    assert (first.done(), second.done()) == (True, False)
    await ledger.tasks.close()
    assert second.done()


async def test_closing_ends_what_one_task_starts_in_its_turn(ledger: Ledger) -> None:
    owner, reached = QObject(), list[str]()

    async def second() -> None:
        await asyncio.sleep(0.2)
        reached.append("a closed database")

    async def first() -> None:
        await asyncio.sleep(0.01)
        ledger.tasks.start(second(), owner=owner)

    ledger.tasks.start(first(), owner=owner)
    await ledger.tasks.close(patience=0.05)
    assert ledger.tasks.running == 0
    await asyncio.sleep(0.3)
    assert reached == []
