"""Amounts, quantities, rates, days and times as a reader of one locale writes them.

Babel knows the symbols and the patterns; they are looked up once per locale and currency, since a
long ticket writes two hundred figures.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_precision

_BABEL_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_MOMENTS = {"fr": "dd/MM/yyyy HH:mm", "en": "d MMM yyyy HH:mm"}
_DAYS = {"fr": "dd/MM/yyyy", "en": "d MMM yyyy"}


@dataclass(frozen=True, slots=True)
class Figures:
    """Writes figures of one currency in one locale; made by `figures`.

    Where `unit` is "cents", points are minor units of a wallet.
    """

    locale: Locale
    language: str
    currency: str
    fraction_digits: int
    decimal: str
    group: str
    unit: str = ""

    def amount(self, minor: int) -> str:
        """Write minor units without the currency's sign: `1 234,50`."""
        return self._scaled(minor, self.fraction_digits, self.fraction_digits)

    def money(self, minor: int) -> str:
        """Write minor units with the currency's sign: `1 234,50 €`."""
        value = Decimal(minor).scaleb(-self.fraction_digits)
        return format_currency(value, self.currency, locale=self.locale)

    def quantity(self, thousandths: int) -> str:
        """Write a quantity without idle zeros: `2`, `1,15`."""
        return self._scaled(thousandths, 3, 0)

    def rate(self, hundredths: int) -> str:
        """Write a rate in hundredths of a percent: `5,5 %`."""
        space = "" if self.language == "en" else "\u00a0"
        return f"{self._scaled(hundredths, 2, 0)}{space}%"

    def factor(self, percent: int) -> str:
        """Write what multiplies, given in percent: `1,25`, `2`."""
        return self._scaled(percent, 2, 0)

    def decimals(self, number: int, digits: int) -> str:
        """Write a number given in parts of ten to the power of `digits`: `12,4`."""
        return self._scaled(number, digits, 0)

    def count(self, number: int) -> str:
        """Write a whole number: `1 234`."""
        return self._scaled(number, 0, 0)

    def is_one(self, number: int) -> bool:
        """Tell whether the locale counts `number` in the singular (French: 0 and 1)."""
        return self.locale.plural_form(abs(number)) == "one"

    def moment(self, at: datetime) -> str:
        """Write day, time to the minute and the offset of the zone at that moment."""
        offset = at.strftime("%z")
        hours, minutes = f"{offset[0]}{int(offset[1:3])}", offset[3:5]
        shift = "" if hours in ("+0", "-0") and minutes == "00" else hours
        shift += "" if minutes == "00" else f":{minutes}"
        written = format_datetime(at, _MOMENTS[self.language], locale=self.locale)
        return f"{written} (UTC{shift})"

    def day(self, day: date) -> str:
        """Write a calendar day."""
        return format_date(day, _DAYS[self.language], locale=self.locale)

    def _scaled(self, number: int, digits: int, digits_min: int) -> str:
        whole, fraction = divmod(abs(number), 10**digits)
        text = f"{whole:,}".replace(",", self.group) if whole > 999 else str(whole)
        shown = f"{fraction:0{digits}d}" if digits else ""
        while len(shown) > digits_min and shown.endswith("0"):
            shown = shown[:-1]
        return f"{'-' if number < 0 else ''}{text}{self.decimal if shown else ''}{shown}"


@lru_cache(maxsize=16)
def figures(language: str, currency: str) -> Figures:
    """Give the writer of `currency` (ISO 4217) figures for `language` ("fr" or "en")."""
    locale = Locale.parse(_BABEL_LOCALES[language])
    symbols = locale.number_symbols["latn"]
    return Figures(
        locale=locale,
        language=language,
        currency=currency,
        fraction_digits=get_currency_precision(currency),
        decimal=symbols["decimal"],
        group=symbols["group"],
    )
