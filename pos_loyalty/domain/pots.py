"""Moves of points inside one programme's pot; integers in, integers out."""

from bisect import bisect_left
from collections.abc import Sequence

from pos_loyalty.domain.account import Hold, Lot, Pot
from pos_loyalty.domain.days import add_months

WINDOW_DAYS_MAX = 2230
"""Spend older than this many days before a sale's own day leaves the state (73 months).

A window has 36 months at most; reviews of a tier ask what earlier ones decided.
"""
LOT_SLACK_DAYS = 92
"""A lot stays this long past its last day: business days do not rise along the order."""
CAP_DAYS = LOT_SLACK_DAYS + 31
"""What caps of a month count stays this long."""
EARLY_END_MS = 86_400_000
"""No hold lasts longer than a day: an end that came first is forgotten after as long."""

Allocation = tuple[int, int, int, int, int]
"""Points taken from a lot: last day, day, origin, owner, points; origin 0 is debt."""


def spend(
    pot: Pot, members: list[int], owner: int, points: int, day: int, *, owing: bool = True
) -> list[Allocation]:
    """Take points from the lots valid on `day`, first to lapse first; what is missing is debt, or,
    without `owing`, let go.

    Points that are still pending are the last to go: nobody owes while they have any.
    """
    taken: list[Allocation] = []
    points = _take(pot, members, points, day, taken, pending=False)
    if points:
        points = _take(pot, members, points, day, taken, pending=True)
    if points and owing:
        taken.append((day, day, 0, owner, points))
        _owe(pot, owner, points)
    return taken


def _take(
    pot: Pot, members: list[int], points: int, day: int, taken: list[Allocation], *, pending: bool
) -> int:
    """Take points from valid lots that are pending, or that are not; gives what is missing."""
    index = bisect_left(pot.lots, day, key=lambda lot: lot.expires)
    while points and index < len(pot.lots):
        lot = pot.lots[index]
        if lot.owner not in members or (lot.first > day) != pending:
            index += 1
            continue
        count = min(points, lot.left)
        taken.append((lot.expires, lot.day, lot.origin, lot.owner, count))
        points -= count
        lot.left -= count
        if lot.left == 0:
            del pot.lots[index]
    return points


def credit(pot: Pot, members: list[int], lot: Lot) -> None:
    """Add a lot after the debts of its pool are repaid, in account order."""
    if lot.left <= 0:
        return
    if pot.debts:
        for owner in members:
            lot.left -= pay_debt(pot, owner, lot.left)
        if lot.left == 0:
            return
    lots = pot.lots
    if not lots or (lots[-1] < lot and lots[-1].origin != lot.origin):
        lots.append(lot)  # what was earned last mostly lapses last
        return
    index = _find(pot, lot)
    if index < len(lots) and _same(lots[index], lot):
        lots[index].left += lot.left
    else:
        lots.insert(index, lot)


def reduce(pot: Pot, lot: Lot, points: int) -> int:
    """Take up to `points` from one lot; gives how many it had."""
    index = _find(pot, lot)
    if index == len(pot.lots) or not _same(pot.lots[index], lot):
        return 0
    count = min(points, pot.lots[index].left)
    pot.lots[index].left -= count
    if pot.lots[index].left == 0:
        del pot.lots[index]
    return count


def reduce_origin(pot: Pot, origin: int, points: int) -> int:
    """Take up to `points` from the lots of one origin, valid or not; gives how many they had."""
    left = points
    for lot in [each for each in pot.lots if each.origin == origin]:
        left -= reduce(pot, lot, left)
    return points - left


def stay_active(pot: Pot, owners: Sequence[int], day: int, months: int) -> None:
    """Let owners' points live `months` from a purchase on (0: they no longer end without one)."""
    if months:
        for owner in owners:
            stay_until(pot, owner, add_months(day, months))
    elif pot.active:
        pot.active = [each for each in pot.active if each[0] not in owners]


def stay_until(pot: Pot, owner: int, day: int) -> None:
    """Let an owner's points live until a day, if they did not live longer."""
    ends = dict(pot.active)
    ends[owner] = max(ends.get(owner, 0), day)
    pot.active = sorted(ends.items())


def end_idle(pot: Pot, day: int) -> None:
    """End the points of owners who had bought nothing for too long before `day`, on their day."""
    over = {owner: end for owner, end in pot.active if end < day}
    if not over:
        return
    ended: dict[tuple[int, int, int, int], Lot] = {}
    for lot in pot.lots:
        expires = min(lot.expires, over.get(lot.owner, lot.expires))
        key = (expires, lot.day, lot.origin, lot.owner)
        left = lot.left + (ended[key].left if key in ended else 0)
        ended[key] = Lot(*key, left, lot.first if expires == lot.expires else 0)
    pot.lots = sorted(ended.values())
    pot.active = [each for each in pot.active if each[0] not in over]
    pot.cuts += sorted(over.items())


def last_day(pot: Pot, owner: int, expires: int, since: int) -> int:
    """Give the last day of points that an owner had on the day `since`, cut or not."""
    if not pot.cuts:
        return expires
    return min([expires, *(end for who, end in pot.cuts if who == owner and end >= since)])


def _find(pot: Pot, lot: Lot) -> int:
    return bisect_left(pot.lots, Lot(lot.expires, lot.day, lot.origin, lot.owner, 0))


def _same(one: Lot, other: Lot) -> bool:
    return (one.expires, one.day, one.origin, one.owner) == (
        other.expires,
        other.day,
        other.origin,
        other.owner,
    )


def _owe(pot: Pot, owner: int, points: int) -> None:
    owed = dict(pot.debts)
    owed[owner] = owed.get(owner, 0) + points
    pot.debts = sorted(owed.items())


def pay_debt(pot: Pot, owner: int, points: int) -> int:
    """Repay up to `points` of one owner's debt; gives how many it took."""
    owed = dict(pot.debts)
    paid = min(points, owed.get(owner, 0))
    if paid:
        owed[owner] -= paid
        pot.debts = sorted((who, debt) for who, debt in owed.items() if debt)
    return paid


def begin_hold(pot: Pot, hold: Hold) -> None:
    """Reserve points, unless the hold's end came first: the two then go together."""
    for index, known in enumerate(pot.holds):
        if known.id == hold.id and known.points == 0:
            del pot.holds[index]
            return
    pot.holds.append(hold)


def end_hold(pot: Pot, hold: bytes, owner: int, moment: int) -> None:
    """Give back what a hold reserved; the end of one that is not there waits a day for it."""
    for index, known in enumerate(pot.holds):
        if known.id == hold:
            if known.points:
                del pot.holds[index]
            return
    pot.holds.append(Hold(hold, owner, 0, moment + EARLY_END_MS))


def lapse_holds(pot: Pot, moment: int) -> None:
    """Drop the holds whose time was over at a moment (Unix milliseconds), and ends as old."""
    pot.holds = [hold for hold in pot.holds if hold.until > moment]


def qualify(pot: Pot, owner: int, day: int, amount: int) -> None:
    """Add what counts for a tier, mostly of the newest day; what sums to nothing is left out."""
    window = pot.window
    if amount and (not window or window[-1] < (day, owner)):
        window.append((day, owner, amount))
        return
    index = bisect_left(window, (day, owner))
    if index < len(window) and window[index][:2] == (day, owner):
        amount += window[index][2]
        del window[index]
    if amount:
        window.insert(index, (day, owner, amount))


def use_right(pot: Pot, owner: int, right: str, until: int, count: int) -> None:
    """Count uses of a right in the period that ends on a day."""
    used = {(who, name, last): uses for who, name, last, uses in pot.rights}
    uses = used.pop((owner, right, until), 0) + count
    if uses:
        used[owner, right, until] = uses
    pot.rights = sorted((*key, uses) for key, uses in used.items())


def trim(pot: Pot, day: int) -> None:
    """Cut what no later fact of this time can need, by the sale's own day only."""
    lots, window = pot.lots, pot.window
    while lots and lots[0].expires < day - LOT_SLACK_DAYS:
        del lots[0]
    while pot.earned and pot.earned[0][0] < day - CAP_DAYS:
        del pot.earned[0]
    if pot.rights:
        pot.rights = [each for each in pot.rights if each[2] >= day - LOT_SLACK_DAYS]
    if pot.events:
        pot.events = [each for each in pot.events if each[2] >= day - LOT_SLACK_DAYS]
    while window and window[0][0] < day - WINDOW_DAYS_MAX:
        del window[0]
