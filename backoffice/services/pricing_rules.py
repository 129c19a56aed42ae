"""The store's rules as rows, and as the frozen values `domain.pricing` works with."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.money import Money
from backoffice.domain.pricing import Area, ByWeight, Promotion, ShippingTariff, TaxRate
from backoffice.services.address_rules import country_codes, names_regions
from backoffice.services.promotion_data import as_promotion
from backoffice.store.tables.pricing import tax_rates
from backoffice.store.tables.selling import promotions, ship_methods


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedRules:
    """What `PricingRequest` takes. Offers that are over or not yet on are here too: the engine looks at the time."""

    promotions: tuple[Promotion, ...]
    tariffs: tuple[ShippingTariff, ...]
    tax_rates: tuple[TaxRate, ...]


def load_pricing_rules(connection: Connection) -> LoadedRules:
    """Read the active offers, the ship methods and the tax rates."""
    active = (
        select(promotions)
        .where(promotions.c.active)
        .order_by(promotions.c.priority, promotions.c.promotion_id)
    )
    return LoadedRules(
        promotions=tuple(_promotion(row) for row in connection.execute(active)),
        tariffs=tuple(
            _tariff(row) for row in connection.execute(select(ship_methods).order_by(ship_methods.c.position))
        ),
        tax_rates=tuple(_tax_rate(row) for row in connection.execute(select(tax_rates))),
    )


def _promotion(row: Row[Any]) -> Promotion:
    """The columns people look at and change win over the JSON beside them."""
    return replace(
        as_promotion(row.data), promotion_id=row.promotion_id, name=row.name, priority=row.priority
    )


def _tariff(row: Row[Any]) -> ShippingTariff:
    charge = ByWeight(base=Money(row.base, row.currency), per_kg=Money(row.per_kg, row.currency))
    return ShippingTariff(code=row.code, name=row.name, charge=charge)


def _tax_rate(row: Row[Any]) -> TaxRate:
    """A rate for a part of a country whose addresses name no part (GB, DE, FR) is the whole country's."""
    told_apart = row.country not in country_codes() or names_regions(row.country)
    return TaxRate(
        rate_id=row.rate_id,
        name=row.name,
        percent=row.percent,
        tax_group=row.tax_type,
        tax_classes=frozenset(row.tax_classes),
        area=Area(
            country=row.country, region=row.region if told_apart else "", postcodes=tuple(row.postcodes)
        ),
        priority=row.priority,
        compound=row.compound,
        replaces_broader=row.replaces_broader,
        on_shipping=row.on_shipping,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
