from datetime import UTC, datetime

import pytest

from backoffice.domain.errors import InvalidInput
from backoffice.domain.staff import SYSTEM
from backoffice.services.first_start import open_store
from backoffice.store.store import Store

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_first_file_opens_the_store_and_the_next_finds_it_open(store: Store) -> None:
    opened = open_store(store, "bikes", currency="EUR", actor=SYSTEM, clock=lambda: NOON)
    again = open_store(store, "bikes", currency="USD", actor=SYSTEM, clock=lambda: NOON)
    assert opened.currency == again.currency == "EUR"


def test_a_store_in_no_currency_does_not_open(store: Store) -> None:
    with pytest.raises(InvalidInput, match="three capitals"):
        open_store(store, "bikes", currency="euro", actor=SYSTEM, clock=lambda: NOON)
