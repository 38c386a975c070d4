"""Registers' tickets into a hub on PostgreSQL, HTTP included, beside the same rows in bulk.

Each writer is a register that sends its chain to a server process of its own. The limit puts the
rows that came of it into an empty database of the same server, with as many writers: binary COPY
into a staging table, then INSERT … SELECT … ON CONFLICT, a transaction for each batch.
"""

import multiprocessing
import random
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import LargeBinary, String, Table

from benchmarks.harness import Bar, Figure, show
from benchmarks.stores import CARD_KEY, PROGRAMME, ZONE
from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import PublishProgramme
from pos_loyalty.demo.postgres import administration, create_database, start, stop
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import card_account, derived_id
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line, ticket_key
from pos_loyalty.events import Fact, SaleClosed
from pos_loyalty.node.enrolment import join, new_code
from pos_loyalty.node.exchange import Batch, Joining
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store import schema
from pos_loyalty.store.engine import connect
from pos_loyalty.store.journal import SALT_BYTES, Draft, number, start_of
from pos_loyalty.store.migrate import open_store
from sync.calls import PREFIX
from sync.envelope import MEDIA_TYPE, pack
from sync.hub.app import create_hub_app, settled
from sync.transport import HttpTransport

TICKETS, BATCH, LINES, ACCOUNTS = 20_000, 1000, 9, 100_000
LATE_ACCOUNTS = 300
DAY_MS, UNIX_DAY = 86_400_000, 719_163
TABLES = (schema.fact, schema.leg, schema.claim, schema.account, schema.balance)
BARS = {1: 0.4, 2: 0.3}
_CARD_RULES = CardRules(key=CARD_KEY)


class Register(NamedTuple):
    """A register that only sends: its id and its chain in batches as they travel."""

    node: bytes
    bodies: list[bytes]
    tickets: int


def register(name: str, tickets: int, accounts: int, *, batch: int, first_ms: int) -> Register:
    """Make a chain of sales to accounts chosen at random, one a second from `first_ms` on."""
    programme = read_programme(PROGRAMME.read_text(encoding="utf-8"))
    chosen, node = random.Random(name), derived_id(name, 0)
    head, bodies = start_of(node, 1), []
    for begin in range(0, tickets, batch):
        facts: list[Fact] = []
        before = head.hash
        for index in range(begin, min(begin + batch, tickets)):
            account = card_account(CARD_KEY, "main", f"29{chosen.randrange(accounts):011}")
            at = first_ms + 1000 * index
            draft = _sale(name, index, account, at, programme)
            [fact] = number(head, [draft], now_ms=at, salts=[chosen.randbytes(SALT_BYTES)])
            facts.append(fact)
            head = head._replace(seq=fact.seq, hash=fact.hash, stamp=fact.stamp)
        bodies.append(pack(Batch(1, 1, begin + 1, before, facts)))
    return Register(node, bodies, tickets)


def _sale(name: str, index: int, account: bytes, at: int, programme: Any) -> Draft:
    day = at // DAY_MS + UNIX_DAY
    lines = tuple(
        Line(f"3250390{k:06}", 99 + 41 * k + index % 50, category="c", vat=550)
        for k in range(LINES)
    )
    rating = rate(Rulebook(programme), lines, [line.amount for line in lines],
                  tier=programme.tiers[0], day=day)  # fmt: skip
    sale = SaleClosed(
        store="s1", till=name, epoch=1, day=iso(day), number=str(index), at=at, zone=ZONE,
        currency="EUR", lines=lines, ratings=(rating,), account=account.hex(),
    )  # fmt: skip
    key = ticket_key("s1", name, 1, iso(day), str(index))
    return Draft(derived_id(f"{name}-{index}", 0), sale, "", key)


def hub_on(url: str) -> Hub:
    """Give a hub on a database whose tables exist."""
    settings = NodeSettings(
        node=b"benchmark-hub-01", store="hq", till="0", zone=ZONE, cards=_CARD_RULES
    )
    return Hub(Node(connect(url), settings, SystemClock()))


def serve(url: str, told: Connection) -> None:
    """Serve the hub in a process of its own; says its port."""
    from waitress.server import create_server

    app = settled(create_hub_app(hub_on(url)))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    told.send(server.effective_port)
    server.run()


@contextmanager
def served(url: str, processes: int) -> Iterator[list[str]]:
    """Start server processes; gives their addresses."""
    context = multiprocessing.get_context("spawn")
    running: list[BaseProcess] = []
    addresses = []
    try:
        for _ in range(processes):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=serve, args=(url, theirs), daemon=True)
            process.start()
            running.append(process)
            addresses.append(f"http://127.0.0.1:{ours.recv()}")
        yield addresses
    finally:
        for process in running:
            process.kill()
            process.join()


def send(address: str, token: str, bodies: Sequence[bytes]) -> None:
    """Send a chain, batch by batch, as a register does."""
    transport = HttpTransport(address)
    for body in bodies:
        reply = transport.call(
            "POST", f"{PREFIX}/facts", body=body, media_type=MEDIA_TYPE, token=token
        )
        if reply.status != 200:
            raise RuntimeError(f"the hub answered {reply.status}: {reply.body[:200]!r}")
    transport.close()


def all_at_once(works: Sequence[Callable[[], None]]) -> float:
    """Run works in threads; gives seconds until the last is done."""
    failed: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - handed to the caller below
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    begin = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return perf_counter() - begin


class Server:
    """A PostgreSQL of our own that syncs to disk, with one database after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        with administration(folder) as connection:
            for name in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {name} = on")  # type: ignore[arg-type]
            connection.execute("SELECT pg_reload_conf()")

    def database(self) -> str:
        """Make a database with the product's tables; gives its URL."""
        self._count += 1
        url = create_database(self._folder, f"bench_{self._count}")
        open_store(url).close()
        return url

    def connection(self, url: str) -> psycopg.Connection:
        """Open a database past the product."""
        name = url.partition("@/")[2].partition("?")[0]
        return psycopg.connect(host=str(self._folder), user="postgres", dbname=name)


@contextmanager
def postgres() -> Iterator[Server]:
    """Start a server in a folder that is thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="pos-loyalty-bench-"))
    try:
        start(folder)
        yield Server(folder)
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def product(url: str, registers: Sequence[Register], *, measured: int = -1) -> float:
    """Send all chains, each to its own process; tickets a second.

    With `measured`, the chains before it are sent first and do not count.
    """
    hub = hub_on(url)
    hub.node.execute(PublishProgramme(id="p", content=PROGRAMME.read_text(encoding="utf-8")))
    tokens = []
    for each in registers:
        code = new_code(hub.node, store="s1", till=each.node.hex()[:8], valid_minutes=60)
        tokens.append(join(hub.node, Joining(code=code, node=each.node.hex())).token)
    hub.node.close()
    chains = list(zip(registers, tokens, strict=True))
    counted = chains[measured:] if measured >= 0 else chains
    with served(url, len(counted)) as addresses:
        for each, token in chains[: max(measured, 0)]:
            send(addresses[0], token, each.bodies)
        took = all_at_once(
            [
                lambda a=address, t=token, b=each.bodies: send(a, t, b)  # type: ignore[misc]
                for address, (each, token) in zip(addresses, counted, strict=True)
            ]
        )
    return sum(each.tickets for each, _ in counted) / took


Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(server: Server, url: str, node: bytes, batch: int) -> list[Rows]:
    """Give what the product wrote for a register, by batches of its tickets."""
    with server.connection(url) as connection:
        legs = connection.execute(
            "SELECT leg.seq, leg.account FROM leg WHERE node = %s ORDER BY seq", [node]
        ).fetchall()
        found: Rows = {}
        for table in TABLES:
            column = "node" if "node" in table.c and table.name != "account" else ""
            where = " WHERE node = %s" if column else ""
            query: Any = f'SELECT * FROM "{table.name}"{where}'
            found[table.name] = connection.execute(query, [node] if column else None).fetchall()
    place = {account: (seq - 1) // batch for seq, account in legs}
    batches: list[Rows] = [{t.name: [] for t in TABLES} for _ in range(-(-len(legs) // batch))]
    for table in TABLES:
        names = [c.name for c in table.columns]
        by_seq = names.index("seq") if "node" in names and table.name != "account" else -1
        for row in found[table.name]:
            index = (row[by_seq] - 1) // batch if by_seq >= 0 else place.get(row[0], -1)
            if index >= 0:
                batches[index][table.name].append(row)
    return batches


def limit(server: Server, chains: Sequence[list[Rows]]) -> float:
    """Write ready rows in bulk, a writer for each chain; seconds."""
    url = server.database()
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(server.connection(url)) for _ in chains]
        return all_at_once(
            [
                lambda c=connection, b=batches: _write_all(c, b)  # type: ignore[misc]
                for connection, batches in zip(connections, chains, strict=True)
            ]
        )


def _write_all(connection: psycopg.Connection, batches: Sequence[Rows]) -> None:
    for table in TABLES:
        text: Any = (
            f'CREATE TEMP TABLE "s_{table.name}" (LIKE "{table.name}") ON COMMIT DELETE ROWS'
        )
        connection.execute(text)
    connection.commit()
    for batch in batches:
        for table in TABLES:
            _merge(connection, table, sorted(batch[table.name]))
        connection.commit()


def _merge(connection: psycopg.Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    stage: Any = f'COPY "s_{table.name}" FROM STDIN (FORMAT BINARY)'
    with connection.cursor().copy(stage) as copy:
        copy.set_types([_type(column.type) for column in table.columns])
        for row in rows:
            copy.write_row(row)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    rest = [column.name for column in table.columns if not column.primary_key]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    merge: Any = (
        f'INSERT INTO "{table.name}" SELECT * FROM "s_{table.name}"'
        f" ON CONFLICT ({keys}) DO UPDATE SET {changes}"
    )
    connection.execute(merge)


def _type(kind: Any) -> str:
    if isinstance(kind, LargeBinary):
        return "bytea"
    return "varchar" if isinstance(kind, String) else "int8"


def run(*, tickets: int = TICKETS, batch: int = BATCH, accounts: int = ACCOUNTS) -> list[Figure]:
    """Measure one writer, two writers, and tickets that are all late."""
    now = SystemClock().now_ms()
    newest = now - 1000 * tickets
    figures: list[Figure] = []
    with postgres() as server:
        for writers, least in BARS.items():
            chains = [
                register(f"w{writers}-{n}", tickets // writers, accounts, batch=batch,
                         first_ms=newest)
                for n in range(writers)
            ]  # fmt: skip
            url = server.database()
            rate_of = product(url, chains)
            took = limit(server, [rows_of(server, url, each.node, batch) for each in chains])
            fastest = sum(each.tickets for each in chains) / took
            title = f"hub ingest, writers: {writers}"
            bar = Bar(least=least, of_ratio=True)
            figures.append(Figure(title, rate_of, fastest, "/s", bar))
        figures.append(Figure("the same, tickets a second", rate_of, 0, "/s", Bar(least=5000)))
        figures.append(_late(server, tickets, batch, newest))
    return figures


def _late(server: Server, tickets: int, batch: int, newest: int) -> Figure:
    """Send a year that lies before what the hub already has of the same accounts."""
    accounts = max(1, LATE_ACCOUNTS * tickets // TICKETS)
    early = newest - 2000 * tickets
    chains = [
        register("new", tickets, accounts, batch=batch, first_ms=newest),
        register("late", tickets, accounts, batch=batch, first_ms=early),
    ]
    rate_of = product(server.database(), chains, measured=1)
    return Figure("hub ingest, every ticket late", rate_of, 0, "/s", Bar(least=1500))


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
