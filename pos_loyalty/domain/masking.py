"""Addresses as lists show them: enough to tell two people apart, too little to write to them."""

HIDDEN = "•••"
PHONE_DIGITS_SHOWN = 2


def masked_email(address: str) -> str:
    """Give an e-mail address with its first character and its domain only."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}" if at else ""


def masked_phone(number: str) -> str:
    """Give a phone number with its last digits only."""
    return f"{HIDDEN} {number[-PHONE_DIGITS_SHOWN:]}" if number else ""
