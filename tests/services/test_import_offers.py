"""Files of offers, coupons, certificates, price lists, tariffs and reasons; what is wrong is told by line and field."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from backoffice.domain.errors import InvalidInput
from backoffice.domain.money import Money
from backoffice.domain.pricing import PercentOff, PerShipment, Promotion, ShippingTariff
from backoffice.domain.pricing.as_json import from_json
from backoffice.services.pricing_rules import load_pricing_rules
from backoffice.store.store import Store
from backoffice.store.tables.pricing import (
    certificate_moves,
    coupon_rewards,
    coupons,
    gift_certificates,
    listed_prices,
    override_reasons,
    price_lists,
    tax_rates,
)
from backoffice.store.tables.selling import products, promotions, ship_methods
from tests.services.test_imports import CATALOGUE, HELMET, ORLANDO, PEOPLE, Files, told

OFFER = {
    "promotion_id": "autumn",
    "name": "Autumn",
    "benefits": [{"is": "PercentOff", "percent": "10"}],
}


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, tmp_path)


def lines(*objects: object) -> str:
    return "\n".join(json.dumps(one) for one in objects)


def offered(files: Files) -> Files:
    assert files.load("promotions", lines(OFFER)).loaded == 1
    return files


def test_offers_are_json_lines(files: Files) -> None:
    written = lines(
        OFFER, {**OFFER, "promotion_id": "off", "active": False, "kind": "Seasonal", "priority": 7}
    )

    assert files.load("promotions", f"{written}\n\n").loaded == 2
    off, on = sorted(files.rows(promotions), key=lambda row: row.active)
    assert (off.kind, off.priority, off.name, on.kind) == ("Seasonal", 7, "Autumn", "Offer")
    assert from_json(on.data, Promotion).benefits == (PercentOff(percent=Decimal(10)),)
    (loaded,) = files.store.read_here(load_pricing_rules).promotions
    assert loaded.promotion_id == "autumn"


@pytest.mark.parametrize(
    "line, field, reason",
    [
        ("{", "", "This is not JSON"),
        ("[]", "", "Each line is one object"),
        (lines({**OFFER, "active": "yes"}), "active", "active is true or false"),
        (lines({**OFFER, "benefit": 1}), "benefit", "Promotion has no such field"),
        (lines({**OFFER, "benefits": [{"is": "PercentOff"}]}), "benefits[0]", "PercentOff lacks percent."),
    ],
)
def test_a_line_that_is_no_offer_is_told_and_the_rest_is_loaded(
    files: Files, line: str, field: str, reason: str
) -> None:
    result = files.load("promotions", f"{line}\n{lines(OFFER)}\n")

    assert result.loaded == 1
    [bad] = result.rejected
    assert (bad.line, bad.field) == (1, field)
    assert bad.reason.startswith(reason)


def test_a_line_that_is_not_utf8_is_told(files: Files) -> None:
    result = files.load("promotions", b'{"name": "\xff"}\n' + lines(OFFER).encode())

    assert (result.loaded, result.rejected[0].reason) == (1, "The line is not UTF-8.")


def test_a_file_that_is_not_there_is_told(files: Files) -> None:
    with pytest.raises(InvalidInput, match="can not be read"):
        files.load_path("promotions", files.folder / "none.jsonl")


def test_tariffs_of_one_ship_method_are_its_areas(files: Files) -> None:
    at_home = {
        "code": "VAN",
        "name": "Van",
        "charge": {"is": "PerShipment", "amount": "7"},
        "free_over": "99.00",
    }
    abroad = {
        "code": "VAN",
        "name": "Van",
        "charge": {"is": "ByWeight", "base": "9.00", "per_kg": "2.00"},
        "area": {"country": "CA"},
    }
    bare = {"code": "BIKE", "charge": {"is": "PerOrder", "amount": "3"}}

    assert files.load("tariffs", lines(at_home, abroad, bare)).loaded == 3
    van, bike = sorted(files.rows(ship_methods), key=lambda row: row.position)
    assert (van.code, van.name, van.base, van.per_kg) == ("VAN", "Van", 900, 200)
    assert (bike.code, bike.name, bike.base) == ("BIKE", "BIKE", 0)
    home, _, _ = files.store.read_here(load_pricing_rules).tariffs
    assert home == ShippingTariff(
        code="VAN", name="Van", charge=PerShipment(amount=Money(700, "USD")), free_over=Money(9900, "USD")
    )
    files.load("tariffs", lines({**bare, "name": "By bike"}))
    assert [row.name for row in sorted(files.rows(ship_methods), key=lambda row: row.position)] == [
        "Van",
        "By bike",
    ]
    assert told(files.load("tariffs", lines({**bare, "code": ""}, {"code": "X"}))) == [(1, "code"), (2, "")]


def test_a_file_of_weights_replaces_the_tariffs(files: Files) -> None:
    files.load("tariffs", lines({"code": "VAN", "charge": {"is": "PerOrder", "amount": "3"}}))
    files.load("ship_methods", "ship_method,base_usd,rate_usd\nVAN,1.00,2.00\n")

    (tariff,) = files.store.read_here(load_pricing_rules).tariffs
    assert tariff.charge.base == Money(100, "USD")  # type: ignore[union-attr] # charged by weight


COUPON = "code,promotion_id,starts,ends,max_uses,max_uses_per_customer,customer_id,email,active\n"


def test_coupons_with_their_limits(files: Files) -> None:
    files.load("customers", PEOPLE + ORLANDO)
    row = "autumn10,autumn,2026-11-01,2026-11-30,100,1,1,Orlando0@Adventure-Works.com,\n"

    assert offered(files).load("coupons", COUPON + row).loaded == 1
    [coupon] = files.rows(coupons)
    assert (coupon.code, coupon.max_uses, coupon.max_uses_per_customer) == ("AUTUMN10", 100, 1)
    assert (coupon.customer_id, coupon.email) == ("1", "orlando0@adventure-works.com")
    assert coupon.starts_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert coupon.ends_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert coupon.active


def test_a_coupon_loaded_again_keeps_who_earned_it(files: Files) -> None:
    offered(files).load("coupons", COUPON + "ONE,autumn,,,,,,,\n")
    before = datetime(2026, 1, 1, tzinfo=UTC)
    files.store.run_here(
        lambda connection: connection.execute(update(coupons).values(earned_by_order="o1", created_at=before))
    )

    files.load("coupons", COUPON + "ONE,autumn,,,5,,,,no\n")

    [coupon] = files.rows(coupons)
    assert (coupon.earned_by_order, coupon.created_at, coupon.max_uses) == ("o1", before, 5)
    assert not coupon.active


@pytest.mark.parametrize(
    "row, field",
    [
        (",autumn,,,,,,,", "code"),
        ("TWO WORDS,autumn,,,,,,,", "code"),
        (f"{'X' * 41},autumn,,,,,,,", "code"),
        ("ONE,winter,,,,,,,", "promotion_id"),
        ("ONE,autumn,soon,,,,,,", "starts"),
        ("ONE,autumn,,,1.5,,,,", "max_uses"),
        ("ONE,autumn,,,,-1,,,", "max_uses_per_customer"),
        ("ONE,autumn,,,,,9,,", "customer_id"),
        ("ONE,autumn,,,,,,,perhaps", "active"),
    ],
)
def test_a_coupon_that_makes_no_sense_is_told(files: Files, row: str, field: str) -> None:
    assert told(offered(files).load("coupons", f"{COUPON}{row}\n")) == [(2, field)]


def test_rewards_name_the_offer_their_coupon_opens(files: Files) -> None:
    header = "reward_id,name,promotion_id,minimum_usd,good_for_days\n"
    rows = "over-500,,autumn,500,90\nlost,,winter,1,\n"

    result = offered(files).load("coupon_rewards", header + rows)

    assert told(result) == [(3, "promotion_id")]
    [reward] = files.rows(coupon_rewards)
    assert (reward.name, reward.minimum, reward.currency, reward.good_for_days) == (
        "over-500",
        50000,
        "USD",
        90,
    )


def test_certificates_are_made_once_with_their_ledger(files: Files) -> None:
    header = "code,amount_usd,expires,recipient\n"
    rows = "gift 1,50.00,2027-12-31,dad@example.com\nGIFT1,50.00,,\n"

    assert files.load("gift_certificates", header + rows).loaded == 2
    files.store.run_here(
        lambda connection: connection.execute(update(gift_certificates).values(balance=1000))
    )
    again = files.load("gift_certificates", header + "GIFT1,50.00,,\nGIFT1,60.00,,\nNONE,0,,\n")

    assert told(again) == [(3, "code"), (4, "amount")]
    [row] = files.rows(gift_certificates)
    assert (row.code, row.balance, row.recipient) == ("GIFT1", 1000, "dad@example.com")
    assert row.expires_at == datetime(2028, 1, 1, tzinfo=UTC)
    assert [move.change for move in files.rows(certificate_moves)] == [5000]


def test_price_lists_are_prices_with_what_their_list_says(files: Files) -> None:
    files.load("customers", PEOPLE + ORLANDO)
    files.load("catalogue", CATALOGUE + HELMET)
    header = "list_id,name,customer_id,customer_group,sku,minimum_quantity,price_usd,ends\n"
    rows = (
        "own,Orlando's,1,,HL-U509-R,,30.00,\n"
        "own,Orlando's,1,,HL-U509-R,10,29.00,2026-12-31\n"
        "group,,,reseller,HL-U509-R,1,31.00,\n"
        "own,,1,,HL-LOST,,1.00,\n"
        "own,,9,,HL-U509-R,,1.00,\n"
    )

    result = files.load("price_lists", header + rows)

    assert told(result) == [(5, "sku"), (6, "customer_id")]
    own, group = sorted(files.rows(price_lists), key=lambda row: row.price_list_id, reverse=True)
    assert (own.name, own.customer_id, own.ends_at) == ("Orlando's", "1", datetime(2027, 1, 1, tzinfo=UTC))
    assert (group.name, group.customer_group) == ("group", "reseller")
    assert sorted(row.amount for row in files.rows(listed_prices)) == [2900, 3000, 3100]


def test_reasons_for_prices_by_hand(files: Files) -> None:
    files.load("override_reasons", "code,sentence,position\nMATCH,A competitor is cheaper,2\n")

    [row] = files.rows(override_reasons)
    assert (row.sentence, row.position, row.active) == ("A competitor is cheaper", 2, True)


TAX = "rate_id,country_code,state_code,tax_type,percent,name,postcodes,tax_classes,priority,compound,on_shipping\n"


def test_tax_rates_by_postcode_and_goods_have_names_of_their_own(files: Files) -> None:
    rows = (
        "city,US,NY,all,4.5,NYC,10000-10299;112*,,,,no\n"
        "quebec,CA,QC,all,9.975,QST,,,1,yes,\n"
        ",US,NY,all,4,State,,,,,\n"
        ",US,NY,all,8,Luxury,,luxury,,,\n"
    )

    assert told(files.load("tax_rates", TAX + rows)) == [(5, "rate_id")]
    rates = {rate.rate_id: rate for rate in files.store.read_here(load_pricing_rules).tax_rates}
    assert rates["city"].area.postcodes == ("10000-10299", "112*")
    assert (rates["city"].on_shipping, rates["quebec"].compound, rates["quebec"].priority) == (False, True, 1)
    assert rates["US-NY-all"].tax_classes == frozenset()
    assert len(files.rows(tax_rates)) == 3


def test_products_have_a_kind_and_a_tax_class(files: Files) -> None:
    header = "sku,name,list_price_usd,kind,tax_class,is_physical\n"
    rows = "G,Gift,25,gift_certificate,untaxed,no\nF,Food,1,,food,\nX,What,1,animal,,\n"

    assert told(files.load("catalogue", header + rows)) == [(4, "kind")]
    food, gift = sorted(files.rows(products), key=lambda row: row.sku)
    assert (gift.kind, gift.tax_class, gift.is_physical) == ("gift_certificate", "untaxed", False)
    assert (food.kind, food.tax_class) == ("goods", "food")
