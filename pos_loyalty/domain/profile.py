"""What a profile may hold, and how each field is written."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from pos_loyalty.domain.addresses import parse_address
from pos_loyalty.errors import LoyaltyError, Reason

VALUE_CHARACTERS_MAX = 120
RECEIPTS = ("none", "paper", "email", "qr")
"""How a member wants receipts, so that nobody asks again."""


def _name(value: str) -> str:
    text = " ".join(value.split())
    if len(text) > VALUE_CHARACTERS_MAX or not text.isprintable():
        raise ValueError
    return text


def _email(value: str) -> str:
    return parse_address(value).address


def _phone(value: str) -> str:
    import phonenumbers  # at the first one told: its tables would keep every start waiting

    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        raise ValueError from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _date(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _language(value: str) -> str:
    if value not in ("fr", "en"):
        raise ValueError
    return value


def _receipt(value: str) -> str:
    if value not in RECEIPTS:
        raise ValueError
    return value


FIELDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "first_name": _name,
        "last_name": _name,
        "email": _email,
        "phone": _phone,
        "birth_date": _date,
        "postcode": _name,
        "city": _name,
        "language": _language,
        "receipt": _receipt,
    }
)
"""The fields of a profile, each with the function that writes it one way."""


def checked_profile(fields: Mapping[str, str]) -> dict[str, str]:
    """Give the fields as they are kept; an empty value deletes.

    Raises `LoyaltyError` (`PROFILE_INVALID`) naming the field, never its value.
    """
    return {name: _checked(name, value) for name, value in fields.items()}


def mask_phone(number: str) -> str:
    """Give a telephone number for screens and lists: its last two digits."""
    return f"•• •• {number[-2:]}" if number else ""


def _checked(name: str, value: str) -> str:
    if name not in FIELDS:
        raise LoyaltyError(Reason.PROFILE_INVALID, field=name[:32])
    if not value.strip():
        return ""
    try:
        return FIELDS[name](value.strip())
    except ValueError:
        raise LoyaltyError(Reason.PROFILE_INVALID, field=name) from None
