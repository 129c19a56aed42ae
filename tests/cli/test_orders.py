"""backofficectl orders, as support staff with a terminal use it."""

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backoffice.cli import main
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from tests.services.order_population import Known, add_known, replace_orders
from tests.services.test_order_search import ORLANDO, ZOE

Run = Callable[..., str]
EVIL = "=cmd|'/c calc'!A1"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("demo")
    assert main(["demo-data", "--data-dir", str(data_dir)]) == 0
    store = Store(open_engine(f"sqlite:///{data_dir / 'backoffice.db'}"))
    store.run_here(lambda connection: replace_orders(connection, ()))
    for one in (ORLANDO, ZOE, *(_like(ORLANDO, place) for place in range(1, 5))):
        store.run_here(lambda connection, one=one: add_known(connection, one))  # type: ignore[misc]  # a default
    store.close()
    return data_dir


def _like(one: Known, place: int) -> Known:
    return replace(one, number=f"B200000{place}", name=EVIL if place == 1 else one.name, total=100 * place)


@pytest.fixture
def run(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    data_dir = tmp_path / "data"
    shutil.copytree(filled, data_dir)

    def run(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main(["orders", *words, "--data-dir", str(data_dir)]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return run


def numbers(document: str) -> list[str]:
    return [row["order_number"] for row in json.loads(document)["rows"]]


def test_orders_are_found_by_words_and_by_options_alike(run: Run) -> None:
    by_words = run("find", "status:authorised", "agent:ann", "postcode:98052", "sort:number-up", "--json")
    by_options = run(
        "find", "--status", "C", "--agent", "ann", "--postcode", "98052-12", "--sort", "number-up", "--json"
    )

    assert numbers(by_words) == ["B1000007", "B2000001", "B2000002", "B2000003", "B2000004"]
    assert numbers(by_options) == numbers(by_words)


def test_failed_checkouts_are_listed_when_asked_for(run: Run) -> None:
    assert ZOE.number not in run("find")
    assert ZOE.number in run("find", "--failed")
    assert numbers(run("find", "status:failed", "--json")) == [ZOE.number]


def test_the_table_says_where_more_is_and_that_the_dom_is_silent(run: Run) -> None:
    first = run("find", "--limit", "3", "--sort", "number-up")
    assert "B2000002" in first
    assert "B2000003" not in first
    cursor = first.rsplit("--cursor ", 1)[1].strip()
    assert "B2000003" in run("find", "--limit", "3", "--sort", "number-up", "--cursor", cursor)
    assert "belongs to another search" in run("find", "--cursor", cursor, code=2)
    assert "does not answer" in run("find")


def test_a_word_that_can_not_be_read_is_one_sentence(run: Run) -> None:
    assert "“shiped” can not stand after status:" in run("find", "status:shiped", code=2)
    assert "is no day" in run("find", "--after", "soon", code=2)


def test_a_list_is_written_as_csv_without_formulas(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    assert f"5 orders written to {file}" in run("find", "sku:HL-U509", "--csv", str(file))

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["order"] for row in rows} == {"B1000007", "B2000001", "B2000002", "B2000003", "B2000004"}
    [evil] = [row["customer"] for row in rows if row["order"] == "B2000001"]
    assert evil == "'" + EVIL
    assert rows[0]["total"].replace(".", "").isdigit()
    assert "can not be written" in run("find", "--csv", str(tmp_path / "nowhere" / "x.csv"), code=2)


def test_one_order_is_shown_whole(run: Run) -> None:
    shown = run("show", "b1000007")
    for words in ("B1000007: authorised", "HL-U509", "B1000007-1", "Time line", "Status: authorised"):
        assert words in shown
    document = json.loads(run("show", "B1000007", "--json"))
    assert document["local"]["payments"][0]["reference"] == "B1000007-1"
    assert document["timeline"]
    assert "no order B9" in run("show", "B9", code=2)


def test_looking_where_nothing_is_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["orders", "find", "--data-dir", str(tmp_path / "nowhere")]) == 2
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
