"""Wrong tries that are still remembered, and codes that let a screen in; local tables."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx


class Tally(NamedTuple):
    """What a name did wrong since a moment, and until when it must wait (Unix ms).

    `name` is a digest: what somebody typed as a name may be their password.
    """

    kind: str
    name: bytes
    since: int
    tries: int
    until: int


class Invitation(NamedTuple):
    """A code that was shown, as a digest: for a browser of a kind, under a name (Unix ms)."""

    code: bytes
    kind: str
    name: str
    at: int
    until: int


def tally(tx: Tx, kind: str, name: bytes) -> Tally | None:
    """Give what a name did wrong."""
    found = [row for row in tx.fetch(schema.attempt, [kind]) if row[1] == name]
    return Tally(*found[0]) if found else None


def keep_tally(tx: Tx, row: Tally) -> None:
    """Write what a name did wrong."""
    tx.put(schema.attempt, [row], "upsert")


def drop_tally(tx: Tx, kind: str, name: bytes) -> None:
    """Forget what a name did wrong."""
    tx.delete(schema.attempt, ["kind", "name"], [(kind, name)])


def drop_old_tallies(tx: Tx, kind: str, *, since_ms: int, now_ms: int) -> None:
    """Forget who was wrong before a moment and waits no more."""
    tx.run(_OLD_TALLIES, kind_=kind, since_=since_ms, now_=now_ms)


def invitations(tx: Tx) -> list[Invitation]:
    """Give the codes that were not used, the one shown first first."""
    return [Invitation(*row) for row in tx.rows(_INVITATIONS)]


def keep_invitation(tx: Tx, row: Invitation) -> None:
    """Keep a code that is shown."""
    tx.put(schema.invitation, [row], "upsert")


def drop_invitation(tx: Tx, code: bytes) -> None:
    """Forget a code."""
    tx.delete(schema.invitation, ["code"], [(code,)])


_a, _i = schema.attempt.c, schema.invitation.c
_OLD_TALLIES = delete(schema.attempt).where(
    _a.kind == bindparam("kind_"), _a.since < bindparam("since_"), _a.until <= bindparam("now_")
)
_INVITATIONS = select(schema.invitation).order_by(_i.at, _i.code)
