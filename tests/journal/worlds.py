"""Worlds of facts: everything that tills can tell, in every kind, late, doubled and out of order.

Few names are shared by many facts, so that they meet: four tickets told by three tills, five
accounts, three members, two programmes. A world spans sixty days, within the time that lapsed
lots are kept.
"""

from typing import Any, NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from pos_loyalty import events
from pos_loyalty.domain.days import NEVER, iso
from pos_loyalty.domain.identifiers import adjustment_key
from pos_loyalty.domain.money import allocate
from pos_loyalty.domain.programme import (
    BasketBonus,
    Exclusion,
    Multiplier,
    Once,
    Programme,
    Reward,
    Tier,
)
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.return_policy import ReturnPolicy
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.segments import Gate
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.events import Fact
from tests.journal.tills import DAY_MS, MINUTE_MS, START, START_MS, Till, ident
from tests.journal.voucher_worlds import vouchers

SPAN_DAYS = 60
MEMBERS = [ident(f"member {name}") for name in "ABC"]
CARDS = [ident(f"card {name}") for name in "abcd"]
ACCOUNTS = [MEMBERS[0], *CARDS]
TICKETS = {"1": 0, "2": 20, "3": 41, "4": 60}
"""Ticket number to the day after the start on which it was sold."""
NEVER_SOLD = "9"
GOLD = Tier("gold", 500_00, 150)
PROGRAMMES = [
    Programme("P", "Points", "p1", START, "EUR", 1, 100, validity_months=0, courtesy_days=30),
    Programme(
        "P",
        "Points",
        "p2",
        START,
        "EUR",
        1,
        100,
        multipliers=(Multiplier("double", 200, categories=("wine",)),),
        bonuses=(BasketBonus(15_00, 7),),
        exclusions=(Exclusion("law", category="tobacco"),),
        tiers=(Tier("", 0), GOLD),
        validity_months=1,
        courtesy_days=0,
        pending_days=12,
    ),
    Programme(
        "P",
        "Points",
        "p3",
        START,
        "EUR",
        1,
        7_00,
        carry_over=True,
        minimum=3_00,
        visit=2,
        visit_minutes=1_440,
        once=(
            Once("welcome", "first_purchase", 5, minimum=4_00),
            Once("friend", "referral", 9, minimum=5_00, friend_points=4),
        ),
    ),
    Programme(
        "Q",
        "Stamps",
        "q3",
        START,
        "EUR",
        1,
        3_00,
        rounding="up",
        maximum=12,
        maximum_day=15,
        maximum_month=20,
    ),
    Programme("Q", "Stamps", "q1", START, "EUR", 1, 10_00, validity_months=1, courtesy_days=10),
    Programme(
        "Q",
        "Stamps",
        "q2",
        START,
        "EUR",
        1,
        10_00,
        validity_months=0,
        courtesy_days=10,
        inactivity_months=1,
    ),
    Programme(
        "P",
        "Points",
        "p4",
        START,
        "EUR",
        1,
        100,
        tiers=(Tier("", 0), GOLD),
        returns=ReturnPolicy("lost", "forgive", "keep"),
    ),
    Programme(
        "Q",
        "Stamps",
        "q4",
        START,
        "EUR",
        1,
        2_00,
        rewards=(Reward("at once", 5, 5, same_ticket=True),),
        returns=ReturnPolicy(missing="forgive"),
    ),
]
GATES = [
    Gate("P", START, spend=10_00),
    Gate("P", START + 15, visits=2),
    Gate("Q", START, spend=3_00, visits=1),
    Gate("P", START, visits=1, goods="Q", goods_spend=2_00),
    Gate("", START, goods="P", goods_visits=2),
]
"""What had to be bought before a ticket's last rating counts."""


class Scene(NamedTuple):
    """Who tells what, when, and how low a hub's bound on its stamp is."""

    till: int
    minute: int
    late: bool
    clamp: int | None
    payload: Any


@st.composite
def sales(draw: st.DrawFn) -> events.SaleClosed:
    number = draw(st.sampled_from(sorted(TICKETS)))
    lines = tuple(draw(st.lists(_lines(), min_size=1, max_size=3)))
    account = draw(st.sampled_from([*ACCOUNTS, b""]))
    chosen = draw(st.lists(st.sampled_from(PROGRAMMES), max_size=2, unique_by=lambda p: p.id))
    spent = draw(st.sampled_from([0, 0, 5, 30])) if sum(line.amount for line in lines) > 0 else 0
    holds = tuple(draw(st.lists(_holds(), max_size=2, unique=True)))
    made = sale(number, lines, account, chosen, spent=spent, holds=holds)
    gate = draw(st.sampled_from([None, *GATES]))
    if gate is None or not made.ratings:
        return made
    return replace(made, ratings=(*made.ratings[:-1], replace(made.ratings[-1], gate=gate)))


def sale(
    number: str,
    lines: tuple[Line, ...],
    account: bytes,
    programmes: list[Programme],
    *,
    spent: int = 0,
    holds: tuple[str, ...] = (),
) -> events.SaleClosed:
    """Give a closed ticket, rated; what points paid is a discount of one cent a point."""
    day = START + TICKETS[number]
    amounts = [line.amount for line in lines]
    off = max(0, min(spent, sum(amounts)))
    shares = allocate(off, [max(0, each) for each in amounts])
    paid = [amount - share for amount, share in zip(amounts, shares, strict=True)]
    ratings = tuple(
        rate(Rulebook(p), lines, paid, tier=p.tiers[-1], day=day, spent=spent, holds=holds)
        for p in programmes
    )
    return events.SaleClosed(
        **_where(number, day),
        zone="Europe/Paris",
        currency="EUR",
        lines=lines,
        discounts=(Discount(off, hold=holds[0]),) if off and holds else (),
        tenders=(Tender("cash", sum(paid)),),
        ratings=ratings,
        account=account.hex(),
        operator="7",
    )


@st.composite
def returns(draw: st.DrawFn) -> events.LinesReturned:
    number = draw(st.sampled_from(["R1", "R2", "R3"]))
    sold = draw(st.sampled_from([*TICKETS, *TICKETS, NEVER_SOLD]))
    back = st.builds(events.ReturnedLine, st.integers(0, 3), st.sampled_from([250, 1000, 3000]))
    lines = tuple(draw(st.lists(back, min_size=1, max_size=3)))
    day = START + 25 + int(number[1]) * 11
    return events.LinesReturned(
        **_where(number, day),
        ticket=f"S1/T1/1/{iso(_sold_on(sold))}/{sold}",
        lines=lines,
        refund=5,
        restores=draw(st.sampled_from([0, 0, 3, 40])),
        restores_beside=draw(st.sampled_from([(), (), (("Q", 4),), (("P", 2), ("Q", 40))])),
    )


@st.composite
def moves(draw: st.DrawFn) -> events.TicketMoved:
    sold = draw(st.sampled_from(sorted(TICKETS)))
    programme = draw(st.sampled_from(PROGRAMMES))
    lines = tuple(draw(st.lists(_lines(), min_size=1, max_size=2)))
    rating = rate(
        Rulebook(programme),
        lines,
        [line.amount for line in lines],
        tier=programme.tiers[-1],
        day=_sold_on(sold),
    )
    return events.TicketMoved(
        ticket=f"S1/T1/1/{iso(_sold_on(sold))}/{sold}",
        turn=draw(st.integers(1, 3)),
        account=draw(st.sampled_from([*(each.hex() for each in ACCOUNTS), ""])),
        day=iso(START + 30),
        reason=draw(st.sampled_from(["wrong_customer", "claim"])),
        ratings=draw(st.sampled_from([(), (), (rating,)])),
    )


def verdicts() -> st.SearchStrategy[events.TicketJudged]:
    return st.builds(
        events.TicketJudged,
        ticket=st.sampled_from([f"S1/T1/1/{iso(_sold_on(sold))}/{sold}" for sold in TICKETS]),
        turn=st.integers(1, 3),
        verdict=st.sampled_from(["pending", "confirm", "void"]),
        flag=st.just(ident("flag").hex()),
        day=st.just(iso(START + 30)),
    )


def watch() -> st.SearchStrategy[Any]:
    flag = st.sampled_from([ident("flag").hex(), ident("other flag").hex()])
    day = _days()
    return st.one_of(
        st.builds(events.Flagged, flag=flag, code=st.just("TOO_OFTEN"), day=day),
        st.builds(
            events.FlagSettled, flag=flag, verdict=st.sampled_from(["confirm", "void"]), day=day
        ),
        st.builds(
            events.ReturnedUnknown,
            **{name: st.just(value) for name, value in _where("R1", START + 36).items()},
            lines=st.just((("a", "", 1000),)),
            refund=st.just(5),
            tender=st.just("store_credit"),
        ),
    )


def _sold_on(number: str) -> int:
    return START + TICKETS.get(number, 3)


def _where(number: str, day: int) -> dict[str, Any]:
    at = START_MS + (day - START) * DAY_MS
    return {"store": "S1", "till": "T1", "epoch": 1, "day": iso(day), "number": number, "at": at}


def _lines() -> st.SearchStrategy[Line]:
    return st.builds(
        Line,
        st.sampled_from(["4006381333931", "local-7"]),
        st.sampled_from([0, 99, 333, 1000, 2190, -50]),
        quantity=st.sampled_from([0, 750, 1000, 3000]),
        category=st.sampled_from(["", "wine", "tobacco"]),
        vat=st.sampled_from([None, 2000]),
    )


def _holds() -> st.SearchStrategy[str]:
    return st.sampled_from([ident(f"hold {name}").hex() for name in "xy"])


def _days(first: int = 0, last: int = SPAN_DAYS) -> st.SearchStrategy[str]:
    return st.integers(first, last).map(lambda day: iso(START + day))


def _last_days() -> st.SearchStrategy[str]:
    return st.one_of(_days(-5), st.just(iso(NEVER)))


def _hex(ids: list[bytes]) -> st.SearchStrategy[str]:
    return st.sampled_from([each.hex() for each in ids])


def adjustments() -> st.SearchStrategy[events.PointsAdjusted]:
    return st.builds(
        events.PointsAdjusted,
        account=_hex(ACCOUNTS),
        programme=st.sampled_from(["P", "Q"]),
        points=st.sampled_from([-60, -15, 20, 100]),
        day=_days(),
        expires=_last_days(),
        reason=st.just("GOODWILL"),
        undoes=st.sampled_from(["", "", ident("adjustment 1").hex()]),
        own_first=st.booleans(),
    )


def openings() -> st.SearchStrategy[events.BalanceOpened]:
    lot = st.tuples(st.integers(1, 80), _days(), _last_days())
    return st.builds(
        events.BalanceOpened,
        account=_hex(ACCOUNTS),
        programme=st.sampled_from(["P", "Q"]),
        day=_days(),
        origin=st.sampled_from(["row 1", "row 2"]),
        lots=st.lists(lot, max_size=2).map(tuple),
        spend=st.lists(st.tuples(_days(), st.integers(1, 900)), max_size=2).map(tuple),
        idle=st.one_of(st.just(""), st.just(""), _days()),
    )


def holds() -> st.SearchStrategy[Any]:
    held = st.builds(
        events.PointsHeld,
        hold=_holds(),
        account=_hex(ACCOUNTS),
        programme=st.sampled_from(["P", "Q"]),
        points=st.integers(1, 50),
        amount=st.just(250),
        until=st.integers(0, SPAN_DAYS).map(lambda day: START_MS + day * DAY_MS),
        offline=st.booleans(),
    )
    released = st.builds(
        events.HoldReleased,
        hold=_holds(),
        account=_hex(ACCOUNTS),
        programme=st.sampled_from(["P", "Q"]),
    )
    used = st.builds(
        events.RightUsed,
        account=_hex(ACCOUNTS),
        programme=st.sampled_from(["P", "Q"]),
        right=st.sampled_from(["alterations", "delivery"]),
        day=_days(),
        until=st.sampled_from([iso(START + 30), iso(START + 364)]),
        undoes=st.sampled_from(["", "", ident("use 1").hex()]),
    )
    told = st.builds(
        events.EventTold,
        account=_hex(ACCOUNTS),
        programme=st.sampled_from(["P", "Q"]),
        event=st.sampled_from(["app", "review"]),
        name=st.just("App"),
        points=st.integers(1, 60),
        day=_days(),
        expires=st.sampled_from([iso(START + 40), iso(START + 364)]),
        limit=st.sampled_from([0, 1, 1, 2]),
        until=st.sampled_from(["", iso(START + 30), iso(START + 364)]),
        reference=st.sampled_from(["r1", "r2", "r3", "r4", "r5"]),
        undoes=st.sampled_from(["", "", ident("r1").hex(), ident("r2").hex()]),
    )
    return st.one_of(held, released, used, told)


def people() -> st.SearchStrategy[Any]:
    member = _hex(MEMBERS)
    return st.one_of(
        st.builds(events.MemberEnrolled, member=member, day=_days(), store=st.just("S1")),
        st.builds(events.EnrolmentUndone, member=member),
        _profiles(member),
        st.builds(
            events.NoteWritten,
            member=member,
            note=st.sampled_from([ident("note 1").hex(), ident("note 2").hex()]),
            text=st.sampled_from(["", "Likes dark bread", "Comes on Saturdays"]),
        ),
        st.builds(
            events.ConsentChanged,
            member=member,
            purpose=st.just("offers"),
            channel=st.sampled_from(["email", "sms"]),
            granted=st.booleans(),
            at=st.just(START_MS),
            source=st.just("till"),
            wording=st.sampled_from(["", "2026-01"]),
        ),
        st.builds(
            events.MemberErased,
            member=member,
            accounts=st.lists(_hex(ACCOUNTS), max_size=2, unique=True).map(tuple),
        ),
    )


def _profiles(member: st.SearchStrategy[str]) -> st.SearchStrategy[events.ProfileChanged]:
    fields = st.sampled_from(["name", "email", "phone"])
    values = st.sampled_from(["", "Zoé Kéroual", "zoe@example.org", "+33 6 12 34 56 78"])
    return st.builds(events.ProfileChanged, member=member, field=fields, value=values)


def links() -> st.SearchStrategy[Any]:
    member = _hex(MEMBERS)
    return st.one_of(
        st.builds(
            events.CardAttached,
            member=member,
            account=_hex(ACCOUNTS),
            scheme=st.just("main"),
            tail=st.just("0017"),
        ),
        st.builds(
            events.CardEnded,
            member=member,
            account=_hex(ACCOUNTS),
            status=st.sampled_from(["replaced", "blocked", "detached"]),
        ),
        st.builds(events.ReferralMade, member=member, by=member, day=_days()),
        st.builds(
            events.MembershipChanged,
            member=member,
            programme=st.sampled_from(["P", "Q"]),
            day=_days(),
            joined=st.booleans(),
        ),
        st.builds(events.MembersLinked, member=member, other=member, joined=st.booleans()),
        st.builds(events.MembersToldApart, member=member, other=member, apart=st.booleans()),
    )


def shop() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(
            events.CardBatchKept,
            prefix=st.just("29"),
            first=st.sampled_from([0, 100]),
            count=st.just(100),
            status=st.sampled_from(["ordered", "received", "forgotten"]),
            day=_days(),
            store=st.just("S1"),
        ),
        st.builds(
            events.CustomerAsked,
            store=st.just("S1"),
            till=st.just("T1"),
            day=_days(),
            ticket=st.just("S1/T1/1/2026-01-01/1"),
            asked=st.booleans(),
        ),
        st.builds(
            events.ProgrammePublished,
            programme=st.sampled_from(["P", "Q"]),
            version=st.sampled_from(["v1", "v2"]),
            day=_days(),
            content=st.sampled_from(["one", "two"]),
        ),
        st.builds(
            events.ProgrammeWithdrawn,
            programme=st.sampled_from(["P", "Q"]),
            version=st.sampled_from(["v1", "v2"]),
            day=_days(),
        ),
        st.builds(
            events.PlaceDeclared,
            level=st.sampled_from(["region", "store"]),
            code=st.sampled_from(["S1", "S2"]),
            name=st.sampled_from(["Brest", "Rennes"]),
            day=_days(),
            parent=st.sampled_from(["", "West"]),
        ),
    )


def payloads() -> st.SearchStrategy[Any]:
    """Give payloads of every kind; `None` stands for a kind that is not known yet."""
    return st.one_of(
        sales(), sales(), returns(), returns(), adjustments(), openings(), holds(), links(),
        people(), shop(), moves(), verdicts(), watch(), vouchers(), st.none(),
    )  # fmt: skip


@st.composite
def scenes(draw: st.DrawFn, payload: st.SearchStrategy[Any]) -> Scene:
    quarter = SPAN_DAYS * 4
    return Scene(
        till=draw(st.integers(0, 3)),
        minute=draw(st.integers(0, quarter)) * 360,
        late=draw(st.booleans()),
        clamp=draw(st.none() | st.none() | st.integers(0, quarter).map(lambda q: q * 360)),
        payload=draw(payload),
    )


@st.composite
def worlds(draw: st.DrawFn, size: int = 12) -> list[Fact]:
    """Give the facts of three tills, one of them under two incarnations, as told."""
    told = draw(st.lists(scenes(draw(_themes())), min_size=2, max_size=size))
    return tell(told)


def _themes() -> st.SearchStrategy[st.SearchStrategy[Any]]:
    """Now everything mixed, now few kinds that meet often."""
    tickets = st.one_of(sales(), sales(), returns(), returns(), adjustments(), links(), moves())
    spending = st.one_of(sales(), sales(), returns(), openings(), adjustments(), holds())
    pools = st.one_of(sales(), adjustments(), links(), links(), people(), returns())
    hands = st.one_of(sales(), returns(), moves(), verdicts(), verdicts())
    return st.sampled_from([payloads(), tickets, spending, pools, hands, vouchers()])


def tell(told: list[Scene]) -> list[Fact]:
    tills = [Till("one"), Till("two"), Till("three"), Till("three", inc=1)]
    return [_fact(tills[scene.till], scene) for scene in told]


def _fact(till: Till, scene: Scene) -> Fact:
    at_ms = START_MS + scene.minute * MINUTE_MS
    if scene.payload is None:
        fact = till.tell_unknown(at_ms=at_ms)
    else:
        fact = till.tell(scene.payload, at_ms=at_ms, late=scene.late, key=_collided(scene))
    if scene.clamp is None:
        return fact
    return replace(fact, clamp=(START_MS + scene.clamp * MINUTE_MS) << 16)


def _collided(scene: Scene) -> str | None:
    """Give a key of its own to what shares one: the adjustment that others undo.

    And let a return now and then carry the very number of a sale: a broken POS does that.
    """
    payload = scene.payload
    if isinstance(payload, events.LinesReturned) and scene.minute % 5 == 0 and scene.late:
        return payload.ticket
    if isinstance(payload, events.PointsAdjusted) and not payload.undoes and scene.minute % 2:
        return adjustment_key(ident("adjustment 1").hex())
    return None
