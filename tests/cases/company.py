"""Tills of one company and their hub, in one process; each till's line to it can be cut."""

from pathlib import Path
from typing import Any

from flask import Flask

from pos_loyalty.node.hub import Hub
from pos_loyalty.settings import WatchRules
from sync.envelope import MEDIA_TYPE, ZSTD
from sync.hub.app import create_hub_app
from sync.hub.enrolment import new_code
from sync.outcome import Reply
from sync.session import Link, Session
from tests.cases.shop import Till
from tests.support.shop import HandClock

WATCH = WatchRules(distance_km=40, distance_minutes=10)
"""What the hub of a case looks at."""


class Wire:
    """Carries calls to the hub's application, unless it is cut."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.cut = False

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        media_type: str = "application/json",
        token: str = "",
        timeout_s: float = 0,
    ) -> Reply:
        if self.cut:
            return Reply(0)
        headers = {"Accept-Encoding": ZSTD, "Authorization": f"Bearer {token}"}
        if media_type == MEDIA_TYPE:
            headers["Content-Encoding"] = ZSTD
        answer = self._app.test_client().open(
            path, method=method, data=body, content_type=media_type, headers=headers
        )
        return Reply(answer.status_code, answer.headers.get("Content-Encoding", ""), answer.data)

    def close(self) -> None:
        """Nothing is kept open."""


class Branch(Till):
    """A till under the hub."""

    def __init__(self, url: str, hub: Till, app: Flask, **more: Any) -> None:
        clock = HandClock(hub.clock.at)
        super().__init__(url, clock=clock, under_hub=True, **more)
        code = new_code(hub.node, store=self.settings.store, till=self.name, valid_minutes=60)
        self.wire = Wire(app)
        self.session = Session(
            self.node, self.wire, code=lambda: code, fetch_every_s=0, lookup_budget_s=30
        )
        self.node.prepare = self.session.prepare
        self.meets()

    def meets(self) -> None:
        """Send and fetch everything there is."""
        self.wire.cut = False
        self.session.step()
        assert self.session.status().link is Link.ONLINE, self.session.status()

    def goes_offline(self) -> None:
        self.wire.cut = True
        self.session.step()
        assert not self.node.online

    def close(self) -> None:
        self.session.stop()
        super().close()


class Company:
    """A hub and the tills that a case opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hub = Till(f"sqlite:///{folder / 'hub.db'}", name="hub", watch=WATCH)
        self._app = create_hub_app(Hub(self.hub.node))
        self.tills: list[Branch] = []

    def till(self, name: str, **settings: Any) -> Branch:
        """Open a till that has joined."""
        url = f"sqlite:///{self._folder / name}.db"
        branch = Branch(url, self.hub, self._app, name=name, **settings)
        self.tills.append(branch)
        return branch

    def now(self, moment: str) -> None:
        """Set every clock."""
        for node in (self.hub, *self.tills):
            node.now(moment)

    def all_meet(self) -> None:
        """Let every till know what all of them told."""
        for branch in (*self.tills, *self.tills):
            branch.meets()

    def close(self) -> None:
        for node in (*self.tills, self.hub):
            node.close()
