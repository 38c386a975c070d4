"""A register under a hub: what it has still to tell, what it is told, what it must ask.

Nothing here waits for a network. Each call is one or a few short transactions, so that a scan
never waits long behind news from the hub.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

import msgspec
from msgspec import Struct

from pos_loyalty.commands import Command
from pos_loyalty.events import CHAIN_START, Fact
from pos_loyalty.node import asking, parting
from pos_loyalty.node.asking import Question
from pos_loyalty.node.exchange import (
    FACTS_MAX,
    Batch,
    Checkpoint,
    Claim,
    Forked,
    Hello,
    Joined,
    Page,
    Taken,
    Welcome,
)
from pos_loyalty.node.execute import Node
from pos_loyalty.store import forgetting, intake, local, senders, upstream
from pos_loyalty.store.journal import Head, own_facts, own_head
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.upstream import Sent

BATCH_BYTES_MAX = 2_097_152
CHUNK_FACTS = 50
CHUNK_CHECKPOINTS = 10
GRANTS_MAX = 1_000
"""Grants of vouchers that are remembered: those of baskets that are open now."""
_MEMBERSHIP = "hub_membership"


class Membership(Struct, frozen=True, kw_only=True):
    """What a register was given when it joined, and how far it follows the hub's news.

    `after` is the feed number reached, -1 when a snapshot is due; `key` (hex) is how far that
    snapshot came, and `until` the number to go on from when it is complete.
    """

    token: str
    hub: str
    epoch: str
    store: str = ""
    after: int = -1
    key: str = ""
    until: int = -1


class Unsent(NamedTuple):
    """How many facts the hub has not acknowledged, and how many it set aside."""

    facts: int
    refused: int


Reached = Callable[[Membership], Membership]
"""How far a page brought a membership."""
_decode = msgspec.json.Decoder(Membership).decode
_encode = msgspec.json.Encoder().encode


class Upstream:
    """A node's side of its link to a hub. Any thread may call."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._failures = intake.failures_of(node.store)

    # --- joining ------------------------------------------------------------------------------
    def membership(self) -> Membership | None:
        """Give what joining gave; nothing before."""
        with self.node.store.read() as tx:
            return _membership(tx)

    def join(self, joined: Joined) -> None:
        """Keep what joining gave; another hub or store is followed from a snapshot on."""
        self._part_unless(joined.hub, joined.epoch)

        def work() -> None:
            with self.node.store.write() as tx:
                known = _membership(tx)
                fresh = Membership(
                    token=joined.token, hub=joined.hub, epoch=joined.epoch, store=joined.store
                )
                if known is not None and _place(known) == _place(fresh):
                    fresh = msgspec.structs.replace(known, token=joined.token)
                _keep(tx, fresh)

        self.node.write(work)

    # --- the chain ----------------------------------------------------------------------------
    def hello(self, app: str) -> Hello:
        """Give where this node stands."""
        with self.node.store.read() as tx:
            head, sent = self._standing(tx)
            known = _membership(tx)
            return Hello(
                inc=head.inc,
                seq=head.seq,
                hash=head.hash.hex(),
                acknowledged=sent[head.inc].seq,
                epoch=known.epoch if known else "",
                app=app,
                clock_ms=self.node.clock.now_ms(),
                ended=tuple((each.inc, each.last) for each in sent.values() if each.ended),
            )

    def _standing(self, tx: Tx) -> tuple[Head, dict[int, Sent]]:
        node = self.node.settings.node
        head = senders.newest(tx, node)
        sent = upstream.sent(tx, node)
        return head, {head.inc: Sent(node, head.inc, 0, 0)} | sent

    def is_common(self, inc: int, seq: int, hash_: str) -> bool:
        """Tell whether this node's fact of a number has that hash; before the first, all agree."""
        if seq == 0:
            return True
        return self.hashes(inc, [seq]).get(seq) == hash_

    def hashes(self, inc: int, seqs: Sequence[int]) -> dict[int, str]:
        """Give the hashes (hex) of this node's facts at some numbers."""
        with self.node.store.read() as tx:
            found = senders.hashes(tx, self.node.settings.node, inc, seqs)
        return {seq: value.hex() for seq, value in found.items()}

    def welcomed(self, inc: int, welcome: Welcome) -> None:
        """Heed what the hub has: send again what it lacks; in a new epoch, begin as a new till.

        `inc` is the incarnation that said hello.
        """
        self._part_unless(welcome.hub, welcome.epoch)

        def work() -> None:
            with self.node.store.write() as tx:
                _, sent = self._standing(tx)
                has = {inc: welcome.seq} | dict(welcome.ended)
                for each, row in sent.items():
                    if has.get(each, row.seq) < row.seq:
                        upstream.keep_sent(tx, row._replace(seq=has[each]))
                known = _membership(tx)
                if known is None:
                    return
                fresh = Membership(
                    token=known.token, hub=welcome.hub, epoch=welcome.epoch, store=welcome.scope
                )
                if _place(known) != _place(fresh):
                    _keep(tx, fresh)

        self.node.write(work)

    def _part_unless(self, hub: str, epoch: str) -> None:
        """Forget what was told, unless it was by this hub in this epoch: it may know less now.

        The membership changes only afterwards, so that this goes on where it was cut short.
        """
        known = self.membership()
        if known is not None and (known.hub, known.epoch) != (hub, epoch):
            parting.part(self.node)

    def begin_incarnation(self, forked: Forked, common: int) -> int:
        """Tell the facts behind the last common one again; gives how many these are."""

        def work() -> int:
            with self.node.store.write() as tx:
                node = self.node.settings.node
                return upstream.rekey(tx, node, common=common, inc=forked.inc)

        return self.node.write(work)

    # --- sending ------------------------------------------------------------------------------
    def unsent(self) -> Unsent:
        """Count what waits, and what was set aside."""
        with self.node.store.read() as tx:
            head, sent = self._standing(tx)
            waiting = head.seq - sent[head.inc].seq
            waiting += sum(each.last - each.seq for each in sent.values() if each.ended)
            return Unsent(waiting, len(senders.quarantined(tx, FACTS_MAX)))

    def batch(self, limit: int = FACTS_MAX) -> Batch | None:
        """Give the next facts to send, oldest chain first; nothing when all are acknowledged."""
        with self.node.store.read() as tx:
            head, sent = self._standing(tx)
            for inc in sorted(sent):
                row = sent[inc]
                last = row.last if row.ended else head.seq * (inc == head.inc)
                if row.seq < last:
                    return self._batch(tx, head, row, last, limit)
        return None

    def _batch(self, tx: Tx, head: Head, row: Sent, last: int, limit: int) -> Batch | None:
        before = senders.hashes(tx, row.node, row.inc, [row.seq]).get(row.seq, CHAIN_START)
        found = own_facts(tx, row.node, row.inc, after=row.seq, limit=limit)
        facts = _portion([fact for fact in found if fact.seq <= last], row.seq + 1)
        if not facts:
            return None
        return Batch(row.inc, head.inc, row.seq + 1, before, facts)

    def taken(self, batch: Batch, answer: Taken) -> None:
        """Remember what the hub acknowledged of a batch, and heed what it said of its facts."""
        node, last = self.node.settings.node, batch.facts[-1].seq

        def work() -> None:
            now = self.node.clock.now_ms()
            with self.node.store.write() as tx:
                head, sent = self._standing(tx)
                row = sent.get(answer.inc)
                if row is None:
                    return
                # What a second sender of this chain told beyond is not known to be ours.
                reached = min(answer.seq, last)
                upstream.keep_sent(tx, row._replace(seq=max(row.seq, reached)))
                chain = (node, answer.inc)
                upstream.heed_answer(tx, chain, answer.clamps, answer.refused, now)
                if answer.clamps and (answer.inc, reached) == (head.inc, head.seq):
                    upstream.calm_clock(tx, node)

        self.node.write(work)

    # --- being told ---------------------------------------------------------------------------
    def take_news(self, page: Page) -> bool:
        """Take a page of the feed; tells whether it was of the epoch known."""
        return self._take(page, lambda m: msgspec.structs.replace(m, after=page.after))

    def take_snapshot(self, page: Page) -> bool:
        """Take a page of a snapshot; after the last one, the feed goes on from its beginning."""

        def reached(known: Membership) -> Membership:
            until = known.until if known.key else page.after
            if page.more:
                return msgspec.structs.replace(known, key=page.key.hex(), until=until)
            return msgspec.structs.replace(known, after=until, key="", until=-1)

        return self._take(page, reached, forget_shop=True)

    def expire_news(self) -> None:
        """Take a snapshot next: the hub no longer keeps what came behind the number reached."""

        def work() -> None:
            with self.node.store.write() as tx:
                known = _membership(tx)
                if known is not None:
                    _keep(tx, msgspec.structs.replace(known, after=-1, key="", until=-1))

        self.node.write(work)

    def take_card(self, page: Page) -> bool:
        """Take what a hub told of one card or ticket."""
        return self._take(page, lambda known: known)

    def asked(self, accounts: Sequence[bytes]) -> None:
        """Ask no more for accounts that the hub knows nothing of."""

        def work() -> None:
            with self.node.store.write() as tx:
                upstream.unwant(tx, accounts)

        self.node.write(work)

    def wanted(self, limit: int) -> list[bytes]:
        """Give accounts to ask the hub about, because what it told did not fit yet."""
        with self.node.store.read() as tx:
            return upstream.wanted(tx, limit)

    def _take(self, page: Page, reached: Reached, *, forget_shop: bool = False) -> bool:
        """Take a page; with `forget_shop`, its first one tells of all programmes there are."""
        known = self.membership()
        if known is None or known.epoch != page.epoch:
            return False
        for start in range(0, len(page.facts), CHUNK_FACTS):
            self._take_facts(page.facts[start : start + CHUNK_FACTS])
        for start in range(0, len(page.checkpoints), CHUNK_CHECKPOINTS):
            self._take_checkpoints(page.checkpoints[start : start + CHUNK_CHECKPOINTS])

        def work() -> bool:
            with self.node.store.write() as tx:
                now = _membership(tx)
                if now is None or now.epoch != page.epoch:
                    return False
                if forget_shop and not now.key:
                    forgetting.forget_shop(tx, self.node.settings.node, page.facts)
                moved = reached(now)
                if moved != now:
                    _keep(tx, moved)
                upstream.note_news(tx, self.node.clock.now_ms())
                return True

        return self.node.write(work)

    def _take_facts(self, facts: Sequence[Fact]) -> None:
        def work() -> None:
            with self.node.store.write() as tx:
                own = own_head(tx, self.node.settings.node)
                now = self.node.clock.now_ms()
                upstream.take_facts(tx, own, facts, self._failures, now)

        self.node.write(work)

    def _take_checkpoints(self, told: Sequence[Checkpoint]) -> None:
        def work() -> None:
            now = self.node.clock.now_ms()
            rows = [
                (each.group, each.stamp, each.node, each.inc, each.seq, each.content, now)
                for each in told
            ]
            with self.node.store.write() as tx:
                upstream.take_checkpoints(tx, self.node.settings.node, rows, now)

        self.node.write(work)

    # --- asking -------------------------------------------------------------------------------
    def to_ask(self, command: Command) -> Question | None:
        """Give what the hub should be asked about before a command is carried out."""
        with self.node.store.read() as tx:
            return asking.to_ask(self.node.context(tx), command)

    def take_claim(self, claim: Claim, page: Page) -> bool:
        """Take what a hub told of a voucher that was asked for, and how much of it is granted."""
        taken = self._take(page, lambda known: known)
        granted = self.node.granted
        granted.pop(bytes.fromhex(claim.hold), None)
        if taken and page.granted > 0:
            granted[bytes.fromhex(claim.hold)] = page.granted
        while len(granted) > GRANTS_MAX:
            granted.pop(next(iter(granted)))
        return taken


def _place(known: Membership) -> tuple[str, str, str]:
    """Give whose news a membership follows."""
    return known.hub, known.epoch, known.store


def _membership(tx: Tx) -> Membership | None:
    found = local.setting(tx, _MEMBERSHIP)
    return _decode(found) if found else None


def _keep(tx: Tx, row: Membership) -> None:
    local.keep_setting(tx, _MEMBERSHIP, _encode(row))


def _portion(facts: Sequence[Fact], first: int) -> list[Fact]:
    """Give the facts from `first` on without a hole, as many as one upload should carry."""
    size = 0
    kept: list[Fact] = []
    for _, fact in takewhile(lambda pair: pair[0] == pair[1].seq, enumerate(facts, first)):
        size += len(fact.payload) + 256
        if kept and size > BATCH_BYTES_MAX:
            break
        kept.append(fact)
    return kept
