"""ChangeOrder: a price set by hand, with a reason, within the limit of the role.

1. the reason is one of the store's, the amount in the cart's currency;
2. the limit is a percentage of the usual price, up or down; whoever may override above it has none;
3. above it a supervisor approves in place with login and password, which are verified outside any transaction, each
   wrong one counted as at sign-in;
4. the trail names both.
"""

from decimal import Decimal

from sqlalchemy import Connection, select

from backoffice.domain.cart import Cart, LineOverride
from backoffice.domain.errors import InvalidInput, NotFound, Refusal
from backoffice.domain.ids import CartId, LineId
from backoffice.domain.money import Money
from backoffice.domain.staff import Actor, Approval, Right
from backoffice.services import audit
from backoffice.services.cart_change import CartChanges, Detail, find_line, set_line
from backoffice.services.codec import pack
from backoffice.services.stores import load_store
from backoffice.settings import StoreSettings
from backoffice.store.tables.pricing import override_reasons

_HUNDRED = 100


class CartOverrides(CartChanges):
    """Prices set by hand."""

    async def override_reasons(self) -> tuple[tuple[str, str], ...]:
        """Return the reasons there are, each with its sentence, in the store's order."""
        query = (
            select(override_reasons)
            .where(override_reasons.c.active.is_(True))
            .order_by(override_reasons.c.position, override_reasons.c.code)
        )
        return await self._store.read(
            lambda connection: tuple((row.code, row.sentence) for row in connection.execute(query))
        )

    async def override_price(
        self,
        actor: Actor,
        cart_id: CartId,
        line_id: LineId,
        unit_price: Money,
        reason_code: str,
        *,
        approval: Approval | None = None,
        version: int,
    ) -> Cart:
        """Set what one piece of a line costs.

        Raises:
            InvalidInput: an unknown reason, another currency, a negative price.
            Refusal: ``approval_needed`` above the role's limit; ``wrong_password`` or ``locked`` for the approval.
            NotAllowed: who approves may not.
        """
        actor.require(Right.CARTS)
        approver = await self._approver(actor, approval)

        def change(connection: Connection, cart: Cart) -> Detail:
            line = find_line(cart, line_id)
            settings = load_store(connection, self._store_id)
            _check_price(cart, unit_price)
            _check_reason(connection, reason_code)
            usual = self._quotes.usual_prices(connection, cart, settings.pricing)[line_id]
            needs = _above_limit(actor, settings, usual, unit_price)
            if needs and approver is None:
                raise needs
            override = LineOverride(
                unit_price=unit_price,
                reason_code=reason_code,
                set_by=actor.staff_id,
                approved_by=approver.staff_id if needs and approver else None,
                approved_name=approver.name if needs and approver else "",
                usual=usual,
            )
            set_line(connection, line_id, override=pack(override), unit_price=unit_price.minor)
            said: Detail = {
                "line": line_id,
                "sku": line.sku,
                "usual": usual.minor,
                "price": unit_price.minor,
                "currency": usual.currency,
                "reason": reason_code,
            }
            if needs and approver:
                told: Detail = {**said, "asked_by": actor.staff_id}
                audit.record(
                    connection,
                    approver,
                    "cart.price_approved",
                    cart_id,
                    at=self._clock(),
                    customer_id=cart.customer_id or "",
                    detail=told,
                )
                said["approved_by"] = approver.staff_id
            return said

        return await self._change(actor, cart_id, version, "cart.price_overridden", change)

    async def clear_override(self, actor: Actor, cart_id: CartId, line_id: LineId, *, version: int) -> Cart:
        """Let a line have its usual price again."""

        def change(connection: Connection, cart: Cart) -> Detail:
            line = find_line(cart, line_id)
            if line.override is None:
                sentence = f"The price of {line.sku} was not set by hand."
                raise NotFound(sentence)
            pricing = load_store(connection, self._store_id).pricing
            usual = self._quotes.usual_prices(connection, cart, pricing)[line_id]
            set_line(connection, line_id, override=None, unit_price=usual.minor)
            return {"line": line_id, "sku": line.sku, "price": usual.minor}

        return await self._change(actor, cart_id, version, "cart.override_cleared", change)

    async def _approver(self, actor: Actor, approval: Approval | None) -> Actor | None:
        if approval is None:
            return None
        return await self._staff.approve(
            approval, Right.OVERRIDE_PRICE, desk=actor.desk, call_id=actor.call_id
        )


def _check_price(cart: Cart, unit_price: Money) -> None:
    if unit_price.currency != cart.currency:
        sentence = f"The cart is in {cart.currency}, this price in {unit_price.currency}."
        raise InvalidInput(sentence, field="override")
    if unit_price.minor < 0:
        sentence = "A price can not be below zero."
        raise InvalidInput(sentence, field="override")


def _check_reason(connection: Connection, reason_code: str) -> None:
    known = connection.execute(
        select(override_reasons.c.code).where(
            override_reasons.c.code == reason_code, override_reasons.c.active.is_(True)
        )
    ).first()
    if known is None:
        sentence = "Choose why the price is changed." if not reason_code else "There is no such reason."
        raise InvalidInput(sentence, field="reason", advice="Choose one of the list.")


def _above_limit(actor: Actor, settings: StoreSettings, usual: Money, wanted: Money) -> Refusal | None:
    """Why the actor may not do it alone; None within the limit. The limit itself is still within."""
    if actor.may(Right.OVERRIDE_PRICE):
        return None
    limit = settings.override_limits.get(actor.role.value, Decimal(0))
    difference = abs(wanted - usual)
    if difference.minor * _HUNDRED <= limit * usual.minor:
        return None
    lower = "below" if wanted < usual else "above"
    sentence = f"{wanted} is {difference} {lower} the usual {usual}; you may change a price by {limit.normalize():f} %."
    return Refusal(
        sentence,
        field="override",
        advice="A supervisor can approve it here with login and password.",
        code="approval_needed",
    )
