"""Whatever is typed gets an answer, never an error."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.domain.customer import AddressDraft, CustomerDraft
from backoffice.domain.staff import SYSTEM
from backoffice.services.address_rules import check_address, country_codes
from backoffice.services.catalog import Catalog
from backoffice.services.customers import Customers
from backoffice.services.phone import phone_digits, phone_problem, phone_question
from backoffice.store.engine import open_engine
from backoffice.store.store import Store
from backoffice.store.tables import metadata

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANYTHING = st.text(st.characters() | st.sampled_from("0123456789+-() \"*:^{}'\x00\ud800@.BK王ا"))
DIGITS = st.text("0123456789+-() ./x", min_size=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('any') / 'backoffice.db'}")
    metadata.create_all(engine)
    store = Store(engine)
    yield store
    store.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ANYTHING)
def test_any_text_can_be_searched_for(store: Store, text: str) -> None:
    catalog = Catalog(store, lambda: NOON, photos_dir=Path())
    asyncio.run(Customers(store, lambda: NOON).search(SYSTEM, text))
    asyncio.run(catalog.suggest(text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    draft=st.builds(
        CustomerDraft,
        last_name=ANYTHING,
        phone=ANYTHING | DIGITS,
        email=ANYTHING,
        notes=ANYTHING,
        language=ANYTHING | st.just("en"),
    )
)
def test_a_draft_is_refused_at_a_field_or_kept_as_it_is(store: Store, draft: CustomerDraft) -> None:
    desk = Customers(store, lambda: NOON)
    problems = desk.check_draft(draft)
    assert set(problems) <= {"last_name", "phone", "email", "notes", "language"}
    if not problems:
        kept = asyncio.run(desk.add(SYSTEM, draft))
        assert (kept.notes, kept.email) == (draft.notes, draft.email.strip())


@settings(deadline=None)
@given(
    draft=st.builds(
        AddressDraft,
        country=ANYTHING | st.sampled_from(sorted(country_codes())),
        region=ANYTHING,
        city=ANYTHING,
        postal_code=ANYTHING,
        line1=ANYTHING,
    )
)
def test_an_address_gets_its_sentences_at_its_fields(draft: AddressDraft) -> None:
    problems = check_address(draft)
    assert set(problems) <= {"country", "region", "city", "postal_code", "line1"}
    assert all(problems.values())


@given(written=DIGITS)
def test_a_number_is_found_by_its_own_spelling(written: str) -> None:
    question = phone_question(written)
    if question and not phone_problem(written):
        digits = phone_digits(written)
        assert digits in question.exact or any(
            digits[::-1].startswith(end) for end in question.reversed_beginnings
        )
