"""A hub as gunicorn's workers make it; the database comes by the environment."""

import os

from flask import Flask

from pos_loyalty import commands
from pos_loyalty.clock import SystemClock
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.store.migrate import open_store
from sync.hub.app import create_hub_app
from tests.sync.shops import HUB, settings_of

URL = "POS_LOYALTY_TEST_HUB"


def make() -> Flask:
    """Serve a hub, and let a test give it commands."""
    store = open_store(os.environ[URL])
    node = Node(store, settings_of(HUB, "hq", "0", under_hub=False), SystemClock())
    app = create_hub_app(Hub(node))

    @app.post("/test/adjust/<member>/<name>")
    def adjust(member: str, name: str) -> str:
        node.execute(commands.AdjustPoints(id=name, member=member, points=1, reason="goodwill"))
        return str(os.getpid())

    return app
