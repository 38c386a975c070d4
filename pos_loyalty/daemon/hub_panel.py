"""Head office's pages at a hub: put into its application, and what follows the journal for them."""

from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from flask import Flask

from drivers.framing.payment_guard import PaymentGuard
from pos_loyalty.config import HubConfig
from pos_loyalty.config.sections import LOOPBACK
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.following import FollowerProcess
from pos_loyalty.daemon.house import hub_house
from pos_loyalty.node.execute import Node
from pos_loyalty.queries import Queries
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.text import render_text
from pos_loyalty.store.engine import connect
from web.hub import attach_hub_panel
from web.services import Hooks, PanelSettings, WebSettings

COLUMNS_SHOWN = 42
"""As wide as a roll of 80 mm, on which receipts are usually printed."""


def panel_file(config: HubConfig) -> Path:
    """Give where the lists and figures of the hub's pages lie."""
    return config.node.data_directory / f"{config.node.name}.panel"


def add_panel(
    app: Flask,
    node: Node,
    queries: Queries,
    issuer: Issuer,
    *,
    config: HubConfig,
    settings_file: Path | None,
) -> None:
    """Let people of head office sign in to the application that registers call."""
    panel = config.office
    assert panel is not None, "asked where the settings have [office] only"

    def receipt(ticket: str, language: str) -> str:
        return render_text(issuer.document(ticket), columns=COLUMNS_SHOWN, language=language)

    attach_hub_panel(
        app,
        node,
        queries,
        hooks=Hooks(
            refuses_label=PaymentGuard(config.cards.prefixes).refuses_label,
            receipt=receipt,
            house=hub_house(config, node, settings_file=settings_file),
        ),
        settings=WebSettings(
            version=version("pos-loyalty"),
            locale=config.node.locale,
            panel=PanelSettings(
                shop=config.company.trade_name,
                idle_s=panel.idle_minutes * 60,
                wrong_max=panel.wrong_sign_ins_max,
                wait_s=panel.lock_minutes * 60,
                network=config.listen.host not in LOOPBACK,
            ),
        ),
        panel_file=panel_file(config),
        silent_ms=panel.silent_minutes * 60_000,
        least=panel.cases_min,
        behind_proxy=panel.behind_proxy,
    )


def insight_of(config: HubConfig) -> FollowerProcess | None:
    """Give what follows the journal for the pages, where there are any."""
    if config.office is None:
        return None
    url = wiring.database_url(config)
    with closing(connect(url)) as store:
        settings = wiring.hub_settings(config, wiring.node_id(store))
    return FollowerProcess(url, settings, panel_file(config))
