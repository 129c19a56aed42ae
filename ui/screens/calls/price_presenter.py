"""A price set by hand: what a piece costs now and why; above the agent's limit a supervisor approves in place.

1. A price and a reason of the store's list; within the limit of the role it is taken at once.
2. Above it the panel asks for a supervisor's login and password, beside what was typed. The password goes to the
   service and nowhere else.
3. It can be undone: back to what it was before, or to the usual price.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from backoffice.domain.cart import CartLine, LineOverride
from backoffice.domain.errors import Refusal, StoreUnavailable
from backoffice.domain.ids import LineId
from backoffice.domain.money import Money
from backoffice.domain.staff import Approval
from ui.screens.calls import reasons
from ui.screens.calls.state import SAID_NO, PriceState, Problem, Repriced, problem_of
from ui.words import tr

if TYPE_CHECKING:
    from ui.screens.calls.call_presenter import CallPresenter

APPROVAL_NEEDED = "approval_needed"
_FIELDS = {"override": "price", "reason": "reason", "password": "password"}


class PricePresenter:
    """The price panel's part of one call."""

    def __init__(self, call: "CallPresenter") -> None:
        """Take the call whose part this is."""
        self._call = call

    async def load(self) -> None:
        """Read the store's reasons: lines whose price was set by hand say theirs."""
        self._put(reasons=await self._call.office.carts.override_reasons())

    async def open(self, line_id: LineId) -> None:
        """Ask for a new price of a line."""
        if reasons.why_not_change(self._call.state) or self._line(line_id) is None:
            return
        self._call.shipment.close()
        known = self._call.state.price.reasons or await self._call.office.carts.override_reasons()
        self._call.put(price=PriceState(line_id=line_id, reasons=known))

    def close(self) -> None:
        """Leave the price as it is."""
        self._call.put(price=PriceState(reasons=self._call.state.price.reasons))

    async def set(self, typed: str, reason_code: str, login: str = "", password: str = "") -> bool:
        """Take the price; False when it was not taken, and the panel says why."""
        cart, line_id = self._call.state.cart, self._call.state.price.line_id
        line = self._line(line_id)
        if cart is None or line_id is None or line is None:
            return False
        price = self._call.text.amount(typed, cart.currency)
        if price is None or price.minor < 0:
            sentence = tr("“{typed}” is no price in {currency}.", typed=typed.strip(), currency=cart.currency)
            self._put(wrong="price", problem=Problem(sentence=sentence))
            return False
        asking = self._call.state.price.asking
        if asking and not (login.strip() and password):
            sentence = tr("A supervisor's name and password are needed for this price.")
            self._put(wrong="password" if login.strip() else "login", problem=Problem(sentence=sentence))
            return False
        approval = Approval(login=login.strip(), password=password) if asking else None
        self._put(saving=True, wrong="", problem=None)
        try:
            await self._set(line_id, price, reason_code, approval)
        except SAID_NO as no:
            self._refused(no)
            return False
        self.close()
        self._call.lines.did(Repriced(line_id=line_id, name=line.name, price=price, before=line.override))
        return True

    async def usual(self) -> bool:
        """Give the line its usual price again."""
        line = self._line(self._call.state.price.line_id)
        if line is None or line.override is None:
            return False
        self._put(saving=True, problem=None)
        problem = await self._clear(line.line_id)
        if problem:
            self._put(saving=False, wrong="", problem=problem)
            return False
        self.close()
        usual = self._line(line.line_id)
        price = usual.unit_price if usual else line.unit_price
        self._call.lines.did(
            Repriced(line_id=line.line_id, name=line.name, price=price, before=line.override)
        )
        return True

    async def undo(self, last: Repriced) -> None:
        """Give the line the price it had before."""
        before = last.before
        self._call.lines.undone(
            last.line_id,
            await (self._clear(last.line_id) if before is None else self._again(last.line_id, before)),
        )

    async def _again(self, line_id: LineId, before: LineOverride) -> Problem | None:
        try:
            await self._set(line_id, before.unit_price, before.reason_code, None)
        except SAID_NO as no:
            return problem_of(no)
        return None

    async def _clear(self, line_id: LineId) -> Problem | None:
        return await self._call.try_change(
            lambda cart: self._call.office.carts.clear_override(
                self._call.actor, cart.cart_id, line_id, version=cart.version
            )
        )

    async def _set(self, line_id: LineId, price: Money, reason_code: str, approval: Approval | None) -> None:
        await self._call.change(
            lambda cart: self._call.office.carts.override_price(
                self._call.actor,
                cart.cart_id,
                line_id,
                price,
                reason_code,
                approval=approval,
                version=cart.version,
            )
        )

    def _refused(self, no: Refusal | StoreUnavailable) -> None:
        problem = problem_of(no)
        if isinstance(no, Refusal) and no.code == APPROVAL_NEEDED:
            self._put(saving=False, asking=True, wrong="", problem=problem)
            return
        wrong = _FIELDS.get(no.field, "") if isinstance(no, Refusal) else ""
        self._put(saving=False, wrong=wrong, problem=problem)

    def _line(self, line_id: LineId | None) -> CartLine | None:
        cart = self._call.state.cart
        return next((one for one in cart.lines if one.line_id == line_id), None) if cart else None

    def _put(self, **changes: object) -> None:
        price = replace(self._call.state.price, **changes)  # type: ignore[arg-type]  # names of PriceState
        if price != self._call.state.price:
            self._call.put(price=price)
