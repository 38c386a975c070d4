"""One durable redemption, and the sync that no program can do without.

As a till does it: points are held for the open basket, then the sale captures them. Both are a
transaction that is synced to disk; the limit is two blocks, each written and synced, in turn with
the product, on the same disk.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.sale import card, lines
from benchmarks.stores import open_node, scratch
from pos_loyalty.commands import (
    AttachMember,
    CloseSale,
    EnrolMember,
    HoldPoints,
    OpenBalance,
    OpenBasket,
    QuoteBasket,
)
from pos_loyalty.domain.ticket import Tender
from pos_loyalty.node.execute import Node

COUNT = 1000
ACCOUNTS = 40
BLOCK = bytes(4096)
"""The least that a disk is given to keep."""
PROGRAMME = Path(__file__).with_name("redeeming.toml")
BAR = Bar(most=3, of_ratio=True)


class Round(NamedTuple):
    """Milliseconds of one redemption, its two halves, and of the syncs beside each."""

    hold: float
    hold_floor: float
    capture: float
    capture_floor: float


def redeem(node: Node, index: int, holder: str, sync: Callable[[], float]) -> Round:
    """Fill a card's basket, then hold points for it and close the sale, each beside a sync."""
    basket, bought = f"b{index}", lines()
    node.execute(OpenBasket(id=f"open-{index}", basket=basket))
    node.execute(AttachMember(id=f"at-{index}", basket=basket, card=holder))
    node.execute(QuoteBasket(id=f"quote-{index}", basket=basket, lines=bought))
    start = perf_counter()
    held = node.execute(HoldPoints(id=f"hold-{index}", basket=basket, blocks=1))
    hold = perf_counter() - start
    hold_floor = sync()
    due = sum(line.amount for line in bought) - held.discount.amount
    close = CloseSale(
        id=f"close-{index}",
        basket=basket,
        number=f"n{index}",
        lines=bought,
        discounts=(held.discount,),
        tenders=(Tender("card", due),),
    )
    start = perf_counter()
    answer = node.execute(close)
    capture = perf_counter() - start
    assert answer.used == held.points
    return Round(hold * 1000, hold_floor, capture * 1000, sync())


def synced(file: int) -> float:
    """Give the milliseconds that a block takes to the disk."""
    start = perf_counter()
    os.write(file, BLOCK)
    os.fdatasync(file)
    return (perf_counter() - start) * 1000


@contextmanager
def appended(path: Path) -> Iterator[int]:
    """Open a file to append to, with its place on the disk taken beforehand."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        os.posix_fallocate(file, 0, 4 * COUNT * len(BLOCK))
        os.fsync(file)
        yield file
    finally:
        os.close(file)


def with_points(node: Node) -> None:
    """Enrol members who bring enough points for every round."""
    today = datetime.now(UTC).date().isoformat()
    members = [
        node.execute(EnrolMember(id=f"member-{n}", card=card(n), profile={"first_name": "Zoé"}))
        for n in range(ACCOUNTS)
    ]
    for n, each in enumerate(members):
        node.execute(
            OpenBalance(
                id=f"balance-{n}", member=each.member, origin=f"o{n}", lots=((100_000, today, ""),)
            )
        )


def run(*, count: int = COUNT, directory: str = "") -> list[Figure]:
    """Measure redemptions of members in turn."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        node = open_node(Path(name) / "till.db", programme=PROGRAMME)
        with_points(node)
        gc.freeze()  # as a node does when it has begun
        with appended(Path(name) / "blocks") as file:
            sync = partial(synced, file)
            rounds = [redeem(node, n, card(n % ACCOUNTS), sync) for n in range(count)]
        gc.unfreeze()
        node.close()
    warm = rounds[len(rounds) // 10 :]
    both = [each.hold + each.capture for each in warm]
    floors = [each.hold_floor + each.capture_floor for each in warm]
    tails = percentile(both, 0.99), percentile(floors, 0.99)
    middle = median(both), median(floors)
    parts = (
        ("hold", [each.hold for each in warm], [each.hold_floor for each in warm]),
        ("capture", [each.capture for each in warm], [each.capture_floor for each in warm]),
    )
    return [
        Figure("durable redemption, hold and capture, p99", *tails, "ms", BAR),
        Figure("durable redemption, hold and capture, p50", *middle, "ms", Bar(most=100)),
        *(
            Figure(f"{name} alone, p99", percentile(took, 0.99), percentile(floor, 0.99), "ms", BAR)
            for name, took, floor in parts
        ),
    ]


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
