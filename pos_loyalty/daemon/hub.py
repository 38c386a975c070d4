"""The hub daemon: gunicorn workers on PostgreSQL, one waitress process on SQLite."""

import threading
import time
from pathlib import Path
from typing import Any

import structlog
from flask import Flask

from pos_loyalty.clock import SystemClock
from pos_loyalty.commands import DeclarePlace
from pos_loyalty.config import HubConfig
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.hub_panel import add_panel, insight_of
from pos_loyalty.daemon.running import HEARTBEAT_S, run_until_told
from pos_loyalty.daemon.shadowing import Follower
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.execute import Node
from pos_loyalty.node.hub import Hub
from pos_loyalty.node.tidy import tidy
from pos_loyalty.ports.documents import SellerBlock
from pos_loyalty.queries import Queries
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.ticket import ShopWording
from pos_loyalty.store.engine import Store, connect
from pos_loyalty.store.migrate import open_store
from pos_loyalty.systemd import WATCHDOG, notify, watchdog_interval_s
from sync.hub.app import create_hub_app, settled
from web.receipts import receipt_routes
from web.services import EXTENSION, services_of
from web.serving import Serving

WORKER_STOPS_S = 20
FIRST_DAY = "2000-01-01"
TIDY_EVERY_S = 86_400


def serve_hub(config: HubConfig, *, settings_file: Path | None = None) -> None:
    """Run the hub until it is told to stop."""
    config.node.data_directory.mkdir(parents=True, exist_ok=True)
    if config.database.on_sqlite:
        run_until_told(SmallHub(config, settings_file=settings_file))
        return
    store = open_store(wiring.database_url(config))  # one process makes the tables
    _prepare(config, store)
    store.close()
    gunicorn(config, settings_file)


def _prepare(config: HubConfig, store: Store) -> None:
    """Check the key and record the company, before any worker serves."""
    wiring.guard_key(store, config.cards)
    node = Node(store, wiring.hub_settings(config, wiring.node_id(store)), SystemClock())
    company = config.company
    place = DeclarePlace(
        id=f"place/company/{company.company}/{company.trade_name}",
        actor="settings",
        level="company",
        code=company.company,
        name=company.trade_name,
        day=FIRST_DAY,
    )
    Hub(node)  # so that registers hear of it
    node.execute(place)
    tidy(node, wiring.keeping(config.retention))


def hub_app(config: HubConfig, store: Store, *, settings_file: Path | None = None) -> Flask:
    """Give the application of an open store: for registers, and with `[office]` for people."""
    node = Node(store, wiring.hub_settings(config, wiring.node_id(store)), SystemClock())
    hub = Hub(
        node,
        clock_ahead_max_s=config.ingest.clock_ahead_max_s,
        page_changes=config.feed.page_facts,
        history_days=config.feed.history_days,
        facts_max=config.ingest.facts_max,
    )
    app = create_hub_app(hub, request_bytes_max=config.ingest.request_bytes_max)
    shop = ShopWording(seller=SellerBlock(trade_name=config.company.trade_name))
    queries = Queries(store, node.settings, node.clock)
    issuer = Issuer(queries, shop)
    page = receipt_routes(issuer, key=node.settings.cards.key, language=config.node.locale)
    app.register_blueprint(page)
    if config.office is not None:
        add_panel(app, node, queries, issuer, config=config, settings_file=settings_file)
    return app


def end_trials(app: Flask) -> None:
    """Stop a draft's trial that this process runs: its children must not outlive it."""
    if EXTENSION in app.extensions:
        services_of(app).trials.close()


def _keep_house(config: HubConfig) -> None:
    """From the first process, which serves nobody: tell systemd that it lives, tidy once a day."""
    threading.Thread(target=_beat, name="watchdog", daemon=True).start()
    threading.Thread(target=_tidy_daily, args=(config,), name="tidy", daemon=True).start()
    Follower(config).start()
    insight = insight_of(config)
    if insight is not None:
        insight.start()


def _beat() -> None:
    while True:
        notify(WATCHDOG)
        time.sleep(watchdog_interval_s() or HEARTBEAT_S)


def _tidy_daily(config: HubConfig) -> None:
    while True:
        time.sleep(TIDY_EVERY_S)
        try:
            store = connect(wiring.database_url(config))
            node = Node(store, wiring.hub_settings(config, wiring.node_id(store)), SystemClock())
            tidy(node, wiring.keeping(config.retention))
            node.close()
        except LoyaltyError as error:
            structlog.get_logger("hub").warning("tidying postponed", reason=error.reason.code)


class SmallHub:
    """A hub of one process on SQLite, to try it out or for a shop of a few tills."""

    def __init__(self, config: HubConfig, *, settings_file: Path | None = None) -> None:
        self._store = open_store(wiring.database_url(config))
        _prepare(config, self._store)
        self._app = app = hub_app(config, self._store, settings_file=settings_file)
        listen = config.listen
        self._follower = Follower(config)
        self._insight = insight_of(config)
        self._server = Serving(
            app,
            host=listen.host,
            port=listen.port,
            threads=listen.threads,
            behind_proxy=config.office is not None and config.office.behind_proxy,
        )

    def start(self) -> None:
        """Take requests."""
        self._server.start()
        self._follower.start()
        if self._insight is not None:
            self._insight.start()

    def stop(self) -> None:
        """Finish what was accepted and close the database."""
        self._follower.stop()
        if self._insight is not None:
            self._insight.stop()
        end_trials(self._app)
        self._server.stop()
        self._store.close()

    def healthy(self) -> bool:
        """Tell whether the database answers."""
        with self._store.read():
            return True


def gunicorn(config: HubConfig, settings_file: Path | None = None) -> None:
    """Run gunicorn in this process; each worker opens the database for itself."""
    from gunicorn.app.base import BaseApplication

    class Workers(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            listen = config.listen
            for name, value in (
                ("bind", f"{listen.host}:{listen.port}"),
                ("workers", listen.workers),
                ("threads", listen.threads),
                ("worker_class", "gthread"),
                ("graceful_timeout", WORKER_STOPS_S),
                ("proc_name", "pos-loyalty-hub"),
                ("control_socket_disable", True),
                ("when_ready", lambda arbiter: _keep_house(config)),
                ("worker_exit", lambda arbiter, worker: end_trials(worker.app.flask)),
            ):
                self.cfg.set(name, value)

        def load(self) -> Any:
            url = wiring.database_url(config)
            store = connect(url, connections=config.database.connections)
            self.flask = hub_app(config, store, settings_file=settings_file)
            return settled(self.flask)

    Workers().run()
