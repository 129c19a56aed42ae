"""``backofficectl price FILE``: what a cart costs and why, without a database."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from backoffice.cli.table import print_table
from backoffice.domain.errors import InvalidInput

if TYPE_CHECKING:
    from backoffice.domain.pricing import PricedCart

EXAMPLE = """\
{
  "currency": "USD",
  "at": "2026-11-22T09:00:00+00:00",
  "lines": [
    {"sku": "HELMET", "quantity": 3, "list_price": "34.99", "category": "Accessories / Helmets"},
    {"sku": "BIKE", "quantity": 1, "list_price": "769.49", "weight_grams": "10500",
     "override": {"unit_price": "750.00", "reason_code": "damaged"}}
  ],
  "ship_to": {"country": "US", "region": "CA", "postcode": "91411"},
  "ship_method": "TRUCK",
  "tariffs": [{"code": "TRUCK", "name": "Truck", "charge": {"is": "ByWeight", "base": "3.95", "per_kg": "0.99"}}],
  "tax_rates": [{"rate_id": "CA", "name": "California", "percent": "7.25", "area": {"country": "US", "region": "CA"}}],
  "promotions": [
    {"promotion_id": "autumn", "name": "Autumn", "needs_coupon": true,
     "benefits": [{"is": "PercentOff", "percent": "10", "on": {"categories": ["Accessories"]}}]}
  ],
  "coupon_codes": ["AUTUMN10"],
  "coupons": [{"code": "AUTUMN10", "promotion_id": "autumn"}],
  "gift_certificates": [{"code": "GIFT", "balance": "50"}],
  "rules": {"shipping_taxed": "by its class"}
}"""
_FORMAT = f"""\
The file is one JSON object; - reads it from standard input. An example:

{EXAMPLE}

Amounts are texts or numbers in the cart's currency ("12.30"); percentages and weights are texts or numbers;
moments are ISO with their zone; choices are given by their value. Lines without line_id are numbered from 1.
ship_to with ship_method is one shipment for all lines; several are written as
"shipments": [{{"shipment_id": "1", "destination": {{"country": "US"}}, "method_code": "TRUCK"}}],
each line naming its shipment_id. Where several kinds may stand, "is" names the kind. What is left out has its
default; what is not known is refused with the place where it stands.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; the help tells the whole format."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"{_FORMAT}\n{_kinds()}"
    parser.add_argument("file", type=Path, help="the cart and its rules as JSON; - for standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run_with(options: argparse.Namespace) -> int:
    """Price the cart and print where each cent comes from."""
    from backoffice.domain.ids import utc_now
    from backoffice.domain.pricing import price
    from backoffice.domain.pricing.as_json import JsonProblem
    from backoffice.domain.pricing.document import read_request, to_document

    text = _text(options.file)
    try:
        priced = price(read_request(text, utc_now()))
    except JsonProblem as problem:
        raise InvalidInput(
            f"{options.file}: {problem}", advice="backofficectl price --help tells the format."
        ) from problem
    if options.json:
        print(json.dumps(to_document(priced), indent=2, ensure_ascii=False))
    else:
        _print(priced)
    return 0


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8.") from error


def _print(priced: "PricedCart") -> None:
    totals = priced.totals
    print_table(("part", "what", "rule", priced.currency, "why"), list(_told(priced)))
    print()
    sums = (
        ("items", totals.items),
        ("offers", -totals.discounts),
        ("shipping", totals.shipping),
        ("offers on shipping", -totals.shipping_discounts),
        ("tax", totals.tax),
        ("of it in the prices", -totals.tax_included),
        ("total", totals.total),
        ("gift certificates", -totals.gift_certificates),
        ("to pay", totals.to_pay),
    )
    always = {"items", "total", "to pay"}
    rows = [(name, amount.to_decimal()) for name, amount in sums if amount or name in always]
    print_table(("sum", priced.currency), rows)
    refused = [one.sentence for one in (*priced.coupons_not_applied, *priced.promotions_not_applied)]
    if refused:
        print("\nNot applied:")
        for sentence in refused:
            print(f"  {sentence}")


def _told(priced: "PricedCart") -> Iterator[tuple[object, ...]]:
    """Lines come first, each with what belongs to it, then shipments."""
    part = "line"
    for entry in priced.explanations:
        if entry.kind.value == "shipping":
            part = "shipment"
        yield (
            f"{part} {entry.part_id}",
            entry.kind.value,
            entry.rule_id,
            entry.amount.to_decimal(),
            entry.sentence,
        )


def _kinds() -> str:
    """Every kind with its fields (* needed), and every rule with its choices, from the values themselves."""
    from backoffice.domain import pricing
    from backoffice.domain.pricing.as_json import hints_of
    from backoffice.domain.pricing.promotions.benefits import Benefit
    from backoffice.domain.pricing.shipping import Charge

    groups: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("The document", (pricing.PricingRequest,)),
        (
            "What is in its lists",
            (
                *(pricing.CartLine, pricing.ListedPrice, pricing.PriceOverride, pricing.Shipment),
                *(pricing.Destination, pricing.Customer, pricing.Promotion, pricing.Limits, pricing.Minimum),
                *(pricing.Selection, pricing.Coupon, pricing.Uses, pricing.UseCount, pricing.ShippingTariff),
                *(pricing.TaxRate, pricing.Area, pricing.GiftCertificate),
            ),
        ),
        ("Benefits of a promotion", (*get_args(Benefit), pricing.Tier)),
        ("Charges of a tariff", get_args(Charge)),
    )
    said = []
    for title, kinds in groups:
        said.append(f"{title}:")
        said += [
            f"  {kind.__name__}: {', '.join(_field(one) for one in fields(kind) if one.init)}"
            for kind in kinds
        ]
        said.append("")
    said.append("Choices:")
    choices = {
        option
        for _, kinds in groups
        for kind in kinds
        for hint in hints_of(kind).values()
        for option in (hint, *get_args(hint))
        if isinstance(option, type) and issubclass(option, Enum)
    }
    said += [f"  {one.__name__}: {_choices(one)}" for one in sorted(choices, key=lambda one: one.__name__)]
    said += ["", "Rules (the default first):"]
    for name, hint in hints_of(pricing.PricingRules).items():
        default = getattr(pricing.PricingRules(), name)
        others = [one.value for one in hint if one is not default] if isinstance(default, Enum) else []
        first = default.value if isinstance(default, Enum) else json.dumps(default, default=str)
        said.append(f"  {name}: {', '.join(str(one) for one in (first, *others))}")
    return "\n".join(said)


def _field(field: "Field[Any]") -> str:
    needed = field.default is MISSING and field.default_factory is MISSING
    return f"{field.name}*" if needed else field.name


def _choices(kind: type[Enum]) -> str:
    return ", ".join(one.name.lower() if isinstance(one.value, int) else str(one.value) for one in kind)
