"""The checkout's lists in force: the built-in ones, as installed packages change them and the store's settings order.

1. moved and added actions take the place they name; replaced ones keep theirs and their name; removed ones go;
2. a list the store's settings spell out is taken as it stands there: its names in their order, whatever packages want;
3. what two packages want of one action, names nobody knows and orders that would lose money or stock are refused, in
   a sentence that names the package.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from backoffice.services.checkout.actions.lists import built_in
from backoffice.services.checkout.actions.post_checkout import PostCheckout
from backoffice.services.checkout.events import Registered
from backoffice.services.checkout.list_rules import broken_rules
from backoffice.services.checkout.pipeline import Pipeline
from backoffice.services.checkout.plugins import (
    Add,
    BrokenListsError,
    Change,
    Installed,
    Move,
    Remove,
    Replace,
    Wanted,
    installed,
)
from backoffice.services.checkout.work import Action
from backoffice.services.stores import has_store, load_store
from backoffice.settings import CheckoutLists

LISTS = ("setup", "reversible", "finalize")
SETTINGS = "the store's settings"


@dataclass(kw_only=True)
class _Draft:
    """The lists while they are changed: names in order by list, actions by name, and who wanted what."""

    names: dict[str, list[str]]
    actions: dict[str, Action]
    homes: dict[str, str]  # the list an action belongs in, also when it is not in force
    packages: dict[str, str] = field(default_factory=dict)  # of actions that are not built in
    touched: dict[str, str] = field(
        default_factory=dict
    )  # action -> who last said where it stands, or that it goes

    def list_of(self, name: str) -> str:
        """Return the list an action stands in, "" when in none."""
        return next((one for one in LISTS if name in self.names[one]), "")


def read_pipeline(connection: Connection, store_id: str) -> Pipeline:
    """Return the lists in force for a store, also before it is there. Raises BrokenListsError."""
    there = has_store(connection, store_id)
    return assemble(
        load_store(connection, store_id).checkout_lists if there else CheckoutLists(), installed()
    )


def assemble(lists: CheckoutLists, wanted: Installed) -> Pipeline:
    """Return the pipeline in force. Raises BrokenListsError."""
    usual = built_in(wanted.handlers)
    by_list: dict[str, tuple[Action, ...]] = {one: getattr(usual, one) for one in LISTS}
    draft = _Draft(
        names={one: [action.name for action in actions] for one, actions in by_list.items()},
        actions={action.name: action for actions in by_list.values() for action in actions},
        homes={action.name: one for one, actions in by_list.items() for action in actions},
    )
    _refuse_conflicts(wanted.changes)
    _place(draft, [*_of(Move, wanted.changes), *_of(Add, wanted.changes)])
    for one in (*_of(Replace, wanted.changes), *_of(Remove, wanted.changes)):
        _apply(draft, one)
    for home in LISTS:
        if names := getattr(lists, home):
            _spell_out(draft, home, names)
    pipeline = _pipeline(draft, wanted.handlers)
    for name, sentence in broken_rules(pipeline):
        raise _broken(draft.touched.get(name, SETTINGS), sentence)
    return pipeline


def _of(kind: type[Change], changes: Iterable[Wanted]) -> list[Wanted]:
    return [wanted for wanted in changes if isinstance(wanted.change, kind)]


_CLAIMS: dict[type[Change], tuple[str, ...]] = {  # two changes of one action may not claim the same of it
    Add: ("that it is there",),
    Replace: ("what it does",),
    Move: ("where it stands",),
    Remove: ("what it does", "where it stands"),
}


def _refuse_conflicts(changes: Sequence[Wanted]) -> None:
    first: dict[tuple[str, str], Wanted] = {}
    for wanted in changes:
        for claim in _CLAIMS[type(wanted.change)]:
            before = first.setdefault((wanted.name, claim), wanted)
            if before is not wanted:
                sentence = (
                    f"The packages “{before.package}” and “{wanted.package}” do not fit together:"
                    f" both say of “{wanted.name}” {claim}."
                )
                raise BrokenListsError(sentence, advice="Uninstall one of them, then start again.")


def _apply(draft: _Draft, wanted: Wanted) -> None:
    home = draft.list_of(wanted.name)
    if not home:
        raise _broken(wanted.package, f"There is no action “{wanted.name}”.")
    if isinstance(wanted.change, Replace):
        draft.actions[wanted.name] = wanted.change.action
        draft.packages[wanted.name] = wanted.package
    else:
        draft.names[home].remove(wanted.name)
        draft.touched[wanted.name] = wanted.package


def _place(draft: _Draft, waiting: list[Wanted]) -> None:
    """Put moved and added actions where they want to stand.

    One may stand beside another that is only being added, so it goes on as long as any finds its place.
    """
    for wanted in waiting:
        _check_place(draft, wanted)
    while waiting:
        left = [wanted for wanted in waiting if not _put(draft, wanted)]
        if len(left) == len(waiting):
            first = left[0]
            raise _broken(
                first.package, f"“{first.name}” is to stand beside “{first.beside}”: there is none."
            )
        waiting = left


def _check_place(draft: _Draft, wanted: Wanted) -> None:
    if isinstance(wanted.change, Add) and wanted.name in draft.actions:
        raise _broken(
            wanted.package, f"There is an action “{wanted.name}” already: replace it, or take another name."
        )
    if bool(wanted.before) == bool(wanted.after):
        raise _broken(wanted.package, f"“{wanted.name}” must say before or after which action it stands.")


def _put(draft: _Draft, wanted: Wanted) -> bool:
    change, anchor = wanted.change, wanted.beside
    home = draft.homes.get(anchor, "")
    if not home or anchor == wanted.name:
        return False
    if isinstance(change, Add):
        draft.actions[wanted.name] = change.action
        draft.packages[wanted.name] = wanted.package
        draft.homes[wanted.name] = home
    elif wanted.name not in draft.homes:
        return False
    elif draft.homes[wanted.name] != home:
        sentence = f"“{wanted.name}” belongs in {draft.homes[wanted.name]}, and “{anchor}” in {home}."
        raise _broken(wanted.package, sentence)
    names = [name for name in draft.names[home] if name != wanted.name]
    names.insert(names.index(anchor) + (1 if wanted.after else 0), wanted.name)
    draft.names[home] = names
    draft.touched[wanted.name] = wanted.package
    return True


def _spell_out(draft: _Draft, home: str, names: tuple[str, ...]) -> None:
    """Take a list as the store's settings have it."""
    homes = draft.homes
    for name in names:
        if name not in homes:
            raise _broken(SETTINGS, f"The list {home} has “{name}”, which is neither built in nor installed.")
        if homes[name] != home:
            raise _broken(SETTINGS, f"The list {home} has “{name}”, which belongs in {homes[name]}.")
    if len(set(names)) != len(names):
        raise _broken(SETTINGS, f"The list {home} has an action twice.")
    draft.touched |= dict.fromkeys({*names, *draft.names[home]}, SETTINGS)
    draft.names[home] = list(names)


def _pipeline(draft: _Draft, handlers: tuple[Registered, ...]) -> Pipeline:
    def actions(home: str) -> tuple[Action, ...]:
        return tuple(draft.actions[name] for name in draft.names[home])

    return Pipeline(
        setup=actions("setup"),
        reversible=actions("reversible"),
        finalize=tuple(_one_each(actions("finalize"))),
        unlisted=tuple(
            draft.actions[name]
            for name, home in draft.homes.items()
            if home == "reversible" and name not in draft.names["reversible"]
        ),
        packages=draft.packages,
        handlers=handlers,
    )


def _one_each(actions: Iterable[Action]) -> Iterable[Action]:
    for action in actions:
        if isinstance(action, PostCheckout):
            yield from action.one_each()
        else:
            yield action


def _broken(who: str, sentence: str) -> BrokenListsError:
    if who == SETTINGS:
        return BrokenListsError(
            f"The checkout's lists in {SETTINGS} can not be used: {sentence}",
            advice="Put them right, then start again.",
        )
    return BrokenListsError(
        f"The package “{who}” does not fit the checkout: {sentence}",
        advice="Repair or uninstall it, then start again.",
    )
