"""A call and the cart it builds; what Prepare promises."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from backoffice.domain.customer import Address
from backoffice.domain.ids import CallId, CartId, CustomerId, LineId, LocationId, ReservationId, Sku, StaffId
from backoffice.domain.inventory import Availability, LineResult
from backoffice.domain.lock import LockState
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentPlan
from backoffice.domain.statuses import CartStatus

LARGEST_QUANTITY = 10_000
LONGEST_NOTE = 4_000
FIRST_SHIPMENT = "1"  # goes to the cart's own address by its own ship method


@dataclass(frozen=True, kw_only=True, slots=True)
class LineOverride:
    """A unit price set by hand: why, by whom, and who approved it (nobody within the limit of the role).

    ``usual`` is what a piece cost at that moment; ``approved_name`` is for reading.
    """

    unit_price: Money
    reason_code: str
    set_by: StaffId
    approved_by: StaffId | None = None
    approved_name: str = ""
    usual: Money | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CartShipment:
    """Lines of a cart that travel together: where to, and how."""

    shipment_id: str
    ship_to: Address | None
    ship_method: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CartLine:
    """One line as the agent sees it. ``availability`` is what was last known when it was added or refreshed."""

    line_id: LineId
    sku: Sku
    name: str
    photo: str
    quantity: int
    unit_price: Money
    location: LocationId
    availability: Availability | None
    shipment_id: str = FIRST_SHIPMENT
    override: LineOverride | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLine:
    """What the reservation holds for a line."""

    line_id: LineId
    result: LineResult
    quantity: int
    available_from: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Sums in the cart's currency: total = items - discount + shipping + tax; ``discount`` >= 0."""

    items: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Where part of the total comes from: a rule in words and its amount (signed).

    ``kind`` is goods, discount, shipping, tax or tax included; ``part_id`` a line or shipment; ``rule_id`` an offer,
    tax rate, ship method or price source.
    """

    rule: str
    amount: Money
    kind: str = ""
    part_id: str = ""
    rule_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineTotal:
    """What a line costs after Prepare: gross - discount + tax = total."""

    line_id: LineId
    gross: Money
    discount: Money
    tax: Money
    total: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentTotal:
    """What a shipment costs: cost - discount + tax = total."""

    shipment_id: str
    method: str
    cost: Money
    discount: Money
    tax: Money
    total: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxLine:
    """Tax of one rate on one line or shipment; ``included``: the price holds it, so it adds nothing."""

    part_id: str
    rate_id: str
    name: str
    jurisdiction: str
    percent: Decimal
    amount: Money
    included: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferUse:
    """An offer that gave something; its coupon, "" without one. Counted against the limits of both at Submit."""

    promotion_id: str
    name: str
    coupon_code: str
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateUse:
    """What a gift certificate pays of this order, and what stays on it."""

    code: str
    amount: Money
    left: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """The promise of Prepare; good for ``cart_version`` until ``good_until`` (the earlier of price lock and hold)."""

    cart_version: int
    prepared_at: datetime
    price_lock_until: datetime
    held_until: datetime | None  # None: the store keeps no inventory
    reservation_id: ReservationId | None
    held: tuple[HeldLine, ...]
    lines: tuple[LineTotal, ...]
    totals: Totals
    explanations: tuple[Explanation, ...]
    refused_coupons: tuple[str, ...]  # sentences
    changes: tuple[str, ...]  # sentences: what is different from the Prepare before
    shipments: tuple[ShipmentTotal, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    offers: tuple[OfferUse, ...] = ()
    certificates: tuple[CertificateUse, ...] = ()

    @property
    def to_pay(self) -> Money:
        """Return what is left to pay after the gift certificates."""
        left = self.totals.total
        for certificate in self.certificates:
            left -= certificate.amount
        return left

    @property
    def good_until(self) -> datetime:
        """Return when the promise ends."""
        return (
            self.price_lock_until if self.held_until is None else min(self.price_lock_until, self.held_until)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cart:
    """A cart. ``version`` grows with each change; ``prepared`` is kept but stale once its cart_version is behind."""

    cart_id: CartId
    call_id: CallId
    customer_id: CustomerId | None
    status: CartStatus
    version: int
    currency: str
    lines: tuple[CartLine, ...]
    ship_to: Address | None
    bill_to: Address | None
    ship_method: str
    coupons: tuple[str, ...]
    payments: tuple[PaymentPlan, ...]
    notes: str
    tell_customer: bool  # send e-mails about this order
    prepared: Prepared | None
    updated_at: datetime
    more_shipments: tuple[CartShipment, ...] = ()
    gift_certificates: tuple[str, ...] = ()  # codes the customer pays with, in the order they are used up
    data: tuple[tuple[str, str], ...] = ()  # extra data an integration wants on the order

    @property
    def shipments(self) -> tuple[CartShipment, ...]:
        """Return the first shipment and the others."""
        first = CartShipment(shipment_id=FIRST_SHIPMENT, ship_to=self.ship_to, ship_method=self.ship_method)
        return (first, *self.more_shipments)

    @property
    def items(self) -> Money:
        """Return the sum of the lines before anything else."""
        total = Money(0, self.currency)
        for line in self.lines:
            total += line.unit_price.times(line.quantity)
        return total

    def is_prepared(self, now: datetime) -> bool:
        """Tell whether the last Prepare still holds for what is in the cart."""
        return (
            self.prepared is not None
            and self.prepared.cart_version == self.version
            and now < self.prepared.good_until
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One phone call: who talks, since when, parked since when; with its cart, and who holds that."""

    call_id: CallId
    staff_id: StaffId
    opened_at: datetime
    parked_since: datetime | None
    closed_at: datetime | None
    customer_id: CustomerId | None
    customer_name: str
    cart_id: CartId
    lock: LockState | None = None
