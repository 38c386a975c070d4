"""What a node sees that somebody should look at, and what becomes of it.

Nothing is refused: a flag is told beside what was recorded, and points that may be wrong are kept
pending until somebody settles it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from pos_loyalty import commands, events
from pos_loyalty.answers import Done
from pos_loyalty.domain.calendar import LONGEST_DAY_MS
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.distance import Coordinates, coordinates, kilometres
from pos_loyalty.domain.identifiers import ID_BYTES, amendment_key, derived_id
from pos_loyalty.domain.watching import Code
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import Flagged, SaleClosed, TicketJudged
from pos_loyalty.node.context import Context, Decision, Notice
from pos_loyalty.store import flags, people, shop
from pos_loyalty.store.amending import CONFIRM, PENDING, VOID, amendments_of, verdict_of
from pos_loyalty.store.flags import Sold
from pos_loyalty.store.journal import Draft
from pos_loyalty.store.projections import folded

FIRST_INDEX = 700
"""Flags are facts beside those of a command, numbered from here."""
ADDRESSES = ("email", "phone")


class Seen(NamedTuple):
    """Something to look at: the flag, and the tickets whose points wait for it."""

    flag: Flagged
    pending: tuple[str, ...] = ()


def named(code: Code, *subject: str) -> str:
    """Give a flag's id: the same wherever the same is seen."""
    text = "|".join(("flag", code, *subject))
    return hashlib.sha256(text.encode()).digest()[:ID_BYTES].hex()


def told(
    ctx: Context,
    command_id: str,
    actor: str,
    seen: Iterable[Seen],
    after: Mapping[str, int] | None = None,
) -> list[Draft]:
    """Draft the facts of what was seen: the flags, and the points that wait for them.

    `after` are amendments of tickets that the command itself tells, by their turn.
    """
    drafts: list[Draft] = []

    def add(payload: Struct, key: str = "") -> None:
        made = derived_id(command_id, FIRST_INDEX + len(drafts))
        drafts.append(Draft(made, payload, actor, key, b"", 0))

    turns: dict[str, int] = {}
    for each in seen:
        add(each.flag)
        for ticket in each.pending:
            amendments = amendments_of(ctx.tx, ticket)
            if ticket in turns or verdict_of(amendments) == PENDING:
                continue
            turns[ticket] = max(len(amendments), (after or {}).get(ticket, 0)) + 1
            add(_judged(each.flag.flag, ticket, turns[ticket], PENDING, ctx.today),
                amendment_key(ticket, turns[ticket]))  # fmt: skip
    return drafts


def _judged(flag: str, ticket: str, turn: int, verdict: str, day: int) -> TicketJudged:
    return TicketJudged(ticket=ticket, turn=turn, verdict=verdict, flag=flag, day=iso(day))


# --- sales -------------------------------------------------------------------------------------
def look_at_sale(ctx: Context, key: str, sale: SaleClosed) -> Iterator[Seen]:
    """Look at a ticket among the others of its account and day."""
    rules = ctx.settings.watch
    operator = _person(sale.operator)
    own = bool(rules.own_card_max) and operator in rules.staff
    if not sale.account or sale.source != "live":
        return
    if not (rules.card_uses_max or rules.distance_km or own):
        return
    account = bytes.fromhex(sale.account)
    others = [
        each for each in flags.sold_on(ctx.tx, account, day_of(sale.day)) if each.ticket != key
    ]
    if rules.card_uses_max:
        yield from _too_often(rules.card_uses_max, key, sale, others)
    if own:
        yield from _own_card(ctx, key, sale, others, operator)
    if rules.distance_km:
        yield from _too_fast(ctx, key, sale, others)


def _too_often(most: int, key: str, sale: SaleClosed, others: list[Sold]) -> Iterator[Seen]:
    tickets = [each.ticket for each in others] + [key]
    if len(tickets) > most:
        flag = Flagged(
            flag=named(Code.TOO_OFTEN, sale.account, sale.day),
            code=Code.TOO_OFTEN,
            day=sale.day,
            account=sale.account,
            tickets=tuple(tickets),
            values={"count": len(tickets)},
            operator=sale.operator,
        )
        yield Seen(flag, tuple(tickets[most:]))


def _own_card(
    ctx: Context, key: str, sale: SaleClosed, others: list[Sold], operator: str
) -> Iterator[Seen]:
    """Look for tickets that a cashier rang up on a card of their own."""
    rules = ctx.settings.watch
    if not _is_same_person(ctx, bytes.fromhex(sale.account), rules.staff[operator]):
        return
    known = flags.sales_of(ctx.tx, [each.ticket for each in others])
    tickets = [k for k, each in known.items() if _person(each.operator) == operator] + [key]
    if len(tickets) >= rules.own_card_max:
        flag = Flagged(
            flag=named(Code.OWN_CARD, sale.account, sale.day, operator),
            code=Code.OWN_CARD,
            day=sale.day,
            account=sale.account,
            tickets=tuple(sorted(tickets)),
            values={"count": len(tickets)},
            operator=operator,
        )
        yield Seen(flag, tuple(sorted(tickets)))


def _too_fast(ctx: Context, key: str, sale: SaleClosed, others: list[Sold]) -> Iterator[Seen]:
    """Look for a ticket in another store that nobody reaches in so short a time."""
    rules = ctx.settings.watch
    near = [
        each
        for each in others
        if each.store != sale.store and abs(each.at_ms - sale.at) <= rules.distance_minutes * 60_000
    ]
    places = shop.whereabouts(ctx.tx, day_of(sale.day)) if near else {}
    here = _place(places, sale.store)
    for each in near:
        there = _place(places, each.store)
        if here is None or there is None or kilometres(here, there) < rules.distance_km:
            continue
        tickets = tuple(sorted((each.ticket, key)))
        flag = Flagged(
            flag=named(Code.TOO_FAST, *tickets),
            code=Code.TOO_FAST,
            day=sale.day,
            account=sale.account,
            tickets=tickets,
            values={
                "kilometres": round(kilometres(here, there)),
                "minutes": abs(each.at_ms - sale.at) // 60_000,
            },
            operator=sale.operator,
        )
        later = key if sale.at >= each.at_ms else each.ticket
        yield Seen(flag, (later,))


def _place(places: dict[tuple[str, str], str], store: str) -> Coordinates | None:
    at = places.get(("store", store), "")
    return coordinates(at) if at else None


def _is_same_person(ctx: Context, account: bytes, other: bytes) -> bool:
    if account == other:
        return True
    cards = [people.card_of(ctx.tx, each) for each in (account, other)]
    one, two = (
        card.member if card else each for card, each in zip(cards, (account, other), strict=True)
    )
    return one == two


def _person(actor: str) -> str:
    """Give the code of the person behind a device, or of whoever acted."""
    return actor.rpartition("/")[2]


# --- people at the desk ------------------------------------------------------------------------
def look_at_points(ctx: Context, command: commands.AdjustPoints) -> Iterator[Seen]:
    """Look at the points that a person moves by hand in a day, at this node."""
    most = ctx.settings.watch.manual_points_max
    if not most:
        return
    before = _today(ctx, command.actor, "points_adjusted")
    moved = sum(abs(each.points) for each in before if isinstance(each, events.PointsAdjusted))
    if moved + abs(command.points) > most:
        yield _of_person(ctx, Code.MANUAL_POINTS, command, {"points": moved + abs(command.points)})


def look_at_move(ctx: Context, command: commands.Command, ticket: str) -> Iterator[Seen]:
    """Look at the tickets that a person gives to members afterwards in a day, at this node."""
    most = ctx.settings.watch.late_max
    if not most:
        return
    before = _today(ctx, command.actor, "ticket_moved")
    tickets = [each.ticket for each in before if isinstance(each, events.TicketMoved)] + [ticket]
    if len(tickets) > most:
        found = _of_person(ctx, Code.LATE_ATTACHMENT, command, {"count": len(tickets)}, tickets)
        yield found._replace(pending=(ticket,))


def look_at_profile(ctx: Context, member: str, profile: dict[str, str]) -> Iterator[Seen]:
    """Look for an address that many members have; the flag does not say which it is."""
    most = ctx.settings.watch.shared_max
    for field in ADDRESSES if most else ():
        value = folded(profile.get(field, ""), phone=field == "phone")
        if not value:
            continue
        found = {each.hex() for each in flags.members_with(ctx.tx, field, value)} | {member}
        if len(found) > most:
            secret = hmac.new(ctx.settings.cards.key, f"{field}|{value}".encode(), "sha256")
            flag = Flagged(
                flag=named(Code.SHARED_ADDRESS, secret.hexdigest()),
                code=Code.SHARED_ADDRESS,
                day=iso(ctx.today),
                members=tuple(sorted(found)),
                values={"count": len(found)},
            )
            yield Seen(flag)


def _today(ctx: Context, actor: str, kind: str) -> list[object]:
    since = ctx.now_ms - LONGEST_DAY_MS
    told = flags.told_by(ctx.tx, ctx.settings.node, actor, kind, since_ms=since)
    return [each for each in told if getattr(each, "day", "") == iso(ctx.today)]


def _of_person(
    ctx: Context,
    code: Code,
    command: commands.Command,
    values: dict[str, int],
    tickets: Iterable[str] = (),
) -> Seen:
    flag = Flagged(
        flag=named(code, command.actor, iso(ctx.today)),
        code=code,
        day=iso(ctx.today),
        tickets=tuple(tickets),
        values=values,
        operator=_person(command.actor),
    )
    return Seen(flag)


# --- settling ----------------------------------------------------------------------------------
def settle_flag(ctx: Context, command: commands.SettleFlag) -> Decision:
    """Say what became of a flag; points that waited for it count, or are taken."""
    try:
        found = flags.flag_of(ctx.tx, bytes.fromhex(command.flag))
    except ValueError:
        found = None
    if found is None:
        raise LoyaltyError(Reason.FLAG_UNKNOWN)
    if command.verdict not in (CONFIRM, VOID):
        raise LoyaltyError(Reason.PROFILE_INVALID, field="verdict")
    done = Done(id=command.flag)
    if found.status == command.verdict:
        return Decision(answer=lambda: done, repeated=True)
    payloads: list[tuple[Struct, str]] = [
        (
            events.FlagSettled(
                flag=command.flag,
                verdict=command.verdict,
                day=iso(ctx.today),
                reason=command.reason,
            ),
            "",
        )
    ]
    for ticket in found.told.tickets:
        amendments = amendments_of(ctx.tx, ticket)
        if verdict_of(amendments) in ("", command.verdict):
            continue
        turn = len(amendments) + 1
        judged = _judged(command.flag, ticket, turn, command.verdict, ctx.today)
        payloads.append((judged, amendment_key(ticket, turn)))
    drafts = [
        Draft(derived_id(command.id, at), payload, command.actor, key, b"", 0)
        for at, (payload, key) in enumerate(payloads)
    ]
    return Decision(
        facts=drafts,
        answer=lambda: done,
        notices=lambda answer: [Notice(kind="flag_settled", body=answer)],
    )
