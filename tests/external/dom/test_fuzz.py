"""The simulator answers anything at all as its document says, and never breaks."""

import socket
import time

import pytest

from tests.external.dom.fuzz import fuzz
from tests.external.dom.strings import Strings
from tests.external.processes import Child

BOD = {
    "BOD-Id": "m1",
    "BOD-Created-At": "2026-11-22T06:00:00Z",
    "BOD-Store": "adventure",
    "BOD-Currency": "USD",
    "BOD-Locale": "en-US",
    "BOD-Acting-User": "ann",
}


@pytest.mark.slow
def test_nothing_thrown_at_it_breaks_the_simulator(simulator: Child, strings: Strings) -> None:
    done = fuzz(simulator.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert simulator.running
    assert "Traceback" not in simulator.errors()
    assert len(strings.ledger()["orders"]) >= 32


def test_a_request_that_breaks_off_changes_nothing(simulator: Child, strings: Strings) -> None:
    host, port = simulator.url.removeprefix("http://").split(":")
    before = strings.ledger()
    for path in ("POST /orders", "PUT /reservations/r1"):
        with socket.create_connection((host, int(port))) as broken:
            head = f"{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: k1"
            heads = "\r\n".join(f"{name}: {value}" for name, value in BOD.items())
            broken.sendall(f"{head}\r\n{heads}\r\nContent-Length: 1000\r\n\r\n{{".encode())
    time.sleep(0.2)  # nothing tells when a server has noticed
    assert strings.ledger() == before
    assert "Traceback" not in simulator.errors()
