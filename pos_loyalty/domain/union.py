"""The states of two groups joined by a link that is newer than both: plain union."""

from msgspec import structs

from pos_loyalty.domain.account import Hold, Lot, Pot, State, Voucher, pot_of


def union(states: list[State]) -> State:
    """Give one state of several; their accounts are disjoint. Owners are renumbered."""
    joined = State([], [], [], [])
    for state in states:
        shift = len(joined.accounts)
        joined.accounts += state.accounts
        joined.edges += [(one + shift, other + shift) for one, other in state.edges]
        joined.closed += [owner + shift for owner in state.closed]
        joined.cards += [(card + shift, member + shift) for card, member in state.cards]
        joined.referrals += [(one + shift, by + shift) for one, by in state.referrals]
        for pot in state.pots:
            _merge(pot_of(joined, pot.programme), pot, shift)
        joined.vouchers += [_moved(voucher, shift) for voucher in state.vouchers]
    return joined


def _merge(into: Pot, pot: Pot, shift: int) -> None:
    lots = [Lot(x.expires, x.day, x.origin, x.owner + shift, x.left, x.first) for x in pot.lots]
    into.lots = sorted(into.lots + lots)
    into.debts = sorted(into.debts + [(owner + shift, owed) for owner, owed in pot.debts])
    spend = [(day, owner + shift, amount) for day, owner, amount in pot.window]
    into.window = sorted(into.window + spend)
    into.active = sorted(into.active + [(owner + shift, end) for owner, end in pot.active])
    into.cuts += [(owner + shift, end) for owner, end in pot.cuts]
    into.rights = sorted(into.rights + [(each[0] + shift, *each[1:]) for each in pot.rights])
    into.events = sorted(into.events + [(each[0] + shift, *each[1:]) for each in pot.events])
    into.carried = sorted(into.carried + [(owner + shift, part) for owner, part in pot.carried])
    into.earned = sorted(into.earned + [(d, owner + shift, n) for d, owner, n in pot.earned])
    into.occasions += [(each[0] + shift, *each[1:]) for each in pot.occasions]
    into.holds += [Hold(h.id, h.owner + shift, h.points, h.until) for h in pot.holds]


def _moved(voucher: Voucher, shift: int) -> Voucher:
    owner = voucher.owner + shift
    holds = [Hold(h.id, owner, h.points, h.until) for h in voucher.holds]
    return structs.replace(voucher, owner=owner, holds=holds)
