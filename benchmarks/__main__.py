"""`./dev bench [NAME …] [--option VALUE …] [--write]`: measures, and compares with the bars.

Without a name all run, in their own sizes. An option goes to every named benchmark that knows it.
"""

import inspect
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.harness import Figure, show
from benchmarks.pages import keep

BENCHMARKS = MappingProxyType(
    {
        "sale": "benchmarks.sale",
        "redemption": "benchmarks.redemption",
        "lookup": "benchmarks.lookup",
        "growth": "benchmarks.growth",
        "scan": "benchmarks.scan",
        "panel": "benchmarks.panel",
        "office": "benchmarks.office",
        "rating": "benchmarks.rating",
        "derivation": "benchmarks.derivation",
        "refold": "benchmarks.refold",
        "late": "benchmarks.late",
        "receipt": "benchmarks.receipt",
        "import": "benchmarks.importing",
        "hub_ingest": "benchmarks.hub_ingest",
        "cold_start": "benchmarks.cold_start",
        "painted": "benchmarks.painted",
        "backtest": "benchmarks.backtest",
        "replay": "benchmarks.replay",
    }
)
NUMBERS = (
    "limit", "members", "few", "lookups", "count", "sales", "facts", "rounds", "lines", "rules",
    "tickets", "batch", "scans",
)  # fmt: skip


def options() -> ArgumentParser:
    """Give the command line."""
    parser = ArgumentParser(prog="./dev bench", description=__doc__, add_help=True)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--programme", type=Path, help="a programme file for the replay")
    parser.add_argument("--directory", help="where to put the files: a real disk")
    parser.add_argument("--database", help="a PostgreSQL database of its own for hub_ingest")
    parser.add_argument("--write", action="store_true", help="keep the results in the docs")
    for name in NUMBERS:
        parser.add_argument(f"--{name}", type=int, help="a size, where a benchmark knows it")
    return parser


def taken(run: Callable[..., list[Figure]], given: Namespace) -> dict[str, Any]:
    """Give the options that a benchmark knows and that were given."""
    known = inspect.signature(run).parameters
    return {name: value for name in known if (value := getattr(given, name, None)) is not None}


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks; 0 when every bar is reached."""
    parser = options()
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(BENCHMARKS))
    if unknown:
        parser.error(
            f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}"
        )
    reached = True
    for name in given.names or BENCHMARKS:
        run = import_module(BENCHMARKS[name]).run
        chosen = taken(run, given)
        print(f"\n{name}", flush=True)
        figures = run(**chosen)
        reached = show(figures) and reached
        if given.write:
            words = [f"--{key} {value}" for key, value in chosen.items() if key != "directory"]
            command = " ".join(["./dev bench", name, *words])
            keep(name, figures, command=command, day=datetime.now(UTC).date().isoformat())
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
