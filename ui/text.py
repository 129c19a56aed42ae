"""Values to words, late: money, moments, durations in the person's locale; ``tr`` comes along."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.core import parse_locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    NumberFormatError,
    format_currency,
    format_decimal,
    get_currency_symbol,
    parse_decimal,
)

from backoffice.domain.ids import utc_now
from backoffice.domain.money import Money, currency_digits
from ui.words import tr, tr_n

__all__ = ["Text", "system_locale", "tr", "tr_n"]

_NOW = timedelta(seconds=10)


def system_locale() -> str:
    """Return the locale the person's environment asks for, or en_US where it says nothing Babel knows."""
    for name in ("LC_ALL", "LC_NUMERIC", "LANG"):
        given = os.environ.get(name, "").partition(".")[0]
        if given and given not in {"C", "POSIX"}:
            try:
                parse_locale(given)
                return str(Locale.parse(given))
            except (ValueError, UnknownLocaleError):
                continue
    return "en_US"


class Text:
    """Formats values for one person."""

    def __init__(
        self, locale: str = "en_US", zone: tzinfo | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Take a Babel locale name, a time zone (None: this machine's) and a clock."""
        self.locale = Locale.parse(locale)
        self.zone = zone
        self.clock = clock

    def money(self, amount: Money | None) -> str:
        """Return "$1,079.72"; "" for nothing."""
        if amount is None:
            return ""
        return str(format_currency(amount.to_decimal(), amount.currency, locale=self.locale))

    def number(self, value: Decimal | int | None) -> str:
        """Return "1,234"; "" for nothing."""
        return "" if value is None else str(format_decimal(value, locale=self.locale))

    def percent(self, value: Decimal) -> str:
        """Return "8.75 %" for 8.75, the sign where the locale puts it."""
        return (
            str(format_decimal(value.normalize(), locale=self.locale, decimal_quantization=False)) + "\u00a0%"
        )

    def amount(self, typed: str, currency: str) -> Money | None:
        """Read an amount as the person writes it ("1,079.72", "$5"); None when it is none of that currency.

        Strictly: where a comma parts the cents, "10.5" is no amount, and not a hundred and five.
        """
        symbol = get_currency_symbol(currency, locale=self.locale)
        bare = "".join(typed.replace(symbol, "").replace(currency, "").split())
        try:
            return Money.of(parse_decimal(bare, locale=self.locale, strict=True), currency)
        except (NumberFormatError, ValueError):
            return None

    def plain_amount(self, amount: Money | None) -> str:
        """Return "1079.72" as it is typed into a field; "" for nothing."""
        if amount is None:
            return ""
        digits = currency_digits(amount.currency)
        pattern = "0." + "0" * digits if digits else "0"
        return str(format_decimal(amount.to_decimal(), format=pattern, locale=self.locale))

    def moment(self, at: datetime | None) -> str:
        """Return the exact local time, for tooltips: "Nov 22, 2026, 2:02:10 PM"."""
        return "" if at is None else str(format_datetime(self._local(at), "medium", locale=self.locale))

    def day(self, at: datetime | None) -> str:
        """Return the local day: "Nov 22, 2026"."""
        return "" if at is None else str(format_date(self._local(at), "medium", locale=self.locale))

    def time(self, at: datetime | None) -> str:
        """Return the local time of day in digits: "14:02"."""
        return "" if at is None else self._local(at).strftime("%H:%M")

    def ago(self, at: datetime | None) -> str:
        """Return "now", "2 minutes ago", "in 3 days"; show ``moment`` in the tooltip."""
        if at is None:
            return ""
        gone = self.clock() - at
        if abs(gone) < _NOW:
            return tr("now")
        return str(format_timedelta(-gone, add_direction=True, format="long", locale=self.locale))

    def ago_short(self, at: datetime | None) -> str:
        """Return "now", "2 min ago": for narrow columns."""
        if at is None:
            return ""
        gone = self.clock() - at
        if abs(gone) < _NOW:
            return tr("now")
        return str(format_timedelta(-gone, add_direction=True, format="short", locale=self.locale))

    def duration(self, span: timedelta) -> str:
        """Return a running clock: "02:14", "1:02:14"; never below zero."""
        seconds = max(0, int(span.total_seconds()))
        hours, rest = divmod(seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)
