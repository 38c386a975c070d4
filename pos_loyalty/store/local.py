"""Local tables: commands remembered, open baskets, jobs. Backed up, outside any rebuild."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, or_, select, update

from pos_loyalty.store import schema
from pos_loyalty.store.statements import Tx


class Remembered(NamedTuple):
    """A command that was carried out: the digest of its content, and its answer."""

    digest: bytes
    answer: bytes


class JobRow(NamedTuple):
    """A job: `state` is waiting, running, asking, done or given_up; `due` and `at` Unix ms."""

    id: str
    kind: str
    state: str
    due: int
    attempts: int
    subject: str
    ticket: str
    payload: bytes
    problem: str
    at: int


class Basket(NamedTuple):
    """An open basket: the account attached (empty: nobody), and its content as JSON."""

    id: str
    at: int
    account: bytes
    content: bytes


def recall(tx: Tx, command: str) -> Remembered | None:
    """Give what a command id was answered."""
    rows = tx.fetch(schema.command, [command])
    return Remembered(*rows[0][1:3]) if rows else None


def remember(tx: Tx, answered: Sequence[tuple[str, bytes, bytes]], at_ms: int) -> None:
    """Keep answers of commands: of each its id, the digest of its content, its answer."""
    tx.put(schema.command, [(*each, at_ms) for each in answered])


def basket(tx: Tx, basket_id: str) -> Basket | None:
    """Give an open basket."""
    rows = tx.fetch(schema.basket, [basket_id])
    return Basket(*rows[0]) if rows else None


def newest_basket(tx: Tx) -> Basket | None:
    """Give the basket opened last."""
    row = tx.row(_NEWEST)
    return Basket(*row) if row else None


def keep_basket(tx: Tx, row: Basket) -> None:
    """Write an open basket."""
    tx.put(schema.basket, [row], "upsert")


def drop_basket(tx: Tx, basket_id: str) -> None:
    """Forget a basket."""
    tx.delete(schema.basket, ["id"], [(basket_id,)])


def add_jobs(tx: Tx, jobs: list[JobRow]) -> None:
    """Add jobs; one that is there already stays as it is."""
    tx.put(schema.job, jobs, "ignore")


def job(tx: Tx, job_id: str) -> JobRow | None:
    """Give a job."""
    rows = tx.fetch(schema.job, [job_id])
    return JobRow(*rows[0]) if rows else None


def keep_job(tx: Tx, row: JobRow) -> None:
    """Write a job as it stands."""
    tx.put(schema.job, [row], "upsert")


def due_jobs(tx: Tx, kind: str, now_ms: int, limit: int) -> list[JobRow]:
    """Give the waiting jobs of a kind that are due, oldest first."""
    rows = tx.rows(_DUE, kind_=kind, now_=now_ms, limit_=limit)
    return [JobRow(*row) for row in rows]


def jobs(tx: Tx, limit: int) -> list[JobRow]:
    """Give jobs that are not done, then the newest done ones."""
    return [JobRow(*row) for row in tx.rows(_JOBS, limit_=limit)]


def jobs_of(tx: Tx, ticket: str) -> list[JobRow]:
    """Give the jobs of a ticket."""
    return [JobRow(*row) for row in tx.fetch(schema.job, [ticket], by="ticket")]


def interrupted_jobs(tx: Tx) -> list[JobRow]:
    """Give the jobs that were running when the node stopped."""
    return [JobRow(*row) for row in tx.rows(_RUNNING)]


def forget(tx: Tx, member: bytes) -> None:
    """Delete a member's local copies: jobs with their address, and what is known of commands.

    A remembered answer can show a name, so every answer that mentions the member's id, or a job
    of theirs, goes with the digest of its command.
    """
    jobs = [str(row[0]) for row in tx.rows(_JOBS_ABOUT, subject_=member.hex())]
    tx.run(_FORGET_JOBS, subject_=member.hex())
    tx.run(_FORGET_BASKETS, account_=member)
    needles = [each.encode() for each in (member.hex(), *jobs)]
    for command, answer in tx.rows(_ANSWERS):
        if any(needle in answer for needle in needles):
            tx.run(_FORGET_ANSWER, id_=command)


def drop_old_commands(tx: Tx, before_ms: int) -> int:
    """Forget the answers of commands older than a moment (Unix ms); gives how many."""
    return tx.run(_OLD_COMMANDS, before_=before_ms)


def drop_finished_jobs(tx: Tx, before_ms: int) -> int:
    """Delete jobs that ended and are older than a moment (Unix ms); gives how many."""
    return tx.run(_OLD_JOBS, before_=before_ms)


def drop_old_baskets(tx: Tx, before_ms: int) -> int:
    """Forget baskets untouched since a moment (Unix ms); gives how many."""
    return tx.run(_OLD_BASKETS, before_=before_ms)


def setting(tx: Tx, name: str) -> bytes | None:
    """Give a value that the node keeps for itself."""
    rows = tx.fetch(schema.setting, [name])
    return bytes(rows[0][1]) if rows else None


def settings_under(tx: Tx, prefix: str) -> list[tuple[str, bytes]]:
    """Give the values whose names begin so, by name."""
    rows = tx.rows(_SETTINGS, from_=prefix, to_=prefix + _LAST)
    return [(name, bytes(value)) for name, value in rows]


def drop_setting(tx: Tx, name: str) -> None:
    """Forget a value."""
    tx.delete(schema.setting, ["name"], [(name,)])


def keep_setting(tx: Tx, name: str, value: bytes) -> None:
    """Keep a value."""
    tx.put(schema.setting, [(name, value)], "upsert")


_LAST = "\U0010ffff"
_s = schema.setting.c
_SETTINGS = (
    select(schema.setting)
    .where(_s.name >= bindparam("from_"), _s.name < bindparam("to_"))
    .order_by(_s.name)
)
_c, _b, _j = schema.command.c, schema.basket.c, schema.job.c
_ANSWERS = select(_c.id, _c.answer)
_FORGET_ANSWER = (
    update(schema.command).where(_c.id == bindparam("id_")).values(answer=b"", digest=b"")
)
_JOBS_ABOUT = select(_j.id).where(_j.subject == bindparam("subject_"))
_FORGET_JOBS = delete(schema.job).where(_j.subject == bindparam("subject_"))
_FORGET_BASKETS = delete(schema.basket).where(_b.account == bindparam("account_"))
_NEWEST = select(schema.basket).order_by(_b.at.desc()).limit(1)
_DUE = (
    select(schema.job)
    .where(_j.state == "waiting", _j.due <= bindparam("now_"), _j.kind == bindparam("kind_"))
    .order_by(_j.due)
    .limit(bindparam("limit_"))
)
_JOBS = select(schema.job).order_by((_j.state == "done"), _j.at.desc()).limit(bindparam("limit_"))
_OLD_COMMANDS = delete(schema.command).where(_c.at < bindparam("before_"))
_OLD_JOBS = delete(schema.job).where(
    or_(_j.state == "done", _j.state == "given_up"), _j.at < bindparam("before_")
)
_OLD_BASKETS = delete(schema.basket).where(_b.at < bindparam("before_"))
_RUNNING = select(schema.job).where(_j.state == "running")
