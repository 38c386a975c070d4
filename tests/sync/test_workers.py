"""Three gunicorn workers on PostgreSQL: commands and facts on the same accounts, one killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pos_loyalty import commands
from pos_loyalty.clock import SystemClock
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.queries import Queries
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import verify
from sync.hub.enrolment import new_code
from sync.session import Link, Session
from sync.transport import HttpTransport
from tests.support.shop import PROGRAMME
from tests.sync.serving import URL
from tests.sync.shops import HUB, settings_of

ROOT = Path(__file__).parents[2]
TILLS, SALES, ADJUSTMENTS = 3, 15, 40
CARDS = ("29001", "29002", "29003")
PATIENCE_S = 60.0


class Hubs:
    """gunicorn with three workers, and the same node beside them for looking."""

    def __init__(self, url: str) -> None:
        self.clock = SystemClock()
        settings = settings_of(HUB, "hq", "0", under_hub=False)
        self.node = Node(open_store(url), settings, self.clock)
        Hub(self.node)
        self.queries = Queries(self.node.store, settings, self.clock)
        self.node.execute(commands.PublishProgramme(id="programme", content=PROGRAMME))
        gunicorn = [sys.executable, "-m", "gunicorn", "tests.sync.serving:make()"]
        options = ["-w", "3", "-b", "127.0.0.1:0", "--threads", "2", "--worker-class", "gthread"]
        self._process = subprocess.Popen(
            [*gunicorn, *options],
            cwd=ROOT,
            env={**os.environ, URL: url},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pids: list[int] = []
        self.address = ""
        self._told = threading.Thread(target=self._listen, daemon=True)
        self._told.start()
        until = time.monotonic() + PATIENCE_S
        while not (self.address and len(self.pids) == 3 and self._answers()):
            assert time.monotonic() < until, "the workers did not start"
            threading.Event().wait(0.05)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "Listening at: " in line:
                self.address = line.partition("Listening at: ")[2].split()[0]
            if "Booting worker with pid: " in line:
                self.pids.append(int(line.rpartition(" ")[2]))

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def kill_one(self) -> None:
        os.kill(self.pids[0], signal.SIGKILL)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self.node.close()


@pytest.fixture
def hubs(postgres_url: str) -> Iterator[Hubs]:
    made = Hubs(postgres_url)
    yield made
    made.close()


class SellingTill:
    """A till that sells to all cards and keeps sending until everything is taken."""

    def __init__(self, hubs: Hubs, folder: Path, number: int) -> None:
        settings = settings_of(
            f"till {number:_<11}".encode(), "paris-1", f"{number}", under_hub=True
        )
        store = open_store(f"sqlite:///{folder / f'till-{number}.db'}")
        self.node = Node(store, settings, hubs.clock)
        self.queries = Queries(store, settings, hubs.clock)
        code = new_code(hubs.node, store="paris-1", till=f"{number}", valid_minutes=5)
        self.session = Session(
            self.node, HttpTransport(hubs.address), code=lambda: code, fetch_every_s=0
        )
        self.number = number

    def sell(self) -> None:
        self.settle()  # the programme comes from the hub
        for turn in range(SALES):
            for card in CARDS:
                name = f"{self.number}-{turn}-{card}"
                line = commands.Line("a", 1000)
                sale = commands.CloseSale(id=name, card=card, number=name, lines=(line,))
                self.node.execute(sale)
            self.session.step()

    def settle(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while True:
            self.session.step()
            status = self.session.status()
            if status.link is Link.ONLINE and status.unsent == 0:
                return
            assert time.monotonic() < until, status
            threading.Event().wait(0.2)

    def close(self) -> None:
        self.session.stop()
        self.node.close()


def adjust(hubs: Hubs, member: str, name: str) -> None:
    """Give a command until it is answered, as a caller whose connection broke would."""
    until = time.monotonic() + PATIENCE_S
    for count in range(ADJUSTMENTS):
        while True:
            try:
                address = f"{hubs.address}/test/adjust/{member}/{name}-{count}"
                if requests.post(address, timeout=20).ok:
                    break
            except requests.RequestException:
                pass  # the worker was killed: what it had committed is answered again
            assert time.monotonic() < until, "the command was never answered"


def test_commands_and_facts_on_the_same_accounts_survive_a_killed_worker(
    hubs: Hubs, tmp_path: Path
) -> None:
    members = [
        hubs.node.execute(commands.EnrolMember(id=f"enrol {card}", card=card)).member
        for card in CARDS
    ]
    tills = [SellingTill(hubs, tmp_path, number) for number in range(TILLS)]
    work = [threading.Thread(target=till.sell) for till in tills]
    work += [
        threading.Thread(target=adjust, args=(hubs, member, f"adjust-{member}"))
        for member in members
    ]
    for thread in work:
        thread.start()
    until = time.monotonic() + PATIENCE_S
    while hubs.queries.member(members[0]).points < 60 and time.monotonic() < until:
        threading.Event().wait(0.02)
    hubs.kill_one()
    for thread in work:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    for till in (*tills, *tills):
        till.settle()
    expected = TILLS * SALES * 10 + ADJUSTMENTS
    for place in (hubs, *tills):
        assert [place.queries.member_by_card(card).points for card in CARDS] == [expected] * 3
    assert verify(hubs.node.store).difference is None
    with hubs.node.store.read() as tx:
        numbers = [row[0] for row in tx.text("SELECT n FROM feed ORDER BY n").fetchall()]
    assert numbers == list(range(1, len(numbers) + 1))
    for till in tills:
        till.close()
