"""Why a step can not be taken now, as a sentence; "" when it can. Shown on disabled controls."""

from datetime import datetime

from backoffice.domain.cart import Cart
from ui.screens.calls.split import split_of
from ui.screens.calls.state import Busy, CallState, Promise, nothing_held, promise_of
from ui.text import Text
from ui.words import tr


def why_not_change(state: CallState) -> str:
    """Say why the cart may not be changed. While Prepare runs it may: the change waits for its turn."""
    if state.cart is None:
        return state.problem.text if state.problem else tr("The call is still being loaded.")
    if state.is_over:
        return tr("This cart is closed. Start a new call.")
    if state.held_by is not None:
        return tr("{name} holds this cart now.", name=state.held_by.holder_name)
    if state.in_checkout:
        return tr("The order is being submitted; the cart can not be changed now.")
    return tr("This call is parked. Resume it first (Ctrl+P).") if state.call.parked_since else ""


def why_not_prepare(state: CallState) -> str:
    """Say what Prepare still needs."""
    return why_not_change(state) or _busy(state.order.busy) or (_missing(state.cart) if state.cart else "")


def why_not_pay(state: CallState) -> str:
    """Say what Payment still needs: the amount may change, how it is paid does not."""
    busy = state.order.busy
    if reason := why_not_change(state) or ("" if busy is Busy.PREPARING else _busy(busy)):
        return reason
    if state.cart is None or state.cart.customer_id is None:
        return tr("First find or add the caller.")
    if not state.cart.lines:
        return tr("The cart is empty: add an item first.")
    return ""


def why_not_submit(state: CallState, now: datetime, text: Text) -> str:
    """Say what Submit still needs."""
    if reason := why_not_change(state) or _busy(state.order.busy):
        return reason
    cart = state.cart
    if cart is None:
        return ""
    if state.notes.problem is not None:
        return tr("The notes can not be kept as they are: {why}", why=state.notes.problem.text)
    return _missing(cart) or _unprepared(cart, now) or _unpaid(cart, text)


def _busy(busy: Busy) -> str:
    return {
        Busy.NO: "",
        Busy.PREPARING: tr("Prices and stock are being asked for."),
        Busy.PAYING: tr("The payment is being saved."),
        Busy.SUBMITTING: tr("The order is being submitted."),
    }[busy]


def _missing(cart: Cart) -> str:
    if cart.customer_id is None:
        return tr("First find or add the caller.")
    if not cart.lines:
        return tr("The cart is empty: add an item first.")
    if cart.ship_to is None:
        return tr("First say where it goes: choose or add an address.")
    if not cart.ship_method:
        return tr("First choose how it is sent.")
    return ""


def _unprepared(cart: Cart, now: datetime) -> str:
    match promise_of(cart, now):
        case Promise.NONE:
            return tr("First Prepare (F5): it holds the goods and works out the total.")
        case Promise.CHANGED:
            return tr("The cart has changed: Prepare again (F5).")
        case Promise.EXPIRED:
            return tr("Price and goods are no longer held: Prepare again (F5).")
        case Promise.HOLDS:
            pass
    empty = nothing_held(cart.prepared) if cart.prepared else frozenset()
    without = [line.sku for line in cart.lines if line.line_id in empty]
    if without:
        return tr(
            "Nothing could be held for {skus}: take it out or change the quantity, then Prepare again.",
            skus=", ".join(without),
        )
    return ""


def _unpaid(cart: Cart, text: Text) -> str:
    paid = split_of(cart, holds=True)
    if paid.missing is not None:
        return tr("{amount} is not paid by anything yet: Payment (F7).", amount=text.money(paid.missing))
    if paid.over is not None:
        return tr(
            "The payments are {amount} more than the total: Payment (F7).", amount=text.money(paid.over)
        )
    return "" if paid.is_whole else tr("First choose how it is paid: Payment (F7).")
