"""Pay by link: a page where the customer presses Pay, until it expires or is cancelled."""

from datetime import datetime

from backoffice.domain.ids import new_id
from backoffice.external.payments.simulator import rules
from backoffice.external.payments.simulator.acts import Command
from backoffice.external.payments.simulator.bank import Bank, Body, Reply
from backoffice.external.payments.simulator.demo_cards import LINK_TOKEN
from backoffice.external.payments.simulator.ledger import text
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import Refusal


def create_link(bank: Bank, command: Command) -> Reply:
    """Make the page."""
    body = command.body
    bank.check_reference(body["reference"])
    link_id, now = f"link_{new_id()}", bank.clock()
    expires_at = datetime.fromisoformat(body["expires_at"])
    if expires_at <= now:
        raise Refusal(rules.CONFLICT, "link_expired", "The link would expire before it exists.")
    bank.ledger.change(
        "INSERT INTO links (id, reference, amount, currency, description, status, expires_at, created_at)"
        " VALUES (?, ?, ?, ?, ?, 'open', ?, ?)",
        link_id, body["reference"], body["amount"], body["currency"], body["description"],
        text(expires_at), text(now),
    )  # fmt: skip
    return Reply(status=rules.CREATED, body=link_wire(bank, link_of(bank, link_id)))


def cancel_link(bank: Bank, command: Command) -> Reply:
    """Close the page; a paid one stays paid."""
    link_of(bank, command.target)
    bank.ledger.change(
        "UPDATE links SET status = 'cancelled' WHERE id = ? AND status = 'open'", command.target
    )
    return Reply(status=rules.OK, body=link_wire(bank, link_of(bank, command.target)))


def pay(bank: Bank, link_id: str) -> Row:
    """The customer presses Pay: the amount is held and the store is told. Pressing again changes nothing."""
    link = link_of(bank, link_id)
    if link["status"] != "open":
        return link
    names = ("reference", "description", "currency", "amount")
    asked = bank.new_payment(
        {"token": LINK_TOKEN, "customer_reference": ""} | {name: link[name] for name in names}
    )
    held = bank.decide(asked)
    bank.keep(held, "")
    bank.tell_store(held)
    bank.ledger.change("UPDATE links SET status = 'paid' WHERE id = ?", link_id)
    return link_of(bank, link_id)


def link_of(bank: Bank, link_id: str) -> Row:
    """One link as it is now; Refusal 404 when there is none."""
    row = bank.ledger.row("SELECT * FROM links WHERE id = ?", link_id)
    if row is None:
        raise Refusal(rules.NOT_FOUND, "link_unknown", "There is no such payment link.")
    return row


def link_wire(bank: Bank, link: Row) -> Body:
    """A link as the API shows it."""
    names = ("id", "reference", "amount", "currency", "status", "expires_at")
    return {name: link[name] for name in names} | {"url": bank.page_of(link["id"])}
