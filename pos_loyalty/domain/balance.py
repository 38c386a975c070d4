"""What an account may show and spend on a given day, read from its group's state."""

from bisect import bisect_left
from fractions import Fraction
from typing import NamedTuple

from pos_loyalty.domain.account import Pot, State, living, owner_of, pool
from pos_loyalty.domain.beside import carried


class Balance(NamedTuple):
    """One programme's view of an account's pool.

    `points` are valid on the day asked for, `held` reserved, `debt` owed, `available` what can be
    spent; `next_expiry` is (last day, points) of what lapses first, `qualifying` counts for tiers,
    never below zero: a return may be known before its sale is. `spend` is what decides reviews
    of the tier, as (day, minor units). `pending` points are none of `points` yet; the first of
    them can be spent with `next_usable` (first day, points), on `NEVER` when somebody lets them.
    `carried` is the part of a point that waits for the next ticket.
    """

    points: int
    held: int
    debt: int
    available: int
    next_expiry: tuple[int, int] | None
    qualifying: int
    spend: tuple[tuple[int, int], ...] = ()
    pending: int = 0
    next_usable: tuple[int, int] | None = None
    carried: Fraction = Fraction(0)


EMPTY = Balance(0, 0, 0, 0, None, 0)


def balance(
    state: State,
    account: bytes,
    programme: str,
    *,
    day: int,
    now_ms: int,
    since: int,
    kept: int = 0,
) -> Balance:
    """Look at `account` in `programme` on business day `day`, at Unix millisecond `now_ms`.

    `since` is the first day whose spend counts for a tier. `kept`, where it is given, is the first
    one of `spend`.
    """
    if account not in state.accounts:
        return EMPTY
    members = pool(state, owner_of(state, account))
    pot = next((each for each in state.pots if each.programme == programme), None)
    if pot is None:
        return EMPTY
    pooled = len(state.accounts) > 1
    found = _look(pot, members, day=day, now_ms=now_ms, since=since, pooled=pooled)
    return found._replace(spend=_rows(pot, members, kept, day)) if kept else found


def _look(
    pot: Pot, members: list[int], *, day: int, now_ms: int, since: int, pooled: bool
) -> Balance:
    """Look at a pot; where the group is one account (not `pooled`), all of it is theirs."""
    lots = living(pot, day)
    if pooled:
        lots = [each for each in lots if each[1].owner in members]
    waiting = [lot for _, lot in lots if lot.first > day]
    if waiting:
        lots = [each for each in lots if each[1].first <= day]
    points = sum([lot.left for _, lot in lots])
    held = sum(h.points for h in pot.holds if h.owner in members and h.until > now_ms)
    debt = sum(owed for owner, owed in pot.debts if owner in members)
    first = lots[0][0] if lots else 0
    lapsing = sum([lot.left for end, lot in lots if end == first])
    usable = min([lot.first for lot in waiting], default=0)
    releasing = sum([lot.left for lot in waiting if lot.first == usable])
    return Balance(
        points=points,
        held=held,
        debt=debt,
        available=0 if debt else max(0, points - held),
        next_expiry=(first, lapsing) if lots else None,
        qualifying=max(0, _spent(pot, members, since, day)),
        pending=sum([lot.left for lot in waiting]),
        next_usable=(usable, releasing) if waiting else None,
        carried=carried(pot, members) if pot.carried else Fraction(0),
    )


def _spent(pot: Pot, members: list[int], since: int, day: int) -> int:
    """Sum what counts for a tier: spend of the pool's own accounts, as it is pooled now."""
    counted = _between(pot, since, day)
    return sum([amount for _, owner, amount in counted if owner in members])


def _rows(pot: Pot, members: list[int], first: int, last: int) -> tuple[tuple[int, int], ...]:
    counted = _between(pot, first, last)
    return tuple([(day, amount) for day, owner, amount in counted if owner in members])


def _between(pot: Pot, first: int, last: int) -> list[tuple[int, int, int]]:
    window = pot.window
    return window[bisect_left(window, (first,)) : bisect_left(window, (last + 1,))]


def totals(state: State) -> list[tuple[str, int, int, int, int, int, int]]:
    """Give, for each programme, what lists and sums of many accounts use.

    (programme, last business day seen, points valid that day and those still pending, held, owed,
    first day a lot lapses or 0, qualifying spend): a function of the facts; no clock is asked.
    """
    rows = []
    for pot in state.pots:
        day = max([lot.day for lot in pot.lots], default=0)
        if pot.window:
            day = max(day, pot.window[-1][0])
        valid = living(pot, day)
        rows.append(
            (
                pot.programme,
                day,
                sum([lot.left for _, lot in valid]),
                sum([hold.points for hold in pot.holds]),
                sum([owed for _, owed in pot.debts]),
                valid[0][0] if valid else 0,
                sum([amount for _, _, amount in pot.window]),
            )
        )
    return rows
