"""What a register and its hub say to each other.

Small calls travel as JSON with ids and hashes in hex; facts and checkpoints as msgpack. Fields
are only ever added, at the end and with a default.
"""

from msgspec import Struct

from pos_loyalty.events import Fact

PROTOCOL = 1
FACTS_MAX = 1000
"""Facts in one upload."""
POINTS_MAX = 64
"""Places of a chain that one question names."""


class Joining(Struct, frozen=True, kw_only=True):
    """A register asks to be let in with a one-time code; `inc` is its own idea of it."""

    code: str
    node: str
    inc: int = 1
    app: str = ""


class Joined(Struct, frozen=True, kw_only=True):
    """It is let in: the token that names it from now on, its store and till."""

    token: str
    hub: str
    epoch: str
    inc: int
    store: str
    till: str


class Hello(Struct, frozen=True, kw_only=True):
    """Where a register stands: the end of its chain, what it holds for acknowledged.

    `ended` are its former incarnations with their last numbers; `epoch` the hub's as it knows it.
    """

    inc: int
    seq: int
    hash: str
    acknowledged: int
    epoch: str = ""
    app: str = ""
    protocol: int = PROTOCOL
    clock_ms: int = 0
    ended: tuple[tuple[int, int], ...] = ()


class Welcome(Struct, frozen=True, kw_only=True):
    """Where the hub stands: `verdict` is ok, resend (from behind `seq`) or fork.

    A fork means that the register's chain and the hub's differ: the last common fact is to be
    found, and a new incarnation begins there. `ended` tells what it has of former ones.
    """

    hub: str
    epoch: str
    inc: int
    seq: int
    hash: str
    durable: int
    clock_ms: int
    verdict: str
    scope: str
    protocol: int = PROTOCOL
    ended: tuple[tuple[int, int], ...] = ()


class Places(Struct, frozen=True, kw_only=True):
    """Places of a register's chain: (number, hash)."""

    inc: int
    places: tuple[tuple[int, str], ...]


class Common(Struct, frozen=True, kw_only=True):
    """The last of the places named that the hub has too; 0 for none."""

    seq: int


class Fork(Struct, frozen=True, kw_only=True):
    """A register asks for a new incarnation after the last common place of its chain."""

    inc: int
    seq: int
    hash: str


class Forked(Struct, frozen=True, kw_only=True):
    """The incarnation that begins now."""

    inc: int


class Claim(Struct, frozen=True, kw_only=True):
    """A till asks for `units` of a voucher, under a hold of its own making, until a moment.

    `until` is Unix milliseconds, `fresh` what the code says was on it, should its issue still be
    on the way.
    """

    voucher: str
    hold: str
    units: int
    fresh: int
    until: int


class UsedVouchers(Struct, frozen=True, array_like=True):
    """Vouchers on which nothing is left, as (voucher, last day), and those that are `free` again.

    `after` is where the next page begins; of a whole list `key` is how far this page came.
    """

    epoch: str
    after: int
    more: bool
    key: str = ""
    used: list[tuple[str, int]] = []
    free: list[str] = []


class Batch(Struct, frozen=True, array_like=True):
    """Facts of one chain from `first`, after the hash `before`.

    `current` is the sender's present incarnation: facts of an ended one may be sent again.
    """

    inc: int
    current: int
    first: int
    before: bytes
    facts: list[Fact]


class Taken(Struct, frozen=True, array_like=True):
    """What the hub has of a chain now; clamps it lowered and facts it set aside, by number."""

    inc: int
    seq: int
    durable: int
    clamps: list[tuple[int, int]] = []
    refused: list[tuple[int, str]] = []


class Checkpoint(Struct, frozen=True, array_like=True):
    """A hub's fold of an account group: its last fact's order, and the content."""

    group: bytes
    stamp: int
    node: bytes
    inc: int
    seq: int
    content: bytes


class Page(Struct, frozen=True, array_like=True):
    """News of a store: facts first, then checkpoints.

    `after` is where the next page begins, `more` whether there is one now. A snapshot's pages
    are keyed by `key` (empty when it is complete), and carry the feed number to go on from. Where
    a voucher was asked for, `granted` is how much of it the till may use.
    """

    epoch: str
    after: int
    more: bool
    facts: list[Fact] = []
    checkpoints: list[Checkpoint] = []
    key: bytes = b""
    granted: int = 0
