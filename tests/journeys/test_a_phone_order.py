"""One phone order from the first word to the parcel, in each kind of store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, select

from backoffice.domain.errors import InvalidInput
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.ids import LocationId, Sku
from backoffice.domain.inventory import InventorySystem, Source
from backoffice.domain.order import Order
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CheckoutState, OrderStatus, TransferStatus
from backoffice.services.order_history import OrderDetails
from backoffice.services.stores import load_store, save_store
from backoffice.settings import StoreSettings
from backoffice.store.tables.selling import decrements, stock
from tests.journeys.centre import CARD, ON_ACCOUNT, CallCentre, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
ONLINE = LocationId("ONLINE")


@pytest.mark.parametrize("pay", [ON_ACCOUNT, CARD], ids=["on_account", "by_card"])
async def test_caller_found_by_phone_gets_what_was_ordered(centre: CallCentre, pay: PaymentPlan) -> None:
    office, ann = centre.office, centre.ann
    found = await office.customers.search(ann, "(245) 555 0173")
    orlando = next(hit for hit in found if hit.city)  # the data knows him twice, once without an address
    caller = await office.customers.get(ann, orlando.customer_id)
    hit = next(hit for hit in await office.catalog.suggest("helmet red") if hit.product.sku == "HL-U509-R")
    cart = await centre.built(f"3*{hit.product.sku}", "2*WB-H098", pay=pay, caller=caller)
    assert [line.availability.source for line in cart.lines if line.availability] != []
    cart = await centre.prepare(cart)
    assert cart.prepared is not None
    result = await centre.submit(cart)
    number = result.order_number
    assert (result.state, result.total) == (CheckoutState.COMPLETED, cart.prepared.totals.total)

    transfer = await centre.transfer_is(number, TransferStatus.TRANSFERRED)
    assert transfer.external_order_id.startswith("DOM")
    assert await centre.attempts(number) == [("transfer", "succeeded")]
    await centre.assert_whole(number)
    await centre.delivered()
    early = await office.order_history.details(ann, number)
    assert early.differences == ()

    await centre.tell("dom", "/control/advance", {"steps": 5})
    await centre.delivered()
    order = await until(lambda: centre.order(number), lambda order: order.status is OrderStatus.SHIPPED)
    assert [(line.quantity, line.shipped) for line in order.lines] == [(3, 3), (2, 2)]
    assert sorted(parcel.status for parcel in order.shipments) == ["delivered", "delivered"]
    confirmation, on_its_way, there = f"Your order {number}", "is on its way", "was delivered"
    told = await until(lambda: centre.subjects(number), lambda subjects: len(subjects) >= 5)
    assert sorted(told) == sorted(
        [confirmation, *[f"{confirmation} {what}" for what in (on_its_way, there) for _ in order.shipments]]
    )

    page = await office.order_history.search(ann, OrderSearchCriteria(number=number))
    assert [(row.order_number, row.status, row.external_order_id) for row in page.rows] == [
        (number, "S", transfer.external_order_id)
    ]
    assert page.dom.answered
    details = await until(lambda: office.order_history.details(ann, number), _are_told)
    assert details.external is not None
    assert details.external.summary.status == "S"
    assert details.differences == ()
    said = {entry.text for entry in details.timeline}
    assert "Order submitted; transfer and e-mail queued" in said
    assert any(text.endswith("captured") for text in said), "what has left was taken from the payment"
    assert not [text for text in said if "ertificate" in text or "oupon" in text]
    assert any("Ann" in entry.who for entry in details.timeline)


async def test_stock_pushed_by_the_dom_is_what_the_desk_shows(centre: CallCentre) -> None:
    sku = Sku("HL-U509-B")
    await centre.tell("dom", "/control/stock", {"sku": sku, "quantity": 77})
    await centre.delivered()
    order = await centre.ordered(f"7*{sku}")
    await centre.transfer_is(order.order_number, TransferStatus.TRANSFERRED)
    await centre.delivered()

    async def shown() -> tuple[int | None, Source]:
        [record] = await centre.office.inventory.get_inventory_availability(
            centre.ann, (sku,), locations=(ONLINE,)
        )
        return (int(record.quantity) if record.quantity is not None else None), record.source

    assert await until(shown, lambda seen: seen[0] == 70) == (70, Source.CACHED)


async def test_same_cart_submitted_twice_is_one_order(centre: CallCentre) -> None:
    cart = await centre.prepared("1*HL-U509-R", pay=CARD)
    first, second = await centre.submit(cart), await centre.submit(cart)
    assert first.order_number == second.order_number
    await centre.transfer_is(first.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(first.order_number)


async def test_store_with_its_own_stock_holds_and_takes_it_itself(centre: CallCentre) -> None:
    sku = Sku("HL-U509-R")
    async with _store(centre, inventory_system=InventorySystem.NON_ATP):
        before = await _on_hand(centre, sku)
        with pytest.raises(InvalidInput, match=f"Only {before[0]} of {sku} left") as refused:
            await centre.built(f"{before[0] + 1}*{sku}")
        assert refused.value.field == "quantity"
        async with centre.outage("dom"):  # nobody has to be asked
            cart = await centre.prepared(f"4*{sku}")
            assert await _on_hand(centre, sku) == (before[0], before[1] + 4)
            result = await centre.submit(cart)
        assert result.state is CheckoutState.COMPLETED
        assert await _on_hand(centre, sku) == (before[0] - 4, before[1])
        await centre.transfer_is(result.order_number, TransferStatus.TRANSFERRED)
        await centre.assert_whole(result.order_number)
        await centre.ship(result.order_number)
        order = await until(lambda: centre.order(result.order_number), _is_shipped)
        assert await _on_hand(centre, sku) == (before[0] - 4, before[1])

    def taken(connection: Connection) -> list[int]:
        wanted = select(decrements.c.quantity).where(decrements.c.order_id == order.order_id)
        return list(connection.execute(wanted).scalars())

    assert await centre.office.store.read(taken) == [4]


async def test_last_piece_goes_to_one_of_two_callers(centre: CallCentre) -> None:
    sku = Sku("CA-1098")
    async with _store(centre, inventory_system=InventorySystem.NON_ATP):
        left, _ = await _on_hand(centre, sku)
        first, second = await centre.built(f"{left}*{sku}"), await centre.built(f"{left}*{sku}")
        first, second = await centre.prepare(first), await centre.prepare(second)
        refused = await centre.submit(second)
        assert refused.state is CheckoutState.ROLLED_BACK
        assert refused.sentence == f"Not enough is held: 0 of {left} {sku}."
        assert (await centre.submit(first)).state is CheckoutState.COMPLETED
        assert await _on_hand(centre, sku) == (0, 0)


async def test_store_that_keeps_no_stock_sells_whatever_is_asked_for(centre: CallCentre) -> None:
    async with _store(centre, inventory_system=InventorySystem.NONE):
        order = await centre.ordered("9000*SH-W890-L")
    await centre.transfer_is(order.order_number, TransferStatus.TRANSFERRED)
    await centre.assert_whole(order.order_number)


async def test_store_without_a_dom_keeps_its_orders_here(centre: CallCentre) -> None:
    async with _store(centre, inventory_system=InventorySystem.NON_ATP, orders_to_dom=False):
        number = (await centre.ordered("1*HL-U509-R", pay=CARD)).order_number
        await until(lambda: centre.subjects(number))
        order = await centre.order(number)
    assert (order.status, order.transfer_status) == (OrderStatus.AUTHORISED, TransferStatus.NONE)
    assert await centre.at_dom(number) == []
    page = await centre.office.order_history.search(centre.ann, OrderSearchCriteria(number=number))
    assert [row.source for row in page.rows] == ["local"]


def _are_told(details: OrderDetails) -> bool:
    return {mail.status for mail in details.mails} == {"sent"}


def _is_shipped(order: Order) -> bool:
    return order.status is OrderStatus.SHIPPED


@asynccontextmanager
async def _store(centre: CallCentre, **changed: object) -> AsyncIterator[None]:
    """Another kind of store for a while."""
    store_id = centre.settings.store_id
    before = await centre.office.store.read(lambda connection: load_store(connection, store_id))

    async def be(settings: StoreSettings) -> None:
        await centre.office.store.run(
            lambda connection: save_store(connection, store_id, "Adventure Works Cycles", settings)
        )

    await be(before.model_copy(update=changed))
    try:
        yield
    finally:
        await be(before)


async def _on_hand(centre: CallCentre, sku: Sku) -> tuple[int, int]:
    """How many there are online, and how many of them are held."""
    row = await centre.office.store.read(
        lambda connection: connection.execute(
            select(stock).where(stock.c.sku == sku, stock.c.location_id == ONLINE)
        ).one()
    )
    return int(row.quantity), int(row.reserved)
