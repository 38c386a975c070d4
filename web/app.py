"""The web application of a register: the API for POS software, and the till screen.

State lives in the node and in `Services`; nothing else remembers anything between requests.
"""

import secrets
from pathlib import Path

from apiflask import APIFlask
from flask import Response, request

from pos_loyalty.backtest.trials import Trials
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.insight.looking import Insight
from pos_loyalty.insight.whereabouts import insight_path
from pos_loyalty.node.apart import Apart
from pos_loyalty.node.audit import Audit
from pos_loyalty.node.card_stock import CardStock
from pos_loyalty.node.closing import Closings
from pos_loyalty.node.drafts import Drafts
from pos_loyalty.node.execute import Node
from pos_loyalty.node.habits import Habits
from pos_loyalty.node.sessions import Sessions
from pos_loyalty.node.staff import Staff
from pos_loyalty.queries import Queries
from web import problems
from web.access import Tokens
from web.accounts.pairing_codes import Pairing
from web.accounts.signing import Signing
from web.api import routes
from web.api.operation import api
from web.assets import assets
from web.display.pages import display
from web.join import join
from web.panel.attaching import attach_panel
from web.services import Hooks, Services, WebSettings, attach, services
from web.streams import Streams
from web.throttle import WrongTokens
from web.till.asking import till

API_TITLE = "Loyalty register"
API_VERSION = "1.0"
SETUP_BYTES = 5

SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),  # nearly every answer is about a person
)


def create_app(
    node: Node, queries: Queries, *, tokens: Tokens, hooks: Hooks, settings: WebSettings
) -> APIFlask:
    """Give the application of one register, for any WSGI server with threads.

    Each open event stream holds one thread of the server. Close `services.streams` (or the node's
    board) before the server stops, so that it need not wait for them.
    """
    app = bare_app()
    app.config.update(LOCALE=settings.locale, MAX_CONTENT_LENGTH=settings.body_bytes_max)
    found = services_for(node, queries, tokens=tokens, hooks=hooks, settings=settings)
    node.heard = found.habits.hear
    app.register_blueprint(assets)
    app.register_blueprint(till)
    app.register_blueprint(display)
    app.register_blueprint(join)
    attach(app, found)
    attach_panel(app, found.sessions.page_key())
    problems.register(app)
    app.before_request(_refuse_foreign_host)
    app.after_request(secured)
    return app


def services_for(
    node: Node,
    queries: Queries,
    *,
    tokens: Tokens,
    hooks: Hooks,
    settings: WebSettings,
    panel_file: Path | None = None,
) -> Services:
    """Give all that the requests of a node's pages and API may use.

    `panel_file` is where its read model lies; beside its database, if nothing is said.
    """
    staff, audit = Staff(node), Audit(node)
    signing = Signing(
        node,
        staff,
        audit,
        wrong_max=settings.panel.wrong_max,
        wait_s=settings.panel.wait_s,
    )
    file = panel_file or insight_path(node.store)
    return Services(
        node=node,
        queries=queries,
        tokens=tokens,
        hooks=hooks,
        settings=settings,
        streams=_streams(node, settings),
        wrong_tokens=_wrong_tokens(node, settings),
        sessions=Sessions(node),
        staff=staff,
        audit=audit,
        signing=signing,
        house=hooks.house,
        pairing=Pairing(node),
        setup_code=secrets.token_hex(SETUP_BYTES).upper(),
        insight=Insight(node.store, node.settings, node.clock, file),
        closings=Closings(node),
        card_stock=CardStock(node),
        apart=Apart(node.store),
        drafts=Drafts(node),
        habits=Habits(node),
        trials=Trials(node.store, node.clock, node.write, queries.database),
    )


def _streams(node: Node, settings: WebSettings) -> Streams:
    return Streams(
        node.board,
        node.clock,
        heartbeat_s=settings.heartbeat_s,
        life_s=settings.stream_life_s,
        per_device_max=settings.streams_per_device_max,
    )


def _wrong_tokens(node: Node, settings: WebSettings) -> WrongTokens:
    return WrongTokens(
        node.clock,
        allowed=settings.wrong_tokens_max,
        window_s=settings.wrong_tokens_window_s,
        wait_s=settings.wrong_tokens_wait_s,
    )


def bare_app() -> APIFlask:
    """Give the application with its endpoints, not yet attached to a register."""
    assert routes.__all__
    app = APIFlask(
        __name__,
        title=API_TITLE,
        version=API_VERSION,
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask's own word for: none
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_OPERATION_ID=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_200_RESPONSE=True,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.register_blueprint(api)
    return app


def _refuse_foreign_host() -> None:
    """Refuse a page of the internet whose name was made to point at this machine."""
    host = request.environ.get("HTTP_HOST", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name.lower() not in services().settings.hosts:
        raise LoyaltyError(Reason.HOST_REFUSED)


def secured(response: Response) -> Response:
    """Put on every answer what keeps browsers from doing more with it than is meant."""
    for name, value in SECURITY_HEADERS:
        response.headers.setdefault(name, value)
    return response
