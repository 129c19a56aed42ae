"""Every way the bank, the DOM and the mail server can misbehave, at each operation an order needs of them.

One office lives through all of it: for each row a new cart is sold while the peer misbehaves, then it is left to
recover, and after each row `check` finds nothing, over our database and both ledgers. The kinds of faults are those
the simulators know, so a new one is suffered by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete

from backoffice.store.tables.selling import availability
from tests.faults.carts import KINDS
from tests.faults.life import Life, Sale
from tests.faults.outside import Outside
from tests.faults.schedules import FAULTS, RETRY_AFTERS
from tests.faults.templates import build_cart

Fault = tuple[str, Mapping[str, object]]
_ONE_PIECE = ("1*HL-U509-R",)
_HOLDS_RUN_OUT = timedelta(minutes=20)
# Beyond the client's deadline of 0.4 s where it has to be; what only passes in the simulators' time costs nothing.
_SECONDS = {"latency": 0.6, "late": 1.0, "pending": 20.0, "slow_drip": 0.05}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table: the cart that is sold, and what is suffered; ``abandoned``: it is only prepared."""

    cart: str
    faults: tuple[Fault, ...]
    abandoned: bool = False

    def __str__(self) -> str:
        """Return it for a trail."""
        said = [f"{peer}.{fault.get('operation', 'send')} {fault['kind']}" for peer, fault in self.faults]
        waits = [f"Retry-After: {fault['retry_after']}" for _, fault in self.faults if "retry_after" in fault]
        return f"{self.cart}{', abandoned' if self.abandoned else ''}: {', '.join(said + waits)}"


def rows() -> Iterator[Row]:
    """The whole table."""
    lost_transfer = ("dom", {"kind": "drop_after", "operation": "transfer"})
    lost_question = ("payments", {"kind": "silent_before", "operation": "authorise"})
    for kind in FAULTS["dom"]:
        yield Row(cart="account", faults=(_fault("dom", "reserve", kind),))
        yield Row(cart="account", faults=(_fault("dom", "release", kind),), abandoned=True)
        yield Row(cart="account", faults=(_fault("dom", "transfer", kind),))
        yield Row(cart="account", faults=(lost_transfer, _fault("dom", "find", kind)))
    for kind in FAULTS["payments"]:
        yield Row(cart="card", faults=(_fault("payments", "authorise", kind),))
        yield Row(cart="card", faults=(lost_question, _fault("payments", "find", kind)))
        yield Row(cart="second_declined", faults=(_fault("payments", "void", kind),))
    for kind in FAULTS["mail"]:
        yield Row(cart="account", faults=(("mail", {"kind": kind, "seconds": 0.1}),))
    for wait in RETRY_AFTERS:
        for cart, peer, operation in (
            ("account", "dom", "reserve"),
            ("account", "dom", "transfer"),
            ("card", "payments", "authorise"),
            ("second_declined", "payments", "void"),
        ):
            yield Row(cart=cart, faults=(_fault(peer, operation, "too_many", retry_after=wait),))
        yield Row(cart="account", faults=(_fault("dom", "transfer", "unavailable", retry_after=wait),))


async def suffer_all(life: Life, outside: Outside, table: list[Row]) -> list[str]:
    """Live through the table; return what was wrong, by row."""
    wrong = []
    for number, row in enumerate(table, 1):
        life.tell(f"row {number} of {len(table)}: {row}")
        found = await _suffer(life, outside, row)
        wrong += [f"row {number}, {row}: {each}" for each in found]
        if found:
            break  # what is broken once would be told again by every row to come
    return wrong


async def _suffer(life: Life, outside: Outside, row: Row) -> list[str]:
    kind = replace(KINDS[row.cart], lines=_ONE_PIECE)
    cart_id = await build_cart(life.office, life.sale.actor, kind)
    life.sale = Sale(kind=row.cart, cart_id=cart_id, actor=life.sale.actor)
    for peer, fault in row.faults:
        outside.fault(peer, fault)
    if row.abandoned:
        await life.prepare()
        life.worker.jump_over(_HOLDS_RUN_OUT)
    else:
        await life.desk()
    await life.worker.until_quiet()
    outside.fair_weather()
    # The DOM pushes to nobody here, so what the cache kept of it only grows old.
    life.office.store.run_here(lambda connection: connection.execute(delete(availability)))
    return await life.check("once quiet")


def _fault(peer: str, operation: str, kind: str, **more: object) -> Fault:
    waits = {"seconds": _SECONDS[kind]} if kind in _SECONDS else {}
    return peer, {"kind": kind, "operation": operation, **waits, **more}
