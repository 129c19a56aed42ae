from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from backoffice.domain.pricing import (
    CartLine,
    ListedPrice,
    PercentOff,
    PriceOverride,
    PriceRank,
    Prices,
    PricingRules,
)
from tests.domain.pricing.carts import NOW, cart, line, offer, priced, usd

LIST_SALE = ListedPrice(price_list_id="sale", rank=PriceRank.LIST, amount=usd("9.00"))
GROUP = ListedPrice(price_list_id="resellers", rank=PriceRank.GROUP, amount=usd("8.00"))
OWN = ListedPrice(price_list_id="acme", rank=PriceRank.CUSTOMER, amount=usd("8.50"))
TEN_LIST = line("1", "10.00", 5)
RANK, LOWEST = Prices.BY_RANK, Prices.LOWEST


@pytest.mark.parametrize(
    "prices, choice, unit_price, source",
    [
        pytest.param((), RANK, "10.00", "list price", id="no list"),
        pytest.param((LIST_SALE,), RANK, "9.00", "price list sale", id="list"),
        pytest.param((LIST_SALE, GROUP), RANK, "8.00", "group price resellers", id="group over list"),
        pytest.param((GROUP, OWN), RANK, "8.50", "customer price acme", id="own over cheaper group"),
        pytest.param((GROUP, OWN), LOWEST, "8.00", "group price resellers", id="lowest of all"),
        pytest.param(
            (replace(OWN, amount=usd("11.00")),),
            RANK,
            "11.00",
            "customer price acme",
            id="own, though dearer",
        ),
        pytest.param(
            (replace(OWN, amount=usd("11.00")),), LOWEST, "10.00", "list price", id="lowest is the list price"
        ),
        pytest.param(
            (GROUP, replace(GROUP, amount=usd("7.50"), minimum_quantity=5)),
            RANK,
            "7.50",
            "group price resellers",
            id="quantity break reached",
        ),
        pytest.param(
            (GROUP, replace(GROUP, amount=usd("7.00"), minimum_quantity=6)),
            RANK,
            "8.00",
            "group price resellers",
            id="quantity break not reached",
        ),
        pytest.param((replace(OWN, starts_at=NOW),), RANK, "8.50", "customer price acme", id="from now"),
        pytest.param((replace(OWN, ends_at=NOW),), RANK, "10.00", "list price", id="until now"),
        pytest.param(
            (replace(OWN, starts_at=NOW + timedelta(seconds=1)),), RANK, "10.00", "list price", id="not yet"
        ),
    ],
)
def test_the_price_is_the_best_that_applies(
    prices: tuple[ListedPrice, ...], choice: Prices, unit_price: str, source: str
) -> None:
    result = priced(cart(replace(TEN_LIST, prices=prices), rules=PricingRules(prices=choice)))

    assert result.lines[0].unit_price == usd(unit_price)
    assert result.lines[0].price_source == source
    assert result.lines[0].list_price == usd("10.00")


OVERRIDDEN = replace(
    TEN_LIST, prices=(OWN,), override=PriceOverride(unit_price=usd("6.00"), reason_code="COMPETITOR")
)
TENTH_OFF = offer("tenth", PercentOff(percent=Decimal(10)))


@pytest.mark.parametrize("discountable, total", [(True, "27.00"), (False, "30.00")])
def test_an_override_wins_and_keeps_its_reason(*, discountable: bool, total: str) -> None:
    rules = PricingRules(discount_overridden_prices=discountable)

    result = priced(cart(OVERRIDDEN, promotions=(TENTH_OFF,), rules=rules))

    assert result.lines[0].unit_price == usd("6.00")
    assert result.lines[0].price_source == "override: COMPETITOR"
    assert result.lines[0].override_reason == "COMPETITOR"
    assert result.totals.total == usd(total)


def test_a_price_that_was_not_overridden_has_no_reason() -> None:
    plain: CartLine = TEN_LIST

    assert priced(cart(plain)).lines[0].override_reason == ""
