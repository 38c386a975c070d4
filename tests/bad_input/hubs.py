"""A hub that is down, slow, restored or not of our mind; a till restored or cloned."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import requests
import zstandard

from pos_loyalty.clock import SystemClock
from pos_loyalty.config import load_hub, load_register
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.register import Register
from pos_loyalty.demo.peers import Network, free_port, wait_for
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node import enrolment
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.queries import Queries
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import verify
from sync.hub.app import create_hub_app
from tests.bad_input.bench import KNOWN, OTHER, PATIENCE_S, Bench, Seen
from tests.bad_input.rows import Row
from web.serving import Serving

CARDS = ("2990000000033", "2990000000040", "2990000000057")  # nobody's, and never seen here
BODY_MAX = 1 << 20
BUDGET_S = 0.3
SLACK_S = 1.2  # what a busy machine may add
DAY_MS = 86_400_000

UNDER_HUB = """
[hub]
url = "http://127.0.0.1:{port}"
enrolment_file = "enrolment.code"
send_every_s = 1
fetch_every_s = 1
lookup_budget_ms = 300
[offline]
points_max = 100
"""
HUB = """
[node]
role = "hub"
name = "hq"
data_directory = "hub"
[company]
company = "maison"
trade_name = "La Maison du Livre"
[database]
url = "sqlite:///{database}"
[cards]
prefixes = ["2990"]
key_file = "cards.key"
key_id = "k1"
[listen]
workers = 1
"""


class Office:
    """A hub on SQLite behind HTTP; `delay_s` makes each of its answers late."""

    def __init__(self, folder: Path, port: int) -> None:
        self.database = folder / "hub.db"
        self._settings = folder / "hub.toml"
        self._settings.write_text(HUB.format(database=self.database), encoding="utf-8")
        self._port = port
        self.delay_s = 0.0

    def start(self) -> None:
        config = load_hub(self._settings)
        store = open_store(wiring.database_url(config))
        self.node = Node(store, wiring.hub_settings(config, wiring.node_id(store)), SystemClock())
        self.queries = Queries(store, self.node.settings, self.node.clock)
        self._app = create_hub_app(Hub(self.node), request_bytes_max=BODY_MAX)
        self._server = Serving(self._late, host="127.0.0.1", port=self._port)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
        self.node.close()

    def _late(self, environ: Any, start: Any) -> Any:
        if self.delay_s:
            wait_for(lambda: not self.delay_s, self.delay_s)
        return self._app(environ, start)


class Branch(Bench):
    """A till under a hub, with a network between them that can be cut."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.office = Office(folder, self.port)
        self.network = Network(self.port)
        (folder / "enrolment.code").touch(mode=0o600)
        super().__init__(folder, more=UNDER_HUB.format(port=self.network.port))
        self.sell(KNOWN, 30_000)
        self.synced()

    def start(self) -> None:
        if not self.office.database.exists():
            self.office.start()
            self.new_code()
        super().start()

    def close(self) -> None:
        super().close()
        self.network.close()
        self.office.stop()

    def new_code(self) -> None:
        """Let head office give a code, where the register looks for it."""
        code = enrolment.new_code(self.office.node, store="paris-1", till="1", valid_minutes=60)
        (self.folder / "enrolment.code").write_text(code)

    def told_of_hub(self, reason: str, since: int) -> Seen:
        body = self.event("hub_changed", since, reason=reason)
        return Seen(body["reason"], body["detail"])

    def synced(self) -> None:
        """Wait until the till is connected and the hub has all it recorded."""
        link = self.register.link
        assert link is not None
        link.poke()

        def good() -> bool:
            status = link.status()
            return status.link == "online" and status.unsent == 0 == status.refused

        assert wait_for(good, PATIENCE_S, 0.1), link.status()

    def hub_knows(self, ticket: str) -> None:
        assert wait_for(lambda: knows(self.office, ticket), PATIENCE_S, 0.1), ticket

    def agrees(self) -> None:
        self.synced()
        super().agrees()
        assert verify(self.office.node.store).difference is None
        self.hub_knows(self.first["ticket"])


def knows(office: Office, ticket: str) -> bool:
    try:
        return bool(office.queries.ticket(ticket))
    except LoyaltyError:
        return False


# --- the hub and its network ----------------------------------------------------------------------
def down(branch: Branch) -> Seen:
    """No network: sales go on, and reach the hub later."""
    since = branch.now
    branch.network.cut()
    sold = branch.sell(OTHER, 500)
    seen = branch.told_of_hub("HUB_UNREACHABLE", since)
    assert not knows(branch.office, sold["ticket"])
    branch.network.heal()
    branch.synced()
    branch.hub_knows(sold["ticket"])
    return seen


def slow(branch: Branch) -> Seen:
    """A hub that answers after its budget: a sale is not delayed, spending is as offline."""
    branch.office.delay_s = 5.0
    with closing(_Hurry(branch)):
        began = monotonic()
        sold = branch.sell(CARDS[0], 700)
        assert monotonic() - began < BUDGET_S + SLACK_S
        branch.post("/baskets", {"basket": "b-slow"})
        branch.call("PUT", "/baskets/b-slow/member", {"card": KNOWN})
        lines = branch.ticket(5000)["lines"]
        branch.call("PUT", "/baskets/b-slow/content", {"lines": lines})
        began = monotonic()
        seen = branch.refusal("POST", "/baskets/b-slow/holds", {"blocks": 2})
        assert monotonic() - began < BUDGET_S + SLACK_S
        branch.call("DELETE", "/baskets/b-slow")
    branch.hub_knows(sold["ticket"])
    return seen


class _Hurry:
    """Lets the hub answer at once again, whatever happened."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    def close(self) -> None:
        self._branch.office.delay_s = 0.0


def hub_restored(branch: Branch) -> Seen:
    """The hub comes back from an old backup: the till tells again what it lost."""
    office, since = branch.office, branch.now
    branch.synced()
    with resting(office):
        old = shutil.copy(office.database, branch.folder / "hub.old")
    branch.synced()
    sold = branch.sell(OTHER, 500)
    branch.synced()
    branch.hub_knows(sold["ticket"])
    branch.network.cut()
    with resting(office):
        shutil.copy(old, office.database)
    assert not knows(office, sold["ticket"])
    seen = branch.told_of_hub("HUB_UNREACHABLE", since)
    branch.network.heal()
    branch.synced()
    branch.hub_knows(sold["ticket"])
    return seen


@contextmanager
def resting(office: Office) -> Iterator[None]:
    """Stop the hub for the while."""
    office.stop()
    try:
        yield
    finally:
        office.start()


def turned_away(branch: Branch) -> Seen:
    """Head office revokes the register; with a new code it goes on where it stopped."""
    since = branch.now
    enrolment.revoke(branch.office.node, branch.register.node.settings.node)
    sold = branch.sell(OTHER, 500)
    seen = branch.told_of_hub("REGISTER_REVOKED", since)
    branch.new_code()
    branch.synced()
    branch.hub_knows(sold["ticket"])
    return seen


def wrong_code(branch: Branch) -> Seen:
    """A register that was turned away tries a code that is not head office's."""
    since = branch.now
    enrolment.revoke(branch.office.node, branch.register.node.settings.node)
    branch.sell(OTHER, 500)
    branch.told_of_hub("REGISTER_REVOKED", since)
    (branch.folder / "enrolment.code").write_text("AAAA-BBBB-CCCC")
    assert branch.register.link is not None
    branch.register.link.poke()
    seen = branch.told_of_hub("ENROLMENT_REFUSED", since)
    branch.new_code()
    branch.synced()
    return seen


def clock_moved(days: int) -> Callable[[Branch], Seen]:
    """Set the till's clock by days, sell, then set it right; the till says that it is wrong."""

    def act(branch: Branch) -> Seen:
        since = branch.now
        branch.network.cut()
        branch.told_of_hub("HUB_UNREACHABLE", since)
        branch.clock.moved_ms = days * DAY_MS
        first = branch.sell(OTHER, 500)
        branch.network.heal()
        branch.synced()
        seen = branch.told_of_hub("CLOCK_WRONG", since)
        branch.clock.moved_ms = 0
        second = branch.sell(OTHER, 500)
        branch.hub_knows(first["ticket"])
        branch.hub_knows(second["ticket"])
        branch.stop()
        branch.start()  # greets the hub with the right clock
        return seen

    return act


# --- the till's file ----------------------------------------------------------------------------
def till_restored(branch: Branch) -> Seen:
    """The till comes back from an old file and sells at once: both tellings are kept."""
    branch.synced()
    branch.stop()
    old = shutil.copy(branch.database, branch.folder / "till.old")
    branch.start()
    lost = branch.sell(OTHER, 500)
    branch.synced()
    branch.stop()
    shutil.copy(old, branch.database)
    branch.network.cut()
    branch.start()
    after = branch.sell(OTHER, 600)
    branch.network.heal()
    seen = branch.told_of_hub("CHAINS_PARTED", 0)
    branch.synced()
    branch.hub_knows(lost["ticket"])
    branch.hub_knows(after["ticket"])
    return seen


def till_cloned(branch: Branch) -> Seen:
    """A copy of the till's disk runs beside it: each tells under an incarnation of its own."""
    branch.synced()
    branch.stop()
    shutil.copytree(branch.database.parent, branch.folder / "clone", dirs_exist_ok=True)
    branch.start()
    sold = branch.sell(OTHER, 500)
    branch.synced()
    head, devices, rest = branch.settings.read_text().partition("[[devices]]")
    text = head + rest[rest.index("[mail]") :]
    settings = branch.folder / "clone.toml"
    settings.write_text(text.replace('"data"', '"clone"'))
    assert devices
    clone = Register(load_register(settings), branch.clock)
    clone.start()
    try:
        url = f"{clone.server.url}/api/v1"
        ticket = branch.ticket(600, card=OTHER)
        own, branch.url = branch.url, url
        copied = branch.post("/sales", {**ticket, "number": f"C{ticket['number']}"})
        branch.url = own
        branch.hub_knows(copied["ticket"])
        parted = wait_for(lambda: said(clone, "CHAINS_PARTED"), PATIENCE_S)
        assert parted
    finally:
        clone.stop()
    branch.hub_knows(sold["ticket"])
    branch.stop()
    branch.start()  # the hub's chain is the copy's now: the till parts from it in its turn
    branch.synced()
    return Seen(parted[0].reason, parted[0].detail)


def said(register: Register, reason: str) -> list[Any]:
    """Give what a register told its screens with this reason."""
    notices = [posted.notice.body for posted in register.node.board.wait(0, 0)]
    return [each for each in notices if getattr(each, "reason", "") == reason]


# --- what strangers send to the hub -------------------------------------------------------------
def to_hub(method: str, path: str, *, token: str = "", **sent: Any) -> Callable[[Branch], Seen]:
    """Send a request to the hub as whoever has `token`: `own` is the register's."""

    def act(branch: Branch) -> Seen:
        link = branch.register.link
        assert link is not None
        known = link.upstream.membership()
        assert known is not None
        headers = {"Authorization": f"Bearer {known.token if token == 'own' else token}"}
        headers |= sent.get("headers", {})
        url = f"http://127.0.0.1:{branch.port}/sync/v1{path}"
        answer = requests.request(
            method, url, data=sent.get("data"), headers=headers, timeout=PATIENCE_S
        )
        problem = answer.json()
        assert problem["status"] == answer.status_code >= 400
        return Seen(problem["reason"], problem["detail"])

    return act


PACKED = {"Content-Encoding": "zstd", "Content-Type": "application/msgpack"}
BOMB = zstandard.ZstdCompressor().compress(bytes(64 * BODY_MAX))
CUT = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode({"inc": 1}))[:-3]
NOT_UTF8 = b'{"code": "\xff\xfe"}'
GZIP = {"Content-Encoding": "gzip", "Content-Type": "application/msgpack"}

ROWS = (
    Row("no network to the hub", down, "HUB_UNREACHABLE"),
    Row("a slow hub", slow, "OFFLINE_LIMIT"),
    Row("a hub restored from an old backup", hub_restored, "HUB_UNREACHABLE"),
    Row("a register that head office revoked", turned_away, "REGISTER_REVOKED"),
    Row("a wrong enrolment code", wrong_code, "ENROLMENT_REFUSED"),
    Row("the clock set back by two days", clock_moved(-2), "CLOCK_WRONG"),
    Row("the clock a year ahead", clock_moved(365), "CLOCK_WRONG"),
    Row("a till restored from an old file", till_restored, "CHAINS_PARTED"),
    Row("a cloned till", till_cloned, "CHAINS_PARTED"),
    Row("a wrong token at the hub", to_hub("POST", "/hello", token="no"), "NOT_ENROLLED"),
    Row("no token at the hub", to_hub("GET", "/feed?after=0"), "NOT_ENROLLED"),
    Row("a body above the hub's limit", to_hub("POST", "/facts", token="own",
        data=b"x" * (BODY_MAX + 1)), "REQUEST_TOO_LARGE"),
    Row("a compressed bomb for the hub", to_hub("POST", "/facts", token="own", data=BOMB,
        headers=PACKED), "REQUEST_TOO_LARGE"),
    Row("a cut upload", to_hub("POST", "/facts", token="own", data=CUT, headers=PACKED),
        "SYNC_MALFORMED"),
    Row("an upload that is not what it says", to_hub("POST", "/facts", token="own",
        data=b"noise", headers=GZIP), "SYNC_MALFORMED"),
    Row("JSON for the hub that is not UTF-8", to_hub("POST", "/register", data=NOT_UTF8),
        "SYNC_MALFORMED"),
    Row("a greeting that makes no sense", to_hub("POST", "/hello", token="own", data=b"[1]"),
        "SYNC_MALFORMED"),
    Row("an address that the hub does not have", to_hub("GET", "/zut", token="own"),
        "ADDRESS_UNKNOWN"),
)  # fmt: skip
