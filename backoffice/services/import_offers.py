"""Files of offers: promotions and tariffs as JSON lines; coupons, what orders earn, and price lists as CSV."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from backoffice.domain.pricing import ByWeight, Promotion, ShippingTariff
from backoffice.domain.pricing.as_json import JsonProblem, from_json, to_json
from backoffice.services.import_kinds import (
    Cells,
    ImportContext,
    Kind,
    ReadRow,
    Refused,
    RowProblem,
    Values,
    known,
    last_of_each,
    read_amount,
    read_count,
    read_moment,
    read_number,
    read_text,
    read_yes,
)
from backoffice.services.json_rows import JSON, read_json_lines
from backoffice.store.tables.people import customers
from backoffice.store.tables.pricing import coupon_rewards, coupons, listed_prices, price_lists
from backoffice.store.tables.selling import products, promotions, ship_methods
from backoffice.store.upsert import upsert

LONGEST_CODE = 40
_LONGEST_ID = 64
T = TypeVar("T")


def _read_promotion(cells: Cells, context: ImportContext) -> Values:
    data = _object(cells)
    active = data.pop("active", True)
    kind = data.pop("kind", "Offer")
    if not isinstance(active, bool) or not isinstance(kind, str):
        raise RowProblem("active", "active is true or false, kind a text.")
    offer = _value(data, Promotion, context)
    return {
        "promotion_id": offer.promotion_id,
        "name": offer.name,
        "kind": kind,
        "priority": offer.priority,
        "active": active,
        "data": to_json(offer),
    }


def _write_promotions(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    upsert(connection, promotions, last_of_each(rows, "promotion_id"))
    return []


def _read_tariff(cells: Cells, context: ImportContext) -> Values:
    data = _object(cells)
    data.setdefault("name", data.get("code", ""))
    tariff = _value(data, ShippingTariff, context)
    if not tariff.code:
        raise RowProblem("code", "A tariff needs the code of its ship method.")
    return {"code": tariff.code, "tariff": tariff, "currency": context.currency}


def _write_tariffs(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    """A ship method gets all the tariffs a file has for it, in place of those it had."""
    places: dict[str, int] = {
        row.code: row.position
        for row in connection.execute(select(ship_methods.c.code, ship_methods.c.position))
    }
    following = max(places.values(), default=0)
    by_code: dict[str, list[ShippingTariff]] = {}
    for row in rows:
        by_code.setdefault(row.values["code"], []).append(row.values["tariff"])
    values = []
    for code, tariffs in by_code.items():
        if code not in places:
            following += 1
            places[code] = following
        weighed = next((one.charge for one in tariffs if isinstance(one.charge, ByWeight)), None)
        values.append(
            {
                "code": code,
                "name": tariffs[-1].name,
                "base": weighed.base.minor if weighed else 0,
                "per_kg": weighed.per_kg.minor if weighed else 0,
                "currency": rows[0].values["currency"],
                "position": places[code],
                "tariffs": [to_json(replace(tariff, name=tariffs[-1].name)) for tariff in tariffs],
            }
        )
    upsert(connection, ship_methods, values)
    return []


def _read_coupon(cells: Cells, _context: ImportContext) -> Values:
    return {
        "code": _code(cells),
        "promotion_id": read_text(cells, "promotion_id", longest=_LONGEST_ID, needed=True),
        "starts_at": read_moment(cells, "starts"),
        "ends_at": read_moment(cells, "ends", end_of_day=True),
        "max_uses": _limit(cells, "max_uses"),
        "max_uses_per_customer": _limit(cells, "max_uses_per_customer"),
        "customer_id": read_text(cells, "customer_id", longest=_LONGEST_ID, may_be_number=True),
        "email": read_text(cells, "email").casefold(),
        "active": read_yes(cells, "active"),
    }


def _write_coupons(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, at: datetime
) -> Refused:
    offers = known(connection, promotions.c.promotion_id, (row.values["promotion_id"] for row in rows))
    people = known(connection, customers.c.customer_id, (row.values["customer_id"] for row in rows))
    refused = [
        *_unknown(rows, "promotion_id", offers, "There is no offer “{}”."),
        *_unknown(rows, "customer_id", people | {""}, "There is no customer “{}”."),
    ]
    taken = _but(rows, refused)
    codes = [row.values["code"] for row in taken]
    before: dict[str, Any] = {
        row.code: row for row in connection.execute(select(coupons).where(coupons.c.code.in_(codes)))
    }
    values = [
        {
            **row,
            "created_at": before[row["code"]].created_at if row["code"] in before else at,
            "earned_by_order": before[row["code"]].earned_by_order if row["code"] in before else "",
        }
        for row in last_of_each(taken, "code")
    ]
    upsert(connection, coupons, values)
    return refused


def _read_reward(cells: Cells, context: ImportContext) -> Values:
    minimum = read_amount(cells, "minimum", context)
    return {
        "reward_id": read_text(cells, "reward_id", longest=_LONGEST_ID, needed=True),
        "name": read_text(cells, "name") or read_text(cells, "reward_id"),
        "promotion_id": read_text(cells, "promotion_id", longest=_LONGEST_ID, needed=True),
        "minimum": minimum.minor,
        "currency": minimum.currency,
        "good_for_days": _limit(cells, "good_for_days"),
        "starts_at": read_moment(cells, "starts"),
        "ends_at": read_moment(cells, "ends", end_of_day=True),
        "active": read_yes(cells, "active"),
    }


def _write_rewards(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    offers = known(connection, promotions.c.promotion_id, (row.values["promotion_id"] for row in rows))
    refused = _unknown(rows, "promotion_id", offers, "There is no offer “{}”.")
    upsert(connection, coupon_rewards, last_of_each(_but(rows, refused), "reward_id"))
    return refused


def _read_price(cells: Cells, context: ImportContext) -> Values:
    price = read_amount(cells, "price", context)
    list_id = read_text(cells, "list_id", longest=_LONGEST_ID, needed=True)
    return {
        "price_list_id": list_id,
        "name": read_text(cells, "name") or list_id,
        "customer_id": read_text(cells, "customer_id", longest=_LONGEST_ID, may_be_number=True),
        "customer_group": read_text(cells, "customer_group", longest=_LONGEST_ID),
        "starts_at": read_moment(cells, "starts"),
        "ends_at": read_moment(cells, "ends", end_of_day=True),
        "active": read_yes(cells, "active"),
        "sku": read_text(cells, "sku", longest=_LONGEST_ID, needed=True, may_be_number=True),
        "minimum_quantity": max(1, read_count(cells, "minimum_quantity", default=1)),
        "amount": price.minor,
        "currency": price.currency,
    }


def _write_prices(
    connection: Connection, rows: list[ReadRow], _context: ImportContext, _at: datetime
) -> Refused:
    """Each row is a price; what it says of its list is the list's, and of several rows the last counts."""
    skus = known(connection, products.c.sku, (row.values["sku"] for row in rows))
    people = known(connection, customers.c.customer_id, (row.values["customer_id"] for row in rows))
    refused = [
        *_unknown(rows, "sku", skus, "There is no item “{}” in the catalogue."),
        *_unknown(rows, "customer_id", people | {""}, "There is no customer “{}”."),
    ]
    taken = _but(rows, refused)
    upsert(connection, price_lists, _columns(last_of_each(taken, "price_list_id"), price_lists.c.keys()))
    prices = last_of_each(taken, "price_list_id", "sku", "minimum_quantity")
    upsert(connection, listed_prices, _columns(prices, listed_prices.c.keys()))
    return refused


def _object(cells: Cells) -> dict[str, Any]:
    try:
        data = json.loads(cells[JSON], parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise RowProblem("", f"This is not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise RowProblem("", "Each line is one object: {...}.")
    return data


def _value(data: dict[str, Any], kind: type[T], context: ImportContext) -> T:
    try:
        return from_json(data, kind, currency=context.currency)
    except JsonProblem as problem:
        raise RowProblem(problem.path, problem.reason) from problem


def _code(cells: Cells) -> str:
    code = read_text(cells, "code", longest=LONGEST_CODE, needed=True).upper()
    if " " in code:
        raise RowProblem("code", "A code has no spaces.")
    return code


def _limit(cells: Cells, name: str) -> int | None:
    number = read_number(cells, name, needed=False)
    if number is not None and number != int(number):
        raise RowProblem(name, f"{number} is not a whole number.")
    return None if number is None else int(number)


def _unknown(rows: Iterable[ReadRow], name: str, there: frozenset[str], sentence: str) -> Refused:
    return [
        (row, RowProblem(name, sentence.format(row.values[name])))
        for row in rows
        if row.values[name] not in there
    ]


def _but(rows: Iterable[ReadRow], refused: Refused) -> list[ReadRow]:
    without = {id(row) for row, _ in refused}
    return [row for row in rows if id(row) not in without]


def _columns(rows: Iterable[Values], names: Iterable[str]) -> list[Values]:
    kept = tuple(names)
    return [{name: row[name] for name in kept} for row in rows]


PROMOTIONS = Kind(
    name="promotions", required=(JSON,), read=_read_promotion, write=_write_promotions, rows=read_json_lines
)
TARIFFS = Kind(
    name="tariffs", required=(JSON,), read=_read_tariff, write=_write_tariffs, rows=read_json_lines
)
COUPONS = Kind(name="coupons", required=("code", "promotion_id"), read=_read_coupon, write=_write_coupons)
COUPON_REWARDS = Kind(
    name="coupon_rewards",
    required=("reward_id", "promotion_id", "minimum..."),
    read=_read_reward,
    write=_write_rewards,
)
PRICE_LISTS = Kind(
    name="price_lists", required=("list_id", "sku", "price..."), read=_read_price, write=_write_prices
)
