"""The books of the fakes, in the shape of the simulators' ledgers, so that `check` can read them."""

from typing import Any

from sqlalchemy import Connection

from backoffice.services.check import check_all
from backoffice.services.checks.ledgers import Ledgers
from tests.services.desk import Desk


def broken(desk: Desk) -> dict[int, list[str]]:
    """Check everything as if quiet; return the numbers of what is broken, with the sentences."""
    ledgers = Ledgers(now=desk.clock.now, quiet=True, payments=bank_book(desk), dom=desk.dom.ledger())

    def look(connection: Connection) -> dict[int, list[str]]:
        return {
            finding.invariant.number: [f"{one.subject}: {one.sentence}" for one in finding.violations]
            for finding in check_all(connection, ledgers)
            if finding.violations
        }

    return desk.office.store.read_here(look)


def bank_book(desk: Desk) -> dict[str, Any]:
    """What the gateway in memory holds. Its keys are those of the calls; a reused one is refused by itself."""
    authorised = [key for operation, key in desk.gateway.calls if operation == "authorise"]
    return {
        "payments": [
            {
                "reference": payment.reference,
                "status": payment.status,
                "authorised": payment.authorised,
                "captured": payment.captured,
                "refunded": payment.refunded,
                "amount": payment.amount,
                "events": [
                    {"kind": "authorised", "key": key}
                    for key in dict.fromkeys(authorised)
                    if key.endswith(f"-{payment.reference}") and payment.authorised
                ],
            }
            for payment in desk.gateway.payments.values()
        ],
        "links": [
            {"reference": link.reference, "status": link.status} for link in desk.gateway.links.values()
        ],
        "keys": [{"key": key} for _operation, key in desk.gateway.calls if key],
        "key_conflicts": [],
    }
