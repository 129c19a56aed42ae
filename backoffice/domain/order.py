"""An order as frozen at submit, and as it is looked up."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.cart import FIRST_SHIPMENT, LineOverride, OfferUse, TaxLine, Totals
from backoffice.domain.customer import Address
from backoffice.domain.ids import CartId, CustomerId, LineId, OrderId, OrderNumber, Sku
from backoffice.domain.money import Money
from backoffice.domain.payment import PayLink, Payment, PaymentMethod
from backoffice.domain.statuses import (
    CheckoutState,
    OrderShipmentStatus,
    OrderStatus,
    TaxDocumentStatus,
    TransferStatus,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """A frozen line (OrderSku). ``shipped`` and ``cancelled`` grow with SyncOrder."""

    line_id: LineId
    sku: Sku
    name: str
    photo: str
    quantity: int
    unit_price: Money
    discount: Money
    tax: Money
    total: Money
    status: str
    shipped: int
    cancelled: int
    available_from: datetime | None
    shipment_id: str = FIRST_SHIPMENT
    override: LineOverride | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderShipment:
    """What travels together, as it was ordered: where to, how, and what that costs (cost - discount + tax = total)."""

    shipment_id: str
    ship_to: Address
    ship_method: str
    cost: Money
    discount: Money
    tax: Money
    total: Money
    status: OrderShipmentStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPayment:
    """How the order was to be paid when it was placed; what became of it is a Payment."""

    method: PaymentMethod
    label: str
    reference: str
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxDocument:
    """The tax of one shipment, under a number of its own. ``tax`` is added to ``net``, ``tax_included`` is in it."""

    number: str
    shipment_id: str
    net: Money
    tax: Money
    tax_included: Money
    status: TaxDocumentStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderSnapshot:
    """What an order froze beside its own fields and its lines, and the tax documents made of it."""

    shipments: tuple[OrderShipment, ...] = ()
    payments: tuple[PlannedPayment, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    offers: tuple[OfferUse, ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    tax_documents: tuple[TaxDocument, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipment:
    """A parcel the DOM told us of."""

    shipment_id: str
    status: str
    carrier: str
    tracking: str
    shipped_at: datetime
    quantities: tuple[tuple[LineId, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Our order, whole. ``version`` grows with each change after the pivot."""

    order_id: OrderId
    number: OrderNumber
    cart_id: CartId
    status: OrderStatus
    transfer_status: TransferStatus
    external_order_id: str
    placed_at: datetime
    agent: str
    customer_id: CustomerId
    customer_name: str
    company: str
    email: str
    phone: str
    bill_to: Address
    ship_to: Address
    ship_method: str
    totals: Totals
    lines: tuple[OrderLine, ...]
    payments: tuple[Payment, ...]
    shipments: tuple[Shipment, ...]
    notes: str
    snapshot: OrderSnapshot = OrderSnapshot()
    version: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitResult:
    """How Submit ended, in one of three words.

    COMPLETED: submitted. ROLLED_BACK or STUCK: not submitted; ``sentence`` says why, ``advice`` what to do. RUNNING or
    CHECKING: not known yet. ``order_number`` is "" when none was taken.
    """

    state: CheckoutState
    order_number: OrderNumber
    total: Money | None
    sentence: str
    advice: str = ""
    link: PayLink | None = None  # where the customer pays an order that waits for it


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """One row of a list. ``source`` is DOM, local, or both."""

    order_number: str
    external_order_id: str
    placed_at: datetime
    status: str
    transfer_status: TransferStatus | None
    customer_id: str
    customer_name: str
    company: str
    total: Money
    source: str
    agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One thing that happened: ``kind`` is checkout, payment, transfer, sync, mail, status or note."""

    at: datetime
    kind: str
    text: str
    who: str
    detail: str = ""
