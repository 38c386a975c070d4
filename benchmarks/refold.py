"""An account folded again from the store, beside only reading its rows.

The account has bought and brought back; its facts lie among those of others, as in a shop.
"""

import gc
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import bindparam, select

from benchmarks.harness import Bar, Figure, show
from benchmarks.sale import card
from benchmarks.stores import CARD_KEY, open_node, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import CloseSale, Command, EnrolMember, LineBack, ReturnLines
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.domain.ticket import Line
from pos_loyalty.node.execute import Node
from pos_loyalty.store import schema
from pos_loyalty.store.folding import FRESH
from pos_loyalty.store.groups import Work, settle

FACTS, LINES, ACCOUNTS, ROUNDS = 1000, 9, 4, 60
RETURNED_EVERY = 14
DAY_MS = 86_400_000
TOGETHER = 500
_LEGS = select(schema.leg).where(schema.leg.c.account == bindparam("account_"))


class _GivenUp(Exception):
    """Ends a transaction that was only for measuring."""


def history(facts: int, accounts: int, now_ms: int) -> Iterator[Command]:
    """Give what every account does in turn: buys nine lines, and later brings some back."""
    bought = tuple(Line(f"article-{k}", 99 + 41 * k) for k in range(LINES))
    sold = facts - facts // RETURNED_EVERY
    for index in range(sold):
        at = now_ms - (facts - index) * DAY_MS // 4
        for account in range(accounts):
            yield CloseSale(
                id=f"s-{index}-{account}",
                number=f"{index}-{account}",
                lines=bought,
                card=card(account),
                at=at,
                day=_day(at),
                source="import",
            )
    for index in range(facts - sold):
        at = now_ms - (facts - index * RETURNED_EVERY) * DAY_MS // 4
        for account in range(accounts):
            number = f"{index * RETURNED_EVERY}-{account}"
            back = (LineBack(2, 1000),)
            ticket = f"b1/1/1/{_day(at)}/{number}"
            yield ReturnLines(id=f"r-{number}", ticket=ticket, number=f"r{number}", lines=back)


def _day(at_ms: int) -> str:
    return iso(business_day(at_ms, "Etc/UTC", 0))


def bring(node: Node, facts: int) -> None:
    """Let some members buy and bring back for years."""
    node.execute_many([EnrolMember(id=f"m{n}", card=card(n)) for n in range(ACCOUNTS)])
    commands = list(history(facts, ACCOUNTS, SystemClock().now_ms()))
    for first in range(0, len(commands), TOGETHER):
        node.execute_many(commands[first : first + TOGETHER])


def measure(node: Node, rounds: int) -> tuple[list[float], list[float], int]:
    """Give milliseconds of folding again and of reading, in turn, and how many rows there are."""
    account = card_account(CARD_KEY, "main", card(1))
    product, limit, count = [], [], 0
    for _ in range(rounds):
        with node.store.read() as tx:
            start = perf_counter()
            count = len(tx.rows(_LEGS, account_=account))
            limit.append((perf_counter() - start) * 1000)
        try:
            with node.store.write() as tx:
                start = perf_counter()
                settle(tx, Work(dirty={account: FRESH}))
                product.append((perf_counter() - start) * 1000)
                raise _GivenUp
        except _GivenUp:
            pass
    return product, limit, count


def run(*, facts: int = FACTS, rounds: int = ROUNDS, directory: str = "") -> list[Figure]:
    """Measure an account of so many facts among others."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        node = open_node(Path(name) / "refold.db")
        bring(node, facts)
        gc.freeze()  # as a node does when it has begun
        product, limit, count = measure(node, rounds)
        gc.unfreeze()
        node.close()
    title = f"refold of {count:,} nine-line facts from the store, p50"
    read = median(limit)
    return [
        Figure(title, median(product), read, "ms", Bar(most=6)),
        Figure("the same beside reading its rows", median(product), read, "ms", _FIVE_TIMES),
    ]


_FIVE_TIMES = Bar(most=5, of_ratio=True)

if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
