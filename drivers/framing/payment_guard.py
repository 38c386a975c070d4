"""Tell payment cards from the shop's own cards, before anything of them is kept.

Pure, and on mutable buffers: what is refused can be zeroed with `wipe` where it lies. The shop's
own prefixes decide first. Then, for tracks, only own cards pass at all. For labels, a digit run
that looks like a payment card number (13 to 19 digits, issuer range, Luhn) is refused; a GTIN is
not one: thirteen digits with a right GS1 check digit are an article, and so are the longer codes
of symbologies that carry nothing but articles. `docs/devices.md` states the rule for operators.
"""

import re
from dataclasses import dataclass

from pos_loyalty.ports.devices import Refusal

PAN_DIGITS_MIN, PAN_DIGITS_MAX = 13, 19
# A shorter prefix inside the payment ranges would let other issuers' cards through.
FULL_IIN_DIGITS = 6

_DIGITS = re.compile(rb"[0-9]+(?:[ -][0-9]+)*")
_GROUP = re.compile(rb"[0-9]+")
# Issuer ranges: first and last prefix, then the lengths that exist with them.
_ISSUERS = (
    ("4", "4", range(13, 20)),
    ("51", "55", range(16, 17)),
    ("2221", "2720", range(16, 17)),
    ("34", "34", range(15, 16)),
    ("37", "37", range(15, 16)),
    ("300", "305", range(14, 20)),
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("3528", "3589", range(16, 20)),
    ("50", "50", range(13, 20)),
    ("56", "58", range(13, 20)),
    ("6", "6", range(13, 20)),
)
_SENTINELS = {0x25: 1, 0x3B: 2, 0x2B: 3}  # % ; +
# EAN with add-on, ITF-14 and DataBar: fixed or article-only content of 13, 14, 15 or 18 digits.
_ARTICLE_CARRIERS = (b"]E", b"]I", b"]e")


def wipe(buffer: bytearray) -> None:
    """Overwrite `buffer` with zeros in place."""
    buffer[:] = bytes(len(buffer))


def luhn_holds(digits: bytes | bytearray) -> bool:
    """Whether the last of these ASCII digits is the Luhn check digit of the others."""
    total = 0
    for place, byte in enumerate(reversed(digits)):
        digit = byte - 0x30
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def gs1_check_holds(digits: bytes | bytearray) -> bool:
    """Whether the last of these ASCII digits is the GS1 check digit of the others."""
    weighted = ((byte - 0x30) * (3 if place % 2 else 1) for place, byte in enumerate(digits[::-1]))
    return sum(weighted) % 10 == 0


def _issued(digits: bytes | bytearray) -> bool:
    """Whether a payment scheme issues numbers of this length and beginning."""
    for first, last, lengths in _ISSUERS:
        head = digits[: len(first)]
        if len(digits) in lengths and first.encode() <= head <= last.encode():
            return True
    return False


def looks_like_pan(digits: bytes | bytearray) -> bool:
    """Whether these ASCII digits, all of them, can be a payment card number."""
    lengths = PAN_DIGITS_MIN <= len(digits) <= PAN_DIGITS_MAX
    return lengths and _issued(digits) and luhn_holds(digits)


@dataclass(frozen=True, slots=True)
class PaymentGuard:
    """The rule, with the shop's own prefixes (the first characters of its card numbers)."""

    own_prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for prefix in self.own_prefixes:
            if not (prefix.isascii() and prefix.isprintable() and prefix.strip()):
                raise ValueError("an own prefix is one or more printable ASCII characters")
            if prefix.isdigit() and len(prefix) < FULL_IIN_DIGITS and _inside_issuers(prefix):
                raise ValueError(
                    f"the own prefix {prefix} lies in a payment card range: "
                    f"give at least {FULL_IIN_DIGITS} digits of it"
                )

    def owns(self, content: bytes | bytearray) -> bool:
        """Whether `content` begins with an own prefix."""
        return any(content.startswith(prefix.encode()) for prefix in self.own_prefixes)

    def judge_track(self, number: int, content: bytearray) -> Refusal | None:
        """Judge what stands between the sentinels of track `number`; nothing means it is ours."""
        lettered = number == 1 and content[:1].isalpha()
        if self.owns(content) or (lettered and self.owns(content[1:])):
            return None
        return Refusal.PAYMENT_CARD if _payment_track(number, content) else Refusal.FOREIGN_CARD

    def refuses_label(self, content: bytearray) -> bool:
        """Whether a scanned or typed label (with its AIM identifier, if any) must be refused."""
        start = 3 if re.match(rb"\][A-Za-z][0-9A-Za-z]", content) else 0
        number = _SENTINELS.get(content[start]) if len(content) > start else None
        if number and self.judge_track(number, content[start + 1 :]) is Refusal.PAYMENT_CARD:
            return True
        if _is_article(content, start):
            return False
        exempt = start + self._own_length(content[start:])
        spans = [match.span() for match in _DIGITS.finditer(content, start)]
        return any(a >= exempt and self._holds_pan(content[a:b]) for a, b in spans)

    def _own_length(self, content: bytearray) -> int:
        """How far a number that begins within an own prefix counts as ours."""
        lengths = (len(p) for p in self.own_prefixes if content.startswith(p.encode()))
        return 1 + max(lengths, default=-1)

    def _holds_pan(self, run: bytearray) -> bool:
        """Whether consecutive digit groups of `run` form a payment card number that is not ours."""
        if len(run) < PAN_DIGITS_MIN:
            return False
        groups = [match.span() for match in _GROUP.finditer(run)]
        for index, (begin, _) in enumerate(groups):
            digits = bytearray()
            for first, last in groups[index:]:
                digits += run[first:last]
                if len(digits) > PAN_DIGITS_MAX:
                    break
                if looks_like_pan(digits) and not self.owns(run[begin:]):
                    return True
        return False


def _inside_issuers(prefix: str) -> bool:
    return any(
        first[: len(prefix)] <= prefix[: len(first)] <= last[: len(prefix)]
        for first, last, _ in _ISSUERS
    )


def _payment_track(number: int, content: bytearray) -> bool:
    """Tracks are judged by shape alone: a damaged payment card is still a payment card."""
    if number == 1:
        return content[:1].upper() == b"B" or _leading_digits(content) >= PAN_DIGITS_MIN
    skipped = 2 if number == 3 else 0  # track 3 begins with a format code of two digits
    return _leading_digits(content) - skipped >= PAN_DIGITS_MIN - 1


def _leading_digits(content: bytearray) -> int:
    match = _GROUP.match(content)
    return match.end() if match else 0


def _is_article(content: bytearray, start: int) -> bool:
    """Whether the whole label is a GTIN, as far as its check digit and symbology tell."""
    digits = content[start:]
    if not digits.isdigit():
        return False
    if len(digits) == 13:
        return gs1_check_holds(digits)
    if not content.startswith(_ARTICLE_CARRIERS):
        return False
    if len(digits) in (15, 18):  # EAN-13 with a two- or five-digit add-on
        return content.startswith(b"]E") and gs1_check_holds(digits[:13])
    return len(digits) == 14 and gs1_check_holds(digits)
