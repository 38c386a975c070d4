"""A large ticket under a programme of many rules, beside one walk over its lines."""

from statistics import median

from benchmarks.harness import Bar, Figure, percentile, show, side_by_side
from pos_loyalty.domain.programme import Exclusion, Multiplier, Programme, Tier
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line, paid_by_line

LINES, RULES, ROUNDS = 50, 100, 400
DAY = 738_000


def programme(rules: int) -> Programme:
    """Give a programme of so many rules: by category, article, weekday and period."""
    multipliers = tuple(
        Multiplier(
            f"rule {n}",
            110 + n % 90,
            categories=(f"c{n % 20}",) if n % 3 else (),
            articles=tuple(f"a{(n * 7 + k) % 200}" for k in range(5)) if n % 2 else (),
            weekdays=(6, 7) if n % 10 == 9 else (),
            first_day=DAY - 30,
            last_day=DAY + 30,
        )
        for n in range(rules - rules // 5)
    )
    exclusions = tuple(Exclusion("excluded", article=f"x{n}") for n in range(rules // 5))
    return Programme(
        "points", "many rules", "1", DAY - 30, "EUR", 1, 100,
        multipliers=multipliers, exclusions=exclusions, tiers=(Tier("", 0),),
        best_multiplier_only=True,
    )  # fmt: skip


def run(*, lines: int = LINES, rules: int = RULES, rounds: int = ROUNDS) -> list[Figure]:
    """Measure the rating alone."""
    ticket = tuple(Line(f"a{n}", 100 + 13 * n, category=f"c{n % 20}") for n in range(lines))
    paid = paid_by_line(ticket, ())
    scheme = programme(rules)
    tier, book = scheme.tiers[0], Rulebook(scheme)
    figures = []
    for which, rated in (
        ("articles sold before", lambda: rate(book, ticket, paid, tier=tier, day=DAY)),
        ("articles never seen", lambda: rate(Rulebook(scheme), ticket, paid, tier=tier, day=DAY)),
    ):
        product, limit = side_by_side(
            rated,
            lambda: sum(line.amount * scheme.points for line in ticket) // scheme.per,
            rounds=rounds,
        )
        title = f"rating {lines} lines × {rules} rules, {which}"
        tails = percentile(product, 0.99), percentile(limit, 0.99)
        figures += [
            Figure(f"{title}, p50", median(product), median(limit), "ms", Bar(most=5)),
            Figure(f"{title}, p99", *tails, "ms", Bar(most=5)),
        ]
    return figures


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
