"""The right column: what it costs, then Prepare, Payment, Submit, then how it ended."""

from datetime import datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from backoffice.domain.cart import Cart
from ui.screens.calls import reasons
from ui.screens.calls.actions import CallActions
from ui.screens.calls.offers_panel import OffersPanel
from ui.screens.calls.outcome_panel import OutcomePanel
from ui.screens.calls.payment_panel import PaymentPanel
from ui.screens.calls.sentence import Sentence
from ui.screens.calls.split import Split, split_of
from ui.screens.calls.state import Busy, CallState, Promise, is_submitted, is_unknown, promise_of
from ui.screens.calls.totals_panel import TotalsPanel
from ui.screens.calls.words import paid_words
from ui.text import Text
from ui.theme import Space
from ui.tone import Tone
from ui.widgets.buttons import KeyHintButton, explain
from ui.widgets.labels import Label
from ui.words import tr


class OrderColumn(QScrollArea):
    """Sums and steps; one primary button at a time, the next step."""

    def __init__(self, actions: CallActions, text: Text) -> None:
        super().__init__()
        self._actions = actions
        self._submitted = False
        self._owes_focus = False  # Submit took it with its button
        self._text = text
        self.totals = TotalsPanel(actions, text)
        self.offers = OffersPanel(actions, text)
        self.payment = PaymentPanel(text)
        self.outcome = OutcomePanel(actions, text)
        self._paid = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._paid.setObjectName("chosenPayment")
        self._next = Label(size="small", tone=Tone.NEUTRAL, wrap=True)
        self._next.setObjectName("nextStep")
        self._prepare = KeyHintButton(actions.prepare)
        self._payment = KeyHintButton(actions.payment)
        self._submit = KeyHintButton(actions.submit)
        self._prepare_error = Sentence("prepareError")
        self._payment_error = Sentence("paymentError")
        self._submit_error = Sentence("submitError")
        self._show_below = QTimer(self)
        self._show_below.setSingleShot(True)
        self._show_below.timeout.connect(self._scroll_to_steps)
        self._arrange()

    def show_state(self, state: CallState, now: datetime) -> None:
        """Show sums, steps and outcome of the call on top."""
        order = state.order
        promise = promise_of(state.cart, now) if state.cart else Promise.NONE
        split = split_of(state.cart, holds=promise is Promise.HOLDS) if state.cart else Split()
        self.totals.show_state(state, now)
        self.offers.show_state(state, promise, reasons.why_not_change(state))
        self._show_steps(state, now, split)
        self._prepare_error.say(order.prepare_problem)
        self._payment_error.say(None if order.paying else order.payment_problem)
        self._submit_error.say(order.submit_problem)
        self.payment.show_state(order, state.cart, split)
        result = order.result
        if state.is_over and result is None:
            self.outcome.hide()
        else:
            email = state.caller.customer.email if state.caller.customer else ""
            self.outcome.show_result(
                result, order.link, submitting=order.busy is Busy.SUBMITTING, email=email
            )
        submitted = is_submitted(result)
        if submitted and not self._submitted:
            self.outcome.focus_next()
        if result is not None or order.paying:
            self._show_below.start()
        self._submitted = submitted
        if order.busy is Busy.SUBMITTING:
            self._owes_focus = True
        elif submitted or is_unknown(result):
            self._owes_focus = False
        elif self._owes_focus and not state.locked:  # the buttons may be pressed again
            self._owes_focus = False
            self._focus_after_failure()

    def show_clocks(self, cart: Cart, now: datetime) -> None:
        """Let the clocks go on: how long all is held, how long a link can be paid."""
        self.totals.show_clock(cart, now)
        self.outcome.link.show_clock(now)

    def focus_step(self) -> None:
        """Put the focus on the next step, so that Enter goes on."""
        for button in (self._prepare, self._payment, self._submit):
            if button.property("kind") == "primary" and button.isEnabled():
                button.setFocus()

    def _focus_after_failure(self) -> None:
        """Pressing Enter once more must not just repeat what failed: where Submit is next, it is Payment."""
        self.focus_step()
        if self._submit.hasFocus():
            self._payment.setFocus()

    def _scroll_to_steps(self) -> None:
        # After the layout has made room for what just appeared.
        part = self.outcome if self.outcome.isVisible() else self.payment
        self.ensureWidgetVisible(part, 0, 0)

    def _show_steps(self, state: CallState, now: datetime, split: Split) -> None:
        order, cart = state.order, state.cart
        why = {
            self._actions.prepare: reasons.why_not_prepare(state),
            self._actions.payment: reasons.why_not_pay(state),
            self._actions.submit: reasons.why_not_submit(state, now, self._text),
        }
        for action, reason in why.items():
            explain(action, reason)
        self._actions.prepare.setText(
            tr("Preparing…") if order.busy is Busy.PREPARING else _prepare_words(cart, now)
        )
        self._actions.submit.setText(tr("Submitting…") if order.busy is Busy.SUBMITTING else tr("Submit"))
        explain(self._actions.offers, reasons.why_not_change(state))
        explain(self._actions.explain, "" if cart and cart.prepared else tr("Known after Prepare (F5)"))
        explain(self._actions.show_order, "" if is_submitted(order.result) else tr("There is no order yet."))
        ended = is_submitted(order.result) or is_unknown(order.result) or order.busy is Busy.SUBMITTING
        for button in (self._prepare, self._payment, self._submit):
            button.setVisible(not ended)
        self._payment.setVisible(not ended and not order.paying)
        holds = cart is not None and promise_of(cart, now) is Promise.HOLDS
        steps = (
            (self._prepare, not holds),
            (self._payment, holds and not split.is_whole and not order.paying),
            (self._submit, holds and split.is_whole),
        )
        for button, primary in steps:
            button.set_kind("primary" if primary and not ended else "")
        first = next((button for button, primary in steps if primary), None)
        reason = (
            {
                self._prepare: why[self._actions.prepare],
                self._submit: why[self._actions.submit],
            }.get(first, "")
            if first
            else ""
        )
        self._next.setText("" if ended or order.busy is not Busy.NO else reason)
        self._next.setVisible(bool(self._next.text()))
        shown = cart is not None and bool(cart.payments) and not order.paying and order.link.page is None
        submitted = is_submitted(order.result)
        self._paid.setText(paid_words(split, self._text, submitted=submitted) if shown else "")
        self._paid.set_tone(Tone.GOOD if submitted else Tone.NEUTRAL)
        self._paid.setVisible(bool(self._paid.text()))

    def _arrange(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.totals)
        column.addStretch(1)
        for part in (
            self.offers,
            self._next,
            self._prepare,
            self._prepare_error,
            self._payment,
            self._paid,
            self._payment_error,
            self.payment,
            self._submit,
            self._submit_error,
            self.outcome,
        ):
            column.addWidget(part)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _prepare_words(cart: Cart | None, now: datetime) -> str:
    return tr("Prepare") if cart is None or promise_of(cart, now) is Promise.NONE else tr("Prepare again")
