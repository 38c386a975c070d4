"""The shadow of the settings: a child process catches up with the journal, every some minutes."""

import threading
from contextlib import closing
from datetime import date

import structlog

from pos_loyalty.backtest.shadow import Shadow, follow
from pos_loyalty.config import HubConfig, RegisterConfig
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.children import run_child, step_back
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import past, shop
from pos_loyalty.store.engine import connect


def shadow_of(config: RegisterConfig | HubConfig) -> Shadow:
    """Give the shadow that settings ask for, beside what is in force on the last ticket's day.

    Raises `LoyaltyError`: `SHADOW_MISSING`, `PAST_EMPTY` or `PROGRAMME_MISSING`.
    """
    if config.shadow is None:
        raise LoyaltyError(Reason.SHADOW_MISSING)
    tried = wiring.programme_text(config.shadow.file, named_by="shadow.file")
    url = wiring.database_url(config)
    with closing(connect(url)) as store, store.read() as tx:
        known = past.span(tx)
        if known is None:
            raise LoyaltyError(Reason.PAST_EMPTY)
        current = shop.programme_text(tx, known[1])
    if current is None:
        raise LoyaltyError(Reason.PROGRAMME_MISSING, day=date.fromordinal(known[1]).isoformat())
    since = config.shadow.since
    return Shadow(
        url=url,
        file=str(config.node.data_directory / f"{config.node.name}.shadow"),
        current=current[1],
        tried=tried,
        first=date.fromisoformat(since).toordinal() if since else known[0],
    )


class Follower:
    """Lets the shadow catch up, again and again, until it is stopped; does nothing without one."""

    def __init__(self, config: RegisterConfig | HubConfig) -> None:
        self._config = config
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="shadow", daemon=True)

    def start(self) -> None:
        """Begin, where the settings ask for a shadow."""
        if self._config.shadow is not None:
            self._thread.start()

    def stop(self) -> None:
        """End; what was taken so far is kept."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _follow(self) -> None:
        assert self._config.shadow is not None
        while True:
            try:
                run_child(_child, (shadow_of(self._config),), until=self._stopped)
            except LoyaltyError as error:
                structlog.get_logger("shadow").info("not followed", reason=error.reason.code)
            if self._stopped.wait(self._config.shadow.every_min * 60):
                return


def _child(asked: Shadow) -> None:
    """Take all there is."""
    step_back()
    follow(asked)
