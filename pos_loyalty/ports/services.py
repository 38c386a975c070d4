"""What the core needs from the world besides devices: the time, and a way to send mail."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Clock(Protocol):
    """The only source of time in the product."""

    def now_ms(self) -> int:
        """Give the time of day: Unix milliseconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds from an arbitrary start that never go back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineImage:
    """An image inside a mail; the HTML names it as `cid:<cid>`."""

    cid: str
    subtype: str
    content: bytes
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """One mail to one person.

    `message_id` (with its angle brackets) is the caller's: a mail sent a second time keeps it, so
    that the reader's mailbox can recognise the double. `language` is a BCP 47 tag.
    """

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    language: str
    images: tuple[InlineImage, ...] = ()


class MailVerdict(StrEnum):
    """What became of a mail, as far as one can know."""

    DELIVERED_TO_SERVER = "delivered-to-server"  # the server took charge of it
    REFUSED_PERMANENTLY = "refused-permanently"  # this mail to this address will never go
    TRY_AGAIN = "try-again"  # nothing was taken; later it may be
    UNKNOWN = "unknown"  # all was sent, the server's answer never came


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOutcome:
    """A verdict, the step of the dialogue that decided it, and the server's code where it gave one.

    Carries no address and no text of the server: both can name a person.
    """

    verdict: MailVerdict
    step: str
    code: int | None = None


class Mailer(Protocol):
    """Hands mail over, one message a call."""

    def send(self, message: MailMessage) -> MailOutcome:
        """Send `message` now; network trouble is an outcome, never an exception.

        Raises `LoyaltyError` (`MAIL_MALFORMED`) when the message itself cannot be sent safely.
        """
        ...
