"""What a group of accounts is: lots, debts, qualifying spend and holds, by programme."""

from bisect import bisect_left, insort

import msgspec
from msgspec import Struct


class Lot(Struct, array_like=True, order=True, gc=False):
    """Points of one origin: last valid day, business day, origin, owning account, what is left.

    They cannot be spent before the day `first`; on `NEVER` until somebody lets them.
    """

    expires: int
    day: int
    origin: int
    owner: int
    left: int
    first: int = 0


class Hold(Struct, array_like=True, gc=False):
    """Points reserved until a moment (Unix milliseconds).

    One of no points is an end that came before its hold: it waits until then for it.
    """

    id: bytes
    owner: int
    points: int
    until: int


class Pot(Struct, array_like=True, gc=False):
    """One programme's points of a group; `window` is qualifying spend by (day, owner).

    `active` are owners whose points end where nothing is bought, as (owner, last day), `cuts` the
    days on which points of an owner ended so. `carried` are parts of a point that wait for the
    next ticket, as (owner, fraction), `earned` what caps count, by (day, owner), and `occasions`
    what is given only once and was: (owner, name, period, origin, moment). `rights` are uses of
    rights, as (owner, name, last day of the period, uses). `events` are what its owners did, as
    (owner, event, last day of the period, mark, points).
    """

    programme: str
    lots: list[Lot] = []
    debts: list[tuple[int, int]] = []
    window: list[tuple[int, int, int]] = []
    holds: list[Hold] = []
    active: list[tuple[int, int]] = []
    cuts: list[tuple[int, int]] = []
    carried: list[tuple[int, str]] = []
    earned: list[tuple[int, int, int]] = []
    occasions: list[tuple[int, str, str, int, int]] = []
    rights: list[tuple[int, str, int, int]] = []
    events: list[tuple[int, str, int, int, int]] = []


class Voucher(Struct, array_like=True, gc=False):
    """A voucher or gift card: `units` put on it and `used`, in uses or in minor units.

    Its `owner` is the account of its code; `number` the rule's, -1 while its issue is not known.
    `account` and `ticket` are who got it for what, `batch` what it was given out with, `amount` its
    face value. `ended` is how much was used when it was cancelled, -1 for one that was not.
    """

    owner: int
    units: int = 0
    used: int = 0
    ended: int = -1
    number: int = -1
    programme: str = ""
    account: bytes = b""
    ticket: str = ""
    amount: int = 0
    day: int = 0
    last_day: int = 0
    holds: list[Hold] = []
    batch: str = ""


class State(Struct, array_like=True, gc=False):
    """What a group of accounts is, after its legs so far.

    `accounts` in order of appearance (an owner is an index into it), `edges` the links that hold
    now, `closed` the owners that were erased, `cards` the last member of each card that had one,
    as (card, member). `vouchers` are the accounts that are one, `referrals` who was brought by
    whom, as (friend, owner).
    """

    accounts: list[bytes] = []
    edges: list[tuple[int, int]] = []
    closed: list[int] = []
    pots: list[Pot] = []
    cards: list[tuple[int, int]] = []
    vouchers: list[Voucher] = []
    referrals: list[tuple[int, int]] = []


def pool(state: State, owner: int) -> list[int]:
    """Give the owners whose lots `owner` may spend, in the order of their account ids."""
    if not state.edges:
        return [owner]
    joined, grown = {owner}, True
    while grown:
        grown = False
        for one, other in state.edges:
            if (one in joined) != (other in joined):
                joined |= {one, other}
                grown = True
    return sorted(joined, key=lambda index: state.accounts[index])


def share(state: State, one: bytes, other: bytes) -> bool:
    """Tell whether two accounts spend from one pool now."""
    if one == other:
        return True
    known = one in state.accounts and other in state.accounts
    return known and owner_of(state, other) in pool(state, owner_of(state, one))


def owner_of(state: State, account: bytes) -> int:
    """Give the account's index, added when it is new."""
    accounts = state.accounts
    if account in accounts:
        return accounts.index(account)
    accounts.append(account)
    return len(accounts) - 1


def pot_of(state: State, programme: str) -> Pot:
    """Give the programme's pot, added when it is new."""
    for pot in state.pots:
        if pot.programme == programme:
            return pot
    pot = Pot(programme, [], [], [], [])
    insort(state.pots, pot, key=lambda each: each.programme)
    return pot


def living(pot: Pot, day: int) -> list[tuple[int, Lot]]:
    """Give the lots that live on a day, each after its last day; first come those that end first.

    An owner who buys nothing for long loses them earlier than the lots say.
    """
    lots = pot.lots[bisect_left(pot.lots, day, key=lambda lot: lot.expires) :]
    if not pot.active:
        return [(lot.expires, lot) for lot in lots]
    ends = dict(pot.active)
    found = [(min(lot.expires, ends.get(lot.owner, lot.expires)), lot) for lot in lots]
    return sorted((each for each in found if each[0] >= day), key=lambda each: each[0])


encode = msgspec.msgpack.Encoder().encode
decode_state = msgspec.msgpack.Decoder(State).decode
