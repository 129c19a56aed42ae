"""Whatever is typed, pasted or received where: no card number is kept.

Every public call of every service that takes a text is found by its signature and made with a card number in each of
its texts, one at a time; afterwards invariant 6 looks into every table and file. A new call is walked as soon as it is.
"""

import dataclasses
import inspect
import json
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backoffice.bootstrap import BackOffice
from backoffice.domain.cart import Cart
from backoffice.domain.catalog import Product
from backoffice.domain.customer import Address, AddressDraft, CustomerDraft
from backoffice.domain.errors import Refusal
from backoffice.domain.failed_checkout import FailedStanding
from backoffice.domain.history import OrderSearchCriteria
from backoffice.domain.ids import Sku, new_id
from backoffice.domain.lock import LockKind, Subject
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan, holds_card_number
from backoffice.domain.staff import Approval, Right, Role
from backoffice.external.signing import sign
from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from backoffice.services.free_text import CARD_SENTENCE
from backoffice.services.mail_texts import Occasion
from backoffice.services.order_sync import OrderSync
from backoffice.store.tables.ordering import order_lines, shipments
from backoffice.store.tables.people import audit
from tests.services.desk import CARD, ORLANDO, Desk
from tests.services.pushes import SECRET, a_parcel, signed, sync_order
from tests.services.test_pay_by_link import service as payments_of
from tests.services.world import AGENT, SUPERVISOR

NUMBERS = ("4242 4242 4242 4242", "5105105105105100", "3782-822463-10005")
SERVICES = {
    field: kind
    for field, kind in typing.get_type_hints(BackOffice).items()
    if inspect.isclass(kind) and kind.__module__.startswith("backoffice.services") and field != "pipeline"
}
TEXT_VALUES = (Address, AddressDraft, CustomerDraft, PaymentPlan, Approval, Subject)
NOT_TYPED = {"cursor", "after"}  # made and read by the program alone
NOT_CALLS = {"close", "start", "demo_logins"}


@dataclass(frozen=True)
class Entry:
    """One text of one call: ``field`` is of the value the parameter takes, "" for the parameter itself."""

    service: str
    call: str
    parameter: str
    field: str = ""


def entries() -> Iterator[Entry]:
    for service, kind in sorted(SERVICES.items()):
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if name.startswith("_") or name in NOT_CALLS:
                continue
            hints = typing.get_type_hints(method)
            for parameter in inspect.signature(method).parameters:
                if parameter not in {"self", "actor", *NOT_TYPED}:
                    for field in sorted(set(text_fields(hints[parameter])) - NOT_TYPED):
                        yield Entry(service, name, parameter, field)


def text_fields(kind: Any) -> list[str]:  # noqa: ANN401 - any annotation
    """The texts a parameter of this type can hold; [""] when it is a text itself."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return [field for one in typing.get_args(kind) for field in text_fields(one)]
    if typing.get_origin(kind) is tuple:
        return text_fields(typing.get_args(kind)[0])
    while isinstance(kind, typing.NewType):
        kind = kind.__supertype__
    if kind in {str, bytes}:
        return [""]
    if dataclasses.is_dataclass(kind) and kind is not Money:  # a currency is checked by the value itself
        hints = typing.get_type_hints(kind)
        return [field.name for field in dataclasses.fields(kind) if text_fields(hints[field.name]) == [""]]
    return []


ENTRIES = list(entries())


class Typist:
    """Makes every call on a desk, with good values but for one."""

    def __init__(self, desk: Desk, order_number: str) -> None:
        self.desk = desk
        self.order_number = order_number
        self.files = 0
        self.cart: Cart | None = None
        self.draft: CustomerDraft | AddressDraft = CustomerDraft()
        self.product: Product | None = None

    async def try_out(self, entry: Entry, number: str) -> str:
        """Make the call; return what was said against it, "" when nothing was."""
        service = self.service(entry.service)
        method = getattr(service, entry.call)
        hints = typing.get_type_hints(method)
        cart = self.cart or await self.desk.cart("1*HL-U509-R", pay=CARD)
        self.cart = None if entry.service in {"carts", "checkout"} else cart
        values: dict[str, Any] = {}
        self.product = await self.desk.office.catalog.get(Sku("HL-U509-R"))
        kind = hints.get("draft")
        if kind is AddressDraft:
            self.draft = AddressDraft(
                line1="1 Main Street", city="Seattle", region="WA", postal_code="98104", country="US"
            )
        else:
            self.draft = CustomerDraft(last_name="Gee", phone="+1 206 555 0100")
        for name, parameter in inspect.signature(method).parameters.items():
            if name == "actor":
                values[name] = AGENT if entry.service in {"carts", "checkout"} else SUPERVISOR
            elif name == entry.parameter:
                values[name] = self.spoilt(entry, cart, number)
            elif parameter.default is inspect.Parameter.empty:
                values[name] = self.good(name, cart)
        try:
            came = method(**values)
            if inspect.isawaitable(came):
                await came
        except Refusal as refusal:
            self.cart = cart  # as it was
            return refusal.sentence
        return ""

    def service(self, name: str) -> Any:  # noqa: ANN401 - any service
        if name == "payments":
            return payments_of(self.desk)
        if name == "order_sync":
            desk = self.desk
            return OrderSync(desk.office.store, desk.jobs(), secrets=[SECRET], clock=desk.clock)
        return getattr(self.desk.office, name)

    def spoilt(self, entry: Entry, cart: Cart, number: str) -> Any:  # noqa: ANN401 - what the call takes
        good = self.good(entry.parameter, cart)
        if entry.field:
            one = good[0] if isinstance(good, tuple) else good
            spoilt = dataclasses.replace(one, **{entry.field: number})
            return (spoilt,) if isinstance(good, tuple) else spoilt
        if isinstance(good, tuple):
            return (number,)
        if isinstance(good, bytes):
            return json.dumps({"bodId": number, "note": number}).encode()
        return number

    def good(self, name: str, cart: Cart) -> Any:  # noqa: ANN401 - what the call takes
        address = cart.ship_to
        assert address is not None
        if name == "draft":
            return self.draft
        if name == "criteria":
            return OrderSearchCriteria()
        if name == "product":
            return self.product
        if name == "headers":
            return sign(SECRET, message_id=new_id(), now=self.desk.clock.now, body=b"{}")
        if name == "path":
            self.files += 1
            return Path(str(self.desk.office.settings.data_dir)) / f"export-{self.files}.csv"
        return {
            "about": "",
            "action": "",
            "address": address,
            "address_id": "1",
            "after": "",
            "approval": Approval(login="bob", password="wrong"),
            "attempt_id": "1",
            "before": "",
            "body": b"{}",
            "call_id": cart.call_id,
            "cart_id": cart.cart_id,
            "cause": "",
            "code": "CARGO TRANSPORT 5",
            "codes": ("SPRING",),
            "country": "US",
            "customer_id": ORLANDO,
            "desk": "desk-1",
            "kind": "",
            "line": "status:S",
            "line_id": cart.lines[0].line_id,
            "lines": (),
            "locale": "en_US",
            "login": "carol",
            "mail_id": "1",
            "message_id": "1",
            "move_id": "1",
            "name": "Carol",
            "occasion": Occasion.CONFIRMATION,
            "order_number": self.order_number,
            "password": "correct horse battery",
            "plans": (PaymentPlan(method=PaymentMethod.CARD, reference="card_approves", label="Visa"),),
            "progress": lambda _: None,
            "quantity": 1,
            "reason": "The customer asked for it.",
            "reason_code": "price_match",
            "role": Role.AGENT,
            "right": Right.OVERRIDE_PRICE,
            "seen": FailedStanding.STUCK,
            "ship_method": "CARGO TRANSPORT 5",
            "shipment_id": "1",
            "sku": "HL-U509-R",
            "staff_id": "1",
            "subject": Subject(kind=LockKind.ORDER, name=self.order_number),
            "tell": True,
            "text": "Leave it at the gate.",
            "unit_price": Money(100, "USD"),
            "version": cart.version,
        }[name]


def kept(desk: Desk) -> list[str]:
    """Where invariant 6 finds a card number."""
    ledgers = Ledgers(
        now=desk.clock(), quiet=False, payments=None, dom=None, files=desk.office.settings.data_dir
    )
    found = desk.office.store.read_here(lambda connection: check_all(connection, ledgers))
    [six] = [one for one in found if one.invariant.number == 6]
    assert six.state in {"holds", "broken"}
    return [violation.subject for violation in six.violations]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_no_call_of_any_service_keeps_a_card_number(desk: Desk) -> None:
    number = (await desk.ordered("1*HL-U509-R")).order_number
    typist = Typist(desk, number)
    for place, entry in enumerate(ENTRIES):
        await typist.try_out(entry, NUMBERS[place % len(NUMBERS)])
    assert kept(desk) == [], suspects(desk)


FREE_TEXTS = (
    Entry("carts", "cancel_cart", "reason"),
    Entry("carts", "set_notes", "text"),
    Entry("carts", "set_ship_to", "address", "line1"),
    Entry("carts", "set_coupons", "codes"),
    Entry("carts", "set_payments", "plans", "reference"),
    Entry("carts", "set_payments", "plans", "label"),
    Entry("customers", "add", "draft", "company"),
    Entry("order_history", "add_note", "text"),
    Entry("orders", "cancel", "reason"),
    Entry("payments", "cancel_link", "reason"),
    Entry("payments", "seen_to", "reason"),
    Entry("saved_searches", "save", "name"),
    Entry("saved_searches", "save", "line"),
    Entry("staff", "add", "name"),
    Entry("transfers", "give_up", "reason"),
)


@pytest.mark.parametrize("entry", FREE_TEXTS, ids=str)
async def test_a_free_text_says_why_it_does_not_take_a_card_number(desk: Desk, entry: Entry) -> None:
    assert entry in ENTRIES
    number = (await desk.ordered("1*HL-U509-R")).order_number
    said = await Typist(desk, number).try_out(entry, NUMBERS[0])
    assert "card number" in said


async def test_a_message_of_the_dom_is_kept_without_the_card_number_in_it(desk: Desk) -> None:
    number = (await desk.ordered("3*HL-U509-R")).order_number
    line: str = desk.rows(order_lines)[0]["line_id"]
    body = json.loads(
        sync_order(
            "m-1", 1, "R", number=number, shipments=[a_parcel("s1", (line, 1))], complete=False
        ).decode()
    )
    body["order"]["shipments"][0]["carrier"] = NUMBERS[0]
    body["order"]["customerName"] = NUMBERS[1]
    sent = json.dumps(body).encode()
    desk_sync = OrderSync(desk.office.store, desk.jobs(), secrets=[SECRET], clock=desk.clock)
    receipt = await desk_sync.receive_order(sent, signed(sent, at=desk.clock.now))
    assert receipt.outcome.value == "applied"
    assert kept(desk) == []
    [parcel] = desk.rows(shipments)
    assert "not kept" in parcel["carrier"]


def test_the_walk_would_notice() -> None:
    assert {entry.service for entry in ENTRIES} >= {
        "carts",
        "customers",
        "orders",
        "payments",
        "staff",
        "transfers",
    }
    assert CARD_SENTENCE.startswith("This looks like a card number.")


def suspects(desk: Desk) -> list[str]:
    """The audit rows that hold one, to see which call it was."""
    return [
        f"{row['action']} {row['subject']} {row['detail']}"
        for row in desk.rows(audit)
        if holds_card_number(f"{row['subject']} {json.dumps(row['detail'])}")
    ]
