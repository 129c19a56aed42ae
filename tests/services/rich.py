"""A cart with something of everything an order can have."""

from dataclasses import replace

from sqlalchemy import Connection, update

from backoffice.domain.cart import Cart, CartShipment, LineOverride
from backoffice.domain.customer import Address
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.services.codec import pack
from backoffice.store.tables.ordering import cart_lines, carts
from tests.services.desk import CARD, ON_ACCOUNT, ORLANDO, Desk
from tests.services.world import AGENT, SUPERVISOR

PART = PaymentPlan(
    method=PaymentMethod.CARD, reference=CARD.reference, label=CARD.label, amount=Money(5000, "USD")
)


async def elsewhere(desk: Desk) -> Address:
    """Another of Orlando's addresses."""
    customer = await desk.office.customers.get(AGENT, ORLANDO)
    return replace(customer.addresses[0], line1="99 Second Street", city="Toronto", region="ON", country="CA")


async def rich_cart(desk: Desk) -> Cart:
    """Two shipments, a price by hand, extra data, paid by card and on account; not prepared."""
    cart = await desk.built("12*HL-U509-R", "1*BK-M68S-38", pay=(PART, ON_ACCOUNT))
    second = CartShipment(shipment_id="2", ship_to=await elsewhere(desk), ship_method="OVERNIGHT J-FAST")
    override = LineOverride(
        unit_price=Money(1234, "USD"),
        reason_code="damaged",
        set_by=AGENT.staff_id,
        approved_by=SUPERVISOR.staff_id,
    )

    def write(connection: Connection) -> None:
        connection.execute(
            update(carts)
            .where(carts.c.cart_id == cart.cart_id)
            .values(
                more_shipments=[pack(second)], data=[["gift note", "Happy birthday"], ["campaign", "spring"]]
            )
        )
        connection.execute(
            update(cart_lines).where(cart_lines.c.line_id == cart.lines[1].line_id).values(shipment_id="2")
        )
        connection.execute(
            update(cart_lines)
            .where(cart_lines.c.line_id == cart.lines[1].line_id)
            .values(override=pack(override))
        )

    desk.do(write)
    return await desk.office.carts.get(AGENT, cart.cart_id)
