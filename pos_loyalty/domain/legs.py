"""What the fold reads: a fact as routed to an account, and its core by kind.

Cores are encoded as arrays, so a field may only be added at the end, with a default.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import Struct

from pos_loyalty.domain.occasions import Occasion
from pos_loyalty.domain.return_policy import USUAL_RETURNS, ReturnPolicy
from pos_loyalty.domain.segments import Gate

COUNTER_BITS = 16
"""The low bits of a stamp are a counter within its millisecond."""
QUARTER = 91 * 86_400_000 << COUNTER_BITS
"""How much of the effective order makes a quarter of a year: thirteen weeks."""


def quarter_of(stamp: int) -> int:
    """Give the number of the quarter that a stamp lies in."""
    return stamp // QUARTER


def start_of(quarter: int) -> int:
    """Give the first stamp of a quarter."""
    return quarter * QUARTER


class PartLines(Struct, array_like=True, gc=False):
    """What only a return opens: a rating line by line.

    Below `minimum` nothing is earned, and never more than `maximum` points (0: any number);
    `rounding` is an index of `ROUNDINGS`.
    """

    denominator: int
    bases: list[int]
    numerators: list[int]
    spent: list[int]
    conditions: list[tuple[int, int]]
    minimum: int = 0
    maximum: int = 0
    rounding: int = 0


class Terms(Struct, array_like=True, gc=False):
    """What a rating says beyond its points; most say nothing.

    The points can be spent from the day `first` on; `idle` is after how many months without a
    purchase the member's points end (0: never). `over` is what was earned beyond whole points and
    waits for the next ticket, as (numerator, denominator). A day and a month bring no more than
    their caps (0: any number). `occasions` are for what is given only once. Nothing is earned
    where the `gate` is shut. What goods that come back do is told by `returns` (nothing: the
    usual); where the ticket `pays_itself` its points are there before it spends any.
    """

    first: int = 0
    idle: int = 0
    over: tuple[int, int] | None = None
    day_cap: int = 0
    month_cap: int = 0
    occasions: list[Occasion] = []
    gate: Gate | None = None
    returns: ReturnPolicy | None = None
    pays_itself: bool = False

    @property
    def alone(self) -> bool:
        """Tell whether what the ticket brings hangs on no other ticket."""
        beside = self.day_cap or self.month_cap or self.occasions or self.gate
        return self.over is None and not beside


NO_TERMS = Terms()


class Part(Struct, array_like=True, gc=False):
    """One programme's rating of a sale, in totals; `lines` is an encoded `PartLines`."""

    programme: str
    earned: int
    qualifying: int
    spent: int
    expires: int
    courtesy: int
    holds: tuple[bytes, ...]
    lines: msgspec.Raw
    terms: Terms | None = None

    @property
    def returns(self) -> ReturnPolicy:
        """What goods that come back do to its points."""
        return (self.terms and self.terms.returns) or USUAL_RETURNS


class SaleCore(Struct, array_like=True, gc=False):
    """A sale as the fold needs it; `sold` are encoded quantities, which only a return opens."""

    day: int
    sold: msgspec.Raw
    parts: list[Part]

    @property
    def quantities(self) -> list[int]:
        """The thousandths sold, by line."""
        return _decode_quantities(self.sold)


_decode_quantities = msgspec.msgpack.Decoder(list[int]).decode


class ReturnCore(Struct, array_like=True, gc=False):
    """Lines given back: (line index, thousandths).

    `restores` are points that paid for lines which stay, and are given back too; `beside` those of
    programmes beside the main one, as (programme, points).
    """

    day: int
    lines: list[tuple[int, int]]
    restores: int = 0
    beside: list[tuple[str, int]] = []


class PointsCore(Struct, array_like=True, gc=False):
    """An adjustment: points may be negative.

    `mark` names its own lot, so that its undoing can take from that one first; 0: no name.
    """

    programme: str
    points: int
    day: int
    expires: int
    mark: int = 0


class OpeningCore(Struct, array_like=True, gc=False):
    """Balances brought from another system: lots and (day, minor units) of qualifying spend.

    All its points end after the day `idle` (0: no such day) unless something is bought by then.
    """

    programme: str
    day: int
    lots: list[tuple[int, int, int]]
    window: list[tuple[int, int]]
    idle: int = 0


class HoldCore(Struct, array_like=True, gc=False):
    """A hold taken (`points` > 0) or given back (`points` == 0)."""

    programme: str
    id: bytes
    points: int
    until: int


class LinkCore(Struct, array_like=True, gc=False):
    """Two accounts pooled from now on (`joined`), or no longer; the `other` may be a `card`'s."""

    other: bytes
    joined: bool
    card: bool = False


class VoucherCore(Struct, array_like=True, gc=False):
    """What happens to a voucher: `act` is issue, top, hold, release, use, back or end.

    `units` are uses or minor units; the fields behind `until` are told by its issue only.
    """

    act: str
    units: int = 0
    hold: bytes = b""
    until: int = 0
    programme: str = ""
    number: int = 0
    account: bytes = b""
    ticket: str = ""
    amount: int = 0
    day: int = 0
    last_day: int = 0
    batch: str = ""


class ErasureCore(Struct, array_like=True, gc=False):
    """Accounts that are closed."""

    accounts: list[bytes]


class RightCore(Struct, array_like=True, gc=False):
    """A right was used in a period, or a use taken back (`count` -1)."""

    programme: str
    right: str
    until: int
    count: int


class EventCore(Struct, array_like=True, gc=False):
    """What a member did was told: `points` until the day `expires`, at most `limit` times by the
    day `until`. `mark` names its lot; with `undone` it is taken back."""

    programme: str
    event: str
    day: int
    points: int
    expires: int
    limit: int
    until: int
    mark: int
    undone: bool = False
    name: str = ""


class ReferralCore(Struct, array_like=True, gc=False):
    """Somebody was brought by another account's owner."""

    by: bytes


class PartRecord(Struct, array_like=True, gc=False):
    """What a ticket still keeps in one programme.

    `allocations` are the lots a redemption took, in the order taken: (last day, day, origin,
    owner, points); origin 0 is debt. `extras` are the occasions it won, as (index,
    points, who brought the customer or -1), and are among the points `kept`. `exact` is what it
    still counts of what is carried over, once a line came back. One that is `shut` was not for its
    customer: it brings nothing, whatever comes back.
    `takings` are what each return did, as (the return's origin, points that the ticket no longer
    brings, points that left its pool, points given back to its pool).
    """

    programme: str
    kept: int
    qualifying: int
    restored: int
    allocations: list[tuple[int, int, int, int, int]]
    extras: list[tuple[int, int, int]] = []
    exact: str = ""
    takings: list[tuple[int, int, int, int]] = []
    shut: bool = False

    @property
    def brought(self) -> int:
        """The points that the ticket brought when it was sold."""
        return self.kept + sum(less for _, less, _, _ in self.takings)


class Record(Struct, array_like=True, gc=False):
    """A ticket after what happened to it; a ticket nothing happened to has none.

    `earlier` is what it was when a quarter began in which something came back, as (quarter,
    encoded record; empty for none): so the fold of a later quarter can begin where that one ended.
    """

    returned: list[int]
    excess: int
    parts: list[PartRecord]
    earlier: list[tuple[int, bytes]] = []


class Leg(NamedTuple):
    """A fact as routed: its account, its place in the effective order, and what the fold needs."""

    account: bytes
    stamp: int
    node: bytes
    inc: int
    seq: int
    kind: str
    ticket: str
    core: bytes

    @property
    def order(self) -> tuple[int, bytes, int, int]:
        """Its place in the effective order."""
        return self.stamp, self.node, self.inc, self.seq

    @property
    def moment(self) -> int:
        """When it counts, in Unix milliseconds: its stamp without the counter."""
        return self.stamp >> COUNTER_BITS

    @property
    def origin(self) -> int:
        """A number that names this leg in its group: what its lots carry."""
        return origin_of(self.node, self.inc, self.seq)


def origin_of(node: bytes, inc: int, seq: int) -> int:
    """Give the number that names a fact in its group."""
    return seq * 1_000_003 + _number_of(node) + inc + 1


@lru_cache(maxsize=1024)
def _number_of(node: bytes) -> int:
    return int.from_bytes(node[-4:], "big")
