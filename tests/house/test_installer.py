"""The scripts a newcomer starts: checked for shell mistakes, and for clear words when they cannot go on."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [*sorted((ROOT / "installer").glob("*.sh")), ROOT / ".ci" / "run"]


def run(script: str, *arguments: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = ["bash", str(ROOT / "installer" / script), *arguments]
    whole = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, cwd=cwd, env=whole, check=False, capture_output=True, text=True)


def test_the_scripts_are_clean_for_shellcheck() -> None:
    command = [str(Path(sys.executable).with_name("shellcheck")), "--external-sources", *map(str, SCRIPTS)]
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_help_sets_nothing_up(tmp_path: Path) -> None:
    for script in ("run.sh", "test.sh"):
        answer = run(script, "--help", cwd=tmp_path)
        assert answer.returncode == 0
        assert f"Usage: installer/{script}" in answer.stdout


def test_without_a_display_the_application_says_what_to_do(tmp_path: Path) -> None:
    answer = run("run.sh", cwd=tmp_path)
    assert answer.returncode == 4
    assert "There is no display here" in answer.stderr
    assert "installer/run.sh --headless" in answer.stderr


def test_the_gate_refuses_an_option_it_does_not_know(tmp_path: Path) -> None:
    answer = run("test.sh", "--fast", cwd=tmp_path)
    assert answer.returncode == 2
    assert "does not know --fast" in answer.stderr


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "installer" / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==([^\s;\\]+)", text, flags=re.MULTILINE))


def test_the_gate_tests_the_versions_that_run_at_a_desk() -> None:
    desk, gate = pins("requirements.txt"), pins("requirements-dev.txt")
    assert desk
    assert {name: gate.get(name) for name in desk} == desk


def test_every_pinned_package_has_a_hash() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / "installer" / lock).read_text(encoding="utf-8")
        packages = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
        assert packages
        assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
