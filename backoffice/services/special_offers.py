"""Adventure Works' offers as promotions.

A volume discount goes to resellers, for the SKUs it names, by the pieces of a line, and has no end: the dataset's
ended in 2014, and a desk needs one that is on. The dated offers keep their dates, so they are over. An offer of
nothing, and one that names no SKU, is no promotion: an empty selection would be everything.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from backoffice.domain.pricing import Limits, Per, PercentOff, Promotion, Selection, Tier, Tiers

VOLUME = "Volume Discount"
_GROUPS = {"Reseller": "reseller", "Customer": "consumer"}


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialOffer:
    """An offer and the dataset's word for its kind."""

    kind: str
    promotion: Promotion


def read_special_offers(offers: Path, offered: Path) -> tuple[SpecialOffer, ...]:
    """Read special_offers.csv and special_offer_products.csv."""
    skus: dict[str, set[str]] = defaultdict(set)
    for row in _rows(offered):
        skus[row["offer_id"]].add(row["sku"])
    return tuple(
        SpecialOffer(
            kind=row["type"], promotion=_promotion(row, Selection(skus=frozenset(skus[row["offer_id"]])))
        )
        for row in _rows(offers)
        if skus[row["offer_id"]] and Decimal(row["discount_rate"])
    )


def _promotion(row: dict[str, str], on: Selection) -> Promotion:
    percent = Decimal(row["discount_rate"]) * 100
    starts_at = _midnight(date.fromisoformat(row["start_date"]))
    ends_at = _midnight(date.fromisoformat(row["end_date"]) + timedelta(days=1))
    is_volume = row["type"] == VOLUME
    highest = int(row["max_quantity"]) if row["max_quantity"] else None
    tier = Tier(minimum=max(1, int(row["min_quantity"])), maximum=highest, percent=percent)
    return Promotion(
        promotion_id=f"offer-{row['offer_id']}",
        name=row["description"],
        benefits=(
            Tiers(tiers=(tier,), on=on) if is_volume else PercentOff(percent=percent, on=on, per=Per.LINE),
        ),
        customer_groups=frozenset({_GROUPS[row["category"]]}),
        limits=Limits(starts_at=starts_at, ends_at=None if is_volume else ends_at),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
