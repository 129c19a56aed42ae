"""Orders to look at, and a history that answers when told to: for states a real DOM is rarely in."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from backoffice.domain.cart import Totals
from backoffice.domain.customer import Address
from backoffice.domain.errors import Conflict, Refusal
from backoffice.domain.history import DomView, MailRow, OrderPage, OrderSearchCriteria, SavedSearch
from backoffice.domain.ids import (
    AddressId,
    AttemptId,
    CartId,
    CustomerId,
    LineId,
    OrderId,
    OrderNumber,
    PaymentId,
    Sku,
    StaffId,
)
from backoffice.domain.money import Money
from backoffice.domain.order import Order, OrderLine, OrderRow, Shipment, TimelineEntry
from backoffice.domain.payment import Payment, PaymentMethod
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import OrderStatus, PaymentStatus, TransferStatus
from backoffice.domain.transfer import Attempt, Transfer
from backoffice.external.dom.port import (
    ExternalLine,
    ExternalOrder,
    ExternalShipment,
    HistoryRow,
    TransferAddress,
)
from backoffice.services.order_history import OrderDetails

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
SUPPORT = Actor(staff_id=StaffId("s1"), name="Sam", role=Role.SUPPORT, desk="desk 2")
SUPERVISOR = Actor(staff_id=StaffId("s2"), name="Sue", role=Role.SUPERVISOR, desk="desk 3")
ANSWERED = DomView(answered=True, reason="", at=NOW)
SILENT = DomView(answered=False, reason="The DOM does not answer.", at=NOW)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def rows(count: int = 120) -> tuple[OrderRow, ...]:
    return tuple(_row(place) for place in range(count))


_NAMES = (("Orlando Gee", "A Bike Store"), ("Donna Carreras", "Advanced Bike Components"), ("Zoë Müller", ""))
_STATUSES = ("I", "C", "R", "S", "B", "X", "S", "S")
_TRANSFERS = (
    TransferStatus.FAILED,
    TransferStatus.QUEUED,
    TransferStatus.UNKNOWN,
    TransferStatus.TRANSFERRED,
    TransferStatus.HELD,
)


def _row(place: int) -> OrderRow:
    name, company = _NAMES[place % 3]
    ours = place < 6
    return OrderRow(
        order_number=f"B{1000050 - place}" if ours else f"SO{71790 - place}",
        external_order_id="" if ours and place != 3 else f"X-{71790 - place}",
        placed_at=NOW - timedelta(minutes=7 * (place + 1) ** 2),
        status=_STATUSES[place % 8],
        transfer_status=_TRANSFERS[place % 5] if ours else None,
        customer_id=f"c{place % 3}",
        customer_name=name,
        company=company,
        total=usd(f"{(place * 7919) % 4000 + 12}.{place % 10}5"),
        source=("local" if place != 3 else "both") if ours else "DOM",
        agent="Ann" if ours else "",
    )


ADDRESS = Address(
    address_id=AddressId("a1"), kind="Shipping", name="Orlando Gee", company="A Bike Store",
    line1="2251 Elliot Avenue", city="Seattle", region="WA", postal_code="98104", country="US",
)  # fmt: skip


def local(status: TransferStatus = TransferStatus.FAILED) -> Order:
    lines = (
        _line("HL-U509-R", "Sport-100 Helmet, Red", quantity=12, price="34.99", discount="8.40", tax="33.00"),
        _line("BK-R93R-62", "Road-150 Red, 62", quantity=1, price="3578.27", discount="0", tax="286.26"),
    )
    items = usd("3998.15")
    totals = Totals(
        items=items, discount=usd("8.40"), shipping=usd("21.95"), tax=usd("319.26"), total=usd("4330.96")
    )
    paid = Payment(
        payment_id=PaymentId("p1"), method=PaymentMethod.CARD, label="Visa ending 4242", reference="B1000050-1",
        key="k1", amount=usd("4330.96"), status=PaymentStatus.AUTHORISED, gateway_id="auth_81", reason="",
    )  # fmt: skip
    declined = replace(
        paid, payment_id=PaymentId("p0"), label="Mastercard ending 0002", status=PaymentStatus.DECLINED,
        gateway_id="", reason="The card was declined: not enough funds.",
    )  # fmt: skip
    parcel = Shipment(
        shipment_id="P-1", status="shipped", carrier="CARGO TRANSPORT 5", tracking="1Z999AA10123456784",
        shipped_at=NOW - timedelta(hours=2), quantities=((LineId("l1"), 12),),
    )  # fmt: skip
    there = status is TransferStatus.TRANSFERRED
    return Order(
        order_id=OrderId("o1"), number=OrderNumber("B1000050"), cart_id=CartId("cart1"),
        status=OrderStatus.AUTHORISED, transfer_status=status, external_order_id="X-90001" if there else "",
        placed_at=NOW - timedelta(hours=5), agent="Ann", customer_id=CustomerId("c0"), customer_name="Orlando Gee",
        company="A Bike Store", email="orlando0@adventure-works.com", phone="245-555-0173", bill_to=ADDRESS,
        ship_to=ADDRESS, ship_method="CARGO TRANSPORT 5", totals=totals, lines=lines, payments=(declined, paid),
        shipments=(parcel,) if there else (), notes="Leave with the <b>porter</b>.",
    )  # fmt: skip


def _line(sku: str, name: str, *, quantity: int, price: str, discount: str, tax: str) -> OrderLine:
    gross = usd(price).times(quantity)
    return OrderLine(
        line_id=LineId("l1" if quantity > 1 else "l2"), sku=Sku(sku), name=name, photo="",
        quantity=quantity, unit_price=usd(price),
        discount=usd(discount), tax=usd(tax), total=gross - usd(discount) + usd(tax), status="C", shipped=0,
        cancelled=0, available_from=None,
    )  # fmt: skip


def external(ours: Order) -> ExternalOrder:
    """The DOM's view of it, with a smaller second line and another status."""
    summary = HistoryRow(
        order_number=ours.number, external_order_id="X-90001", placed_at=ours.placed_at, status="R",
        customer_id=ours.customer_id, customer_name=ours.customer_name, company=ours.company, currency="USD",
        total=ours.totals.total.minor, line_count=2,
    )  # fmt: skip
    there = TransferAddress(
        name="Orlando Gee",
        line1=ADDRESS.line1,
        city=ADDRESS.city,
        region="WA",
        postal_code="98104",
        country="US",
    )
    lines = tuple(
        ExternalLine(
            line_id=line.line_id, sku=line.sku, name=line.name, quantity=line.quantity,
            shipped=12 if line.line_id == "l1" else 0, cancelled=0, unit_price=line.unit_price.minor,
            discount=line.discount.minor, total=line.total.minor, status="R",
        )
        for line in ours.lines
    )  # fmt: skip
    parcel = ExternalShipment(
        shipment_id="P-1", status="shipped", carrier="CARGO TRANSPORT 5", tracking="1Z999AA10123456784",
        shipped_at=NOW - timedelta(hours=2), quantities=(("l1", 12),),
    )  # fmt: skip
    return ExternalOrder(
        summary=summary, sequence=4, email=ours.email, phone=ours.phone, purchase_order="", bill_to=there,
        ship_method=ours.ship_method, ship_to=there, items=ours.totals.items.minor,
        discount=ours.totals.discount.minor, shipping=ours.totals.shipping.minor, tax=ours.totals.tax.minor,
        lines=lines, shipments=(parcel,), updated_at=NOW,
    )  # fmt: skip


def transfer(status: TransferStatus, *, attempts: int = 3, version: int = 4) -> Transfer:
    return Transfer(
        order_id=OrderId("o1"), order_number=OrderNumber("B1000050"), customer_name="Orlando Gee",
        total=usd("4330.96"), status=status, cause="unreachable" if status is TransferStatus.FAILED else "",
        reason="The DOM does not answer: connection refused." if status is TransferStatus.FAILED else "",
        attempts=attempts, automatic_left=0, queued_at=NOW - timedelta(hours=5), next_try_at=None,
        updated_at=NOW - timedelta(minutes=12), external_order_id="", version=version,
    )  # fmt: skip


def attempts(count: int = 3) -> tuple[Attempt, ...]:
    return tuple(
        Attempt(
            attempt_id=AttemptId(f"t{place}"), number=place + 1, kind="transfer",
            started_at=NOW - timedelta(hours=5) + timedelta(seconds=4**place),
            ended_at=NOW - timedelta(hours=5) + timedelta(seconds=4**place, milliseconds=230),
            outcome="unreachable", reason="Connection refused.", request='{"order_number": "B1000050"}', answer="",
            worker="worker-1",
        )
        for place in range(count)
    )  # fmt: skip


def timeline() -> tuple[TimelineEntry, ...]:
    start = NOW - timedelta(hours=5)
    told = (
        (0, "checkout", "Submitted", "Ann", "Call 7, desk 4"),
        (1, "payment", "Visa ending 4242 authorised for $4,330.96", "Backoffice", "auth_81"),
        (2, "mail", "Confirmation sent to orlando0@adventure-works.com", "Backoffice", ""),
        (3, "transfer", "Try 1: not reached", "worker-1", "Connection refused."),
        (19, "transfer", "Try 3: not reached, no more by itself", "worker-1", "Connection refused."),
        (900, "note", "Caller asks for delivery before Friday.", "Sam", ""),
    )
    return tuple(
        TimelineEntry(at=start + timedelta(seconds=after), kind=kind, text=text, who=who, detail=detail)
        for after, kind, text, who, detail in told
    )


def details(status: TransferStatus = TransferStatus.FAILED, *, dom: DomView = ANSWERED) -> OrderDetails:
    ours = local(status)
    there = status is TransferStatus.TRANSFERRED
    differences = ("Status: C here, R at the DOM.", "HL-U509-R: 0 shipped here, 12 at the DOM.")
    mail = MailRow(
        mail_id="m1", order_number=ours.number, occasion="confirmation", about="",
        body="", to=ours.email, subject="Your order B1000050", status="failed",
        tries=3, reason="The mail server does not answer.", created_at=ours.placed_at, sent_at=None,
    )  # fmt: skip
    return OrderDetails(
        local=ours, external=external(ours) if there and dom.answered else None, dom=dom,
        differences=differences if there and dom.answered else (), timeline=timeline(), transfer=transfer(status),
        attempts=attempts(), mails=(mail,),
    )  # fmt: skip


class HistoryToLookAt:
    """A history whose answers a test can hold back, refuse, or leave without the DOM."""

    def __init__(self, orders: tuple[OrderRow, ...] = ()) -> None:
        self.orders = orders
        self.dom = ANSWERED
        self.detail = details()
        self.questions: list[OrderSearchCriteria] = []
        self.gates: dict[str, asyncio.Event] = {}  # by text: the answer waits for it
        self.no: Refusal | None = None
        self.notes: list[str] = []
        self.mails: list[str] = []

    async def search(self, actor: Actor, question: OrderSearchCriteria) -> OrderPage:
        self.questions.append(question)
        if question.text in self.gates:
            await self.gates[question.text].wait()
        if self.no is not None:
            raise self.no
        found = [row for row in self.orders if question.text.casefold() in _words(row)]
        found = [row for row in found if not question.statuses or row.status in question.statuses]
        start = int(question.cursor or 0)
        page = tuple(found[start : start + question.limit])
        end = start + question.limit
        return OrderPage(rows=page, next_cursor=str(end) if end < len(found) else "", dom=self.dom)

    async def details(self, actor: Actor, order_number: str) -> OrderDetails:
        return self.detail

    async def add_note(self, actor: Actor, order_number: str, text: str) -> None:
        self.notes.append(text)
        entry = TimelineEntry(at=NOW, kind="note", text=text, who=actor.name)
        self.detail = replace(self.detail, timeline=(*self.detail.timeline, entry))

    async def resend_mail(self, actor: Actor, mail_id: str) -> None:
        self.mails.append(mail_id)


class RetriesToLookAt:
    """Queues what it is told, unless its version is stale."""

    def __init__(self, history: HistoryToLookAt) -> None:
        self._history = history

    async def retry(self, actor: Actor, order_number: OrderNumber, *, version: int) -> Transfer:
        before = self._history.detail.transfer
        assert before is not None
        if before.version != version:
            raise Conflict("Somebody was faster.", advice="Look again.")
        after = transfer(TransferStatus.QUEUED, version=version + 1)
        ours = self._history.detail.local
        assert ours is not None
        ours = replace(ours, transfer_status=TransferStatus.QUEUED)
        self._history.detail = replace(self._history.detail, transfer=after, local=ours)
        return after


class SearchesToLookAt:
    """Keeps nothing."""

    async def all(self, actor: Actor) -> tuple[SavedSearch, ...]:
        return ()


def looked_at(history: HistoryToLookAt) -> SimpleNamespace:
    """A service layer of only what is looked at."""
    return SimpleNamespace(
        order_history=history,
        transfers=RetriesToLookAt(history),
        saved_searches=SearchesToLookAt(),
        orders=None,  # nobody cancels
        order_export=None,
        reorders=None,
    )


def _words(row: OrderRow) -> str:
    return f"{row.order_number} {row.customer_name} {row.company}".casefold()
