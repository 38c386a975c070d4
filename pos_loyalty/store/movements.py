"""The statement of an account, folded once more from the facts that are here."""

from pos_loyalty.domain.account import owner_of, pool
from pos_loyalty.domain.calendar import SHOP_DAYS, ShopDays
from pos_loyalty.domain.fold import fold
from pos_loyalty.domain.legs import COUNTER_BITS, Leg
from pos_loyalty.domain.movements import Movement, movements
from pos_loyalty.store import checkpoints, schema
from pos_loyalty.store.groups import accounts_of, group_of_one
from pos_loyalty.store.outstanding import business_day_of
from pos_loyalty.store.statements import Tx


def statement(
    tx: Tx, account: bytes, *, today: int, days: ShopDays = SHOP_DAYS
) -> tuple[Movement, ...]:
    """Tell what moved the points of an account and of those it shares them with now.

    Where a hub told this node what the account was, that is carried, and only the facts since
    are told one by one. `days` are those of the shop that looks.
    """
    accounts = accounts_of(tx, group_of_one(tx, account))
    legs = sorted((Leg(*row) for row in tx.fetch(schema.leg, accounts)), key=lambda leg: leg.order)
    held = tx.fetch(schema.checkpoint, accounts)
    state, tickets, _, beyond = checkpoints.base(held, legs)
    fold(beyond, state, tickets)
    members = pool(state, owner_of(state, account))
    state, tickets, last, beyond = checkpoints.base(held, legs)
    return movements(
        state,
        tickets,
        ((business_day_of(leg, days), leg) for leg in beyond),
        members=members,
        since=days.of(last[0] >> COUNTER_BITS),
        today=today,
    )
