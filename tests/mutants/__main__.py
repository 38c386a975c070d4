"""`python -m tests.mutants [WORD …]`: plants every bug of the tables and prints their fates."""

import sys
from collections import Counter

from tests.mutants.runner import Fate, judge_all
from tests.mutants.tables import TableError, load_tables


def main(words: list[str]) -> int:
    """Give 0 when every chosen bug was noticed."""
    try:
        mutants = load_tables()
    except TableError as error:
        print(error)
        return 2
    chosen = [m for m in mutants if not words or any(word in m.name for word in words)]
    if words and not chosen:
        print(f"no mutant is called {' or '.join(words)}")
        return 2
    fates = Counter[Fate]()
    for verdict in judge_all(chosen):
        fates[verdict.fate] += 1
        print(f"{verdict.fate:<9} {verdict.took_s:3.0f} s  {verdict.mutant.name}", flush=True)
        if verdict.detail:
            print("          " + verdict.detail.strip().replace("\n", "\n          "), flush=True)
    print(f"planted bugs: {len(chosen)}, noticed: {fates[Fate.KILLED]}")
    return 0 if fates[Fate.KILLED] == len(chosen) else 1


sys.exit(main(sys.argv[1:]))
