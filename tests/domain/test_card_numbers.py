import pytest

from backoffice.domain.payment import holds_card_number


@pytest.mark.parametrize(
    "number",
    [
        "4242 4242 4242 4242",  # Visa
        "5555 5555 5555 4444",  # Mastercard
        "2223 0031 2200 3222",  # Mastercard, the newer range
        "3782 822463 10005",  # American Express
        "3056 930902 5904",  # Diners Club
        "3566 0020 2036 0505",  # JCB
        "6011 1111 1111 1117",  # Discover
        "6200 0000 0000 0005",  # UnionPay
        "9792 0303 9444 0796",  # Troy
    ],
)
def test_cards_of_every_brand_are_seen(number: str) -> None:
    assert holds_card_number(f"card {number} please")
    assert holds_card_number(number.replace(" ", ""))


@pytest.mark.parametrize("text", ["Suite 25800 3401 - 10810th Avenue", "1115005550132", "0012455550173000"])
def test_numbers_no_issuer_gives_out_are_none(text: str) -> None:
    assert not holds_card_number(text)
