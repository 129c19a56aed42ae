"""The store's rules as rows, and as the frozen values `domain.pricing` works with."""

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from backoffice.domain.money import Money
from backoffice.domain.pricing import Area, ByWeight, Promotion, ShippingTariff, TaxRate
from backoffice.domain.pricing.as_json import from_json
from backoffice.services.address_rules import country_codes, names_regions
from backoffice.store.tables.pricing import price_lists, tax_rates
from backoffice.store.tables.selling import promotions, ship_methods


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedRules:
    """What `PricingRequest` takes. Offers that are over or not yet on are here too: the engine looks at the time.

    ``price_lists`` are the active ones, by id.
    """

    promotions: tuple[Promotion, ...]
    tariffs: tuple[ShippingTariff, ...]
    tax_rates: tuple[TaxRate, ...]
    price_lists: dict[str, Row[Any]]

    def counted(self, opened: Container[str]) -> tuple[str, ...]:
        """Return the ids of the offers in play whose uses are counted; ``opened`` are those a coupon opens."""
        return tuple(
            offer.promotion_id for offer in self.promotions if is_limited(offer) and _in_play(offer, opened)
        )

    def looks_at_order_count(self, opened: Container[str]) -> bool:
        """Tell whether an offer in play is for a certain order of a customer."""
        return any(offer.order_number is not None and _in_play(offer, opened) for offer in self.promotions)

    def has_prices_for(self, customer_id: str) -> bool:
        """Tell whether a price list may be this customer's, a group's, or everybody's."""
        return any(row.customer_id in {"", customer_id} for row in self.price_lists.values())


def load_pricing_rules(connection: Connection) -> LoadedRules:
    """Read the active offers, the ship methods, the tax rates and which price lists there are."""
    active = (
        select(promotions)
        .where(promotions.c.active)
        .order_by(promotions.c.priority, promotions.c.promotion_id)
    )
    methods = select(ship_methods).order_by(ship_methods.c.position)
    lists = select(price_lists).where(price_lists.c.active)
    return LoadedRules(
        promotions=tuple(promotion_of(row) for row in connection.execute(active)),
        tariffs=tuple(tariff for row in connection.execute(methods) for tariff in tariffs_of(row)),
        tax_rates=tuple(_tax_rate(row) for row in connection.execute(select(tax_rates))),
        price_lists={row.price_list_id: row for row in connection.execute(lists)},
    )


def promotion_of(row: Row[Any]) -> Promotion:
    """Return the offer of a row; the columns people look at and change win over the JSON beside them."""
    offer = from_json(row.data, Promotion)
    return replace(offer, promotion_id=row.promotion_id, name=row.name, priority=row.priority)


def is_limited(promotion: Promotion) -> bool:
    """Tell whether an offer has a number of uses."""
    limits = promotion.limits
    return limits.max_uses is not None or limits.max_uses_per_customer is not None


def _in_play(promotion: Promotion, opened: Container[str]) -> bool:
    return not promotion.needs_coupon or promotion.promotion_id in opened


def tariffs_of(row: Row[Any]) -> tuple[ShippingTariff, ...]:
    """Return a ship method's tariffs, one for each area; a base and so much per kilogram where none is written."""
    if not row.tariffs:
        charge = ByWeight(base=Money(row.base, row.currency), per_kg=Money(row.per_kg, row.currency))
        return (ShippingTariff(code=row.code, name=row.name, charge=charge),)
    written = (from_json(tariff, ShippingTariff) for tariff in row.tariffs)
    return tuple(replace(tariff, code=row.code, name=row.name) for tariff in written)


def _tax_rate(row: Row[Any]) -> TaxRate:
    """A rate for a part of a country whose addresses name no part (GB, DE, FR) is the whole country's."""
    told_apart = row.country not in country_codes() or names_regions(row.country)
    area = Area(country=row.country, region=row.region if told_apart else "", postcodes=tuple(row.postcodes))
    return TaxRate(
        rate_id=row.rate_id,
        name=row.name,
        percent=row.percent,
        tax_group=row.tax_type,
        tax_classes=frozenset(row.tax_classes),
        area=area,
        priority=row.priority,
        compound=row.compound,
        replaces_broader=row.replaces_broader,
        on_shipping=row.on_shipping,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
