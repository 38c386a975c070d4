"""The hub's WSGI application: what registers call, and whether the hub is well."""

import gc

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.hub import Hub
from sync.calls import PREFIX
from sync.hub.enrolment import register_routes
from sync.hub.feeds import feed_routes
from sync.hub.ingest import ingest_routes
from sync.hub.lookup import lookup_routes
from sync.hub.problems import problem

REQUEST_BYTES_MAX = 16_777_216
RETRY_AFTER_S = 2

_log = structlog.get_logger("hub")


def create_hub_app(hub: Hub, *, request_bytes_max: int = REQUEST_BYTES_MAX) -> Flask:
    """Make the application that serves a hub; any WSGI server runs it.

    On SQLite one process, with as many threads as wanted; on PostgreSQL many of both. No body
    may be larger than `request_bytes_max`, as sent or expanded.
    """
    app = Flask("pos_loyalty_hub", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = request_bytes_max
    app.register_blueprint(register_routes(hub), url_prefix=PREFIX)
    app.register_blueprint(
        ingest_routes(hub, request_bytes_max=request_bytes_max), url_prefix=PREFIX
    )
    app.register_blueprint(feed_routes(hub), url_prefix=PREFIX)
    app.register_blueprint(lookup_routes(hub), url_prefix=PREFIX)
    app.register_error_handler(LoyaltyError, _refused)
    app.register_error_handler(HTTPException, _not_here)

    @app.get("/health")
    def health() -> Response:
        """Say that the database answers."""
        hub.check()
        return Response("ok\n", content_type="text/plain")

    app.register_error_handler(Exception, _failed)
    return app


def settled(app: Flask) -> Flask:
    """Give the application of a process that does nothing else, ready to serve.

    What stands by now stays to the end, so Python need not look through it for garbage while
    facts come in: that would take a tenth of their time.
    """
    gc.collect()
    gc.freeze()
    return app


def _refused(error: LoyaltyError) -> Response:
    if error.reason.kind.value in ("internal", "unavailable"):
        _log.warning("hub cannot answer", reason=error.reason.code, path=_path())
    answer = problem(error)
    if answer.status_code == 503:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _not_here(error: HTTPException) -> Response:
    """Answer what Flask itself refuses: another address or method, a body too large."""
    reasons = {
        404: LoyaltyError(Reason.ADDRESS_UNKNOWN),
        405: LoyaltyError(Reason.METHOD_REFUSED),
        413: LoyaltyError(Reason.REQUEST_TOO_LARGE, maximum=request.max_content_length or 0),
    }
    return problem(reasons.get(error.code or 0, LoyaltyError(Reason.SYNC_MALFORMED)))


def _failed(error: Exception) -> Response:
    """Answer a fault of ours: told once with its trace, without what was sent."""
    _log.error("fault while answering", path=_path(), exc_info=error)
    return problem(LoyaltyError(Reason.INTERNAL_ERROR))


def _path() -> str:
    """Name the call without the account or token that it may carry."""
    return request.url_rule.rule if request.url_rule else "unknown"
