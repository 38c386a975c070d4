"""Backups are taken while the till sells, and put back only when they are whole."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import schema
from pos_loyalty.store.backup import (
    RESTORED,
    Manifest,
    backup,
    manifest_path,
    restore,
)
from pos_loyalty.store.engine import Store, sqlite_url
from pos_loyalty.store.migrate import REVISION, open_store
from pos_loyalty.store.sidefile import Behind, behind_note, note_chains, side_path
from pos_loyalty.store.verify import verify
from tests.store.shop import LATER_DAYS, NODES, START_MS, dump, fill_journal

Spoil = Callable[[Path], None]


def refusal_of(source: Path, url: str) -> LoyaltyError:
    with pytest.raises(LoyaltyError) as refusal:
        restore(source, url)
    return refusal.value


def test_a_backup_taken_during_sales_is_whole(sqlite_shop: Store, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "second" / "till.db")
    (tmp_path / "second").mkdir()
    selling = open_store(url)
    shop = fill_journal(selling)
    stop = threading.Event()

    def sell() -> None:
        while not stop.is_set():
            with selling.write() as tx:
                shop.store(tx, [shop.something(LATER_DAYS)])

    seller = threading.Thread(target=sell)
    seller.start()
    manifests = [backup(selling, tmp_path / f"b{index}", at_ms=START_MS) for index in range(5)]
    stop.set()
    seller.join()
    selling.close()
    sold = [sum(chain.seq for chain in manifest.chains) for manifest in manifests]
    assert sold == sorted(set(sold))
    for index, manifest in enumerate(manifests):
        restored = restore(tmp_path / f"b{index}", sqlite_url(tmp_path / f"r{index}"))
        assert restored.manifest == manifest
        assert restored.kept is None
        store = open_store(sqlite_url(tmp_path / f"r{index}"), check=True)
        verdict = verify(store)
        assert (verdict.difference, verdict.facts) == (None, sold[index])
        store.close()


def test_a_manifest_says_what_the_backup_holds(sqlite_shop: Store, tmp_path: Path) -> None:
    target = tmp_path / "till.backup"
    manifest = backup(sqlite_shop, target, at_ms=START_MS)
    assert msgspec.json.decode(manifest_path(target).read_bytes(), type=Manifest) == manifest
    assert (manifest.at_ms, manifest.revision) == (START_MS, REVISION)
    assert manifest.size == target.stat().st_size
    assert {chain.node for chain in manifest.chains} == {node.hex() for node in NODES}
    assert target.stat().st_mode & 0o077 == 0, "nobody else may read it"
    assert sorted(path.name for path in tmp_path.glob("till.backup*")) == [
        "till.backup",
        "till.backup.json",
    ]


def test_a_restore_replaces_the_database_keeps_the_former_and_marks_the_new(
    sqlite_shop: Store, database: Path, tmp_path: Path
) -> None:
    saved = dump(sqlite_shop)
    backup(sqlite_shop, tmp_path / "b", at_ms=START_MS)
    with sqlite_shop.write() as tx:
        tx.text("UPDATE balance SET points = 7")
    later = dump(sqlite_shop)
    sqlite_shop.close()
    restored = restore(tmp_path / "b", sqlite_url(database))
    store = open_store(sqlite_url(database))
    assert dump(store) == saved
    with store.read() as tx:
        assert tx.fetch(schema.setting, [RESTORED])
    store.close()
    assert restored.kept is not None
    former = open_store(sqlite_url(restored.kept))
    assert dump(former) == later
    with former.read() as tx:
        assert not tx.fetch(schema.setting, [RESTORED])
    former.close()
    assert restore(tmp_path / "b", sqlite_url(database)).kept != restored.kept


def test_a_damaged_database_can_be_replaced(
    sqlite_shop: Store, database: Path, tmp_path: Path
) -> None:
    saved = dump(sqlite_shop)
    backup(sqlite_shop, tmp_path / "b", at_ms=START_MS)
    sqlite_shop.abandon()
    noise = os.urandom(20_000)
    database.write_bytes(noise)
    database.with_name("till.db-wal").write_bytes(noise)
    restored = restore(tmp_path / "b", sqlite_url(database))
    assert restored.kept is not None
    assert restored.kept.read_bytes() == noise
    store = open_store(sqlite_url(database), check=True)
    assert dump(store) == saved
    store.close()


def test_a_store_that_runs_is_not_replaced(
    sqlite_shop: Store, database: Path, tmp_path: Path
) -> None:
    backup(sqlite_shop, tmp_path / "b", at_ms=START_MS)
    before = dump(sqlite_shop)
    assert refusal_of(tmp_path / "b", sqlite_url(database)).reason is Reason.STORE_IN_USE
    assert dump(sqlite_shop) == before


def flip(source: Path) -> None:
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 1
    source.write_bytes(content)


def cut(source: Path) -> None:
    os.truncate(source, source.stat().st_size - 1)


def lose_manifest(source: Path) -> None:
    manifest_path(source).unlink()


def garble_manifest(source: Path) -> None:
    manifest_path(source).write_bytes(b"{}")


def make_newer(source: Path) -> None:
    manifest = manifest_path(source)
    manifest.write_text(manifest.read_text().replace(f'"{REVISION}"', '"9999"'))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (flip, Reason.BACKUP_DAMAGED),
        (cut, Reason.BACKUP_DAMAGED),
        (lose_manifest, Reason.BACKUP_DAMAGED),
        (garble_manifest, Reason.BACKUP_DAMAGED),
        (Path.unlink, Reason.BACKUP_DAMAGED),
        (make_newer, Reason.STORE_NEWER),
    ],
)
def test_a_backup_that_is_not_right_changes_nothing(
    sqlite_shop: Store, database: Path, tmp_path: Path, spoil: Spoil, reason: Reason
) -> None:
    backup(sqlite_shop, tmp_path / "b", at_ms=START_MS)
    spoil(tmp_path / "b")
    before = dump(sqlite_shop)
    sqlite_shop.close()
    assert refusal_of(tmp_path / "b", sqlite_url(database)).reason is reason
    store = open_store(sqlite_url(database))
    assert dump(store) == before
    store.close()
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_backup_that_cannot_be_written_is_refused(sqlite_shop: Store, tmp_path: Path) -> None:
    with pytest.raises(LoyaltyError) as refusal:
        backup(sqlite_shop, tmp_path / "none" / "b", at_ms=START_MS)
    assert refusal.value.reason is Reason.STORE_UNREACHABLE


def test_postgresql_is_left_to_its_own_tools(postgres_url: str, tmp_path: Path) -> None:
    url = postgres_url.replace("postgres@", "postgres:secret@")
    store = open_store(url)
    with pytest.raises(LoyaltyError) as refusal:
        backup(store, tmp_path / "b", at_ms=START_MS)
    store.close()
    assert refusal.value.reason is Reason.BACKUP_BY_TOOLS
    assert "pg_dump --format=custom" in str(refusal.value)
    restoring = refusal_of(tmp_path / "b", url)
    assert restoring.reason is Reason.BACKUP_BY_TOOLS
    assert "pg_restore" in str(restoring)
    for told in (str(refusal.value), str(restoring)):
        assert "secret" not in told
        assert "postgresql://postgres@" in told


def test_a_database_behind_its_side_file_is_noticed(
    sqlite_shop: Store, database: Path, tmp_path: Path
) -> None:
    backup(sqlite_shop, tmp_path / "b", at_ms=START_MS)
    note_chains(sqlite_shop)
    assert behind_note(sqlite_shop) == []
    with sqlite_shop.write() as tx:
        tx.text("UPDATE head SET seq = seq + 5 WHERE node = ?", [NODES[1]])
        (seq,) = tx.text("SELECT seq FROM head WHERE node = ?", [NODES[1]]).fetchone()
    note_chains(sqlite_shop)
    sqlite_shop.close()
    restore(tmp_path / "b", sqlite_url(database))
    store = open_store(sqlite_url(database))
    assert behind_note(store) == [Behind(NODES[1], 1, seq, seq - 5)]
    store.close()


def test_an_unreadable_side_file_says_nothing(sqlite_shop: Store) -> None:
    path = side_path(sqlite_shop)
    assert path is not None
    assert behind_note(sqlite_shop) == []
    path.write_bytes(os.urandom(99))
    assert behind_note(sqlite_shop) == []
