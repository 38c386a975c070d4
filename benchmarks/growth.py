"""A durable sale among many members, beside one among few."""

import random
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.crowd import card, populate
from benchmarks.harness import Bar, Figure, show
from benchmarks.sale import lines
from benchmarks.stores import open_node, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import CloseSale
from pos_loyalty.node.execute import Node

MEMBERS, FEW, SALES = 1_000_000, 10_000, 800


def run(
    *, members: int = MEMBERS, few: int = FEW, sales: int = SALES, directory: str = ""
) -> list[Figure]:
    """Sell to members chosen at random in both stores, in turn."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        nodes = {}
        for count in (few, members):
            path = Path(name) / f"{count}.db"
            populate(path, count, now_ms=SystemClock().now_ms())
            nodes[count] = open_node(path)
        chosen = random.Random(3)
        waits: dict[int, list[float]] = {few: [], members: []}
        for index in range(sales):
            for count, node in nodes.items():
                waits[count].append(_sell(node, index, chosen.randrange(count)))
        for node in nodes.values():
            node.close()
    warm = sales // 10
    return [
        Figure(
            f"durable sale among {members:,} members : {few:,}",
            median(waits[members][warm:]),
            median(waits[few][warm:]),
            "ms",
            Bar(most=1.3, of_ratio=True),
        )
    ]


def _sell(node: Node, index: int, member: int) -> float:
    sale = CloseSale(id=f"sale-{index}", number=f"n{index}", card=card(member), lines=lines())
    start = perf_counter()
    node.execute(sale)
    return (perf_counter() - start) * 1000


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
