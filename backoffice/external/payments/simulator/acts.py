"""What the gateway can do to a payment. Each act takes the bank and a checked request."""

from dataclasses import dataclass, replace
from datetime import timedelta

from backoffice.external.payments.simulator import rules
from backoffice.external.payments.simulator.bank import Bank, Body, Reply, wire
from backoffice.external.payments.simulator.demo_cards import LABELS
from backoffice.external.payments.simulator.faults import Fault
from backoffice.external.simulation.refusals import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One request that changes something. ``target`` is a payment's or a link's id, "" for a new one.

    ``fault`` is what this try has to suffer; it is no part of the request.
    """

    operation: str
    key: str
    target: str
    body: Body
    fault: Fault | None = None


def authorise(bank: Bank, command: Command) -> Reply:
    """Hold the amount, or let the bank decline, or decide later."""
    bank.check_reference(command.body["reference"])
    asked, fault = bank.new_payment(command.body), command.fault
    if asked.token not in LABELS:
        raise Refusal(rules.PAYMENT_REQUIRED, "card_unknown", "The gateway knows no such saved card.")
    if fault and fault.kind == "pending":
        decide_at = bank.clock() + timedelta(seconds=fault.seconds)
        pending = replace(asked, decide_at=decide_at, decide_code=fault.code)
        return bank.keep(pending, command.key, status=rules.CREATED)
    if fault and fault.kind == "decline":
        declined = bank.decide(replace(asked, decide_code=fault.code or "do_not_honour"))
        bank.keep(declined, command.key)
        raise Refusal(rules.PAYMENT_REQUIRED, declined.decline_code, declined.decline_reason)
    return bank.keep(bank.decide(asked), command.key, status=rules.CREATED)


def capture(bank: Bank, command: Command) -> Reply:
    """Take what is held, or part of it."""
    body = command.body
    after = rules.capture(bank.payment(command.target), body["amount"], body["currency"])
    return bank.keep(after, command.key, kind="captured", amount=body["amount"])


def void(bank: Bank, command: Command) -> Reply:
    """Let go of what is held; nothing held is as good."""
    before = bank.payment(command.target)
    after = rules.void(before)
    if after == before:
        return Reply(status=rules.OK, body=wire(before))
    return bank.keep(after, command.key, kind="voided", amount=before.authorised - after.authorised)


def refund(bank: Bank, command: Command) -> Reply:
    """Give back what was captured, or part of it."""
    body = command.body
    after = rules.refund(bank.payment(command.target), body["amount"], body["currency"])
    return bank.keep(after, command.key, kind="refunded", amount=body["amount"])


def find(bank: Bank, reference: str) -> Reply:
    """The payment with this reference, in a list of none or one."""
    found = bank.ledger.payment("reference", reference)
    return Reply(status=rules.OK, body={"payments": [wire(found)] if found else []})


def list_cards() -> Reply:
    """The demo's cards: everybody has the same."""
    cards = [{"token": token, "label": label} for token, label in LABELS.items()]
    return Reply(status=rules.OK, body={"cards": cards})
