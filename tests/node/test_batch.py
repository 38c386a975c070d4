"""A batch gives what its commands would have given one after the other, to the last byte.

Two nodes of one identity, clock and supply of salts start from one store. One takes a batch whole,
the other each command by itself; then their answers are the same, and so is every table.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_loyalty.commands import (
    AdjustPoints,
    AttachCard,
    ChangeProfile,
    CloseSale,
    Command,
    EraseMember,
    HoldPoints,
    KeepArticles,
    KnownArticle,
    LinkMembers,
    NoteImport,
    ReceiptChoice,
    ReplaceCard,
    ReturnLines,
)
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.domain.ticket import Discount, Line, Tender
from pos_loyalty.node import memory
from pos_loyalty.settings import CardRules
from pos_loyalty.store import schema
from tests.support.postgres import empty_database
from tests.support.shop import CHAIN_KEY, DAY_MS, NOON, PROGRAMME, Till

ONE_TIER = PROGRAMME[: PROGRAMME.index("[[tier]]")] + PROGRAMME[PROGRAMME.index("[reward]") :]
CARDS = ("29001", "29002", "29003", "29004", "29005", "29009")
"""Two people linked, one with two cards, one whose card was replaced, one erased, one unknown."""
TWO_DAYS = ("2026-01-07", "2026-01-08")
"""The last is the day before the clock's."""


def member(card: str) -> str:
    """Give the id of the member whose first card it is."""
    return CardRules(key=CHAIN_KEY).account(card).hex()


def furnish(till: Till, programme: str) -> None:
    """Give a till members in every state, articles, and tickets sold here."""
    till.publish(programme)
    for card in CARDS[:5]:
        till.enrol(card, last_name=f"N{card}")
    one, other, twice, replaced, erased = map(member, CARDS[:5])
    till.do(LinkMembers, member=one, other=other)
    till.do(AttachCard, member=twice, card="29013")
    till.do(ReplaceCard, member=replaced, account=replaced, card="29014")
    till.do(ChangeProfile, member=one, fields={"email": "one@example.org"})
    till.do(EraseMember, member=erased)
    till.do(KeepArticles, articles=(KnownArticle(code="a0", category="tabac"),))
    till.sell(30_000, card="29001", number="1", day=TWO_DAYS[0])
    till.sell(900, 100, card="29003", number="2", day=TWO_DAYS[1])
    till.sell(500, card="", number="3", day=TWO_DAYS[1])
    till.do(AdjustPoints, member=twice, points=500, reason="goodwill")
    till.do(HoldPoints, id="hold", basket=till.basket(2_000, card="29003"))


def _line(number: int, amount: int) -> Line:
    return Line(f"a{number}", amount)


HELD = Discount(500, hold=derived_id("hold", 0).hex())
"""What the points held in the furnished till pay."""
LINES = st.lists(
    st.builds(_line, st.integers(0, 2), st.sampled_from([0, 700, 2_000, 30_000, 60_000])),
    min_size=1,
    max_size=2,
)
IDS = st.one_of(*[st.integers(0, 10**9)] * 5, st.integers(0, 9)).map(str)
BUYERS = st.sampled_from(["", *CARDS, *CARDS[:3], "29013"])
DISCOUNTS = st.sampled_from([(), (), (Discount(100),), (HELD,)])
_GOOD: dict[str, Any] = {
    "id": IDS,
    "lines": LINES.map(tuple),
    "card": BUYERS,
    "discounts": DISCOUNTS,
    "day": st.sampled_from(TWO_DAYS),
    "at": st.sampled_from([NOON - 2 * DAY_MS, NOON - DAY_MS, NOON - DAY_MS + 1]),
    "number": st.integers(1, 9).map(str),
}
GOOD = st.builds(CloseSale, source=st.just("import"), **_GOOD)
ODD = st.builds(
    CloseSale,
    source=st.sampled_from(["import", "live"]),
    store=st.sampled_from(["", "paris-2"]),
    tenders=st.sampled_from([(), (Tender("cash", 1),)]),
    receipt=st.sampled_from(
        [
            ReceiptChoice(),
            ReceiptChoice(channel="paper"),
            ReceiptChoice(channel="email"),
            ReceiptChoice(channel="email", email="nobody"),
            ReceiptChoice(channel="smoke"),
        ]
    ),
    **{
        **_GOOD,
        "card": st.sampled_from([*CARDS, "77"]),
        "at": st.sampled_from([NOON - DAY_MS, NOON + 1]),
        "number": st.sampled_from(["1", "2", "3", "4", "bad/one"]),
    },
)
MEMBERS = st.sampled_from([member(card) for card in CARDS])
TICKETS = st.builds("paris-1/1/1/{}/{}".format, st.sampled_from(TWO_DAYS), st.integers(1, 9))
OTHERS = st.one_of(
    st.builds(ReturnLines, id=IDS, ticket=TICKETS, number=st.sampled_from(["r1", "r2", "4"])),
    st.builds(AdjustPoints, id=IDS, member=MEMBERS, points=st.just(7), reason=st.just("goodwill")),
    st.builds(EraseMember, id=IDS, member=MEMBERS),
    st.builds(LinkMembers, id=IDS, member=MEMBERS, other=MEMBERS),
    st.builds(NoteImport, id=IDS, kind=st.just("tickets"), file=st.just("f"), records=st.just(3)),
)
BATCHES = st.lists(st.one_of(GOOD, GOOD, GOOD, GOOD, ODD, OTHERS), min_size=2, max_size=14).flatmap(
    lambda made: st.lists(st.sampled_from(made), max_size=3).map(lambda again: made + again)
)
"""Past tickets mostly; some commands come twice, some ids with other content."""


Take = Callable[[Till, Sequence[Command]], list[Any]]


@contextmanager
def opened(url: str) -> Iterator[Till]:
    """Open a till that salts what it records with numbers."""
    till, salts = Till(url), count(1)
    till.node.random_bytes = lambda size: next(salts).to_bytes(size, "big")
    try:
        yield till
    finally:
        till.close()


def whole(till: Till, batch: Sequence[Command]) -> list[Any]:
    return till.node.execute_many(batch)


def one_by_one(till: Till, batch: Sequence[Command]) -> list[Any]:
    return [answer for command in batch for answer in till.node.execute_many([command])]


def outcome(till: Till, take: Take, batch: Sequence[Command]) -> dict[str, Any]:
    """Give a batch's answers and then every table, as they are written."""
    found: dict[str, Any] = {"answers": [memory.written(each) for each in take(till, batch)]}
    assert till.verify().difference is None
    with till.node.store.read() as tx:
        for table in schema.metadata.sorted_tables:
            found[table.name] = sorted(tx.text(f'SELECT * FROM "{table.name}"'), key=repr)
    return found


@pytest.fixture(scope="module", params=["tiers", "one tier"])
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a till, closed, from which every example starts."""
    path = tmp_path_factory.mktemp("batch") / "till.db"
    with opened(f"sqlite:///{path}") as till:
        furnish(till, PROGRAMME if request.param == "tiers" else ONE_TIER)
    return path


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(batch=BATCHES)
def test_a_batch_is_its_commands_one_after_the_other(furnished: Path, batch: list[Command]) -> None:
    found = []
    for take in (whole, one_by_one):
        path = shutil.copy(furnished, furnished.with_name(f"{take.__name__}.db"))
        with opened(f"sqlite:///{path}") as till:
            found.append(outcome(till, take, batch))
    assert found[0] == found[1]


def past(which: int, card: str, amount: int, **fields: Any) -> CloseSale:
    fields = {"number": str(which), "day": TWO_DAYS[0], "at": NOON - DAY_MS, **fields}
    lines = (_line(1, amount),)
    return CloseSale(id=f"p{which}", lines=lines, card=card, source="import", **fields)


STORY = [
    past(11, "29001", 55_000),
    past(12, "", 100),
    past(13, "29002", 1_000),
    past(14, "77", 1_000),
    past(11, "29001", 55_000),
    past(15, "", 1_000),
    past(16, "29003", 1_000, number="15"),
    past(12, "29003", 500),
    past(17, "29009", 500),
    past(17, "29003", 700, number="23"),
    past(18, "29003", 2_000, at=NOON, discounts=(HELD,)),
    past(19, "29013", 3_000, at=NOON, discounts=(HELD,)),
    past(20, "29005", 60_000),
    past(21, "29009", 2_000, at=0),
    past(22, "29005", 1_000),
]
"""In each pair or three the last sees the first: by its points, number, command id or hold."""


@pytest.mark.parametrize("programme", [PROGRAMME, ONE_TIER])
def test_a_story_of_tickets_that_see_each_other(tmp_path: Path, programme: str) -> None:
    found = []
    for take in (whole, one_by_one):
        with opened(f"sqlite:///{tmp_path / take.__name__}.db") as till:
            furnish(till, programme)
            found.append(outcome(till, take, STORY))
    assert found[0] == found[1]


@pytest.mark.parametrize("programme", [PROGRAMME, ONE_TIER])
def test_on_postgresql_too(postgres_cluster: Path, programme: str) -> None:
    found = []
    for take in (whole, one_by_one):
        with empty_database(postgres_cluster) as url, opened(url) as till:
            furnish(till, programme)
            found.append(outcome(till, take, STORY))
    assert found[0] == found[1]
