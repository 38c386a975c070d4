"""Reading what an address asks for; what cannot be read is as if nothing had been said."""

from datetime import date
from decimal import Decimal, InvalidOperation

from flask import request

from web.panel.shown import MINOR

CENTS_MAX = 10**10


def asked_day(name: str, otherwise: int) -> int:
    """Give the day (ordinal) of an address."""
    return day_in(request.args.get(name, "")) or otherwise


def day_in(text: str) -> int:
    """Give the day that a text says, as 2026-11-23 or 23/11/2026; 0 for another text."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 3 and len(parts[2]) == 4:
        parts.reverse()
    try:
        return date(*(int(part) for part in parts)).toordinal()
    except (TypeError, ValueError):
        return 0


def cents_in(text: str) -> int | None:
    """Give the minor units that a text says, as 12,50 or 12.5; nothing for another text."""
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("€", "")
    try:
        value = Decimal(plain.replace(",", ".")) * MINOR
    except InvalidOperation:
        return None
    fits = value.is_finite() and abs(value) <= CENTS_MAX and value == value.to_integral_value()
    return int(value) if fits else None


def number_in(text: str) -> int | None:
    """Give the whole number that a text says; nothing for another text."""
    plain = text.strip()
    ascii_digits = plain.removeprefix("-").isascii() and plain.removeprefix("-").isdigit()
    return int(plain) if ascii_digits and len(plain) <= 12 else None
