"""An order freezes what was agreed, in tables of its own; whatever changes elsewhere later, it says the same."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select, update

from backoffice.domain.order import Order
from backoffice.domain.payment import PaymentMethod
from backoffice.domain.statuses import CheckoutState, TaxDocumentStatus
from backoffice.external.dom.translation import sent_order
from backoffice.services.checkout.snapshot import FROZEN, snapshot_hash
from backoffice.services.checks.ledgers import Ledgers
from backoffice.services.checks.order import snapshots_never_change
from backoffice.services.codec import pack
from backoffice.services.order_rows import load_order
from backoffice.store.tables.ordering import carts, order_lines, orders
from backoffice.store.tables.people import addresses, customers
from backoffice.store.tables.pricing import tax_rates
from backoffice.store.tables.selling import products, promotions, ship_methods
from tests.services.desk import CARD, DECLINED, Desk
from tests.services.rich import rich_cart
from tests.services.world import AGENT


def load(desk: Desk, number: str) -> Order:
    found = desk.office.store.read_here(lambda connection: load_order(connection, number))
    assert found is not None
    return found


def changed_snapshots(desk: Desk) -> list[str]:
    ledgers = Ledgers(now=desk.clock.now, quiet=False, payments=None, dom=None)
    found = desk.office.store.read_here(lambda connection: snapshots_never_change(connection, ledgers))
    return [violation.subject for violation in found]


async def rich_order(desk: Desk) -> Order:
    result = await desk.submit(await desk.prepare(await rich_cart(desk)))
    assert result.state is CheckoutState.COMPLETED, result.sentence
    return load(desk, result.order_number)


async def test_what_was_agreed_is_read_back_from_the_order(desk: Desk) -> None:
    order = await rich_order(desk)
    frozen = order.snapshot

    assert [(one.shipment_id, one.ship_method, one.ship_to.line1) for one in frozen.shipments] == [
        ("1", order.ship_method, order.ship_to.line1),
        ("2", "OVERNIGHT J-FAST", "99 Second Street"),
    ]
    assert sum(one.cost.minor for one in frozen.shipments) == order.totals.shipping.minor
    assert [(plan.method, plan.reference) for plan in frozen.payments] == [
        (PaymentMethod.CARD, CARD.reference),
        (PaymentMethod.ON_ACCOUNT, "PO 4711"),
    ]
    assert sum(plan.amount.minor for plan in frozen.payments) == order.totals.total.minor
    assert frozen.data == (("gift note", "Happy birthday"), ("campaign", "spring"))
    assert [line.shipment_id for line in order.lines] == ["1", "2"]
    assert order.lines[1].override is not None
    assert order.lines[1].override.reason_code == "damaged"
    assert [offer.name for offer in frozen.offers] == ["Volume Discount 11 to 14"]
    added = sum(tax.amount.minor for tax in frozen.taxes if not tax.included)
    assert added == order.totals.tax.minor


async def test_each_shipment_has_a_tax_document_and_together_they_have_the_orders_tax(desk: Desk) -> None:
    order = await rich_order(desk)
    documents = order.snapshot.tax_documents

    assert [one.number for one in documents] == [f"{order.number}-T1", f"{order.number}-T2"]
    assert {one.status for one in documents} == {TaxDocumentStatus.COMMITTED}
    assert sum(one.tax.minor for one in documents) == order.totals.tax.minor
    assert sum((one.net + one.tax).minor for one in documents) == order.totals.total.minor


async def test_each_line_is_sent_to_the_dom_with_where_it_goes_and_how(desk: Desk) -> None:
    order = await rich_order(desk)
    await desk.run_jobs(within=timedelta(minutes=5))

    [(_, sent)] = desk.dom.sent
    own, other = sent.lines
    assert (own.ship_method, own.ship_to) == (order.ship_method, None)
    assert other.ship_method == "OVERNIGHT J-FAST"
    assert other.ship_to is not None
    assert (other.ship_to.line1, other.ship_to.country) == ("99 Second Street", "CA")
    assert sent.ship_to.line1 == order.ship_to.line1
    first, second = json.loads(sent_order(sent).to_json())["lines"]
    assert "shipTo" not in first, "what was sent before there was such a thing stays the same to the byte"
    assert second["shipTo"]["line1"] == "99 Second Street"


async def test_whatever_changes_elsewhere_changes_nothing_in_the_order(desk: Desk) -> None:
    order = await rich_order(desk)

    def change(connection: Connection) -> None:
        connection.execute(update(products).values(name="Renamed", list_price=1, weight_grams=1))
        connection.execute(
            update(customers).values(first_name="Another", company="", email="a@example.com", phone="1")
        )
        connection.execute(update(addresses).values(line1="Elsewhere", postal_code="0"))
        connection.execute(update(ship_methods).values(name="By boat", base=0))
        connection.execute(update(tax_rates).values(percent=99, name="More"))
        connection.execute(update(promotions).values(name="None", active=False))

    desk.do(change)

    assert load(desk, order.number) == order
    assert changed_snapshots(desk) == []


def rows_of(desk: Desk, number: str) -> tuple[dict[Table, list[Mapping[str, Any]]], str]:
    order = desk.order(number)
    rows: dict[Table, list[Mapping[str, Any]]] = defaultdict(list)

    def look(connection: Connection) -> None:
        for table in FROZEN:
            found = connection.execute(select(table).where(table.c.order_id == order["order_id"])).mappings()
            rows[table] = [dict(row) for row in found]

    desk.office.store.read_here(look)
    return rows, str(order["snapshot_hash"])


async def test_every_frozen_column_of_every_table_is_in_the_hash(desk: Desk) -> None:
    order = await rich_order(desk)
    rows, kept = rows_of(desk, order.number)
    whole = snapshot_hash(rows)

    assert whole == kept
    for table, columns in FROZEN.items():
        for name in columns:
            edited = {
                **rows,
                table: [{**rows[table][0], name: _other(rows[table][0][name])}, *rows[table][1:]],
            }
            assert snapshot_hash(edited) != whole, f"{table.name}.{name}"


def _other(value: object) -> object:
    if isinstance(value, datetime):
        return value + timedelta(seconds=1)
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else "another"


@pytest.mark.parametrize("table", FROZEN, ids=lambda table: str(table.name))
async def test_an_edit_of_any_frozen_table_is_found(desk: Desk, table: Table) -> None:
    order = await rich_order(desk)
    assert changed_snapshots(desk) == []
    text = next(name for name in FROZEN[table] if name in {"name", "label", "line1", "ship_method", "value"})

    desk.do(
        lambda connection: connection.execute(
            update(table).where(table.c.order_id == order.order_id).values({text: "changed"})
        )
    )

    assert changed_snapshots(desk) == [order.number]


async def test_orders_placed_before_there_were_tables_keep_their_own_hash(desk: Desk) -> None:
    number = (await desk.ordered()).order_number
    rows, _ = rows_of(desk, number)
    before = snapshot_hash(rows, like="")
    desk.do(
        lambda connection: connection.execute(
            update(orders).where(orders.c.number == number).values(snapshot_hash=before)
        )
    )
    assert ":" not in before
    assert changed_snapshots(desk) == []

    desk.do(lambda connection: connection.execute(update(order_lines).values(name="Another helmet")))
    assert changed_snapshots(desk) == [number]


async def test_cart_prepared_before_shipments_had_costs_freezes_all_of_it_as_one(desk: Desk) -> None:
    cart = await desk.cart("3*HL-U509-R")
    assert cart.prepared is not None
    before = pack(replace(cart.prepared, shipments=(), taxes=(), offers=()))
    desk.do(
        lambda connection: connection.execute(
            update(carts).where(carts.c.cart_id == cart.cart_id).values(prepared=before)
        )
    )

    order = load(desk, (await desk.submit(cart)).order_number)

    [shipment] = order.snapshot.shipments
    [document] = order.snapshot.tax_documents
    assert shipment.cost == order.totals.shipping
    assert document.tax == order.totals.tax
    assert changed_snapshots(desk) == []


async def test_a_failed_order_keeps_its_snapshot_and_gives_its_extra_data_back(desk: Desk) -> None:
    cart = await desk.office.carts.set_payments(
        AGENT, (built := await rich_cart(desk)).cart_id, (DECLINED,), version=built.version
    )
    result = await desk.submit(await desk.prepare(cart))
    assert result.state is CheckoutState.ROLLED_BACK

    order = load(desk, result.order_number)

    assert [one.status.value for one in order.snapshot.shipments] == ["failed", "failed"]
    assert order.snapshot.payments
    assert order.snapshot.data == ()
    assert order.snapshot.tax_documents == ()
