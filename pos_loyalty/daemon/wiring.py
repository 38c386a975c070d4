"""From settings to the values that each part takes; nothing is opened here."""

import secrets
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from drivers.encoding.escpos import Cut, EscposEncoder, EscposProfile
from drivers.settings import DeviceSettings
from drivers.tables import SettingsInvalid, device_settings
from pos_loyalty.config import (
    ConfigError,
    Fault,
    HubConfig,
    RegisterConfig,
    read_key,
    read_secret,
)
from pos_loyalty.config.faults import shown
from pos_loyalty.config.sections import Cards, Mail, Retention, Uplink, Watch
from pos_loyalty.dispatch import Encode
from pos_loyalty.domain.identifiers import card_account
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.mail import Security, SmtpMailer, SmtpSettings
from pos_loyalty.node.tidy import Keeping
from pos_loyalty.ports.documents import (
    PrintableReceipt,
    ReceiptDocument,
    SellerBlock,
    TextRow,
)
from pos_loyalty.ports.services import Clock
from pos_loyalty.receipts.layout import lay_out
from pos_loyalty.receipts.ticket import ShopWording
from pos_loyalty.settings import CardRules, NodeSettings, OfflineLimits, ProofRules, WatchRules
from pos_loyalty.store.engine import Store, sqlite_url
from pos_loyalty.store.local import keep_setting, setting
from web.services import LOOPBACK_NAMES, ConsentText, DisplaySettings

NODE_BYTES = 16
KEY_SETTING = "cards_key"
TRAINING_SUFFIX = "-training"


def database_path(config: RegisterConfig, *, training: bool) -> Path:
    """Give the register's database file; training has one of its own."""
    name = config.node.name + (TRAINING_SUFFIX if training else "")
    return config.node.data_directory / f"{name}.db"


def database_url(config: RegisterConfig | HubConfig, *, training: bool = False) -> str:
    """Give the URL of a node's database, with the hub's password where it has one."""
    if isinstance(config, RegisterConfig):
        return sqlite_url(database_path(config, training=training))
    return config.database.address()


def node_id(store: Store) -> bytes:
    """Give the node's id; one without facts yet makes its own."""
    with store.write() as tx:
        known = setting(tx, "node")
        if known is None:
            known = secrets.token_bytes(NODE_BYTES)
            keep_setting(tx, "node", known)
        return known


def guard_key(store: Store, cards: Cards) -> None:
    """Refuse a key that is not the one this database's accounts were made with.

    With another key every card would be unknown. Raises `LoyaltyError` (`CARDS_KEY_CHANGED`).
    """
    mark = card_account(read_key(cards.key_file), "key", cards.key_id)
    with store.write() as tx:
        known = setting(tx, KEY_SETTING)
        if known is None:
            keep_setting(tx, KEY_SETTING, mark)
        elif known != mark:
            raise LoyaltyError(Reason.CARDS_KEY_CHANGED, key=cards.key_id)


def card_rules(cards: Cards) -> CardRules:
    """Give the rules of the shop's cards, with the chain's key."""
    return CardRules(
        key=read_key(cards.key_file),
        scheme=cards.scheme,
        prefixes=cards.prefixes,
        length_min=cards.length_min,
        length_max=cards.length_max,
        check=cards.check,
    )


def register_settings(config: RegisterConfig, node: bytes, *, under_hub: bool) -> NodeSettings:
    """Give what a register's node is told about itself."""
    closes = config.node.day_closes_at
    return NodeSettings(
        node=node,
        store=config.store.store,
        till=config.store.tills[0],
        epoch=config.store.epoch,
        zone=config.node.zone,
        cards=card_rules(config.cards),
        currency=config.node.currency,
        closes_at=closes.hour * 60 + closes.minute,
        under_hub=under_hub,
        default_receipt=config.receipt.default_choice,
        receipt_base=config.receipt.qr_url or "",
        offline=OfflineLimits(
            points_max=config.offline.points_max,
            balance_age_max_h=config.offline.balance_age_max_h,
            redemptions_max=config.offline.redemptions_max,
            news_age_max_h=config.offline.news_age_max_h,
            voucher_max=config.offline.voucher_max,
        ),
        wrong_codes_max=config.vouchers.wrong_codes_max,
        proofs=ProofRules(
            points=config.panel.proof_points,
            wrong_max=config.panel.wrong_proofs_max,
            wait_s=config.panel.lock_minutes * 60,
        ),
        watch=watch_rules(config.watch, card_rules(config.cards)),
    )


def watch_rules(watch: Watch, cards: CardRules) -> WatchRules:
    """Give from when on somebody should look; staff are known by the accounts of their cards."""
    staff = {
        operator: cards.account(str(card))
        for operator, card in watch.staff_cards.items()
        if cards.is_card(str(card))
    }
    return WatchRules(
        card_uses_max=watch.card_uses_max,
        own_card_max=watch.own_card_max,
        staff=MappingProxyType(staff),
        distance_km=watch.distance_km,
        distance_minutes=watch.distance_minutes,
        late_max=watch.late_max,
        manual_points_max=watch.manual_points_max,
        shared_max=watch.shared_max,
    )


def hub_settings(config: HubConfig, node: bytes) -> NodeSettings:
    """Give what a hub's node is told about itself; it has no till."""
    closes = config.node.day_closes_at
    return NodeSettings(
        node=node,
        store="",
        till="",
        zone=config.node.zone,
        cards=card_rules(config.cards),
        currency=config.node.currency,
        closes_at=closes.hour * 60 + closes.minute,
        watch=watch_rules(config.watch, card_rules(config.cards)),
    )


def host_names(config: RegisterConfig) -> tuple[str, ...]:
    """Give the names under which the register is called: its own, and its receipts' address."""
    page = urlsplit(config.receipt.qr_url or "").hostname
    return (*LOOPBACK_NAMES, config.api.host, *config.api.names, *([page] if page else []))


def enrolment_code(hub: Uplink) -> str:
    """Give the one-time code from HQ, or nothing while there is none."""
    if hub.enrolment_file is None or not hub.enrolment_file.exists():
        return ""
    return read_secret(hub.enrolment_file)


def programme_text(file: Path, *, named_by: str = "programme.file") -> str:
    """Read a programme file; raises `ConfigError` naming the key where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(path=named_by, found=shown(file.name), expected="a file that can be read")
        raise ConfigError([fault]) from error


def keeping(retention: Retention) -> Keeping:
    """Give how long local rows are kept."""
    return Keeping(
        command_memory_days=retention.command_memory_days,
        finished_jobs_days=retention.finished_jobs_days,
    )


def devices_of(config: RegisterConfig) -> tuple[DeviceSettings, ...]:
    """Give the configured devices; raises `ConfigError` naming each fault of theirs."""
    tables = [
        {
            "name": each.name,
            "category": each.category,
            "driver": each.driver,
            "options": dict(each.options),
        }
        for each in config.devices
    ]
    try:
        return device_settings(tables)
    except SettingsInvalid as error:
        raise ConfigError(
            [
                Fault(path=each.key, found=each.found, expected=each.expected, values=each.values)
                for each in error.faults
            ]
        ) from error


def shop_wording(config: RegisterConfig, settings: NodeSettings) -> ShopWording:
    """Give what every receipt of the shop says."""
    store = config.store
    return ShopWording(
        seller=SellerBlock(
            trade_name=store.trade_name,
            legal_name=store.legal_name,
            address=store.address,
            phone=store.phone or "",
            siret=store.siret or "",
            vat_id=store.vat_id or "",
        ),
        legal=config.receipt.legal_lines,
        link=settings.receipt_url,
    )


def display_settings(config: RegisterConfig) -> DisplaySettings:
    """Give what the customer display shows, and which ways a receipt can come here."""
    ways = {
        "none": True,
        "paper": any(each.category == "printer" for each in config.devices),
        "email": config.mail is not None,
        "qr": config.receipt.qr_url is not None,
    }
    return DisplaySettings(
        shop=config.store.trade_name,
        currency=config.node.currency,
        channels=tuple(channel for channel, there in ways.items() if there),
        join=config.display.join,
        consents=tuple(
            ConsentText(
                purpose=each.purpose, channel=each.channel, texts={"fr": each.fr, "en": each.en}
            )
            for each in config.consents
        ),
    )


def encoder(config: RegisterConfig) -> Encode:
    """Give the function that makes the printer's bytes; the encoder is made at its first use."""
    profile = _profile(config)
    made: list[EscposEncoder] = []

    def encode(document: ReceiptDocument) -> bytes:
        if not made:
            made.append(EscposEncoder(profile))
        rows = lay_out(
            document, columns=profile.columns, language=config.node.locale, spell=profile.spell
        )
        return made[0].encode(rows)

    return encode


def trial_page(config: RegisterConfig, text: str) -> bytes:
    """Give the printer's bytes of a short test: the shop's name, accents, and a width's worth."""
    profile = replace(_profile(config), kick_drawer=False)
    columns = profile.columns
    told = (config.store.trade_name, text, "é è ç à ê ù € ë", ("1234567890" * 7)[:columns])
    rows = tuple(TextRow(profile.spell(each)[:columns].ljust(columns)) for each in told)
    return EscposEncoder(profile).encode(PrintableReceipt(columns, rows))


def _profile(config: RegisterConfig) -> EscposProfile:
    return EscposProfile(
        columns=config.printer.columns,
        code_page=config.printer.code_page,
        page=config.printer.page,
        native_qr=config.printer.native_qr,
        qr_size=config.printer.qr_size,
        cut=Cut(config.printer.cut),
        kick_drawer=config.printer.kick_drawer,
    )


def mailer(mail: Mail | None, clock: Clock) -> SmtpMailer | None:
    """Give the mailer of the configured server."""
    if mail is None:
        return None
    settings = SmtpSettings(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        sender_name=mail.sender_name,
        reply_to=mail.reply_to or "",
        security=Security(mail.security),
        user=mail.user or "",
        password_file=mail.password_file,
        ca_file=mail.ca_file,
        timeout_s=mail.timeout_s,
    )
    return SmtpMailer(settings, clock=clock)
