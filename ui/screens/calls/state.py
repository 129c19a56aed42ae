"""What there is to show of the calls; frozen, and decided by the presenters only."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from backoffice.domain.cart import Call, Cart, LineOverride, Prepared
from backoffice.domain.catalog import Product
from backoffice.domain.customer import Address, Customer, CustomerHit
from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.ids import CallId, LineId, Sku
from backoffice.domain.inventory import Availability, LineResult
from backoffice.domain.lock import LockState
from backoffice.domain.money import Money
from backoffice.domain.order import OrderRow, SubmitResult
from backoffice.domain.payment import CardChoice, PayLink
from backoffice.domain.statuses import CartStatus, CheckoutState, LinkStatus
from backoffice.services.locks import OpenWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why something was not done, and what to do next."""

    sentence: str
    advice: str = ""

    @property
    def text(self) -> str:
        """Return both in one line."""
        return f"{self.sentence} {self.advice}".strip()


SAID_NO = (
    Refusal,
    StoreUnavailable,
)  # what may keep a change from being made; both carry a sentence and advice


def problem_of(no: Refusal | StoreUnavailable) -> Problem:
    """Return what a person reads of it."""
    return Problem(sentence=no.sentence, advice=no.advice)


class Form(Enum):
    """Which form stands in a panel's place."""

    NONE = "none"
    NEW = "new"
    CHANGE = "change"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallerState:
    """Who is calling: found, being looked for, or being written down."""

    query: str = ""
    searching: bool = False
    hits: tuple[CustomerHit, ...] = ()
    nobody: bool = False  # searched, and nobody was found
    asked_again: bool = False  # a caller is known and another one is looked for
    form: Form = Form.NONE
    saving: bool = False
    errors: tuple[tuple[str, str], ...] = ()  # field, sentence
    customer: Customer | None = None
    orders: tuple[OrderRow, ...] | None = None  # None: on their way
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """One line of the type-ahead; ``availability`` arrives a moment after the rest."""

    product: Product
    on_sale: bool
    availability: Availability | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryState:
    """The entry line: what it suggests, what it is adding, why it did not."""

    query: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    nothing: bool = False
    adding: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProblem:
    """A quantity that was typed and not taken; it stays in its cell."""

    line_id: LineId
    typed: str
    problem: Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """A line taken out a moment ago, to be put back."""

    sku: Sku
    name: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Repriced:
    """A price set by hand a moment ago, or given back; ``before`` is what it was set to before, None: its usual one."""

    line_id: LineId
    name: str
    price: Money
    before: LineOverride | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Pieces sent elsewhere a moment ago; ``added`` is the shipment made for them, "" for one that was there."""

    sku: Sku
    name: str
    quantity: int
    from_shipment: str
    to_shipment: str
    added: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinesState:
    """What the table adds to the cart's lines. ``last`` can be undone, until something else is done."""

    problem: LineProblem | None = None
    last: Removed | Repriced | Moved | None = None
    fresh: tuple[tuple[Sku, Availability], ...] = ()  # heard since the line was added


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceState:
    """The price of a line being set by hand. ``line_id`` None: none is. ``asking``: a supervisor has to approve."""

    line_id: LineId | None = None
    reasons: tuple[tuple[str, str], ...] = ()  # code, sentence
    asking: bool = False
    saving: bool = False
    wrong: str = ""  # the field the problem is about: price, reason, login or password; "" for the whole
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentState:
    """A line being sent elsewhere (``line_id``), or a shipment being changed (``shipment_id``); neither: closed."""

    line_id: LineId | None = None
    shipment_id: str = ""
    chosen: Address | None = None  # just written into the caller's book
    saving: bool = False
    wrong: str = ""  # pieces, address, method; "" for the whole
    problem: Problem | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether its panel is shown."""
        return self.line_id is not None or bool(self.shipment_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryState:
    """Where it goes and how."""

    form: Form = Form.NONE
    saving: bool = False
    errors: tuple[tuple[str, str], ...] = ()
    problem: Problem | None = None
    methods: tuple[tuple[str, str], ...] = ()  # code, name
    countries: tuple[tuple[str, str], ...] = ()  # code, name


@dataclass(frozen=True, kw_only=True, slots=True)
class NotesState:
    """Notes and the wish for e-mails."""

    saving: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OffersState:
    """Coupons and gift certificates: whether their fields are open, and why a code was not taken."""

    open: bool = False
    saving: bool = False
    coupon_problem: Problem | None = None
    certificate_problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkState:
    """The page where the customer pays, after Submit. ``page`` None: the order is not paid by link."""

    page: PayLink | None = None
    sent: bool = False  # mailed once more, because the caller asked for it
    closing: bool = False  # a reason for closing it is asked for
    saving: bool = False
    problem: Problem | None = None


class Busy(Enum):
    """What the order column waits for."""

    NO = "no"
    PREPARING = "preparing"
    PAYING = "paying"
    SUBMITTING = "submitting"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderState:
    """Prepare, Payment, Submit."""

    busy: Busy = Busy.NO
    explained: bool = False  # where each cent of the total comes from is shown
    before: Cart | None = None  # as the Prepare before the last left it: what the last one changed
    paying: bool = False  # the payment panel is open
    cards: tuple[CardChoice, ...] | None = None  # None: not heard yet
    cards_problem: Problem | None = None
    link_trouble: str = ""  # why no link can be sent
    prepare_problem: Problem | None = None
    payment_problem: Problem | None = None
    amount_problem: Problem | None = None
    submit_problem: Problem | None = None
    result: SubmitResult | None = None
    link: LinkState = field(default_factory=LinkState)


@dataclass(frozen=True, kw_only=True, slots=True)
class CallState:
    """One call, whole. ``cart`` None: still loading, or ``problem`` says why there is none."""

    call: Call
    cart: Cart | None = None
    held_by: LockState | None = None  # a colleague holds the cart: nothing can be changed
    caller: CallerState = field(default_factory=CallerState)
    entry: EntryState = field(default_factory=EntryState)
    lines: LinesState = field(default_factory=LinesState)
    price: PriceState = field(default_factory=PriceState)
    shipment: ShipmentState = field(default_factory=ShipmentState)
    delivery: DeliveryState = field(default_factory=DeliveryState)
    notes: NotesState = field(default_factory=NotesState)
    offers: OffersState = field(default_factory=OffersState)
    order: OrderState = field(default_factory=OrderState)
    problem: Problem | None = None  # the call as a whole: not loaded, changed meanwhile

    @property
    def is_over(self) -> bool:
        """Tell whether the cart became an order, or was dropped: nothing can be changed any more."""
        if is_submitted(self.order.result):
            return True
        return self.cart is not None and self.cart.status in {CartStatus.ORDERED, CartStatus.CANCELLED}

    @property
    def in_checkout(self) -> bool:
        """Tell whether Submit is under way, here or in durable work."""
        if self.order.busy is Busy.SUBMITTING or is_unknown(self.order.result):
            return True
        return self.cart is not None and self.cart.status is CartStatus.IN_CHECKOUT

    @property
    def locked(self) -> bool:
        """Tell whether the cart may not be changed now."""
        return (
            self.cart is None
            or self.held_by is not None
            or self.is_over
            or self.in_checkout
            or self.order.busy is not Busy.NO
        )

    def with_order(self, **changes: object) -> "CallState":
        """Return this state with another order part."""
        return replace(self, order=replace(self.order, **changes))  # type: ignore[arg-type]  # names of OrderState


@dataclass(frozen=True, kw_only=True, slots=True)
class ColleaguesState:
    """Calls of others, for who may take them over. ``work`` None: on its way."""

    open: bool = False
    work: tuple[OpenWork, ...] | None = None
    saving: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallsState:
    """The tabs. ``loading`` until the unfinished calls are known."""

    loading: bool = True
    calls: tuple[Call, ...] = ()
    current: CallId | None = None
    restored: int = 0  # unfinished calls found at start
    ending: CallId | None = None  # asked to end, its cart not empty: waits for a yes
    colleagues: ColleaguesState = field(default_factory=ColleaguesState)
    problem: Problem | None = None


class Promise(Enum):
    """What Prepare is worth now."""

    NONE = "none"  # never prepared
    HOLDS = "holds"
    CHANGED = "changed"  # the cart is another one since
    EXPIRED = "expired"


def promise_of(cart: Cart, now: datetime) -> Promise:
    """Say what the last Prepare is worth."""
    if cart.prepared is None:
        return Promise.NONE
    if cart.prepared.cart_version != cart.version:
        return Promise.CHANGED
    return Promise.HOLDS if now < cart.prepared.good_until else Promise.EXPIRED


def is_unknown(result: SubmitResult | None) -> bool:
    """Tell whether Submit was pressed and its end is not known yet."""
    return result is not None and result.state in {CheckoutState.RUNNING, CheckoutState.CHECKING}


def is_submitted(result: SubmitResult | None) -> bool:
    """Tell whether there is an order."""
    return result is not None and result.state is CheckoutState.COMPLETED


def awaits_payment(link: LinkState) -> bool:
    """Tell whether the customer can still pay, or it is not known yet whether they did."""
    waiting = {LinkStatus.MAKING, LinkStatus.OPEN, LinkStatus.CLOSING}
    return link.page is not None and link.page.status in waiting


def nothing_held(prepared: Prepared) -> frozenset[LineId]:
    """Return the lines that hold nothing, so may not be submitted."""
    return frozenset(held.line_id for held in prepared.held if held.result is LineResult.UNALLOCATED)


def same_place(one: Address | None, other: Address | None) -> bool:
    """Tell whether two addresses are the same entry of the address book."""
    return one is not None and other is not None and one.address_id == other.address_id
