"""What is done in the order column, a line each: offers and payment, and where the cursor goes after."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from backoffice.domain.payment import CardChoice
from ui.screens.calls.call_presenter import CallPresenter
from ui.screens.calls.order_column import OrderColumn

Start = Callable[[Coroutine[Any, Any, object]], None]


class OrderWiring(QObject):
    """Hands it to the presenters of the call."""

    def __init__(
        self,
        column: OrderColumn,
        presenter: CallPresenter,
        *,
        start: Start,
        back: Callable[[], None],
        parent: QObject,
    ) -> None:
        """Take what starts coroutines, and the way back to the items."""
        super().__init__(parent)
        self._column = column
        self._do = presenter
        self._start = start
        self._back = back
        offers, payment = column.offers, column.payment
        offers.coupon_typed.connect(self._add_coupon)
        offers.coupon_removed.connect(self._remove_coupon)
        offers.certificate_typed.connect(self._add_certificate)
        offers.certificate_removed.connect(self._remove_certificate)
        offers.went_back.connect(self._offers_back)
        link = column.outcome.link
        link.close_wanted.connect(self._close_link)
        link.kept.connect(self._keep_link)
        payment.on_account.connect(self._on_account)
        payment.by_card.connect(self._by_card)
        payment.by_link.connect(self._by_link)
        payment.removed.connect(self._take_way_back)
        payment.went_back.connect(self._payment_back)

    def send_link(self) -> None:
        """Mail the page to pay on once more."""
        self._start(self._do.link.send())

    def _close_link(self, reason: str) -> None:
        self._start(self._then_next(self._do.link.close(reason)))

    def _keep_link(self) -> None:
        self._do.link.keep()
        self._column.outcome.focus_next()

    def _add_coupon(self, typed: str) -> None:
        self._start(self._take_coupon(typed))

    def _remove_coupon(self, code: str) -> None:
        self._start(self._do.offers.remove_coupon(code))

    def _add_certificate(self, typed: str) -> None:
        self._start(self._take_certificate(typed))

    def _remove_certificate(self, code: str) -> None:
        self._start(self._do.offers.remove_certificate(code))

    def _offers_back(self) -> None:
        self._do.offers.close()
        self._column.focus_step()

    def _on_account(self, number: str, amount: str) -> None:
        self._start(self._then_submit(self._do.payment.pay_on_account(number, amount)))

    def _by_card(self, card: CardChoice, amount: str) -> None:
        self._start(self._then_submit(self._do.payment.pay_by_card(card, amount)))

    def _by_link(self, amount: str) -> None:
        self._start(self._then_submit(self._do.payment.pay_by_link(amount)))

    def _take_way_back(self, place: int) -> None:
        self._start(self._do.payment.remove(place))

    def _payment_back(self) -> None:
        self._do.payment.close()
        self._back()

    async def _then_next(self, act: Awaitable[bool]) -> None:
        if await act:
            self._column.outcome.focus_next()

    async def _take_coupon(self, typed: str) -> None:
        if await self._do.offers.add_coupon(typed):
            self._column.offers.took_coupon()

    async def _take_certificate(self, typed: str) -> None:
        if await self._do.offers.add_certificate(typed):
            self._column.offers.took_certificate()

    async def _then_submit(self, act: Awaitable[bool]) -> None:
        if await act and not self._do.state.order.paying:
            self._column.focus_step()
