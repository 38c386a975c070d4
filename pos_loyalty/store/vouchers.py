"""Vouchers as they stand here, what the hub told of used ones, and wrong codes tried at tills."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, or_, select

from pos_loyalty.domain.account import Voucher
from pos_loyalty.domain.voucher_fold import left_on
from pos_loyalty.store import people, schema
from pos_loyalty.store.groups import BEGIN_GROUPS
from pos_loyalty.store.statements import Tx


class VoucherRow(NamedTuple):
    """A voucher as its facts left it; `number` is -1 while its issue is not known."""

    voucher: bytes
    number: int
    programme: str
    account: bytes
    ticket: str
    amount: int
    day: int
    last_day: int
    units: int
    used: int
    ended: int
    overused: int
    batch: str

    @property
    def left(self) -> int:
        """What is still on it, holds not considered."""
        return 0 if self.ended >= 0 else max(0, self.units - self.used)


class WrongCodes(NamedTuple):
    """Wrong codes at a till: how many since a moment, and until when it takes none (Unix ms)."""

    till: str
    since: int
    tries: int
    until: int


class BatchRow(NamedTuple):
    """A batch as it stands: how many vouchers it has, how many of them were used at least once,
    were cancelled, and belong to somebody."""

    batch: str
    programme: str
    number: int
    day: int
    last_day: int
    size: int
    used: int
    ended: int
    owned: int


class Outstanding(NamedTuple):
    """What is still on the vouchers of one rule that end on one day, and how many these are."""

    programme: str
    number: int
    last_day: int
    vouchers: int
    left: int


def state_of(tx: Tx, voucher: bytes) -> Voucher | None:
    """Give a voucher's state; nothing where no fact of it is known. It must not be changed."""
    found = people.account_of(tx, voucher).state.vouchers
    return found[0] if found else None


def held_by(state: Voucher | None, hold: bytes, now_ms: int) -> int:
    """Give the units that a hold still reserves."""
    holds = state.holds if state else []
    return sum(each.points for each in holds if each.id == hold and each.until > now_ms)


def available(state: Voucher | None, fresh: int, now_ms: int, *, beside: bytes = b"") -> int:
    """Give what can be used of a voucher, of which `fresh` was put on it should its issue not be
    known here."""
    if state is None:
        return fresh
    if state.number >= 0 or state.ended >= 0:
        return left_on(state, now_ms, beside=beside)
    held = sum(h.points for h in state.holds if h.until > now_ms and h.id != beside)
    return max(0, fresh + state.units - state.used - held)


def lock(tx: Tx, voucher: bytes) -> None:
    """Let nobody else decide on a voucher until this transaction ends; SQLite has one writer."""
    if not tx.is_sqlite:
        tx.text(BEGIN_GROUPS, [[voucher]])
        tx.fetch(schema.account, [voucher], lock=True)


def row_of(tx: Tx, voucher: bytes) -> VoucherRow | None:
    """Give a voucher as it stands."""
    rows = tx.fetch(schema.voucher, [voucher])
    return VoucherRow(*rows[0]) if rows else None


def rows_of(tx: Tx, asked: Sequence[bytes]) -> list[VoucherRow]:
    """Give those of some vouchers that are known."""
    return [VoucherRow(*row) for row in tx.fetch(schema.voucher, asked)]


def of_account(tx: Tx, account: bytes, today: int) -> list[VoucherRow]:
    """Give the vouchers that an account got and that are still good."""
    rows = [VoucherRow(*row) for row in tx.rows(_OF_ACCOUNT, account_=account, today_=today)]
    return [row for row in rows if row.left]


def overused(tx: Tx, limit: int) -> list[VoucherRow]:
    """Give vouchers that were used more often than they could, the newest first."""
    return [VoucherRow(*row) for row in tx.rows(_OVERUSED, limit_=limit)]


def outstanding(tx: Tx, today: int) -> list[Outstanding]:
    """Give what is still on vouchers and gift cards that are valid, by rule and last day."""
    return [Outstanding(*row) for row in tx.rows(_OUTSTANDING, today_=today)]


def used_up(tx: Tx, after: bytes, today: int, limit: int) -> list[tuple[bytes, int]]:
    """Give (voucher, last day) of valid ones on which nothing is left, behind one, in order."""
    return [(row[0], row[1]) for row in tx.rows(_USED_UP, after_=after, today_=today, limit_=limit)]


def told_apart(tx: Tx, asked: Sequence[bytes]) -> tuple[list[tuple[bytes, int]], list[bytes]]:
    """Give the vouchers on which nothing is left, with their last days, and the others."""
    rows = [VoucherRow(*row) for row in tx.fetch(schema.voucher, asked)]
    gone = [row for row in rows if row.number >= 0 and not row.left]
    used = {row.voucher for row in gone}
    return [(row.voucher, row.last_day) for row in gone], [v for v in asked if v not in used]


# --- batches ------------------------------------------------------------------------------------
def batches(tx: Tx) -> list[BatchRow]:
    """Give every batch, the newest first."""
    return [BatchRow(*row) for row in tx.rows(_BATCHES)]


def batch_of(tx: Tx, batch: str) -> BatchRow | None:
    """Give a batch, if it has any voucher."""
    row = tx.row(_BATCH, batch_=batch)
    return BatchRow(*row) if row else None


def in_batch(tx: Tx, batch: str, after: bytes, limit: int) -> list[VoucherRow]:
    """Give vouchers of a batch behind one, by their accounts."""
    rows = tx.rows(_IN_BATCH, batch_=batch, after_=after, limit_=limit)
    return [VoucherRow(*row) for row in rows]


def alive_in_batch(tx: Tx, batch: str, limit: int) -> list[VoucherRow]:
    """Give vouchers of a batch on which something is left."""
    return [VoucherRow(*row) for row in tx.rows(_ALIVE, batch_=batch, limit_=limit)]


# --- at a register: what the hub told -----------------------------------------------------------
def is_used_elsewhere(tx: Tx, voucher: bytes) -> bool:
    """Tell whether the hub said that nothing is left on a voucher."""
    return bool(tx.fetch(schema.used_voucher, [voucher]))


def note_used(tx: Tx, used: Sequence[tuple[bytes, int]], free: Sequence[bytes], today: int) -> None:
    """Keep what the hub said is used up, forget what came back or whose time is over."""
    tx.delete(schema.used_voucher, ["voucher"], [(each,) for each in free])
    tx.put(schema.used_voucher, sorted(used), "upsert")
    tx.run(_FORGET, today_=today)


# --- wrong codes --------------------------------------------------------------------------------
def wrong_codes(tx: Tx, till: str) -> WrongCodes:
    """Give what was tried at a till."""
    rows = tx.fetch(schema.wrong_code, [till])
    return WrongCodes(*rows[0]) if rows else WrongCodes(till, 0, 0, 0)


def keep_wrong_codes(tx: Tx, row: WrongCodes) -> None:
    """Write what was tried at a till."""
    tx.put(schema.wrong_code, [row], "upsert")


_v = schema.voucher.c
_spent = or_(_v.ended >= 0, _v.used >= _v.units)
_OF_ACCOUNT = (
    select(schema.voucher)
    .where(_v.account == bindparam("account_"), _v.last_day >= bindparam("today_"))
    .order_by(_v.last_day, _v.voucher)
)
_OVERUSED = (
    select(schema.voucher)
    .where(_v.overused > 0)
    .order_by(_v.day.desc(), _v.voucher)
    .limit(bindparam("limit_"))
)
_OUTSTANDING = (
    select(_v.programme, _v.number, _v.last_day, func.count(), func.sum(_v.units - _v.used))
    .where(_v.number >= 0, _v.ended < 0, _v.used < _v.units, _v.last_day >= bindparam("today_"))
    .group_by(_v.programme, _v.number, _v.last_day)
    .order_by(_v.programme, _v.number, _v.last_day)
)
_per_batch = (
    *(_v.batch, _v.programme, _v.number, func.min(_v.day), func.max(_v.last_day), func.count()),
    func.sum(case((_v.used > 0, 1), else_=0)),
    func.sum(case((_v.ended >= 0, 1), else_=0)),
    func.sum(case((_v.account != b"", 1), else_=0)),
)
_BY_BATCH = select(*_per_batch).group_by(_v.batch, _v.programme, _v.number)
_BATCHES = _BY_BATCH.where(_v.batch != "").order_by(func.min(_v.day).desc(), _v.batch)
_BATCH = _BY_BATCH.where(_v.batch == bindparam("batch_"))
_IN_BATCH = (
    select(schema.voucher)
    .where(_v.batch == bindparam("batch_"), _v.voucher > bindparam("after_"))
    .order_by(_v.voucher)
    .limit(bindparam("limit_"))
)
_ALIVE = (
    select(schema.voucher)
    .where(_v.batch == bindparam("batch_"), _v.ended < 0, _v.used < _v.units)
    .order_by(_v.voucher)
    .limit(bindparam("limit_"))
)
_USED_UP = (
    select(_v.voucher, _v.last_day)
    .where(
        _v.voucher > bindparam("after_"),
        _v.number >= 0,
        _spent,
        _v.last_day >= bindparam("today_"),
    )
    .order_by(_v.voucher)
    .limit(bindparam("limit_"))
)
_FORGET = schema.used_voucher.delete().where(schema.used_voucher.c.last_day < bindparam("today_"))
