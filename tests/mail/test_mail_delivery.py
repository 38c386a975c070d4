"""The mailer against real SMTP servers on the loopback: good ones, refusing ones, broken ones."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.mail import Security, SmtpMailer, SmtpSettings
from pos_loyalty.ports.services import InlineImage, MailMessage, MailOutcome, MailVerdict
from pos_loyalty.receipts.html import qr_png
from tests.mail.smtp_peers import (
    AUTHORITY,
    DROP,
    SILENCE,
    Inbox,
    mail_server,
    only_the_till,
    scripted_server,
    server_context,
)


class StillClock:
    """22 November 2026, 15:27:39 UTC, for ever."""

    def now_ms(self) -> int:
        return 1_795_361_259_000

    def monotonic(self) -> float:
        return 0.0


MESSAGE = MailMessage(
    message_id="<ticket.000123@halles.example>",
    recipient="Chloe.Martin@Orange.FR",
    subject="Votre ticket - Épicerie des Halles - 42,00 €",
    text="TOTAL 42,00 €\n.\n..fin\n",
    html='<html lang="fr"><p>TOTAL 42,00 €</p></html>',
    language="fr",
)


def settings(port: int, **changes: Any) -> SmtpSettings:
    plain = SmtpSettings(
        host="127.0.0.1",
        port=port,
        sender="tickets@halles.example",
        sender_name="Épicerie, des Halles",
        security=Security.NONE,
        timeout_s=5.0,
    )
    return replace(plain, **changes)


def send(port: int, message: MailMessage = MESSAGE, **changes: Any) -> MailOutcome:
    return SmtpMailer(settings(port, **changes), clock=StillClock()).send(message)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port(inbox: Inbox) -> Iterator[int]:
    with mail_server(inbox, enable_SMTPUTF8=True) as port:
        yield port


def test_a_mail_arrives_with_its_text_first_and_its_html_second(inbox: Inbox, port: int) -> None:
    outcome = send(port)
    assert outcome == MailOutcome(verdict=MailVerdict.DELIVERED_TO_SERVER, step="answer", code=250)
    assert inbox.senders == ["tickets@halles.example"]
    assert inbox.recipients == ["Chloe.Martin@orange.fr"]
    mail = inbox.opened()
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert html.get_content().strip() == MESSAGE.html


def test_the_headers_name_the_shop_and_keep_robots_silent(inbox: Inbox, port: int) -> None:
    send(port, reply_to="bonjour@halles.example")
    mail = inbox.opened()
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Épicerie, des Halles",
        "tickets@halles.example",
    )
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == MESSAGE.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "bonjour@halles.example"
    assert mail["Content-Language"] == "fr"
    assert mail["Date"].datetime.isoformat() == "2026-11-22T15:27:39+00:00"


def test_every_byte_on_the_wire_passes_a_seven_bit_relay(inbox: Inbox, port: int) -> None:
    send(port)
    (content,) = inbox.contents
    assert content.isascii()
    assert content.count(b"TOTAL 42,00 =E2=82=AC") == 2, "and a person can still read it"
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_mail_sent_again_keeps_its_message_id(inbox: Inbox, port: int) -> None:
    send(port)
    send(port)
    first, second = (content.split(b"\r\n\r\n")[0] for content in inbox.contents)
    assert b"Message-ID: <ticket.000123@halles.example>" in first
    assert b"Message-ID: <ticket.000123@halles.example>" in second


def test_the_qr_code_travels_inside_the_mail_and_can_be_read(
    inbox: Inbox, port: int, tmp_path: Path
) -> None:
    image = InlineImage(cid="receipt-qr", subtype="png", content=qr_png("https://x.example/r/1"),
                        name="ticket-qr.png")  # fmt: skip
    html = '<html><img src="cid:receipt-qr" alt="QR"></html>'
    send(port, replace(MESSAGE, html=html, images=(image,)))
    text, related = inbox.opened().iter_parts()
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    assert isinstance(related, EmailMessage)
    page, picture = related.iter_parts()
    assert page.get_content().strip() == html
    assert picture["Content-ID"] == "<receipt-qr>"
    path = tmp_path / "qr.png"
    path.write_bytes(picture.get_content())
    (found,) = zxingcpp.read_barcodes(Image.open(path))
    assert found.text == "https://x.example/r/1"


def test_an_international_domain_travels_in_ascii(inbox: Inbox, port: int) -> None:
    send(port, replace(MESSAGE, recipient="chloe@bücher.example"))
    assert inbox.recipients == ["chloe@xn--bcher-kva.example"]
    assert inbox.opened()["To"].addresses[0].domain == "xn--bcher-kva.example"


def test_an_accented_name_before_the_at_sign_arrives_where_the_server_allows_it(
    inbox: Inbox, port: int
) -> None:
    outcome = send(port, replace(MESSAGE, recipient="chloé@orange.fr"))
    assert outcome.verdict is MailVerdict.DELIVERED_TO_SERVER
    assert inbox.recipients == ["chloé@orange.fr"]
    assert "chloé@orange.fr".encode() in inbox.contents[0]


def test_an_accented_name_is_refused_where_the_server_cannot_carry_it(inbox: Inbox) -> None:
    with mail_server(inbox) as port:
        outcome = send(port, replace(MESSAGE, recipient="chloé@orange.fr"))
    assert outcome == MailOutcome(verdict=MailVerdict.REFUSED_PERMANENTLY, step="recipient")
    assert inbox.contents == []


def test_starttls_and_a_password_are_used(inbox: Inbox, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("sesame\n")
    with mail_server(
        inbox,
        tls_context=server_context(),
        require_starttls=True,
        authenticator=only_the_till,
        auth_required=True,
    ) as port:
        outcome = send(
            port,
            security=Security.STARTTLS,
            ca_file=AUTHORITY,
            user="till",
            password_file=password,
        )
    assert outcome.verdict is MailVerdict.DELIVERED_TO_SERVER
    assert len(inbox.contents) == 1


def test_tls_from_the_first_byte_works(inbox: Inbox) -> None:
    with mail_server(inbox, wrapped=server_context()) as port:
        outcome = send(port, security=Security.TLS, ca_file=AUTHORITY)
    assert outcome.verdict is MailVerdict.DELIVERED_TO_SERVER


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_of_an_unknown_authority_stops_the_mail(
    inbox: Inbox, security: Security
) -> None:
    wrapped = server_context() if security is Security.TLS else None
    with mail_server(inbox, wrapped=wrapped, tls_context=server_context()) as port:
        outcome = send(port, security=security)
    assert outcome == MailOutcome(verdict=MailVerdict.TRY_AGAIN, step="tls")
    assert inbox.contents == []


def test_a_server_without_starttls_gets_nothing_in_the_clear(inbox: Inbox) -> None:
    with mail_server(inbox) as port:
        outcome = send(port, security=Security.STARTTLS)
    assert outcome == MailOutcome(verdict=MailVerdict.TRY_AGAIN, step="tls")
    assert inbox.contents == []


@pytest.mark.parametrize("password", ["wrong", "mot de passé", None])
def test_a_wrong_or_missing_password_keeps_the_mail_for_later(
    inbox: Inbox, tmp_path: Path, password: str | None
) -> None:
    path = tmp_path / "password"
    if password is not None:
        path.write_text(password, encoding="utf-8")
    with mail_server(
        inbox, tls_context=server_context(), authenticator=only_the_till, auth_required=True
    ) as port:
        outcome = send(
            port, security=Security.STARTTLS, ca_file=AUTHORITY, user="till", password_file=path
        )
    assert (outcome.verdict, outcome.step) == (MailVerdict.TRY_AGAIN, "login")
    assert inbox.contents == []


def test_an_absent_server_means_try_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert send(port) == MailOutcome(verdict=MailVerdict.TRY_AGAIN, step="connect")


TRY, REFUSED, UNKNOWN = (
    MailVerdict.TRY_AGAIN,
    MailVerdict.REFUSED_PERMANENTLY,
    MailVerdict.UNKNOWN,
)


@pytest.mark.parametrize(
    ("at", "reply", "verdict", "step", "code"),
    [
        ("CONNECT", b"421 busy\r\n", TRY, "connect", 421),
        ("CONNECT", b"554 go away\r\n", TRY, "connect", 554),
        ("CONNECT", DROP, TRY, "connect", None),
        ("CONNECT", b"\x00\xff not smtp\r\n", TRY, "connect", None),
        ("EHLO", DROP, TRY, "greeting", None),
        ("MAIL", b"451 later\r\n", TRY, "sender", 451),
        ("MAIL", b"550 not you\r\n", TRY, "sender", 550),
        ("RCPT", b"450 greylisted\r\n", TRY, "recipient", 450),
        ("RCPT", b"550 5.1.1 no such Chloe.Martin@orange.fr\r\n", REFUSED, "recipient", 550),
        ("RCPT", DROP, TRY, "recipient", None),
        ("DATA", b"452 full\r\n", TRY, "data", 452),
        ("DATA", b"554 no\r\n", REFUSED, "data", 554),
        ("DATA", DROP, TRY, "data", None),
        ("END", b"451 later\r\n", TRY, "answer", 451),
        ("END", b"552 too big\r\n", REFUSED, "answer", 552),
        ("END", DROP, UNKNOWN, "answer", None),
        ("END", b"gibberish\r\n", UNKNOWN, "answer", None),
        ("END", b"2" * 10_000, UNKNOWN, "answer", None),
    ],
)
def test_the_step_and_the_code_decide_the_outcome(
    at: str, reply: bytes, verdict: MailVerdict, step: str, code: int | None
) -> None:
    with scripted_server(**{at: reply}) as (port, _):
        assert send(port) == MailOutcome(verdict=verdict, step=step, code=code)


@pytest.mark.parametrize(
    ("at", "verdict", "step"),
    [("CONNECT", TRY, "connect"), ("RCPT", TRY, "recipient"), ("END", UNKNOWN, "answer")],
)
def test_a_silent_server_holds_a_mail_up_only_for_the_time_limit(
    at: str, verdict: MailVerdict, step: str
) -> None:
    with scripted_server(**{at: SILENCE}) as (port, _):
        outcome = send(port, timeout_s=0.2)
    assert outcome == MailOutcome(verdict=verdict, step=step)


@pytest.mark.parametrize("goodbye", [DROP, SILENCE, b"500 no\r\n"])
def test_a_bad_goodbye_does_not_undo_a_delivery(goodbye: bytes) -> None:
    start = monotonic()
    with scripted_server(QUIT=goodbye) as (port, heard):
        assert send(port, timeout_s=8.0).verdict is MailVerdict.DELIVERED_TO_SERVER
        assert monotonic() - start < 4, "nobody waits for a goodbye"
    assert heard[:5] == ["EHLO", "MAIL", "RCPT", "DATA", "."]


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Ticket\r\nBcc: spy@evil.example"},
        {"subject": "Ticket\nX: y"},
        {"subject": "Ticket\u2028X"},
        {"subject": ""},
        {"message_id": "<a@b>\r\nBcc: spy@evil.example"},
        {"message_id": "no brackets"},
        {"language": "fr\r\nX: y"},
        {"text": "lone \ud800"},
        {"html": "lone \ud800"},
    ],
)
def test_a_message_that_could_smuggle_a_header_is_never_sent(
    inbox: Inbox, port: int, change: dict[str, str]
) -> None:
    with pytest.raises(LoyaltyError) as refused:
        send(port, replace(MESSAGE, **change))  # type: ignore[arg-type]
    assert refused.value.reason is Reason.MAIL_MALFORMED
    assert refused.value.values == {"field": next(iter(change))}
    assert inbox.contents == []


@pytest.mark.parametrize(
    "recipient",
    ["a@orange.fr\r\nRCPT TO:<spy@evil.example>", "a@orange.fr, b@orange.fr", "<a@orange.fr>", ""],
)
def test_a_recipient_that_is_not_one_address_is_refused(
    inbox: Inbox, port: int, recipient: str
) -> None:
    with pytest.raises(LoyaltyError) as refused:
        send(port, replace(MESSAGE, recipient=recipient))
    assert refused.value.reason is Reason.ADDRESS_INVALID
    assert inbox.contents == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": ""}, "host"),
        ({"port": 0}, "port"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"sender": "nobody"}, "sender"),
        ({"sender": ""}, "sender"),
        ({"reply_to": "a@b\r\nX: y"}, "reply_to"),
        ({"sender_name": "a\nb"}, "sender_name"),
        ({"user": "till"}, "user, password_file"),
        ({"user": "till", "password_file": Path("p"), "host": "smtp.example"}, "security"),
    ],
)
def test_wrong_settings_are_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        replace(settings(25), **change)


def test_the_test_certificate_is_good_for_strict_readers() -> None:
    context = ssl.create_default_context(cafile=AUTHORITY)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        mail_server(Inbox(), wrapped=server_context()) as port,
        socket.create_connection(("127.0.0.1", port), 5) as line,
        context.wrap_socket(line, server_hostname="127.0.0.1") as safe,
    ):
        assert safe.recv(3) == b"220"
