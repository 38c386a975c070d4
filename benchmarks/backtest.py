"""A programme of many rules tried on real past tickets, beside reading the same tickets.

The product reads every group's past, rates each ticket under both programmes and folds both, in a
child process a core. The limit reads the rows and decodes the tickets, in one.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Bar, Figure, show
from benchmarks.importing import write_file
from benchmarks.journey import card
from benchmarks.stores import PROGRAMME, open_node, scratch
from pos_loyalty.backtest.run import Question, backtest
from pos_loyalty.commands import EnrolMember
from pos_loyalty.imports.rules import rules_of
from pos_loyalty.imports.run import import_file
from pos_loyalty.store.engine import connect, sqlite_url
from pos_loyalty.store.past import pasts, span

TICKETS = 40_000
RULES = 100
DEPARTMENTS = ("GROCERY", "DRUG GM", "PRODUCE", "MEAT", "DELI", "PASTRY", "NUTRITION", "MEAT-PCKGD")


def many_rules(rules: int) -> str:
    """Give a programme of so many rules, of the kinds that a shop combines."""
    every = ["[earn]\npoints = 1\nper = 100\nbest_multiplier_only = true"]
    for n in range(rules):
        if n % 5 == 4:
            every.append(f'[[exclusion]]\nreason = "rule {n}"\narticle = "x{n}"')
            continue
        where = f'categories = ["{DEPARTMENTS[n % len(DEPARTMENTS)]}"]'
        if n % 3 == 0:
            where = f"weekdays = [{1 + n % 7}]"
        every.append(f'[[multiplier]]\nname = "rule {n}"\npercent = {110 + n % 90}\n{where}')
    head = PROGRAMME.read_text(encoding="utf-8").split("[earn]")[0]
    reward = '[reward]\nlabel = "Bon"\npoints = 100\namount = 500\n'
    return "\n".join([head, *every, reward])


def brought(folder: Path, limit: int) -> str:
    """Bring real tickets into a store; gives its address."""
    _, households = write_file(folder / "tickets.csv", limit)
    node = open_node(folder / "past.db")
    node.execute_many([EnrolMember(id=f"household-{n}", card=card(n)) for n in households])
    rules = rules_of(node.settings)
    import_file("tickets", folder / "tickets.csv", node.execute_many, rules=rules, hold_s=None)
    node.close()
    return sqlite_url(folder / "past.db")


def run(*, limit: int = TICKETS, rules: int = RULES, directory: str = "") -> list[Figure]:
    """Try a programme of `rules` rules on the first `limit` real tickets."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        url = brought(Path(name), limit)
        store = connect(url)
        with store.read() as tx:
            first, last = span(tx) or (0, 0)
            start = perf_counter()
            read = sum(len(deeds) for deeds in pasts(tx, b"", b"\xff" * 17))
            least = perf_counter() - start
        store.close()
        current = PROGRAMME.read_text(encoding="utf-8")
        asked = Question(url=url, current=current, tried=many_rules(rules), first=first, last=last)
        start = perf_counter()
        tally = backtest(asked)
        product = perf_counter() - start
    assert tally.tickets == limit <= read
    title = f"backtest with {rules} rules, tickets a minute"
    return [Figure(title, 60 * limit / product, 60 * limit / least, "/min", Bar(least=1_000_000))]


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
