from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, insert

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    AmountOff,
    Area,
    BuyGet,
    ByWeight,
    Cheapest,
    Combination,
    Destination,
    Limits,
    Measured,
    Minimum,
    PercentOff,
    Promotion,
    Selection,
    ShippingOff,
    Spread,
    Tier,
    Tiers,
)
from backoffice.services.pricing_rules import load_pricing_rules
from backoffice.services.promotion_data import as_data, as_promotion
from backoffice.store.store import Store
from backoffice.store.tables.pricing import tax_rates
from backoffice.store.tables.selling import promotions, ship_methods

HELMETS = Selection(skus=frozenset({"HL-U509-R", "HL-U509"}), lowest_price=Money(100, "USD"))
EVERYTHING_AN_OFFER_CAN_SAY = Promotion(
    promotion_id="all",
    name="All of it",
    benefits=(
        Tiers(
            tiers=(
                Tier(minimum=11, maximum=14, percent=Decimal("2.5")),
                Tier(minimum=15, unit_price=Money(500, "USD")),
            ),
            on=HELMETS,
        ),
        Tiers(
            tiers=(Tier(minimum=Money(1000, "USD"), amount_off=Money(1, "USD")),),
            measured=Measured.SET_AMOUNT,
        ),
        AmountOff(amount=Money(300, "USD"), spread=Spread.EVENLY),
        BuyGet(buy_quantity=2, get_quantity=1, cheapest=Cheapest.LAST, each_line=True),
        PercentOff(percent=Decimal(10), max_units=3),
        ShippingOff(),
    ),
    priority=7,
    combination=Combination.LAST,
    limits=Limits(
        starts_at=datetime(2011, 5, 31, tzinfo=UTC), ends_at=datetime(2014, 5, 31, tzinfo=UTC), max_uses=5
    ),
    needs_coupon=True,
    customer_groups=frozenset({"reseller", "consumer"}),
    ship_to=(Area(country="US", region="CA", postcodes=("90*",)),),
    minimums=(Minimum(quantity=2, amount=Money(1, "USD")),),
    order_number=1,
    best_of="summer",
)


def test_an_offer_survives_the_way_to_json_and_back() -> None:
    assert as_promotion(as_data(EVERYTHING_AN_OFFER_CAN_SAY)) == EVERYTHING_AN_OFFER_CAN_SAY


@pytest.mark.parametrize(
    "data", [{}, {"is": "Row"}, {"is": "Promotion", "benefits": 3}, {"is": "Promotion", "x": 1}]
)
def test_json_that_is_no_offer_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no offer"):
        as_promotion(data)


async def test_rows_become_the_values_the_engine_takes(store: Store) -> None:
    def write(connection: Connection) -> None:
        said = {"data": as_data(EVERYTHING_AN_OFFER_CAN_SAY), "kind": "volume", "priority": 3}
        connection.execute(insert(promotions).values(promotion_id="on", name="On", active=True, **said))
        connection.execute(insert(promotions).values(promotion_id="off", name="Off", active=False, **said))
        connection.execute(
            insert(ship_methods).values(
                code="ZY - EXPRESS", name="ZY - EXPRESS", base=995, per_kg=199, currency="USD", position=1
            )
        )
        rates = [("US", "WA", "retail"), ("GB", "ENG", "all")]
        for country, region, group in rates:
            connection.execute(
                insert(tax_rates).values(
                    rate_id=f"{country}-{region}",
                    country=country,
                    region=region,
                    tax_type=group,
                    percent=Decimal("8.8"),
                    name="Tax",
                )
            )

    await store.run(write)
    rules = await store.read(load_pricing_rules)
    (offer,) = rules.promotions
    assert (offer.promotion_id, offer.name, offer.priority) == ("on", "On", 3)
    assert offer.benefits == EVERYTHING_AN_OFFER_CAN_SAY.benefits
    (tariff,) = rules.tariffs
    assert tariff.charge == ByWeight(base=Money(995, "USD"), per_kg=Money(199, "USD"))
    british, american = sorted(rules.tax_rates, key=lambda rate: rate.rate_id)
    assert american.percent == Decimal("8.8")
    assert american.tax_group == "retail"
    assert american.area.covers(Destination(country="US", region="WA"))
    assert not american.area.covers(Destination(country="US", region="OR"))
    assert british.area.covers(Destination(country="GB")), "a British address names no region"
