"""Head office's pages over very many members and tickets of many stores, on PostgreSQL.

Members are rows as `apply` would write them, lists and figures as following the journal would; who
asks is head office, which sees every store, and then a regional manager with a tenth of them.
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from benchmarks.crowd import card, crowd
from benchmarks.harness import Figure, show
from benchmarks.hub_ingest import hub_on, postgres
from benchmarks.panel import DAYS, SECRET, Pages, fill, measured, signed_in
from benchmarks.stores import CARD_KEY, PROGRAMME, scratch
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import DeclarePlace, PublishProgramme
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.node.staff import Role, Staff
from pos_loyalty.queries import Queries
from pos_loyalty.store import schema
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.insight_rows import SpendRow, likeness
from pos_loyalty.store.senders import ACTIVE
from sync.hub.app import create_hub_app, settled
from web.hub import attach_hub_panel
from web.services import Hooks, WebSettings

MEMBERS = TICKETS = 1_000_000
ROUNDS, STORES, TILLS = 20, 40, 2
SPENT_EVERY, ALIKE_EVERY = 10, 200
NAMES = tuple(f"s{n:02}" for n in range(STORES))
SEEN = NAMES[: STORES // 10]


def run(
    *, members: int = MEMBERS, tickets: int = TICKETS, rounds: int = ROUNDS, directory: str = ""
) -> list[Figure]:
    """Measure every page so many times, each time with other values."""
    with TemporaryDirectory(dir=scratch(directory)) as name, postgres() as server:
        hub = hub_on(server.database())
        queries = Queries(hub.node.store, hub.node.settings, hub.node.clock)
        _found(hub.node, members)
        panel = Path(name) / "hub.panel"
        fill(panel, members, tickets, today=queries.today, stores=NAMES)
        _beside(panel, members, tickets, queries.today)
        found = _asked(_office(hub, queries, panel), _pages(members, tickets, rounds), members)
        hub.node.close()
        return found


def _found(node: Node, members: int) -> None:
    """Fill the database: stores, their registers, and members with cards, names and balances."""
    node.execute(PublishProgramme(id="p", content=PROGRAMME.read_text(encoding="utf-8")))
    for name in NAMES:
        place = {"level": "store", "code": name, "name": f"Shop {name}", "day": "2000-01-01"}
        node.execute(DeclarePlace(id=f"place-{name}", **place))
    now = node.clock.now_ms()
    registers = [
        (f"{name}-{till}".encode().ljust(16), 1, b"", name, str(till), ACTIVE, "0", now, now, 0)
        for name in NAMES
        for till in range(TILLS)
    ]
    with node.store.write() as tx:
        tx.put(schema.sender, registers)
    for tables in crowd(members, now_ms=now, stores=NAMES):
        with node.store.write() as tx:
            for table, rows in tables:
                tx.put(table, rows)
    shared = [
        (_account(n), "email", 1, b"benchmark-shared", 1, n, address, address)
        for one, other in _alike(members)
        for n, address in ((one, f"m{one}@example.net"), (other, f"m{one}@example.net"))
    ]
    with node.store.write() as tx:
        tx.put(schema.profile, shared)
    with node.store.connection() as connection:
        connection.execute("ANALYZE")
        connection.commit()


def _beside(panel: Path, members: int, tickets: int, today: int) -> None:
    """Fill what the read model of several stores has beside: points spent, people who are alike."""
    chosen = random.Random(11)
    spends = [
        SpendRow(
            ticket=f"ticket-{n}",
            programme="points",
            giver=NAMES[chosen.randrange(STORES)],
            day=today - chosen.randrange(DAYS),
            store=NAMES[n % STORES],
            points=chosen.randrange(1, 500),
            account=_account(n % members),
        )
        for n in range(tickets // SPENT_EVERY)
    ]
    alike = [likeness(_account(a), _account(b), ("email",)) for a, b in _alike(members)]
    with InsightFile(panel) as file, file.changing():
        file.keep_spends((), spends)
        file.keep_likely((), alike)


def _alike(members: int) -> list[tuple[int, int]]:
    """Give pairs of members with one address, of stores that the regional manager does not see."""
    return [(n, n + 1) for n in range(STORES // 2, members - 1, ALIKE_EVERY)]


def _account(number: int) -> bytes:
    return card_account(CARD_KEY, "main", card(number))


def _office(hub: Hub, queries: Queries, panel: Path) -> Flask:
    app: Flask = settled(create_hub_app(hub))
    app.config["WTF_CSRF_ENABLED"] = False
    hooks = Hooks(refuses_label=lambda text: False)
    settings = WebSettings(version="0")
    attach_hub_panel(app, hub.node, queries, hooks=hooks, settings=settings, panel_file=panel)
    staff = Staff(hub.node)
    staff.add("office", name="Office", role=Role.HQ, secret=SECRET)
    staff.add("region", name="Region", role=Role.MANAGER, secret=SECRET, stores=SEEN)
    return app


def _pages(members: int, tickets: int, rounds: int) -> Pages:
    """Give each page with the addresses that are asked for, one a round."""
    chosen = random.Random(rounds)
    theirs = [chosen.randrange(-(-members // STORES)) * STORES for _ in range(rounds)]
    who = [_account(number).hex() for number in theirs]  # of a store that both may see
    today = SystemClock().now_ms() // 86_400_000 + 719_163
    year = f"from={iso(today - DAYS)}&to={iso(today)}"
    numbers = tuple(f"tickets?number={n * tickets // rounds}" for n in range(rounds))
    return (
        ("Today", ("today",) * rounds),
        ("shops", ("shops",) * rounds),
        ("comparison of a year", (f"comparison?{year}",) * rounds),
        ("between shops, a year", (f"between?{year}",) * rounds),
        ("conflicts", ("conflicts",) * rounds),
        ("duplicates", ("duplicates",) * rounds),
        ("members, newest visits first", ("members",) * rounds),
        ("members by points, of a tier", ("members?sort=-points&tier=Gold",) * rounds),
        ("members by name", tuple(f"members?search=Family{n * 37}" for n in range(rounds))),
        ("a member", tuple(f"members/{each}" for each in who)),
        ("a member's ledger", tuple(f"members/{each}/ledger" for each in who)),
        ("tickets, newest first", ("tickets",) * rounds),
        ("tickets by number", numbers),
        ("points day by day", ("days",) * rounds),
        ("flags", ("flags",) * rounds),
    )


def _asked(app: Flask, pages: Pages, members: int) -> list[Figure]:
    found: list[Figure] = []
    for person, sees in (("office", STORES), ("region", len(SEEN))):
        with signed_in(app, person) as browser:
            browser.get("/panel/today")  # texts and templates are loaded by the first page
            found += measured(browser, pages, f"{sees} stores, {members:,} members")
    return found


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
