"""One field's text into what the product counts in: minor units, thousandths, days, moments.

No floating point: "12,50" is 1250 by its digits. Whatever cannot be read raises `RowFault`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from pos_loyalty.errors import Reason
from pos_loyalty.imports.faults import RowFault

DIGITS_MAX = 15
_NUMBER = re.compile(r"([+-]?)([0-9][0-9.,]*)")
_CENTS = re.compile(r"[+-]?[0-9]{1,15}")
_SPACES = re.compile(r"[\s'’€\u00a0\u202f]")
_ISO_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_LOCAL_DAY = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d\d?)[:hH](\d\d)?(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_YES = {"yes", "y", "oui", "o", "true", "vrai", "1", "x"}
_NO = {"no", "n", "non", "false", "faux", "0", ""}
NOON = (12, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads fields as one file writes them."""

    decimal: str
    dates: str
    zone: ZoneInfo

    def amount(self, text: str, column: str, *, places: int = 2) -> int:
        """Give a decimal number as an integer of its `places`-th decimals."""
        return _amount(text, column, places, self.decimal)

    def cents(self, text: str, column: str) -> int:
        """Give whole minor units."""
        if _CENTS.fullmatch(text.strip()) is None:
            raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
        return int(text)

    def day(self, text: str, column: str) -> str:
        """Give a day as an ISO date; day before month where the year comes last."""
        return self._date(text.strip(), column).date().isoformat()

    def _date(self, text: str, column: str) -> datetime:
        try:
            if self.dates:
                return datetime.strptime(text, self.dates)  # noqa: DTZ007 - a day has no zone
            if match := _ISO_DAY.fullmatch(text):
                year, month, day = match.groups()
            elif match := _LOCAL_DAY.fullmatch(text):
                day, month, year = match.groups()
            else:
                raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
            return datetime(int(year), int(month), int(day))  # noqa: DTZ001
        except ValueError:
            raise RowFault(Reason.IMPORT_VALUE_INVALID, column) from None

    def moment(self, text: str, column: str) -> int:
        """Give Unix milliseconds of a day with or without a time; without one it is noon."""
        text = text.strip()
        if self.dates:
            return self._stamp(self._date(text, column), column)
        date, _, clock = text.replace("T", " ", 1).partition(" ")
        day = self._date(date, column)
        hour, minute, second, offset = _clock(clock, column) if clock.strip() else (*NOON, "")
        try:
            local = day.replace(hour=hour, minute=minute, second=second)
            if offset:
                sign = "+00:00" if offset == "Z" else offset
                local = datetime.fromisoformat(local.isoformat() + sign)
        except ValueError:
            raise RowFault(Reason.IMPORT_VALUE_INVALID, column) from None
        return self._stamp(local, column)

    def _stamp(self, moment: datetime, column: str) -> int:
        """Give a moment's milliseconds; an hour that the clock skips counts as before the skip."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        stamp = (aware.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        if stamp <= 0:
            raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
        return int(stamp) * 1000


@lru_cache(maxsize=8192)
def _amount(text: str, column: str, places: int, decimal: str) -> int:
    match = _NUMBER.fullmatch(_SPACES.sub("", text))
    if match is None or len(text) > 2 * DIGITS_MAX:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    whole, part = _split(match.group(2), column, places, decimal)
    part = part.rstrip("0")
    if len(part) > places or not whole.isdigit() or len(whole) > DIGITS_MAX:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    value = int(whole + part.ljust(places, "0"))
    return -value if match.group(1) == "-" else value


def _split(digits: str, column: str, places: int, decimal: str) -> tuple[str, str]:
    """Part a number at its decimal sign; the other sign only groups thousands."""
    sign = decimal or _decimal_sign(digits)
    if not sign:
        return digits.replace(",", "").replace(".", ""), ""
    whole, _, part = digits.rpartition(sign) if sign in digits else (digits, "", "")
    other = "." if sign == "," else ","
    if not decimal and other not in digits and len(part) == 3 and places < 3:
        raise RowFault(Reason.IMPORT_AMOUNT_AMBIGUOUS, column)
    if not _grouped(whole, other) or not (part.isdigit() or not part):
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    return whole.replace(other, ""), part


def _decimal_sign(digits: str) -> str:
    """Give the sign that separates decimals: the last one, when it stands there once."""
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return ""
    sign = digits[last]
    return sign if digits.count(sign) == 1 else ""


def _grouped(whole: str, sign: str) -> bool:
    first, *rest = whole.split(sign)
    return not rest or (0 < len(first) <= 3 and all(len(part) == 3 for part in rest))


def _clock(text: str, column: str) -> tuple[int, int, int, str]:
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    hour, minute, second, offset = match.groups()
    return int(hour), int(minute or 0), int(second or 0), offset or ""


def yes_or_no(text: str, column: str) -> bool | None:
    """Give an answer, or nothing where there is none."""
    word = text.strip().casefold()
    if word == "":
        return None
    if word not in _YES | _NO:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, column)
    return word in _YES


def words(text: str) -> tuple[str, ...]:
    """Give what spaces, bars and semicolons separate."""
    if not text:
        return ()
    return tuple(part for part in re.split(r"[\s|;]+", text) if part)
