"""Who works here and what each role may do; checked in the service layer, shown on the screen."""

from dataclasses import dataclass, field
from enum import Enum

from backoffice.domain.errors import NotAllowed
from backoffice.domain.ids import CallId, StaffId


class Role(Enum):
    """What somebody was hired for."""

    AGENT = "agent"
    SUPPORT = "support"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"  # durable jobs and received messages


class Right(Enum):
    """What may be done; the value completes "may not ..."."""

    CUSTOMERS = "look up customers"
    EDIT_CUSTOMERS = "change customers"
    CARTS = "build carts"
    SUBMIT = "prepare and submit orders"
    HISTORY = "look up orders"
    NOTES = "write notes"
    RESEND_MAIL = "send e-mails again"
    TRANSFERS = "act on transfers"
    SEE_TRANSFERS = "see transfers"
    CANCEL_ORDERS = "cancel orders"
    FAILED_CHECKOUTS = "act on failed checkouts"
    MOVE_MONEY = "act on payments that need a person"
    SYNCS = "act on messages received"
    STOCK = "look up stock"
    LOAD_STOCK = "load stock files"
    TAKE_OVER = "take over another's cart"
    OVERRIDE_PRICE = "override prices above the limit"
    STAFF = "manage staff"
    AUDIT = "read the audit trail"


_AGENT = frozenset(
    {
        Right.CUSTOMERS,
        Right.EDIT_CUSTOMERS,
        Right.CARTS,
        Right.SUBMIT,
        Right.HISTORY,
        Right.NOTES,
        Right.STOCK,
    }
)
_SUPPORT = frozenset({Right.CUSTOMERS, Right.HISTORY, Right.NOTES, Right.RESEND_MAIL, Right.STOCK})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AGENT: _AGENT,
    Role.SUPPORT: _SUPPORT,
    Role.SUPERVISOR: frozenset(Right),
    Role.SYSTEM: frozenset(Right),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts, in which role, at which desk, in which call: goes into every audit row."""

    staff_id: StaffId
    name: str
    role: Role
    desk: str
    call_id: CallId | None = None

    def may(self, right: Right) -> bool:
        """Tell whether the role holds the right."""
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise NotAllowed unless the role holds the right."""
        if not self.may(right):
            sentence = f"{self.name} ({self.role.value}) may not {right.value}."
            raise NotAllowed(sentence, advice="Ask a supervisor.")


SYSTEM = Actor(staff_id=StaffId("system"), name="Backoffice", role=Role.SYSTEM, desk="worker")


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """What somebody with more rights types in at another's desk; kept nowhere."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffMember:
    """A person who can sign in."""

    staff_id: StaffId
    login: str
    name: str
    role: Role
    active: bool
