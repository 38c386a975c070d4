"""Results into `docs/performance.md`: one table for each benchmark, replaced by its newest run."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Figure, written

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
HEAD = "| figure | product | limit | ratio | bar | holds |\n|---|---|---|---|---|---|\n"


def keep(
    name: str, figures: Sequence[Figure], *, command: str, day: str, page: Path = PAGE
) -> None:
    """Put a run's table between the benchmark's two marks."""
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: results -->\n", f"<!-- {name}: end -->"
    before, mark, rest = text.partition(begin)
    if not mark or end not in rest:
        raise LookupError(f"the page has no place for {name}")
    after = rest[rest.index(end) :]
    table = f"`{command}`, {day}:\n\n{HEAD}" + "".join(_row(figure) for figure in figures)
    page.write_text(before + begin + table + after, encoding="utf-8")


def _row(figure: Figure) -> str:
    limit = written(figure.limit, figure.unit) if figure.limit else ""
    ratio = f"{figure.ratio:.2f}" if figure.limit else ""
    cells = (figure.name, written(figure.product, figure.unit), limit, ratio, str(figure.bar))
    return f"| {' | '.join(cells)} | {'yes' if figure.holds else '**no**'} |\n"
