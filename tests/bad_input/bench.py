"""A whole till to do bad things to: a real register and the far end of everything it touches.

The register runs in this process as the daemon runs it: a scanner and a stripe reader on
pseudo-terminals, a printer behind TCP, a mail server, the API and its event stream on loopback.
"""

import io
import logging
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as mail_policy
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.request import Request
from uuid import uuid4

import requests
import structlog
from aiosmtpd.controller import Controller

from pos_loyalty.cli.group import main
from pos_loyalty.clock import SystemClock
from pos_loyalty.config import RegisterConfig, load_register
from pos_loyalty.daemon.register import Register
from pos_loyalty.daemon.wiring import database_path
from pos_loyalty.demo.client import Listener
from pos_loyalty.demo.peers import LOOPBACK, free_port, wait_for
from pos_loyalty.logging import configure
from pos_loyalty.store.verify import verify
from tests.drivers.rigs_input import Pty
from tests.drivers.rigs_output import TcpPrinterRig

PATIENCE_S = 10.0
KNOWN, OTHER = "2990000000019", "2990000000026"
"""A member's card, and one that nobody holds."""
PAYMENT_CARD = "4970101234567893"  # a right check digit, nobody's number
PAYMENT_TRACK = ";4111111111111111=25121010000000000000?"
NEVER_KEPT = ("4970101234567893", "41111111", "4970 1012", "4970-1012")

SETTINGS = """
[node]
role = "register"
name = "till"
data_directory = "data"
[store]
company = "maison"
region = "idf"
store = "paris-1"
tills = ["1"]
trade_name = "La Maison du Livre"
legal_name = "Maison du Livre SARL"
address = ["12 rue des Écoles", "75005 Paris"]
[cards]
prefixes = ["2990"]
key_file = "cards.key"
key_id = "k1"
[watch]
card_uses_max = 0
[[devices]]
name = "scanner"
category = "scanner"
driver = "serial-scanner"
options = {{ port = "{scanner}" }}
[[devices]]
name = "stripe"
category = "msr"
driver = "serial-msr"
options = {{ port = "{stripe}" }}
[[devices]]
name = "printer"
category = "printer"
driver = "tcp-printer"
[devices.options]
host = "127.0.0.1"
port = {printer}
answer_timeout_s = 0.3
confirm_timeout_s = 0.6
write_timeout_s = 1.0
status_interval_s = 0.1
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "tickets@maison.example"
sender_name = "La Maison du Livre"
[api]
port = 0
token_file = "api.token"
[programme]
file = "programme.toml"
{more}
"""
PROGRAMME = """
[programme]
id = "points"
name = "Carte"
first_day = 2025-01-01
[earn]
points = 1
per = 100
[[exclusion]]
reason = "carte cadeau"
flag = "gift_card"
coupons = false
[[tier]]
name = "Bronze"
threshold = 0
[reward]
label = "Bon"
points = 100
amount = 500
"""


BenchT = TypeVar("BenchT", bound="Bench")
Order = Callable[..., tuple[int, list[str]]]


class Seen(NamedTuple):
    """What a person or a program was told: the reason's code and its French sentence."""

    code: str
    sentence: str


class MovedClock(SystemClock):
    """The machine's clock, which a test may set."""

    def __init__(self) -> None:
        self.moved_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.moved_ms


class PostOffice:
    """A mail server on one port: open or closed, willing or with a `reply` of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.reply = ""
        self._mails: list[EmailMessage] = []
        self.open()

    def open(self) -> None:
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)
        self._controller.start()

    def close(self) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: object, session: object, envelope: Any, address: str, options: object
    ) -> str:
        if not self.reply:
            envelope.rcpt_tos.append(address)
        return self.reply or "250 go on"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self._mails.append(BytesParser(policy=mail_policy).parsebytes(envelope.content))
        return "250 taken"

    def mails(self) -> list[EmailMessage]:
        return list(self._mails)


class Bench:
    """A register between `start` and `stop`, on one folder; it may be started again."""

    def __init__(self, folder: Path, *, more: str = "") -> None:
        self.folder = folder
        self.clock = MovedClock()
        self.log = io.StringIO()
        for name in ("scanner", "stripe"):
            (folder / name).mkdir()
        self.scanner, self.stripe = Pty(folder / "scanner"), Pty(folder / "stripe")
        self.printer, self.mail = TcpPrinterRig(), PostOffice()
        self._web = requests.Session()
        self._numbers = count(1)
        self._write_settings(more)
        self.start()
        self.member = self.post("/members", {"card": KNOWN, "profile": {"first_name": "Zoé"}})
        self.first = self.sell(KNOWN, 1000)

    # --- its life -------------------------------------------------------------------------------
    @property
    def settings(self) -> Path:
        return self.folder / "register.toml"

    @property
    def config(self) -> RegisterConfig:
        return load_register(self.settings)

    @property
    def database(self) -> Path:
        return database_path(self.config, training=False)

    def start(self) -> None:
        """Start and wait until every device is up; raises what the daemon would end with."""
        self.register = Register(self.config, self.clock)
        self.register.start()
        self.url = f"{self.register.server.url}/api/v1"
        self.token = (self.folder / "api.token").read_text().split()[0]
        headers = {"Authorization": f"Bearer {self.token}", "Last-Event-ID": "0"}
        self.screen = Listener(Request(f"{self.url}/events", headers=headers))
        for name in ("scanner", "stripe", "printer"):
            self.event("device_changed", device=name, state="enabled", problem="")

    def stop(self) -> None:
        self.register.stop()

    def close(self) -> None:
        self.stop()
        self._web.close()
        self.printer.end()
        self.mail.close()

    # --- its POS and its screen -----------------------------------------------------------------
    def call(
        self, method: str, path: str, body: Any = None, *, key: str = "", **more: Any
    ) -> requests.Response:
        """Call the API as the till's POS does, for a French cashier."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept-Language": "fr",
            "Idempotency-Key": key or uuid4().hex,
        }
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        return self._web.request(
            method, self.url + path, headers=headers, timeout=PATIENCE_S, **more
        )

    def get(self, path: str) -> Any:
        return done(self.call("GET", path))

    def post(self, path: str, body: Any, **more: Any) -> Any:
        return done(self.call("POST", path, body, **more))

    def refusal(self, method: str, path: str, body: Any = None, **more: Any) -> Seen:
        """Call the API for something that it refuses; gives what the cashier reads."""
        return told(self.call(method, path, body, **more))

    def ticket(self, *amounts: object, card: str = "", **fields: Any) -> dict[str, Any]:
        """Give a ticket with lines of these amounts and a number of its own."""
        lines = [{"article": "3250390000891", "amount": amount} for amount in amounts]
        return {"number": f"T{next(self._numbers)}", "lines": lines, "card": card, **fields}

    def sell(self, card: str, *amounts: int, **fields: Any) -> Any:
        return self.post("/sales", self.ticket(*amounts, card=card, **fields))

    def points(self, card: str = KNOWN) -> int:
        (found,) = self.get(f"/members?card={card}")["members"]
        return int(found.get("points", 0))

    @property
    def now(self) -> int:
        """How many events the screen has seen."""
        return len(self.screen.events)

    def event(self, kind: str, since: int = 0, **wanted: Any) -> dict[str, Any]:
        """Wait until the screen sees an event of a kind with these values."""

        def look() -> dict[str, Any] | None:
            for name, body in self.screen.events[since:]:
                if name == kind and wanted.items() <= body.items():
                    return body
            return None

        found: dict[str, Any] | None = wait_for(look, PATIENCE_S)
        assert found is not None, (kind, wanted, self.screen.events[since:])
        return found

    def refused_read(self, device: str, since: int) -> Seen:
        """Wait until the screen hears that a device's read was refused."""
        body = self.event("read_refused", since, device=device)
        return Seen(body["reason"], body["detail"])

    def job(self, job: str, **wanted: Any) -> dict[str, Any]:
        """Wait until the list of jobs shows a job like this."""

        def look() -> dict[str, Any] | None:
            found = [each for each in self.get("/jobs")["jobs"] if each["id"] == job]
            return next((each for each in found if wanted.items() <= each.items()), None)

        found: dict[str, Any] | None = wait_for(look, PATIENCE_S)
        assert found is not None, (wanted, self.get("/jobs"))
        return found

    def print_sale(self) -> str:
        """Sell with a receipt on paper; gives the job's id."""
        return str(self.sell("", 300, receipt={"channel": "paper"})["receipt_job"])

    # --- what must be so after anything ----------------------------------------------------------
    def acknowledged(self) -> dict[str, Any]:
        """Give what the shop was told so far: the first ticket and the member as they stand."""
        member = self.get(f"/members/{self.member['member']}")
        return {
            "ticket": self.get(f"/tickets/{self.first['ticket']}"),
            "points": member["points"],
            "cards": member["cards"],
        }

    def good_scan_and_sale(self) -> None:
        """The next good command of each kind works: a scan, then a sale."""
        seen, before = self.now, self.points()
        self.scanner.send(KNOWN.encode() + b"\r\n")
        found = self.event("scan", seen, outcome="member")
        assert found["member"]["member"] == self.member["member"]
        sold = self.post("/sales", self.ticket(300, basket=found["basket"]))
        assert sold["earned"] == 3
        assert self.points() == before + 3

    def agrees(self) -> None:
        """Every table is what the journal says."""
        assert verify(self.register.node.store).difference is None

    def keeps_no_payment_card(self) -> None:
        """No digit of a payment card is in a database file, the log or an event."""
        heard = self.log.getvalue() + str(self.screen.events)
        assert [each for each in NEVER_KEPT if each in heard] == []
        # In a child: to open a database here and close it would take SQLite's locks off it.
        patterns = [part for each in NEVER_KEPT for part in ("-e", each)]
        command = ["grep", "-rlaF", *patterns, str(self.database.parent)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        # What a reader of the database keeps for a moment may be gone before it is opened.
        other = [line for line in found.stderr.splitlines() if "No such file" not in line]
        assert (found.returncode in (1, 2), found.stdout, other) == (True, "", []), found

    def _write_settings(self, more: str) -> None:
        content = SETTINGS.format(
            scanner=self.scanner.path,
            stripe=self.stripe.path,
            printer=self.printer.port,
            mail=self.mail.port,
            more=more,
        )
        self.settings.write_text(content, encoding="utf-8")
        (self.folder / "programme.toml").write_text(PROGRAMME, encoding="utf-8")
        for name in ("cards.key", "api.token"):
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))


def done(answer: requests.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def told(answer: requests.Response) -> Seen:
    """Read a refusal as problem+json."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code >= 400
    return Seen(problem["reason"], problem["detail"])


@contextmanager
def open_bench(folder: Path, kind: "type[BenchT]") -> "Iterator[BenchT]":
    """Open a till whose log is read too."""
    handlers, level = logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    try:
        bench = kind(folder)
        bench.log = stream
        try:
            yield bench
        finally:
            bench.close()
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()


def ended(*arguments: object) -> tuple[int, list[str]]:
    """Carry an order of the command line out, here; gives its exit code and what it said."""
    handlers, said = logging.root.handlers[:], io.StringIO()
    code = 0
    with redirect_stdout(said), redirect_stderr(said), patch_arguments(arguments):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            logging.root.handlers[:] = handlers
    return code, said.getvalue().splitlines()


@contextmanager
def patch_arguments(arguments: Sequence[object]) -> Iterator[None]:
    kept, sys.argv = sys.argv, ["pos-loyalty", *map(str, arguments)]
    try:
        yield
    finally:
        sys.argv = kept


def ended_elsewhere(*arguments: object) -> tuple[int, list[str]]:
    """Carry an order out in a process of its own, as a person does."""
    command = [sys.executable, "-m", "pos_loyalty", *map(str, arguments)]
    end = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return end.returncode, (end.stderr or end.stdout).splitlines()


def refused_order(*arguments: object, order: Order = ended) -> Seen:
    """Give an order that is refused: exit code 1, and the reason in the first line it says."""
    code, said = order(*arguments)
    assert code == 1, said
    reason, _, sentence = said[0].partition(": ")
    return Seen(reason, sentence)
