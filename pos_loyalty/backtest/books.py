"""What is owed for points, reckoned in a child process beside a daemon that goes on selling."""

import os
import signal
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection

import msgspec
from msgspec import Struct

from pos_loyalty.domain.calendar import SHOP_DAYS, ShopDays
from pos_loyalty.domain.forecast import Books
from pos_loyalty.domain.liability import By
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.engine import connect
from pos_loyalty.store.outstanding import books

NICENESS = 10
PATIENCE_S = 600.0
"""Longer than every account of a large chain takes."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of the database at `url`: the end of business day `day`, split `by`.

    `days` are those of the shop `home` that looks.
    """

    url: str
    day: int
    by: By
    home: str
    days: ShopDays = SHOP_DAYS


class _Refused(Struct, frozen=True, tag=True):
    reason: str
    values: dict[str, str | int]


class _Found(Struct, frozen=True, tag=True):
    books: Books


_decode = msgspec.msgpack.Decoder(_Found | _Refused).decode


def reckon(asked: Asked) -> Books:
    """Give what is owed and what becomes of it.

    Raises `LoyaltyError` (`PROGRAMME_MISSING`, what the database says of itself, or
    `INTERNAL_ERROR` where the child ends without an answer).
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_reckon, args=(theirs, asked), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(PATIENCE_S):
            raise LoyaltyError(Reason.INTERNAL_ERROR)
        found: _Found | _Refused = _decode(ours.recv_bytes())
    except EOFError:
        raise LoyaltyError(Reason.INTERNAL_ERROR) from None
    finally:
        ours.close()
        child.kill()
        child.join()
    if isinstance(found, _Refused):
        raise LoyaltyError(Reason[found.reason], **found.values)
    return found.books


def _reckon(pipe: Connection, asked: Asked) -> None:
    """Let the till go first, and the parent answer for Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        with closing(connect(asked.url)) as store, store.read() as tx:
            found = books(tx, asked.day, by=asked.by, home=asked.home, days=asked.days)
            answer: _Found | _Refused = _Found(found)
    except LoyaltyError as error:
        answer = _Refused(error.reason.code, dict(error.values))
    pipe.send_bytes(msgspec.msgpack.encode(answer))
