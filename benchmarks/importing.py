"""Past tickets from a file into a store that serves nobody else, beside the same rows in bulk.

The product reads, checks, rates, folds and writes; the limit writes the rows that came of it
through the bare driver, a thousand tickets a transaction.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.harness import Bar, Figure, show
from benchmarks.journey import card, load
from benchmarks.stores import (
    Write,
    copy_store,
    drain,
    open_node,
    raw_connection,
    recording_store,
    replay_writes,
    scratch,
)
from pos_loyalty.commands import Command, EnrolMember
from pos_loyalty.imports.rules import rules_of
from pos_loyalty.imports.run import import_file
from pos_loyalty.node.execute import Node

TICKETS = 10_000
HEADER = ("number", "at", "store", "card", "article", "quantity", "amount_cents", "category")
ZONE = "+00:00"


def write_file(path: Path, limit: int) -> tuple[int, list[int]]:
    """Write real tickets as a shop's file; gives its rows and who bought."""
    journey = load()
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, delimiter=";")
        table.writerow(HEADER)
        for sale in journey.sales(limit):
            at = f"{sale.day} {_clock(sale.at)}{ZONE}"
            for line in sale.lines:
                what = (line.article, line.quantity // 1000, line.amount, line.category)
                table.writerow((sale.number, at, sale.store, sale.card, *what))
                rows += 1
    return rows, journey.households(limit)


def _clock(at_ms: int) -> str:
    second = at_ms // 1000 % 86_400
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _members(node: Node, households: list[int]) -> None:
    node.execute_many([EnrolMember(id=f"household-{n}", card=card(n)) for n in households])


def run(*, limit: int = TICKETS, directory: str = "") -> list[Figure]:
    """Import the first `limit` real tickets."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        folder = Path(name)
        rows, households = write_file(folder / "tickets.csv", limit)
        node = open_node(folder / "source.db")
        _members(node, households)
        node.close()
        noted = _noted(folder)
        node = open_node(copy_store(folder / "source.db", folder / "product.db"))
        start = perf_counter()
        summary = import_file(
            "tickets",
            folder / "tickets.csv",
            node.execute_many,
            rules=rules_of(node.settings),
            hold_s=None,
        )
        product = perf_counter() - start
        node.close()
        assert summary.accepted == limit and summary.read == rows
        with raw_connection(copy_store(folder / "source.db", folder / "raw.db")) as raw:
            start = perf_counter()
            for writes in noted:
                replay_writes(raw, writes)
            least = perf_counter() - start
    bar = Bar(least=0.3, of_ratio=True)
    return [
        Figure("import of past tickets, batch 1,000", limit / product, limit / least, "/s", bar)
    ]


def _noted(folder: Path) -> list[list[Write]]:
    """Give what each batch writes, taken down on a copy."""
    store = recording_store(copy_store(folder / "source.db", folder / "noted.db"))
    node = open_node(folder / "noted.db", store=store)
    batches: list[list[Write]] = []

    def execute_many(batch: Sequence[Command]) -> list[Any]:
        drain(store)
        answers = node.execute_many(batch)
        batches.append(_gathered(drain(store)))
        return answers

    import_file(
        "tickets",
        folder / "tickets.csv",
        execute_many,
        rules=rules_of(node.settings),
        hold_s=None,
    )
    node.close()
    return batches


def _gathered(writes: Sequence[Write]) -> list[Write]:
    """Put the rows of one statement together, as a program that only writes would."""
    rows: dict[str, list[Any]] = {}
    for write in writes:
        rows.setdefault(write.sql, []).extend(write.values if write.many else [write.values])
    return [Write(sql, values, True) for sql, values in rows.items()]


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
