"""Derived tables made anew are what they were, and a failure on the way changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import Fact
from pos_loyalty.store import derived, rebuild, schema
from pos_loyalty.store.apply import FACT, lower_clamp
from pos_loyalty.store.engine import Store, connect, sqlite_url
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.rebuild import Rebuild, compute
from pos_loyalty.store.verify import verify
from tests.store.shop import FACTS, LATER_DAYS, START_MS, Shop, dump, fill_journal


def leftovers(store: Store) -> set[str]:
    with store.read() as tx:
        known = set(schema.metadata.tables) | {"alembic_version"}
        return {name for name in derived.table_names(tx) - known if not name.startswith("stage_")}


def indexes(store: Store) -> set[tuple[str, str]]:
    """Give the indexes; SQLite, which cannot rename them, tells only their tables."""
    sql = (
        "SELECT tbl_name, '' FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if store.is_sqlite
        else "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()"
    )
    with store.read() as tx:
        return set(tx.text(sql).fetchall())


def triggers(store: Store) -> int:
    sql = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        if store.is_sqlite
        else "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
    )
    with store.read() as tx:
        count: int = tx.text(sql).fetchone()[0]
        return count


def spoil(store: Store) -> None:
    with store.write() as tx:
        tx.text("DELETE FROM leg")
        tx.text("UPDATE balance SET points = points + 1")


def sell_on(shop: Shop, store: Store, facts: int = 30) -> None:
    with store.write() as tx:
        shop.store(tx, [shop.something(LATER_DAYS) for _ in range(facts)])


def test_rebuilt_tables_are_the_incremental_ones(store: Store) -> None:
    fill_journal(store)
    before, named = dump(store), indexes(store)
    assert [name for name, rows in before.items() if not rows] == [], "every table is filled"
    spoil(store)
    heard: list[tuple[int, int]] = []
    for _ in range(3):
        count = rebuild.rebuild(store, batch=70, progress=lambda *at: heard.append(at))
        assert count == FACTS
        assert heard[-1] == (FACTS, FACTS)
        assert dump(store) == before
        assert indexes(store) == named
        assert leftovers(store) == set()
        assert triggers(store) == 0


def test_what_happens_during_a_rebuild_is_in_its_result(store: Store) -> None:
    shop = fill_journal(store)
    with Rebuild(store, chunk=7) as work:
        sell_on(shop, store)
        compute(store)
        sell_on(shop, store)
        bring_forward(store)
        while work.step():
            sell_on(shop, store, facts=1)
        expected = dump(store)
        work.swap()
        assert dump(store) == expected
        assert triggers(store) == 0, "a sale pays for the notes only while they are needed"
        sell_on(shop, store)
        while work.tidy():
            sell_on(shop, store, facts=1)
    assert leftovers(store) == set()
    assert verify(store).difference is None


def bring_forward(store: Store) -> None:
    """Let a hub bound some stamps, so that facts change their place in the order."""
    with store.write() as tx:
        rows = tx.text("SELECT node, inc, seq FROM fact ORDER BY seq DESC LIMIT 25").fetchall()
        for node, inc, seq in rows:
            row = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
            assert row is not None
            lower_clamp(tx, Fact(*row), (START_MS + seq) << 16)
            moved = replace(Fact(*row), clamp=(START_MS + seq) << 16)
            lower_clamp(tx, moved, (START_MS + seq - 1) << 16)


def test_a_rebuild_that_is_given_up_leaves_the_live_tables(store: Store) -> None:
    shop = fill_journal(store)
    before = dump(store)
    with pytest.raises(KeyboardInterrupt), Rebuild(store, chunk=7) as work:
        compute(store)
        work.step()
        raise KeyboardInterrupt
    assert dump(store) == before
    assert leftovers(store) == set()
    assert triggers(store) == 0
    sell_on(shop, store)
    assert verify(store).difference is None


def test_a_failed_computation_leaves_the_live_tables(store: Store) -> None:
    fill_journal(store)
    before = dump(store)

    def tell(done: int, total: int) -> None:
        if done >= FACTS // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild(store, batch=50, progress=tell)
    assert dump(store) == before
    assert leftovers(store) == set()
    rebuild.rebuild(store)
    assert dump(store) == before


def test_a_fact_that_leaves_the_journal_makes_the_rebuild_void(shop: Store) -> None:
    with shop.write() as tx:
        place = tx.text("SELECT node, inc, max(seq) FROM fact GROUP BY node, inc").fetchone()
    with pytest.raises(LoyaltyError) as refusal, Rebuild(shop) as work:
        compute(shop)
        with shop.write() as tx:
            tx.delete(schema.fact, ["node", "inc", "seq"], [tuple(place)])
        while work.step():
            pass
        work.swap()
    assert refusal.value.reason is Reason.JOURNAL_PARTED
    assert leftovers(shop) == set()
    assert triggers(shop) == 0


def test_a_second_rebuild_at_a_time_is_refused(shop: Store) -> None:
    before = dump(shop)
    with Rebuild(shop) as work:
        with pytest.raises(LoyaltyError) as refusal, Rebuild(shop):
            pass
        compute(shop)
        while work.step():
            pass
        work.swap()
    assert refusal.value.reason is Reason.STORE_BUSY
    assert dump(shop) == before


def test_a_fact_of_a_kind_known_since_is_projected_when_the_store_is_opened(
    store_url: str,
) -> None:
    store = open_store(store_url)
    shop = fill_journal(store)
    before = dump(store)
    with store.write() as tx:
        tx.delete(schema.setting, ["name"], [(derived.KNOWN_KINDS,)])
        tx.text("DELETE FROM place")
    store.close()
    store = open_store(store_url)
    assert dump(store) == before
    sell_on(shop, store)
    store.close()


def test_another_fold_refills_the_tables_when_the_store_is_opened(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(store_url)
    fill_journal(store)
    before = dump(store)
    spoil(store)
    store.close()
    store = open_store(store_url)
    assert dump(store) != before, "nothing is rebuilt without need"
    store.close()
    monkeypatch.setattr(derived, "FOLD_VERSION", derived.FOLD_VERSION + 1)
    heard: list[tuple[int, int]] = []
    store = open_store(store_url, progress=lambda *at: heard.append(at))
    assert dump(store) == before
    assert heard[-1] == (FACTS, FACTS)
    store.close()


KILLED = """
import os, signal, sys
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.rebuild import Rebuild, compute

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

store, step = open_store(sys.argv[1]), sys.argv[2]
with Rebuild(store, chunk=7) as work:
    if step == "opened":
        die()
    compute(store, batch=50, progress=die if step == "computing" else lambda *_: None)
    work.step()
    if step == "copying":
        die()
    while work.step():
        pass
    work.swap()
    work.tidy()
    if step == "tidying":
        die()
"""


@pytest.mark.parametrize("step", ["opened", "computing", "copying", "tidying"])
def test_a_rebuild_that_is_killed_leaves_a_sound_store(store_url: str, step: str) -> None:
    store = open_store(store_url)
    shop = fill_journal(store)
    before = dump(store)
    store.close()
    ended = subprocess.run([sys.executable, "-c", KILLED, store_url, step], check=False, timeout=60)
    assert ended.returncode == -9
    store = open_store(store_url)
    assert dump(store) == before
    sell_on(shop, store)
    rebuild.rebuild(store)
    assert verify(store).difference is None
    assert leftovers(store) == set()
    assert triggers(store) == 0
    store.close()


def test_another_process_computes_while_this_one_sells(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "till.db")
    store = open_store(url)
    shop = fill_journal(store)
    script = "import sys; from pos_loyalty.store import engine, rebuild; "
    script += "print(rebuild.compute(engine.connect(sys.argv[1])))"
    with Rebuild(store) as work:
        child = subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE)
        sold = 0
        while child.poll() is None:
            sell_on(shop, store, facts=1)
            sold += 1
        assert child.stdout is not None
        assert int(child.stdout.read()) >= FACTS
        child.stdout.close()
        while work.step():
            pass
        work.swap()
    assert sold > 0
    assert verify(store).difference is None
    store.close()
    connect(url).close()
    assert [path.name for path in tmp_path.iterdir() if "rebuild" in path.name] == []
