"""Every check notices the history it is there for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from pos_loyalty import commands
from pos_loyalty.commands import CloseSale
from pos_loyalty.domain.ticket import Line
from pos_loyalty.store.engine import Store
from tests.simulation import checks, shopping
from tests.simulation.book import Book
from tests.simulation.checks import Broken, demand
from tests.simulation.world import World


@pytest.fixture(scope="module")
def healed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(8, tmp_path_factory.mktemp("healed"), tills=2)
    while world.steps < 250:
        world.step()
    world.heal()
    tell_of_everything(world)
    world.heal()
    world.judge()
    yield world
    world.close()


def tell_of_everything(world: World) -> None:
    """Let the first till do what the checks look at."""

    def do(kind: type[commands.Command], **fields: Any) -> Any:
        return shopping.do(world, world.tills[0], kind, **fields)

    gone = do(commands.EnrolMember, profile={"first_name": "Zoe0x"})
    do(commands.EraseMember, member=gone.member)
    kept = do(commands.EnrolMember, card="290099", profile={"first_name": "Lea0x"})
    do(commands.AdjustPoints, member=kept.member, points=400, reason="goodwill")
    do(commands.OpenBasket, basket="checks")
    do(commands.AttachMember, basket="checks", card="290099")
    lines = (Line("a1", 5000),)
    do(commands.QuoteBasket, basket="checks", lines=lines)
    held = do(commands.HoldPoints, basket="checks")
    do(commands.CloseSale, basket="checks", number="c1", lines=lines, discounts=(held.discount,))


def spoil(store: Store, sql: str, *given: object) -> Callable[[], None]:
    """Change rows behind everybody's back; gives how to put the tables back."""
    with store.connection() as connection:
        table = sql.split()[1 if sql.startswith("UPDATE") else 2]
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        changed = connection.execute(sql, given).rowcount
    assert changed, "the history is as it was"

    def mend() -> None:
        with store.connection() as connection:
            connection.execute(f"DELETE FROM {table}")
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    return mend


OF_TILLS = "substr(hex(node), 1, 8) = '74696C6C'"
HUB_SPOILT = {
    "a fact is gone": ("1:", f"DELETE FROM fact WHERE kind = 'sale_closed' AND {OF_TILLS}"),
    "a fact was replaced": ("1:", f"UPDATE fact SET hash = zeroblob(32) WHERE {OF_TILLS}"),
    "a fact was set aside": (
        "1:",
        "UPDATE fact SET id = randomblob(16) WHERE kind = 'sale_closed'",
    ),
    "a ticket does not count": ("3:", "DELETE FROM claim WHERE kind = 'sale'"),
    "a balance is wrong": ("4:", "UPDATE balance SET points = points + 1"),
    "an account is wrong": ("5:", "DELETE FROM account"),
    "the feed has a hole": ("10:", "DELETE FROM feed WHERE n % 5 = 3"),
    "the feed went back": ("10:", "UPDATE scope SET n = n - 1"),
    "the hub has less than it said": ("2:", "UPDATE head SET seq = seq - 1"),
    "a stamp lies in the future": ("7:", "UPDATE fact SET stamp = stamp * 2"),
    "a debt without a hold": (
        "6:",
        "INSERT INTO balance SELECT zeroblob(16), programme, day, points, held, 99, next_expiry, "
        "qualifying FROM balance LIMIT 1",
    ),
    "points below zero": ("6:", "UPDATE balance SET points = -1"),
    "the news goes on": ("14:", "UPDATE scope SET n = n + 1"),
}  # fmt: skip
TILL_SPOILT = {
    "its own account of a member": ("5:", "DELETE FROM account"),
    "another's name": ("8:", "UPDATE profile SET value = 'Nobody'"),
    "a card of another": ("8:", "UPDATE card SET status = 'blocked'"),
    "not told": ("14:", "UPDATE sent SET seq = seq - 1"),
    "news not read": ("14:", "UPDATE setting SET value = "
                             "CAST(replace(value, '\"after\":', '\"after\":1') "
                             "AS BLOB) WHERE name = 'hub_membership'"),
    "something to ask": ("14:", "INSERT INTO wanted VALUES (zeroblob(16), 1)"),
}  # fmt: skip


def all_told(world: World) -> list[str]:
    """Give all that any check finds."""
    hub, till = world.office.store, world.tills[0]
    own = world.office.settings.node
    found = [
        *checks.feeds_are_dense(hub),
        *checks.acknowledged_is_held(hub, till.store, till.settings.node),
        *checks.stamps_are_bounded(hub, world.office.clock.now_ms(), own),
        *checks.clamps_only_fall(hub, world.book),
        *checks.agrees(world.office),
        *checks.promises_are_kept(hub, world.book),
        *checks.chains_are_one(hub, world.tills),
        *checks.sums_are_naive(world.office),
        *checks.holds_end_once(world.office),
        *checks.overspending_is_bounded(world.office),
        *checks.erased_is_gone((world.office, *world.tills), world.book),
        *checks.cards_are_one_account(world.office, world.book, shopping.CARDS),
    ]
    for each in world.tills:
        found += checks.all_is_told(world.office, each)
        found += checks.tills_see_what_the_hub_sees(world.office, each, world.book)
    return found


def test_a_whole_world_is_found_whole(healed: World) -> None:
    assert all_told(healed) == []


@pytest.mark.parametrize("what", sorted(HUB_SPOILT))
def test_a_spoilt_hub_is_noticed(healed: World, what: str) -> None:
    invariant, sql = HUB_SPOILT[what]
    mend = spoil(healed.office.store, sql)
    try:
        found = all_told(healed)
    finally:
        mend()
    assert any(each.startswith(invariant) for each in found), found


@pytest.mark.parametrize("what", sorted(TILL_SPOILT))
def test_a_spoilt_till_is_noticed(healed: World, what: str) -> None:
    invariant, sql = TILL_SPOILT[what]
    mend = spoil(healed.tills[0].store, sql)
    try:
        found = all_told(healed)
    finally:
        mend()
    assert any(each.startswith(invariant) for each in found), found


def test_a_bound_that_is_raised_again_is_noticed(healed: World) -> None:
    book = Book()
    mend = spoil(healed.office.store, "UPDATE fact SET clamp = 1")
    try:
        assert not list(checks.clamps_only_fall(healed.office.store, book))
    finally:
        mend()
    assert "7:" in next(checks.clamps_only_fall(healed.office.store, book))


def test_a_word_of_an_erased_member_is_noticed_wherever_it_stands(healed: World) -> None:
    word = next(t for m in sorted(healed.book.erased()) for t in sorted(healed.book.secrets[m]))
    mend = spoil(healed.tills[1].store, "INSERT INTO setting VALUES ('x', ?)", word.encode())
    try:
        found = list(checks.erased_is_gone(healed.tills, healed.book))
    finally:
        mend()
    assert "setting still knows" in found[0]


def test_a_hold_that_ended_and_is_still_open_is_noticed(
    healed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_is_open", lambda *_: True)
    assert "is still open" in next(checks.holds_end_once(healed.office))


def test_a_card_with_two_accounts_is_noticed(healed: World) -> None:
    book = Book()
    for fact_id, promise in healed.book.promises.items():
        if isinstance(promise.command, CloseSale) and promise.command.card:
            other = replace(promise.command, card="29009")
            book.promises[fact_id] = promise._replace(command=other)
    assert next(checks.cards_are_one_account(healed.office, book, ["29009"])).startswith("9:")


def test_what_is_found_is_told_in_short() -> None:
    demand([])
    with pytest.raises(Broken, match=r"^a; b; c; d; e; and 2 more$"):
        demand("abcdefg")
