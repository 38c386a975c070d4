"""The manager's pages over very many members and tickets: each as a browser asks for it.

The read model is filled in bulk with rows as following the journal would write them, beside a
store whose members exist; the limit is the one that pages are promised to keep.
"""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.crowd import card, populate
from benchmarks.harness import Bar, Figure, percentile, show
from benchmarks.stores import CARD_KEY, STORE, open_node, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.insight.whereabouts import insight_path
from pos_loyalty.node.execute import Node
from pos_loyalty.node.staff import Role, Staff
from pos_loyalty.queries import Queries
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_rows import MemberRow, TicketRow
from web.access import FixedTokens
from web.app import create_app
from web.services import Hooks, WebSettings

MEMBERS = TICKETS = 1_000_000
ROUNDS = 20
TOGETHER = 20_000
DAYS = 365
PROMISED_MS = 200.0
OPENED_MS = 2_000.0  # texts and templates are loaded when the first page asks for them
SECRET = "a long password"
Pages = tuple[tuple[str, tuple[str, ...]], ...]


def run(
    *, members: int = MEMBERS, tickets: int = TICKETS, rounds: int = ROUNDS, directory: str = ""
) -> list[Figure]:
    """Measure every page so many times, each time with other values."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        path = Path(name) / "panel.db"
        populate(path, members, now_ms=SystemClock().now_ms())
        with closing(open_node(path)) as node:
            queries = Queries(node.store, node.settings, node.clock)
            fill(insight_path(node.store), members, tickets, today=queries.today)
            return _measured(node, queries, members, tickets, rounds)


def fill(
    path: Path, members: int, tickets: int, *, today: int, stores: Sequence[str] = (STORE,)
) -> None:
    """Fill a read model with so many members and tickets of a year, over some stores."""
    chosen = random.Random(7)
    with InsightFile(path) as file, _indexed_afterwards(file._db):
        for first in range(0, members, TOGETHER):
            numbers = range(first, min(first + TOGETHER, members))
            with file.changing():
                file.keep_members([_member(n, today, chosen, stores) for n in numbers])
        for first in range(0, tickets, TOGETHER):
            numbers = range(first, min(first + TOGETHER, tickets))
            with file.changing():
                file.keep_tickets([_ticket(n, today, chosen, stores) for n in numbers])


@contextmanager
def _indexed_afterwards(database: sqlite3.Connection) -> Iterator[None]:
    """Take the indexes away while rows come in no order, then make them: a tenth of the time."""
    database.execute("PRAGMA cache_size = -400000")
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    yield
    for _, statement in indexes:
        database.execute(statement)


def _member(number: int, today: int, chosen: random.Random, stores: Sequence[str]) -> MemberRow:
    return MemberRow(
        member=card_account(CARD_KEY, "main", card(number)),
        joined=today - chosen.randrange(2 * DAYS),
        last=today - chosen.randrange(DAYS),
        points=chosen.randrange(2_000),
        tier=chosen.choice(("Bronze", "Silver", "Gold")),
        email=int(chosen.random() < 0.4),
        phone=int(chosen.random() < 0.3),
        store=stores[number % len(stores)],
    )


def _ticket(number: int, today: int, chosen: random.Random, stores: Sequence[str]) -> TicketRow:
    day, store = today - chosen.randrange(DAYS), stores[number % len(stores)]
    return TicketRow(
        key=f"{store}/{number % 10}/1/{day}/{number}",
        day=day,
        at=(day - 719_163) * 86_400_000 + chosen.randrange(86_400_000),
        store=store,
        till=str(number % 10),
        operator=str(number % 30),
        kind="sale" if number % 20 else "return",
        number=str(number),
        amount=chosen.randrange(100, 20_000),
        member=int(chosen.random() < 0.6),
        issued=chosen.randrange(200),
        used=0,
        rewards=0,
        given=0,
    )


def _pages(members: int, tickets: int, rounds: int) -> Pages:
    """Give each page with the addresses that are asked for, one a round."""
    chosen = random.Random(rounds)
    who = [
        card_account(CARD_KEY, "main", card(chosen.randrange(members))).hex() for _ in range(rounds)
    ]
    amounts = [chosen.randrange(200_00) / 100 for _ in range(rounds)]
    return (
        ("Today", ("today",) * rounds),
        ("members, newest visits first", ("members",) * rounds),
        ("members by points, of a tier", ("members?sort=-points&tier=Gold",) * rounds),
        ("members without e-mail from 1,990 points", ("members?email=no&points=1990",) * rounds),
        ("members nobody matches", ("members?email=yes&points=9999",) * rounds),
        ("members by name", tuple(f"members?search=Family{n * 37}" for n in range(rounds))),
        ("a member", tuple(f"members/{each}" for each in who)),
        ("a member's ledger", tuple(f"members/{each}/ledger" for each in who)),
        ("tickets, newest first", ("tickets",) * rounds),
        (
            "tickets by number",
            tuple(f"tickets?number={n * tickets // rounds}" for n in range(rounds)),
        ),
        ("tickets by amount", tuple(f"tickets?amount={each}" for each in amounts)),
        ("points day by day", ("days",) * rounds),
        ("closing of the day", ("closing",) * rounds),
    )


def _measured(
    node: Node, queries: Queries, members: int, tickets: int, rounds: int
) -> list[Figure]:
    settings = WebSettings(version="0")
    hooks = Hooks(refuses_label=lambda text: False)
    app = create_app(node, queries, tokens=FixedTokens(()), hooks=hooks, settings=settings)
    app.config["WTF_CSRF_ENABLED"] = False
    Staff(node).add("boss", name="Boss", role=Role.MANAGER, secret=SECRET)
    with signed_in(app, "boss") as browser:
        first = _timed(browser, ("today",))[0]
        opened = Figure("the first page of all after a start", first, 0, "ms", Bar(most=OPENED_MS))
        pages = _pages(members, tickets, rounds)
        return [opened, *measured(browser, pages, f"{members:,} members")]


@contextmanager
def signed_in(app: Flask, person: str) -> Iterator[FlaskClient]:
    """Give a browser in which somebody of the staff is signed in."""
    with app.test_client() as browser:
        page = browser.get("/panel/sign-in").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"person": person, "secret": SECRET, "csrf_token": token}
        answer = browser.post("/panel/sign-in", data=form)
        assert answer.status_code == 303, answer.status_code
        yield browser


def measured(browser: FlaskClient, pages: Pages, among: str) -> list[Figure]:
    """Ask for each page at each of its addresses."""
    figures = []
    for name, addresses in pages:
        slow = percentile(_timed(browser, addresses), 0.95)
        figures.append(Figure(f"{name}, {among}, p95", slow, 0, "ms", Bar(most=PROMISED_MS)))
    return figures


def _timed(browser: FlaskClient, addresses: Sequence[str]) -> list[float]:
    taken = []
    for address in addresses:
        start = perf_counter()
        answer = browser.get(f"/panel/{address}")
        taken.append((perf_counter() - start) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return taken


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
