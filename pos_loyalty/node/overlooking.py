"""What only a hub sees, because tickets of several tills meet there."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pos_loyalty.domain.days import iso
from pos_loyalty.domain.member_events import REFUSED, EventTold, tellings
from pos_loyalty.domain.sold import decode_record
from pos_loyalty.domain.watching import Code
from pos_loyalty.events import Fact, Flagged, SaleClosed, decode_payload
from pos_loyalty.node.context import Context
from pos_loyalty.node.watching import Seen, look_at_sale, named, told
from pos_loyalty.store import flags, people, tickets
from pos_loyalty.store.groups import accounts_of
from pos_loyalty.store.journal import Draft

ACTOR = "hub"


def look(ctx: Context, facts: Sequence[Fact], groups: set[bytes]) -> list[Draft]:
    """Draft what a hub sees in facts that it just took and in the account groups they touched.

    What is flagged already is not told again.
    """
    seen = [*_sales(ctx, facts), *_overspent(ctx, sorted(groups)), *_repeated(ctx, facts)]
    fresh = [each for each in seen if _is_news(ctx, each)]
    drafts: list[Draft] = []
    for each in fresh:
        drafts += told(ctx, f"hub|{each.flag.flag}|{len(each.flag.tickets)}", ACTOR, [each])
    return drafts


def _is_news(ctx: Context, seen: Seen) -> bool:
    known = flags.flag_of(ctx.tx, bytes.fromhex(seen.flag.flag))
    return known is None or not set(seen.flag.tickets) <= set(known.told.tickets)


def _sales(ctx: Context, facts: Sequence[Fact]) -> Iterator[Seen]:
    rules = ctx.settings.watch
    if not (rules.card_uses_max or rules.distance_km or rules.staff):
        return
    for fact in facts:
        if fact.kind != "sale_closed" or not fact.payload:
            continue
        sale = decode_payload(fact.kind, fact.payload)
        assert isinstance(sale, SaleClosed)
        holder = tickets.holder_of(ctx.tx, fact.key)
        if holder is not None and holder.fact.id == fact.id:
            yield from look_at_sale(ctx, fact.key, sale)


def _overspent(ctx: Context, groups: list[bytes]) -> Iterator[Seen]:
    """Look for sales that spent points which another one had spent before."""
    for group in flags.overdrawn(ctx.tx, groups) if groups else ():
        accounts = accounts_of(ctx.tx, group)
        spent = flags.spending_of(ctx.tx, accounts)
        for at, (key, record) in enumerate(spent):
            owed = _owed(record)
            if not owed:
                continue
            before = [each for each, _ in spent[max(0, at - 1) : at]]
            sale = flags.sales_of(ctx.tx, [key]).get(key)
            flag = Flagged(
                flag=named(Code.OVERSPENT, key),
                code=Code.OVERSPENT,
                day=sale.day if sale else key.split("/")[3],
                account=sale.account if sale else "",
                tickets=(*before, key),
                values={"points": owed},
                operator=sale.operator if sale else "",
            )
            yield Seen(flag)


def _repeated(ctx: Context, facts: Sequence[Fact]) -> Iterator[Seen]:
    """Look for what tills told of members more often than its limit, without knowing it."""
    told_of = [decode_payload(each.kind, each.payload) for each in facts if _is_event(each)]
    for account in sorted({each.account for each in told_of if isinstance(each, EventTold)}):
        state = people.account_of(ctx.tx, bytes.fromhex(account)).state
        for pot in state.pots:
            beyond = Counter(
                (state.accounts[each.owner], each.event, each.until)
                for each in tellings(pot)
                if each.points == REFUSED
            )
            for (owner, event, until), count in sorted(beyond.items()):
                name = f"{owner.hex()}/{pot.programme}/{event}/{until}/{count}"
                yield Seen(
                    Flagged(
                        flag=named(Code.EVENT_REPEATED, name),
                        code=Code.EVENT_REPEATED,
                        day=iso(ctx.today),
                        account=owner.hex(),
                        values={"count": count},
                    )
                )


def _is_event(fact: Fact) -> bool:
    return fact.kind == "event_told" and bool(fact.payload)


def _owed(record: bytes) -> int:
    """Give the points that a ticket spent although nobody had them."""
    parts = decode_record(record).parts
    return sum(
        points for part in parts for _, _, origin, _, points in part.allocations if not origin
    )
