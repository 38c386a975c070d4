"""The invariants, each a function of stores and of what was promised; broken ones are named.

Numbers are those of the protocol's list of invariants.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import select

from pos_loyalty import events
from pos_loyalty.commands import CloseSale
from pos_loyalty.domain.balance import balance
from pos_loyalty.domain.days import window_start
from pos_loyalty.store import feeds, people, schema, senders, upstream
from pos_loyalty.store.engine import Store
from pos_loyalty.store.groups import accounts_of as accounts_of_group
from pos_loyalty.store.groups import group_of
from pos_loyalty.store.journal import COUNTER_BITS
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.verify import verify
from tests.journal.naive import Group
from tests.journal.naive import World as NaiveWorld
from tests.simulation.book import Book, accounts_of, facts_in
from tests.simulation.machines import OFFLINE, Machine, Office, Register

PROGRAMME = "points"
AHEAD_MS = 300_000


class Broken(AssertionError):
    """An invariant does not hold."""


def demand(found: Iterable[str]) -> None:
    """Raise `Broken` with everything found, if anything was."""
    told = list(found)
    if told:
        raise Broken("; ".join(told[:5]) + (f"; and {len(told) - 5} more" if told[5:] else ""))


def short(key: bytes) -> str:
    return key.hex()[:8]


# --- while it runs -----------------------------------------------------------------------------
def feeds_are_dense(hub: Store) -> Iterator[str]:
    """10: a store's changes have all numbers between the last forgotten and the last one."""
    with hub.read() as tx:
        for scope, n, low in tx.rows(select(schema.scope)):
            rows = tx.text("SELECT n FROM feed WHERE scope = ? ORDER BY n", [scope]).fetchall()
            numbers = [row[0] for row in rows]
            if numbers and (numbers[-1] != n or numbers != list(range(numbers[0], n + 1))):
                yield f"10: the feed of {scope} has holes up to {n}"
            if numbers and numbers[0] > low + 1:
                yield f"10: the feed of {scope} begins at {numbers[0]} behind {low}"


def acknowledged_is_held(hub: Store, till: Store, node: bytes) -> Iterator[str]:
    """2: a till never counts more as told than the hub has, while the hub's epoch is the same."""
    with hub.read() as hub_tx, till.read() as tx:
        if epoch_known(tx) != senders.epoch_of(hub_tx):
            return
        ends = {head.inc: head.seq for head in senders.chains(hub_tx, node)}
        for inc, row in upstream.sent(tx, node).items():
            if row.seq > ends.get(inc, 0):
                yield f"2: {row.seq} acknowledged of {short(node)}/{inc}, {ends.get(inc, 0)} held"


def epoch_known(tx: Tx) -> str:
    """Give the hub's epoch as a till knows it; a dash where it never joined."""
    found = tx.fetch(schema.setting, ["hub_membership"])
    return msgspec.json.decode(found[0][1])["epoch"] if found else "-"


def stamps_are_bounded(hub: Store, hub_now_ms: int, own: bytes) -> Iterator[str]:
    """7: no fact that came in counts as later than five minutes behind the hub's clock."""
    bound = (hub_now_ms + AHEAD_MS) << COUNTER_BITS
    sql = "SELECT node, inc, seq FROM fact WHERE min(stamp, clamp) > ? AND node <> ?"
    with hub.read() as tx:
        for node, inc, seq in tx.text(sql, [bound, own]).fetchall():
            yield f"7: {short(node)}/{inc}/{seq} lies ahead of the hub's clock"


def clamps_only_fall(hub: Store, book: Book) -> Iterator[str]:
    """7: the bound on a fact's stamp is never raised."""
    with hub.read() as tx:
        rows = tx.text("SELECT node, inc, seq, clamp FROM fact").fetchall()
    for node, inc, seq, clamp in rows:
        place = (bytes(node), inc, seq)
        if clamp > book.clamps.get(place, clamp):
            yield f"7: the bound of {short(node)}/{inc}/{seq} was raised"
        book.clamps[place] = clamp


def agrees(machine: Machine) -> Iterator[str]:
    """1, 2, 4: chains without holes, each hash in its place, every table as made anew."""
    difference = verify(machine.store).difference
    if difference is not None:
        yield f"4: {machine.name}: {difference}"


# --- after healing -----------------------------------------------------------------------------
def promises_are_kept(hub: Store, book: Book) -> Iterator[str]:
    """1, 3: every acknowledged fact is at the hub, and counts there exactly once."""
    with hub.read() as tx:
        aside = {tuple(row) for row in tx.text("SELECT node, inc, seq FROM quarantine").fetchall()}
        sound = [f for f in facts_in(tx) if (f.node, f.inc, f.seq) not in aside]
        claimed = {row[0] for row in tx.text("SELECT key FROM claim WHERE length(node) > 0")}
    times = Counter(fact.id for fact in sound)
    keys = {fact.id: fact.key for fact in sound}
    for fact_id, promise in book.promises.items():
        if times[fact_id] != 1 and fact_id not in book.spoilt:
            yield f"1: {promise.fact.kind} of {promise.by} counts {times[fact_id]} times at the hub"
        key = keys.get(fact_id, "")  # given again after a restore, on another business day
        if key and key not in claimed and fact_id not in book.spoilt:
            yield f"3: nothing counts for {key}"
    for fact_id, count in times.items():
        if count > 1:
            yield f"3: the fact {short(fact_id)} counts {count} times"


def chains_are_one(hub: Store, tills: Iterable[Register]) -> Iterator[str]:
    """1, 3, 15: what a till holds of its own chains is what the hub holds, to the last number."""
    with hub.read() as tx:
        here = {(f.node, f.inc, f.seq): f.hash for f in facts_in(tx)}
    for till in tills:
        node = till.settings.node
        with till.store.read() as tx:
            own = [f for f in facts_in(tx) if f.node == node]
        for fact in own:
            if here.get((node, fact.inc, fact.seq)) != fact.hash:
                yield f"1: {till.name}: {fact.inc}/{fact.seq} {fact.kind} is not the hub's"


def sums_are_naive(office: Office) -> Iterator[str]:
    """5: what the hub's accounts hold is what the facts say, counted naively."""
    with office.store.read() as tx:
        told = [fact for fact in facts_in(tx) if fact.payload]
        world = NaiveWorld(told)
        held = {account for fact in told for account in accounts_of(fact)}
        for account in sorted(held):
            got = _shown(tx, account, office.clock.now_ms())
            expected = _counted(world.group(account), account, office.clock.now_ms())
            if got != expected:
                yield f"5: {short(account)}: tables {got}, naive {expected}"


def day_now(now_ms: int) -> int:
    return now_ms // 86_400_000 + 719_163


def _shown(tx: Tx, account: bytes, now_ms: int) -> tuple[int, int, int]:
    day = day_now(now_ms)
    state = people.account_of(tx, account).state
    since = window_start(day, 12)
    look = balance(state, account, PROGRAMME, day=day, now_ms=now_ms, since=since)
    return look.points, look.debt, look.held


def _counted(group: Group, account: bytes, now_ms: int) -> tuple[int, int, int]:
    day, pool = day_now(now_ms), group.pool(account)
    lots = (lot for lot in group.lots if lot.owner in pool and lot.last >= day)
    debt = sum(owed for (_, who), owed in group.debts.items() if who in pool)
    held = sum(hold[3] for hold in group.holds if hold[2] in pool and hold[4] > now_ms)
    return sum(lot.left for lot in lots), debt, held


def holds_end_once(office: Office) -> Iterator[str]:
    """6: a hold is taken by one ticket at most, and none that ended is still reserved."""
    with office.store.read() as tx:
        counting = {row[1:5] for row in tx.rows(select(schema.claim))}
        ended: Counter[str] = Counter()
        held: dict[str, str] = {}
        for fact in facts_in(tx):
            if not fact.payload or fact.kind not in events.KINDS:
                continue
            payload = events.decode_payload(fact.kind, fact.payload)
            if isinstance(payload, events.SaleClosed) and fact.order in counting:
                ended.update(hold for rating in payload.ratings for hold in rating.holds)
            elif isinstance(payload, events.HoldReleased):
                ended[payload.hold] += 0
            elif isinstance(payload, events.PointsHeld):
                held[payload.hold] = payload.account
                if payload.offline and payload.points > OFFLINE.points_max:
                    yield f"6: {payload.points} points were held offline at once"
        for hold, times in ended.items():
            if times > 1:
                yield f"6: the hold {hold[:8]} was taken {times} times"
            if hold in held and _is_open(tx, bytes.fromhex(held[hold]), bytes.fromhex(hold)):
                yield f"6: the hold {hold[:8]} has ended and is still open"


def _is_open(tx: Tx, account: bytes, hold: bytes) -> bool:
    state = people.account_of(tx, account).state
    return any(each.id == hold and each.points for pot in state.pots for each in pot.holds)


def overspending_is_bounded(office: Office) -> Iterator[str]:
    """6: what members who only buy and redeem owe was let go offline, within the floor limit."""
    with office.store.read() as tx:
        limits: Counter[bytes] = Counter()
        otherwise: set[bytes] = set()
        for fact in facts_in(tx):
            if not fact.payload or fact.kind not in events.KINDS:
                continue
            payload = events.decode_payload(fact.kind, fact.payload)
            match payload:
                case events.PointsHeld():
                    account = bytes.fromhex(payload.account)
                    limits[group_of(tx, [account])[account]] += payload.points
                case events.SaleClosed() | events.HoldReleased() | events.ProfileChanged():
                    continue
                case events.LinesReturned():
                    claim = tx.fetch(schema.claim, [payload.ticket])
                    otherwise |= {row[6] for row in claim}
                case _:
                    otherwise |= accounts_of(fact) if _moves_points(payload) else set()
        groups = set(group_of(tx, otherwise).values())
        for group, points, debt in tx.text("SELECT grp, points, debt FROM balance").fetchall():
            if group not in groups and debt > limits[bytes(group)]:
                yield f"6: {short(group)} owes {debt}, {limits[bytes(group)]} were held"
            if points < 0:
                yield f"6: {short(group)} holds {points} points"


def _moves_points(payload: object) -> bool:
    return isinstance(
        payload,
        events.PointsAdjusted | events.CardEnded | events.MembersLinked | events.MemberErased,
    )


def tills_see_what_the_hub_sees(office: Office, till: Register, book: Book) -> Iterator[str]:
    """5, 9, 14: every account that matters to a till's store is there as the hub has it."""
    today = day_now(office.clock.now_ms())
    with office.store.read() as hub, till.store.read() as tx:
        scope = till.settings.store
        reached = feeds.reach_groups(hub, scope, b"", today, 1_000_000)
        tainted = book.tainted()
        for group in sorted(set(group_of(hub, reached).values())):
            accounts = accounts_of_group(hub, group)
            if tainted.isdisjoint(accounts):
                yield from _same_account(hub, tx, accounts, f"{till.name}: {short(group)}")


def _same_account(hub: Tx, tx: Tx, accounts: list[bytes], who: str) -> Iterator[str]:
    for account in accounts:
        there, here = people.account_of(hub, account), people.account_of(tx, account)
        if there.state != here.state:
            yield f"5: {who} of {short(account)} stands at {here.state}, at the hub {there.state}"
        for what, read in (("status", people.status_of), ("profile", people.profile_of),
                           ("consents", people.consents_of), ("card", people.card_of)):  # fmt: skip
            if read(hub, account) != read(tx, account):
                yield f"8: {who}: {what} of {short(account)} differs from the hub's"
    wanted = set(accounts)
    at_hub = {row[0]: row[1:] for row in hub.fetch(schema.claim, sorted(wanted), by="account")}
    for key, *rest in tx.fetch(schema.claim, sorted(wanted), by="account"):
        if key in at_hub and tuple(rest[:6]) != tuple(at_hub[key][:6]):
            yield f"3: {who}: the key {key} is another's at the hub"


def erased_is_gone(machines: Iterable[Machine], book: Book) -> Iterator[str]:
    """8: nothing that an erased member ever said stands in any table of any node."""
    gone = {text: member for member in book.erased() for text in book.secrets.get(member, ())}
    for machine in machines:
        with machine.store.read() as tx:
            for table in schema.metadata.tables.values():
                told = repr(tx.rows(select(table)))
                for text, member in gone.items():
                    if text in told:
                        yield f"8: {machine.name}: {table.name} still knows {text} of {member[:8]}"


def all_is_told(office: Office, till: Register) -> Iterator[str]:
    """14: nothing waits at a till, and it has read the news to the end."""
    waiting = till.session.upstream.unsent().facts
    if waiting:
        yield f"14: {till.name} still has {waiting} facts to tell"
    known = till.session.upstream.membership()
    with office.store.read() as tx:
        at = feeds.counter(tx, till.settings.store)
        epoch = senders.epoch_of(tx)
    if known is None or (known.epoch, known.after) != (epoch, at.n):
        yield f"14: {till.name} is at {known and known.after} of {at.n} in the news"
    wanted = till.session.upstream.wanted(50)
    if wanted:
        yield f"14: {till.name} still asks for {len(wanted)} accounts"


def cards_are_one_account(office: Office, book: Book, cards: Sequence[str]) -> Iterator[str]:
    """9: a card whose holders were never erased has one account, whichever till saw it first."""
    with office.store.read() as tx:
        closed = book.closed | {
            account for fact in facts_in(tx) if fact.subject in book.closed
            for account in accounts_of(fact)
        }  # fmt: skip
    accounts = {card: office.settings.cards.account(card) for card in cards}
    for promise in book.promises.values():
        fact, command = promise.fact, promise.command
        account = accounts.get(command.card) if isinstance(command, CloseSale) else None
        if account is None or account in closed:
            continue
        sale = events.decode_payload(fact.kind, fact.payload)
        assert isinstance(sale, events.SaleClosed)
        if bytes.fromhex(sale.account) != account:
            yield f"9: {promise.by} has the account {sale.account[:8]} for {short(account)}"
