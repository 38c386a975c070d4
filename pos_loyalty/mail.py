"""The SMTP side of the `Mailer` port: one message, one dialogue, one honest outcome.

The dialogue is spelled out step by step, because the outcome depends on where it ended: before
the server promised to take the message nothing happened, after the last byte was sent and before
the answer came nobody can know. No address and no words of the server leave this module.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path

from pos_loyalty.domain.addresses import MailAddress, parse_address
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.ports.services import Clock, MailMessage, MailOutcome, MailVerdict

_POLICY = SMTP.clone(cte_type="7bit")
"""Bodies in seven bits pass every relay, with or without 8BITMIME."""

_POLICY_UTF8 = _POLICY.clone(utf8=True)

_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>", re.ASCII)

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Anything that could end a header or cannot be written in one."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)

# The steps of the dialogue in which the server speaks about this very mail; a permanent refusal
# in any other step is about our set-up, and the mail waits until that is put right.
_ABOUT_THE_MAIL = frozenset({"recipient", "data", "answer"})


class Security(StrEnum):
    """How the line to the server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """The server and the sender; `timeout_s` bounds every single wait of the dialogue.

    `password_file` is read at each mail, so that a new password needs no restart. `ca_file` adds
    a certificate authority of the shop's own.
    """

    host: str
    port: int
    sender: str
    sender_name: str = ""
    reply_to: str = ""
    security: Security = Security.STARTTLS
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout_s: float = 15.0

    def __post_init__(self) -> None:
        """Raise `ValueError` naming the field that is wrong."""
        if not self.host:
            raise ValueError("host: a name or an address is expected")
        if not 0 < self.port < 65536:
            raise ValueError("port: 1 to 65535")
        if self.timeout_s <= 0:
            raise ValueError("timeout_s: more than 0 seconds")
        if bool(self.user) != (self.password_file is not None):
            raise ValueError("user, password_file: both or neither")
        clear = self.security is Security.NONE and self.host not in _LOOPBACK
        if self.user and clear:
            raise ValueError("security: a password is sent over starttls or tls only")
        for field in ("sender", "reply_to"):
            text = getattr(self, field)
            if text or field == "sender":
                _own_address(field, text)
        if _CONTROL.search(self.sender_name):
            raise ValueError("sender_name: one line of text is expected")


class SmtpMailer:
    """Sends through one SMTP server; holds no connection and no state between two mails."""

    def __init__(self, settings: SmtpSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def send(self, message: MailMessage) -> MailOutcome:
        """Send `message` now and say what became of it; see `ports.services.Mailer`.

        Each wait for the server is bounded by `timeout_s`; any thread may call.
        """
        recipient = parse_address(message.recipient)
        mail = _write(message, self._settings, recipient, self._clock.now_ms())
        return _Dialogue(self._settings).run(recipient.envelope, mail)


class _Dialogue:
    """One conversation with the server; `_step` is where it stands."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._step = "connect"

    def run(self, envelope: str, mail: EmailMessage) -> MailOutcome:
        server: smtplib.SMTP | None = None
        try:
            server = self._connect()
            self._introduce(server)
            return self._hand_over(server, envelope, mail)
        except smtplib.SMTPResponseException as error:
            return self._judge(error.smtp_code)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if isinstance(error, ssl.SSLError):
                self._step = "tls"
            return self._outcome(MailVerdict.TRY_AGAIN)
        finally:
            if server is not None:
                _leave(server)

    def _connect(self) -> smtplib.SMTP:
        host, port, wait = self._settings.host, self._settings.port, self._settings.timeout_s
        # Naming ourselves by the sender's domain spares a look-up that can hang without a network.
        own_name = parse_address(self._settings.sender).envelope.rpartition("@")[2]
        if self._settings.security is Security.TLS:
            return smtplib.SMTP_SSL(host, port, own_name, timeout=wait, context=self._trust())
        return smtplib.SMTP(host, port, own_name, timeout=wait)

    def _introduce(self, server: smtplib.SMTP) -> None:
        self._step = "greeting"
        server.ehlo_or_helo_if_needed()
        if self._settings.security is Security.STARTTLS:
            self._step = "tls"
            server.starttls(context=self._trust())
            server.ehlo()
        if self._settings.password_file:
            self._step = "login"
            password = self._settings.password_file.read_text(encoding="utf-8").strip()
            server.login(self._settings.user, password)

    def _hand_over(self, server: smtplib.SMTP, envelope: str, mail: EmailMessage) -> MailOutcome:
        sender = parse_address(self._settings.sender).envelope
        widened = not (envelope.isascii() and sender.isascii())
        self._step = "recipient"
        if widened and not server.has_extn("smtputf8"):
            return self._outcome(MailVerdict.REFUSED_PERMANENTLY)
        self._step = "sender"
        code, _ = server.mail(sender, ["SMTPUTF8"] if widened else [])
        if code == 250:
            self._step = "recipient"
            code, _ = server.rcpt(envelope)
        if code in (250, 251):
            self._step = "data"
            code, _ = server.docmd("DATA")
        if code != 354:
            return self._judge(code)
        return self._commit(server, mail.as_bytes(policy=_POLICY_UTF8 if widened else _POLICY))

    def _commit(self, server: smtplib.SMTP, content: bytes) -> MailOutcome:
        # From here on silence proves nothing: the server may hold the whole message.
        self._step = "answer"
        try:
            server.send(_LEADING_DOT.sub(b"..", content) + b".\r\n")
            code, _ = server.getreply()
        except (smtplib.SMTPException, OSError):
            return self._outcome(MailVerdict.UNKNOWN)
        if 200 <= code < 300:
            return self._outcome(MailVerdict.DELIVERED_TO_SERVER, code)
        if 400 <= code < 600:
            return self._judge(code)
        return self._outcome(MailVerdict.UNKNOWN)

    def _judge(self, code: int) -> MailOutcome:
        final = 500 <= code < 600 and self._step in _ABOUT_THE_MAIL
        verdict = MailVerdict.REFUSED_PERMANENTLY if final else MailVerdict.TRY_AGAIN
        return self._outcome(verdict, code if code > 0 else None)

    def _outcome(self, verdict: MailVerdict, code: int | None = None) -> MailOutcome:
        return MailOutcome(verdict=verdict, step=self._step, code=code)

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._settings.ca_file:
            context.load_verify_locations(self._settings.ca_file)
        return context


def _leave(server: smtplib.SMTP) -> None:
    # The outcome stands already: a server that says no goodbye must not hold up the next mail.
    with suppress(smtplib.SMTPException, OSError):
        server.putcmd("QUIT")
    server.close()


def _write(
    message: MailMessage, settings: SmtpSettings, recipient: MailAddress, now_ms: int
) -> EmailMessage:
    _check(message)
    mail = EmailMessage(policy=_POLICY_UTF8)
    mail["From"] = _named(settings.sender, settings.sender_name)
    mail["To"] = _named(recipient.envelope)
    if settings.reply_to:
        mail["Reply-To"] = _named(settings.reply_to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(now_ms // 1000, UTC))
    mail["Message-ID"] = message.message_id
    # Holiday notices and other robots stay silent.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    _attach(mail, message)
    # Last, since a message that becomes multipart hands its Content- headers to its first part.
    mail["Content-Language"] = message.language
    return mail


def _attach(mail: EmailMessage, message: MailMessage) -> None:
    page = mail.get_payload(1)
    assert isinstance(page, EmailMessage)
    for image in message.images:
        page.add_related(
            image.content,
            "image",
            image.subtype,
            cid=f"<{image.cid}>",
            filename=image.name,
            disposition="inline",
        )


def _named(address: str, name: str = "") -> Address:
    local, _, domain = parse_address(address).envelope.rpartition("@")
    return Address(name, local, domain)


def _check(message: MailMessage) -> None:
    faults = {
        "message_id": not _MESSAGE_ID.fullmatch(message.message_id),
        "subject": not message.subject or bool(_CONTROL.search(message.subject)),
        "language": not _LANGUAGE.fullmatch(message.language),
        "text": bool(_SURROGATE.search(message.text)),
        "html": bool(_SURROGATE.search(message.html)),
    }
    for field, wrong in faults.items():
        if wrong:
            raise LoyaltyError(Reason.MAIL_MALFORMED, field=field)


def _own_address(field: str, text: str) -> None:
    try:
        parse_address(text)
    except LoyaltyError:
        raise ValueError(f"{field}: an e-mail address is expected") from None
