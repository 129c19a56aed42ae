"""What a confirmation brings besides: codes of the gift certificates bought, and of the coupons the order earned."""

from datetime import datetime
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency
from sqlalchemy import Connection, Row, bindparam, select

from backoffice.domain.certificate import CertificateStatus
from backoffice.domain.money import Money
from backoffice.store.tables.pricing import coupons, gift_certificates

_WORDS = {  # a gift certificate, a coupon, until when
    "en": ("Gift certificate of {amount}: {code}", "A coupon for a later order: {code}", "(until {day})"),
    "de": (
        "Geschenkgutschein über {amount}: {code}",
        "Ein Rabattcode für eine spätere Bestellung: {code}",
        "(bis {day})",
    ),
    "fr": (
        "Chèque-cadeau de {amount} : {code}",
        "Un code de réduction pour une prochaine commande : {code}",
        "(jusqu'au {day})",
    ),
    "ar": ("بطاقة هدية بقيمة {amount}: {code}", "قسيمة لطلب لاحق: {code}", "(حتى {day})"),
}
_BOUGHT = (
    select(gift_certificates)
    .where(
        gift_certificates.c.bought_in == bindparam("order"),
        gift_certificates.c.status == CertificateStatus.ACTIVE.value,
    )
    .order_by(gift_certificates.c.bought_as)
)
_EARNED = (
    select(coupons)
    .where(coupons.c.earned_by_order == bindparam("order"), coupons.c.active.is_(True))
    .order_by(coupons.c.code)
)


def gifts_of(connection: Connection, order: Row[Any], language: str) -> str:
    """Return an empty line and one line for each code; "" for most orders."""
    certificate, coupon, until = _WORDS[language]

    def line(words: str, row: Row[Any], ends_at: datetime | None, amount: str = "") -> str:
        said = words.format(code=row.code, amount=amount)
        if ends_at is None:
            return said
        return f"{said} {until.format(day=format_date(ends_at.date(), format='long', locale=language))}"

    lines = [
        line(certificate, row, row.expires_at, _money(Money(row.amount, row.currency), language))
        for row in connection.execute(_BOUGHT, {"order": order.order_id})
    ]
    lines += [
        line(coupon, row, row.ends_at) for row in connection.execute(_EARNED, {"order": order.order_id})
    ]
    return "\n\n" + "\n".join(lines) if lines else ""


def _money(amount: Money, language: str) -> str:
    return str(
        format_currency(amount.to_decimal(), amount.currency, locale=language, numbering_system="latn")
    )
