"""Browsers that were let in; a local table, of which only digests of tokens are kept."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx


class Session(NamedTuple):
    """A browser that was let in, as `kind` of visitor; moments in Unix ms.

    `digest` is the SHA-256 of its token; `device` the name it has in facts; `staff` who signed in,
    empty for nobody.
    """

    digest: bytes
    kind: str
    device: str
    staff: str
    began: int
    seen: int
    until: int


def session(tx: Tx, digest: bytes) -> Session | None:
    """Give the session of a token's digest, also one that is over."""
    rows = tx.fetch(schema.session, [digest])
    return Session(*rows[0]) if rows else None


def sessions(tx: Tx) -> list[Session]:
    """Give every session, the one seen last first."""
    return [Session(*row) for row in tx.rows(_ALL)]


def keep_session(tx: Tx, row: Session) -> None:
    """Write a session as it stands."""
    tx.put(schema.session, [row], "upsert")


def drop_session(tx: Tx, digest: bytes) -> None:
    """Forget a session: its token opens nothing any more."""
    tx.delete(schema.session, ["digest"], [(digest,)])


def drop_old_sessions(tx: Tx, now_ms: int) -> int:
    """Forget the sessions that are over; gives how many."""
    return tx.run(_OVER, now_=now_ms)


_s = schema.session.c
_ALL = select(schema.session).order_by(_s.seen.desc())
_OVER = delete(schema.session).where(_s.until <= bindparam("now_"))
