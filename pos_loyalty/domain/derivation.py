"""Which rules touched which line of a ticket, in a few characters that its rating keeps.

A programme's rules are numbered: exclusions, then multipliers, then quantities. Lines touched by
the same rules go the same way. `0B,170S|0112` has two ways, of the rules 11 and of 69 and 28, over
four lines, of which the first goes none: each rule is as many characters as the programme's rules
need, each line is one, and lines at the end that go no way are left out.
"""

from collections.abc import Sequence
from string import ascii_uppercase, digits

from pos_loyalty.domain.programme import Exclusion, Multiplier, Programme, Quantity

DIGITS = digits + ascii_uppercase + "abcdefghijklmnopqrstuvwxyz"
CHARACTERS_MAX = 280
"""What would be longer is left out: version and lines tell the same once more."""
Rule = Exclusion | Multiplier | Quantity


def rules_of(programme: Programme) -> tuple[Rule, ...]:
    """Give a programme's rules in the order of their numbers."""
    return (*programme.exclusions, *programme.multipliers, *programme.quantities)


def width_of(programme: Programme) -> int:
    """Give how many characters number a rule of this programme."""
    count = len(programme.exclusions) + len(programme.multipliers) + len(programme.quantities)
    width = 1
    while len(DIGITS) ** width < count:
        width += 1
    return width


def way_of(numbers: Sequence[int], width: int) -> str:
    """Write the rules that touch a line."""
    return "".join([_digits(number, width) for number in numbers])


def written(ways: Sequence[str]) -> str:
    """Write the way of each line (as `way_of` gave it); empty where nothing touched any.

    It is empty, too, where it would be too long.
    """
    places: dict[str, int] = {"": 0}
    for way in ways:
        if way not in places:
            places[way] = len(places)
    if len(places) == 1 or len(places) > len(DIGITS):
        return ""
    lines = "".join([DIGITS[places[way]] for way in ways]).rstrip("0")
    text = f"{','.join(list(places)[1:])}|{lines}"
    return text if len(text) <= CHARACTERS_MAX else ""


def read(text: str, lines: int, width: int) -> list[tuple[int, ...]]:
    """Give the numbers of the rules that touched each line; none for a text that is not ours."""
    listed, _, by_line = text.partition("|")
    if len(by_line) > lines or not set(text) <= {*DIGITS, ",", "|"} or "|" in by_line:
        return [()] * lines
    ways = [(), *(numbers_of(way, width) for way in listed.split(","))]
    places = [DIGITS.index(each) for each in by_line.ljust(lines, "0")]
    return [ways[place] if place < len(ways) else () for place in places]


def _digits(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text


def numbers_of(way: str, width: int) -> tuple[int, ...]:
    """Give the rules of a way, by their numbers."""
    each = [way[at : at + width] for at in range(0, len(way), width)]
    return tuple(_number(text) for text in each)


def _number(text: str) -> int:
    number = 0
    for digit in text:
        number = number * len(DIGITS) + DIGITS.index(digit)
    return number
