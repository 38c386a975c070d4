"""A late fact on accounts of one quarter and of many, beside folding a whole quarter.

Every account buys and brings back, also over the end of a quarter; its points live a year. Each
is folded again from the first sale of its newest quarter on, as when a fact comes that late. The
limit is an account of just one such quarter, folded from its first fact.
"""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import bindparam, select

from benchmarks.harness import Bar, Figure, show
from benchmarks.sale import card
from benchmarks.stores import CARD_KEY, PROGRAMME, open_node, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import CloseSale, Command, EnrolMember, LineBack, ReturnLines
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.domain.legs import COUNTER_BITS, QUARTER, quarter_of, start_of
from pos_loyalty.domain.ticket import Line
from pos_loyalty.node.execute import Node
from pos_loyalty.store import schema
from pos_loyalty.store.folding import FRESH, Order
from pos_loyalty.store.groups import Work, settle

QUARTERS = (1, 4, 16)
FACTS, LINES, ROUNDS = 62, 9, 200
RETURNED_EVERY, RETURNED_AFTER = 14, 4
_QUARTER_MS = QUARTER >> COUNTER_BITS
_LEGS = (
    select(schema.leg)
    .where(schema.leg.c.account == bindparam("account_"), schema.leg.c.stamp >= bindparam("since_"))
    .order_by(schema.leg.c.stamp)
)


class _GivenUp(Exception):
    """Ends a transaction that was only for measuring."""


@dataclass(slots=True)
class Calendar(SystemClock):
    """A clock that is put forward from fact to fact."""

    at_ms: int

    def now_ms(self) -> int:
        return self.at_ms


def history(
    account: int, quarters: int, facts: int, begin_ms: int
) -> Iterator[tuple[int, Command]]:
    """Give what an account does in so many quarters, each at its moment."""
    bought = tuple(Line(f"article-{k}", 99 + 41 * k) for k in range(LINES))
    yield begin_ms, EnrolMember(id=f"m{account}", card=card(account))
    days: list[str] = []
    for index in range(quarters * facts):
        at = begin_ms + index * _QUARTER_MS // facts + 1000
        name = f"{account}-{index}"
        days.append(iso(business_day(at, "Etc/UTC", 0)))
        if index % RETURNED_EVERY == RETURNED_AFTER and index > RETURNED_AFTER:
            older = index - RETURNED_AFTER
            ticket = f"b1/1/1/{days[older]}/{account}-{older}"
            back = (LineBack(2, 1000),)
            yield at, ReturnLines(id=name, ticket=ticket, number=name, lines=back)
        else:
            yield at, CloseSale(id=name, number=name, lines=bought, card=card(account))


def refold(node: Node, account: int, order: Order) -> float:
    """Give the milliseconds of folding an account again from an order on."""
    group = card_account(CARD_KEY, "main", card(account))
    try:
        with node.store.write() as tx:
            start = perf_counter()
            settle(tx, Work(dirty={group: order}))
            took = (perf_counter() - start) * 1000
            raise _GivenUp
    except _GivenUp:
        return took


def last_quarter(node: Node, account: int, now_ms: int) -> Order:
    """Give the order of an account's first fact in the newest quarter."""
    group = card_account(CARD_KEY, "main", card(account))
    since = start_of(quarter_of(now_ms << COUNTER_BITS))
    with node.store.read() as tx:
        row = tx.rows(_LEGS, account_=group, since_=since)[0]
    return row[1], row[2], row[3], row[4]


def run(
    *,
    quarters: Sequence[int] = QUARTERS,
    facts: int = FACTS,
    rounds: int = ROUNDS,
    directory: str = "",
) -> list[Figure]:
    """Measure accounts of so many quarters."""
    first = quarter_of(SystemClock().now_ms() << COUNTER_BITS) - max(quarters)
    end = (first + max(quarters)) * _QUARTER_MS
    told: list[tuple[int, Command]] = []
    for account, count in enumerate(quarters):
        told += history(account, count, facts, end - count * _QUARTER_MS)
    clock = Calendar(end - max(quarters) * _QUARTER_MS)
    with TemporaryDirectory(dir=scratch(directory)) as name:
        programme = Path(name) / "programme.toml"
        text = PROGRAMME.read_text(encoding="utf-8")
        programme.write_text(text.replace("months = 0", "months = 12"), encoding="utf-8")
        node = open_node(Path(name) / "late.db", programme=programme, clock=clock)
        for at, command in sorted(told, key=lambda each: each[0]):
            clock.at_ms = at
            node.execute(command)
        gc.freeze()  # as a node does when it has begun
        figures = [_figure(node, quarters, index, rounds) for index in range(len(quarters))]
        gc.unfreeze()
        node.close()
    return figures


def _figure(node: Node, quarters: Sequence[int], index: int, rounds: int) -> Figure:
    """Measure one account beside the first, which has one quarter."""
    order = last_quarter(node, index, node.clock.now_ms())
    refold(node, index, order)
    pairs = [(refold(node, index, order), refold(node, 0, FRESH)) for _ in range(rounds)]
    product, limit = (median(each) for each in zip(*pairs, strict=True))
    count = quarters[index]
    title = f"a late fact, account of {count} {'quarter' if count == 1 else 'quarters'}, p50"
    return Figure(title, product, limit, "ms", Bar(most=2, of_ratio=True))


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
