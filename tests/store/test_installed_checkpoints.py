"""A register under a hub: what it rebuilds from checkpoints and own facts is what it had."""

from pathlib import Path

import pytest

from pos_loyalty.store import checkpoints, schema
from pos_loyalty.store.engine import Store, sqlite_url
from pos_loyalty.store.installing import install
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.rebuild import Rebuild, compute, rebuild
from pos_loyalty.store.verify import verify
from tests.store.shop import LATER_DAYS, NODES, START, Shop, dump

FACTS = 300
PEOPLE = {"account", "balance", "member_of"}


class Chain:
    """A hub with the facts of three tills, and the first till with its own and the hub's news."""

    def __init__(self, hub: Store, till: Store) -> None:
        self.hub, self.till, self.shop = hub, till, Shop()
        self._at = 0

    def tell(self, facts: int, day: int, *, at_till_only: bool = False) -> None:
        told = [self.shop.something(day) for _ in range(facts)]
        own = [fact for fact in told if fact.node == NODES[0]]
        with self.till.write() as tx:
            self.shop.store(tx, own)
        with self.hub.write() as tx:
            self.shop.store(tx, [] if at_till_only else told)

    def sell_offline(self, facts: int, day: int) -> None:
        """Let the first till alone tell facts that nobody else hears of."""
        for _ in range(facts):
            fact = self.shop.tell(self.shop.sale(day), day=day, node=0)
            with self.till.write() as tx:
                self.shop.store(tx, [fact])

    def bring_checkpoints(self, *, since: int = 0) -> None:
        self._at += 1
        with self.hub.read() as tx:
            groups = [row[0] for row in tx.text("SELECT grp FROM account").fetchall()]
            heads = tx.text("SELECT node, inc, seq FROM head").fetchall()
            taken = {checkpoints.origin(node, inc): seq for node, inc, seq in heads}
            rows = checkpoints.build(tx, groups, checkpoints.View("e", "s", self._at, taken, since))
        with self.till.write() as tx:
            tx.text("DELETE FROM checkpoint")
            tx.put(schema.checkpoint, rows)
            install(tx, rows)


@pytest.fixture
def chain(store: Store, tmp_path: Path) -> Chain:
    hub = open_store(sqlite_url(tmp_path / "hub.db"))
    return Chain(hub, store)


def test_a_till_shows_what_its_hub_shows(chain: Chain) -> None:
    for day in range(0, LATER_DAYS, 4):
        chain.tell(FACTS * 4 // LATER_DAYS, day)
    chain.bring_checkpoints()
    till, hub = dump(chain.till), dump(chain.hub)
    assert {name: till[name] for name in PEOPLE} == {name: hub[name] for name in PEOPLE}
    assert verify(chain.till).difference is None


def test_a_group_that_its_hub_tells_of_begins_with_the_checkpoint_alone(chain: Chain) -> None:
    for day in range(0, LATER_DAYS, 4):
        chain.tell(FACTS * 4 // LATER_DAYS, day)
    assert dump(chain.till)["snapshot"]
    chain.bring_checkpoints()
    chain.sell_offline(20, LATER_DAYS * 3)
    assert dump(chain.till)["snapshot"] == []
    assert verify(chain.till).difference is None


def test_a_rebuild_heeds_checkpoints_and_own_facts_beyond(chain: Chain) -> None:
    for day in range(0, LATER_DAYS, 4):
        chain.tell(FACTS * 4 // LATER_DAYS, day)
        if day % 20 == 16:
            chain.bring_checkpoints()
    chain.sell_offline(20, LATER_DAYS)
    before = dump(chain.till)
    assert verify(chain.till).difference is None
    rebuild(chain.till)
    assert dump(chain.till) == before


def test_tickets_that_a_newer_checkpoint_no_longer_names_are_forgotten(chain: Chain) -> None:
    for day in (5, 15, 25):
        chain.tell(FACTS // 3, day)
    chain.bring_checkpoints()
    foreign = "SELECT count(*) FROM leg WHERE kind = 'sale' AND node <> ?"
    foreign = foreign if chain.till.is_sqlite else foreign.replace("?", "%s")
    counts = []
    for since in (0, START + 20, START + 90):
        chain.bring_checkpoints(since=since)
        with chain.till.read() as tx:
            counts.append(tx.text(foreign, [NODES[0]]).fetchone()[0])
        assert verify(chain.till).difference is None
    assert counts[0] > counts[1] > counts[2] == 0


def test_checkpoints_that_come_during_a_rebuild_are_in_its_result(chain: Chain) -> None:
    chain.tell(FACTS // 2, 10)
    chain.bring_checkpoints()
    with Rebuild(chain.till, chunk=50) as work:
        compute(chain.till)
        chain.tell(FACTS // 2, 20)
        while work.step():
            pass
        chain.bring_checkpoints()
        chain.sell_offline(10, 30)
        expected = dump(chain.till)
        work.swap()
        assert dump(chain.till) == expected
    assert verify(chain.till).difference is None
