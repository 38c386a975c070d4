"""What a till does among many members, beside the same among few: sales, redemptions, refolds."""

import random
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import redemption, refold
from benchmarks.crowd import card, populate
from benchmarks.harness import Bar, Figure, show
from benchmarks.sale import lines
from benchmarks.stores import open_node, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import CloseSale
from pos_loyalty.node.execute import Node

MEMBERS, FEW, SALES = 1_000_000, 10_000, 800
FACTS, ROUNDS = 250, 60
BAR = Bar(most=1.3, of_ratio=True)
Take = Callable[[Node, int, int], float]
"""Gives the milliseconds of the n-th round with a member in a store."""


def run(
    *,
    members: int = MEMBERS,
    few: int = FEW,
    sales: int = SALES,
    facts: int = FACTS,
    directory: str = "",
) -> list[Figure]:
    """Do the same in both stores, in turn, with members chosen at random."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        nodes = [(count, _crowded(Path(name), count, facts)) for count in (few, members)]
        figures = [
            _figure("durable sale", nodes, _sell, sales),
            _figure("durable redemption", nodes, _redeem, min(sales // 2, few)),
            _figure(f"refold of {facts} facts", nodes, _refold, min(sales, ROUNDS)),
        ]
        for _, node in nodes:
            node.close()
    return figures


def _crowded(folder: Path, members: int, facts: int) -> Node:
    path = folder / f"{members}.db"
    programme = redemption.PROGRAMME
    populate(path, members, now_ms=SystemClock().now_ms(), programme=programme)
    node = open_node(path, programme=programme)
    refold.bring(node, facts)
    return node


def _figure(title: str, nodes: list[tuple[int, Node]], take: Take, rounds: int) -> Figure:
    chosen = random.Random(3)
    whom = {count: chosen.sample(range(count), min(rounds, count)) for count, _ in nodes}
    (few, one), (many, other) = nodes
    waits = [
        (take(other, n, whom[many][n % many]), take(one, n, whom[few][n % few]))
        for n in range(rounds)
    ]
    product, limit = (median(each) for each in zip(*waits[rounds // 10 :], strict=True))
    return Figure(f"{title} among {many:,} members : {few:,}", product, limit, "ms", BAR)


def _sell(node: Node, index: int, member: int) -> float:
    sale = CloseSale(id=f"sale-{index}", number=f"s{index}", card=card(member), lines=lines())
    start = perf_counter()
    node.execute(sale)
    return (perf_counter() - start) * 1000


def _redeem(node: Node, index: int, member: int) -> float:
    took = redemption.redeem(node, index, card(member), lambda: 0.0)
    return took.hold + took.capture


def _refold(node: Node, index: int, member: int) -> float:
    """Fold one account again, whose facts lie among those of three others: the same each time."""
    (took,), _, _ = refold.measure(node, 1)
    return took


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
