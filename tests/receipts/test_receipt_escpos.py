"""Bytes for the printer, read back by an independent reader."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.encoding.charset import spell
from drivers.encoding.escpos import CODE_PAGES, Cut, EscposEncoder, EscposProfile
from pos_loyalty.ports.documents import PrintableReceipt, QrRow, ReceiptDocument, TextRow
from pos_loyalty.receipts.layout import lay_out
from pos_loyalty.receipts.text import plain_text
from tests.receipts import receipt_samples as samples
from tests.receipts.escpos_reader import Paper, printed


def paper_of(document: ReceiptDocument, profile: EscposProfile) -> Paper:
    receipt = lay_out(document, columns=profile.columns, spell=profile.spell)
    return printed(EscposEncoder(profile).encode(receipt))


@pytest.mark.parametrize("code_page", CODE_PAGES)
@pytest.mark.parametrize("columns", [24, 32, 42, 48])
@pytest.mark.parametrize("name", samples.SAMPLES)
def test_the_paper_says_what_the_text_says(name: str, columns: int, code_page: str) -> None:
    profile = EscposProfile(columns=columns, code_page=code_page)
    document = samples.SAMPLES[name]()
    paper = paper_of(document, profile)
    assert paper.text == plain_text(lay_out(document, columns=columns, spell=profile.spell))
    rows = [row for row in paper.rows if row not in paper.codes]
    assert max(map(len, rows)) <= columns
    assert "\ufffd" not in paper.text


@pytest.mark.parametrize(
    ("code_page", "number", "euro"),
    [
        ("cp1252", 16, b"\x80"),
        ("cp858", 19, b"\xd5"),
        ("iso8859-15", 40, b"\xa4"),
        ("cp850", 2, b"EUR"),
        ("cp437", 0, b"EUR"),
    ],
)
def test_each_job_resets_the_printer_and_pins_one_page(
    code_page: str, number: int, euro: bytes
) -> None:
    profile = EscposProfile(code_page=code_page)
    receipt = lay_out(samples.normal(), columns=42, spell=profile.spell)
    job = EscposEncoder(profile).encode(receipt)
    assert job.startswith(b"\x1b@\x1bt" + bytes([number]))
    assert printed(job).pages == [number]
    assert printed(job).resets == 1
    assert b"42,00 " + euro in job


def test_a_clone_can_number_its_pages_differently() -> None:
    profile = EscposProfile(code_page="cp1252", page=6)
    receipt = lay_out(samples.normal(), columns=42, spell=profile.spell)
    paper = printed(EscposEncoder(profile).encode(receipt), {6: "cp1252"})
    assert "TOTAL                              42,00 €" in paper.tall


def test_french_stays_french_and_what_a_page_lacks_is_spelled_out() -> None:
    text = "Œuf dur d’été – « Noël » à 3\u202f€… °"
    assert spell(text, "cp1252") == "Œuf dur d’été – « Noël » à 3 €… °"
    assert spell(text, "cp858") == "OEuf dur d'été - « Noël » à 3 €... °"
    assert spell(text, "cp850") == "OEuf dur d'été - « Noël » à 3 EUR... °"
    assert spell(text, "cp437") == "OEuf dur d'été - « Noël » à 3 EUR... °"
    assert spell("ÀÈÙ 抹茶 👍🏽", "cp437") == "AEU ?? ??"


@given(st.text(max_size=80), st.sampled_from(sorted(CODE_PAGES)))
def test_any_text_can_be_printed_and_commands_nothing(text: str, code_page: str) -> None:
    once = spell(text, code_page)
    assert spell(once, code_page) == once
    job = EscposEncoder(EscposProfile(code_page=code_page)).encode(
        PrintableReceipt(42, (TextRow(text),))
    )
    assert printed(job).rows == [once]


def test_commands_hidden_in_a_label_never_reach_the_printer() -> None:
    paper = paper_of(samples.strange(), EscposProfile())
    assert paper.resets == 1
    assert paper.pulses == 0
    assert "Crème@p injectée TOTAL 0,00        12,00 A" in paper.rows


def test_the_total_is_tall_and_the_headings_bold() -> None:
    paper = paper_of(samples.normal(), EscposProfile())
    assert [row.split()[0] for row in paper.tall] == ["Épicerie", "TOTAL"]
    assert [row.strip() for row in paper.bold] == ["Copie du ticket n° 000123", "VOTRE FIDÉLITÉ"]


def test_the_qr_code_is_drawn_by_the_printer_itself() -> None:
    paper = paper_of(samples.normal(), EscposProfile(qr_size=8))
    assert paper.codes == [samples.URL]
    assert paper.code_sizes == [8]


def test_only_the_code_stands_in_the_middle() -> None:
    receipt = PrintableReceipt(
        42, (TextRow("before"), QrRow("https://x.example"), TextRow("after"))
    )
    paper = printed(EscposEncoder(EscposProfile()).encode(receipt))
    assert paper.rows == ["before", "https://x.example", "after"]
    assert paper.centred == ["https://x.example"]


def test_a_printer_without_qr_prints_the_address() -> None:
    paper = paper_of(samples.normal(), EscposProfile(native_qr=False))
    assert paper.codes == []
    assert paper.rows[-1] == samples.URL


def test_an_address_too_long_for_a_readable_code_is_printed_as_text() -> None:
    receipt = PrintableReceipt(42, (QrRow("https://x.example/" + "a" * 600),))
    assert printed(EscposEncoder(EscposProfile()).encode(receipt)).codes == []


@pytest.mark.parametrize(
    ("cut", "expected"), [(Cut.FULL, ["full"]), (Cut.PARTIAL, ["partial"]), (Cut.NONE, [])]
)
def test_the_job_ends_with_the_cut_of_the_profile(cut: Cut, expected: list[str]) -> None:
    assert paper_of(samples.normal(), EscposProfile(cut=cut)).cuts == expected


def test_the_drawer_opens_only_where_it_was_asked_for() -> None:
    assert paper_of(samples.normal(), EscposProfile()).pulses == 0
    assert paper_of(samples.normal(), EscposProfile(kick_drawer=True)).pulses == 1


def test_the_same_receipt_gives_the_same_bytes_after_any_other() -> None:
    profile = EscposProfile()
    encoder = EscposEncoder(profile)
    first = lay_out(samples.normal(), columns=42, spell=profile.spell)
    other = lay_out(samples.strange(), columns=42, spell=profile.spell)
    job = encoder.encode(first)
    encoder.encode(other)
    assert encoder.encode(first) == job == EscposEncoder(profile).encode(first)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code_page": "utf-8"}, "code_page"),
        ({"page": 256}, "page"),
        ({"qr_size": 17}, "qr_size"),
        ({"columns": 23}, "columns"),
    ],
)
def test_a_profile_no_printer_can_have_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(field)}: "):
        replace(EscposProfile(), **change)  # type: ignore[arg-type]
