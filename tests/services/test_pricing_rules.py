from decimal import Decimal

from sqlalchemy import Connection, insert

from backoffice.domain.money import Money
from backoffice.domain.pricing import (
    ByWeight,
    Destination,
    PercentOff,
    Promotion,
)
from backoffice.domain.pricing.as_json import to_json
from backoffice.services.pricing_rules import load_pricing_rules
from backoffice.store.store import Store
from backoffice.store.tables.pricing import tax_rates
from backoffice.store.tables.selling import promotions, ship_methods

OFFER = Promotion(
    promotion_id="all", name="All of it", benefits=(PercentOff(percent=Decimal(5)),), priority=7
)


async def test_rows_become_the_values_the_engine_takes(store: Store) -> None:
    def write(connection: Connection) -> None:
        said = {"data": to_json(OFFER), "kind": "volume", "priority": 3}
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
    assert offer.benefits == OFFER.benefits
    (tariff,) = rules.tariffs
    assert tariff.charge == ByWeight(base=Money(995, "USD"), per_kg=Money(199, "USD"))
    british, american = sorted(rules.tax_rates, key=lambda rate: rate.rate_id)
    assert american.percent == Decimal("8.8")
    assert american.tax_group == "retail"
    assert american.area.covers(Destination(country="US", region="WA"))
    assert not american.area.covers(Destination(country="US", region="OR"))
    assert british.area.covers(Destination(country="GB")), "a British address names no region"
