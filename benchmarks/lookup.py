"""A card to the member it stands for, among very many; and what growth costs.

The limit finds the same rows through the bare driver: card, member, name and balance.
"""

import random
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.crowd import card, populate
from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.stores import CARD_KEY, open_node, raw_connection, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.queries import Queries

MEMBERS = 1_000_000
FEW = 10_000
LOOKUPS = 3_000
SQL = (
    "SELECT card.account, card.status, member.status, account.state, balance.points,"
    " first.value, last.value FROM card JOIN member ON member.member = card.member"
    " JOIN account ON account.grp = card.account JOIN balance ON balance.grp = card.account"
    " JOIN profile AS first ON first.member = card.member AND +first.field = 'first_name'"
    " JOIN profile AS last ON last.member = card.member AND +last.field = 'last_name'"
    " WHERE card.account = ?"
)


def measure(path: Path, members: int, lookups: int) -> tuple[list[float], list[float]]:
    """Give milliseconds of each look-up and of its rows alone, side by side."""
    node = open_node(path)
    queries = Queries(node.store, node.settings, SystemClock())
    chosen = random.Random(members)
    product, limit = [], []
    with raw_connection(path) as raw:
        for _ in range(lookups):
            number = card(chosen.randrange(members))
            start = perf_counter()
            queries.member_by_card(number)
            product.append((perf_counter() - start) * 1000)
            # Another member, or the rows would lie warm in the pages just read.
            account = card_account(CARD_KEY, "main", card(chosen.randrange(members)))
            start = perf_counter()
            row = raw.execute(SQL, (account,)).fetchone()
            limit.append((perf_counter() - start) * 1000)
            assert row is not None
    node.close()
    warm = lookups // 10
    return product[warm:], limit[warm:]


def run(
    *, members: int = MEMBERS, few: int = FEW, lookups: int = LOOKUPS, directory: str = ""
) -> list[Figure]:
    """Measure among few members and among many."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        folder = Path(name)
        found = {}
        for count in sorted({few, members}):
            path = folder / f"{count}.db"
            populate(path, count, now_ms=SystemClock().now_ms())
            found[count] = measure(path, count, lookups)
    product, limit = found[members]
    before = median(found[few][0])
    twice = Bar(most=2, of_ratio=True)
    grown = Bar(most=1.3 if members <= MEMBERS else 2, of_ratio=True)
    among = f"among {members:,} members"
    return [
        Figure(f"card look-up {among}, p50", median(product), median(limit), "ms", twice),
        Figure(
            f"card look-up {among}, p99",
            percentile(product, 0.99),
            percentile(limit, 0.99),
            "ms",
            Bar(most=10),
        ),
        Figure(f"card look-up {among} : {few:,}", median(product), before, "ms", grown),
    ]


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
