"""What changed in the journal while its derived tables were being made anew.

Triggers note each new fact, lowered clamp and new checkpoint from the rebuild's beginning to its
swap, whichever process or worker wrote it; only then do they cost a sale anything. A fact that is
taken out of the journal meanwhile cannot be made good: the rebuild comes to nothing.
"""

from msgspec.structs import replace
from sqlalchemy import bindparam, func, select

from pos_loyalty import events
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import Fact
from pos_loyalty.store import derived, schema
from pos_loyalty.store.apply import FACT, apply, sorted_known, withdraw
from pos_loyalty.store.installing import install
from pos_loyalty.store.statements import Row, Tx

_COLUMNS = "what {text} NOT NULL, node {bytes} NOT NULL, inc {int}, seq {int}, clamp {int}"
_SQLITE = (
    "CREATE TABLE rebuild_log (id INTEGER PRIMARY KEY, "
    + _COLUMNS.format(text="TEXT", bytes="BLOB", int="INTEGER")
    + ")",
    """CREATE TRIGGER rebuild_fact AFTER INSERT ON fact BEGIN
    INSERT INTO rebuild_log (what, node, inc, seq, clamp)
    VALUES ('fact', new.node, new.inc, new.seq, new.clamp); END""",
    """CREATE TRIGGER rebuild_clamp AFTER UPDATE OF clamp ON fact BEGIN
    INSERT INTO rebuild_log (what, node, inc, seq, clamp)
    VALUES ('clamp', old.node, old.inc, old.seq, old.clamp); END""",
    """CREATE TRIGGER rebuild_gone AFTER DELETE ON fact BEGIN
    INSERT INTO rebuild_log (what, node) VALUES ('void', old.node); END""",
    """CREATE TRIGGER rebuild_checkpoint AFTER INSERT ON checkpoint BEGIN
    INSERT INTO rebuild_log (what, node) VALUES ('checkpoint', new.grp); END""",
    """CREATE TRIGGER rebuild_recheckpoint AFTER UPDATE ON checkpoint BEGIN
    INSERT INTO rebuild_log (what, node) VALUES ('checkpoint', new.grp); END""",
)
_SQLITE_END = (
    "DROP TRIGGER IF EXISTS rebuild_fact",
    "DROP TRIGGER IF EXISTS rebuild_clamp",
    "DROP TRIGGER IF EXISTS rebuild_gone",
    "DROP TRIGGER IF EXISTS rebuild_checkpoint",
    "DROP TRIGGER IF EXISTS rebuild_recheckpoint",
    "DROP TABLE IF EXISTS rebuild_log",
)
_POSTGRES = (
    "CREATE TABLE rebuild_log (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    + _COLUMNS.format(text="TEXT", bytes="BYTEA", int="BIGINT")
    + ")",
    """CREATE FUNCTION rebuild_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_TABLE_NAME = 'checkpoint' THEN
        INSERT INTO rebuild_log (what, node) VALUES ('checkpoint', new.grp);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO rebuild_log (what, node) VALUES ('void', old.node);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO rebuild_log (what, node, inc, seq, clamp)
        VALUES ('fact', new.node, new.inc, new.seq, new.clamp);
    ELSE
        INSERT INTO rebuild_log (what, node, inc, seq, clamp)
        VALUES ('clamp', old.node, old.inc, old.seq, old.clamp);
    END IF;
    RETURN NULL; END $$""",
    "CREATE TRIGGER rebuild_fact AFTER INSERT OR DELETE OR UPDATE OF clamp ON fact"
    " FOR EACH ROW EXECUTE FUNCTION rebuild_note()",
    "CREATE TRIGGER rebuild_checkpoint AFTER INSERT OR UPDATE ON checkpoint"
    " FOR EACH ROW EXECUTE FUNCTION rebuild_note()",
)
_POSTGRES_END = (
    "DROP FUNCTION IF EXISTS rebuild_note() CASCADE",
    "DROP TABLE IF EXISTS rebuild_log",
)


def start_log(tx: Tx) -> None:
    """Note from now on what changes in the journal."""
    for text in _SQLITE if tx.is_sqlite else _POSTGRES:
        tx.text(text)


def stop_log(tx: Tx) -> None:
    """Note no more, and forget what was noted."""
    for text in _SQLITE_END if tx.is_sqlite else _POSTGRES_END:
        tx.text(text)


def make_void(tx: Tx) -> None:
    """Let a rebuild that is under way come to nothing: what it was made of is changed."""
    if "rebuild_log" in derived.table_names(tx):
        tx.text("INSERT INTO rebuild_log (what, node) VALUES ('void', '')")


def catch_up(tx: Tx, covered: int) -> None:
    """Bring the new tables, now live, from the snapshot they were made of to the present.

    `covered` is the last note that the snapshot includes. The first note about a fact tells how
    the snapshot has it: not at all, or under an earlier clamp. Raises `LoyaltyError`
    (`JOURNAL_PARTED`) where facts left the journal since.
    """
    rows = tx.text(
        f"SELECT what, node, inc, seq, clamp FROM rebuild_log WHERE id > {covered:d} ORDER BY id"
    ).fetchall()
    if any(row[0] == "void" for row in rows):
        raise LoyaltyError(Reason.JOURNAL_PARTED)
    first: dict[Row, Row] = {}
    for what, node, inc, seq, clamp in rows:
        first.setdefault((node, inc, seq), (what, clamp))
    again = []
    for (node, inc, seq), (what, clamp) in first.items():
        if what == "checkpoint":
            continue
        for fact in sorted_known([Fact(*_one(tx, node, inc, seq))]):
            if what == "clamp":
                withdraw(tx, replace(fact, clamp=clamp))
            again.append(fact)
    apply(tx, again)
    groups = sorted(place[0] for place, (what, _) in first.items() if what == "checkpoint")
    install(tx, tx.fetch(schema.checkpoint, groups))
    for (member,) in tx.rows(_UNERASED):
        tx.run(_ERASE, member_=member)


def _one(tx: Tx, node: bytes, inc: int, seq: int) -> Row:
    row = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
    assert row is not None, "a fact that left the journal makes the rebuild void"
    return row


_f = schema.fact.c
_ERASABLE = _f.kind.in_([kind for kind, spec in events.KINDS.items() if spec.erasable])
_UNERASED = (
    select(schema.tombstone.c.member)
    .where(
        schema.tombstone.c.member == _f.subject,
        schema.HAS_SUBJECT,
        func.length(_f.payload) > 0,
        _ERASABLE,
    )
    .distinct()
)
_ERASE = (
    schema.fact.update()
    .where(_f.subject == bindparam("member_"), schema.HAS_SUBJECT, _ERASABLE)
    .values(payload=b"", salt=b"")
)
