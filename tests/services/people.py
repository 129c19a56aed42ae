"""Who is at the desks in these tests, and when."""

from datetime import UTC, datetime

from backoffice.domain.customer import AddressDraft, CustomerDraft
from backoffice.domain.ids import CallId, StaffId
from backoffice.domain.staff import Actor, Role

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANN = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="desk 1", call_id=CallId("call-1"))
SAM = Actor(staff_id=StaffId("sam"), name="Sam", role=Role.SUPPORT, desk="desk 2")
SUSAN = Actor(staff_id=StaffId("susan"), name="Susan", role=Role.SUPERVISOR, desk="desk 3")
ORLANDO = CustomerDraft(
    title="Mr.",
    first_name="Orlando",
    middle_name="N.",
    last_name="Gee",
    company="A Bike Store",
    email="orlando0@adventure-works.com",
    phone="245-555-0173",
)
VAN_NUYS = AddressDraft(
    line1="57251 Serene Blvd", city="Van Nuys", region="California", postal_code="91411", country="us"
)


def noon() -> datetime:
    """A clock that stands still."""
    return NOON
