"""Cards that are printed before they have an owner: batches of numbers, and when few are left.

Facts tell of batches, so that every register of a shop sees one stock. Which numbers have an owner
is found by their accounts, as card numbers themselves are stored nowhere.
"""

from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from pos_loyalty import events
from pos_loyalty.domain.card_batches import card_numbers
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import ID_BYTES
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context
from pos_loyalty.node.execute import Node
from pos_loyalty.settings import CardRules
from pos_loyalty.store import card_batches, local, people
from pos_loyalty.store.card_batches import FORGOTTEN, ORDERED, RECEIVED
from pos_loyalty.store.card_batches import Batch as Batch
from pos_loyalty.store.journal import Draft
from pos_loyalty.store.statements import Tx

_LOW = "cards/low"
LOW_DEFAULT = 50
PIECE = 500
"""So many numbers are looked up at once."""
BATCHES_MAX = 200
LOW_KEPT_S = 60.0


class CardStock:
    """The batches of a node; any thread may ask."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._low_until = 0.0  # monotonic: a stock that ran low is looked through once a minute

    def batches(self) -> list[Batch]:
        """Give the shop's batches, at head office those of all shops, the newest first."""
        own = self._node.settings.store
        with self._node.store.read() as tx:
            return [each for each in card_batches.batches(tx) if own in ("", each.store)]

    def find(self, name: str) -> Batch | None:
        """Give a batch."""
        return next((each for each in self.batches() if each.name == name), None)

    def order(self, prefix: str, *, first: int | None, count: int, actor: str) -> Batch | None:
        """Keep a new batch; without `first` behind all others of any shop that are known here.

        Gives nothing where one of its numbers is in another, or there are too many batches. Raises
        `ValueError` where the numbers do not fit the shop's cards.
        """

        def work() -> Batch | None:
            with self._node.store.write() as tx:
                known = [each for each in card_batches.batches(tx) if each.prefix == prefix]
                begin = max((e.last + 1 for e in known), default=0) if first is None else first
                ctx = self._node.context(tx)
                made = Batch(prefix, begin, count, self._node.settings.store, ctx.today)
                numbers(self._rules, made)
                if any(e.first < begin + count and begin <= e.last for e in known):
                    return None
                self._tell(ctx, made, ORDERED, actor)
                return made

        if len(self.batches()) >= BATCHES_MAX:
            return None
        made = self._node.write(work)
        self._low_until = 0.0
        return made

    def receive(self, name: str, *, there: bool = True, actor: str) -> Batch:
        """Note that the printer delivered a batch, or that it did not after all."""
        return self._told(name, RECEIVED if there else ORDERED, actor)

    def forget(self, name: str, *, actor: str) -> Batch:
        """Forget a batch; cards that have an owner keep them."""
        return self._told(name, FORGOTTEN, actor)

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

    def _statuses(self, tx: Tx, found: Iterator[str]) -> Iterator[list[str]]:
        """Give, piece by piece, what became of the cards that somebody holds or held."""
        while piece := [self._rules.account(each) for each in islice(found, PIECE)]:
            known = people.cards_known(tx, piece)
            yield [each.status for each in known if each.status != "detached"]

    def _told(self, name: str, status: str, actor: str) -> Batch:
        """Tell what became of a batch; raises `LoyaltyError` (`BATCH_UNKNOWN`)."""
        known = self.find(name)
        if known is None:
            raise LoyaltyError(Reason.BATCH_UNKNOWN)

        def work() -> None:
            with self._node.store.write() as tx:
                self._tell(self._node.context(tx), known, status, actor)

        self._node.write(work)
        self._low_until = 0.0
        return known

    def _tell(self, ctx: Context, batch: Batch, status: str, actor: str) -> None:
        told = events.CardBatchKept(
            prefix=batch.prefix,
            first=batch.first,
            count=batch.count,
            status=status,
            day=iso(ctx.today),
            store=batch.store,
        )
        self._node.append(ctx, [Draft(self._node.random_bytes(ID_BYTES), told, actor)])
        self._node.publish(ctx.tx, ctx.recorded, ctx.touched)


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
