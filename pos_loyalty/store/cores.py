"""From a fact's payload to what the fold needs: its account, fold kind, ticket and core."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from pos_loyalty import events
from pos_loyalty.domain.account import encode
from pos_loyalty.domain.days import NEVER, day_of
from pos_loyalty.domain.identifiers import (
    adjustment_key,
    adjustment_mark,
    event_key,
    event_mark,
    ticket_account,
)
from pos_loyalty.domain.legs import (
    NO_TERMS,
    ErasureCore,
    EventCore,
    HoldCore,
    LinkCore,
    OpeningCore,
    Part,
    PartLines,
    PointsCore,
    ReferralCore,
    ReturnCore,
    RightCore,
    SaleCore,
    Terms,
    VoucherCore,
)
from pos_loyalty.domain.money import ROUNDINGS
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.return_policy import USUAL_RETURNS
from pos_loyalty.events import Fact
from pos_loyalty.store.journal import COUNTER_BITS

_DAY_MS = 86_400_000
_UNIX_DAY = 719_163
_decode_link = msgspec.msgpack.Decoder(LinkCore).decode
_DATED: Mapping[str, Callable[[bytes], Any]] = MappingProxyType(
    {
        "sale": msgspec.msgpack.Decoder(SaleCore).decode,
        "return": msgspec.msgpack.Decoder(ReturnCore).decode,
        "adjustment": msgspec.msgpack.Decoder(PointsCore).decode,
        "event": msgspec.msgpack.Decoder(EventCore).decode,
    }
)
"""What has a day that the fold looks at, by the kind of its leg."""


class Draft(NamedTuple):
    """A leg before it is routed: a return has no account of its own.

    `day` and `amount` (minor units, negative for a refund) describe the business key's holder;
    `links` are the accounts that it puts into one group.
    """

    kind: str
    account: bytes
    ticket: str
    core: bytes
    day: int
    amount: int
    links: tuple[tuple[bytes, bytes], ...] = ()


def draft(key: str, payload: object) -> Draft | None:
    """Give the leg of a fact, or nothing for a kind that moves no points."""
    match payload:
        case events.SaleClosed():
            return _sale(key, payload)
        case events.LinesReturned():
            lines = [(each.line, each.quantity) for each in payload.lines]
            core = encode(_returned(payload, lines))
            day, amount = day_of(payload.day), -payload.refund
            return Draft("return", b"", payload.ticket, core, day, amount)
        case events.TicketMoved():
            account = bytes.fromhex(payload.account) or ticket_account(payload.ticket)
            return Draft("amendment", account, payload.ticket, b"", day_of(payload.day), 0)
        case events.TicketJudged():
            return Draft("amendment", b"", payload.ticket, b"", day_of(payload.day), 0)
        case events.PointsAdjusted():
            return _adjustment(key, payload)
        case events.BalanceOpened():
            return _opening(payload)
        case events.PointsHeld():
            hold = bytes.fromhex(payload.hold)
            held = HoldCore(payload.programme, hold, payload.points, payload.until)
            return _plain("hold", payload.account, encode(held))
        case events.HoldReleased():
            ended = HoldCore(payload.programme, bytes.fromhex(payload.hold), 0, 0)
            return _plain("hold", payload.account, encode(ended))
        case events.RightUsed():
            count = -1 if payload.undoes else 1
            used = RightCore(payload.programme, payload.right, day_of(payload.until), count)
            return _plain("right", payload.account, encode(used), day_of(payload.day))
        case events.EventTold():
            return _told(key, payload)
    return _of_vouchers(payload) or _of_people(payload)


def _returned(payload: events.LinesReturned, lines: list[tuple[int, int]]) -> tuple[object, ...]:
    """Give a return's core, without what says nothing at its end."""
    told = day_of(payload.day), lines
    if payload.restores_beside:
        return (*told, payload.restores, payload.restores_beside)
    return (*told, payload.restores) if payload.restores else told


def counted_core(fact: Fact, found: Draft) -> bytes:
    """Give a leg's core as it counts: with what only the fact around its payload tells."""
    if found.kind == "link":
        is_card = fact.kind in ("card_attached", "card_ended")
        return _of_card(found.core) if is_card else found.core
    if fact.clamp < fact.stamp and found.kind in _DATED:
        return _on_day(found, (fact.clamp >> COUNTER_BITS) // _DAY_MS + _UNIX_DAY + 1)
    return found.core


def _of_card(core: bytes) -> bytes:
    link = _decode_link(core)
    return encode(LinkCore(link.other, link.joined, True))


def _on_day(found: Draft, latest: int) -> bytes:
    """Give a core with its day no later than the one on which a hub had the fact.

    A stamp that was ahead of the hub's clock is bound by the receipt, and so is the day of a till
    whose calendar was ahead: else it cuts lots that are valid. The day after counts as well, for
    stores whose date is ahead of UTC's. Without a bound the fact's own day counts.
    """
    if found.day <= latest:
        return found.core
    core: SaleCore | ReturnCore | PointsCore | EventCore = _DATED[found.kind](found.core)
    core.day = latest
    return encode(core)


def _of_vouchers(payload: object) -> Draft | None:
    match payload:
        case events.VoucherIssued():
            return _issue(payload)
        case events.VoucherToppedUp():
            last = day_of(payload.last_day) if payload.last_day else 0
            core = VoucherCore("top", payload.units, last_day=last)
        case events.VoucherHeld():
            hold = bytes.fromhex(payload.hold)
            core = VoucherCore("hold", payload.units, hold, payload.until)
        case events.VoucherReleased():
            core = VoucherCore("release", 0, bytes.fromhex(payload.hold))
        case events.VoucherUsed():
            core = VoucherCore("use", payload.units, bytes.fromhex(payload.hold))
        case events.VoucherGivenBack():
            core = VoucherCore("back", payload.units)
        case events.VoucherCancelled():
            core = VoucherCore("end")
        case _:
            return None
    return _plain("voucher", payload.voucher, encode(core))


def _issue(issued: events.VoucherIssued) -> Draft:
    core = VoucherCore(
        act="issue",
        units=issued.units,
        programme=issued.programme,
        number=issued.number,
        account=bytes.fromhex(issued.account),
        ticket=issued.ticket,
        amount=issued.amount,
        day=day_of(issued.day),
        last_day=day_of(issued.last_day),
        batch=issued.batch,
    )
    return _plain("voucher", issued.voucher, encode(core), core.day)


def _of_people(payload: object) -> Draft | None:
    match payload:
        case events.CardAttached():
            return _link(payload.member, payload.account, joined=True)
        case events.CardEnded(status="detached"):
            return _link(payload.member, payload.account, joined=False)
        case events.MembersLinked():
            return _link(payload.member, payload.other, joined=payload.joined)
        case events.ReferralMade() if payload.member != payload.by:
            by = bytes.fromhex(payload.by)
            made = _plain("referral", payload.member, encode(ReferralCore(by)))
            return made._replace(links=((made.account, by),))
        case events.MemberErased():
            accounts = [bytes.fromhex(account) for account in payload.accounts]
            erasure = _plain("erasure", payload.member, encode(ErasureCore(accounts)))
            others = [each for each in accounts if each != erasure.account]
            return erasure._replace(links=tuple((erasure.account, each) for each in others))
    return None


def _plain(kind: str, account: str, core: bytes, day: int = 0) -> Draft:
    return Draft(kind, bytes.fromhex(account), "", core, day, 0)


def _link(one: str, other: str, *, joined: bool) -> Draft | None:
    if one == other:
        return None
    account = bytes.fromhex(other)
    link = _plain("link", one, encode((account, joined)))
    return link._replace(links=((link.account, account),))


def _sale(key: str, sale: events.SaleClosed) -> Draft:
    """A line sold in no quantity counts as one thousandth, so that it can be given back."""
    account = bytes.fromhex(sale.account) if sale.account else ticket_account(key)
    core = SaleCore(
        day_of(sale.day),
        msgspec.Raw(encode([line.quantity or 1 for line in sale.lines])),
        [part_of(rating, len(sale.lines)) for rating in sale.ratings] if sale.account else [],
    )
    amount = sum(line.amount for line in sale.lines) - sum(d.amount for d in sale.discounts)
    return Draft("sale", account, key, encode(core), core.day, amount)


def part_of(rating: Rating, lines: int) -> Part:
    """Give what the fold needs of a rating of so many lines."""
    detail = PartLines(
        rating.denominator,
        list(rating.bases),
        list(rating.numerators),
        list(rating.spent) or [0] * lines,
        list(rating.conditions),
        rating.minimum,
        rating.maximum,
        ROUNDINGS.index(rating.rounding),
    )
    terms = _terms(rating)
    return Part(
        programme=rating.programme,
        earned=rating.earned,
        qualifying=rating.qualifying,
        spent=sum(rating.spent),
        expires=rating.expires,
        courtesy=rating.courtesy,
        holds=tuple([bytes.fromhex(hold) for hold in rating.holds]),
        lines=msgspec.Raw(encode(detail)),
        terms=None if terms == NO_TERMS else terms,
    )


def _terms(rating: Rating) -> Terms:
    exact = max(0, sum(rating.numerators)) if rating.qualifying >= rating.minimum else 0
    return Terms(
        first=rating.first,
        idle=rating.inactivity,
        over=(exact % rating.denominator, rating.denominator) if rating.carried else None,
        day_cap=rating.maximum_day,
        month_cap=rating.maximum_month,
        occasions=list(rating.occasions),
        gate=rating.gate,
        returns=None if rating.returns == USUAL_RETURNS else rating.returns,
        pays_itself=rating.pays_itself,
    )


def _adjustment(key: str, adjusted: events.PointsAdjusted) -> Draft:
    """Points that are given name their lot by their key; an undoing names the lot to take from."""
    if adjusted.points > 0:
        mark = adjustment_mark(key)
    else:
        mark = adjustment_mark(adjustment_key(adjusted.undoes)) if adjusted.own_first else 0
    day = day_of(adjusted.day)
    points = adjusted.programme, adjusted.points, day, day_of(adjusted.expires)
    core = encode((*points, mark) if mark else points)
    return _plain("adjustment", adjusted.account, core, day)


def _told(key: str, told: events.EventTold) -> Draft:
    day, mark = day_of(told.day), event_mark(event_key(told.undoes) if told.undoes else key)
    core = EventCore(
        programme=told.programme,
        event=told.event,
        day=day,
        points=told.points,
        expires=day_of(told.expires),
        limit=told.limit,
        until=day_of(told.until) if told.until else NEVER,
        mark=mark,
        undone=bool(told.undoes),
        name=told.name,
    )
    return _plain("event", told.account, encode(core), day)


def _opening(opening: events.BalanceOpened) -> Draft:
    core = OpeningCore(
        opening.programme,
        day_of(opening.day),
        [(day_of(last), day_of(day), points) for points, day, last in opening.lots],
        [(day_of(day), amount) for day, amount in opening.spend],
        day_of(opening.idle) if opening.idle else 0,
    )
    return _plain("opening", opening.account, encode(core), core.day)
