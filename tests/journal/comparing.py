"""Compares what derived tables say with what the naive fold says."""

from typing import Any

from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.programme import Right
from pos_loyalty.domain.rights import uses
from pos_loyalty.domain.sold import decode_record
from pos_loyalty.domain.voucher_fold import left_on
from pos_loyalty.events import Fact
from pos_loyalty.store import card_batches, duplicates, people
from tests.journal.naive import World
from tests.journal.naive_points import Group, Lot, Sold
from tests.journal.tills import DAY_MS, START, START_MS, View
from tests.journal.worlds import ACCOUNTS, MEMBERS, SPAN_DAYS

RIGHTS = ("alterations", "delivery")
LOOKS = (-3, 0, 14, 25, 31, 45, SPAN_DAYS, 75)
"""Days after the start on which balances are compared."""


def differences(view: View, facts: list[Fact]) -> list[str]:
    """Name everything in which the tables differ from the naive fold."""
    world = World(facts)
    found = [*_balances(view, world), *_tickets(view, world), *_vouchers(view, world)]
    for name, got, expected in _keys(view, world) + _people(view, world) + _stock(view, world):
        if got != expected:
            found.append(f"{name}: tables {got}, naive {expected}")
    return found


def _balances(view: View, world: World) -> list[str]:
    found = []
    for account in {*ACCOUNTS, *MEMBERS}:
        for programme in ("P", "Q"):
            for look in LOOKS:
                got = _shown(view, account, programme, look)
                expected = _expected(world.group(account), account, programme, look)
                if got != expected:
                    who = f"{account.hex()[:6]} {programme} day {look}"
                    found.append(f"{who}: tables {got}, naive {expected}")
    return found


def _shown(view: View, account: bytes, programme: str, look: int) -> tuple[Any, ...]:
    now_ms = START_MS + look * DAY_MS
    shown = view.balance(
        account, START + look, programme=programme, now_ms=now_ms, since=START + look - 20
    )
    state = view.state(account)
    used = [
        uses(state, account, programme, Right(name, "", 0, per), START + 30) if state else 0
        for name in RIGHTS
        for per in ("month", "year")
    ]
    points = shown.points, shown.pending, shown.next_usable, used
    return *points, shown.debt, shown.held, shown.next_expiry, shown.qualifying


def _expected(group: Group, account: bytes, programme: str, look: int) -> tuple[Any, ...]:
    day, now_ms = START + look, START_MS + look * DAY_MS
    pool = group.pool(account)
    found = [lot for lot in group.lots if lot.programme == programme and lot.owner in pool]
    living = [lot for lot in found if _last(group, lot) >= day and lot.left]
    lots = [lot for lot in living if lot.first <= day]
    pending = [lot for lot in living if lot.first > day]
    first = min((_last(group, lot) for lot in lots), default=0)
    usable = min((lot.first for lot in pending), default=0)
    becoming = sum(lot.left for lot in pending if lot.first == usable)
    debt = sum(
        owed for (what, who), owed in group.debts.items() if what == programme and who in pool
    )
    held = sum(
        points
        for what, _, who, points, until in group.holds
        if what == programme and who in pool and until > now_ms
    )
    spend = sum(
        amount
        for (what, who, when), amount in group.spend.items()
        if what == programme and who in pool and day - 20 <= when <= day
    )
    lapsing = sum(lot.left for lot in lots if _last(group, lot) == first)
    next_expiry = (first, lapsing) if lots else None
    next_usable = (usable, becoming) if pending else None
    used = [
        sum(
            count
            for (what, who, right, until), count in group.rights.items()
            if (what, right, until) == (programme, name, last) and who in pool
        )
        for name in RIGHTS
        for last in (iso(START + 30), iso(START + 364))
    ]
    points = sum(lot.left for lot in lots), sum(lot.left for lot in pending), next_usable, used
    return *points, debt, held, next_expiry, spend


def _last(group: Group, lot: Lot) -> int:
    return min(lot.last, group.alive.get((lot.programme, lot.owner), lot.last))


def _vouchers(view: View, world: World) -> list[str]:
    rows = {row[0]: row for row in view.rows("voucher")}
    found = [] if rows.keys() == world.vouchers.keys() else [f"vouchers: {sorted(rows)}"]
    for voucher in rows.keys() & world.vouchers.keys():
        naive = world.vouchers[voucher]
        ended = -1 if naive.used_when_cancelled is None else naive.used_when_cancelled
        number = naive.issued.number if naive.issued else -1
        expected: tuple[int, ...] = (number, naive.units, naive.used, ended, naive.overused)
        got = tuple(rows[voucher][at] for at in (1, 8, 9, 10, 11))
        state = people.account_of(view.tx, voucher).state.vouchers[0]
        for look in LOOKS:
            now_ms = START_MS + look * DAY_MS
            expected += (naive.left(now_ms),)
            got += (left_on(state, now_ms),)
        if got != expected:
            found.append(f"voucher {voucher.hex()[:6]}: tables {got}, naive {expected}")
    return found


def _tickets(view: View, world: World) -> list[str]:
    sold = {key: each for g in world.group_of.values() for key, each in g.sold.items()}
    rows = {row[0]: row for row in view.rows("claim") if row[5] == "sale"}
    found = [] if rows.keys() == sold.keys() else [f"tickets: {sorted(rows)}, {sorted(sold)}"]
    for key in rows.keys() & sold.keys():
        got, expected = _recorded(rows[key][9], sold[key]), _became(sold[key])
        if got != expected:
            found.append(f"ticket {key}: tables {got}, naive {expected}")
    return found


def _recorded(record: bytes, sold: Sold) -> tuple[Any, ...]:
    ratings = sold.sale.ratings if sold.account else ()
    if not record:
        kept = {rating.programme: rating.earned for rating in ratings}
        return [0] * len(sold.back), 0, kept, {}
    opened = decode_record(record)
    did = {
        part.programme: [(by, gone, back) for by, _, gone, back in part.takings if gone or back]
        for part in opened.parts
    }
    kept = {part.programme: part.kept for part in opened.parts}
    return opened.returned, opened.excess, kept, {name: each for name, each in did.items() if each}


def _became(sold: Sold) -> tuple[Any, ...]:
    return sold.back, sold.excess, sold.kept, sold.did


def _keys(view: View, world: World) -> list[tuple[str, Any, Any]]:
    parked = {row[:3] for row in view.rows("parked")}
    waiting = {(row[0], row[1:]) for row in view.rows("waiting")}
    return [("parked", parked, world.parked), ("waiting", waiting, world.waiting)]


def _takes_part(told: list[tuple[str, bool]]) -> bool:
    """Give what the newest day says, the last told of it."""
    return max(enumerate(told), key=lambda each: (each[1][0], each[0]))[1][1]


def _stock(view: View, world: World) -> list[tuple[str, Any, Any]]:
    """What is known of printed cards, and of members who only look like one person."""
    batches = {
        (each.prefix, each.first): (
            iso(each.ordered),
            iso(each.received) if each.received else "",
            each.store,
        )
        for each in card_batches.batches(view.tx)
    }
    apart = {frozenset((one.hex(), other.hex())) for one, other in duplicates.apart(view.tx)}
    told = {pair for pair, is_so in world.apart.items() if is_so}
    return [("batches", batches, world.batches), ("apart", apart, told)]


def _people(view: View, world: World) -> list[tuple[str, Any, Any]]:
    """What the product's own readers say of members and cards."""
    found: list[tuple[str, Any, Any]] = []
    for member in MEMBERS:
        profile = {f: v for (who, f), v in world.profiles.items() if who == member and v}
        consents = {(p, c): v for (who, p, c), v in world.consents.items() if who == member}
        joined = {
            programme
            for (who, programme), told in world.memberships.items()
            if who == member and _takes_part(told)
        }
        notes = {n: t for (who, n), t in world.notes.items() if who == member and t}
        status = "erased" if member in world.erased else world.members.get(member, "")
        found += [
            ("profile", people.profile_of(view.tx, member), profile),
            ("consents", people.consents_of(view.tx, member), consents),
            ("notes", {n.note: n.text for n in people.notes_of(view.tx, member)}, notes),
            ("programmes", people.programmes_of(view.tx, [member], NEVER), joined),
            ("status", people.status_of(view.tx, member), status),
        ]
    for account in ACCOUNTS:
        card = people.card_of(view.tx, account)
        shown = (card.member, card.status) if card else None
        found.append(("card", shown, world.cards.get(account)))
    return found
