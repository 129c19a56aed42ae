"""The whole question: a cart, its customer, and every rule that could matter. Nonsense is refused here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from backoffice.domain.money import CurrencyMismatch, Money, currency_digits
from backoffice.domain.pricing.areas import Destination
from backoffice.domain.pricing.lines import CartLine, Customer, GiftCertificate, Shipment
from backoffice.domain.pricing.promotions.offers import Coupon, Promotion, Uses
from backoffice.domain.pricing.rules import PricingRules
from backoffice.domain.pricing.shipping import ShippingTariff
from backoffice.domain.pricing.taxes import TaxRate

ANYBODY = Customer()
DEFAULT_RULES = PricingRules()
NO_USES = Uses()


@dataclass(frozen=True, kw_only=True, slots=True)
class PricingRequest:
    """What `price` needs; it asks nobody else. `at` is the time whose prices and offers count (UTC).

    `coupon_codes` are those entered, `coupons` those of them that exist. `home` is where goods are taxed
    that do not travel (a line without a shipment). Raises ValueError (CurrencyMismatch for currencies)
    for what can not be priced: a quantity below one, a negative price, weight or balance, an id that
    occurs twice or nowhere, a time without a zone.
    """

    at: datetime
    currency: str
    lines: tuple[CartLine, ...]
    shipments: tuple[Shipment, ...] = ()
    customer: Customer = ANYBODY
    home: Destination | None = None
    promotions: tuple[Promotion, ...] = ()
    coupon_codes: tuple[str, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    uses: Uses = NO_USES
    tariffs: tuple[ShippingTariff, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    gift_certificates: tuple[GiftCertificate, ...] = ()
    rules: PricingRules = DEFAULT_RULES

    def __post_init__(self) -> None:
        currency_digits(self.currency)
        if self.at.tzinfo is None:
            message = "The time of pricing needs its zone."
            raise ValueError(message)
        for problem in self._problems():
            raise ValueError(problem)
        for amount in self._amounts():
            if amount.currency != self.currency:
                message = f"The cart is in {self.currency}; {amount} can not be in it."
                raise CurrencyMismatch(message)
            if amount.minor < 0:
                message = f"A price or balance can not be negative ({amount})."
                raise ValueError(message)

    def _problems(self) -> Iterator[str]:
        yield from _twice("line", [line.line_id for line in self.lines])
        yield from _twice("shipment", [shipment.shipment_id for shipment in self.shipments])
        yield from _twice("promotion", [promotion.promotion_id for promotion in self.promotions])
        yield from _twice("tax rate", [rate.rate_id for rate in self.tax_rates])
        yield from _twice("gift certificate", [certificate.code for certificate in self.gift_certificates])
        shipment_ids = {shipment.shipment_id for shipment in self.shipments}
        for line in self.lines:
            if type(line.quantity) is not int or line.quantity < 1:
                yield f"Line {line.line_id}: the quantity {line.quantity} is not a whole number above zero."
            if line.weight_grams is not None and line.weight_grams < 0:
                yield f"Line {line.line_id}: the weight {line.weight_grams} g is negative."
            if line.shipment_id and line.shipment_id not in shipment_ids:
                yield f"Line {line.line_id}: there is no shipment {line.shipment_id}."

    def _amounts(self) -> Iterator[Money]:
        for line in self.lines:
            yield line.list_price
            if line.override is not None:
                yield line.override.unit_price
            for listed in line.prices:
                yield listed.amount
        for certificate in self.gift_certificates:
            yield certificate.balance
        for promotion in self.promotions:
            yield from promotion.amounts
        for tariff in self.tariffs:
            yield from tariff.amounts


def _twice(what: str, ids: list[str]) -> Iterator[str]:
    if len(set(ids)) != len(ids):
        again = next(one for one in ids if ids.count(one) > 1)
        yield f"There are two of {what} {again}."
