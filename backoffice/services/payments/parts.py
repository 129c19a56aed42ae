"""Split payments: who pays which part of an order."""

from backoffice.domain.cart import Cart
from backoffice.domain.errors import Refusal
from backoffice.domain.money import Money
from backoffice.domain.payment import PaymentMethod, PaymentPlan


def waits_for_customer(cart: Cart) -> bool:
    """Tell whether a part of the order is paid by link, so that its payment stays pending past the pivot."""
    if all(plan.method is not PaymentMethod.LINK for plan in cart.payments):
        return False
    return any(plan.method is PaymentMethod.LINK for plan, _ in shares_of(cart))


def shares_of(cart: Cart) -> list[tuple[PaymentPlan, Money]]:
    """Return who pays how much, gift certificates first; Refusal unless it is all there is to pay."""
    if cart.prepared is None:
        return split(cart.payments, Money(0, cart.currency))
    certificates = [
        (
            PaymentPlan(
                method=PaymentMethod.GIFT_CERTIFICATE,
                reference=use.code,
                label=f"Gift certificate {use.code}",
            ),
            use.amount,
        )
        for use in cart.prepared.certificates
        if use.amount
    ]
    return certificates + split(cart.payments, cart.prepared.to_pay)


def split(plans: tuple[PaymentPlan, ...], to_pay: Money) -> list[tuple[PaymentPlan, Money]]:
    """Return what each plan pays: its own amount, or what the others leave; Refusal unless it is all to pay."""
    if not plans and to_pay.minor:
        sentence = "How is it paid?"
        raise Refusal(sentence, field="payment", advice="Choose a payment (F7).", code="no_payment")
    if any(plan.amount is not None and plan.amount.currency != to_pay.currency for plan in plans):
        sentence = f"This order is paid in {to_pay.currency}."
        raise Refusal(sentence, field="payment", advice="Choose the payment again (F7).", code="payment_sum")
    named = Money.total((plan.amount for plan in plans if plan.amount is not None), to_pay.currency)
    shares = [(plan, to_pay - named if plan.amount is None else plan.amount) for plan in plans]
    amounts = [amount for _, amount in shares]
    if Money.total(amounts, to_pay.currency) != to_pay or any(amount.minor < 0 for amount in amounts):
        sentence = f"The payments do not add up to {to_pay}."
        raise Refusal(sentence, field="payment", advice="Choose the payment again (F7).", code="payment_sum")
    return [(plan, amount) for plan, amount in shares if amount]
