"""The policy of points once more, naively: one group of accounts, with dicts and fractions.

Part of the naive fold; written from the policy alone. Lots of a world are all young enough to be
kept, so that it never cuts any.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pos_loyalty.domain.days import add_months, day_of
from pos_loyalty.domain.identifiers import (
    adjustment_key,
    adjustment_mark,
    event_key,
    event_mark,
)
from pos_loyalty.events import Fact


@dataclass
class Lot:
    """Points with a last day; `tie` and `rank` order lots of the same days."""

    programme: str
    last: int
    day: int
    tie: int
    rank: int
    owner: bytes
    left: int
    first: int = 0

    @property
    def turn(self) -> tuple[int, int, int, int]:
        return self.last, self.day, self.tie, self.rank


@dataclass
class Won:
    """What a ticket was the first for, when, and who brought its customer."""

    occasion: Any
    owner: bytes
    tie: int
    at: int
    by: bytes | None


@dataclass
class Told:
    """What a member did, and what it brought."""

    owner: bytes
    event: str
    until: str
    points: int


@dataclass
class Sold:
    """A ticket and what became of it, by programme."""

    fact: Fact
    sale: Any
    account: bytes
    back: list[int]
    excess: int = 0
    kept: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    taken: dict[str, list[list[Any]]] = field(default_factory=dict)
    won: dict[str, list["Won"]] = field(default_factory=dict)
    exact: dict[str, Fraction] = field(default_factory=dict)
    capped: dict[str, int] = field(default_factory=dict)
    did: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)


class Group:
    """Accounts that any link ever joined, with their shared history."""

    def __init__(self) -> None:
        self.accounts: list[bytes] = []  # in the order in which facts named them
        self.pairs: set[frozenset[bytes]] = set()
        self.last: dict[bytes, bytes] = {}  # the last member of a card
        self.closed: set[bytes] = set()
        self.lots: list[Lot] = []
        self.debts: dict[tuple[str, bytes], int] = defaultdict(int)
        self.spend: dict[tuple[str, bytes, int], int] = defaultdict(int)
        self.holds: list[tuple[str, str, bytes, int, int]] = []
        self.ended: dict[tuple[str, str], int] = {}  # ends that came first, and when
        self.sold: dict[str, Sold] = {}
        self.alive: dict[tuple[str, bytes], int] = {}  # the last day without a purchase
        self.gone: list[tuple[str, bytes, int]] = []  # points that ended so, and their last day
        self.parts: dict[tuple[str, bytes], Fraction] = defaultdict(Fraction)
        self.won: dict[str, list[Won]] = defaultdict(list)
        self.rights: dict[tuple[str, bytes, str, str], int] = defaultdict(int)
        self.brought: dict[bytes, bytes] = {}  # friends, by whom
        self.told: dict[tuple[str, str], Told] = {}  # what members did, by programme and key
        self.early: dict[str, list[tuple[Fact, Any]]] = defaultdict(list)

    def name(self, *accounts: bytes) -> None:
        for account in accounts:
            if account not in self.accounts:
                self.accounts.append(account)

    def pool(self, account: bytes) -> list[bytes]:
        """Give the accounts that spend together now, sorted."""
        found = {account}
        while more := {a for pair in self.pairs if pair & found for a in pair} - found:
            found |= more
        return sorted(found)

    # --- points -------------------------------------------------------------------------------
    def earn(self, account: bytes, lot: Lot) -> None:
        """Repay what the pool owes, account by account, then keep the rest."""
        for each in self.pool(account):
            paid = min(self.debts[lot.programme, each], lot.left)
            self.debts[lot.programme, each] -= paid
            lot.left -= paid
        same = [x for x in self.lots if (x.turn, x.programme) == (lot.turn, lot.programme)]
        twin = [x for x in same if x.left]
        if twin:
            twin[0].left += lot.left
        else:
            self.lots.append(lot)

    def take(
        self, account: bytes, programme: str, points: int, day: int, *, owing: bool = True
    ) -> list[list[Any]]:
        """Take from lots valid on `day`, first to lapse first; what is missing is `owing`, or let
        go."""
        pool, taken = self.pool(account), []
        for lot in sorted(self.lots, key=lambda lot: (lot.first > day, *lot.turn)):
            if lot.owner in pool and lot.programme == programme and lot.last >= day:
                count = min(points, lot.left)
                lot.left -= count
                points -= count
                if count:
                    taken.append([lot, count, lot.last])
        if points and owing:
            self.debts[programme, account] += points
            taken.append([None, points, 0])
        return taken

    def fall_asleep(self, programme: str, day: int) -> None:
        """End the points of everybody who bought nothing for so long, on their own last day."""
        for (what, who), end in sorted(self.alive.items()):
            if what != programme or end >= day:
                continue
            for lot in self.lots:
                if (lot.programme, lot.owner) == (what, who) and lot.last > end:
                    lot.last, lot.first = end, 0
            self.gone.append((what, who, end))
            del self.alive[what, who]

    def last_of(self, programme: str, owner: bytes, last: int, since: int) -> int:
        """Give the last day of points that somebody had on a day, if they have ended since."""
        ends = [end for what, who, end in self.gone if (what, who) == (programme, owner)]
        return min([last, *(end for end in ends if end >= since)])

    # --- facts --------------------------------------------------------------------------------
    def sell(self, key: str, fact: Fact, sale: Any) -> None:
        account = bytes.fromhex(sale.account)
        day = counted_day(fact, sale.day)
        sold = Sold(fact, sale, account, [0] * len(sale.lines))
        self.sold[key] = sold
        if account:
            self.name(account)
            sold.shut = {
                rating.programme
                for rating in sale.ratings
                if rating.gate and not self._is_open(account, rating.gate, day)
            }
            for rating in sale.ratings:
                self._rate(sold, rating, day, fact)
        for early in self.early.pop(key, []):
            self.give_back(key, *early)

    def _is_open(self, account: bytes, gate: Any, day: int) -> bool:
        """Tell whether a pool had bought enough, on enough days, when a ticket was sold."""
        asked = {(gate.programme, gate.visits, gate.spend)}
        if gate.goods:
            asked.add((gate.goods, gate.goods_visits, gate.goods_spend))
        return all(self._has_bought(account, *each, (gate.since, day)) for each in asked)

    def _has_bought(
        self, account: bytes, name: str, visits: int, least: int, between: tuple[int, int]
    ) -> bool:
        pool, spent, days = self.pool(account), 0, set()
        for (programme, who, when), amount in self.spend.items():
            if programme == name and who in pool and between[0] <= when <= between[1]:
                spent += amount
                days |= {when} if amount > 0 else set()
        return len(days) >= visits and spent >= least

    def _rate(self, sold: Sold, rating: Any, day: int, fact: Fact) -> None:
        account, programme = sold.account, rating.programme
        for hold in rating.holds:
            self.end_hold(programme, hold)
        self.fall_asleep(programme, day)
        sold.restored[programme], sold.taken[programme] = 0, []
        if not rating.pays_itself:
            sold.taken[programme] = self.take(account, programme, sum(rating.spent), day)
        open_ = account not in self.closed and programme not in sold.shut
        sold.kept[programme], sold.won[programme] = 0, []
        sold.counted[programme] = max(0, sum(rating.bases)) if open_ else 0
        if open_:
            points = self._beside(sold, rating, day)
            sold.kept[programme] = points
            last = self.last_of(programme, account, rating.expires, day)
            lot = self._lot(fact, account, programme, last, day, points)
            lot.first = rating.first
            self.earn(account, lot)
            self._stay(programme, account, day, rating.inactivity)
        if rating.pays_itself:
            sold.taken[programme] = self.take(account, programme, sum(rating.spent), day)
        self.spend[programme, account, day] += sold.counted[programme]

    def _beside(self, sold: Sold, rating: Any, day: int) -> int:
        """Give what a ticket brings when the others have had theirs."""
        programme, account = rating.programme, sold.account
        pool, points = self.pool(account), rating.earned
        if rating.maximum_day or rating.maximum_month:
            points = self._room(sold, rating, day, points)
            sold.capped[programme] = points
        if rating.carried:
            sold.exact[programme] = self._worth(sold, rating)[0]
            waiting = sum(
                (self.parts.pop((programme, each), Fraction(0)) for each in pool),
                sold.exact[programme] - floor(sold.exact[programme]),
            )
            self.parts[programme, account] = waiting - floor(waiting)
            points += floor(waiting)
        for occasion in rating.occasions:
            by = next(
                (
                    self.brought[a]
                    for a in self.accounts
                    if a in pool and a in self.brought and self.brought[a] not in pool
                ),
                None,
            )
            if (occasion.kind == "referral" and by is None) or not self._first(
                sold, rating, occasion
            ):
                continue
            tie = self._lot(sold.fact, account, programme, 0, day, 0).tie
            won = Won(occasion, account, tie, self.now, by if occasion.kind == "referral" else None)
            self.won[programme].append(won)
            sold.won[programme].append(won)
            points += occasion.points
            if won.by is not None and won.by not in self.closed:
                last = self.last_of(programme, won.by, rating.expires, day)
                lot = self._lot(sold.fact, won.by, programme, last, day, occasion.other)
                lot.first = rating.first
                self.earn(won.by, lot)
        return points

    def _room(self, sold: Sold, rating: Any, day: int, points: int) -> int:
        """Give what the caps leave: of its day, and of its month."""
        pool, month = self.pool(sold.account), date.fromordinal(day).isoformat()[:7]
        days = month_days = 0
        for each in self.sold.values():
            had = each.capped.get(rating.programme, 0)
            when = counted_day(each.fact, each.sale.day)
            if each is not sold and each.account in pool:
                days += had if when == day else 0
                month_days += had if date.fromordinal(when).isoformat()[:7] == month else 0
        if rating.maximum_day:
            points = min(points, rating.maximum_day - days)
        if rating.maximum_month:
            points = min(points, rating.maximum_month - month_days)
        return max(0, points)

    def _first(self, sold: Sold, rating: Any, occasion: Any) -> bool:
        pool = self.pool(sold.account)
        if occasion.kind == "first" and any(
            amount and what == rating.programme and who in pool
            for (what, who, _), amount in self.spend.items()
        ):
            return False
        same = [
            each
            for each in self.won[rating.programme]
            if each.owner in pool
            and (each.occasion.name, each.occasion.period) == (occasion.name, occasion.period)
        ]
        if occasion.kind == "visit":
            return all(self.now - each.at >= occasion.minutes * 60_000 for each in same)
        return not same

    def use(self, account: bytes, used: Any) -> None:
        self.name(account)
        self.rights[used.programme, account, used.right, used.until] += -1 if used.undoes else 1

    def tell(self, account: bytes, fact: Fact, said: Any) -> None:
        """Credit what a member did while its limit is not reached, or take that back."""
        self.name(account)
        programme, day = said.programme, counted_day(fact, said.day)
        self.fall_asleep(programme, day)
        key = event_key(said.undoes) if said.undoes else fact.key
        known = self.told.get((programme, key))
        if said.undoes:
            points = known.points if known else 0
            self.told[programme, key] = Told(account, said.event, said.until, 0)
            left = self._take_from(programme, event_mark(key), points)
            self.take(account, programme, left, day)
        elif known is None and account not in self.closed:
            pool = self.pool(account)
            same = [
                each
                for (what, _), each in self.told.items()
                if what == programme and each.points and each.owner in pool
                and (each.event, each.until) == (said.event, said.until)
            ]  # fmt: skip
            room = not said.limit or len(same) < said.limit
            points = said.points if room else 0
            self.told[programme, key] = Told(account, said.event, said.until, points)
            last = self.last_of(programme, account, day_of(said.expires), day)
            lot = self._lot(fact, account, programme, last, day, points)
            lot.tie = event_mark(key)
            self.earn(account, lot)

    def refer(self, friend: bytes, by: bytes) -> None:
        self.name(friend, by)
        self.brought.setdefault(friend, by)

    def _worth(self, sold: Sold, rating: Any) -> tuple[Fraction, int]:
        """Give what is left of a ticket, exactly, and its eligible amount."""
        base = max(0, floor(self._share(sold, rating.bases)))
        if base < rating.minimum:
            return Fraction(0), base
        exact = max(Fraction(0), self._share(sold, rating.numerators) / rating.denominator)
        exact = {"down": exact, "nearest": Fraction(floor(exact + Fraction(1, 2))),
                 "up": Fraction(ceil(exact))}[rating.rounding]  # fmt: skip
        return exact + sum(extra for least, extra in rating.conditions if base >= least), base

    def _stay(self, programme: str, account: bytes, day: int, months: int) -> None:
        for each in self.pool(account):
            if months:
                end = add_months(day, months)
                self.alive[programme, each] = max(self.alive.get((programme, each), 0), end)
            else:
                self.alive.pop((programme, each), None)

    def _lot(
        self, fact: Fact | None, account: bytes, programme: str, last: int, day: int, points: int
    ) -> Lot:
        tie = 0
        if fact is not None:
            tie = fact.seq * 1_000_003 + int.from_bytes(fact.node[-4:], "big") + fact.inc + 1
        rank = self.accounts.index(account)
        return Lot(programme, last, day, tie, rank, account, points)

    def give_back(self, key: str, fact: Fact, returned: Any) -> None:
        sold = self.sold.get(key)
        if sold is None:
            self.early[key].append((fact, returned))
            return
        for each in returned.lines:
            there = each.line < len(sold.back)
            room = pieces(sold.sale.lines[each.line]) - sold.back[each.line] if there else 0
            accepted = min(each.quantity, room)
            if there:
                sold.back[each.line] += accepted
            sold.excess += each.quantity - accepted
        for rating in sold.sale.ratings if sold.account else ():
            day = counted_day(fact, returned.day)
            restores = dict(returned.restores_beside).get(rating.programme, 0)
            if rating is sold.sale.ratings[0]:
                restores = returned.restores
            taken, given = self._take_back(sold, rating, day, restores)
            tie = self._lot(fact, sold.account, "", 0, 0, 0).tie
            if taken or given:
                sold.did.setdefault(rating.programme, []).append((tie, taken, given))

    def owned(self, account: bytes, programme: str) -> int:
        """Give what a pool has, lapsed or not, without what it owes."""
        pool = self.pool(account)
        lots = sum(x.left for x in self.lots if x.owner in pool and x.programme == programme)
        return lots - sum(self.debts[programme, each] for each in pool)

    def _take_back(self, sold: Sold, rating: Any, day: int, restores: int) -> tuple[int, int]:
        """Take goods back; gives what the pool lost by it, and what it got back."""
        programme, account = rating.programme, sold.account
        self.fall_asleep(programme, day)
        owned = [self.owned(account, programme)]
        lost, base = self._lessen(sold, rating, day)
        owned.append(self.owned(account, programme))
        sold.kept[programme] -= lost
        uncounted = max(0, sold.counted[programme] - base)
        if rating.returns.tier == "keep":
            uncounted = 0
        sold.counted[programme] -= uncounted
        self.spend[programme, account, counted_day(sold.fact, sold.sale.day)] -= uncounted
        carried = floor(self._share(sold, rating.spent)) if rating.spent else 0
        if rating.returns.spent == "lost":
            carried = sum(rating.spent)
        due = max(sum(rating.spent) - max(0, carried - restores), sold.restored[programme])
        self._restore(sold, rating, due - sold.restored[programme], day)
        owned.append(self.owned(account, programme))
        sold.restored[programme] = due
        if account not in self.closed:
            self._lose(sold, rating, lost, day)
        owned.append(self.owned(account, programme))
        return owned[0] - owned[1] + owned[2] - owned[3], owned[2] - owned[1]

    def _lessen(self, sold: Sold, rating: Any, day: int) -> tuple[int, int]:
        """Give the points that a ticket no longer brings, and what of it still counts."""
        programme = rating.programme
        if programme in sold.shut:
            return 0, 0
        exact, base = self._worth(sold, rating)
        won = sum(each.occasion.points for each in sold.won[programme])
        points = min(floor(exact), rating.maximum or floor(exact))
        lost = max(0, sold.kept[programme] - won - points)
        if programme in sold.exact:
            gone = max(Fraction(0), sold.exact[programme] - exact)
            sold.exact[programme] -= gone
            pool = self.pool(sold.account)
            waiting = sum((self.parts.pop((programme, each), Fraction(0)) for each in pool), -gone)
            self.parts[programme, sold.account] = waiting - floor(waiting)
            lost = -floor(waiting)
        if programme in sold.capped:
            sold.capped[programme] -= lost
        for each in [w for w in sold.won[programme] if base < w.occasion.minimum]:
            sold.won[programme].remove(each)
            self.won[programme].remove(each)
            lost += each.occasion.points
            if each.by is not None and each.by not in self.closed:
                self._lose_of(each.by, sold, rating, each.occasion.other, day)
        return lost, base

    def _share(self, sold: Sold, amounts: Iterable[int]) -> Fraction:
        total = Fraction(0)
        for amount, line, back in zip(amounts, sold.sale.lines, sold.back, strict=True):
            total += amount * (1 - Fraction(back, pieces(line)))
        return total

    def _restore(self, sold: Sold, rating: Any, points: int, day: int) -> None:
        """What was owed first, then the lots, the last taken first."""
        programme, account = rating.programme, sold.account
        taken = sold.taken[programme]
        for entry in [e for e in taken if e[0] is None] + [e for e in taken[::-1] if e[0]]:
            lot, given = entry[0], min(points, entry[1])
            entry[1] -= given
            points -= given
            owner, last, born, fact_tie = account, day + rating.courtesy, day, 0
            if lot is None:
                paid = min(given, self.debts[programme, account])
                self.debts[programme, account] -= paid
                given -= paid
            else:
                owner, born, fact_tie = lot.owner, lot.day, lot.tie
                since = counted_day(sold.fact, sold.sale.day)
                last = self.last_of(programme, owner, entry[2], since)
                lapsed = last < day and rating.courtesy
                last = day + rating.courtesy if lapsed else last
            if given and owner not in self.closed:
                fresh = self._lot(None, owner, programme, last, born, given)
                fresh.tie = fact_tie
                self.earn(owner, fresh)

    def _lose(self, sold: Sold, rating: Any, lost: int, day: int) -> None:
        """The ticket's own lot first, also when it lapsed; then any other; then debt."""
        self._lose_of(sold.account, sold, rating, lost, day)

    def _lose_of(self, owner: bytes, sold: Sold, rating: Any, lost: int, day: int) -> None:
        since = counted_day(sold.fact, sold.sale.day)
        last = self.last_of(rating.programme, owner, rating.expires, since)
        own = self._lot(sold.fact, owner, rating.programme, last, since, 0)
        for lot in self.lots:
            if (lot.turn, lot.programme) == (own.turn, own.programme):
                count = min(lost, lot.left)
                lot.left -= count
                lost -= count
        if lost:
            owing = rating.returns.missing != "forgive"
            self.take(owner, rating.programme, lost, day, owing=owing)

    def adjust(self, fact: Fact, given: Any) -> None:
        account, day = bytes.fromhex(given.account), counted_day(fact, given.day)
        self.name(account)
        self.fall_asleep(given.programme, day)
        if given.points < 0:
            named = adjustment_key(given.undoes) if given.own_first else ""
            own = adjustment_mark(named)
            left = self._take_from(given.programme, own, -given.points)
            self.take(account, given.programme, left, day)
        elif account not in self.closed:
            last = day_of(given.expires)
            lot = self._lot(fact, account, given.programme, last, day, given.points)
            lot.tie = adjustment_mark(fact.key) or lot.tie
            self.earn(account, lot)

    def _take_from(self, programme: str, tie: int, points: int) -> int:
        """Take from what one adjustment gave, also when it lapsed; gives what is missing."""
        for lot in sorted(self.lots, key=lambda lot: lot.turn):
            if tie and lot.programme == programme and lot.tie == tie:
                count = min(points, lot.left)
                lot.left -= count
                points -= count
        return points

    def open(self, fact: Fact, opening: Any) -> None:
        account = bytes.fromhex(opening.account)
        self.name(account)
        if account in self.closed:
            return
        self.fall_asleep(opening.programme, counted_day(fact, opening.day))
        for points, day, last in opening.lots:
            self.earn(account, self._lot(fact, account, opening.programme, day_of(last),
                                         day_of(day), points))  # fmt: skip
        for day, amount in opening.spend:
            self.spend[opening.programme, account, day_of(day)] += amount
        if opening.idle:
            name = opening.programme, account
            self.alive[name] = max(self.alive.get(name, 0), day_of(opening.idle))

    def hold(self, held: Any) -> None:
        account = bytes.fromhex(held.account)
        self.name(account)
        if self.ended.pop((held.programme, held.hold), None) is None:
            self.holds.append((held.programme, held.hold, account, held.points, held.until))

    def pass_time(self, fact: Fact) -> None:
        """Let go of holds whose time is over, and after a day of ends that nothing began."""
        self.now = min(fact.stamp, fact.clamp) >> 16
        self.holds = [hold for hold in self.holds if hold[4] > self.now]
        day = 24 * 3600 * 1000
        self.ended = {which: at for which, at in self.ended.items() if at + day > self.now}

    def end_hold(self, programme: str, hold: str) -> None:
        for known in self.holds:
            if known[:2] == (programme, hold):
                self.holds.remove(known)
                return
        self.ended.setdefault((programme, hold), self.now)

    def link(self, one: bytes, other: bytes, joined: bool, *, card: bool) -> None:
        self.name(one, other)
        if card and one in self.closed:
            if self.last.get(other, one) in self.closed:
                self.close({other})
            return
        self.pairs.discard(frozenset((one, other)))
        if joined:
            self.pairs.add(frozenset((one, other)))
        if card:
            self.last[other] = one

    def erase(self, member: bytes, accounts: set[bytes]) -> None:
        """Forget the accounts named and every card whose last member this was."""
        self.name(*sorted(accounts))
        self.close(accounts | {card for card, last in self.last.items() if last == member})

    def close(self, accounts: set[bytes]) -> None:
        self.closed |= accounts
        self.lots = [lot for lot in self.lots if lot.owner not in accounts]
        self.holds = [hold for hold in self.holds if hold[2] not in accounts]
        for programme, owner in self.debts:
            if owner in accounts:
                self.debts[programme, owner] = 0


def counted_day(fact: Fact, day: str) -> int:
    """Give a fact's day; where its clock was ahead of the hub's, at most the day after receipt."""
    counted = day_of(day)
    if fact.clamp < fact.stamp:
        had = datetime.fromtimestamp((fact.clamp >> 16) / 1000, UTC).date()
        counted = min(counted, had.toordinal() + 1)
    return counted


def pieces(line: Any) -> int:
    """Give the thousandths that can come back; of no quantity, one."""
    return int(line.quantity) or 1
