"""backofficectl price: anybody can try another system's published case without a database."""

import io
import json
from pathlib import Path

import pytest

from backoffice.cli import main, pricing


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example of the help, as a file."""
    path = tmp_path / "cart.json"
    path.write_text(pricing.EXAMPLE, encoding="utf-8")
    return path


def test_the_example_of_the_help_is_priced_to_the_cent(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["price", str(example)]) == 0

    out = capsys.readouterr().out
    assert "line 1      discount  autumn             -10.50  10.50 off: Autumn" in out
    assert "shipment 1  shipping  TRUCK              14.35   TRUCK: 3.95 + 10.5 kg x 0.99" in out
    for name, amount in (("items", "854.97"), ("total", "921.09"), ("to pay", "871.09")):
        assert any(line.split() == [*name.split(), amount] for line in out.splitlines())
    assert "Not applied" not in out


def test_the_same_as_one_json_document(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price", str(example), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["totals"]["to_pay"] == "871.09"
    assert document["explanations"][0]["rule_id"] == "list price"


def test_what_does_not_apply_says_why(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cart = json.loads(pricing.EXAMPLE)
    cart["coupon_codes"] = ["AUTUMN11"]
    example.write_text(json.dumps(cart), encoding="utf-8")

    assert main(["price", str(example)]) == 0

    out = capsys.readouterr().out
    assert "Not applied:\n  AUTUMN11 is not a coupon we know.\n  Autumn needs a coupon.\n" in out


def test_a_cart_comes_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(pricing.EXAMPLE))

    assert main(["price", "-"]) == 0
    assert "871.09" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text, said",
    [
        (b'{"currency": "USD"}', "PricingRequest lacks lines. backofficectl price --help tells the format."),
        (b"\xff", "is not UTF-8."),
        (
            (
                b'{"currency": "USD", "lines": [{"sku": "A", "quantity": 1, "list_price": 1}],'
                b' "ship_to": {"country": "US"}, "ship_method": "PIGEON"}'
            ),
            "The ship method PIGEON is no longer offered. Choose another ship method.",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(
    example: Path, capsys: pytest.CaptureFixture[str], text: bytes, said: str
) -> None:
    example.write_bytes(text)

    assert main(["price", str(example)]) == 2

    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price", str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_the_help_tells_every_kind_and_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["price", "--help"])

    out = capsys.readouterr().out
    for said in (
        "  BuyGet: buy_quantity*, get_quantity*, buy, get, percent, cheapest, max_times, each_line",
        "  PriceRank: customer, group, list",
        "  tax_rounded_per: line, unit, order",
        "  threshold_met_when_reached: true",
        "  WeightBands: bands*",
    ):
        assert said in out
