"""What every payment gateway promises; the fake, and the adapter with a real simulator, both keep it.

A test class inherits it and gives a fixture ``gateway`` with the simulator's cards.
"""

from datetime import timedelta
from typing import TypeVar

from backoffice.domain.ids import new_id, utc_now
from backoffice.domain.money import Money
from backoffice.domain.outcome import Outcome, Refused, Succeeded
from backoffice.external.payments.port import AuthoriseRequest, GatewayPayment, PaymentGateway

T = TypeVar("T")
PRICE = Money(107_972, "USD")


def value_of(outcome: Outcome[T]) -> T:
    """What it came to; anything but success fails the test."""
    assert isinstance(outcome, Succeeded), outcome
    return outcome.value


def code_of(outcome: Outcome[T]) -> str:
    """Why it was refused; anything else fails the test."""
    assert isinstance(outcome, Refused), outcome
    assert outcome.reason
    return outcome.code


def request(token: str = "card_approves", *, amount: Money = PRICE, reference: str = "") -> AuthoriseRequest:
    return AuthoriseRequest(
        reference=reference or f"B1000001-{new_id()}",
        token=token,
        amount=amount,
        customer_reference="29485",
        description="Order B1000001",
    )


async def held(gateway: PaymentGateway, amount: Money = PRICE) -> GatewayPayment:
    return value_of(await gateway.authorise(request(amount=amount), key=new_id()))


class PaymentGatewayContract:
    """One suite for all."""

    async def test_saved_cards_have_tokens_and_labels_and_no_numbers(self, gateway: PaymentGateway) -> None:
        cards = value_of(await gateway.list_saved_cards("29485"))
        assert any(card.label == "Visa ending 4242, 04/29" for card in cards)
        assert all(card.token.startswith("card_") for card in cards)

    async def test_an_approved_card_holds_the_amount(self, gateway: PaymentGateway) -> None:
        asked = request()
        payment = value_of(await gateway.authorise(asked, key="key-approved"))
        assert (payment.status, payment.reference, payment.currency) == ("authorised", asked.reference, "USD")
        assert (payment.authorised, payment.captured, payment.refunded) == (107_972, 0, 0)
        assert payment.expires_at is not None
        assert payment.expires_at > utc_now()

    async def test_the_same_key_holds_once_and_answers_the_same(self, gateway: PaymentGateway) -> None:
        asked = request()
        first = await gateway.authorise(asked, key="key-twice")
        assert await gateway.authorise(asked, key="key-twice") == first

    async def test_the_same_key_for_another_request_is_refused(self, gateway: PaymentGateway) -> None:
        value_of(await gateway.authorise(request(), key="key-reused"))
        assert code_of(await gateway.authorise(request(), key="key-reused")) == "key_reused"

    async def test_a_decline_is_a_refusal_with_the_banks_code(self, gateway: PaymentGateway) -> None:
        outcome = await gateway.authorise(request("card_insufficient_funds"), key="key-declined")
        assert code_of(outcome) == "insufficient_funds"
        assert code_of(await gateway.authorise(request("card_expired"), key="key-expired")) == "expired_card"

    async def test_a_decline_is_repeated_to_the_same_key(self, gateway: PaymentGateway) -> None:
        asked = request("card_expired")
        first = await gateway.authorise(asked, key="key-declined-twice")
        assert await gateway.authorise(asked, key="key-declined-twice") == first

    async def test_a_declined_payment_can_be_looked_up_and_holds_nothing(
        self, gateway: PaymentGateway
    ) -> None:
        asked = request("card_insufficient_funds")
        await gateway.authorise(asked, key="key-declined-found")
        payment = value_of(await gateway.find(asked.reference))
        assert payment is not None
        assert (payment.status, payment.authorised) == ("declined", 0)
        assert payment.decline_code == "insufficient_funds"

    async def test_an_unknown_card_is_refused(self, gateway: PaymentGateway) -> None:
        assert code_of(await gateway.authorise(request("card_of_nobody"), key="key-nobody")) == "card_unknown"

    async def test_a_reference_is_used_once(self, gateway: PaymentGateway) -> None:
        asked = request()
        value_of(await gateway.authorise(asked, key="key-reference-1"))
        assert code_of(await gateway.authorise(asked, key="key-reference-2")) == "reference_used"

    async def test_a_card_number_is_refused_in_any_field(self, gateway: PaymentGateway) -> None:
        number = "4242 4242 4242 4242"
        for index, asked in enumerate((request(number), request(reference=f"B1 {number}"))):
            assert code_of(await gateway.authorise(asked, key=f"key-number-{index}")) == "card_number"

    async def test_nothing_is_no_amount(self, gateway: PaymentGateway) -> None:
        for amount in (Money(0, "USD"), Money(-1, "USD")):
            assert code_of(await gateway.authorise(request(amount=amount), key=new_id())) == "invalid"

    async def test_a_payment_is_found_by_our_reference(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        assert value_of(await gateway.find(payment.reference)) == payment
        assert value_of(await gateway.find("B9999999-1")) is None

    async def test_a_late_bank_answers_pending_and_holds_nothing_yet(self, gateway: PaymentGateway) -> None:
        payment = value_of(await gateway.authorise(request("card_answers_late"), key="key-late"))
        assert (payment.status, payment.authorised) == ("pending", 0)

    async def test_capture_takes_what_is_held(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        after = value_of(await gateway.capture(payment.gateway_id, PRICE, key=new_id()))
        assert (after.status, after.authorised, after.captured) == ("captured", 107_972, 107_972)

    async def test_captures_in_parts_add_up_and_never_exceed(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        value_of(await gateway.capture(payment.gateway_id, Money(100_000, "USD"), key=new_id()))
        too_much = await gateway.capture(payment.gateway_id, Money(7_973, "USD"), key=new_id())
        assert code_of(too_much) == "capture_too_large"
        after = value_of(await gateway.capture(payment.gateway_id, Money(7_972, "USD"), key=new_id()))
        assert after.captured == 107_972

    async def test_capture_with_one_key_takes_once(self, gateway: PaymentGateway) -> None:
        payment, key = await held(gateway), new_id()
        first = await gateway.capture(payment.gateway_id, Money(40_000, "USD"), key=key)
        assert await gateway.capture(payment.gateway_id, Money(40_000, "USD"), key=key) == first
        found = value_of(await gateway.find(payment.reference))
        assert found is not None
        assert found.captured == 40_000

    async def test_capture_in_another_currency_is_refused(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        outcome = await gateway.capture(payment.gateway_id, Money(100, "EUR"), key=new_id())
        assert code_of(outcome) == "wrong_currency"

    async def test_void_lets_go_and_can_be_repeated(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        for _ in range(2):
            after = value_of(await gateway.void(payment.gateway_id, key=new_id()))
            assert (after.status, after.authorised) == ("voided", 0)

    async def test_void_after_a_partial_capture_lets_go_of_the_rest(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        value_of(await gateway.capture(payment.gateway_id, Money(100, "USD"), key=new_id()))
        after = value_of(await gateway.void(payment.gateway_id, key=new_id()))
        assert (after.status, after.authorised, after.captured) == ("captured", 100, 100)

    async def test_void_of_what_is_captured_is_refused(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        value_of(await gateway.capture(payment.gateway_id, PRICE, key=new_id()))
        assert code_of(await gateway.void(payment.gateway_id, key=new_id())) == "payment_captured"

    async def test_capture_of_what_is_voided_is_refused(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        value_of(await gateway.void(payment.gateway_id, key=new_id()))
        outcome = await gateway.capture(payment.gateway_id, PRICE, key=new_id())
        assert code_of(outcome) == "payment_voided"

    async def test_a_pending_payment_can_be_voided(self, gateway: PaymentGateway) -> None:
        pending = value_of(await gateway.authorise(request("card_answers_late"), key=new_id()))
        assert value_of(await gateway.void(pending.gateway_id, key=new_id())).status == "voided"

    async def test_refund_gives_back_in_parts_and_never_more(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        value_of(await gateway.capture(payment.gateway_id, PRICE, key=new_id()))
        part = value_of(await gateway.refund(payment.gateway_id, Money(7_972, "USD"), key=new_id()))
        assert (part.status, part.refunded) == ("partially_refunded", 7_972)
        too_much = await gateway.refund(payment.gateway_id, Money(100_001, "USD"), key=new_id())
        assert code_of(too_much) == "refund_too_large"
        whole = value_of(await gateway.refund(payment.gateway_id, Money(100_000, "USD"), key=new_id()))
        assert (whole.status, whole.refunded) == ("refunded", 107_972)

    async def test_refund_with_one_key_gives_back_once(self, gateway: PaymentGateway) -> None:
        payment, key = await held(gateway), new_id()
        value_of(await gateway.capture(payment.gateway_id, PRICE, key=new_id()))
        first = await gateway.refund(payment.gateway_id, Money(500, "USD"), key=key)
        assert await gateway.refund(payment.gateway_id, Money(500, "USD"), key=key) == first
        found = value_of(await gateway.find(payment.reference))
        assert found is not None
        assert found.refunded == 500

    async def test_refund_of_what_was_never_taken_is_refused(self, gateway: PaymentGateway) -> None:
        payment = await held(gateway)
        outcome = await gateway.refund(payment.gateway_id, Money(1, "USD"), key=new_id())
        assert code_of(outcome) == "refund_too_large"

    async def test_what_does_not_exist_can_not_be_moved(self, gateway: PaymentGateway) -> None:
        assert code_of(await gateway.capture("pay_none", PRICE, key=new_id())) == "payment_unknown"
        assert code_of(await gateway.void("pay_none", key=new_id())) == "payment_unknown"
        assert code_of(await gateway.refund("pay_none", PRICE, key=new_id())) == "payment_unknown"

    async def test_a_link_is_made_once_and_can_be_closed(self, gateway: PaymentGateway) -> None:
        reference, expires_at, key = f"B1000002-{new_id()}", utc_now() + timedelta(days=1), new_id()
        first = value_of(await gateway.create_link(reference, PRICE, expires_at=expires_at, key=key))
        again = value_of(await gateway.create_link(reference, PRICE, expires_at=expires_at, key=key))
        assert first == again
        assert (first.status, first.reference, first.expires_at) == ("open", reference, expires_at)
        assert first.url.startswith("http")
        assert value_of(await gateway.cancel_link(first.link_id, key=new_id())).status == "cancelled"
        assert value_of(await gateway.cancel_link(first.link_id, key=new_id())).status == "cancelled"

    async def test_a_link_in_the_past_is_refused(self, gateway: PaymentGateway) -> None:
        yesterday = utc_now() - timedelta(days=1)
        outcome = await gateway.create_link(f"B1-{new_id()}", PRICE, expires_at=yesterday, key=new_id())
        assert code_of(outcome) == "link_expired"

    async def test_a_link_nobody_made_can_not_be_closed(self, gateway: PaymentGateway) -> None:
        assert code_of(await gateway.cancel_link("link_none", key=new_id())) == "link_unknown"
