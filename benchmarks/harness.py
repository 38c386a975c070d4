"""What all benchmarks share: figures with their bars, fair timing, one table.

A figure is always two measurements of one run: the product, and the limit that the same work
cannot beat on the same machine. Alone, neither says anything.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to hold: a bound on the product itself or on its ratio to the limit."""

    most: float | None = None
    least: float | None = None
    of_ratio: bool = False

    def __str__(self) -> str:
        sign, bound = ("≤", self.most) if self.most is not None else ("≥", self.least)
        return f"{sign} {bound:g}{' × limit' if self.of_ratio else ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured row: `product` and `limit` in `unit`."""

    name: str
    product: float
    limit: float
    unit: str
    bar: Bar

    @property
    def ratio(self) -> float:
        """The product by the limit; 0 limit gives 0."""
        return self.product / self.limit if self.limit else 0.0

    @property
    def holds(self) -> bool:
        """Tell whether the bar is reached."""
        value = self.ratio if self.bar.of_ratio else self.product
        above = self.bar.most is not None and value > self.bar.most
        below = self.bar.least is not None and value < self.bar.least
        return not (above or below)


def show(figures: Iterable[Figure]) -> bool:
    """Print the figures as a table; tell whether every bar is reached."""
    print(f"{'figure':<52}{'product':>12}{'limit':>12}{'ratio':>8}  {'bar':<16}holds")
    reached = True
    for figure in figures:
        reached = reached and figure.holds
        print(
            f"{figure.name:<52}{written(figure.product, figure.unit):>12}"
            f"{written(figure.limit, figure.unit):>12}{figure.ratio:>8.2f}"
            f"  {figure.bar!s:<16}{'yes' if figure.holds else 'NO'}"
        )
    return reached


def written(value: float, unit: str) -> str:
    """Give a value with its unit, as it is read."""
    return f"{value:,.0f} {unit}" if abs(value) >= 1000 else f"{value:.3g} {unit}"


def percentile(samples: Sequence[float], share: float) -> float:
    """Give the smallest sample that `share` (0 to 1) of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def side_by_side(
    product: Callable[[], object], limit: Callable[[], object], *, rounds: int
) -> tuple[list[float], list[float]]:
    """Time both in turn, so that whatever else the machine does falls on both; milliseconds."""
    product()
    limit()
    pairs = [(_timed(product), _timed(limit)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1000


def medians(product: Sequence[float], limit: Sequence[float]) -> tuple[float, float]:
    """Give the middle of both, the fairest single number on a shared machine."""
    return median(product), median(limit)
