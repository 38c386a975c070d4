"""`python -m tests.simulation [--seed N] [--steps N | --seconds S] [--runs N]`."""

import argparse
import random
import sys

from tests.simulation.run import run


def main() -> int:
    """Give 0 when no invariant was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="the world to run; a random one when left out")
    parser.add_argument("--runs", type=int, default=1, help="so many worlds, of seeds in a row")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="how many steps a world goes (600)")
    length.add_argument("--seconds", type=float, help="how long a world goes, before it heals")
    asked = parser.parse_args()
    first = random.randrange(2**32) if asked.seed is None else asked.seed
    failed = 0
    for seed in range(first, first + asked.runs):
        print(f"seed {seed}", flush=True)
        if asked.seconds is not None:
            report = run(seed, 2**62, seconds=asked.seconds)
        else:
            report = run(seed, asked.steps or 600)
        print(report.text(), flush=True)
        failed += bool(report.fault)
    return 1 if failed else 0


sys.exit(main())
