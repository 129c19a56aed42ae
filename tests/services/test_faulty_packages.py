"""What a package does wrong, and what its handlers may say: nothing of it can tear a checkout."""

import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from backoffice.domain.errors import Refusal
from backoffice.domain.statuses import CheckoutState
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.checkout.events import CheckoutEventHandler
from backoffice.services.checkout.plugins import Add
from backoffice.services.checkout.work import Work
from backoffice.services.notes import add_note
from backoffice.store.tables.messages import notes
from backoffice.store.tables.ordering import orders
from tests.services.desk import CARD, ON_ACCOUNT, Desk
from tests.services.test_actions_of_packages import Vetoing, of_acme, undone


@dataclass(frozen=True)
class Doing:
    """A local action of a package's."""

    what: str
    name: str = "doSomething"

    def execute(self, work: Work) -> None:
        add_note(work.connection, work.actor, work.order_number, "Stamped.", at=work.now)
        if self.what == "commits":
            work.connection.commit()
        elif self.what == "rolls back":
            work.connection.rollback()
        elif self.what == "misspells":
            work.connection.execute(text("INSERT INTO full_of_nothing VALUES (1)"))
        elif self.what == "is slow":
            time.sleep(1.1)
        else:
            raise ZeroDivisionError(self.what)

    def undo(self, work: Work) -> None:
        """Nothing stays of it."""


@pytest.mark.parametrize("what", ["commits", "rolls back", "misspells", "stumbles"])
@pytest.mark.parametrize("pay", [ON_ACCOUNT, CARD], ids=["on account", "card"])
async def test_whatever_a_package_does_wrong_nothing_of_the_checkout_is_kept(
    desk: Desk, what: str, pay: object
) -> None:
    desk.use_actions(of_acme(Add(Doing(what), after="updateOrder")))
    cart = await desk.cart(pay=CARD if pay is CARD else ON_ACCOUNT)

    with capture_logs() as logs:
        result = await desk.submit(cart)

    assert result.state is CheckoutState.ROLLED_BACK
    assert "inside the extension “acme”" in result.sentence
    assert [log["package"] for log in logs if log["event"] == "checkout action failed"] == ["acme"]
    assert undone(desk, cart.cart_id)[:2] == ["doSomething", "updateOrder"]
    assert desk.rows(notes) == []
    await desk.run_jobs(within=timedelta(minutes=5))
    assert desk.gateway.held() == 0
    desk.assert_nothing_held()
    desk.use_actions(PIPELINE)
    assert (await desk.submit(await desk.prepare(cart))).state is CheckoutState.COMPLETED


async def test_slow_action_is_named_in_the_log(desk: Desk) -> None:
    desk.use_actions(
        of_acme(
            Add(Doing("is slow"), after="updateOrder"), Add(Doing("is slow", "wait"), after="preCheckout")
        )
    )
    with capture_logs() as logs:
        assert (await desk.ordered()).state is CheckoutState.COMPLETED
    slow = [(log["action"], log["package"]) for log in logs if log["event"] == "checkout action is slow"]
    assert {("wait", "acme"), ("doSomething", "acme")} <= set(slow)


async def test_handler_may_veto_and_everything_is_undone(desk: Desk) -> None:
    desk.use_actions(of_acme(handlers=(Vetoing("Not to this customer."),)))
    cart = await desk.cart(pay=CARD)

    result = await desk.submit(cart)

    assert (result.state, result.sentence) == (CheckoutState.ROLLED_BACK, "Not to this customer.")
    assert undone(desk, cart.cart_id)[0] == "updateOrder"
    await desk.run_jobs(within=timedelta(minutes=5))
    assert desk.gateway.held() == 0


class Before(CheckoutEventHandler):
    def pre_checkout(self, work: Work) -> None:
        assert work.order_number == ""
        raise Refusal("Closed on Sundays.")


async def test_handler_may_stop_a_checkout_before_it_begins(desk: Desk) -> None:
    desk.use_actions(of_acme(handlers=(Before(),)))
    result = await desk.submit(await desk.cart())
    assert (result.state, result.sentence) == (CheckoutState.ROLLED_BACK, "Closed on Sundays.")
    assert desk.rows(orders) == []


@dataclass
class Telling(CheckoutEventHandler):
    """Notes each order it is told of, after some troubles."""

    troubles: int = 0

    def post_checkout(self, work: Work) -> None:
        add_note(work.connection, work.actor, work.order_number, "Told.", at=work.now)
        if self.troubles:
            self.troubles -= 1
            work.connection.execute(text("SELECT * FROM nowhere"))


async def test_handler_after_the_order_is_told_until_it_succeeds_and_keeps_no_other_waiting(
    desk: Desk,
) -> None:
    first, second = Telling(troubles=2), Telling()
    desk.use_actions(of_acme(handlers=(first, second)))
    with capture_logs() as logs:
        result = await desk.ordered()
    assert result.state is CheckoutState.COMPLETED
    assert len(desk.rows(notes)) == 1
    assert [log["package"] for log in logs if log["event"] == "checkout event handler failed"] == ["acme"]

    await desk.run_jobs(within=timedelta(minutes=5))

    assert len(desk.rows(notes)) == 2
    assert len(desk.rows(orders)) == 1
