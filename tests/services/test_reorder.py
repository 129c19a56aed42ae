"""An order once more: its customer and its lines in a new call, and a sentence for what is no longer sold."""

from datetime import date

import pytest
from sqlalchemy import update

from backoffice.domain.errors import NotAllowed, NotFound
from backoffice.store.tables.selling import products
from tests.services.desk import ORLANDO, Desk
from tests.services.world import AGENT, SUPPORT


async def test_the_lines_of_an_order_are_in_the_cart_of_a_new_call(desk: Desk) -> None:
    first = await desk.submit(await desk.cart("3*HL-U509-R", "1*BK-M68S-38"))
    again = await desk.office.reorders.reorder(AGENT, first.order_number)

    cart = await desk.office.carts.get(AGENT, again.call.cart_id)
    assert cart.customer_id == ORLANDO
    assert [(line.sku, line.quantity) for line in cart.lines] == [("HL-U509-R", 3), ("BK-M68S-38", 1)]
    assert (again.copied, again.left_out) == (2, ())
    assert cart.ship_to is not None


async def test_what_is_no_longer_sold_is_said_and_the_rest_is_taken(desk: Desk) -> None:
    first = await desk.submit(await desk.cart("3*HL-U509-R", "1*BK-M68S-38"))
    gone = update(products).where(products.c.sku == "BK-M68S-38").values(sell_until=date(2020, 1, 1))
    desk.office.store.run_here(lambda connection: connection.execute(gone))
    again = await desk.office.reorders.reorder(AGENT, first.order_number)

    cart = await desk.office.carts.get(AGENT, again.call.cart_id)
    assert [line.sku for line in cart.lines] == ["HL-U509-R"]
    [sentence] = again.left_out
    assert sentence.startswith("BK-M68S-38 (")
    assert "is not on sale since 01 January 2020." in sentence


async def test_nothing_is_opened_for_an_order_nobody_knows_or_by_who_takes_no_calls(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.office.reorders.reorder(AGENT, "B9999999")
    with pytest.raises(NotAllowed):
        await desk.office.reorders.reorder(SUPPORT, "B9999999")
    assert await desk.office.carts.calls(AGENT) == ()
