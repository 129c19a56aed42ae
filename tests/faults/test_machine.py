"""The crash machine in the gate: the quickest part of it, on both databases.

Killed on every way to a point of an order by card, and of one whose second card is declined; a few random schedules;
some system calls. The whole of it, every cart struck in every way, all pairs and thousands of random schedules, is the
command ``python -m tests.faults``; see there.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.external.processes import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
# Coverage would follow the machine through every fork, at three times the cost.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults", *arguments]
    return subprocess.run(command, cwd=ROOT, env=_ENVIRONMENT, capture_output=True, text=True, check=False)


def machine(*arguments: str) -> dict[str, Any]:
    """Run the command; a failure's story is the test's message. Return what it says at its end."""
    done = run(*arguments)
    assert done.returncode == 0, f"{done.stdout[-20000:]}\n{done.stderr[-4000:]}"
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "bug, schedule, found",
    [
        ("void_is_only_said", '{"kind": "second_declined"}', "invariant 2:"),
        ("key_is_made_anew", '{"kind": "card"}', "invariant 1:"),
    ],
)
def test_planted_bug_is_found_and_its_story_told(bug: str, schedule: str, found: str) -> None:
    done = run("--plant", bug, "--play", schedule)

    assert done.returncode == 1
    assert f"once quiet: {found}" in done.stdout
    assert "before gateway.authorise" in done.stdout


def test_killed_at_every_point_on_sqlite_nothing_is_lost_or_made_twice() -> None:
    said = machine("--distinct", "--how", "kill", "--kinds", "card,second_declined")

    assert said["played"] > 50
    assert said["unreached"] == 0


def test_killed_at_every_point_on_postgresql_nothing_is_lost_or_made_twice() -> None:
    said = machine("--distinct", "--database", "postgresql", "--how", "kill", "--kinds", "card")

    assert said["played"] > 30
    assert said["unreached"] == 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_some_random_schedules_with_peers_that_misbehave(database: str) -> None:
    assert machine("--seed", "2026", "--count", "8", "--database", database)["played"] == 8


def test_killed_at_system_calls_and_with_full_and_broken_disks_sqlite_loses_nothing() -> None:
    assert machine("--system-calls", "61", "--kinds", "card")["played"] > 15
