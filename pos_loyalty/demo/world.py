"""The demo's folder and processes: a register and a hub as a shop would run them."""

import os
import secrets
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple

from pos_loyalty.config import load_hub
from pos_loyalty.daemon.hub_node import hub_node
from pos_loyalty.demo import postgres
from pos_loyalty.demo.peers import (
    LOOPBACK,
    MailServer,
    Network,
    PaperPrinter,
    WiredScanner,
    free_port,
    wait_for,
)
from pos_loyalty.node.enrolment import new_code
from pos_loyalty.node.staff import Role, Staff

READY_MAX_S = 30.0
CODE_MINUTES = 60
STORE, SECOND_STORE, TILL = "paris-1", "lyon-1", "1"
CARDS = ("2990000000019", "2990000000026", "2990000000033")
"""Numbers of the demo's cards: own prefix, right check digit."""


class Employee(NamedTuple):
    """Somebody of the demo's company; `secret` is what they sign in with.

    A regional manager sees their `stores`.
    """

    person: str
    name: str
    role: str
    secret: str
    stores: tuple[str, ...] = ()


STAFF = (
    Employee("claire", "Claire", "manager", "livres et papier"),
    Employee("leo", "Léo", "cashier", "2468"),
)
"""Known to everybody who tries the demo, which listens on this machine only."""
HQ_STAFF = (
    Employee("helene", "Hélène", "hq", "siège et magasins"),
    Employee("romain", "Romain", "regional", "tout pour Lyon", (SECOND_STORE,)),
)
"""Who signs in at head office."""


class DemoError(Exception):
    """The demo cannot go on; the text says what was missing."""


class Process:
    """One `pos-loyalty` process of the demo, with its log in the demo's folder."""

    def __init__(self, name: str, folder: Path, *arguments: str) -> None:
        self.name = name
        self._arguments = arguments
        self._log = folder / f"{name}.log"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, ready_url: str) -> None:
        """Start and wait until it answers; raises `DemoError` with the end of its log."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "pos_loyalty", *self._arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        if not wait_for(lambda: answers(ready_url) or self.ended, READY_MAX_S) or self.ended:
            raise DemoError(f"the {self.name} did not start:\n{self.log_end()}")

    @property
    def ended(self) -> bool:
        """Tell whether it ended by itself."""
        return self._running is not None and self._running.poll() is not None

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self._running is not None and not self.ended:
            self._running.terminate()
            try:
                self._running.wait(15)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()

    def log_end(self) -> str:
        """Give the last lines of its log."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return "\n".join(text.splitlines()[-15:])


def answers(url: str) -> bool:
    """Tell whether an HTTP server answers, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def called(*arguments: str) -> str:
    """Call the command line and give what it says; raises `DemoError` where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pos_loyalty", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_MAX_S,
    )
    if done.returncode:
        raise DemoError(f"pos-loyalty {' '.join(arguments)}:\n{done.stderr}")
    return done.stdout


class World:
    """Everything the demo stands on, between `start` and `stop`.

    The hub is on PostgreSQL where that is installed, otherwise on SQLite (`database` says which).
    Between register and hub lies `network`, which can be cut.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pos-loyalty-demo-"))
        self.secrets = self.folder / "secrets"
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        self.scanner = WiredScanner()
        self.printer = PaperPrinter()
        self.mail = MailServer()
        self._broken: set[str] = set()
        self.hub_port, self.api_port, self.second_port = free_port(), free_port(), free_port()
        self.network = Network(self.hub_port)
        self.database = "postgresql" if postgres.find_program("initdb") else "sqlite"
        self.register = Process("register", self.folder, "run", str(self._file("register.toml")))
        self.second = Process("second", self.folder, "run", str(self._file("second.toml")))
        self.hub = Process("hub", self.folder, "hub", "serve", str(self._file("hub.toml")))

    @property
    def api(self) -> str:
        """The address of the register's API."""
        return f"http://{LOOPBACK}:{self.api_port}/api/v1"

    @property
    def second_api(self) -> str:
        """The address of the API of the other shop's register."""
        return f"http://{LOOPBACK}:{self.second_port}/api/v1"

    @property
    def hub_panel(self) -> str:
        """Where head office signs in: under another name, so that both panels stay signed in."""
        return f"http://localhost:{self.hub_port}/panel/"

    @property
    def token(self) -> str:
        """The token that the POS shows to the API."""
        return self._file("secrets/api.token").read_text().strip()

    @property
    def hub_database(self) -> str:
        """The SQLAlchemy URL of the hub's database: where facts are looked for."""
        if self.database == "sqlite":
            return f"sqlite:///{self._file('hub.db')}"
        return f"postgresql+psycopg://postgres@/hub?host={self._file('postgres')}"

    def start(self) -> None:
        """Write the settings, start hub and register; raises `DemoError`."""
        self._write_settings()
        if self.database == "postgresql":
            cluster = self._file("postgres")
            cluster.mkdir(exist_ok=True)
            self.folder.chmod(0o755)
            postgres.start(cluster)
            postgres.create_database(cluster, "hub")
        self._open_office()
        self.hub.start(f"http://{LOOPBACK}:{self.hub_port}/")
        self.register.start(f"{self.api}/health")

    def open_second_shop(self) -> None:
        """Start the register of another shop, which has no devices; raises `DemoError`."""
        self.second.start(f"{self.second_api}/health")

    def employ(self) -> None:
        """Let a manager and a cashier sign in, as an installer would."""
        settings = str(self._file("register.toml"))
        for each in STAFF:
            self._secret(f"{each.person}.secret", each.secret)
            secret = str(self._file(f"secrets/{each.person}.secret"))
            options = ("--name", each.name, "--role", each.role, "--secret-file", secret)
            called("staff", "add", settings, each.person, *options)

    def stop(self) -> None:
        """Stop everything, the peers last."""
        self.register.stop()
        self.second.stop()
        self.hub.stop()
        for name in ("scanner", "printer", "mail"):
            if name not in self._broken:
                getattr(self, name).close()
        self.network.close()
        if self.database == "postgresql":
            postgres.stop(self._file("postgres"))

    def cut(self, link: str) -> None:
        """Break one link for good: scanner, printer, mail or hub."""
        links = {
            "scanner": self.scanner.close,
            "printer": self.printer.close,
            "mail": self.mail.close,
            "hub": self.network.cut,
        }
        links[link]()
        self._broken.add(link)

    def _file(self, name: str) -> Path:
        return self.folder / name

    def _open_office(self) -> None:
        """Let head office's people in, and put one-time codes where the registers look for them."""
        config = load_hub(self._file("hub.toml"))
        config.node.data_directory.mkdir(exist_ok=True)
        with hub_node(config) as node:
            for store, file in ((STORE, "enrolment.code"), (SECOND_STORE, "second.code")):
                code = new_code(node, store=store, till=TILL, valid_minutes=CODE_MINUTES)
                self._secret(file, code)
            staff = Staff(node)
            for each in HQ_STAFF:
                role = Role(each.role)
                staff.add(
                    each.person, name=each.name, role=role, secret=each.secret, stores=each.stores
                )

    def _write_settings(self) -> None:
        self._secret("cards.key", secrets.token_hex(32))
        self._secret("api.token", secrets.token_urlsafe(32))
        values = {
            "folder": str(self.folder),
            "store": STORE,
            "till": TILL,
            "scanner": self.scanner.port,
            "printer": str(self.printer.port),
            "smtp": str(self.mail.port),
            "api": str(self.api_port),
            "second": str(self.second_port),
            "second_store": SECOND_STORE,
            "hub": str(self.hub_port),
            "network": str(self.network.port),
            "database": self.hub_database,
            "workers": "1" if self.database == "sqlite" else "2",
        }
        templates = files("pos_loyalty.demo") / "settings"
        for name in ("register.toml", "second.toml", "hub.toml", "programme.toml"):
            text = (templates / name).read_text(encoding="utf-8")
            self._file(name).write_text(Template(text).substitute(values), encoding="utf-8")

    def _secret(self, name: str, content: str) -> None:
        path = self.secrets / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(content + "\n")
