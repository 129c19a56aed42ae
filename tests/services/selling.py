"""What a store sells by, put straight into the tables: offers, coupons, certificates, price lists, rates, tariffs."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from backoffice.domain.money import Money
from backoffice.domain.pricing import Benefit, PercentOff, Promotion, ShippingTariff
from backoffice.domain.pricing.as_json import to_json
from backoffice.services.certificate_issue import issue
from backoffice.store.tables.pricing import (
    coupon_rewards,
    coupons,
    listed_prices,
    override_reasons,
    price_lists,
    tax_rates,
)
from backoffice.store.tables.selling import promotions, ship_methods
from tests.services.desk import Desk
from tests.services.world import NOW

TEN_PERCENT = PercentOff(percent=Decimal(10))


def usd(amount: str | int) -> Money:
    return Money.of(amount, "USD")


def offer(desk: Desk, promotion_id: str, *benefits: Benefit, **said: Any) -> None:  # noqa: ANN401 - fields of Promotion
    """An active offer, ten percent where nothing else is said."""
    made = Promotion(
        promotion_id=promotion_id, name=promotion_id, benefits=benefits or (TEN_PERCENT,), **said
    )
    row = {"promotion_id": promotion_id, "name": promotion_id, "kind": "test", "priority": made.priority}
    put(desk, promotions, **row, active=True, data=to_json(made))


def end_offer(desk: Desk, promotion_id: str) -> None:
    desk.do(
        lambda connection: connection.execute(
            update(promotions).where(promotions.c.promotion_id == promotion_id).values(active=False)
        )
    )
    desk.clock.pass_time(timedelta(seconds=31))  # rules are kept for half a minute


def coupon(desk: Desk, code: str, promotion_id: str, **said: object) -> None:
    blank: dict[str, object] = {"customer_id": "", "email": "", "earned_by_order": "", "active": True}
    put(desk, coupons, **{"code": code, "promotion_id": promotion_id, "created_at": NOW, **blank, **said})


def certificate(desk: Desk, code: str, amount: str | int, *, expires_at: datetime | None = None) -> None:
    desk.do(lambda connection: issue(connection, usd(amount), NOW, code=code, expires_at=expires_at))


def price_list(
    desk: Desk, list_id: str, *prices: tuple[str, str, int], customer_id: str = "", group: str = ""
) -> None:
    """Prices are (SKU, amount, from how many pieces)."""
    put(
        desk,
        price_lists,
        price_list_id=list_id,
        name=list_id,
        customer_id=customer_id,
        customer_group=group,
        active=True,
    )
    for sku, amount, minimum in prices:
        put(
            desk,
            listed_prices,
            price_list_id=list_id,
            sku=sku,
            minimum_quantity=minimum,
            amount=usd(amount).minor,
            currency="USD",
        )


def tax(desk: Desk, rate_id: str, percent: str, **said: object) -> None:
    row = {"rate_id": rate_id, "country": "US", "region": "CA", "tax_type": "all", "name": rate_id}
    put(desk, tax_rates, **{**row, "percent": Decimal(percent), **said})


def no_taxes(desk: Desk) -> None:
    desk.do(lambda connection: connection.execute(tax_rates.delete()))


def tariffs(desk: Desk, code: str, *made: ShippingTariff) -> None:
    written = [to_json(one) for one in made]
    row = {"code": code, "name": code, "base": 0, "per_kg": 0, "currency": "USD", "position": 99}
    put(desk, ship_methods, **row, tariffs=written)


def reason(desk: Desk, code: str, sentence: str, *, active: bool = True) -> None:
    put(desk, override_reasons, code=code, sentence=sentence, position=99, active=active)


def reward(desk: Desk, reward_id: str, promotion_id: str, minimum: str | int, **said: object) -> None:
    row = {"reward_id": reward_id, "name": reward_id, "promotion_id": promotion_id, "currency": "USD"}
    put(desk, coupon_rewards, **{**row, "minimum": usd(minimum).minor, "active": True, **said})


def put(desk: Desk, table: Table, **row: object) -> None:
    """Insert one row."""

    def write(connection: Connection) -> None:
        connection.execute(insert(table).values(row))

    desk.do(write)
