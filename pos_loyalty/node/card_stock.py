"""Cards that are printed before they have an owner: batches of numbers, and how many are left.

Kept beside the journal, on this node only. Which numbers have an owner is found by their accounts,
as card numbers themselves are stored nowhere.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.card_batches import card_numbers
from pos_loyalty.node.execute import Node
from pos_loyalty.settings import CardRules
from pos_loyalty.store import local, people
from pos_loyalty.store.statements import Tx

_PREFIX = "cards/batch/"
_LOW = "cards/low"
LOW_DEFAULT = 50
PIECE = 500
"""So many numbers are looked up at once."""
BATCHES_MAX = 200
LOW_KEPT_S = 60.0


class Batch(Struct, frozen=True, kw_only=True):
    """Numbers `first` to `first + count - 1` behind a prefix; days are ordinals, 0: not yet."""

    prefix: str
    first: int
    count: int
    ordered: int
    received: int = 0

    @property
    def name(self) -> str:
        """What it is called: its prefix and first serial number."""
        return f"{self.prefix}-{self.first}"

    @property
    def last(self) -> int:
        """Its last serial number."""
        return self.first + self.count - 1


class Counts(NamedTuple):
    """Of a batch's cards: how many have an owner, were blocked or replaced, and are free."""

    assigned: int
    ended: int
    free: int


class CardStock:
    """The batches of a node; any thread may ask."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._low_until = 0.0  # monotonic: a stock that ran low is looked through once a minute

    def batches(self) -> list[Batch]:
        """Give the batches, the newest first."""
        with self._node.store.read() as tx:
            rows = local.settings_under(tx, _PREFIX)
        found = [_DECODE(value) for _, value in rows]
        return sorted(found, key=lambda each: (each.ordered, each.first), reverse=True)

    def find(self, name: str) -> Batch | None:
        """Give a batch."""
        return next((each for each in self.batches() if each.name == name), None)

    def next_serial(self, prefix: str) -> int:
        """Give the first serial number of a prefix that no batch has."""
        return max((e.last + 1 for e in self.batches() if e.prefix == prefix), default=0)

    def order(self, prefix: str, *, first: int, count: int) -> Batch | None:
        """Keep a new batch; nothing where one of its numbers is in another, or there are too many.

        Raises `ValueError` where the numbers do not fit the shop's cards.
        """
        numbers(self._rules, Batch(prefix=prefix, first=first, count=count, ordered=0))
        known = self.batches()
        if len(known) >= BATCHES_MAX:
            return None
        if any(e.prefix == prefix and e.first < first + count and first <= e.last for e in known):
            return None
        made = Batch(prefix=prefix, first=first, count=count, ordered=self._today())
        self._keep(made)
        return made

    def receive(self, batch: Batch, *, there: bool = True) -> None:
        """Note that the printer delivered a batch, or that it did not after all."""
        self._keep(replace(batch, received=self._today() if there else 0))

    def forget(self, batch: Batch) -> None:
        """Forget a batch; cards that have an owner keep them."""

        def work() -> None:
            with self._node.store.write() as tx:
                local.drop_setting(tx, _PREFIX + batch.name)

        self._node.write(work)

    def counts(self, batch: Batch) -> Counts:
        """Count a batch's cards by what became of them."""
        assigned = ended = 0
        with self._node.store.read() as tx:
            for statuses in self._statuses(tx, numbers(self._rules, batch)):
                assigned += statuses.count("active")
                ended += len(statuses) - statuses.count("active")
        return Counts(assigned, ended, batch.count - assigned - ended)

    @property
    def low(self) -> int:
        """How many free cards are few."""
        with self._node.store.read() as tx:
            kept = local.setting(tx, _LOW)
        return int(kept) if kept else LOW_DEFAULT

    def keep_low(self, count: int) -> None:
        """Keep how many free cards are few; 0 says nothing any more."""

        def work() -> None:
            with self._node.store.write() as tx:
                local.keep_setting(tx, _LOW, str(count).encode())

        self._node.write(work)
        self._low_until = 0.0

    def runs_low(self) -> bool:
        """Tell whether few cards are left of all batches that were received.

        Looks from the last numbers on, and no further than it needs to be sure.
        """
        few, free = self.low, 0
        received = [each for each in self.batches() if each.received]
        if not received or not few:
            return False
        if self._node.clock.monotonic() < self._low_until:
            return True
        with self._node.store.read() as tx:
            for batch in received:
                for tail in _tails(batch):
                    gone = sum(map(len, self._statuses(tx, numbers(self._rules, tail))))
                    free += tail.count - gone
                    if free >= few:
                        return False
        self._low_until = self._node.clock.monotonic() + LOW_KEPT_S
        return True

    @property
    def _rules(self) -> CardRules:
        return self._node.settings.cards

    def _today(self) -> int:
        settings = self._node.settings
        return business_day(self._node.clock.now_ms(), settings.zone, settings.closes_at)

    def _statuses(self, tx: Tx, found: Iterator[str]) -> Iterator[list[str]]:
        """Give, piece by piece, what became of the cards that somebody holds or held."""
        while piece := [self._rules.account(each) for each in islice(found, PIECE)]:
            known = people.cards_known(tx, piece)
            yield [each.status for each in known if each.status != "detached"]

    def _keep(self, batch: Batch) -> None:
        def work() -> None:
            with self._node.store.write() as tx:
                local.keep_setting(tx, _PREFIX + batch.name, msgspec.json.encode(batch))

        self._node.write(work)
        self._low_until = 0.0


def numbers(rules: CardRules, batch: Batch) -> Iterator[str]:
    """Give the numbers of a batch; raises `ValueError` where they do not fit."""
    return card_numbers(
        batch.prefix,
        length=rules.length_max,
        first=batch.first,
        count=batch.count,
        check=rules.check,
    )


def _tails(batch: Batch) -> Iterator[Batch]:
    """Give a batch in pieces, the last numbers first: they are handed out last."""
    end = batch.first + batch.count
    while end > batch.first:
        first = max(batch.first, end - PIECE)
        yield replace(batch, first=first, count=end - first)
        end = first


_DECODE = msgspec.json.Decoder(Batch).decode
