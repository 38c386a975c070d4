"""Every real ticket of a year through the path of a live sale: one durable transaction each.

Ends with totals read back from the store, compared with those of the source tables; then all
derived tables are made anew, and everything is verified.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.journey import Totals, card, expected, load
from benchmarks.stores import PROGRAMME, open_node, raw_connection, scratch
from pos_loyalty.commands import EnrolMember
from pos_loyalty.events import SaleClosed, decode_payload
from pos_loyalty.node.execute import Node
from pos_loyalty.store.rebuild import rebuild
from pos_loyalty.store.verify import verify

MEMBERS_TOGETHER = 500
REPORTED_EVERY = 20_000


class Failed(Exception):
    """The replay did not come to what it had to."""


def run(
    *, programme: Path = PROGRAMME, limit: int | None = None, directory: str = ""
) -> list[Figure]:
    """Replay the year, or its first `limit` tickets; raises `Failed` where anything differs."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        path = Path(name) / "replay.db"
        node = open_node(path, programme=programme)
        try:
            waits = _sell_all(node, limit)
            with _timed("rebuild") as rebuilt:
                rebuild(node.store)
            with _timed("verify") as verified:
                difference = verify(node.store).difference
            if difference is not None:
                raise Failed(f"verify: {difference}")
        finally:
            node.close()
        found = totals(path)
    wanted = expected(limit)
    if programme != PROGRAMME:
        wanted = wanted._replace(points=found.points)  # only the plain programme is computed twice
    print(found)
    if found != wanted:
        raise Failed(f"the source tables say {wanted}")
    return [
        Figure("replay, one sale, p50", percentile(waits, 0.5), 0, "ms", Bar(most=100)),
        Figure("replay, one sale, p99", percentile(waits, 0.99), 0, "ms", Bar(most=100)),
        Figure("replay, all sales", sum(waits) / 1000, 0, "s", Bar(most=3600)),
        Figure("rebuild of the replay", rebuilt[0], 0, "s", Bar(most=3600)),
        Figure("verify of the replay", verified[0], 0, "s", Bar(most=3600)),
    ]


def _sell_all(node: Node, limit: int | None) -> list[float]:
    """Enrol the households, then sell every ticket by itself; milliseconds of each."""
    journey = load()
    households = journey.households(limit)
    for first in range(0, len(households), MEMBERS_TOGETHER):
        batch = households[first : first + MEMBERS_TOGETHER]
        node.execute_many([EnrolMember(id=f"household-{n}", card=card(n)) for n in batch])
    waits: list[float] = []
    for sale in journey.sales(limit):
        start = perf_counter()
        node.execute(sale)
        waits.append((perf_counter() - start) * 1000)
        if len(waits) % REPORTED_EVERY == 0:
            print(f"{len(waits)} tickets, {sum(waits) / 1000:.0f} s", flush=True)
    return waits


def totals(path: Path) -> Totals:
    """Read what a store holds, past the product: sales that count, their lines, the balances."""
    tickets = cents = lines = 0
    with raw_connection(path) as raw:
        (points,) = raw.execute("SELECT coalesce(sum(points), 0) FROM balance").fetchone()
        facts = raw.execute(
            "SELECT claim.amount, fact.payload FROM claim JOIN fact"
            " USING (node, inc, seq) WHERE claim.kind = 'sale'"
        )
        for amount, payload in facts:
            sale = decode_payload("sale_closed", payload)
            assert isinstance(sale, SaleClosed)
            tickets, cents, lines = tickets + 1, cents + amount, lines + len(sale.lines)
    return Totals(tickets, cents, points, lines)


@contextmanager
def _timed(what: str) -> Iterator[list[float]]:
    """Give a list that holds the seconds of the block once it is left."""
    took: list[float] = []
    start = perf_counter()
    yield took
    took.append(perf_counter() - start)
    print(f"{what}: {took[0]:.1f} s", flush=True)


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
