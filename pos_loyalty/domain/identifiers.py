"""Cards without their numbers: a number becomes an account by a keyed digest, and four digits."""

import base64
import hashlib
import hmac

ID_BYTES = 16
_SEPARATORS = str.maketrans("", "", " -\t")


def normalise(number: str) -> str:
    """Give a card number without spaces and hyphens, in capitals."""
    return number.translate(_SEPARATORS).upper()


def card_account(key: bytes, scheme: str, number: str, generation: int = 0) -> bytes:
    """Give the account of a card: the same at every node that holds the chain's `key`.

    `number` is normalised. A member erased at their request leaves the account closed; the same
    card then opens the next `generation`.
    """
    text = f"{scheme}|{number}|{generation}" if generation else f"{scheme}|{number}"
    return hmac.digest(key, text.encode(), "sha256")[:ID_BYTES]


def ticket_account(ticket: str) -> bytes:
    """Give the account of a ticket without a member: its returns need a place to be folded."""
    return hashlib.sha256(b"ticket|" + ticket.encode()).digest()[:ID_BYTES]


def ticket_mark(key: bytes, ticket: str) -> str:
    """Give what proves a link to a ticket's receipt: 128 bits that only the chain's key makes."""
    digest = hmac.digest(key, b"receipt|" + ticket.encode(), "sha256")[:ID_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


_CLAIM_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CLAIM_READ = str.maketrans("OIL", "011")
CLAIM_CHARACTERS = 10


def claim_code(key: bytes, ticket: str) -> str:
    """Give what a customer without a card proves a ticket with: 50 bits, in capitals and digits.

    None of them can be mistaken for another; it is printed in two groups.
    """
    digest = hmac.digest(key, b"claim|" + ticket.encode(), "sha256")
    number = int.from_bytes(digest[:8], "big")
    code = "".join(_CLAIM_ALPHABET[number >> 5 * at & 31] for at in range(CLAIM_CHARACTERS))
    return f"{code[:5]}-{code[5:]}"


def is_claim_code(key: bytes, ticket: str, typed: str) -> bool:
    """Tell whether what was typed or scanned is a ticket's claim code, or its receipt's mark."""
    code = normalise(typed).translate(_CLAIM_READ).encode()
    whole = normalise(claim_code(key, ticket)).encode()
    mark = ticket_mark(key, ticket).encode()
    return hmac.compare_digest(code, whole) | hmac.compare_digest(typed.encode(), mark)


def amendment_key(ticket: str, turn: int) -> str:
    """Give the business key of the n-th thing decided on a ticket afterwards (from 1)."""
    return f"amended/{ticket}/{turn}"


def derived_id(command: str, index: int) -> bytes:
    """Give the id of a command's n-th fact or object: the same when the command is repeated."""
    return hashlib.sha256(f"{command}|{index}".encode()).digest()[:ID_BYTES]


def adjustment_key(adjustment: str) -> str:
    """Give the business key of points moved by hand; `adjustment` is its fact's id in hex."""
    return f"adjustment/{adjustment}"


def part_of_transfer(transfer: str, at: int) -> str:
    """Give the id of a transfer's n-th adjustment: the first one's is the transfer's own."""
    return derived_id(transfer, at).hex() if at else transfer


def adjustment_mark(key: str) -> int:
    """Give the number by which the lot of an adjustment is known, from its business key.

    Beyond every number that names a leg: no other lot has it. 0 for an adjustment without a key.
    """
    return _mark(key) if key.startswith(adjustment_key("")) else 0


def event_key(told: str) -> str:
    """Give the business key of what a member did, from the id of its telling."""
    return f"event/{told}"


def event_mark(key: str) -> int:
    """Give the number by which the lot of what a member did is known, from its business key."""
    return _mark(key)


def _mark(key: str) -> int:
    return 1 << 61 | int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big")


def voucher_key(voucher: str, *what: str) -> str:
    """Give the business key of a voucher's issue, or of what happens to it once, such as its use
    on a ticket."""
    return "/".join(("voucher", voucher, *what))


_STAMPS = ".stamps"


def stamps_of(programme: str) -> str:
    """Give the name under which a programme's card of stamps is counted."""
    return programme + _STAMPS


def is_stamps(programme: str) -> bool:
    """Tell whether a name is that of a card of stamps; no programme's own has a dot."""
    return programme.endswith(_STAMPS)


def stamping(name: str) -> str:
    """Give the programme whose card of stamps is counted under a name."""
    return name.removesuffix(_STAMPS)


_GOODS = ".goods"


def goods_of(digest: str) -> str:
    """Give the name under which purchases of some goods are counted."""
    return digest + _GOODS


def is_goods(name: str) -> bool:
    """Tell whether a name is that of purchases of some goods."""
    return name.endswith(_GOODS)


def is_programme(name: str) -> bool:
    """Tell whether what is counted under a name are a programme's own points, which has no dot."""
    return "." not in name


def tail(number: str) -> str:
    """Give what may be shown of a card number: its last four characters."""
    return number[-4:]


def luhn_valid(number: str) -> bool:
    """Tell whether the last digit of a number is its Luhn check digit."""
    total = 0
    for index, char in enumerate(reversed(number)):
        digit = int(char) * (1 + index % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def ean_valid(number: str) -> bool:
    """Tell whether the last digit of a number is its GS1 check digit."""
    total = sum(int(char) * (3 if index % 2 else 1) for index, char in enumerate(reversed(number)))
    return total % 10 == 0
