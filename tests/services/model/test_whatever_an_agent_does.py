"""Whatever agents do, in whatever order and at whatever time: orders, stock and money are what a small model says.

A hypothesis state machine over the whole service layer: a real SQLite file, a bank and a DOM in memory, a clock moved
by hand. Each step is compared with the model; at the end all work runs out and every invariant of `check` must hold.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Conflict, Refusal
from backoffice.domain.ids import Sku
from backoffice.domain.inventory import InventorySystem
from backoffice.domain.outcome import Unknown, Unreachable
from backoffice.domain.statuses import CheckoutState
from backoffice.store.tables.ordering import orders
from tests.services.desk import CARD, DECLINED, LATE, ON_ACCOUNT, ORLANDO, Desk
from tests.services.model.books import broken
from tests.services.model.small_model import COUPON_USES, PAYS, SKUS, CartModel, Shop
from tests.services.selling import coupon, offer
from tests.services.world import AGENT

T = TypeVar("T")
_PLANS = {"account": ON_ACCOUNT, "card": CARD, "declined": DECLINED, "late": LATE}
COUPON = "ONCE"
_PRICE_LOCK = timedelta(minutes=15)
_CARTS = st.integers(0, 1)
_HAPPENINGS = ("bank trouble", "bank decides", "time", "work", "housekeeping", "call dropped")
_LONG = timedelta(days=2)


class Agents(RuleBasedStateMachine):
    """Up to three calls at once, everything an agent, a bank and a clock can do to them."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.place = Path(tempfile.mkdtemp(prefix="agents-"))
        self.desk: Desk = self.do(Desk.open(self.place, self.template))

    def do(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        return self.loop.run(whole())

    @initialize(pieces=st.integers(2, 8))
    def open_shop(self, pieces: int) -> None:
        self.desk.use(InventorySystem.NON_ATP, price_lock=_PRICE_LOCK, hold=_PRICE_LOCK)
        self.shop = Shop(prices={}, stock={})
        for number, sku in enumerate(SKUS):
            self.desk.own_stock(sku, pieces + number)
            self.shop.stock[sku] = pieces + number
            self.change_price(sku, 1000 + number)
        offer(self.desk, "ten", needs_coupon=True)
        coupon(self.desk, COUPON, "ten", max_uses=COUPON_USES)
        self.open_call()
        self.open_call()

    def cart(self, which: int) -> CartModel | None:
        open_carts = [cart for cart in self.shop.carts if cart.state in {"open", "checking"}]
        return open_carts[which] if which < len(open_carts) else None

    # What an agent does.

    @precondition(lambda self: len([one for one in self.shop.carts if one.state == "open"]) < 3)
    @rule()
    def open_call(self) -> None:
        shop = self.desk.office.carts
        call = self.do(shop.open_call(AGENT, customer_id=ORLANDO))
        cart = self.do(shop.get(AGENT, call.cart_id))
        cart = self.do(shop.set_payments(AGENT, cart.cart_id, (ON_ACCOUNT,), version=cart.version))
        self.shop.carts.append(CartModel(call_id=call.call_id, cart=cart))

    @rule(which=_CARTS, sku=st.sampled_from(SKUS), quantity=st.integers(1, 4))
    def add(self, which: int, sku: str, quantity: int) -> None:
        cart = self.cart(which)
        if cart is None:
            return
        wanted = cart.lines.get(sku, 0) + quantity
        expected = "" if cart.state == "open" else "in_checkout"
        if not expected and self.shop.free(sku) < wanted:
            expected = "short"
        said = self.said(
            lambda: self.desk.office.carts.add_line(
                AGENT, cart.cart_id, Sku(sku), quantity, version=cart.cart.version
            ),
            cart,
        )
        assert said == expected
        if not said:
            cart.lines[sku] = wanted
            cart.changed = True

    @rule(which=_CARTS, sku=st.sampled_from(SKUS))
    def take_out(self, which: int, sku: str) -> None:
        cart = self.cart(which)
        line = next((line for line in cart.cart.lines if line.sku == sku), None) if cart else None
        if cart is None or line is None:
            return
        said = self.said(
            lambda: self.desk.office.carts.remove_line(
                AGENT, cart.cart_id, line.line_id, version=cart.cart.version
            ),
            cart,
        )
        assert said == ("" if cart.state == "open" else "in_checkout")
        if not said:
            del cart.lines[sku]
            cart.changed = True

    @rule(which=_CARTS, pay=st.sampled_from(PAYS))
    def choose_payment(self, which: int, pay: str) -> None:
        cart = self.cart(which)
        if cart is None:
            return
        said = self.said(
            lambda: self.desk.office.carts.set_payments(
                AGENT, cart.cart_id, (_PLANS[pay],), version=cart.cart.version
            ),
            cart,
        )
        assert said == ("" if cart.state == "open" else "in_checkout")
        if not said:
            cart.pay = pay

    @rule(which=_CARTS)
    def enter_coupon(self, which: int) -> None:
        cart = self.cart(which)
        if cart is None:
            return
        said = self.said(
            lambda: self.desk.office.carts.set_coupons(
                AGENT, cart.cart_id, (COUPON,), version=cart.cart.version
            ),
            cart,
        )
        assert said == ("" if cart.state == "open" else "in_checkout")
        if not said:
            cart.has_coupon = cart.changed = True

    @rule(which=_CARTS)
    def prepare(self, which: int) -> None:
        cart = self.cart(which)
        if cart is None:
            return
        said = self.said(lambda: self.desk.prepare(cart.cart), cart)
        expected = "incomplete" if not cart.lines else ""
        assert said == (expected if cart.state == "open" else "in_checkout")
        if not said:
            prepared = cart.cart.prepared
            assert prepared is not None
            self.shop.prepare(
                cart, now=prepared.prepared_at, total=prepared.totals.total.minor, price_lock=_PRICE_LOCK
            )
            assert prepared.totals.items.minor == cart.items()
            assert cart.promise is not None
            assert any(offer.coupon_code == COUPON for offer in prepared.offers) is cart.promise.by_coupon

    @rule(which=_CARTS, stale=st.booleans())
    def submit(self, which: int, stale: bool) -> None:
        cart = self.cart(which)
        if cart is None:
            return
        version = cart.cart.version - stale
        good, used_up = cart.may_be_submitted(self.desk.clock.now), self.shop.is_used_up(cart)
        submitted = self.desk.submitter.submit(AGENT, cart.cart_id, version=version)
        if stale and cart.state == "open":
            with pytest.raises(Conflict):
                self.do(submitted)
            return
        before = cart.state
        result = self.do(submitted)
        if before == "checking":
            assert result.state is CheckoutState.CHECKING
            return
        if not good:
            assert result.state is CheckoutState.ROLLED_BACK
            assert result.order_number == ""
            return
        self.read(cart, result.state, result.order_number)
        if cart.pay == "account":
            assert result.state is (CheckoutState.ROLLED_BACK if used_up else CheckoutState.COMPLETED)

    @precondition(lambda self: any(cart.state == "ordered" for cart in self.shop.carts))
    @rule()
    def submit_again(self) -> None:
        cart = next(cart for cart in self.shop.carts if cart.state == "ordered")
        result = self.do(self.desk.submitter.submit(AGENT, cart.cart_id, version=cart.cart.version))
        assert (result.state, result.order_number) == (CheckoutState.COMPLETED, cart.number)

    @rule(which=_CARTS, sku=st.sampled_from(SKUS), quantity=st.integers(1, 3), pay=st.sampled_from(PAYS))
    def take_an_order(self, which: int, sku: str, quantity: int, pay: str) -> None:
        """The usual way, in one breath; alone, random steps would seldom get there."""
        self.add(which, sku, quantity)
        self.choose_payment(which, pay)
        self.prepare(which)
        self.submit(which, stale=False)

    def drop_call(self) -> None:
        cart = next((cart for cart in self.shop.carts if cart.state == "open"), None)
        if cart is not None:
            self.do(self.desk.office.carts.close_call(AGENT, cart.call_id))
            cart.state, cart.promise = "dropped", None

    # What the world does.

    @rule(sku=st.sampled_from(SKUS), price=st.integers(100, 500_000))
    def change_price(self, sku: str, price: int) -> None:
        self.desk.change_product(sku, list_price=price)
        self.shop.prices[sku] = price

    @rule(happens=st.sampled_from(_HAPPENINGS), other=st.booleans())
    def something_happens(self, happens: str, other: bool) -> None:
        match happens:
            case "bank trouble":
                self.bank_has_trouble(acts_all_the_same=other)
            case "bank decides":
                self.bank_decides(approves=other)
            case "time":
                self.desk.clock.pass_time(timedelta(minutes=16 if other else 1))
            case "work":
                self.do(self.desk.run_jobs())
                self.look()
            case "call dropped":
                self.drop_call()
            case "housekeeping":
                self.do(self.desk.office.maintenance.run_once())
                self.shop.sweep(self.desk.clock.now)

    def bank_has_trouble(self, *, acts_all_the_same: bool) -> None:
        if acts_all_the_same:
            self.desk.gateway.script("authorise", Unknown(reason="No answer."), effect=True)
            self.desk.gateway.script("find", Unknown(reason="No answer."))
        else:
            self.desk.gateway.script("authorise", Unreachable(reason="Down."))

    def bank_decides(self, *, approves: bool) -> None:
        for payment in list(self.desk.gateway.payments.values()):
            if payment.status == "pending":
                self.desk.gateway.decide(payment.reference, "" if approves else "insufficient_funds")

    # What is seen.

    def said(self, ask: Callable[[], Awaitable[Cart]], cart: CartModel) -> str:
        """Keep the cart it returns; return the code of a refusal, "" for none."""
        try:
            cart.cart = self.do(ask())
        except Refusal as refusal:
            return refusal.code or refusal.sentence
        return ""

    def read(self, cart: CartModel, state: CheckoutState, number: str) -> None:
        if state is CheckoutState.COMPLETED:
            assert cart.pay != "declined"
            assert not self.shop.is_used_up(cart)
            self.shop.order(cart, number)
        elif state is CheckoutState.CHECKING:
            cart.state = "checking"
        else:
            assert cart.pay != "account" or self.shop.is_used_up(cart)
            cart.state = "open"

    def look(self) -> None:
        """What was not known may be known now."""
        for cart in self.shop.carts:
            if cart.state == "checking":
                result = self.do(self.desk.office.checkout.result(AGENT, cart.cart_id))
                assert result is not None
                self.read(cart, result.state, result.order_number)

    @invariant()
    def orders_are_those_of_the_model(self) -> None:
        live = {
            row["number"]: (row["items"], row["total"])
            for row in self.desk.rows(orders)
            if row["status"] not in {"FAILED", "P"}
        }
        assert live == {
            cart.number: (cart.items(), cart.promise.total)
            for cart in self.shop.carts
            if cart.state == "ordered" and cart.promise is not None
        }

    @invariant()
    def stock_is_that_of_the_model(self) -> None:
        for sku in SKUS:
            assert self.desk.held_locally(sku) == (self.shop.stock[sku], self.shop.reserved(sku))

    def teardown(self) -> None:
        try:
            self.bank_decides(approves=True)
            for _ in range(3):
                self.do(self.desk.run_jobs(within=_LONG))
                self.do(self.desk.office.maintenance.run_once())
            self.look()
            assert broken(self.desk) == {}
            taken = {cart.number for cart in self.shop.carts if cart.state == "ordered"}
            paid = {
                payment.reference.rpartition("-")[0]
                for payment in self.desk.gateway.payments.values()
                if payment.authorised
            }
            assert paid <= taken
        finally:
            self.do(self.desk.close())
            self.loop.close()
            shutil.rmtree(self.place)


@pytest.fixture(autouse=True)
def _template(demo_database: Path) -> None:
    Agents.template = demo_database


class TestAgents(Agents.TestCase):  # type: ignore[misc, valid-type]  # hypothesis makes the class
    settings = settings(
        max_examples=25,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
