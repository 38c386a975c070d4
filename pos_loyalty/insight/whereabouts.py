"""Where the read model of a database lies."""

import tempfile
from pathlib import Path

from pos_loyalty.store.engine import Store


def insight_path(store: Store) -> Path:
    """Give the file: beside SQLite's own, else among this machine's files for a while."""
    if store.path:
        return store.path.with_suffix(".panel")
    return Path(tempfile.gettempdir()) / f"pos-loyalty-{store.engine.url.database}.panel"
