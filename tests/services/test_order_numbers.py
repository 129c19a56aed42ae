"""Order numbers: each is given once, by however many processes on one PostgreSQL, and never again."""

import subprocess
import sys

import pytest
from sqlalchemy import Connection

from backoffice.services.checkout.order_numbers import take_number
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables import metadata
from tests.external.processes import ROOT
from tests.store.postgresql import postgresql_url

TAKE = """
import sys
from backoffice.services.checkout.order_numbers import take_number
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
store = Store(open_engine(sys.argv[1]))
def take(connection): return take_number(connection, "adventure", "B")
def take_and_stumble(connection):
    take(connection)
    raise KeyError
for _ in range(20):
    try: store.run_here(take_and_stumble)
    except KeyError: pass
    print(store.run_here(take))
store.close()
"""


def take(connection: Connection) -> str:
    return take_number(connection, "adventure", "B")


@pytest.mark.slow
def test_several_processes_on_postgresql_never_give_a_number_twice() -> None:
    with postgresql_url() as url:
        store = Store(open_engine(url))
        metadata.tables["counters"].create(store.engine)
        command = [sys.executable, "-c", TAKE, url]
        programs = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        given = [line for program in programs for line in program.communicate()[0].split()]
        after = store.run_here(take)
        store.close()

    assert len(given) == 60
    assert sorted(given) == [f"B{1_000_001 + place}" for place in range(60)], "from the very first, at once"
    assert after == "B1000061"


def test_the_number_of_a_checkout_that_fails_is_not_given_again(store: Store) -> None:
    first = store.run_here(take)
    other = store.run_here(lambda connection: take_number(connection, "another", "X"))

    assert (first, other, store.run_here(take)) == ("B1000001", "X1000001", "B1000002")
