"""At a hub: takes the facts of registers, tells each store what changed, answers for cards."""

import threading
from collections.abc import Sequence

from msgspec.structs import replace

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import UNCLAMPED, Fact
from pos_loyalty.node import enrolment, overlooking
from pos_loyalty.node.exchange import FACTS_MAX, Batch, Checkpoint, Page, Taken
from pos_loyalty.node.execute import Node
from pos_loyalty.store import checkpoints, feeds, intake, senders, tickets
from pos_loyalty.store.apply import lower_clamp
from pos_loyalty.store.feeds import GROUP, PERSON, SHOP, News
from pos_loyalty.store.groups import accounts_of, group_of, group_of_one
from pos_loyalty.store.journal import COUNTER_BITS, Head, own_facts
from pos_loyalty.store.senders import Quarantined, Sender
from pos_loyalty.store.statements import Row, Tx

DAY_MS = 86_400_000
UNIX_DAY = 719_163
RETURN_DAYS = 90
"""How old a ticket may be for every till of its member's stores to hold it."""
PAGE_GROUPS = 100
TIDY_EVERY_MS = 3_600_000


class Hub:
    """A node to which registers report. Any thread may call; on PostgreSQL, many processes.

    `clock_ahead_max_s`: a stamp further ahead than this is brought down to it. `page_changes`
    bounds a page of news, which is kept for `history_days`.
    """

    def __init__(
        self,
        node: Node,
        *,
        clock_ahead_max_s: int = 300,
        page_changes: int = 500,
        history_days: int = 30,
        facts_max: int = FACTS_MAX,
    ) -> None:
        self.node = node
        self.facts_max = facts_max
        self._ahead_ms = clock_ahead_max_s * 1000
        self._page_changes = page_changes
        self._history_ms = history_days * DAY_MS
        self._tidied = 0
        self._tidying = threading.Lock()
        self._failures = intake.failures_of(node.store)
        node.publish = self._publish
        node.write(self._begin)

    def _begin(self) -> None:
        with self.node.store.write() as tx:
            feeds.open_scope(tx, feeds.EVERYWHERE)
            senders.open_epoch(tx, self.node.random_bytes(enrolment.EPOCH_BYTES).hex())
            news = intake.retry(tx, self._failures, self.node.clock.now_ms())
            self._tell(tx, news, "")

    @property
    def today(self) -> int:
        """The day now, by UTC."""
        return self.node.clock.now_ms() // DAY_MS + UNIX_DAY

    # --- facts --------------------------------------------------------------------------------
    def take(self, sender: Sender, batch: Batch) -> Taken:
        """Take facts of a register's chain: those beyond its end, each once, durable when told.

        Raises `LoyaltyError`: `SEQUENCE_GAP` with the number expected, `CHAIN_BROKEN` where the
        chain is not the one known, `INCARNATION_ENDED`, `FACT_MALFORMED`, `REQUEST_TOO_LARGE`.
        """
        if len(batch.facts) > self.facts_max:
            raise LoyaltyError(Reason.REQUEST_TOO_LARGE, maximum=self.facts_max)
        intake.check_envelopes(batch.facts, sender.node, batch.inc, batch.first)

        def work() -> Taken:
            with self.node.store.write() as tx:
                return self._take(tx, sender, batch)

        return self.node.write(work)

    def _take(self, tx: Tx, sender: Sender, batch: Batch) -> Taken:
        end = senders.chain(tx, sender.node, batch.inc, lock=True)
        known = senders.sender(tx, sender.node)
        assert known is not None, "a register is never deleted"
        if known.state != senders.ACTIVE:
            raise LoyaltyError(Reason.REGISTER_REVOKED)
        if known.inc != batch.current or batch.inc > known.inc:
            raise LoyaltyError(Reason.INCARNATION_ENDED)
        if batch.first > end.seq + 1:
            raise LoyaltyError(Reason.SEQUENCE_GAP, seq=end.seq + 1)
        again = [fact for fact in batch.facts if fact.seq <= end.seq]
        fresh = [fact for fact in batch.facts if fact.seq > end.seq]
        news, clamps = self._again(tx, again)
        if fresh:
            if not again and batch.before != end.hash:
                raise LoyaltyError(Reason.CHAIN_BROKEN, seq=batch.first)
            more = self._fresh(tx, end, fresh, clamps)
            news.add(more)
            self._look(tx, fresh, news)
        self._tell(tx, news, sender.store)
        last = fresh[-1].seq if fresh else end.seq
        first = batch.first
        refused = senders.quarantined_at(tx, sender.node, batch.inc, first, last)
        return Taken(batch.inc, last, last, clamps, refused)

    def _again(self, tx: Tx, facts: list[Fact]) -> tuple[News, list[tuple[int, int]]]:
        """Compare facts told before with the journal; only a lower clamp is news."""
        news, clamps = News(), []
        if not facts:
            return news, []
        first = facts[0]
        here = senders.stretch(tx, first.node, first.inc, first.seq, facts[-1].seq)
        for fact in facts:
            known, clamp = here.get(fact.seq, (b"", UNCLAMPED))
            if known != fact.hash:
                raise LoyaltyError(Reason.CHAIN_BROKEN, seq=fact.seq)
            if fact.clamp < clamp:
                row = own_facts(tx, fact.node, fact.inc, after=fact.seq - 1, limit=1)[0]
                news.groups |= lower_clamp(tx, row, fact.clamp)
            elif clamp < fact.clamp:
                clamps.append((fact.seq, clamp))
        return news, clamps

    def _fresh(self, tx: Tx, end: Head, facts: list[Fact], clamps: list[tuple[int, int]]) -> News:
        """Store and apply facts beyond a chain's end; adds the clamps that were lowered."""
        now = self.node.clock.now_ms()
        last = intake.check_links(end.hash, facts)
        bound = (now + self._ahead_ms) << COUNTER_BITS
        kept = []
        for fact in facts:
            if bound < min(fact.stamp, fact.clamp):
                clamps.append((fact.seq, bound))
                kept.append(replace(fact, clamp=bound))
            else:
                kept.append(fact)
        stamp = max(end.stamp, max(fact.order[0] for fact in kept))
        senders.keep_end(tx, Head(end.node, end.inc, facts[-1].seq, last, stamp))
        return intake.take(tx, kept, self._failures, now)

    def _look(self, tx: Tx, facts: list[Fact], news: News) -> None:
        """Tell what somebody should look at in facts that were taken; the news grows by it."""
        ctx = self.node.context(tx)
        self.node.append(ctx, overlooking.look(ctx, facts, news.groups))
        news.add(intake.news_of(ctx.recorded))
        news.groups |= ctx.touched

    # --- news ---------------------------------------------------------------------------------
    def _publish(self, tx: Tx, facts: Sequence[Fact], groups: set[bytes]) -> None:
        """Tell the stores what a command of this hub's own changed."""
        news = intake.news_of(facts)
        news.groups |= groups
        self._tell(tx, news, "")

    def _tell(self, tx: Tx, news: News, scope: str) -> None:
        feeds.publish(tx, news, scope=scope, today=self.today, now_ms=self.node.clock.now_ms())

    def page(self, sender: Sender, after: int) -> Page:
        """Give the news of a register's store behind a number; raises `FEED_EXPIRED`."""
        self._tidy()
        with self.node.store.read() as tx:
            view, at = self._view(tx, sender)
            if not at.low <= after <= at.n:
                raise LoyaltyError(Reason.FEED_EXPIRED)
            changes = feeds.page(tx, sender.store, after, self._page_changes)
            changes = _bounded(changes)
            reached = changes[-1][0] if changes else after
            groups = {ref for _, kind, ref in changes if kind == GROUP}
            persons = {ref for _, kind, ref in changes if kind == PERSON}
            facts = feeds.facts_about(tx, sorted(persons))
            if any(kind == SHOP for _, kind, _ in changes):
                facts = feeds.shop_facts(tx) + facts
            made = _checkpoints(checkpoints.build(tx, groups, view))
            return Page(view.epoch, reached, reached < at.n, facts, made)

    def snapshot(self, sender: Sender, key: bytes) -> Page:
        """Give what matters to a register's store behind an account, in the order of accounts.

        `after` of the first page (its key is empty) is the feed number to go on from.
        """
        with self.node.store.read() as tx:
            view, at = self._view(tx, sender)
            found = feeds.reach_groups(tx, sender.store, key, self.today, PAGE_GROUPS)
            groups = set(group_of(tx, found).values())
            accounts = [a for group in sorted(groups) for a in accounts_of(tx, group)]
            facts = feeds.facts_about(tx, feeds.people_among(tx, accounts))
            if not key:
                facts = feeds.shop_facts(tx) + facts
            made = _checkpoints(checkpoints.build(tx, groups, view))
            more = len(found) == PAGE_GROUPS
            return Page(view.epoch, at.n, more, facts, made, found[-1] if more else b"")

    def card(self, sender: Sender, account: bytes) -> Page:
        """Give what is known of a card's account; its store hears of it from now on."""
        with self.node.store.read() as tx:
            group = group_of_one(tx, account)
            accounts = accounts_of(tx, group)
            known = self._is_known(tx, group, accounts)
            heard = feeds.is_reached(tx, accounts, sender.store, self.today)
        if known and not heard:
            self.node.write(lambda: self._subscribe(account, sender.store))
        with self.node.store.read() as tx:
            view, at = self._view(tx, sender)
            group = group_of_one(tx, account)
            accounts = accounts_of(tx, group)
            if not known:
                return Page(view.epoch, at.n, False)
            facts = feeds.facts_about(tx, feeds.people_among(tx, accounts))
            return Page(
                view.epoch, at.n, False, facts, _checkpoints(checkpoints.build(tx, [group], view))
            )

    def ticket(self, sender: Sender, key: str) -> Page:
        """Give a ticket that was sold anywhere, with what is known of its account."""
        with self.node.store.read() as tx:
            found = tickets.holder_of(tx, key)
        if found is None or found.kind != "sale":
            with self.node.store.read() as tx:
                return Page(self._view(tx, sender)[0].epoch, 0, False)
        page = self.card(sender, found.account)
        return replace(page, facts=[*page.facts, found.fact])

    def _is_known(self, tx: Tx, group: bytes, accounts: list[bytes]) -> bool:
        return bool(feeds.people_among(tx, accounts) or feeds.is_folded(tx, group))

    def _subscribe(self, account: bytes, scope: str) -> None:
        with self.node.store.write() as tx:
            group = group_of_one(tx, account)
            now = self.node.clock.now_ms()
            feeds.subscribe(tx, group, scope, today=self.today, now_ms=now)

    def _view(self, tx: Tx, sender: Sender) -> tuple[checkpoints.View, feeds.Counter]:
        at = feeds.counter(tx, sender.store)
        taken = {
            checkpoints.origin(head.node, head.inc): head.seq
            for head in senders.chains(tx, sender.node)
        }
        since = self.today - RETURN_DAYS
        return checkpoints.View(senders.epoch_of(tx), sender.store, at.n, taken, since), at

    # --- keeping ------------------------------------------------------------------------------
    def quarantined(self, limit: int = 200) -> list[Quarantined]:
        """Give facts that could not be taken, the newest first."""
        with self.node.store.read() as tx:
            return senders.quarantined(tx, limit)

    def check(self) -> None:
        """Raise `LoyaltyError` unless the database answers."""
        with self.node.store.read() as tx:
            senders.epoch_of(tx)

    def was_restored(self) -> None:
        """Say that the database is a backup's: registers then send again what it lacks."""

        def work() -> None:
            with self.node.store.write() as tx:
                enrolment.renew_epoch(self.node, tx)

        self.node.write(work)

    def start_feeds_anew(self) -> None:
        """Let every register take a snapshot, as after a rebuild that changed what is derived."""

        def work() -> None:
            with self.node.store.write() as tx:
                feeds.restart(tx)

        self.node.write(work)

    def _tidy(self) -> None:
        """Forget old changes, at most once an hour."""
        now = self.node.clock.now_ms()
        if now - self._tidied < TIDY_EVERY_MS or not self._tidying.acquire(blocking=False):
            return
        try:
            self._tidied = now
            self.node.write(lambda: self._prune(now - self._history_ms))
        finally:
            self._tidying.release()

    def _prune(self, before_ms: int) -> None:
        with self.node.store.write() as tx:
            feeds.prune(tx, before_ms)


def _bounded(changes: list[tuple[int, str, bytes]]) -> list[tuple[int, str, bytes]]:
    """Give the beginning of changes that names no more groups than a page should carry."""
    groups: set[bytes] = set()
    for index, (_, kind, ref) in enumerate(changes):
        if kind == GROUP:
            groups.add(ref)
        if len(groups) > PAGE_GROUPS:
            return changes[:index]
    return changes


def _checkpoints(rows: list[Row]) -> list[Checkpoint]:
    return [Checkpoint(*row[:6]) for row in rows]
