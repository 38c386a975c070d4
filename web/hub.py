"""The panel in a hub's application: head office signs in here, and looks over all stores."""

from dataclasses import replace
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from pos_loyalty.insight.chain import Chain
from pos_loyalty.node.execute import Node
from pos_loyalty.queries import Queries
from web.access import FixedTokens
from web.app import secured, services_for
from web.assets import assets
from web.panel.attaching import attach_panel
from web.services import Hooks, WebSettings, attach

HOUR_MS = 3_600_000
FEW = 30


def attach_hub_panel(
    app: Flask,
    node: Node,
    queries: Queries,
    *,
    hooks: Hooks,
    settings: WebSettings,
    panel_file: Path,
    silent_ms: int = HOUR_MS,
    least: int = FEW,
    behind_proxy: bool = False,
) -> None:
    """Add head office's panel to the application that registers call.

    `panel_file` is where the read model lies that follows the hub's journal. A register is silent
    when it was not heard of for `silent_ms`; a share of fewer than `least` cases is not told.
    `behind_proxy` says that a server before this one, and nobody else, tells who asks.
    """
    app.config["LOCALE"] = settings.locale
    found = services_for(
        node,
        queries,
        tokens=FixedTokens(()),
        hooks=hooks,
        settings=settings,
        panel_file=panel_file,
    )
    chain = Chain(node.store, node.clock, panel_file, silent_ms=silent_ms, least=least)
    attach(app, replace(found, chain=chain))
    app.register_blueprint(assets)
    attach_panel(app, found.sessions.page_key(), pairs=False)
    app.after_request(secured)
    if behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
