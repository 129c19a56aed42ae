"""The simulator answers anything at all as its document says, and never breaks."""

from tests.external.dom.fuzz import fuzz
from tests.external.dom.strings import Strings
from tests.external.processes import Child


def test_nothing_thrown_at_it_breaks_the_simulator(simulator: Child, strings: Strings) -> None:
    done = fuzz(simulator.url, examples=5)
    assert done.returncode == 0, done.stdout + done.stderr
    assert simulator.running
    assert "Traceback" not in simulator.errors()
    assert len(strings.ledger()["orders"]) >= 32
