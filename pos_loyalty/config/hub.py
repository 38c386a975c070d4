"""The settings of a hub: at HQ, or in a shop as a relay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from pos_loyalty.config import kinds
from pos_loyalty.config.faults import Fault, shown
from pos_loyalty.config.kinds import Choice, Secret, Truth, Whole
from pos_loyalty.config.secrets import read_secret
from pos_loyalty.config.sections import Cards, Log, Node, Retention, Section, Shadow, Watch


class HubNode(Node):
    """Who this hub is."""

    role: Annotated[Literal["hub"], Choice()]


class Company(Section):
    """Whose members this hub keeps."""

    company: Annotated[str, kinds.CODE]
    trade_name: Annotated[str, kinds.LINE]


class Database(Section):
    """Where the hub keeps everything: PostgreSQL, or SQLite to try it out."""

    url: Annotated[str, kinds.DATABASE_ADDRESS]
    password_file: Annotated[Path, Secret()] | None = None
    connections: Annotated[int, Whole(1, 500)] = 10

    @property
    def on_sqlite(self) -> bool:
        """Tell whether this is the try-out database, which a single process must own."""
        return self.url.startswith("sqlite:")

    def address(self) -> str:
        """Give the whole address with the password, read anew from its file: never log it."""
        if self.password_file is None:
            return self.url
        user, _, place = self.url.partition("@")
        return f"{user}:{quote(read_secret(self.password_file), safe='')}@{place}"

    def contradictions(self) -> Iterator[Fault]:
        if self.password_file is not None and "@" not in self.url:
            yield Fault(
                path="url",
                found=shown(self.url),
                expected="an address with USER@, because password_file is set",
            )


class Listen(Section):
    """Where registers and people reach the hub, behind a proxy that ends TLS."""

    host: Annotated[str, kinds.HOST] = "127.0.0.1"
    port: Annotated[int, Whole(0, 65_535)] = 8_766
    workers: Annotated[int, Whole(1, 64)] = 2
    threads: Annotated[int, Whole(1, 64)] = 8


class Ingest(Section):
    """What one request of a register may hold."""

    request_bytes_max: Annotated[int, Whole(1_024, 1_073_741_824)] = 16_777_216
    facts_max: Annotated[int, Whole(1, 100_000)] = 5_000
    clock_ahead_max_s: Annotated[int, Whole(0, 86_400)] = 300


class Feed(Section):
    """What the hub tells its registers."""

    page_facts: Annotated[int, Whole(1, 10_000)] = 500
    history_days: Annotated[int, Whole(1, 3_660)] = 30


class Enrolment(Section):
    """How a register joins."""

    code_valid_minutes: Annotated[int, Whole(1, 10_080)] = 60


class Office(Section):
    """Head office's own pages, and what they hold for silent or too few."""

    idle_minutes: Annotated[int, Whole(1, 1_440)] = 30
    wrong_sign_ins_max: Annotated[int, Whole(1, 100)] = 5
    lock_minutes: Annotated[int, Whole(1, 1_440)] = 5
    behind_proxy: Annotated[bool, Truth()] = False
    silent_minutes: Annotated[int, Whole(10, 10_080)] = 60
    cases_min: Annotated[int, Whole(1, 10_000)] = 30


class HubConfig(Section):
    """All settings of one hub."""

    node: HubNode
    company: Company
    database: Database
    cards: Cards
    listen: Listen = Field(default_factory=Listen)
    ingest: Ingest = Field(default_factory=Ingest)
    feed: Feed = Field(default_factory=Feed)
    enrolment: Enrolment = Field(default_factory=Enrolment)
    watch: Watch = Field(default_factory=Watch)
    retention: Retention = Field(default_factory=Retention)
    shadow: Shadow | None = None
    office: Office | None = None
    log: Log = Field(default_factory=Log)

    def contradictions(self) -> Iterator[Fault]:
        if self.database.on_sqlite and self.listen.workers != 1:
            yield Fault(
                path="listen.workers",
                found=str(self.listen.workers),
                expected="1 with an SQLite database, which belongs to one process",
            )
