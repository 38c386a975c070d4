"""Account groups as they stood at the end of a business day, from the facts of the days until it.

What says no day of its own, such as a link, is of the day that its moment has in the shop that
looks.

A closed day keeps its figures: what was told of later days does not count, when it is summed in
the weeks after. What comes late of the day itself does.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from pos_loyalty.domain.account import State
from pos_loyalty.domain.calendar import SHOP_DAYS, ShopDays
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.fold import fold
from pos_loyalty.domain.forecast import Books, forecasts
from pos_loyalty.domain.identifiers import is_programme, is_stamps, stamping
from pos_loyalty.domain.legs import (
    EventCore,
    Leg,
    OpeningCore,
    PointsCore,
    ReturnCore,
    SaleCore,
    VoucherCore,
)
from pos_loyalty.domain.liability import By, Ledger, Liability, learn, liability, take
from pos_loyalty.domain.owed import Owed, Piles, owed, owed_stamps, take_vouchers
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.sold import Tickets
from pos_loyalty.domain.usage import Use
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import decode_payload
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import checkpoints, schema
from pos_loyalty.store.apply import FACT
from pos_loyalty.store.senders import senders
from pos_loyalty.store.shop import texts_of
from pos_loyalty.store.statements import Row, Tx

PAGE = 200
"""Groups that are read at once."""
QUICK = 300
"""So many groups are reckoned in less time than a process takes to begin."""
_Dated = SaleCore | ReturnCore | PointsCore | OpeningCore | EventCore | VoucherCore
_CORES: Mapping[str, type] = MappingProxyType(
    {
        "sale": SaleCore,
        "return": ReturnCore,
        "adjustment": PointsCore,
        "opening": OpeningCore,
        "event": EventCore,
        "voucher": VoucherCore,
    }
)
"""What tells the business day of a leg, by its kind."""
_decoders: Mapping[str, Callable[[bytes], _Dated]] = MappingProxyType(
    {kind: msgspec.msgpack.Decoder(core).decode for kind, core in _CORES.items()}
)


class Past(NamedTuple):
    """A group at the end of a day: its state, its tickets, and the legs that counted until then.

    `whole` says that all of it is known here, not only what a hub told and what came after.
    """

    state: State
    tickets: Tickets
    legs: list[Leg]
    whole: bool


def liabilities(
    tx: Tx,
    day: int,
    *,
    by: By = "programme",
    use: Use | None = None,
    home: str = "",
    days: ShopDays = SHOP_DAYS,
) -> tuple[Liability, ...]:
    """Give what is owed for each programme's points at the end of a day, as `ledgers` finds them.

    Worth and cost are those of the version in force on the day. Raises `LoyaltyError`
    (`PROGRAMME_MISSING`) where a programme's text never came here.
    """
    found = ledgers(tx, day, home=home, days=days)
    return tuple(
        liability(found[name], _programme(tx, name, day), day=day, by=by, use=use)
        for name in sorted(found)
        if is_programme(name)
    )


def books(
    tx: Tx,
    day: int,
    *,
    by: By = "programme",
    use: Use | None = None,
    home: str = "",
    days: ShopDays = SHOP_DAYS,
) -> Books:
    """Give what is owed as `liabilities` does, the forecast, and what is owed beside points, from
    one look at the ledgers."""
    piles: Piles = {}
    found = ledgers(tx, day, home=home, piles=piles, days=days)
    known = {name: _programme(tx, name, day) for name in sorted(found) if is_programme(name)}
    return Books(
        day=iso(day),
        liabilities=tuple(
            liability(found[name], known[name], day=day, by=by, use=use) for name in known
        ),
        forecasts=tuple(
            each
            for name in known
            for each in forecasts(found[name], known[name], day=day, by=by, use=use)
        ),
        owed=(*_vouchers(tx, piles, by), *_stamps(tx, found, day, by)),
    )


def _vouchers(tx: Tx, piles: Piles, by: By) -> Iterator[Owed]:
    for name, number in sorted(piles):
        versions = [read_programme(text) for _, text in texts_of(tx, name)]
        if not versions:
            raise LoyaltyError(Reason.PROGRAMME_MISSING, day=name)
        yield from owed(piles[name, number], versions, number, by=by)


def _stamps(tx: Tx, found: dict[str, Ledger], day: int, by: By) -> Iterator[Owed]:
    for name in sorted(filter(is_stamps, found)):
        yield from owed_stamps(found[name], _programme(tx, stamping(name), day), by=by)


def _programme(tx: Tx, name: str, day: int) -> Programme:
    """Give a programme's version in force on a day; before the first one, that one."""
    versions = texts_of(tx, name)
    if not versions:
        raise LoyaltyError(Reason.PROGRAMME_MISSING, day=iso(day))
    return read_programme(next((text for first, text in versions if first <= day), versions[-1][1]))


def is_quick(tx: Tx) -> bool:
    """Tell whether so few accounts are known that no other process need reckon them."""
    return len(tx.rows(_GROUPS, after_=b"", limit_=QUICK + 1)) <= QUICK


def states(tx: Tx, day: int, days: ShopDays = SHOP_DAYS) -> Iterator[State]:
    """Give the state of every group at the end of a day."""
    return (past.state for past in pasts_until(tx, day, days))


def ledgers(
    tx: Tx,
    day: int,
    *,
    home: str = "",
    piles: Piles | None = None,
    days: ShopDays = SHOP_DAYS,
) -> dict[str, Ledger]:
    """Give what is out of each programme at the end of a day; adds vouchers and gift cards to
    `piles`.

    Tickets name their store; for what is done by hand it is the store of the register that told
    it, and `home` for one that does not report here. `days` are those of the shop that looks.
    """
    found: dict[str, Ledger] = {}
    homes = {each.node: each.store for each in senders(tx)}
    for past in pasts_until(tx, day, days):
        stores, brought = dict[int, str](), dict[str, int]()
        for leg in past.legs:
            _note(leg, homes.get(leg.node, home), stores, brought)
        take(found, past.state, day=day, until=days.end_of(day), stores=stores)
        if piles is not None:
            take_vouchers(piles, past.state, day)
        if past.whole:
            learn(found, past.state, past.tickets.known.values(), brought, day=day)
    return found


def _note(leg: Leg, home: str, stores: dict[int, str], brought: dict[str, int]) -> None:
    """Note which store a leg's lots are of, and the points that came without a ticket."""
    if leg.kind == "sale":
        stores[leg.origin] = leg.ticket.partition("/")[0]
        return
    core = _decoders[leg.kind](leg.core) if leg.kind in _decoders else None
    if isinstance(core, PointsCore):
        stores[core.mark or leg.origin] = home
        brought[core.programme] = brought.get(core.programme, 0) + core.points
    elif isinstance(core, OpeningCore):
        stores[leg.origin] = home
        points = sum(count for _, _, count in core.lots)
        brought[core.programme] = brought.get(core.programme, 0) + points


def pasts_until(tx: Tx, day: int, days: ShopDays = SHOP_DAYS) -> Iterator[Past]:
    """Fold every group again from its legs until the end of a day."""
    after = b""
    while groups := [row[0] for row in tx.rows(_GROUPS, after_=after, limit_=PAGE)]:
        yield from _pasts(tx, groups, day, days)
        after = groups[-1]


def _pasts(tx: Tx, groups: list[bytes], day: int, days: ShopDays) -> Iterator[Past]:
    of_account = {group: group for group in groups}
    of_account |= {row[0]: row[1] for row in tx.fetch(schema.member_of, groups, by="grp")}
    accounts = sorted(of_account)
    legs: dict[bytes, list[Leg]] = {group: [] for group in groups}
    for row in tx.fetch(schema.leg, accounts):
        leg = Leg(*row)
        if _day_near(tx, leg, day, days) <= day:
            legs[of_account[leg.account]].append(leg)
    held: dict[bytes, list[Row]] = {group: [] for group in groups}
    for row in tx.fetch(schema.checkpoint, accounts):
        held[of_account[row[0]]].append(row)
    for group in groups:
        until = sorted(legs[group], key=lambda leg: leg.order)
        state, tickets, _, beyond = checkpoints.base(held[group], until)
        fold(beyond, state, tickets)
        yield Past(state, tickets, until, whole=not held[group])


def business_day_of(leg: Leg, days: ShopDays) -> int:
    """Give the business day of a leg that says one, else that of its moment."""
    decode = _decoders.get(leg.kind)
    return (decode(leg.core).day if decode else 0) or days.of(leg.moment)


def _day_near(tx: Tx, leg: Leg, day: int, days: ShopDays) -> int:
    """Give the business day of a leg; where a voucher's moment lies so near to `day` that the zone
    of its store decides, its fact is asked."""
    found = business_day_of(leg, days)
    if leg.kind != "voucher" or abs(found - day) > 1:
        return found
    row = tx.row(FACT, node_=leg.node, inc_=leg.inc, seq_=leg.seq)
    told = getattr(decode_payload(row[5], row[10]), "day", "") if row and row[10] else ""
    return day_of(told) if told else found


_a = schema.account.c
_GROUPS = (
    select(_a.grp).where(_a.grp > bindparam("after_")).order_by(_a.grp).limit(bindparam("limit_"))
)
