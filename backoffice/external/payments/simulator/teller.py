"""What the gateway does when asked, once per key.

1. What has become due meanwhile (stuck requests, pending payments, expiries) is settled first.
2. A key that was used before gets its first answer again, refusals included; with another body it is a
   conflict.
3. The act decides; payment, event, answer and webhook are written in one transaction.
"""

import hashlib
import json
from datetime import timedelta

from backoffice.external.payments.simulator import acts, links, rules
from backoffice.external.payments.simulator.acts import Command
from backoffice.external.payments.simulator.bank import Bank, Reply, refusal_reply
from backoffice.external.payments.simulator.ledger import text
from backoffice.external.simulation.book import Row
from backoffice.external.simulation.refusals import Refusal

_ACTS = {
    "authorise": acts.authorise,
    "capture": acts.capture,
    "void": acts.void,
    "refund": acts.refund,
    "create_link": links.create_link,
    "cancel_link": links.cancel_link,
}


class Teller:
    """Does what is asked of one bank."""

    def __init__(self, bank: Bank) -> None:
        """Stand at its counter."""
        self.bank = bank
        self._ledger = bank.ledger

    def perform(self, command: Command) -> Reply:
        """Do it, or repeat the first answer."""
        with self._ledger.transaction():
            self.settle()
            return self._once(command)

    def find(self, reference: str) -> Reply:
        """Look a payment up by the store's reference."""
        self.settle()
        return acts.find(self.bank, reference)

    def link(self, link_id: str) -> Row:
        """One link as it is now; Refusal 404 when there is none."""
        self.settle()
        return links.link_of(self.bank, link_id)

    def pay(self, link_id: str) -> Row:
        """The customer presses Pay."""
        with self._ledger.transaction():
            self.settle()
            return links.pay(self.bank, link_id)

    def knows(self, key: str) -> bool:
        """Whether this key has its answer, or its first try is still stuck on the way."""
        query = "SELECT 1 FROM keys WHERE key = ?1 UNION SELECT 1 FROM stuck WHERE key = ?1"
        return self._ledger.row(query, key) is not None

    def get_stuck(self, command: Command, seconds: float) -> None:
        """Let a request arrive later, whoever has stopped waiting for it."""
        due = self.bank.clock() + timedelta(seconds=seconds)
        self._ledger.change(
            "INSERT OR IGNORE INTO stuck (key, operation, target, body, due_at) VALUES (?, ?, ?, ?, ?)",
            command.key, command.operation, command.target, json.dumps(command.body), text(due),
        )  # fmt: skip

    def settle(self) -> None:
        """Bring everything up to the present: stuck requests, late decisions, expiries."""
        bank, ledger = self.bank, self._ledger
        now = text(bank.clock())
        with ledger.transaction():
            for row in ledger.rows("DELETE FROM stuck WHERE due_at <= ? RETURNING *", now):
                self._once(
                    Command(
                        operation=row["operation"],
                        key=row["key"],
                        target=row["target"],
                        body=json.loads(row["body"]),
                    )
                )
            for payment in ledger.payments("status = 'pending' AND decide_at <= ?", now):
                decided = bank.decide(payment)
                bank.keep(decided, "")
                bank.tell_store(decided)
            for payment in ledger.payments("expires_at <= ?", now):
                bank.keep(rules.expire(payment), "", kind="expired")
            ledger.change(
                "UPDATE links SET status = 'expired' WHERE status = 'open' AND expires_at <= ?", now
            )

    def _once(self, command: Command) -> Reply:
        body_hash, now = _hash(command), text(self.bank.clock())
        seen = self._ledger.row("SELECT * FROM keys WHERE key = ?", command.key)
        if seen and seen["body_hash"] == body_hash:
            return Reply(status=seen["status"], body=json.loads(seen["body"]))
        if seen:
            self._ledger.change(
                "INSERT INTO key_conflicts (key, operation, body_hash, at) VALUES (?, ?, ?, ?)",
                command.key, command.operation, body_hash, now,
            )  # fmt: skip
            return refusal_reply(
                Refusal(rules.CONFLICT, "key_reused", "This key was used before, for another request.")
            )
        try:
            reply = _ACTS[command.operation](self.bank, command)
        except Refusal as refused:
            reply = refusal_reply(refused)
        self._ledger.change(
            "INSERT INTO keys (key, operation, body_hash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)",
            command.key, command.operation, body_hash, reply.status, json.dumps(reply.body), now,
        )  # fmt: skip
        return reply


def _hash(command: Command) -> str:
    words = json.dumps(
        [command.operation, command.target, command.body], sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(words.encode()).hexdigest()
