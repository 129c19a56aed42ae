"""The ledger as one JSON document.

::

    {"payments": [{"id", "reference", "token", "customer_reference", "description", "currency", "amount",
                   "status", "authorised", "captured", "refunded", "decline_code", "decline_reason",
                   "expires_at", "created_at", "events": [{"kind", "amount", "key", "at"}]}],
     "links":    [{"id", "reference", "amount", "currency", "description", "status", "expires_at",
                   "created_at"}],
     "keys":     [{"key", "operation", "body_hash", "status", "at"}],
     "key_conflicts": [{"key", "operation", "body_hash", "at"}],
     "stuck": 0, "undelivered": 0}

Amounts in minor units. An event's kind is authorised, declined, pending, captured, voided, refunded or
expired; its key is "" when nobody asked (a late decision, an expiry, a customer on a link's page).
"""

from typing import Any

from backoffice.external.payments.simulator.bank import Bank, wire


def export(bank: Bank) -> dict[str, Any]:
    """Everything, in the shape above."""
    ledger = bank.ledger
    events: dict[str, list[dict[str, Any]]] = {}
    for event in ledger.rows("SELECT payment_id, kind, amount, key, at FROM events ORDER BY seq"):
        events.setdefault(event.pop("payment_id"), []).append(event)
    payments = [
        wire(payment)
        | {
            "token": payment.token,
            "customer_reference": payment.customer_reference,
            "description": payment.description,
            "amount": payment.amount,
            "created_at": payment.created_at.isoformat(),
            "events": events.get(payment.id, []),
        }
        for payment in ledger.payments("TRUE")
    ]
    return {
        "payments": payments,
        "links": ledger.rows("SELECT * FROM links ORDER BY created_at, id"),
        "keys": ledger.rows("SELECT key, operation, body_hash, status, at FROM keys ORDER BY at, key"),
        "key_conflicts": ledger.rows("SELECT key, operation, body_hash, at FROM key_conflicts ORDER BY seq"),
        "stuck": ledger.rows("SELECT count(*) AS n FROM stuck")[0]["n"],
        "undelivered": ledger.rows("SELECT count(*) AS n FROM outbox WHERE delivered_at IS NULL")[0]["n"],
    }
