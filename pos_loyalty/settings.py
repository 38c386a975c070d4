"""What a node is told about itself; plain values, no file and no device."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote

from pos_loyalty.domain.calendar import ShopDays
from pos_loyalty.domain.identifiers import (
    card_account,
    ean_valid,
    luhn_valid,
    normalise,
    ticket_mark,
)
from pos_loyalty.errors import LoyaltyError, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRules:
    """Which codes are cards of the shop, and the chain's key that turns them into accounts."""

    key: bytes = field(repr=False)
    scheme: str = "main"
    prefixes: tuple[str, ...] = ()
    length_min: int = 4
    length_max: int = 32
    check: str = "none"

    def is_card(self, text: str) -> bool:
        """Tell whether a code is a card number of the shop."""
        return self._is_number(normalise(text))

    def account(self, text: str, generation: int = 0) -> bytes:
        """Give a card's account; raises `LoyaltyError` (`CARD_INVALID`) for another code."""
        number = normalise(text)
        if not self._is_number(number):
            raise LoyaltyError(Reason.CARD_INVALID)
        return card_account(self.key, self.scheme, number, generation)

    def _is_number(self, number: str) -> bool:
        if not self.length_min <= len(number) <= self.length_max or not number.isalnum():
            return False
        if self.prefixes and not number.startswith(self.prefixes):
            return False
        if self.check == "none":
            return number.isascii()
        valid = {"luhn": luhn_valid, "ean13": ean_valid}[self.check]
        return number.isascii() and number.isdigit() and valid(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineLimits:
    """How much may be redeemed while the hub cannot be asked.

    Points of one redemption, hours since the balance was confirmed, redemptions in a row: the
    most a shop can lose on one member is `points_max` times `redemptions_max` a till. A till that
    had no news for `news_age_max_h` hours does not know which cards are blocked, and redeems none.
    A voucher of more than `voucher_max` minor units, or so much of a gift card, needs the hub: the
    most that a copied one can cost is that once a till.
    """

    points_max: int = 500
    balance_age_max_h: int = 72
    redemptions_max: int = 3
    news_age_max_h: int = 72
    voucher_max: int = 50_00


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """From when on somebody should look; 0 looks never.

    More than `card_uses_max` tickets of a card a day; `own_card_max` tickets of a day that a
    cashier rings up on their own card (`staff`: operator to account); the same card in two stores
    `distance_km` apart within `distance_minutes`; more than `late_max` tickets that a person gives
    to members afterwards, or `manual_points_max` points that they move by hand, a day;
    `shared_max` members with one address.
    """

    card_uses_max: int = 0
    own_card_max: int = 5
    staff: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    distance_km: int = 0
    distance_minutes: int = 30
    late_max: int = 0
    manual_points_max: int = 0
    shared_max: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRules:
    """When a member who was found by name proves who they are: before more than `points` are held.

    After `wrong_max` wrong last digits only their card proves them, for `wait_s` seconds.
    """

    points: int = 0
    wrong_max: int = 3
    wait_s: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """A node's identity and its shop's rules; `closes_at` in minutes after midnight.

    `epoch` grows when a till's ticket numbers start again; `under_hub` when balances are the
    hub's to confirm; `default_receipt` is the channel when the customer says nothing,
    `receipt_base` the address below which customers find their receipts. After `wrong_codes_max`
    vouchers that are not good within an hour, a till takes none for an hour.
    """

    node: bytes
    store: str
    till: str
    zone: str
    cards: CardRules
    epoch: int = 1
    currency: str = "EUR"
    closes_at: int = 0
    under_hub: bool = False
    default_receipt: str = "none"
    receipt_base: str = ""
    offline: OfflineLimits = OfflineLimits()
    watch: WatchRules = WatchRules()
    wrong_codes_max: int = 10
    proofs: ProofRules = ProofRules()

    @property
    def days(self) -> ShopDays:
        """How this shop tells its business days."""
        return ShopDays(self.zone, self.closes_at)

    def receipt_url(self, ticket: str) -> str:
        """Give the address of a ticket's receipt, or nothing where none is served."""
        if not self.receipt_base:
            return ""
        mark = ticket_mark(self.cards.key, ticket)
        return f"{self.receipt_base.rstrip('/')}/{quote(ticket)}/{mark}"
