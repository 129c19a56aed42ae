"""Pictures of the Calls screen in each of its states, light and dark: ``python -m tests.ui.calls.pictures FOLDER``.

No service is asked: the states are written down here and shown. ``QT_SCALE_FACTOR=2`` makes them for a fine screen.
"""

import os
import sys
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from backoffice.domain.cart import CartShipment, LineOverride
from backoffice.domain.ids import LineId, OrderNumber, StaffId
from backoffice.domain.lock import LockKind, LockState, Subject
from backoffice.domain.order import SubmitResult
from backoffice.domain.payment import CardChoice, PayLink, PaymentMethod, PaymentPlan
from backoffice.domain.staff import Actor, Role
from backoffice.domain.statuses import CartStatus, CheckoutState, LinkStatus
from tests.ui.calls.sample import (
    BIKE,
    CAGE,
    CALL,
    CART,
    CUSTOMER,
    HARBOR,
    JERSEY,
    METHODS,
    NOW,
    SPRING,
    VOLUME,
    prepared,
    usd,
)
from ui.desk import Desk, Notify
from ui.places import RESOURCES
from ui.screens.calls.state import (
    CallerState,
    CallState,
    DeliveryState,
    LinesState,
    LinkState,
    OffersState,
    OrderState,
    PriceState,
    Problem,
    Repriced,
    ShipmentState,
)
from ui.screens.calls.view import CallsScreen
from ui.tasks import Tasks
from ui.text import Text
from ui.theme import Scheme, Theme

ANN = Actor(staff_id=StaffId("ann"), name="Ann", role=Role.AGENT, desk="desk 1")
VISA, MASTER = (
    CardChoice(token="t1", label="Visa ending 4242, 04/29"),
    CardChoice(token="t2", label="Mastercard ending 4444, 11/27"),
)
TAKEN = LockState(
    subject=Subject(kind=LockKind.CART, name=CALL.cart_id),
    holder=StaffId("susan"),
    holder_name="Susan",
    desk="desk 2",
    since=NOW - timedelta(minutes=3),
    until=NOW + timedelta(minutes=7),
    reason="The caller complained and asked for me.",
    taken_from=StaffId("ann"),
    taken_from_name="Ann",
)
REASONS = (("DAMAGED", "The box is damaged."), ("MATCH", "A competitor's price is matched."))
BASE = CallState(
    call=CALL,
    cart=prepared(CART),
    caller=CallerState(customer=CUSTOMER, orders=()),
    delivery=DeliveryState(methods=METHODS),
)


def on_account(amount: str | None = None) -> PaymentPlan:
    return PaymentPlan(
        method=PaymentMethod.ON_ACCOUNT,
        reference="PO 4711",
        label="on account: PO 4711",
        amount=usd(amount) if amount else None,
    )


def states() -> dict[str, CallState]:
    coupons = replace(CART, coupons=("SPRING10", "WELCOME"))
    refused = prepared(
        coupons,
        offers=(VOLUME, SPRING),
        refused=("WELCOME needs items for 2,000.00 USD or more; these come to 1,408.21.",),
    )
    split = prepared(replace(CART, payments=(on_account("500.00"),)))
    fewer = prepared(replace(CART, lines=(JERSEY, replace(CAGE, quantity=1))), offers=())
    dearer = replace(JERSEY, unit_price=usd("49.90"))
    changed = prepared(replace(CART, lines=(dearer, BIKE, CAGE)))
    by_hand = replace(
        BIKE,
        unit_price=usd("600.00"),
        override=LineOverride(
            unit_price=usd("600.00"),
            reason_code="DAMAGED",
            set_by=StaffId("ann"),
            approved_by=StaffId("susan"),
            approved_name="Susan",
            usual=usd("742.35"),
        ),
    )
    overridden = replace(
        BASE,
        cart=prepared(replace(CART, lines=(JERSEY, by_hand, CAGE))),
        price=PriceState(reasons=REASONS),
        lines=LinesState(
            last=Repriced(line_id=BIKE.line_id, name=BIKE.name, price=usd("600.00"), before=None)
        ),
    )
    asking = PriceState(
        line_id=BIKE.line_id,
        reasons=REASONS,
        asking=True,
        problem=Problem(
            sentence="600.00 USD is 142.35 USD below the usual 742.35 USD; you may change a price by 10 %.",
            advice="A supervisor can approve it here with login and password.",
        ),
    )
    second = CartShipment(shipment_id="2", ship_to=HARBOR, ship_method="OVERNIGHT")
    parcels = replace(
        CART,
        lines=(
            replace(JERSEY, quantity=8),
            BIKE,
            CAGE,
            replace(JERSEY, line_id=LineId("l4"), quantity=4, shipment_id="2"),
        ),
        more_shipments=(second,),
    )
    return {
        "override-panel": replace(BASE, price=PriceState(line_id=BIKE.line_id, reasons=REASONS)),
        "override-asking": replace(BASE, price=asking),
        "overridden": overridden,
        "two-shipments": replace(BASE, cart=prepared(parcels)).with_order(explained=True),
        "send-elsewhere": replace(BASE, shipment=ShipmentState(line_id=JERSEY.line_id)),
        "change-shipment": replace(BASE, cart=prepared(parcels), shipment=ShipmentState(shipment_id="2")),
        **_by_link(),
        "locked": replace(BASE, call=replace(CALL, lock=TAKEN)),
        "prepared": BASE,
        "explained": BASE.with_order(explained=True),
        "coupon-refused": replace(
            BASE,
            cart=refused,
            offers=OffersState(open=True, coupon_problem=Problem(sentence="SPRING10 is entered already.")),
        ),
        "coupons": replace(BASE, cart=refused),
        "split-payment": replace(BASE, cart=split, order=OrderState(paying=True, cards=(VISA, MASTER))),
        "changes": replace(BASE, cart=changed, order=OrderState(before=fewer)),
    }


def _by_link() -> dict[str, CallState]:
    plan = PaymentPlan(method=PaymentMethod.LINK, reference="", label="by payment link")
    cart = prepared(replace(CART, status=CartStatus.ORDERED, payments=(on_account("500.00"), plan)))
    assert cart.prepared is not None
    page = PayLink(
        url="https://pay.example.com/l/9f2c61d0a7b84f1e",
        amount=cart.prepared.to_pay - usd("500.00"),
        status=LinkStatus.OPEN,
        expires_at=NOW + timedelta(hours=23, minutes=58),
    )
    result = SubmitResult(
        state=CheckoutState.COMPLETED,
        order_number=OrderNumber("B1000042"),
        total=cart.prepared.totals.total,
        sentence="",
        link=page,
    )
    waiting = replace(BASE, cart=cart, order=OrderState(result=result, link=LinkState(page=page, sent=True)))
    paid, closed = replace(page, status=LinkStatus.PAID), replace(page, status=LinkStatus.CLOSED)
    return {
        "link-waiting": waiting,
        "link-closing": waiting.with_order(link=LinkState(page=page, closing=True)),
        "link-paid": waiting.with_order(link=LinkState(page=paid)),
        "link-closed": waiting.with_order(link=LinkState(page=closed)),
    }


class _NobodyWorks(Tasks):
    """Starts nothing: what is shown is written down."""

    def start(self, coro: Coroutine[Any, Any, Any], *, owner: QObject, on_refusal: object = None) -> Any:  # noqa: ANN401 - as Tasks has it
        coro.close()


def screen_with(state: CallState) -> CallsScreen:
    office = SimpleNamespace(settings=SimpleNamespace(photos_dir=RESOURCES / "demo"))
    tasks = _NobodyWorks(refused=_nothing, report=_nothing)
    desk = Desk(
        office=cast("Any", office),
        actor=ANN,
        tasks=tasks,
        text=Text("en_US", UTC, lambda: NOW),
        notify=Notify(),
    )
    screen = CallsScreen(desk)
    screen.resize(1236, 776)
    screen.presenter.put(loading=False, calls=(CALL,), current=CALL.call_id)
    screen.show()
    screen.activateWindow()
    live()
    page = screen.current_page()
    assert page is not None
    page.presenter.take_call(state.call)
    page.presenter.put(
        **{
            name: getattr(state, name)
            for name in CallState.__dataclass_fields__
            if name not in {"call", "held_by"}
        }
    )
    live()
    return screen


def live() -> None:
    """Let the window catch up."""
    for _ in range(6):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()


def main(folder: Path, only: tuple[str, ...]) -> None:
    application = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    theme = Theme.active()
    for name, state in states().items():
        if only and name not in only:
            continue
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            theme.use(scheme)
            screen = screen_with(state)
            theme.dress(screen)
            live()
            screen.grab().save(str(folder / f"{name}-{scheme.value}-{scale}x.png"))
            screen.close()
            screen.deleteLater()
            live()
    application.quit()


def _nothing(*_said: object, **_more: object) -> None:
    pass


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(Path(sys.argv[1]), tuple(sys.argv[2:]))
