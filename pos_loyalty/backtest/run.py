"""Trying a programme on all of a store's past, in child processes that read beside the daemon."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context

from msgspec import Struct

from pos_loyalty.backtest.members import Members, Register
from pos_loyalty.backtest.tally import Pair, Tally, add, worth
from pos_loyalty.backtest.trial import Trial
from pos_loyalty.domain.days import month_ends
from pos_loyalty.domain.identifiers import ID_BYTES
from pos_loyalty.domain.member_events import decode_event
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store.engine import connect
from pos_loyalty.store.past import Deed, pasts

SLICES = 32
"""Parts of the past, by the first byte of the group's id; progress is told after each."""
NICENESS = 10


class Question(Struct, frozen=True, kw_only=True):
    """What is tried: two programmes' texts, on tickets of the business days `first` to `last`.

    `url` is the database's; `with_pairs` asks for every group by itself.
    """

    url: str
    current: str
    tried: str
    first: int
    last: int
    with_pairs: bool = False


@dataclass
class Found:
    """What one part of the past gave; `pairs` only where they were asked for."""

    tally: Tally = field(default_factory=Tally)
    pairs: list[Pair] = field(default_factory=list)


Progress = Callable[[int, int], None]
"""Hears how many parts of the past are done, of how many."""


def backtest(
    question: Question,
    *,
    progress: Progress = lambda done, of: None,
    each: Callable[[Pair], None] = lambda pair: None,
    processes: int = 0,
) -> Tally:
    """Try both programmes on every group; `each` hears of every group where they are asked for.

    Raises `LoyaltyError` where the database cannot be read, or a text is no programme.
    """
    for text in (question.current, question.tried):
        read_programme(text)
    total = Tally()
    count = processes or max(1, os.cpu_count() or 1)
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=_quiet) as children:
        parts = [children.submit(try_slice, question, part) for part in range(SLICES)]
        try:
            for done, part in enumerate(as_completed(parts), start=1):
                found = part.result()
                add(total, found.tally)
                for pair in found.pairs:
                    each(pair)
                progress(done, SLICES)
        except BaseException:
            children.shutdown(wait=False, cancel_futures=True)
            raise
    return total


def try_slice(question: Question, part: int) -> Found:
    """Try both programmes on one part of the past."""
    books = _book(question.current), _book(question.tried)
    values = [worth(book.programme) for book in books]
    ends = month_ends(question.first, question.last)
    found = Found()
    for deeds, members in _within(question, part, books):
        pair = Pair(
            deeds[0].leg.account,
            *(Trial(rules, ends, members=members).outcome(deeds) for rules in books),
        )
        found.tally.take(pair, *values)
        if question.with_pairs:
            found.pairs.append(pair)
    return found


@lru_cache(maxsize=2)
def _book(text: str) -> Rulebook:
    """Read a programme once a process; what it was asked about an article stays known."""
    return Rulebook(read_programme(text))


def _within(
    question: Question, part: int, books: Sequence[Rulebook]
) -> Iterator[tuple[Sequence[Deed], Members]]:
    """Give each group's deeds of the days asked for, where it has any, and its members."""
    width = 256 // SLICES
    first, after = part * width, (part + 1) * width
    with closing(connect(question.url)) as store, store.read() as tx:
        register = Register(tx, books, question.last)
        last = b"\xff" * (ID_BYTES + 1) if after == 256 else bytes([after])
        for deeds in pasts(tx, bytes([first]), last):
            within = [deed for deed in deeds if _is_within(deed, question)]
            if any(deed.payload for deed in within):
                yield within, register.of(within)


def _is_within(deed: Deed, question: Question) -> bool:
    if deed.leg.kind == "event":
        return question.first <= decode_event(deed.leg.core).day <= question.last
    return deed.payload is None or question.first <= deed.day <= question.last


def _quiet() -> None:
    """Let the till go first, and the parent answer for Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
