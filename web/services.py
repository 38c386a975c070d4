"""What the pages and the API of a register work with, given once by whoever starts it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask, current_app, g

from pos_loyalty.backtest.trials import Trials
from pos_loyalty.insight.chain import Chain
from pos_loyalty.insight.looking import Insight
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
from web.access import Tokens
from web.accounts.pairing_codes import Pairing
from web.accounts.signing import Signing
from web.house import House
from web.streams import Streams
from web.throttle import WrongTokens

EXTENSION = "pos-loyalty"
NARROWED = "pos_loyalty_narrowed"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
BODY_BYTES_MAX = 1 << 20
WORDING_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """What a customer is asked to allow: a purpose on a channel, word for word by language."""

    purpose: str
    channel: str
    texts: Mapping[str, str]

    @property
    def name(self) -> str:
        """What a form calls it."""
        return f"{self.purpose}/{self.channel}"

    def wording(self, language: str) -> str:
        """Name the words that were shown: their language and the beginning of their SHA-256."""
        digest = hashlib.sha256(self.texts[language].encode()).hexdigest()
        return f"{language}-{digest[:WORDING_DIGITS]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySettings:
    """What the customer display shows, and asks.

    `channels` are the ways a receipt can come, in the order in which they are offered; with `join`
    a stranger is shown how to become a member with the purchase.
    """

    shop: str = ""
    currency: str = "EUR"
    channels: tuple[str, ...] = ("none",)
    join: bool = True
    consents: tuple[ConsentText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSettings:
    """How the panel's pages behave; times in seconds.

    `shop` is what they call the shop. Who does nothing for `idle_s` is signed out; more than
    `wrong_max` wrong PINs or passwords within `wait_s` make a person wait as long. `network`
    tells whether other machines reach the register.
    """

    shop: str = ""
    idle_s: int = 1_800
    wrong_max: int = 5
    wait_s: int = 300
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How a register answers; times in seconds.

    `hosts` are the names under which it is called, as they stand in a Host header without the
    port: any other one is refused, so that no foreign page reaches it by a name of its own.
    More than `wrong_tokens_max` wrong tokens from one address within the window: it must wait.
    `tills` are the tills whose tickets it takes; empty means any.
    """

    version: str
    locale: str = "fr"
    hosts: tuple[str, ...] = LOOPBACK_NAMES
    tills: tuple[str, ...] = ()
    body_bytes_max: int = BODY_BYTES_MAX
    heartbeat_s: float = 10.0
    stream_life_s: float = 3_600.0
    streams_per_device_max: int = 3
    wrong_tokens_max: int = 10
    wrong_tokens_window_s: float = 60.0
    wrong_tokens_wait_s: float = 60.0
    display: DisplaySettings = DisplaySettings()
    panel: PanelSettings = PanelSettings()


def no_queues() -> Mapping[str, int]:
    """Give the lengths of no queues."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the daemon lends to the web.

    `refuses_label` tells whether a text that somebody sent as a card or a scan holds a payment
    card; it may overwrite what it is given. `queues` gives further queue lengths for the health
    page, by name. `wake` is called after every command that was carried out. `receipt` writes a
    ticket's receipt as it is printed, in a language. `house` answers the panel's system pages.
    """

    refuses_label: Callable[[bytearray], bool]
    queues: Callable[[], Mapping[str, int]] = no_queues
    wake: Callable[[], None] = field(default=lambda: None)
    receipt: Callable[[str, str], str] = field(default=lambda ticket, language: "")
    house: House = field(default_factory=House)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All that a request may use.

    `setup_code` makes the first manager, on this machine and while there is none. `chain` is
    there at head office only; `within` are the stores that who asks may see, nothing: all.
    """

    node: Node
    queries: Queries
    tokens: Tokens
    hooks: Hooks
    settings: WebSettings
    streams: Streams
    wrong_tokens: WrongTokens
    sessions: Sessions
    staff: Staff
    audit: Audit
    signing: Signing
    pairing: Pairing
    setup_code: str
    insight: Insight
    closings: Closings
    card_stock: CardStock
    apart: Apart
    drafts: Drafts
    habits: Habits
    trials: Trials
    house: House
    chain: Chain | None = None
    within: tuple[str, ...] | None = None

    @property
    def at_hub(self) -> bool:
        """Tell whether this is head office, not a register."""
        return self.chain is not None


def attach(app: Flask, services: Services) -> None:
    """Let the requests of an app find its services."""
    app.extensions[EXTENSION] = services


def services() -> Services:
    """Give the services of the app that handles this request, as far as who asks may see."""
    narrowed: Services | None = g.get(NARROWED)
    return narrowed or services_of(current_app)


def narrow(found: Services) -> None:
    """Let the rest of this request see no more than these services do."""
    setattr(g, NARROWED, found)


def services_of(app: Flask) -> Services:
    """Give the services that were attached to an app."""
    found: Services = app.extensions[EXTENSION]
    return found
