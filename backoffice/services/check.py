"""`backofficectl check`: the invariants, verified read-only over our database and, where given, the others' books.

1. each invariant is a row of the table below: its number and sentence, what it needs, and the function that looks;
2. one that needs a book nobody gave is not checked, and says so; so is one that holds only once it is quiet;
3. whatever it finds is told with its subject; nothing is changed.

The numbers are those of the design; those missing here have nothing to look at yet, or are proved by other means.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from backoffice.services.checks import card_numbers, money, order, rights, stock, sync, transfer, uses
from backoffice.services.checks.ledgers import Ledgers, Violation

Look = Callable[[Connection, Ledgers], list[Violation]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invariant:
    """What must be true. ``quiet``: once work has ended; ``book``: "", payments or dom, without which it is blind."""

    number: int
    sentence: str
    look: Look
    quiet: bool = False
    book: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """How one invariant stands: ``state`` is holds, broken, or skipped with ``reason``."""

    invariant: Invariant
    state: str
    reason: str = ""
    violations: tuple[Violation, ...] = ()


INVARIANTS = (
    Invariant(
        number=1,
        sentence="Every authorisation at the gateway has exactly one payment row, by key.",
        look=money.each_authorisation_has_its_row,
        quiet=True,
        book="payments",
    ),
    Invariant(
        number=2,
        sentence="Every open authorisation belongs to an order that lives.",
        look=money.each_open_authorisation_has_its_order,
        quiet=True,
        book="payments",
    ),
    Invariant(
        number=3,
        sentence="Nothing above the total is held or taken; nothing is negative.",
        look=money.never_more_than_the_total,
    ),
    Invariant(number=4, sentence="One key, one request.", look=money.one_key_one_request),
    Invariant(number=5, sentence="No payment stays undecided.", look=money.no_payment_stays_undecided),
    Invariant(
        number=6,
        sentence="No card number is kept anywhere.",
        look=card_numbers.no_card_number_is_kept,
        book="files",
    ),
    Invariant(
        number=7,
        sentence="Payments = total = lines + shipping + tax - discounts.",
        look=money.the_sums_are_right,
    ),
    Invariant(
        number=8, sentence="A cart version has at most one order.", look=order.one_order_per_cart_version
    ),
    Invariant(
        number=9, sentence="Order numbers are unique and never reused.", look=order.numbers_are_never_reused
    ),
    Invariant(number=10, sentence="Snapshots never change.", look=order.snapshots_never_change),
    Invariant(
        number=11,
        sentence="An order exists if and only if its transfer, e-mail and event do.",
        look=order.an_order_and_what_follows,
    ),
    Invariant(
        number=12, sentence="Status history follows the allowed moves.", look=order.histories_follow_the_moves
    ),
    Invariant(
        number=13, sentence="Every checkout ended; rollback in exact reverse.", look=order.checkouts_end
    ),
    Invariant(
        number=14,
        sentence="A FAILED order leaves its trail and nothing else.",
        look=order.failed_orders_leave_nothing,
    ),
    Invariant(
        number=15,
        sentence="A cart is closed if and only if its order exists.",
        look=order.a_closed_cart_has_its_order,
    ),
    Invariant(
        number=16,
        sentence="Uses counted are the orders that use it, never above the limit.",
        look=uses.uses_are_what_orders_use,
    ),
    Invariant(
        number=17,
        sentence="The DOM holds each transferred order once, and no failed one.",
        look=transfer.the_dom_holds_each_once,
        quiet=True,
        book="dom",
    ),
    Invariant(
        number=18,
        sentence="What the DOM holds is what we froze.",
        look=transfer.the_dom_holds_what_was_frozen,
        book="dom",
    ),
    Invariant(
        number=19,
        sentence="Each transfer is done, held, or failed with a reason.",
        look=transfer.no_transfer_is_under_way,
    ),
    Invariant(
        number=20, sentence="Every try is kept; a retry keeps the key.", look=transfer.attempts_are_kept
    ),
    Invariant(
        number=22,
        sentence="Reserved is what live carts hold, and nothing outlives its expiry.",
        look=stock.reserved_is_what_carts_hold,
    ),
    Invariant(
        number=23,
        sentence="Nothing is negative; nobody holds what is not there.",
        look=stock.nothing_is_negative,
    ),
    Invariant(
        number=24,
        sentence="One decrement per order line; the cache is the DOM's figure.",
        look=stock.each_line_is_decremented_once,
    ),
    Invariant(
        number=25,
        sentence="A message is applied at most once.",
        look=sync.messages_are_applied_once,
    ),
    Invariant(number=28, sentence="Answered 2xx is stored.", look=sync.answered_is_stored),
    Invariant(
        number=29,
        sentence="Shipped is at most what was ordered; one e-mail per shipment and status.",
        look=sync.shipped_is_what_was_ordered,
    ),
    Invariant(number=30, sentence="The audit trail is whole.", look=sync.the_trail_is_whole),
    Invariant(number=31, sentence="Who acted was allowed to.", look=rights.who_acted_was_allowed),
)


def check_all(connection: Connection, ledgers: Ledgers) -> tuple[Finding, ...]:
    """Look at every invariant, in the caller's reading transaction."""
    return tuple(_check(invariant, connection, ledgers) for invariant in INVARIANTS)


def _check(invariant: Invariant, connection: Connection, ledgers: Ledgers) -> Finding:
    if invariant.book and getattr(ledgers, invariant.book) is None:
        return Finding(invariant=invariant, state="skipped", reason=f"needs the ledger: {invariant.book}")
    if invariant.quiet and not ledgers.quiet:
        return Finding(invariant=invariant, state="skipped", reason="work is under way")
    found = tuple(invariant.look(connection, ledgers))
    return Finding(invariant=invariant, state="broken" if found else "holds", violations=found)
