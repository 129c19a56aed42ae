"""Bugs planted into the adapters, to see the machine find them."""

from backoffice.domain.ids import new_id
from backoffice.domain.outcome import Outcome, Succeeded
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.external.payments.port import AuthoriseRequest, GatewayPayment


class VoidIsOnlySaid(HttpPaymentGateway):
    """Says that the amount was let go, and tells the gateway nothing."""

    async def void(self, gateway_id: str, *, key: str) -> Outcome[GatewayPayment]:
        return Succeeded(
            value=GatewayPayment(
                gateway_id=gateway_id,
                reference="",
                status="voided",
                currency="USD",
                authorised=0,
                captured=0,
                refunded=0,
            )
        )


class KeyIsMadeAnew(HttpPaymentGateway):
    """Authorises under a key of its own."""

    async def authorise(self, request: AuthoriseRequest, *, key: str) -> Outcome[GatewayPayment]:
        return await super().authorise(request, key=f"{key}-{new_id()}")


PLANTED: dict[str, type[HttpPaymentGateway]] = {
    "": HttpPaymentGateway,
    "void_is_only_said": VoidIsOnlySaid,
    "key_is_made_anew": KeyIsMadeAnew,
}
