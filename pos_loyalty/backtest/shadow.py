"""A second programme rated silently beside the one in force, a little behind the sales.

A read model with a cursor of its own: whoever follows takes the facts that came since, tries both
programmes on the account groups that they touch, and keeps the outcomes. Sales know nothing of it,
and the report is the one of a trial on the past, with the same sums.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.backtest.members import Register
from pos_loyalty.backtest.report import Report, report
from pos_loyalty.backtest.tally import Pair, Tally, worth
from pos_loyalty.backtest.trial import Trial
from pos_loyalty.domain.days import add_months, month_ends, period_end
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.usage import Use
from pos_loyalty.programmes.building import version_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store.engine import connect
from pos_loyalty.store.news import news
from pos_loyalty.store.past import past_of, span
from pos_loyalty.store.shadow_file import ShadowFile
from pos_loyalty.store.statements import Tx

HORIZON_MONTHS = 60
"""So far from its first day a shadow foresees which points are left."""
MODEL = 2
"""Raised whenever the same facts give other outcomes than before."""
_decode = msgspec.msgpack.Decoder(Pair).decode


class Shadow(Struct, frozen=True, kw_only=True):
    """Two programmes' texts, from business day `first` on, over the database at `url`."""

    url: str
    file: str
    current: str
    tried: str
    first: int

    @property
    def meaning(self) -> str:
        """What a file's outcomes are of."""
        return f"{MODEL} {version_of(self.current)} {version_of(self.tried)} {self.first}"

    @property
    def ends(self) -> tuple[int, ...]:
        """The last days of the months that the outcomes foresee."""
        return month_ends(self.first, period_end(add_months(self.first, HORIZON_MONTHS), 1))


def follow(asked: Shadow, *, progress: Callable[[int], None] = lambda facts: None) -> int:
    """Take the facts that came since the last time; gives how many account groups they touched.

    Raises `LoyaltyError` where the database cannot be read, or a text is no programme.
    """
    books = tuple(Rulebook(read_programme(text)) for text in (asked.current, asked.tried))
    touched = 0
    with (
        closing(connect(asked.url)) as store,
        ShadowFile(Path(asked.file), asked.meaning) as shadow,
        store.read() as tx,
    ):
        known = span(tx)
        today = max(asked.first, known[1]) if known else asked.first
        with shadow.changing():
            taken = shadow.taken()
            for each in news(tx, taken):
                gone = {account for accounts in each.groups.values() for account in accounts}
                pairs = {group: _pair(tx, asked, books, group, today) for group in each.groups}
                kept = {group: pair for group, pair in pairs.items() if pair}
                heads = {(each.node, each.inc): each.seq}
                shadow.keep({*gone, *each.groups}, kept, heads)
                touched += len(pairs)
                progress(touched)
    return touched


def _pair(tx: Tx, asked: Shadow, books: tuple[Rulebook, ...], group: bytes, today: int) -> bytes:
    """Try both programmes on a group; nothing where it bought nothing from the first day on."""
    deeds = [deed for deed in past_of(tx, group) if deed.payload is None or deed.day >= asked.first]
    if not any(deed.payload for deed in deeds):
        return b""
    on, members = period_end(today, 1), Register(tx, books, today).of(deeds)
    one, other = (Trial(book, asked.ends, on=on, members=members).outcome(deeds) for book in books)
    return msgspec.msgpack.encode(Pair(deeds[0].leg.account, one, other))


def compare(
    asked: Shadow,
    *,
    last: int,
    each: Callable[[Pair], None] = lambda pair: None,
    use: Use | None = None,
) -> Report:
    """Give both programmes side by side to the end of the month of day `last`.

    What was followed so far counts; `each` hears of every account group.
    """
    current, tried = read_programme(asked.current), read_programme(asked.tried)
    end = period_end(max(last, asked.first), 1)
    count = sum(day <= end for day in asked.ends)
    tally = Tally()
    with ShadowFile(Path(asked.file), asked.meaning) as shadow:
        for row in shadow.outcomes():
            found = _decode(row)
            pair = replace(
                found, current=found.current.until(count), tried=found.tried.until(count)
            )
            tally.take(pair, worth(current), worth(tried))
            each(pair)
    return report(tally, current, tried, first=asked.first, last=end, use=use)
