"""Short stories told by tills, for tests that say in words what must come of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from msgspec.structs import replace

from pos_loyalty import events
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import Programme, Tier
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line, ticket_key
from pos_loyalty.events import Fact
from pos_loyalty.store.engine import Store
from tests.journal.tills import DAY_MS, MINUTE_MS, START, START_MS, Till, View, dump, ident, receive

ANNE, BOB = ident("member Anne"), ident("member Bob")
OLD_CARD = ident("card old")
PLAIN = Programme("P", "Points", "p1", START, "EUR", 1, 100, validity_months=0)
"""One point per 1.00, for ever; 30 days of courtesy."""
PER_TEN = replace(PLAIN, per=10_00)
BASE = Tier("", 0)


class Story:
    """Facts in the order told; each a minute after the one before, on the day given."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._tills: dict[str, Till] = {}

    def tell(
        self,
        payload: Any,
        *,
        day: int = 0,
        till: str = "one",
        clamp_day: int | None = None,
        key: str | None = None,
    ) -> Fact:
        """Let a till tell something; `clamp_day` is as late as a hub lets it count."""
        minute = len(self.facts)
        at_ms = START_MS + day * DAY_MS + minute * MINUTE_MS
        fact = self._tills.setdefault(till, Till(till)).tell(
            payload, at_ms=at_ms, late=True, key=key
        )
        if clamp_day is not None:
            fact = replace(fact, clamp=(START_MS + clamp_day * DAY_MS + minute * MINUTE_MS) << 16)
        self.facts.append(fact)
        return fact


@contextmanager
def after(store: Store, facts: Sequence[Fact]) -> Iterator[View]:
    """Show a node that took facts as they came; one that took them the other way is the same."""
    with store.read() as tx:
        receive(tx, reversed(facts))
        other = dump(tx)
    with store.read() as tx:
        for fact in facts:
            receive(tx, [fact])
        assert dump(tx) == other
        yield View(tx)


After = Callable[[Sequence[Fact]], AbstractContextManager[View]]


def sold(
    number: str,
    account: bytes,
    lines: Sequence[int | Line],
    *,
    day: int = 0,
    programme: Programme = PLAIN,
    tier: Tier = BASE,
    spent: int = 0,
    off: int = 0,
    holds: tuple[str, ...] = (),
) -> events.SaleClosed:
    """Give a ticket; `off` is what the points `spent` took off it."""
    rows = tuple(each if isinstance(each, Line) else Line("a", each) for each in lines)
    amounts = [line.amount for line in rows]
    shares = allocate(off, amounts) if off else [0] * len(rows)
    paid = [amount - share for amount, share in zip(amounts, shares, strict=True)]
    rules, on = Rulebook(programme), START + day
    rating = rate(rules, rows, paid, tier=tier, day=on, spent=spent, holds=holds)
    return events.SaleClosed(
        **_where(number, day),
        zone="Europe/Paris",
        currency="EUR",
        lines=rows,
        ratings=(rating,),
        account=account.hex(),
    )


def key_of(number: str, day: int = 0) -> str:
    return ticket_key("S1", "T1", 1, iso(START + day), number)


def back(
    number: str,
    ticket: str,
    lines: dict[int, int] | None = None,
    *,
    day: int = 1,
    sold_on: int = 0,
) -> events.LinesReturned:
    """Give a return of `lines` (line to thousandths; the whole first line by default)."""
    given = {0: 1000} if lines is None else lines
    return events.LinesReturned(
        **_where(number, day),
        ticket=key_of(ticket, sold_on),
        lines=tuple(events.ReturnedLine(*each) for each in given.items()),
        refund=0,
    )


def _where(number: str, day: int) -> dict[str, Any]:
    at = START_MS + day * DAY_MS
    return {
        "store": "S1",
        "till": "T1",
        "epoch": 1,
        "day": iso(START + day),
        "number": number,
        "at": at,
    }


def adjusted(
    account: bytes, points: int, *, day: int = 0, expires: int = 10_000, undoes: str = ""
) -> events.PointsAdjusted:
    return events.PointsAdjusted(
        account=account.hex(),
        programme="P",
        points=points,
        day=iso(START + day),
        expires=iso(START + expires),
        reason="GOODWILL",
        undoes=undoes,
        own_first=points < 0 and bool(undoes),
    )


def opened(
    account: bytes, *lots: tuple[int, int], day: int = 0, spend: int = 0
) -> events.BalanceOpened:
    """Give an opening balance of (points, last day) lots."""
    today = iso(START + day)
    return events.BalanceOpened(
        account=account.hex(),
        programme="P",
        day=today,
        origin=f"row {account.hex()[:6]}",
        lots=tuple((points, today, iso(START + last)) for points, last in lots),
        spend=((today, spend),) if spend else (),
    )


def held(hold: str, account: bytes, points: int, *, until_day: int = 9) -> events.PointsHeld:
    return events.PointsHeld(
        hold=ident(hold).hex(),
        account=account.hex(),
        programme="P",
        points=points,
        amount=points * 5,
        until=START_MS + until_day * DAY_MS,
    )


def released(hold: str, account: bytes) -> events.HoldReleased:
    return events.HoldReleased(hold=ident(hold).hex(), account=account.hex(), programme="P")


def linked(one: bytes, other: bytes, *, joined: bool = True) -> events.MembersLinked:
    return events.MembersLinked(member=one.hex(), other=other.hex(), joined=joined)


def attached(member: bytes, account: bytes) -> events.CardAttached:
    return events.CardAttached(
        member=member.hex(), account=account.hex(), scheme="main", tail="0017"
    )


def detached(member: bytes, account: bytes) -> events.CardEnded:
    return events.CardEnded(member=member.hex(), account=account.hex(), status="detached")


def profile(member: bytes, field: str, value: str) -> events.ProfileChanged:
    return events.ProfileChanged(member=member.hex(), field=field, value=value)


def erased(member: bytes, *accounts: bytes) -> events.MemberErased:
    return events.MemberErased(
        member=member.hex(), accounts=tuple(account.hex() for account in accounts)
    )
