"""The customers for whom another programme would change most, for better and for worse."""

from fractions import Fraction
from heapq import heappush, heappushpop

from msgspec import Struct

from pos_loyalty.backtest.tally import Pair, worth
from pos_loyalty.domain.programme import Programme
from pos_loyalty.store import people
from pos_loyalty.store.statements import Tx

SHIFTS_MAX = 10
"""So many customers are named on either side."""


class Shift(Struct, frozen=True, kw_only=True):
    """A customer's kept points under both programmes, and what they would be worth more (minor
    units). `member` is empty for a card that nobody holds."""

    member: str
    tickets: int
    now: int
    tried: int
    difference: int


_Row = tuple[int, bytes, int, int, int]


class Extremes:
    """Hears of every customer and keeps those at both ends."""

    def __init__(self, current: Programme, tried: Programme) -> None:
        self._now, self._tried = worth(current), worth(tried)
        self._most: list[_Row] = []
        self._least: list[_Row] = []

    def take(self, pair: Pair) -> None:
        """Take one customer."""
        now, tried = pair.current.kept, pair.tried.kept
        difference = round(Fraction(tried) * self._tried - Fraction(now) * self._now)
        row = (difference, pair.account, pair.tried.tickets, now, tried)
        if difference > 0:
            _keep(self._most, row)
        elif difference < 0:
            _keep(self._least, (-difference, *row[1:]))

    def told(self, tx: Tx) -> tuple[tuple[Shift, ...], tuple[Shift, ...]]:
        """Give who wins most and who loses most, the greatest difference first."""
        most = tuple(_shift(tx, row, sign=1) for row in sorted(self._most, reverse=True))
        least = tuple(_shift(tx, row, sign=-1) for row in sorted(self._least, reverse=True))
        return most, least


def _keep(rows: list[_Row], row: _Row) -> None:
    if len(rows) < SHIFTS_MAX:
        heappush(rows, row)
    else:
        heappushpop(rows, row)


def _shift(tx: Tx, row: _Row, *, sign: int) -> Shift:
    difference, account, tickets, now, tried = row
    card = people.card_of(tx, account)
    member = card.member if card else account
    known = people.status_of(tx, member) == "enrolled"
    return Shift(
        member=member.hex() if known else "",
        tickets=tickets,
        now=now,
        tried=tried,
        difference=sign * difference,
    )
