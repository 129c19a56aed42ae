"""Tests of the house itself: what no linter checks and every room must keep."""

import ast
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
NAMES_THAT_SAY_NOTHING = frozenset(
    {"utils", "util", "misc", "common", "helper", "helpers", "manager", "managers"}
)
NESTED_LOOPS = re.compile(
    r"\.exec_?$|^exec_$"
    r"|QMessageBox\.(about|aboutQt|critical|information|question|warning)$"
    r"|Q(Input|File|Color|Font)Dialog\.get\w+$"
)
# Put together from parts, so that this file does not name them either.
HOSTS_OF_PACKAGE_INDEXES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("files", "pythonhosted"),
        ("registry", "npmjs"),
        ("proxy", "golang"),
        ("pkg", "dev/"),
    )
)
PLACES_OF_ONE_MACHINE = tuple(f"/{place}" for place in ("work/", "root/", "tmp/plan"))


def tracked_files() -> list[Path]:
    """What git has, and what it would take: a new file is checked before it is committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return sorted(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def python_files(*rooms: str) -> list[Path]:
    wanted = rooms or ("backoffice", "ui", "tests")
    return [
        path for path in tracked_files() if path.suffix == ".py" and name_of(path).split("/")[0] in wanted
    ]


def text_files() -> Iterator[tuple[str, str]]:
    for path in tracked_files():
        try:
            yield name_of(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Every call in a file, as `place` and the dotted name called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield f"{name_of(path)}:{node.lineno}", ast.unparse(node.func)


def imports(path: Path) -> set[str]:
    """The top-level packages a file imports, wherever in the file it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def comments(path: Path) -> Iterator[tuple[str, str]]:
    """Every comment in a file, as `place` and its text."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield f"{name_of(path)}:{token.start[0]}", token.string


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_module_is_named_for_what_it_holds() -> None:
    files = [path.relative_to(ROOT) for path in python_files()]
    assert [str(file) for file in files if NAMES_THAT_SAY_NOTHING & {*file.with_suffix("").parts}] == []


def test_no_window_runs_a_loop_inside_the_loop() -> None:
    called = [call for path in python_files("ui") for call in calls(path)]
    assert [(place, name) for place, name in called if NESTED_LOOPS.search(name)] == []


def test_http_is_imported_in_one_module_only() -> None:
    importers = {name_of(path) for path in python_files("backoffice", "ui") if "httpx" in imports(path)}
    assert importers <= {"backoffice/external/http.py"}


def test_the_service_layer_knows_no_qt() -> None:
    qt = {"PySide6", "shiboken6", "qasync"}
    assert [name_of(path) for path in python_files("backoffice") if qt & imports(path)] == []


def test_every_exception_to_a_check_gives_its_reason() -> None:
    exception = re.compile(r"#\s*(noqa|type:\s*ignore)")
    with_reason = re.compile(
        r"# (noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|type: ignore\[[a-z-]+(, ?[a-z-]+)*\])\W+\w+\W+\w+"
    )
    found = [comment for path in python_files() for comment in comments(path) if exception.search(comment[1])]
    assert [comment for comment in found if not with_reason.search(comment[1])] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    excused = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)$")
    used = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and excused.search(ast.unparse(node))
    ]
    assert used == []


@pytest.mark.parametrize("host", HOSTS_OF_PACKAGE_INDEXES)
def test_no_file_names_the_host_of_a_package_index(host: str) -> None:
    assert [name for name, text in text_files() if host in text] == []


@pytest.mark.parametrize("place", PLACES_OF_ONE_MACHINE)
def test_no_file_names_a_place_on_one_machine(place: str) -> None:
    word = re.compile(rf"(?<![\w.}}-]){re.escape(place)}")
    assert [name for name, text in text_files() if word.search(text)] == []
