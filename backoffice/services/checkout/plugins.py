"""Packages installed beside the application may change the checkout; they say so through Python entry points.

In group ``backoffice.checkout.actions`` an entry point names an Add, Replace, Remove or Move, or a tuple of them;
in group ``backoffice.checkout.handlers`` a CheckoutEventHandler. What can not be loaded, or is none of these, stops
the start with a sentence that names the package: a desk that quietly checks out otherwise than agreed is worse.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from backoffice.domain.errors import Refusal
from backoffice.services.checkout.events import CheckoutEventHandler, Registered
from backoffice.services.checkout.work import Action

ACTIONS = "backoffice.checkout.actions"
HANDLERS = "backoffice.checkout.handlers"
_LOCAL = ("execute", "undo")
_REMOTE = ("questions", "ask", "settle")
_MOMENTS = tuple(name for name in vars(CheckoutEventHandler) if not name.startswith("_"))


class BrokenListsError(Refusal):
    """The lists of the checkout can not be what the store's settings and the installed packages want together."""

    code = "checkout_lists"


@dataclass(frozen=True, slots=True)
class Add:
    """One more action, right ``before`` or right ``after`` a named one, in the list that one stands in."""

    action: Action
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Replace:
    """Another action under the same name, in the same place. Its ``undo`` may meet what the old one did."""

    action: Action


@dataclass(frozen=True, slots=True)
class Remove:
    """An action that is not run any more."""

    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """Another place in the same list, right ``before`` or right ``after`` a named action."""

    name: str
    before: str = ""
    after: str = ""


Change = Add | Replace | Remove | Move


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A change and the package that wants it."""

    change: Change
    package: str

    @property
    def name(self) -> str:
        """Return the name of the action it is about."""
        return self.change.action.name if isinstance(self.change, Add | Replace) else self.change.name

    @property
    def before(self) -> str:
        """Return the action it wants to stand before, "" when it does not say."""
        return getattr(self.change, "before", "")

    @property
    def after(self) -> str:
        """Return the action it wants to stand after, "" when it does not say."""
        return getattr(self.change, "after", "")

    @property
    def beside(self) -> str:
        """Return the one or the other."""
        return self.before or self.after


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """All that installed packages want, in an order that does not depend on the machine."""

    changes: tuple[Wanted, ...] = ()
    handlers: tuple[Registered, ...] = ()


def installed() -> Installed:
    """Return what the packages of this Python want. Raises BrokenListsError."""
    return Installed(
        changes=tuple(
            Wanted(change=change, package=_package(point))
            for point in _points(ACTIONS)
            for change in _changes(point)
        ),
        handlers=tuple(
            Registered(handler=_handler(point), name=point.name, package=_package(point))
            for point in _points(HANDLERS)
        ),
    )


def _points(group: str) -> list[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda point: (_package(point), point.name))


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.module


def _changes(point: EntryPoint) -> Iterable[Change]:
    loaded = _load(point)
    changes = loaded if isinstance(loaded, tuple | list) else (loaded,)
    for change in changes:
        if not isinstance(change, Change):
            raise _broken(point, "is no Add, Replace, Remove or Move, nor a tuple of them")
        if isinstance(change, Add | Replace) and (lack := _lack(change.action)):
            raise _broken(point, f"has an action that lacks {lack}")
    return changes


def _lack(action: object) -> str:
    """Return what an action lacks, "" when it is whole: half a remote action would never be asked."""
    if not isinstance(getattr(action, "name", None), str):
        return "its name"
    is_remote = any(hasattr(action, method) for method in _REMOTE)
    needed = _LOCAL + (_REMOTE if is_remote else ())
    return ", ".join(method for method in needed if not callable(getattr(action, method, None)))


def _handler(point: EntryPoint) -> CheckoutEventHandler:
    loaded = _load(point)
    handler = loaded() if isinstance(loaded, type) else loaded
    if not isinstance(handler, CheckoutEventHandler):
        raise _broken(point, f"is no CheckoutEventHandler ({', '.join(_MOMENTS)})")
    return handler


def _load(point: EntryPoint) -> object:
    try:
        loaded: object = point.load()
    except Exception as trouble:
        raise _broken(point, f"can not be loaded: {trouble}") from trouble
    return loaded


def _broken(point: EntryPoint, what: str) -> BrokenListsError:
    sentence = (
        f"The package “{_package(point)}” does not fit the checkout: its entry point “{point.name}” {what}."
    )
    return BrokenListsError(sentence, advice="Repair or uninstall it, then start again.")
