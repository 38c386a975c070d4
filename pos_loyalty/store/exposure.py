"""How much of all balances could be spent twice, counted in the database."""

from sqlalchemy import bindparam, case, func, select

from pos_loyalty.domain.exposure import Exposure, money
from pos_loyalty.domain.liability import point_worth
from pos_loyalty.store import schema, shop
from pos_loyalty.store.statements import Tx


def exposure(tx: Tx, day: int, *, tills: int, points: int, redemptions: int) -> Exposure:
    """Give the most that an outage can cost, by the balances as they are here.

    Their worth is that of the programme in force on `day`; without one it is 0.
    """
    limit = points * redemptions
    row = tx.row(_LOST, tills_=tills, limit_=limit, whole_=tills * limit)
    accounts, lost = (int(row[0] or 0), int(row[1] or 0)) if row else (0, 0)
    programme = shop.ProgrammeShelf().on(tx, day)
    return Exposure(
        tills=tills,
        points=points,
        redemptions=redemptions,
        accounts=accounts,
        one=tills * limit,
        all=lost,
        worth=money(lost, point_worth(programme)) if programme else 0,
    )


_b = schema.balance.c
_lost = case(
    (_b.points <= bindparam("limit_"), (bindparam("tills_") - 1) * _b.points),
    (_b.points < bindparam("whole_"), bindparam("whole_") - _b.points),
    else_=0,
)
_LOST = select(func.count(), func.sum(_lost)).where(_b.points > 0)
