"""No card number passes, in whatever clothes; what is no card number does."""

from uuid import UUID, uuid4

import pytest

from backoffice.external.payments.card_guard import looks_like_card


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242\u00a04242\u00a04242\u00a04242",
        "B1000001 4242 4242 4242 4242",
        "2 of 4242.4242.4242.4242, 04/29",
        "3782 822463 10005",
        "visa4242424242424242",
        "42424242424242420429",
        "card 6304000000000000 please",
    ],
)
def test_a_card_number_is_seen_through_its_clothes(text: str) -> None:
    assert looks_like_card("order", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "B1000001",
        "245-555-0173",
        "PO 4500012345",
        "4242 4242 4242 4243",
        "0000000000000000",
        "Visa ending 4242",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert not looks_like_card(text)


def test_an_id_is_no_card_number_whatever_its_digits() -> None:
    unlucky = UUID("a4242424-2424-4242-9abc-0123456789ab")
    for made in [unlucky, *(uuid4() for _ in range(2000))]:
        assert not looks_like_card(f"B1000001-{made.hex}", str(made))
