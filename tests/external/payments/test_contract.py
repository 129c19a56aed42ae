"""Who keeps the contract: the fake, and the adapter with a real simulator in a process of its own."""

import pytest

from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.external.payments.port import PaymentGateway
from tests.contracts.payments import PaymentGatewayContract, value_of
from tests.fakes.payments import FakePaymentGateway


class TestFakePaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        return FakePaymentGateway()


class TestHttpPaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def gateway(self, http_gateway: HttpPaymentGateway) -> PaymentGateway:
        return http_gateway

    async def test_any_customer_reference_can_be_asked_for(self, gateway: PaymentGateway) -> None:
        for reference in ("a/b?c&d", "Zoë 雪", "%2F"):
            assert value_of(await gateway.list_saved_cards(reference))
