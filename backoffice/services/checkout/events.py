"""What an installed package is told of a checkout, and where it may say no.

Three moments, each in a transaction of the checkout: write through ``work.connection``, raise Refusal to stop it
(not after the order exists). A bug in a handler stops that checkout, with everything undone, and names its package.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from backoffice.domain.errors import Refusal
from backoffice.services.checkout.guard import guarded
from backoffice.services.checkout.work import Work
from backoffice.store.store import is_trouble

_log = structlog.get_logger()


class CheckoutEventHandler:
    """Override what you need; the rest does nothing."""

    def pre_checkout(self, work: Work) -> None:
        """Before anything: there is no order number yet. A Refusal stops it, and what was written here is gone."""

    def pre_checkout_order_persist(self, work: Work) -> None:
        """Before the order takes its stock and counts as submitted. A Refusal is a veto: everything is undone."""

    def post_checkout(self, work: Work) -> None:
        """After the order exists. May be called again when it fails: its order can not be undone any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """A handler, the name of its entry point and the package it comes from."""

    handler: CheckoutEventHandler
    name: str
    package: str


def bug_in(package: str) -> Refusal:
    """Return what is said of a bug; ``package`` is "" for our own."""
    where = f"the extension “{package}”" if package else "the application"
    return Refusal(
        f"Something went wrong inside {where}; nothing was kept.",
        advice="Try again; if it happens again, tell support the time.",
        code="bug",
    )


def tell(
    handlers: tuple[Registered, ...],
    moment: Callable[[CheckoutEventHandler], Callable[[Work], None]],
    work: Work,
) -> None:
    """Call the handlers in their order; the first Refusal, or bug, is the last word."""
    for registered in handlers:
        try:
            moment(registered.handler)(guarded(work))
        except Refusal:
            raise
        except Exception as bug:
            if is_trouble(bug):
                raise
            _log.exception(
                "checkout event handler failed", package=registered.package, attempt=work.attempt_id
            )
            raise bug_in(registered.package) from bug
