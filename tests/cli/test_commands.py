"""backofficectl as a person at a terminal meets it."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.cli import COMMANDS, importing, main
from backoffice.services import imports
from tests.external.processes import ROOT

DEMO = ROOT / "resources" / "demo" / "adventure-works"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("demo")
    assert main(["demo-data", "--data-dir", str(data_dir)]) == 0
    return data_dir


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backoffice.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])

    assert ended.value.code == 0
    assert COMMANDS[command].help[1:] in " ".join(capsys.readouterr().out.split())


def test_without_a_command_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(command in out for command in COMMANDS)


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dance"])

    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err


def test_a_simulator_starts_without_what_only_others_need() -> None:
    program = (
        "import sys; from backoffice.cli import main\n"
        "try: main(['simulate-dom', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'dbos', 'sqlalchemy', 'PySide6'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def test_the_demo_tells_who_may_sign_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["demo-data", "--data-dir", str(tmp_path)]) == 0

        assert "Susan, supervisor" in capsys.readouterr().out


def test_status_counts_what_there_is(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json", "--data-dir", str(demo)]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["orders"] == {}
    assert told["worker"] == {"alive": False}
    assert main(["status", "--data-dir", str(demo)]) == 0
    assert "The worker does not run." in capsys.readouterr().out


def test_a_fresh_database_breaks_no_invariant(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--data-dir", str(demo)]) == 0

    assert "0 broken" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["status", "check"])
def test_looking_where_nothing_is_makes_nothing(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--data-dir", str(tmp_path / "nowhere")]) == 2

    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_a_ledger_that_does_not_answer_is_told_in_one_sentence(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--dom-ledger", "http://127.0.0.1:9", "--data-dir", str(demo)]) == 2

    assert capsys.readouterr().err.startswith(
        "backofficectl: The ledger at http://127.0.0.1:9 can not be read"
    )


def test_rows_that_are_wrong_are_told_by_line(
    tmp_path: Path, demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (DEMO / "products.csv").open(encoding="utf-8", newline="") as known:
        header, *rows = list(csv.reader(known))[:5]
    rows[0][header.index("list_price_usd")] = "cheap"
    file = tmp_path / "products.csv"
    with file.open("w", encoding="utf-8", newline="") as made:
        csv.writer(made).writerows([header, *rows])
    rejects = tmp_path / "rejects.csv"

    code = main(["import", "catalogue", str(file), "--rejects", str(rejects), "--data-dir", str(demo)])

    out = capsys.readouterr().out
    assert code == 1
    assert "line 2, list_price_usd:" in out
    assert "3 rows loaded, 1 rejected." in out
    assert "cheap" in rejects.read_text(encoding="utf-8")


def test_every_kind_of_file_can_be_named() -> None:
    assert set(importing.KINDS) == set(imports.KINDS)


def test_a_file_of_something_else_is_refused_whole(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "stock", str(DEMO / "products.csv"), "--data-dir", str(demo)]) == 2

    assert "products.csv is no file of stock" in capsys.readouterr().err


def test_a_file_of_availability_is_loaded(
    tmp_path: Path, demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "availability.csv"
    file.write_text("sku,location,quantity\nHL-U509-R,ONLINE,12\nHL-U509,MOON,1\n", encoding="utf-8")

    assert main(["load-inventory", str(file), "--data-dir", str(demo)]) == 1

    out = capsys.readouterr().out
    assert "2 rows" in out
    assert "1 loaded, 0 not newer, 1 rejected." in out
    assert "MOON" in (tmp_path / "availability.csv.rejects.csv").read_text(encoding="utf-8")


def test_a_missing_file_is_told_in_one_sentence(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "stock", "/nowhere/stock.csv", "--data-dir", str(demo)]) == 2

    [line] = capsys.readouterr().err.splitlines()
    assert "/nowhere/stock.csv" in line


def test_the_database_tells_its_revision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "current", "--data-dir", str(tmp_path)]) == 2
    assert main(["db", "upgrade", "--data-dir", str(tmp_path)]) == 0
    assert main(["db", "current", "--data-dir", str(tmp_path)]) == 0

    assert "it was at none" in capsys.readouterr().out


def test_settings_that_can_not_be_used_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "backoffice.toml").write_text('smtp_port = "mail"\n', encoding="utf-8")
    assert main(["status", "--data-dir", str(tmp_path)]) == 2
    assert "The setting smtp_port can not be used" in capsys.readouterr().err

    (tmp_path / "backoffice.toml").write_text("smtp_port = \n", encoding="utf-8")
    assert main(["status", "--data-dir", str(tmp_path)]) == 2
    assert "The settings file can not be read" in capsys.readouterr().err


def test_as_a_program_it_shows_no_traceback_for_expected_trouble(tmp_path: Path) -> None:
    (tmp_path / "backoffice.db").write_bytes(b"this is no database, whatever its name says " * 100)

    for command in ("status", "demo-data", "check"):
        ended = run(command, "--data-dir", str(tmp_path))
        assert ended.returncode == 2, ended.stderr
        assert "Traceback" not in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
