"""Who pays what of an order: certificates first, then the ways the agent chose, the rest filled in by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.domain.cart import Cart
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A way to pay and what it pays; ``amount`` None: the rest, not known before Prepare."""

    plan: PaymentPlan
    amount: Money | None
    is_rest: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """All ways chosen. ``to_pay`` is what certificates leave, None before Prepare.

    ``missing``: nobody pays this yet; ``over``: more than there is to pay. Both None where all adds up or nothing is
    known.
    """

    shares: tuple[Share, ...] = ()
    to_pay: Money | None = None
    missing: Money | None = None
    over: Money | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether the ways chosen pay all of it, and no more."""
        return self.missing is None and self.over is None and (bool(self.shares) or self.is_paid)

    @property
    def is_paid(self) -> bool:
        """Tell whether certificates pay all of it, so that nothing is left to choose."""
        return self.to_pay is not None and not self.to_pay.minor


def split_of(cart: Cart, *, holds: bool) -> Split:
    """Return who pays what of a cart; ``holds``: the amounts of the last Prepare are still so."""
    to_pay = cart.prepared.to_pay if holds and cart.prepared is not None else None
    return split(cart.payments, to_pay)


def split(plans: tuple[PaymentPlan, ...], to_pay: Money | None) -> Split:
    """Fill in the rest; see `Split`."""
    if to_pay is None:
        return Split(
            shares=tuple(Share(plan=plan, amount=plan.amount, is_rest=plan.amount is None) for plan in plans),
            missing=None,
        )
    left = to_pay
    for plan in plans:
        if plan.amount is not None:
            left -= plan.amount
    shares = tuple(
        Share(plan=plan, amount=plan.amount if plan.amount is not None else left, is_rest=plan.amount is None)
        for plan in plans
    )
    rests = any(share.is_rest for share in shares)
    return Split(
        shares=shares,
        to_pay=to_pay,
        missing=left if plans and left.minor > 0 and not rests else None,
        over=-left if left.minor < 0 else None,
    )


def with_plan(plans: tuple[PaymentPlan, ...], new: PaymentPlan) -> tuple[PaymentPlan, ...]:
    """Return the plans with a new one: in place of the same way, and where it takes the rest of what took it before.

    The one that takes the rest stands last.
    """
    kept = [
        plan
        for plan in plans
        if not _same_way(plan, new) and not (new.amount is None and plan.amount is None)
    ]
    return _rest_last([*kept, new])


def without_idle(plans: tuple[PaymentPlan, ...], to_pay: Money | None) -> tuple[PaymentPlan, ...]:
    """Return the plans without one that takes the rest where the others pay all of it."""
    if to_pay is None or split(plans, to_pay).over is not None:
        return plans
    return tuple(share.plan for share in split(plans, to_pay).shares if share.amount)


def without_plan(plans: tuple[PaymentPlan, ...], place: int) -> tuple[PaymentPlan, ...]:
    """Return the plans without the one at a place."""
    return tuple(plan for position, plan in enumerate(plans) if position != place)


def _same_way(one: PaymentPlan, other: PaymentPlan) -> bool:
    return (one.method, one.reference) == (other.method, other.reference)


def _rest_last(plans: Iterable[PaymentPlan]) -> tuple[PaymentPlan, ...]:
    return tuple(sorted(plans, key=lambda plan: plan.amount is None))
