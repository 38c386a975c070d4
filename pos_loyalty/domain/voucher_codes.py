"""Codes of vouchers and gift cards: short, without look-alikes, proven by whoever has the key.

A code is twenty characters, told and printed in groups of four: key (1), number of the rule and
day of issue, serial, signature, check. Any till that has the chain's key knows, without a list and
without a network, what a code is worth and until when. The database has the `account` of a code,
which does not lead back to it.
"""

import hashlib
import hmac
from typing import NamedTuple

from pos_loyalty.domain.identifiers import ID_BYTES

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two characters: no 0 and O, no 1 and I."""
CHARACTERS = 20
GROUP = 4
NUMBER_MAX = 127
"""The greatest number of a rule; 0 is a gift card."""
FIRST_DAY = 737_425
"""The day 0 of codes, 1 January 2020, as an ordinal; fifteen bits last until 2109."""
_KEY_BITS, _NUMBER_BITS, _DAY_BITS, _SERIAL_BITS, _MARK_BITS = 3, 7, 15, 40, 30
_KEY_ID = 0
"""Which of the keys made from the chain's signs new codes; those of all eight are understood."""
_TIMES_X = 0b100101
"""x⁵ + x² + 1, which is primitive: no power of x below the thirty-first is one."""


class Code(NamedTuple):
    """What a code says: the rule's number (0: a gift card), the day of issue, a serial."""

    number: int
    day: int
    serial: int


class Misread(ValueError):
    """A code whose check character says that it was mistyped or misread."""


def tidy(text: str) -> str:
    """Give a code without spaces and hyphens, in capitals."""
    return "".join(text.split()).replace("-", "").upper()


def looks_like_code(text: str) -> bool:
    """Tell whether a text could be a code, right or wrong."""
    plain = tidy(text)
    return len(plain) == CHARACTERS and all(char in ALPHABET for char in plain)


def grouped(code: str) -> str:
    """Give a code as people read it."""
    return "-".join(code[at : at + GROUP] for at in range(0, CHARACTERS, GROUP))


def check_character(text: str) -> str:
    """Give the check character of a text in the alphabet, at most thirty characters long.

    The characters are elements of GF(32), and each place weighs another power of x. So every
    wrong character and every two that changed places, neighbours or not, give another one.
    """
    total = 0
    for char in text:
        total = _times_x(total ^ ALPHABET.index(char))
    return ALPHABET[total]


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _TIMES_X if doubled >= len(ALPHABET) else doubled


def serial_of(key: bytes, origin: str) -> int:
    """Give the serial of what `origin` names: the same wherever it is made again."""
    digest = hmac.digest(key, b"voucher serial|" + origin.encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> (64 - _SERIAL_BITS)


def write(key: bytes, code: Code) -> str:
    """Write a code, signed with the chain's key."""
    body = _KEY_ID
    for value, bits in _parts(code):
        body = body << bits | value
    text = _letters(body, _KEY_BITS + _NUMBER_BITS + _DAY_BITS + _SERIAL_BITS)
    text += _letters(_mark(key, text), _MARK_BITS)
    return text + check_character(text)


def read(key: bytes, text: str) -> Code | None:
    """Read a code; gives nothing for one that nobody with the key has signed.

    Raises `Misread` where the check character does not fit.
    """
    plain = tidy(text)
    if not looks_like_code(plain) or check_character(plain[:-1]) != plain[-1]:
        raise Misread
    marked, mark = plain[: -1 - _MARK_BITS // 5], plain[-1 - _MARK_BITS // 5 : -1]
    if not hmac.compare_digest(_letters(_mark(key, marked), _MARK_BITS), mark):
        return None
    body = _number(marked)
    serial = body & (1 << _SERIAL_BITS) - 1
    day = body >> _SERIAL_BITS & (1 << _DAY_BITS) - 1
    number = body >> _SERIAL_BITS + _DAY_BITS & NUMBER_MAX
    return Code(number, FIRST_DAY + day, serial)


def code_of(key: bytes, ticket: str, at: int, number: int, day: int) -> str:
    """Give the code of the n-th voucher (from 0) that a ticket brought, as it was written then."""
    return write(key, Code(number, day, serial_of(key, f"{ticket}|{at}")))


def batch_code(key: bytes, batch: str, mark: int | str, number: int, day: int) -> str:
    """Give the code of a batch's voucher: of the n-th (from 0), or of a member's (hex)."""
    return write(key, Code(number, day, serial_of(key, f"batch {batch}|{mark}")))


def account_of(key: bytes, text: str) -> bytes:
    """Give the account of a code: what facts and tables call it."""
    return hmac.digest(key, b"voucher|" + tidy(text).encode(), "sha256")[:ID_BYTES]


def _parts(code: Code) -> list[tuple[int, int]]:
    parts = [
        (code.number, _NUMBER_BITS),
        (code.day - FIRST_DAY, _DAY_BITS),
        (code.serial, _SERIAL_BITS),
    ]
    assert all(0 <= value < 1 << bits for value, bits in parts), "a rule's number and day fit"
    return parts


def _mark(key: bytes, text: str) -> int:
    """Sign the first part of a code with the key that its first three bits name."""
    key_id = _number(text[0]) >> 5 - _KEY_BITS
    own = hmac.digest(key, b"voucher key|%d" % key_id, "sha256")
    digest = hashlib.blake2b(text.encode(), key=own, digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 64 - _MARK_BITS


def _letters(value: int, bits: int) -> str:
    return "".join(ALPHABET[value >> at & 31] for at in range(bits - 5, -5, -5))


def _number(letters: str) -> int:
    value = 0
    for char in letters:
        value = value << 5 | ALPHABET.index(char)
    return value
