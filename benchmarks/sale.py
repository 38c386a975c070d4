"""One durable sale, and the rows it writes through the bare driver.

Both write to copies of one file, in turn. What the product writes is taken down beforehand on a
third copy: every statement that changes a row, with its values.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.stores import (
    copy_store,
    open_node,
    raw_connection,
    replay_writes,
    scratch,
    writes_of,
)
from pos_loyalty.commands import CloseSale, Command, EnrolMember
from pos_loyalty.domain.ticket import Line, Tender
from pos_loyalty.node.execute import Node

SALES = 1000
LINES = 5
ACCOUNTS = 40
BARS = {20: 1.4, 200: 1.7}
"""Open lots of the account, and how much slower than the bare driver a sale may be."""


def card(number: int) -> str:
    """Give the card of the n-th member."""
    return f"2990{number:06}"


def lines(first: int = 0) -> tuple[Line, ...]:
    """Give the lines of a small purchase."""
    return tuple(
        Line(f"3250390{first + k:06}", 199 + 37 * k, label=f"Article {k}", category="c", vat=550)
        for k in range(LINES)
    )


def sales(count: int, *, accounts: int = ACCOUNTS) -> list[Command]:
    """Give sales to the members in turn, as a till sends them."""
    bought = lines()
    due = sum(line.amount for line in bought)
    return [
        CloseSale(
            id=f"sale-{index}",
            number=f"n{index}",
            card=card(index % accounts),
            lines=bought,
            tenders=(Tender("card", due),),
        )
        for index in range(count)
    ]


def with_lots(path: Path, lots: int, *, accounts: int = ACCOUNTS) -> None:
    """Make a store whose members have bought on so many days, each leaving a lot."""
    node = open_node(path)
    node.execute_many(
        [
            EnrolMember(id=f"member-{n}", card=card(n), profile={"first_name": "Zoé"})
            for n in range(accounts)
        ]
    )
    today = datetime.now(UTC)
    for ago in range(lots, 0, -1):
        buy_all(node, today - timedelta(days=ago), accounts)
    node.close()


def buy_all(node: Node, moment: datetime, accounts: int) -> None:
    """Let every member buy once at a moment of the past."""
    at, day = int(moment.timestamp() * 1000), moment.date().isoformat()
    node.execute_many(
        [
            CloseSale(
                id=f"past-{day}-{n}",
                number=f"p{n}",
                card=card(n),
                lines=lines(),
                at=at,
                day=day,
                source="import",
            )
            for n in range(accounts)
        ]
    )


def measure(folder: Path, source: Path, count: int) -> tuple[list[float], list[float]]:
    """Give milliseconds of each sale and of its rows alone, side by side."""
    commands = sales(count)
    noted = writes_of(copy_store(source, folder / "noted.db"), commands)
    node = open_node(copy_store(source, folder / "product.db"))
    with raw_connection(copy_store(source, folder / "raw.db")) as raw:
        pairs = [
            (_timed(node.execute, command), _timed(replay_writes, raw, writes))
            for command, writes in zip(commands, noted, strict=True)
        ]
    node.close()
    warm = pairs[len(pairs) // 10 :]
    return [pair[0] for pair in warm], [pair[1] for pair in warm]


def _timed(work: object, *values: object) -> float:
    assert callable(work)
    start = perf_counter()
    work(*values)
    return (perf_counter() - start) * 1000


def run(
    *, count: int = SALES, lots: Sequence[int] = tuple(BARS), directory: str = ""
) -> list[Figure]:
    """Measure sales to accounts with few and with many open lots."""
    figures = []
    for open_lots in lots:
        with TemporaryDirectory(dir=scratch(directory)) as name:
            folder = Path(name)
            with_lots(folder / "source.db", open_lots)
            product, limit = measure(folder, folder / "source.db", count)
        bar = Bar(most=BARS.get(open_lots, max(BARS.values())), of_ratio=True)
        title = f"durable sale, account of {open_lots} lots"
        figures.append(Figure(f"{title}, p50", median(product), median(limit), "ms", bar))
        tails = percentile(product, 0.99), percentile(limit, 0.99)
        figures.append(Figure(f"{title}, p99", *tails, "ms", Bar(most=100)))
    return figures


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
