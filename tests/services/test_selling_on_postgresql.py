"""Counters, certificates and prices on a shared PostgreSQL, where several write at once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, insert, select

from backoffice.domain.cart import OfferUse
from backoffice.domain.errors import Refusal
from backoffice.domain.money import Money
from backoffice.domain.pricing import Limits, PercentOff, PricingRules, Promotion
from backoffice.domain.pricing.as_json import to_json
from backoffice.services.certificate_issue import issue
from backoffice.services.earned_coupons import earn_coupons, forget_earned
from backoffice.services.gift_certificates import hold, load_certificates, refund, release, take
from backoffice.services.limited_uses import count_back, count_uses
from backoffice.services.pricing_rules import load_pricing_rules
from backoffice.store.engine import open_engine
from backoffice.store.schema import make_schema
from backoffice.store.store import Store
from backoffice.store.tables.pricing import certificate_moves, coupon_rewards, coupons, order_uses, use_counts
from backoffice.store.tables.selling import promotions
from tests.services.selling import TEN_PERCENT
from tests.services.world import NOW, add_order
from tests.store.postgresql import postgresql_url

pytestmark = pytest.mark.slow

USED = (OfferUse(promotion_id="rush", name="Rush", coupon_code="RUSH", amount=Money(100, "USD")),)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgresql_url() as address:
        engine = open_engine(address)
        make_schema(engine)
        engine.dispose()
        yield address


@pytest.fixture(scope="module")
def desks(url: str) -> Iterator[list[Store]]:
    """Two desks; a limited offer with its coupon, fifty orders, and a certificate of fifty dollars."""
    stores = [Store(open_engine(url)) for _ in range(2)]
    stores[0].run_here(_fill)
    yield stores
    for store in stores:
        store.close()


def _fill(connection: Connection) -> None:
    rush = Promotion(
        promotion_id="rush",
        name="Rush",
        benefits=(TEN_PERCENT,),
        needs_coupon=True,
        limits=Limits(max_uses=7),
    )
    connection.execute(
        insert(promotions).values(
            promotion_id="rush", name="Rush", kind="Coupon", priority=1, active=True, data=to_json(rush)
        )
    )
    connection.execute(
        insert(coupons).values(
            code="RUSH",
            promotion_id="rush",
            max_uses=5,
            max_uses_per_customer=4,
            customer_id="",
            email="",
            earned_by_order="",
            active=True,
            created_at=NOW,
        )
    )
    connection.execute(
        insert(coupon_rewards).values(
            reward_id="r", name="r", promotion_id="rush", minimum=100, currency="USD", active=True
        )
    )
    for number in range(50):
        add_order(connection, f"B{number}", status="I")
    issue(connection, Money(5000, "USD"), NOW, code="GIFT", expires_at=NOW + timedelta(days=1))


async def together(desks: list[Store], number: int, act: object) -> int:
    """How many of so many acts at once were not refused."""

    async def one(place: int) -> bool:
        try:
            await desks[place % len(desks)].run(lambda connection: act(connection, place))  # type: ignore[operator] # it is a number
        except Refusal:
            return False
        return True

    return sum(await asyncio.gather(*(one(place) for place in range(number))))


async def test_fifty_orders_at_two_desks_count_to_the_limit_and_back(desks: list[Store]) -> None:
    def use(connection: Connection, place: int) -> None:
        count_uses(connection, f"id-B{place}", f"c{place % 3}", USED, NOW)

    assert await together(desks, 50, use) == 5

    def uses(connection: Connection) -> tuple[int, int]:
        total: int = connection.execute(
            select(use_counts.c.uses).where(use_counts.c.kind == "coupon", use_counts.c.customer_id == "")
        ).scalar_one()
        orders: int = connection.execute(
            select(func.count()).select_from(order_uses).where(order_uses.c.kind == "coupon")
        ).scalar_one()
        return total, orders

    assert desks[0].read_here(uses) == (5, 5)
    back = await together(desks, 50, lambda connection, place: count_back(connection, f"id-B{place}"))
    assert (back, desks[0].read_here(uses)) == (50, (0, 0))


async def test_fifty_payments_hold_no_more_than_there_is(desks: list[Store]) -> None:
    ten = Money(1000, "USD")

    held = await together(
        desks, 50, lambda connection, place: hold(connection, "GIFT", ten, f"p{place}", NOW)
    )

    assert held == 5

    def settle(connection: Connection, place: int) -> None:
        if place % 2:
            release(connection, f"p{place}", NOW)
        elif connection.execute(
            select(certificate_moves.c.code).where(certificate_moves.c.payment_id == f"p{place}")
        ).first():
            take(connection, f"p{place}", NOW)
            refund(connection, f"p{place}", NOW)

    assert await together(desks, 50, settle) == 50
    found = desks[0].read_here(lambda connection: load_certificates(connection, ["GIFT"]))
    assert found["GIFT"].balance == Money(5000, "USD")


async def test_coupons_are_earned_and_forgotten(desks: list[Store]) -> None:
    worth, rules = Money(100, "USD"), PricingRules()

    codes = await desks[0].run(lambda connection: earn_coupons(connection, "id-B1", worth, rules, NOW))

    assert len(codes) == 1
    await desks[1].run(lambda connection: forget_earned(connection, "id-B1"))

    def codes_left(connection: Connection) -> list[str]:
        return list(connection.execute(select(coupons.c.code)).scalars())

    assert desks[0].read_here(codes_left) == ["RUSH"]


def test_rules_are_read_alike(desks: list[Store]) -> None:
    rules = desks[0].read_here(load_pricing_rules)

    [rush] = rules.promotions
    assert isinstance(rush.benefits[0], PercentOff)
    assert rules.counted({"rush"}) == ("rush",)
    assert rules.counted(set()) == ()
