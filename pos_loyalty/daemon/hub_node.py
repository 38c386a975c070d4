"""A hub's node for one order of the command line, which need not load what serves people."""

from collections.abc import Iterator
from contextlib import contextmanager

from pos_loyalty.clock import SystemClock
from pos_loyalty.config import HubConfig
from pos_loyalty.daemon import wiring
from pos_loyalty.node.execute import Node
from pos_loyalty.store.migrate import open_store


@contextmanager
def hub_node(config: HubConfig) -> Iterator[Node]:
    """Give the hub's node beside the running hub, for one order; SQLite only while it rests."""
    store = open_store(wiring.database_url(config))
    node = Node(store, wiring.hub_settings(config, wiring.node_id(store)), SystemClock())
    try:
        yield node
    finally:
        node.close()
