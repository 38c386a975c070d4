"""The register daemon: one till's node with its devices, receipts, API and link to a hub."""

import random
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import structlog

from drivers.framing.payment_guard import PaymentGuard
from drivers.supervisor import Supervisor
from pos_loyalty import commands
from pos_loyalty.config import RegisterConfig
from pos_loyalty.config.sections import LOOPBACK, Uplink
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.devices import Inlet
from pos_loyalty.daemon.following import InsightFollower
from pos_loyalty.daemon.house import RecentScans, house_of
from pos_loyalty.daemon.publishing import Publisher
from pos_loyalty.daemon.shadowing import Follower
from pos_loyalty.daemon.tokens import TokenFile, check_tokens, new_control_token
from pos_loyalty.daemon.upkeep import Rebuilder
from pos_loyalty.daemon.watch import HubWatch
from pos_loyalty.dispatch import Dispatcher
from pos_loyalty.display import Greeter
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.insight.whereabouts import insight_path
from pos_loyalty.node.execute import Node
from pos_loyalty.node.jobs import Desk
from pos_loyalty.node.tidy import tidy
from pos_loyalty.ports.services import Clock
from pos_loyalty.queries import Queries
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.text import render_text
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.scrub import scrub
from pos_loyalty.store.sidefile import behind_note, note_chains
from sync.session import Session
from web.app import create_app
from web.control import Upkeep, control_routes
from web.receipts import receipt_routes
from web.services import Hooks, PanelSettings, WebSettings, services_of
from web.serving import Serving

COLUMNS_SHOWN = 42
"""As wide as a roll of 80 mm, on which receipts are usually printed."""
REST_EVERY_S = 2.0
RESTS_A_DAY = 43_200
COUNT_EVERY_RESTS = 30
POSTPONED_S = 3600.0
Fault = Callable[[str], None]


def no_fault(step: str) -> None:
    """Do nothing: only tests make a step fail."""


class Register:
    """Everything of one till between `start` and `stop`.

    Building it opens the database and the API's port. Raises `LoyaltyError` for a database or a
    port that cannot be used, and for devices that are set wrong.
    """

    def __init__(
        self,
        config: RegisterConfig,
        clock: Clock,
        *,
        training: bool = False,
        settings_file: Path | None = None,
        fault: Fault = no_fault,
    ) -> None:
        self.config = config
        self._settings_file = settings_file
        self.training = training or config.training.enabled
        self._log = structlog.get_logger("register")
        devices = wiring.devices_of(config)
        check_tokens(config.api.token_file)
        config.node.data_directory.mkdir(parents=True, exist_ok=True)
        store = open_store(wiring.database_url(config, training=self.training))
        wiring.guard_key(store, config.cards)
        linked = config.hub is not None and not self.training
        settings = wiring.register_settings(config, wiring.node_id(store), under_hub=linked)
        self.node = Node(store, settings, clock, fault=fault)
        self.queries = Queries(store, settings, clock)
        self.issuer = Issuer(self.queries, wiring.shop_wording(config, settings))
        self.scans = RecentScans(clock)
        self.supervisor = Supervisor(
            devices,
            deliver=Inlet(self.node, config.node.locale, keep=self.scans.keep).deliver,
            own_prefixes=config.cards.prefixes,
        )
        self.dispatcher = Dispatcher(
            Desk(self.node),
            self.issuer,
            printer=self.supervisor.printer(),
            encode=wiring.encoder(config),
            mailer=wiring.mailer(config.mail, clock),
            language=config.node.locale,
            fault=fault,
        )
        self.link = self._hub_session(config.hub) if config.hub and linked else None
        self.watch = self._hub_watch(self.link) if self.link is not None else None
        self.server = self._server()
        self.publisher = self._publisher()
        self.follower = Follower(config)
        insight = insight_path(self.node.store)
        self.insight = InsightFollower(self.node.store, self.node.settings, insight)
        self._stopped = threading.Event()
        self._tidying = threading.Thread(target=self._tidy, name="tidy", daemon=True)

    def _hub_session(self, hub: Uplink) -> Session:
        """Give the session with the hub; commands then ask it what the register cannot know."""
        from sync.transport import HttpTransport  # a shop of one till has no use of it

        session = Session(
            self.node,
            HttpTransport(hub.url, ca_file=hub.ca_file),
            code=lambda: wiring.enrolment_code(hub),
            send_every_s=hub.send_every_s,
            fetch_every_s=hub.fetch_every_s,
            lookup_budget_s=hub.lookup_budget_ms / 1000,
            jitter=random.random,
            app=version("pos-loyalty"),
        )
        self.node.prepare = session.prepare
        return session

    def _hub_watch(self, link: Session) -> HubWatch:
        return HubWatch(link.status, self.node.board, self.config.node.locale)

    def _server(self) -> Serving:
        """Give the API, bound to its port, answering from `start` on."""
        config = self.config
        app = create_app(
            self.node,
            self.queries,
            tokens=TokenFile(config.api.token_file),
            hooks=Hooks(
                refuses_label=PaymentGuard(config.cards.prefixes).refuses_label,
                queues=self._queues,
                wake=self._wake,
                receipt=self._receipt,
                house=house_of(
                    config,
                    self.node,
                    supervisor=self.supervisor,
                    scans=self.scans,
                    link=self.link,
                    settings_file=self._settings_file,
                ),
            ),
            settings=WebSettings(
                version=version("pos-loyalty"),
                locale=config.node.locale,
                hosts=wiring.host_names(config),
                tills=config.store.tills,
                panel=PanelSettings(
                    shop=config.store.trade_name,
                    idle_s=config.panel.idle_minutes * 60,
                    wrong_max=config.panel.wrong_sign_ins_max,
                    wait_s=config.panel.lock_minutes * 60,
                    network=config.api.host not in LOOPBACK,
                ),
                display=wiring.display_settings(config),
            ),
        )
        self.web = services_of(app)
        rebuilder = Rebuilder(self.node, wiring.database_url(config, training=self.training))
        control = control_routes(
            self.node,
            Upkeep(rebuilder.start, rebuilder.progress),
            digest=new_control_token(config.node.data_directory),
        )
        app.register_blueprint(control)
        page = receipt_routes(
            self.issuer, key=self.node.settings.cards.key, language=config.node.locale
        )
        app.register_blueprint(page)
        api = config.api
        return Serving(
            app,
            host=api.host,
            port=api.port,
            threads=api.threads,
            end_streams=self.node.board.close,
        )

    def _publisher(self) -> Publisher | None:
        programme = self.config.programme
        if programme is None:
            return None
        return Publisher(self.node, wiring.programme_text(programme.file), programme.approved)

    def _queues(self) -> dict[str, int]:
        """Count what waits: jobs, and facts that the hub has not taken."""
        waiting = sum(job.state in ("waiting", "running") for job in self.queries.jobs())
        if self.link is None:
            return {"jobs": waiting}
        status = self.link.status()
        return {"jobs": waiting, "unsent": status.unsent, "refused": status.refused}

    def _receipt(self, ticket: str, language: str) -> str:
        """Write a ticket's receipt as the printer has it."""
        return render_text(self.issuer.document(ticket), columns=COLUMNS_SHOWN, language=language)

    def _wake(self) -> None:
        """Something was recorded: there may be a receipt to print and a fact to send."""
        self.dispatcher.wake()
        if self.link is not None:
            self.link.poke()

    def start(self) -> None:
        """Put the programme in force, open devices, take requests."""
        self._look_back()
        self._tidying.start()
        self._declare_shop()
        if self.publisher is not None:
            self.publisher.start()
        self.dispatcher.start()
        self.supervisor.start()
        display = self.supervisor.display()
        if display is not None:
            Greeter(self.node.board, display, self.config.node.locale).start()
        if self.publisher is not None:
            self.publisher.wait(first_only=True)  # a shop's first ticket earns, too
        self.server.start()
        if self.link is not None:
            self.link.start()
        if self.watch is not None:
            self.watch.start()
        if not self.training:
            self.follower.start()
        self.insight.start()
        if self.web.staff.is_empty:
            self._log.info(
                "nobody can sign in yet", page="/panel/first", setup_code=self.web.setup_code
            )
        self._log.info("register ready", till=self.node.settings.till, training=self.training)

    def stop(self) -> None:
        """Stop in reverse; what was accepted is finished, nothing is lost.

        Where a member was erased since the last stop, the file is cleaned of what they left.
        """
        if self._stopped.is_set():
            return
        self._stopped.set()
        self.follower.stop()
        self.insight.stop()
        if self.watch is not None:
            self.watch.stop()
        if self.link is not None:
            self.link.stop()
        self.web.trials.close()
        self.node.board.close()
        self.server.stop()
        busy = self.supervisor.stop()
        self.dispatcher.stop()
        self.node.writer.run(lambda: scrub(self.node.store))
        note_chains(self.node.store)
        if self._tidying.is_alive():
            self._tidying.join()
        self._keep_counts()
        self.node.close()
        self._log.info("register stopped", devices_still_busy=list(busy))

    def healthy(self) -> bool:
        """Tell whether the writer answers."""
        return self.node.writer.run(lambda: True)

    def _tidy(self) -> None:
        """Clear local tables at the start and then once a day; let the store rest in between."""
        wait = self._stopped.wait
        while True:
            try:
                tidy(self.node, wiring.keeping(self.config.retention))
                self._forget_code()
                for rest in range(RESTS_A_DAY):
                    if wait(REST_EVERY_S):
                        return
                    self.node.store.rest()
                    if rest % COUNT_EVERY_RESTS == 0:
                        self._keep_counts()
            except LoyaltyError as error:
                self._log.warning("tidying postponed", reason=error.reason.code)
                if wait(POSTPONED_S):
                    return

    def _keep_counts(self) -> None:
        """Write how the till was worked with; nothing else waits for it, or fails with it."""
        try:
            self.web.habits.keep()
        except LoyaltyError as error:
            self._log.warning("counts not kept", reason=error.reason.code)

    def _forget_code(self) -> None:
        """Delete the enrolment code once it served: nobody else may use it."""
        hub = self.config.hub
        if self.link is None or hub is None or hub.enrolment_file is None:
            return
        if self.link.upstream.membership() is not None:
            hub.enrolment_file.unlink(missing_ok=True)

    def _look_back(self) -> None:
        """Warn where the database is older than what was noted beside it at the last stop."""
        for behind in behind_note(self.node.store):
            self._log.warning(
                "database is older than its note", noted=behind.noted, found=behind.found
            )

    def _declare_shop(self) -> None:
        """Record the shop's places and its programme where they are new or changed."""
        store, day = self.config.store, "2000-01-01"
        rows = (
            ("company", store.company, store.legal_name, ""),
            ("region", store.region, store.region, store.company),
            ("store", store.store, store.trade_name, store.region),
            *(("till", f"{store.store}/{till}", till, store.store) for till in store.tills),
        )
        for level, code, name, parent in rows:
            at = store.coordinates or "" if level == "store" else ""
            place = commands.DeclarePlace(
                id=f"place/{level}/{code}/{name}/{parent}{at}",
                actor="settings",
                level=level,
                code=code,
                name=name,
                day=day,
                parent=parent,
                at=at,
            )
            self.node.execute(place)
