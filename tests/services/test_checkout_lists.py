"""The checkout's lists: the usual ones, what packages and a store's settings make of them, and what is refused."""

from dataclasses import dataclass
from typing import Any

import pytest

from backoffice.domain.outcome import Outcome, Succeeded
from backoffice.services.checkout.actions.lists import PIPELINE
from backoffice.services.checkout.assembly import assemble, read_pipeline
from backoffice.services.checkout.events import CheckoutEventHandler, Registered
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
)
from backoffice.services.checkout.work import Work
from backoffice.settings import CheckoutLists
from tests.services.desk import Desk

USUAL = CheckoutLists()
DESIGN = {  # the table of flows.md
    "setup": [
        *("preCheckout", "shippingInformation", "giftCertificateBalanceChecker", "stockChecker"),
        "updateCustomer",
    ],
    "reversible": [
        *("createNewOrder", "populateOrderData", "createGiftCertificates", "populateTemplateOrderPayment"),
        *("authorizePayments", "updateLimitedUsageNumbers", "subscriptionCreditCheck", "updateOrder"),
        *("commitOrderTax", "processCouponCustomerAssignments", "createNewOrderEvent", "initiateFulfilment"),
        "capturePayments",
    ],
    "finalize": ["clearShoppingCart", "postCheckout"],
}


@dataclass(frozen=True)
class Local:
    """An action of a package's."""

    name: str

    def execute(self, work: Work) -> None:
        """Nothing: only its place matters here."""

    def undo(self, work: Work) -> None:
        """Nothing either."""


@dataclass(frozen=True)
class Asking(Local):
    """One that asks the world."""

    def questions(self, work: Work) -> tuple[Any, ...]:
        return ()

    async def ask(self, gateway: object, question: object) -> Outcome[str]:
        return Succeeded(value="")

    def settle(self, work: Work, answers: object) -> bool:
        return True


def by(package: str, *changes: Change) -> tuple[Wanted, ...]:
    return tuple(Wanted(change=change, package=package) for change in changes)


def lists(pipeline: Pipeline) -> dict[str, list[str]]:
    return {home: [action.name for action in getattr(pipeline, home)] for home in DESIGN}


def reversible(*changes: Change) -> list[str]:
    return lists(assemble(USUAL, Installed(changes=by("acme", *changes))))["reversible"]


def test_the_lists_are_those_of_the_design() -> None:
    assert lists(PIPELINE) == DESIGN
    assert lists(assemble(USUAL, Installed())) == DESIGN


def test_a_package_adds_before_and_after_a_named_action() -> None:
    names = reversible(
        Add(Local("weigh"), before="updateOrder"),
        Add(Local("insure"), after="weigh"),
        Add(Local("first"), after="createNewOrder"),
    )

    assert names[:2] == ["createNewOrder", "first"]
    assert names[names.index("updateOrder") - 2 : names.index("updateOrder")] == ["weigh", "insure"]
    assert [name for name in names if name in DESIGN["reversible"]] == DESIGN["reversible"]


def test_an_added_action_stands_in_the_list_of_the_one_it_stands_beside() -> None:
    pipeline = assemble(
        USUAL,
        Installed(
            changes=by(
                "acme", Add(Local("greet"), after="preCheckout"), Add(Local("wave"), after="postCheckout")
            )
        ),
    )

    assert lists(pipeline)["setup"][:2] == ["preCheckout", "greet"]
    assert lists(pipeline)["finalize"] == ["clearShoppingCart", "postCheckout", "wave"]


def test_a_package_replaces_an_action_in_its_place() -> None:
    mine = Local("commitOrderTax")
    pipeline = assemble(USUAL, Installed(changes=by("acme", Replace(mine))))

    assert lists(pipeline) == DESIGN
    assert pipeline.action("commitOrderTax") is mine
    assert pipeline.packages == {"commitOrderTax": "acme"}


def test_a_removed_action_is_known_for_the_checkouts_it_was_part_of() -> None:
    pipeline = assemble(USUAL, Installed(changes=by("acme", Remove("commitOrderTax"))))

    assert "commitOrderTax" not in lists(pipeline)["reversible"]
    assert type(pipeline.find("commitOrderTax")) is type(PIPELINE.action("commitOrderTax"))


def test_a_package_reorders_and_what_is_added_follows_what_is_moved() -> None:
    names = reversible(
        Add(Local("file"), after="commitOrderTax"), Move("commitOrderTax", before="updateLimitedUsageNumbers")
    )

    place = names.index("updateLimitedUsageNumbers")
    assert names[place - 2 : place] == ["commitOrderTax", "file"]


def test_packages_may_stand_beside_and_replace_each_others_actions() -> None:
    better = Local("weigh")
    pipeline = assemble(
        USUAL,
        Installed(
            changes=(
                *by("acme", Add(Local("insure"), after="weigh"), Replace(better)),
                *by("best", Add(Local("weigh"), after="createNewOrder")),
                *by("cheap", Remove("insure")),
            )
        ),
    )

    assert lists(pipeline)["reversible"][:2] == ["createNewOrder", "weigh"]
    assert pipeline.action("weigh") is better
    assert pipeline.packages["weigh"] == "acme"


def test_each_handler_after_the_checkout_is_an_action_of_its_own() -> None:
    handlers = tuple(
        Registered(handler=CheckoutEventHandler(), name=name, package="acme") for name in ("tell", "count")
    )
    pipeline = assemble(USUAL, Installed(handlers=handlers))

    assert lists(pipeline)["finalize"] == [
        *("clearShoppingCart", "postCheckout (acme: tell)", "postCheckout (acme: count)")
    ]
    assert pipeline.handlers == handlers


def test_a_list_in_the_stores_settings_has_the_last_word() -> None:
    wanted = ["weigh" if name == "commitOrderTax" else name for name in DESIGN["reversible"]]
    installed = Installed(
        changes=by("acme", Add(Local("weigh"), after="createNewOrder"), Add(Local("insure"), after="weigh"))
    )
    pipeline = assemble(CheckoutLists(reversible=tuple(wanted)), installed)

    assert lists(pipeline)["reversible"] == wanted
    assert {action.name for action in pipeline.unlisted} == {"commitOrderTax", "insure"}


def without(home: str, *names: str) -> CheckoutLists:
    return CheckoutLists.model_validate({home: [name for name in DESIGN[home] if name not in names]})


@pytest.mark.parametrize(
    "settings, changes, sentence",
    [
        (
            USUAL,
            (*by("acme", Replace(Local("updateOrder"))), *by("best", Replace(Local("updateOrder")))),
            "“acme” and “best” do not fit together: both say of “updateOrder” what it does",
        ),
        (
            USUAL,
            (*by("acme", Remove("commitOrderTax")), *by("best", Replace(Local("commitOrderTax")))),
            "“acme” and “best” do not fit together: both say of “commitOrderTax” what it does",
        ),
        (
            USUAL,
            (
                *by("acme", Move("commitOrderTax", after="createNewOrder")),
                *by("best", Move("commitOrderTax", before="updateOrder")),
            ),
            "both say of “commitOrderTax” where it stands",
        ),
        (
            USUAL,
            (
                *by("acme", Add(Local("weigh"), after="createNewOrder")),
                *by("best", Add(Local("weigh"), after="createNewOrder")),
            ),
            "both say of “weigh” that it is there",
        ),
        (
            USUAL,
            by("acme", Add(Local("updateOrder"), after="createNewOrder")),
            "The package “acme” does not fit the checkout: There is an action “updateOrder” already",
        ),
        (USUAL, by("acme", Add(Local("weigh"))), "“weigh” must say before or after which action"),
        (
            USUAL,
            by("acme", Add(Local("weigh"), before="updateOrder", after="updateOrder")),
            "“weigh” must say before or after which action",
        ),
        (
            USUAL,
            by("acme", Add(Local("weigh"), after="dance")),
            "“weigh” is to stand beside “dance”: there is none",
        ),
        (USUAL, by("acme", Add(Local("weigh"), after="weigh")), "“weigh” is to stand beside “weigh”"),
        (USUAL, by("acme", Move("dance", after="updateOrder")), "“dance” is to stand beside “updateOrder”"),
        (
            USUAL,
            by("acme", Move("stockChecker", after="updateOrder")),
            "“stockChecker” belongs in setup, and “updateOrder” in reversible",
        ),
        (USUAL, by("acme", Remove("dance")), "“acme” does not fit the checkout: There is no action “dance”"),
        (USUAL, by("acme", Replace(Local("dance"))), "There is no action “dance”"),
        (USUAL, by("acme", Remove("authorizePayments")), "“authorizePayments” can not be removed"),
        (
            USUAL,
            by("acme", Add(Local("weigh"), before="createNewOrder")),
            "“createNewOrder” must be the first that can be undone",
        ),
        (
            USUAL,
            by("acme", Move("updateOrder", before="authorizePayments")),
            "“updateOrder” can not stand before “authorizePayments”: an order takes its stock when it is paid for",
        ),
        (
            USUAL,
            by("acme", Add(Asking("ring"), after="createNewOrderEvent")),
            "“ring” asks the world, so it must stand before “createNewOrderEvent”",
        ),
        (
            USUAL,
            by("acme", Add(Asking("ring"), after="postCheckout")),
            "“ring” asks the world, so it can only stand among those that can be undone",
        ),
        (
            CheckoutLists(setup=("dance",)),
            (),
            "The checkout's lists in the store's settings can not be used: The list setup has “dance”",
        ),
        (CheckoutLists(finalize=("stockChecker",)), (), "has “stockChecker”, which belongs in setup"),
        (CheckoutLists(finalize=("postCheckout", "postCheckout")), (), "has an action twice"),
        (
            without("reversible", "updateOrder"),
            (),
            "store's settings can not be used: “updateOrder” can not be",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence_that_names_who_wants_it(
    settings: CheckoutLists, changes: tuple[Wanted, ...], sentence: str
) -> None:
    with pytest.raises(BrokenListsError) as refused:
        assemble(settings, Installed(changes=changes))

    assert sentence in refused.value.sentence
    assert refused.value.advice


async def test_the_settings_of_the_store_are_read_at_the_start(desk: Desk) -> None:
    shorter = without("reversible", "commitOrderTax")

    desk.use(desk.system(), checkout_lists=shorter)
    again = await desk.another("desk-2")
    try:
        assert lists(again.office.pipeline)["reversible"] == list(shorter.reversible)
        assert "commitOrderTax" in lists(desk.office.pipeline)["reversible"]
    finally:
        await again.office.close()
    assert (
        lists(desk.office.store.read_here(lambda connection: read_pipeline(connection, "another store")))
        == DESIGN
    )
