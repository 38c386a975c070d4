"""Rights that members of a tier have, and how often they were used in a period."""

from pos_loyalty.domain.account import State, pool
from pos_loyalty.domain.days import period_end
from pos_loyalty.domain.programme import Right

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_of(right: Right, day: int) -> int:
    """Give the last day of the period in which a use on a day counts."""
    return period_end(day, _MONTHS[right.per])


def uses(state: State, account: bytes, programme: str, right: Right, day: int) -> int:
    """Give how often an account, or who shares its points, used a right in the period of a day."""
    pot = next((each for each in state.pots if each.programme == programme), None)
    if pot is None or account not in state.accounts:
        return 0
    members, until = pool(state, state.accounts.index(account)), period_of(right, day)
    return sum(
        count
        for owner, name, last, count in pot.rights
        if owner in members and (name, last) == (right.name, until)
    )
