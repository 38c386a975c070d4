"""The sections that a register and a hub share. All values are frozen."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from pos_loyalty.config import kinds
from pos_loyalty.config.faults import Fault, shown
from pos_loyalty.config.kinds import (
    Choice,
    Location,
    Options,
    Secret,
    TimeOfDay,
    Whole,
    Zone,
)
from pos_loyalty.domain.calendar import ShopDays

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PAYMENT_FIRST_DIGITS = ("3", "4", "5", "6")  # with Mastercard's 2221 to 2720, see below
PAYMENT_LENGTH_MIN = 12
DeviceOption = str | int | float | bool | tuple[str | int | float | bool, ...]
SAFE_PREFIX_DIGITS = 6  # as long as the part of a card number that names its issuer


class Section(BaseModel):
    """One `[section]` of a settings file; `contradictions` looks at its values together."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )

    def contradictions(self) -> Iterator[Fault]:
        """Give the faults that no value has alone; their paths begin inside the section."""
        return iter(())


class Node(Section):
    """Who this node is and which day it lives in."""

    name: Annotated[str, kinds.CODE]
    data_directory: Annotated[Path, Location()]
    locale: Annotated[Literal["fr", "en"], Choice()] = "fr"
    zone: Annotated[str, Zone()] = "Europe/Paris"
    currency: Annotated[str, kinds.CURRENCY] = "EUR"
    day_closes_at: Annotated[time, TimeOfDay()] = time(4, 0)

    @property
    def days(self) -> ShopDays:
        """How this shop tells its business days."""
        return ShopDays(self.zone, self.day_closes_at.hour * 60 + self.day_closes_at.minute)


class Cards(Section):
    """Which codes are this shop's cards; everything else is not read as one."""

    scheme: Annotated[str, kinds.CODE] = "main"
    prefixes: tuple[Annotated[str, kinds.DIGITS], ...]
    length_min: Annotated[int, Whole(8, 32)] = 13
    length_max: Annotated[int, Whole(8, 32)] = 13
    check: Annotated[Literal["none", "luhn", "ean13"], Choice()] = "ean13"
    key_file: Annotated[Path, Secret(is_key=True)]
    key_id: Annotated[str, kinds.CODE]

    def contradictions(self) -> Iterator[Fault]:
        if not self.prefixes:
            yield Fault(path="prefixes", found="[]", expected="at least one prefix")
        if self.length_max < self.length_min:
            yield Fault(
                path="length_max",
                found=str(self.length_max),
                expected="no less than length_min, which is {minimum}",
                values={"minimum": self.length_min},
            )
        if self.check == "ean13" and (self.length_min, self.length_max) != (13, 13):
            found = f"{self.length_min} … {self.length_max}"
            yield Fault(path="length_min", found=found, expected="13 digits with check ean13")
        for at, prefix in enumerate(self.prefixes):
            if self.length_max >= PAYMENT_LENGTH_MIN and admits_payment_cards(prefix):
                yield Fault(
                    path=f"prefixes[{at}]",
                    found=shown(prefix),
                    expected="{minimum} digits or more, because payment cards begin like this",
                    values={"minimum": SAFE_PREFIX_DIGITS},
                )


def admits_payment_cards(prefix: str) -> bool:
    """Tell whether codes of this prefix would take in whole families of payment cards."""
    if len(prefix) >= SAFE_PREFIX_DIGITS:
        return False
    lowest, highest = prefix.ljust(4, "0")[:4], prefix.ljust(4, "9")[:4]
    return prefix.startswith(PAYMENT_FIRST_DIGITS) or (highest >= "2221" and lowest <= "2720")


class Mail(Section):
    """The mail server that takes the receipts."""

    host: Annotated[str, kinds.HOST]
    port: Annotated[int, Whole(1, 65_535)] = 587
    security: Annotated[Literal["starttls", "tls", "none"], Choice()] = "starttls"
    user: Annotated[str, kinds.LINE] | None = None
    password_file: Annotated[Path, Secret()] | None = None
    sender: Annotated[str, kinds.MAIL_ADDRESS]
    sender_name: Annotated[str, kinds.LINE]
    reply_to: Annotated[str, kinds.MAIL_ADDRESS] | None = None
    ca_file: Annotated[Path, Location()] | None = None
    timeout_s: Annotated[int, Whole(1, 120)] = 20

    def contradictions(self) -> Iterator[Fault]:
        if self.user is not None and self.password_file is None:
            yield Fault(path="password_file", found=None, expected="a file, because user is set")
        if self.password_file is not None and self.user is None:
            yield Fault(path="user", found=None, expected="a name, because password_file is set")
        if self.user is not None and self.security == "none" and self.host not in LOOPBACK:
            yield Fault(
                path="security",
                found=shown(self.security),
                expected="starttls or tls, because a password would travel in clear",
            )


class Uplink(Section):
    """The hub that this node reports to."""

    url: Annotated[str, kinds.WEB_ADDRESS]
    enrolment_file: Annotated[Path, Secret(may_be_absent=True)] | None = None
    ca_file: Annotated[Path, Location()] | None = None
    lookup_budget_ms: Annotated[int, Whole(50, 5_000)] = 300
    send_every_s: Annotated[int, Whole(1, 3_600)] = 5
    fetch_every_s: Annotated[int, Whole(1, 3_600)] = 15

    def contradictions(self) -> Iterator[Fault]:
        address = urlsplit(self.url)
        if address.scheme == "http" and address.hostname not in LOOPBACK:
            yield Fault(
                path="url",
                found=shown(self.url),
                expected="https:// for a hub on another machine",
            )


class Retention(Section):
    """How long what is not a fact is kept."""

    command_memory_days: Annotated[int, Whole(1, 3_660)] = 90
    finished_jobs_days: Annotated[int, Whole(1, 3_660)] = 30


class Watch(Section):
    """From when on somebody should look: what is above is flagged, and nothing is refused."""

    card_uses_max: Annotated[int, Whole(0, 10_000)] = 10
    own_card_max: Annotated[int, Whole(0, 10_000)] = 5
    staff_cards: Annotated[Mapping[str, DeviceOption], Options()] = Field(
        default_factory=lambda: MappingProxyType({})
    )
    distance_km: Annotated[int, Whole(0, 20_000)] = 60
    distance_minutes: Annotated[int, Whole(1, 1_440)] = 30
    late_max: Annotated[int, Whole(0, 10_000)] = 10
    manual_points_max: Annotated[int, Whole(0, 1_000_000)] = 2_000
    shared_max: Annotated[int, Whole(0, 10_000)] = 4


class Shadow(Section):
    """A second programme, rated silently beside the one in force from the day `since` on."""

    file: Annotated[Path, Location()]
    since: Annotated[str, kinds.DAY] = ""
    every_min: Annotated[int, Whole(1, 1_440)] = 10

    def contradictions(self) -> Iterator[Fault]:
        try:
            date.fromisoformat(self.since or "2000-01-01")
        except ValueError:
            expected = 'a day such as "2026-01-31"'
            yield Fault(path="since", found=shown(self.since), expected=expected)


class Log(Section):
    """What is told about the work, without personal data."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Choice()] = "info"
    form: Annotated[Literal["text", "json"], Choice()] = "text"
