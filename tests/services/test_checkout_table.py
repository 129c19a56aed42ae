"""The table of the design, row by row: what each action leaves behind, and that its undo takes just that away.

That each fails in mid-checkout, before and after its work, with all undone in exact reverse, is in test_rollback.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.payment import PaymentMethod, PaymentPlan
from backoffice.domain.pricing import Limits
from backoffice.domain.statuses import CheckoutState
from backoffice.services.checkout.actions.lists import PIPELINE, built_in
from backoffice.services.checkout.events import CheckoutEventHandler, Registered
from backoffice.services.checkout.holding import hold_order
from backoffice.services.checkout.work import Action, Work
from backoffice.store.tables.messages import mails
from backoffice.store.tables.ordering import carts, order_events, order_statuses, orders, payments, transfers
from backoffice.store.tables.people import addresses, audit, customers
from backoffice.store.tables.pricing import coupons, use_counts
from backoffice.store.tables.selling import reservations, ship_methods
from backoffice.store.tables.snapshots import order_data, order_shipments, tax_documents
from tests.services.desk import ON_ACCOUNT, ORLANDO, Desk
from tests.services.rich import rich_cart
from tests.services.selling import certificate, coupon, offer, reward
from tests.services.test_rollback import Stumbling, stumbling
from tests.services.world import AGENT, SUPERVISOR

LINK = PaymentPlan(method=PaymentMethod.LINK, reference="link", label="Payment link")
Trace = Callable[[Desk], Any]
TRACES: dict[str, Trace] = {  # what each reversible action leaves behind; falsy when it is undone
    "createNewOrder": lambda desk: (
        [row for row in desk.rows(orders) if row["status"] != "FAILED"]
        + desk.rows(order_shipments, status="open")
    ),
    "populateOrderData": lambda desk: desk.rows(order_data),
    "populateTemplateOrderPayment": lambda desk: [
        row for row in desk.rows(payments) if row["status"] not in {"voided", "declined"}
    ],
    "authorizePayments": lambda desk: desk.gateway.held(),
    "updateLimitedUsageNumbers": lambda desk: [row for row in desk.rows(use_counts) if row["uses"]],
    "updateOrder": lambda desk: desk.rows(reservations, status="consumed"),
    "commitOrderTax": lambda desk: desk.rows(tax_documents, status="committed"),
    "processCouponCustomerAssignments": lambda desk: [
        row for row in desk.rows(coupons) if row["earned_by_order"]
    ],
    "createNewOrderEvent": lambda desk: desk.rows(order_events) + desk.rows(transfers) + desk.rows(mails),
    "initiateFulfilment": lambda desk: desk.rows(orders, status="C"),
}


async def full_cart(desk: Desk) -> Cart:
    """Rich, with a coupon of limited use, a certificate that pays a part, and a reward to be earned."""
    offer(desk, "autumn", needs_coupon=True, limits=Limits(max_uses=5))
    coupon(desk, "AUTUMN", "autumn", max_uses=3)
    certificate(desk, "GIFT-20", 20)
    reward(desk, "thanks", "autumn", 10)
    cart = await rich_cart(desk)
    shop = desk.office.carts
    cart = await shop.set_coupons(AGENT, cart.cart_id, ("AUTUMN",), version=cart.version)
    cart = await shop.set_gift_certificates(AGENT, cart.cart_id, ("GIFT-20",), version=cart.version)
    return await desk.prepare(cart)


async def test_every_action_leaves_its_trace_and_its_undo_takes_it_away(desk: Desk) -> None:
    cart = await full_cart(desk)
    names = [action.name for action in PIPELINE.reversible]
    without_trace = {
        "createGiftCertificates",
        "subscriptionCreditCheck",
        "capturePayments",
    }  # nothing to do here
    assert set(TRACES) == set(names) - without_trace
    assert not any(trace(desk) for trace in TRACES.values())

    desk.use_actions(stumbling(names[-1], Refusal("Not today."), after=True))
    assert (await desk.submit(cart)).state is CheckoutState.ROLLED_BACK
    await desk.run_jobs(within=timedelta(minutes=5))
    assert {name for name, trace in TRACES.items() if trace(desk)} == set()
    order = desk.order("B1000001")
    history = [row["status"] for row in desk.rows(order_statuses, order_id=order["order_id"])]
    assert history == ["P", "I", "C", "I", "P", "FAILED"], "back by the way it had come"

    desk.use_actions(PIPELINE)
    again = await desk.submit(await desk.prepare(cart))
    assert again.state is CheckoutState.COMPLETED
    assert {name for name, trace in TRACES.items() if not trace(desk)} == set()
    assert len(desk.rows(tax_documents, status="deleted")) == 2, "their numbers stay taken"


@pytest.mark.parametrize("after", [False, True], ids=["before its work", "after its work"])
@pytest.mark.parametrize("name", [action.name for action in PIPELINE.setup])
async def test_refusal_in_the_setup_list_leaves_no_order_and_takes_no_number(
    desk: Desk, name: str, after: bool
) -> None:
    cart = await desk.cart()
    trouble = Refusal("Not today.", advice="Tomorrow.")
    desk.use_actions(
        replace(
            PIPELINE,
            setup=tuple(
                Stumbling(action, trouble, after=after) if action.name == name else action
                for action in PIPELINE.setup
            ),
        )
    )
    result = await desk.submit(cart)

    assert (result.state, result.sentence, result.advice) == (
        CheckoutState.ROLLED_BACK,
        "Not today.",
        "Tomorrow.",
    )
    assert [step.outcome for step in desk.journal(cart.cart_id)][-1] == "failed"
    assert desk.rows(orders) == []
    assert desk.cart_status(cart.cart_id) == "open"
    desk.use_actions(PIPELINE)
    assert (await desk.submit(cart)).order_number == "B1000001"


@dataclass
class NotAtOnce:
    """A finalize action that fails the first times."""

    inner: Action
    troubles: int = 2

    @property
    def name(self) -> str:
        return self.inner.name

    def execute(self, work: Work) -> None:
        self.inner.execute(work)
        if self.troubles:
            self.troubles -= 1
            message = "not now"
            raise RuntimeError(message)

    def undo(self, work: Work) -> None:
        """Finalize actions are not undone."""


@pytest.mark.parametrize("name", [action.name for action in PIPELINE.finalize])
async def test_finalize_action_that_fails_keeps_the_order_and_is_done_later(desk: Desk, name: str) -> None:
    late = tuple(NotAtOnce(action) if action.name == name else action for action in PIPELINE.finalize)
    desk.use_actions(replace(PIPELINE, finalize=late))
    cart = await desk.cart()
    assert (await desk.submit(cart)).state is CheckoutState.COMPLETED
    await desk.run_jobs(within=timedelta(minutes=5))
    assert desk.cart_status(cart.cart_id) == "ordered"
    assert [row["status"] for row in desk.rows(orders)] == ["C"]


def hide_setup(desk: Desk, *names: str) -> None:
    """Leave these out, as a store's settings could."""
    desk.use_actions(
        replace(PIPELINE, setup=tuple(action for action in PIPELINE.setup if action.name not in names))
    )


def put(desk: Desk, cart: Cart, **columns: object) -> None:
    desk.do(
        lambda connection: connection.execute(
            update(carts).where(carts.c.cart_id == cart.cart_id).values(**columns)
        )
    )


async def test_shipping_information_looks_at_every_shipment(desk: Desk) -> None:
    cart = await desk.prepare(await rich_cart(desk))
    [second] = desk.row(carts, cart_id=cart.cart_id)["more_shipments"]

    put(desk, cart, more_shipments=[{**second, "ship_to": None}])
    assert (await desk.submit(cart)).sentence == "Where does shipment 2 go?"
    put(desk, cart, more_shipments=[second])
    desk.do(
        lambda connection: connection.execute(
            delete(ship_methods).where(ship_methods.c.code == second["ship_method"])
        )
    )
    assert (
        await desk.submit(cart)
    ).sentence == f"The ship method “{second['ship_method']}” is no longer offered."


async def test_stock_checker_refuses_an_empty_cart_by_itself(desk: Desk) -> None:
    hide_setup(desk, "shippingInformation")
    cart = await desk.cart()
    cart = await desk.office.carts.remove_line(
        AGENT, cart.cart_id, cart.lines[0].line_id, version=cart.version
    )
    assert (await desk.submit(cart)).sentence == "The cart is empty."


async def test_order_without_an_address_is_refused_whoever_looked_before(desk: Desk) -> None:
    hide_setup(desk, "shippingInformation", "updateCustomer")
    cart = await desk.cart()
    put(desk, cart, ship_to=None)
    result = await desk.submit(cart)
    assert "no address to send it to" in result.sentence
    assert desk.rows(orders) == []


async def test_order_of_a_cart_nobody_prepared_is_refused_whoever_looked_before(desk: Desk) -> None:
    hide_setup(desk, "stockChecker", "giftCertificateBalanceChecker")
    result = await desk.submit(await desk.built())
    assert result.sentence == "The cart is not prepared."


async def test_customer_who_is_gone_is_told(desk: Desk) -> None:
    cart = await desk.cart()
    put(desk, cart, customer_id="gone")
    assert (await desk.submit(cart)).sentence == "The customer of this cart does not exist any more."
    assert desk.rows(customers, customer_id="gone") == []


async def test_address_given_for_this_order_is_kept_for_the_next_call_once(desk: Desk) -> None:
    before = desk.rows(addresses, customer_id=ORLANDO)
    cart = await desk.built()
    assert cart.ship_to is not None
    new = replace(cart.ship_to, address_id="typed", line1="1 New Street")  # type: ignore[arg-type] # wrong on purpose
    cart = await desk.office.carts.set_ship_to(AGENT, cart.cart_id, new, version=cart.version)
    cart = await desk.office.carts.set_bill_to(AGENT, cart.cart_id, new, version=cart.version)
    assert (await desk.submit(await desk.prepare(cart))).state is CheckoutState.COMPLETED

    added = [row for row in desk.rows(addresses, customer_id=ORLANDO) if row not in before]
    assert [row["line1"] for row in added] == ["1 New Street"]
    assert [row["action"] for row in desk.rows(audit)].count("address.added") == 1

    again = await desk.built()
    again = await desk.office.carts.set_ship_to(AGENT, again.cart_id, new, version=again.version)
    await desk.submit(await desk.prepare(again))
    assert len(desk.rows(addresses, customer_id=ORLANDO)) == len(before) + 1


class Holding(CheckoutEventHandler):
    """Holds every order."""

    def pre_checkout_order_persist(self, work: Work) -> None:
        hold_order(work, "Somebody should look at the address.")


HELD = replace(
    built_in((Registered(handler=Holding(), name="hold", package="acme"),)),
    finalize=PIPELINE.finalize,
)


async def test_held_order_is_not_sent_until_a_supervisor_releases_it(desk: Desk) -> None:
    desk.use_actions(HELD)
    number = (await desk.ordered()).order_number
    assert desk.order(number)["status"] == "A"
    held = desk.transfer(number)
    assert (held["status"], held["reason"]) == ("held", "Somebody should look at the address.")
    await desk.run_jobs(within=timedelta(hours=1))
    assert desk.dom.sent == []

    await desk.office.transfers.release(SUPERVISOR, number, version=held["version"])
    assert desk.order(number)["status"] == "C"
    await desk.run_jobs(within=timedelta(hours=1))
    assert desk.transfer(number)["status"] == "transferred"
    assert len(desk.dom.sent) == 1


@pytest.mark.parametrize(
    "pay, waits", [(ON_ACCOUNT, "A"), (LINK, "M")], ids=["held", "waits for its payment"]
)
async def test_what_is_not_released_is_taken_back_all_the_same(
    desk: Desk, pay: PaymentPlan, waits: str
) -> None:
    lists = HELD if waits == "A" else PIPELINE
    last = Stumbling(lists.reversible[-1], Refusal("Not today."), after=True)
    desk.use_actions(replace(lists, reversible=(*lists.reversible[:-1], last)))
    cart = await desk.cart(pay=pay)

    assert (await desk.submit(cart)).state is CheckoutState.ROLLED_BACK

    order = desk.order("B1000001")
    history = [row["status"] for row in desk.rows(order_statuses, order_id=order["order_id"])]
    assert history == ["P", "I", waits, "I", "P", "FAILED"]
    await desk.run_jobs(within=timedelta(hours=1))
    assert desk.dom.sent == []
    assert desk.cart_status(cart.cart_id) == "open"
