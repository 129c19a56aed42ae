"""The worker as a process: ready, alone, gone with its parent."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.cli import main
from backoffice.domain.outcome import Succeeded
from backoffice.external.http import HttpClient
from tests.external.processes import ROOT, Child

pytestmark = pytest.mark.slow


def worker(data_dir: Path, *arguments: str) -> Child:
    return Child.start("backoffice.cli", "worker", "--data-dir", str(data_dir), *arguments)


async def is_ready(url: str) -> bool:
    async with HttpClient(url) as client:
        answer = await client.request("GET", "/readyz")
    return isinstance(answer, Succeeded) and answer.value.status == 200


async def test_a_worker_receives_gives_signs_of_life_and_ends_with_its_parent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with worker(tmp_path) as running:
        assert await is_ready(running.url)
        assert main(["status", "--json", "--data-dir", str(tmp_path)]) == 0
        assert json.loads(capsys.readouterr().out)["worker"] == {"alive": True}
        assert running.stop() == 0

    assert main(["status", "--json", "--data-dir", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["worker"] == {"alive": False}


async def test_a_killed_worker_is_followed_by_another_on_the_same_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with worker(tmp_path, "--inbound-port", port) as running:
        running.kill()
        running.again()

        assert running.url.endswith(port)
        assert await is_ready(running.url)


def test_a_second_worker_waits_for_the_first_and_leaves_when_its_parent_does(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backoffice.cli", "worker", "--data-dir", str(tmp_path)]
    with worker(tmp_path) as first:
        second = subprocess.Popen(
            [*command, "--until-stdin-closes"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(3)
        out, errors = second.communicate(timeout=10)

        assert (out, errors, second.returncode) == (b"", b"", 0), "it never began, and says nothing"
        assert first.running


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "backoffice.cli", "worker", "--data-dir", str(tmp_path)]
        ended = subprocess.run(
            [*command, "--inbound-port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "ddress already in use" in ended.stderr


async def test_serve_receives_without_working(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Child.start("backoffice.cli", "serve", "--data-dir", str(tmp_path)) as serving:
        assert await is_ready(serving.url)
        assert main(["status", "--json", "--data-dir", str(tmp_path)]) == 0
        assert json.loads(capsys.readouterr().out)["worker"] == {"alive": False}
