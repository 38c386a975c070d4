"""Leaves no trace of erased people in SQLite's file.

An erasure overwrites what it deletes, yet SQLite keeps older copies of rows in the unused part of
pages that it split before. Only rewriting the file takes those away. On PostgreSQL this is the
server's own housekeeping (autovacuum, and the age of its backups).
"""

from sqlalchemy import func, select

from pos_loyalty.store import schema
from pos_loyalty.store.engine import Store

SCRUBBED = "scrubbed"
"""The setting that holds how many facts of erased people the last rewriting covered."""


def scrub(store: Store) -> bool:
    """Rewrite the file if anybody was erased since the last time; tells whether it was due.

    Takes seconds for each gigabyte, and writers wait: call it on the writer's thread while the
    shop is closed. Where a reader keeps the old pages alive, it stays due.
    """
    if not store.is_sqlite:
        return False
    with store.read() as tx:
        found = tx.row(_ERASED_FACTS)
        erased = b"%d" % (found[0] if found else 0)
        known = tx.fetch(schema.setting, [SCRUBBED])
    if erased == (known[0][1] if known else b"0"):
        return False
    with store.connection() as connection:
        connection.execute("VACUUM")
        blocked = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if not blocked:
        with store.write() as tx:
            tx.put(schema.setting, [(SCRUBBED, erased)], "upsert")
    return True


_ERASED_FACTS = (
    select(func.count())
    .select_from(
        schema.tombstone.join(schema.fact, schema.fact.c.subject == schema.tombstone.c.member)
    )
    .where(schema.HAS_SUBJECT)
)
