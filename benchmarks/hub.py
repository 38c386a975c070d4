"""Nine-line tickets into a hub on PostgreSQL, over HTTP, against the same rows by COPY alone."""

import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from msgspec.structs import astuple
from sqlalchemy.engine import make_url

from benchmarks.harness import Bar, Figure, show
from pos_loyalty.clock import SystemClock
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import ticket_account
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.ticket import Line, Tender, ticket_key
from pos_loyalty.events import SaleClosed
from pos_loyalty.node.enrolment import authenticate, join, new_code
from pos_loyalty.node.exchange import Batch, Joining
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store import journal, schema
from pos_loyalty.store.migrate import open_store
from sync.envelope import pack
from sync.hub.app import create_hub_app

BATCH, BATCHES, ACCOUNTS, LINES = 1000, 12, 100_000, 9
DAY = 739_617
PROGRAMME = Programme("points", "Points", "p1", DAY, "EUR", 1, 100)
STAGED = ("fact", "leg", "claim", "account", "balance", "reach", "feed")


def ticket(number: int, account: bytes) -> SaleClosed:
    """Give a nine-line ticket of an account."""
    lines = tuple(Line(f"325039000{i:04}", 199 + 37 * i, label="article") for i in range(LINES))
    paid = [line.amount for line in lines]
    rating = rate(PROGRAMME, lines, paid, tier=PROGRAMME.tiers[0], day=DAY, spent=0, holds=())
    return SaleClosed(
        store="paris-1",
        till="1",
        epoch=1,
        day=iso(DAY),
        number=f"{number}",
        at=0,
        zone="Europe/Paris",
        currency="EUR",
        lines=lines,
        tenders=(Tender("card", sum(paid)),),
        ratings=(rating,),
        account=account.hex(),
        operator="7",
    )


def batches(node: bytes, seed: int) -> Iterator[Batch]:
    """Give uploads as a till makes them, each of a thousand tickets."""
    dice, head = random.Random(seed), journal.start_of(node, 1)
    now = SystemClock().now_ms() - 3_600_000
    for start in range(0, BATCH * BATCHES, BATCH):
        drafts = []
        for number in range(start, start + BATCH):
            account = ticket_account(f"account {dice.randrange(ACCOUNTS)}")
            sale = ticket(number, account)
            key = ticket_key(sale.store, f"{seed}", 1, sale.day, sale.number)
            drafts.append(journal.Draft(ticket_account(f"{seed} {number}"), sale, "7", key))
        salts = [os.urandom(16) for _ in drafts]
        facts = journal.number(head, drafts, now_ms=now + start, salts=salts)
        yield Batch(1, 1, facts[0].seq, head.hash, facts)
        head = head._replace(seq=facts[-1].seq, hash=facts[-1].hash, stamp=facts[-1].stamp)


def open_hub(url: str) -> Hub:
    settings = NodeSettings(
        node=b"hub at the bench"[:16],
        store="hq",
        till="0",
        zone="Europe/Paris",
        cards=CardRules(key=bytes(32)),
    )
    return Hub(Node(open_store(url), settings, SystemClock()))


def copied(url: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    """Give the seconds that COPY to staging and INSERT SELECT need for ready-made rows."""
    address = make_url(url)
    options = {"host": address.query["host"], "user": address.username, "dbname": address.database}
    with psycopg.connect(**options) as connection:  # type: ignore[arg-type]
        cursor = connection.cursor()
        for name in STAGED:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS limit_{name} (LIKE {name} INCLUDING ALL)")
            cursor.execute(f"CREATE TEMP TABLE stage_{name} (LIKE {name})")
        connection.commit()
        begun = time.perf_counter()
        for name in STAGED:
            columns = ", ".join(
                f'"{column.name}"' for column in schema.metadata.tables[name].columns
            )
            with cursor.copy(f"COPY stage_{name} ({columns}) FROM STDIN") as copy:
                for row in rows[name]:
                    copy.write_row(row)
            cursor.execute(
                f"INSERT INTO limit_{name} SELECT * FROM stage_{name} ON CONFLICT DO NOTHING"
            )
        connection.commit()
        return time.perf_counter() - begun


def measure(url: str) -> list[Figure]:
    """Send each batch to the hub, then give its rows to PostgreSQL alone; in turn."""
    hub = open_hub(url)
    node = b"till at the benc"
    code = new_code(hub.node, store="paris-1", till="1", valid_minutes=60)
    token = join(hub.node, Joining(code=code, node=node.hex())).token
    sender = authenticate(hub.node, token)
    client = create_hub_app(hub).test_client()
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "zstd"}
    took: list[float] = []
    alone: list[float] = []
    for batch in batches(node, 1):
        body = pack(batch)
        begun = time.perf_counter()
        answer = client.post("/sync/v1/facts", data=body, headers=headers)
        took.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.text
        alone.append(copied(url, _rows(hub, batch)))
    assert sender.store == "paris-1"
    hub.node.close()
    product, limit = (BATCH / statistics.median(each[2:]) for each in (took, alone))
    return [
        Figure("hub ingest, one writer, HTTP included", product, limit, "tickets/s",
               Bar(least=0.4, of_ratio=True)),
        Figure("hub ingest, one writer", product, limit, "tickets/s", Bar(least=5000)),
    ]  # fmt: skip


def _rows(hub: Hub, batch: Batch) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows that the hub wrote for a batch."""
    keys = [fact.key for fact in batch.facts]
    with hub.node.store.read() as tx:
        claims = tx.fetch(schema.claim, keys)
        accounts = sorted({row[6] for row in claims})
        last = batch.facts[-1].seq
        legs = [row for row in tx.fetch(schema.leg, accounts) if batch.first <= row[4] <= last]
        states = tx.fetch(schema.account, accounts)
        balances = tx.fetch(schema.balance, accounts)
        reached = tx.fetch(schema.reach, accounts)
        news = tx.text("SELECT * FROM feed ORDER BY n DESC LIMIT %s", [len(accounts)]).fetchall()
    return {
        "fact": [astuple(fact) for fact in batch.facts],
        "leg": legs,
        "claim": claims,
        "account": states,
        "balance": balances,
        "reach": reached,
        "feed": news,
    }


if __name__ == "__main__":
    sys.exit(0 if show(measure(sys.argv[1])) else 1)
