"""What the derivation of its points adds to a real ticket, in bytes of its fact.

The limit is the rest of the rating: line by line its eligible amounts and exact points.
"""

from statistics import median

import msgspec
from msgspec.structs import replace

from benchmarks.backtest import many_rules
from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.journey import TICKETS, load
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import paid_by_line
from pos_loyalty.programmes.reading import read_programme

BYTES_MAX = 300
RULES = 100


def run(*, limit: int = TICKETS, rules: int = RULES) -> list[Figure]:
    """Rate the first `limit` tickets of the year under a programme of `rules` rules."""
    figures: list[Figure] = []
    best = many_rules(rules)
    for which, text in (
        ("the best multiplier counts", best),
        ("all multipliers count", best.replace("best_multiplier_only = true", "")),
    ):
        added, rest = _bytes(text, limit)
        for share, product, least in (
            ("p50", median(added), median(rest)),
            ("p99", percentile(added, 0.99), percentile(rest, 0.99)),
            ("most", max(added), max(rest)),
        ):
            name = f"derivation, {rules} rules, {which}, {share}"
            figures.append(Figure(name, product, least, "B", Bar(most=BYTES_MAX)))
    return figures


def _bytes(text: str, limit: int) -> tuple[list[int], list[int]]:
    book = Rulebook(read_programme(text))
    tier, encode = book.programme.tiers[0], msgspec.json.Encoder().encode
    added, rest = [], []
    for number, sale in enumerate(load().sales(limit)):
        day = 738_000 + number % 7
        rating = rate(book, sale.lines, paid_by_line(sale.lines, ()), tier=tier, day=day)
        whole, without = len(encode(rating)), len(encode(replace(rating, why="", before=0)))
        added.append(whole - without)
        rest.append(without)
    return added, rest


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
