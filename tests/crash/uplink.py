"""One till that reports to a hub and is killed at a step of an upload; then it goes on.

Run as a program: the hub and the doomed till are children, the surviving till is this process.
Prints what hub and till hold as JSON.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pos_loyalty.logging import configure
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store.engine import connect
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import verify
from sync.hub.app import create_hub_app
from sync.hub.enrolment import new_code
from sync.outcome import Reply
from sync.session import Session
from sync.transport import HttpTransport
from tests.crash.shop import LINES, forked
from tests.support.shop import CHAIN_KEY, HandClock, Till
from web.serving import Serving

SALES = 12
STEPS = ("before-sending", "before-the-answer-is-kept", "after-the-answer-is-kept")


class DeadlyTransport:
    """The real transport, but the process dies at a step of the second upload."""

    def __init__(self, url: str, step: str) -> None:
        self._real = HttpTransport(url)
        self._step = step
        self._uploads = 0

    def call(self, method: str, path: str, **rest: Any) -> Reply:
        sends = path.endswith("/facts")
        self._uploads += sends
        doomed = self._uploads == 2
        if doomed and sends and self._step == STEPS[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        if doomed and not sends and self._step == STEPS[2]:
            os.kill(os.getpid(), signal.SIGKILL)
        reply = self._real.call(method, path, **rest)
        if doomed and sends and self._step == STEPS[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        return reply

    def close(self) -> None:
        self._real.close()


def hub_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'hub.db'}"


def run_hub(folder: Path) -> Any:
    def work(told: int) -> None:
        settings = NodeSettings(
            node=b"the hub at hq...",
            store="",
            till="",
            zone="Europe/Paris",
            cards=CardRules(key=CHAIN_KEY, prefixes=("29",), length_min=5, length_max=13),
        )
        clock = HandClock(time.time_ns() // 1_000_000)
        node = Node(open_store(hub_url(folder)), settings, clock)
        server = Serving(create_hub_app(Hub(node)), host="127.0.0.1", port=0)
        server.start()
        code = new_code(node, store="paris-1", till="1", valid_minutes=60)
        os.write(told, f"{server.port} {code}\n".encode())
        signal.pause()

    return work


def till_of(folder: Path, transport: Any, code: str) -> tuple[Till, Session]:
    till = Till(f"sqlite:///{folder / 'till.db'}", under_hub=True)
    till.clock.at = time.time_ns() // 1_000_000
    return till, Session(till.node, transport, code=lambda: code)


def run_till(folder: Path, url: str, code: str, step: str) -> Any:
    def work(acknowledged: int) -> None:
        till, session = till_of(folder, DeadlyTransport(url, step), code)
        till.publish()
        for index in range(SALES):
            till.sell(lines=LINES, number=f"u{index}", id=f"u{index}")
            os.write(acknowledged, f"u{index} ".encode())
            till.clock.at += 30_000
            session.step()

    return work


def healed(folder: Path, url: str, code: str) -> dict[str, Any]:
    """Open the till again, let it report, and compare both ends."""
    till, session = till_of(folder, HttpTransport(url), code)
    till.sell(lines=LINES, number="after", id="after")
    for _ in range(20):
        till.clock.at += 30_000
        session.step()
        if session.status().unsent == 0:
            break
    store = connect(hub_url(folder))
    with store.read() as tx:
        at_hub = tx.text("SELECT count(*) FROM fact WHERE kind = 'sale_closed'").fetchone()[0]
        distinct = tx.text("SELECT count(DISTINCT key) FROM fact WHERE kind = 'sale_closed'")
        found = {"at_hub": at_hub, "distinct": distinct.fetchone()[0]}
        points = tx.text("SELECT sum(points) FROM balance").fetchone()[0]
    difference = verify(store).difference or till.verify().difference
    with till.node.store.read() as tx:
        at_till = tx.text("SELECT count(*) FROM fact WHERE kind = 'sale_closed'").fetchone()[0]
    unsent = session.status().unsent
    session.stop()
    till.close()
    return found | {
        "at_till": at_till,
        "points": points,
        "unsent": unsent,
        "difference": str(difference) if difference else "",
    }


def main() -> None:
    configure(level="error")
    folder, step = Path(sys.argv[1]), sys.argv[2]
    hub, told = forked(run_hub(folder))
    port, code = os.read(told, 200).decode().split()
    url = f"http://127.0.0.1:{port}"
    child, acknowledged = forked(run_till(folder, url, code, step))
    _, status = os.waitpid(child, 0)
    with os.fdopen(acknowledged) as stream:
        sold = stream.read().split()
    try:
        found = healed(folder, url, code)
    finally:
        os.kill(hub, signal.SIGKILL)
        os.waitpid(hub, 0)
    print(json.dumps(found | {"killed": os.WIFSIGNALED(status), "sold": len(sold)}))  # noqa: T201


if __name__ == "__main__":
    main()
