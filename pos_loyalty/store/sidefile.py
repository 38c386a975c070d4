"""The ends of the chains, told in a small file beside the database.

Written at clean points. A database that is behind what the file says was restored from an older
state: a warning before the first sale, not a proof.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import select

from pos_loyalty.store import schema
from pos_loyalty.store.copying import write_whole
from pos_loyalty.store.engine import Store
from pos_loyalty.store.statements import Tx


class Chain(Struct, frozen=True):
    """Where a chain ends; node and hash in hex."""

    node: str
    inc: int
    seq: int
    hash: str


class Behind(NamedTuple):
    """A chain that ends earlier in the database than the side file says."""

    node: bytes
    inc: int
    noted: int
    found: int


def side_path(store: Store) -> Path | None:
    """Give where a store's side file lies; PostgreSQL has none."""
    return store.path.with_name(store.path.name + ".chains") if store.path else None


def chains_of(tx: Tx) -> tuple[Chain, ...]:
    """Give the end of every chain."""
    rows = tx.rows(select(schema.head).order_by(schema.head.c.node, schema.head.c.inc))
    return tuple(Chain(row[0].hex(), row[1], row[2], row[3].hex()) for row in rows)


def note_chains(store: Store) -> None:
    """Write the side file anew; at a clean point: after opening, now and then, before closing."""
    path = side_path(store)
    if path is None:
        return
    with store.read() as tx:
        chains = chains_of(tx)
    write_whole(path, msgspec.json.encode(chains))


def behind_note(store: Store) -> list[Behind]:
    """Give the chains of which the side file knows more than the database.

    A missing or unreadable side file says nothing.
    """
    path = side_path(store)
    if path is None or not path.exists():
        return []
    try:
        noted = msgspec.json.decode(path.read_bytes(), type=list[Chain])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    with store.read() as tx:
        found = {(chain.node, chain.inc): chain.seq for chain in chains_of(tx)}
    pairs = [(chain, found.get((chain.node, chain.inc), 0)) for chain in noted]
    return [
        Behind(bytes.fromhex(chain.node), chain.inc, chain.seq, seq)
        for chain, seq in pairs
        if seq < chain.seq
    ]
