"""The receipt as a mail: what the page holds, and what it must never hold."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from pos_loyalty.receipts.html import render_html
from pos_loyalty.receipts.message import receipt_mail
from pos_loyalty.receipts.text import render_text
from tests.receipts import receipt_samples as samples
from tests.receipts.test_receipt_text import GOLDEN, agrees_with

GMAIL_CUTS_AT = 102_000


class Page(HTMLParser):
    """Keeps the tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_the_page_reads_as_reviewed() -> None:
    assert agrees_with(GOLDEN / "rewarded.fr.html", render_html(samples.rewarded()))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", samples.SAMPLES)
def test_the_page_can_be_read_aloud(name: str, language: str) -> None:
    page = Page(render_html(samples.SAMPLES[name](), language=language))
    assert page.all("html") == [{"lang": language}]
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(image.get("alt") for image in page.all("img"))


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_opening_the_page_fetches_nothing_and_runs_nothing(name: str) -> None:
    html = render_html(samples.SAMPLES[name](), qr_cid="receipt-qr")
    page = Page(html)
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {"script", "link", "iframe", "form", "object", "video", "input", "base"}
    assert all((image["src"] or "").startswith("cid:") for image in page.all("img"))
    assert not re.search(r"url\(|@import|@font-face|javascript:| on\w+=", html)


def test_every_figure_of_the_text_stands_in_the_page() -> None:
    document = samples.rewarded()
    page = Page(render_html(document)).text
    for figure in re.findall(r"-?\d[\d ]*,\d\d", render_text(document)):
        assert figure.strip() in page
    for sentence in ("Fidélité : Bon de 5 €", "Carte ****2348 - Chloé", "-500 points", "1 point"):
        assert sentence in page


def test_the_total_stands_before_the_first_line() -> None:
    text = Page(render_html(samples.normal())).text
    assert text.index("TOTAL 42,00 €") < text.index("Thé vert")


def contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted((light(first), light(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("#1d1d1b", "#ffffff", 7.0),
        ("#1d1d1b", "#f4f4f2", 7.0),
        ("#0b4f8a", "#ffffff", 7.0),
        ("#8a8a86", "#ffffff", 3.0),
        ("#f4f4f2", "#2a2a28", 7.0),
        ("#9ccbf5", "#2a2a28", 7.0),
    ],
)
def test_the_colours_of_the_page_keep_their_contrast(ink: str, ground: str, least: float) -> None:
    html = render_html(samples.normal())
    assert ink in html and ground in html
    assert contrast(ink, ground) >= least


def test_the_page_names_no_colour_that_was_not_measured() -> None:
    named = set(re.findall(r"#[0-9a-f]{6}", render_html(samples.normal())))
    assert named == {"#1d1d1b", "#ffffff", "#f4f4f2", "#0b4f8a", "#8a8a86", "#2a2a28", "#9ccbf5"}


def test_no_text_is_smaller_than_fourteen_pixels() -> None:
    sizes = re.findall(r"font-size: (\d+)px", render_html(samples.rewarded()))
    assert min(map(int, sizes)) >= 14


def test_a_label_cannot_become_markup() -> None:
    evil = replace(samples.TEA, label="<script>alert(1)</script><img src=x>")
    document = samples.document(replace(samples.TICKET, lines=(evil, samples.PAN)))
    page = Page(render_html(document))
    assert not page.all("script") and not page.all("img")
    assert "<script>alert(1)</script><img src=x>" in page.text


def test_a_ticket_of_a_hundred_lines_is_not_cut_by_mail_programs() -> None:
    ticket = replace(
        samples.TICKET, lines=(samples.TEA, samples.PAN) * 50, total_minor=210_000, tenders=()
    )
    assert len(render_html(samples.document(ticket)).encode()) < GMAIL_CUTS_AT


def test_the_message_carries_both_forms_and_says_what_the_address_is_for() -> None:
    mail = receipt_mail(
        samples.normal(), recipient="chloe@orange.fr", message_id="<1@halles.example>"
    )
    assert mail.subject == "Votre ticket - Épicerie des Halles - 22/11/2026 - 42,00 €"
    assert mail.text.startswith(render_text(samples.normal()))
    assert "Votre adresse ne sert pas à la publicité" in Page(mail.html).text
    assert "ne sert pas à la publicité sans votre accord." in mail.text
    assert "https://halles.example/confidentialite" in mail.text
    assert (mail.recipient, mail.message_id, mail.language, mail.images) == (
        "chloe@orange.fr", "<1@halles.example>", "fr", (),
    )  # fmt: skip


def test_the_qr_code_comes_inside_the_mail_and_only_when_asked() -> None:
    mail = receipt_mail(samples.normal(), recipient="a@b.fr", message_id="<1@b.fr>", with_qr=True)
    (image,) = mail.images
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(image.content)))
    assert found.text == samples.URL
    assert [each["src"] for each in Page(mail.html).all("img")] == [f"cid:{image.cid}"]
    without = receipt_mail(
        samples.anonymous(), recipient="a@b.fr", message_id="<1@b.fr>", with_qr=True
    )
    assert without.images == ()
    assert "cid:" not in without.html


def test_english_has_no_french_left() -> None:
    mail = receipt_mail(
        samples.progressing(), recipient="a@b.fr", message_id="<1@b.fr>", language="en"
    )
    assert mail.subject == "Your receipt - Épicerie des Halles - 22 Nov 2026 - €42.00"
    for word in ("Votre", "Solde", "Montant", "Niveau", "Caisse", "TTC", "Comment"):
        assert word not in mail.text and word not in mail.html
