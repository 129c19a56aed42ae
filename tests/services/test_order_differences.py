"""Our snapshot beside the DOM's view: each thing they do not agree on is one sentence."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from backoffice.domain.order import Shipment
from backoffice.external.dom.port import ExternalOrder, ExternalShipment, TransferAddress
from backoffice.services.order_differences import differences
from backoffice.services.order_rows import load_order
from tests.services.desk import Desk
from tests.services.desk_world import NOW
from tests.services.world import AGENT

PARCEL = ExternalShipment(
    shipment_id="p1", status="shipped", carrier="C", tracking="1Z", shipped_at=NOW, quantities=(("l1", 1),)
)
ELSEWHERE = TransferAddress(name="X", line1="1 Other St", city="Reno", postal_code="89501", country="US")


@pytest.mark.parametrize(
    "change, sentence",
    [
        (
            lambda order: replace(order, summary=replace(order.summary, status="R")),
            "Status: authorised here, released at the DOM.",
        ),
        (
            lambda order: replace(order, summary=replace(order.summary, customer_id="7")),
            "Customer: 29485 here, 7 at the DOM.",
        ),
        (lambda order: replace(order, ship_to=ELSEWHERE), "1 Other St, Reno, 89501, US at the DOM."),
        (lambda order: replace(order, shipping=order.shipping + 1), "Shipping: "),
        (
            lambda order: replace(order, lines=(replace(order.lines[0], quantity=2),)),
            "HL-U509-R: quantity 3 here, 2 at the DOM.",
        ),
        (lambda order: replace(order, lines=()), "HL-U509-R: the DOM does not have this line."),
        (
            lambda order: replace(order, lines=(*order.lines, replace(order.lines[0], line_id="x", sku="Y"))),
            "Y: the DOM has a line that was not ordered here.",
        ),
        (
            lambda order: replace(order, shipments=(PARCEL,)),
            "Shipment p1: the DOM sent it, its message has not come yet.",
        ),
        (lambda order: replace(order, ship_method="DRONE"), "DRONE at the DOM."),
    ],
)
async def test_a_difference_is_one_sentence(
    desk: Desk, change: Callable[[ExternalOrder], ExternalOrder], sentence: str
) -> None:
    number = (await desk.ordered("3*HL-U509-R")).order_number
    await desk.run_jobs()
    details = await desk.office.order_history.details(AGENT, number)
    assert details.external is not None
    assert details.local is not None
    assert details.differences == ()
    [said] = differences(details.local, change(details.external))
    assert sentence in said


async def test_a_parcel_known_here_alone_or_further_along_there_is_told(desk: Desk) -> None:
    number = (await desk.ordered("3*HL-U509-R")).order_number
    await desk.run_jobs()
    details = await desk.office.order_history.details(AGENT, number)
    ours = desk.office.store.read_here(lambda connection: load_order(connection, number))
    assert ours is not None
    assert details.external is not None
    parcel = Shipment(
        shipment_id="p1", status="shipped", carrier="C", tracking="1Z", shipped_at=NOW, quantities=()
    )
    with_parcel = replace(ours, shipments=(parcel,))
    assert differences(with_parcel, details.external) == ("Shipment p1: known here, not at the DOM.",)
    delivered = replace(details.external, shipments=(replace(PARCEL, status="delivered"),))
    assert differences(with_parcel, delivered) == ("Shipment p1: shipped here, delivered at the DOM.",)
