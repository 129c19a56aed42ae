"""Adding up: the working figures become the frozen `PricedCart`, in the order the lines were asked in."""

from collections.abc import Callable, Mapping, Sequence

from backoffice.domain.money import Money
from backoffice.domain.pricing.basket import Basket
from backoffice.domain.pricing.freight import Freight
from backoffice.domain.pricing.prices import UnitPrice
from backoffice.domain.pricing.promotions.turns import Turns
from backoffice.domain.pricing.request import PricingRequest
from backoffice.domain.pricing.result import (
    AppliedPromotion,
    CartTotals,
    DiscountShare,
    PricedCart,
    PricedLine,
    PricedShipment,
    TaxShare,
    TaxTotal,
    UsedGiftCertificate,
)
from backoffice.domain.pricing.taxation import RateAmount

MoneyOf = Callable[[int], Money]
Part = PricedLine | PricedShipment


def assemble(
    *,
    request: PricingRequest,
    basket: Basket,
    prices: Sequence[UnitPrice],
    freights: Sequence[Freight],
    turns: Turns,
    line_taxes: Sequence[Sequence[RateAmount]],
    shipment_taxes: Sequence[Sequence[RateAmount]],
) -> PricedCart:
    """The frozen result."""
    money = _mint(request.currency)
    jurisdictions = {rate.rate_id: str(rate.area) for rate in request.tax_rates}
    discounts = _discount_shares(basket, money)
    lines = {
        basket.lines[position].line_id: _line(
            basket,
            position,
            found=prices[position],
            discounts=tuple(discounts[position]),
            taxes=_tax_shares(taxes, jurisdictions, money),
            money=money,
        )
        for position, taxes in enumerate(line_taxes)
    }
    shipments = {
        freight.shipment.shipment_id: _shipment(freight, _tax_shares(taxes, jurisdictions, money), money)
        for freight, taxes in zip(freights, shipment_taxes, strict=True)
    }
    parts: tuple[Part, ...] = (*lines.values(), *shipments.values())
    total = sum(part.total.minor for part in parts)
    certificates = _pay_by_certificates(request, total, money)
    return PricedCart(
        currency=request.currency,
        lines=tuple(lines[line.line_id] for line in request.lines),
        shipments=tuple(shipments[shipment.shipment_id] for shipment in request.shipments),
        totals=_totals(tuple(lines.values()), tuple(shipments.values()), certificates, money),
        taxes=_tax_totals(parts, money),
        promotions=tuple(
            AppliedPromotion(
                promotion_id=taken.promotion.promotion_id,
                name=taken.promotion.name,
                coupon_code=taken.coupon_code,
                amount=money(taken.on_lines),
                shipping_amount=money(taken.on_shipping),
            )
            for taken in turns.taken
        ),
        coupons_not_applied=tuple(one for one in turns.refused if one.coupon_code),
        promotions_not_applied=tuple(one for one in turns.refused if not one.coupon_code),
        gift_certificates=certificates,
    )


def _mint(currency: str) -> MoneyOf:
    """Money by minor units; equal amounts of one cart are one object, which is cheaper."""
    coins: dict[int, Money] = {}

    def money(minor: int) -> Money:
        coin = coins.get(minor)
        if coin is None:
            coin = coins[minor] = Money(minor, currency)
        return coin

    return money


def _line(
    basket: Basket,
    position: int,
    *,
    found: UnitPrice,
    discounts: tuple[DiscountShare, ...],
    taxes: tuple[TaxShare, ...],
    money: MoneyOf,
) -> PricedLine:
    line = basket.lines[position]
    left = basket.left[position]
    tax = sum(share.amount.minor for share in taxes)
    included = basket.rules.prices_include_tax
    return PricedLine(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        list_price=line.list_price,
        unit_price=money(found.minor),
        price_source=found.source,
        override_reason=found.override_reason,
        gross=money(basket.gross[position]),
        discounts=discounts,
        discounted=money(left),
        taxes=taxes,
        tax=money(tax),
        net=money(left - tax if included else left),
        total=money(left if included else left + tax),
    )


def _shipment(freight: Freight, taxes: tuple[TaxShare, ...], money: MoneyOf) -> PricedShipment:
    tax = sum(share.amount.minor for share in taxes)
    included = sum(share.amount.minor for share in taxes if share.included)
    return PricedShipment(
        shipment_id=freight.shipment.shipment_id,
        method_code=freight.shipment.method_code,
        cost=money(freight.cost),
        derivation=freight.derivation,
        discounts=tuple(
            DiscountShare(promotion_id=promotion_id, amount=money(minor))
            for promotion_id, minor in freight.shares.items()
        ),
        discounted=money(freight.left),
        taxes=taxes,
        tax=money(tax),
        net=money(freight.left - included),
        total=money(freight.left - included + tax),
    )


def _discount_shares(basket: Basket, money: MoneyOf) -> list[list[DiscountShare]]:
    """By position, in the order of the offers' turns."""
    shares: list[list[DiscountShare]] = [[] for _ in basket.lines]
    for promotion_id, amounts in basket.taken:
        for position, minor in amounts.items():
            shares[position].append(DiscountShare(promotion_id, money(minor)))
    return shares


def _tax_shares(
    taxes: Sequence[RateAmount], jurisdictions: Mapping[str, str], money: MoneyOf
) -> tuple[TaxShare, ...]:
    return tuple(
        TaxShare(
            rate_id=tax.rate.rate_id,
            name=tax.rate.name,
            jurisdiction=jurisdictions[tax.rate.rate_id],
            percent=tax.rate.percent,
            amount=money(tax.minor),
            included=tax.included,
        )
        for tax in taxes
    )


def _pay_by_certificates(
    request: PricingRequest, total: int, money: MoneyOf
) -> tuple[UsedGiftCertificate, ...]:
    used = []
    for certificate in request.gift_certificates:
        amount = min(total, certificate.balance.minor)
        total -= amount
        left = money(certificate.balance.minor - amount)
        used.append(UsedGiftCertificate(code=certificate.code, amount=money(amount), left=left))
    return tuple(used)


def _totals(
    lines: Sequence[PricedLine],
    shipments: Sequence[PricedShipment],
    certificates: Sequence[UsedGiftCertificate],
    money: MoneyOf,
) -> CartTotals:
    parts: tuple[Part, ...] = (*lines, *shipments)
    items = sum(line.gross.minor for line in lines)
    shipping = sum(shipment.cost.minor for shipment in shipments)
    total = sum(part.total.minor for part in parts)
    paid = sum(certificate.amount.minor for certificate in certificates)
    shares = [share for part in parts for share in part.taxes]
    return CartTotals(
        items=money(items),
        discounts=money(items - sum(line.discounted.minor for line in lines)),
        shipping=money(shipping),
        shipping_discounts=money(shipping - sum(shipment.discounted.minor for shipment in shipments)),
        tax=money(sum(share.amount.minor for share in shares)),
        tax_included=money(sum(share.amount.minor for share in shares if share.included)),
        total=money(total),
        gift_certificates=money(paid),
        to_pay=money(total - paid),
    )


def _tax_totals(parts: Sequence[Part], money: MoneyOf) -> tuple[TaxTotal, ...]:
    shares: dict[str, list[TaxShare]] = {}
    for part in parts:
        for share in part.taxes:
            shares.setdefault(share.rate_id, []).append(share)
    return tuple(
        TaxTotal(
            rate_id=rate_id,
            name=shares[rate_id][0].name,
            jurisdiction=shares[rate_id][0].jurisdiction,
            percent=shares[rate_id][0].percent,
            amount=money(sum(share.amount.minor for share in shares[rate_id])),
        )
        for rate_id in sorted(shares)
    )
