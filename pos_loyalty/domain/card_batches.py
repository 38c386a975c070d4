"""Numbers for cards that are printed before they have an owner."""

from collections.abc import Iterator

from pos_loyalty.domain.identifiers import ean_valid, luhn_valid

BATCH_MAX = 50_000
_VALID = {"luhn": luhn_valid, "ean13": ean_valid}


def card_numbers(prefix: str, *, length: int, first: int, count: int, check: str) -> Iterator[str]:
    """Give `count` numbers of `length` digits from the one with serial number `first`.

    Each is the prefix, the serial number and, where the shop's cards have one (`check` luhn or
    ean13), its check digit. Raises `ValueError` where they do not fit.
    """
    digits = length - len(prefix) - (check in _VALID)
    fits = digits > 0 and first >= 0 and 0 < count <= BATCH_MAX and first + count <= 10**digits
    if not fits or not (prefix + "0").isdigit():
        raise ValueError("the serial numbers do not fit")
    return (_checked(f"{prefix}{n:0{digits}d}", check) for n in range(first, first + count))


def _checked(body: str, check: str) -> str:
    valid = _VALID.get(check)
    if valid is None:
        return body
    return next(body + digit for digit in "0123456789" if valid(body + digit))
