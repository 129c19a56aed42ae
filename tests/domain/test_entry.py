"""What is typed into the entry line and the quantity field."""

import pytest

from backoffice.domain.entry import check_quantity, parse_entry, read_quantity
from backoffice.domain.errors import InvalidInput


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("HL-U509-R", (1, "HL-U509-R")),
        ("3*HL-U509-R", (3, "HL-U509-R")),
        ("  12 * helmet red ", (12, "helmet red")),
        ("10000*X", (10_000, "X")),
        ("+2*X", (2, "X")),
        ("", (1, "")),
        ("3*", (1, "3*")),
    ],
)
def test_star_says_how_many(typed: str, meant: tuple[int, str]) -> None:
    assert parse_entry(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "0",
        "-1",
        "1,5",
        "1.5",
        "1000000000",
        "10001",
        "9" * 30,
        "",
        "three",
        "٣",
        "1e3",
        "0x1",
        "½",
        "9" * 6000,
    ],
)
def test_what_is_no_quantity_gets_a_sentence_at_its_field(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_quantity(typed)
    assert refusal.value.field == "quantity"
    assert refusal.value.advice
    assert len(refusal.value.sentence) < 100
    with pytest.raises(InvalidInput):
        parse_entry(f"{typed}*HL-U509-R")


def test_largest_line_is_ten_thousand_pieces() -> None:
    assert check_quantity(10_000) == 10_000
    with pytest.raises(InvalidInput, match="10,000"):
        check_quantity(10_001)
    with pytest.raises(InvalidInput, match="10,000"):
        read_quantity("1000000000")
