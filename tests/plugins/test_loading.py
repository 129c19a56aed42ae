"""What packages offer is loaded from their entry points; what is none of it is refused in words."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from backoffice.services.checkout.plugins import BrokenListsError, Move, Remove, installed
from backoffice.services.checkout.plugins import _package as package_of
from tests.plugins.test_installed_package import beside

CODE = """
from backoffice.services.checkout.events import CheckoutEventHandler
from backoffice.services.checkout.plugins import Add, Move, Remove

class Nothing:
    def execute(self, work): ...
    def undo(self, work): ...

class Half(Nothing):
    name = "half"
    async def ask(self, gateway, question): ...

class Handler(CheckoutEventHandler): ...

NAMELESS = Add(Nothing(), after="updateOrder")
HALF = Add(Half(), after="authorizePayments")
CHANGES = [Remove("commitOrderTax"), Move("updateOrder", after="commitOrderTax")]
ONE = Remove("populateOrderData")
READY = Handler()
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for packages on this process's own path."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def offers(site: Path, package: str, actions: str = "", handlers: str = "") -> None:
    (site / f"{package}.py").write_text(CODE, encoding="utf-8")
    points = "[backoffice.checkout.actions]\n" + actions + "\n[backoffice.checkout.handlers]\n" + handlers
    beside(site, package, points)


def test_changes_and_handlers_come_in_the_order_of_their_packages(site: Path) -> None:
    offers(site, "zeta", "x = zeta:ONE")
    offers(site, "alpha", "x = alpha:CHANGES", "h = alpha:Handler\ng = alpha:READY")

    found = installed()

    assert [(wanted.package, wanted.change) for wanted in found.changes] == [
        ("alpha", Remove("commitOrderTax")),
        ("alpha", Move("updateOrder", after="commitOrderTax")),
        ("zeta", Remove("populateOrderData")),
    ]
    assert [(one.package, one.name) for one in found.handlers] == [("alpha", "g"), ("alpha", "h")]


@pytest.mark.parametrize(
    "actions, handlers, sentence",
    [
        ("x = beta:NOTHING", "", "its entry point “x” can not be loaded"),
        ("x = beta:READY", "", "is no Add, Replace, Remove or Move, nor a tuple of them"),
        ("x = beta:NAMELESS", "", "has an action that lacks its name"),
        ("x = beta:HALF", "", "has an action that lacks questions, settle"),
        (
            "",
            "x = beta:ONE",
            "is no CheckoutEventHandler (pre_checkout, pre_checkout_order_persist, post_checkout)",
        ),
    ],
)
def test_what_is_none_of_it_is_refused_and_the_package_named(
    site: Path, actions: str, handlers: str, sentence: str
) -> None:
    offers(site, "beta", actions, handlers)

    with pytest.raises(BrokenListsError) as refused:
        installed()

    assert "The package “beta” does not fit the checkout" in refused.value.sentence
    assert sentence in refused.value.sentence


def test_an_entry_point_of_no_package_is_named_by_its_module() -> None:
    assert package_of(EntryPoint(name="x", value="somewhere.else:X", group="g")) == "somewhere.else"
