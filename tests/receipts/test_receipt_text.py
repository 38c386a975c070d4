"""Receipts as text, against files that people have read; the words that all renderings share."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import format_currency, format_decimal, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from pos_loyalty.ports.documents import ReceiptLine
from pos_loyalty.receipts.columns import pair, table_row, width, wrap
from pos_loyalty.receipts.figures import figures
from pos_loyalty.receipts.text import render_text
from tests.receipts import receipt_samples as samples

GOLDEN = Path(__file__).parent / "golden"


def agrees_with(path: Path, found: str) -> bool:
    """Compare with the reviewed file; WRITE_GOLDEN=1 writes it for the next review."""
    if os.environ.get("WRITE_GOLDEN") == "1":
        path.write_text(found, encoding="utf-8", newline="\n")
    return path.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_the_receipt_reads_as_reviewed(name: str) -> None:
    assert agrees_with(GOLDEN / f"{name}.fr.txt", render_text(samples.SAMPLES[name](), columns=42))


def test_english_stands_beside_french() -> None:
    text = render_text(samples.progressing(), columns=48, language="en")
    assert agrees_with(GOLDEN / "progressing.en.txt", text)


def test_a_narrow_roll_holds_the_whole_receipt() -> None:
    text = render_text(samples.rewarded(), columns=32)
    assert agrees_with(GOLDEN / "rewarded.narrow.fr.txt", text)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_every_golden_receipt_is_one_that_exists(name: str) -> None:
    known = {f"{each}.fr.txt" for each in samples.SAMPLES}
    extra = {"progressing.en.txt", "rewarded.narrow.fr.txt", "rewarded.fr.html"}
    assert {path.name for path in GOLDEN.iterdir()} == known | extra


@given(
    label=st.text(max_size=200),
    total=st.integers(-(10**12), 10**12),
    quantity=st.integers(-(10**9), 10**9),
    columns=st.integers(24, 64),
)
def test_no_label_and_no_amount_leaves_the_paper(
    label: str, total: int, quantity: int, columns: int
) -> None:
    line = ReceiptLine(
        label=label, quantity_thousandths=quantity, unit_price_minor=total, total_minor=total,
        vat_rate=2000,
    )  # fmt: skip
    ticket = replace(samples.TICKET, lines=(line,), total_minor=total, tenders=())
    document = samples.document(ticket, None)
    assert all(width(row) <= columns for row in render_text(document, columns=columns).split("\n"))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("currency", ["EUR", "CHF", "XPF", "TND"])
@given(minor=st.integers(-(10**13), 10**13))
def test_amounts_are_written_as_the_reader_s_locale_writes_them(
    language: str, currency: str, minor: int
) -> None:
    digits = get_currency_precision(currency)
    value = Decimal(minor).scaleb(-digits)
    babel = {"fr": "fr_FR", "en": "en_GB"}[language]
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    assert figures(language, currency).amount(minor) == format_decimal(
        value, format=pattern, locale=babel
    )
    assert figures(language, currency).money(minor) == format_currency(
        value, currency, locale=babel
    )


def test_french_figures_keep_their_spaces_together_until_a_printer_asks() -> None:
    french = figures("fr", "EUR")
    assert french.money(123_450) == "1\u202f234,50\u00a0€"
    assert french.rate(550) == "5,5\u00a0%"
    assert french.rate(210) == "2,1\u00a0%"
    assert french.quantity(1150) == "1,15"
    assert french.quantity(-2000) == "-2"
    assert french.count(12_530) == "12\u202f530"


@pytest.mark.parametrize(
    ("offset", "written"),
    [
        (timedelta(hours=1), "22/11/2026 16:27 (UTC+1)"),
        (timedelta(0), "22/11/2026 16:27 (UTC)"),
        (timedelta(hours=-4), "22/11/2026 16:27 (UTC-4)"),
        (-timedelta(hours=9, minutes=30), "22/11/2026 16:27 (UTC-9:30)"),
        (timedelta(minutes=30), "22/11/2026 16:27 (UTC+0:30)"),
        (timedelta(hours=11), "22/11/2026 16:27 (UTC+11)"),
    ],
)
def test_the_moment_tells_its_zone(offset: timedelta, written: str) -> None:
    at = datetime(2026, 11, 22, 16, 27, tzinfo=timezone(offset))
    assert figures("fr", "EUR").moment(at) == written


def test_the_two_hours_of_an_autumn_night_can_be_told_apart() -> None:
    before = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
    first, second = (
        samples.document(replace(samples.TICKET, occurred_ms=moment))
        for moment in (before, before + 3_600_000)
    )
    assert "25/10/2026 02:30 (UTC+2)" in render_text(first)
    assert "25/10/2026 02:30 (UTC+1)" in render_text(second)


def test_words_wrap_below_themselves_and_amounts_stay_at_the_edge() -> None:
    assert pair(["Carte", "cadeau"], "12,00", 20) == ["Carte cadeau   12,00"]
    assert pair(["Casserole", "inox", "triple"], "30,00 A", 20) == [
        "Casserole    30,00 A",
        "inox triple",
    ]
    assert pair(["Lot"], "123 456 789 012,00", 20) == ["Lot", "  123 456 789 012,00"]
    assert wrap(["anticonstitutionnellement"], 10) == ["anticonsti", "tutionnell", "ement"]
    assert table_row(["A", "20 %", "25,00", "5,00", "30,00"], 32) == [
        "A      20 %  25,00   5,00  30,00"
    ]


@pytest.mark.parametrize("columns", range(24, 65))
def test_an_amount_never_parts_from_its_currency(columns: int) -> None:
    text = render_text(samples.progressing(), columns=columns)
    assert "120,00 €" in text
    assert "12 530 points" in text


def test_wide_and_combining_characters_are_measured_as_seen() -> None:
    assert width("été") == 3
    assert width("抹茶") == 4
    assert width("e\u0301") == 1
    assert width("👍") == 2
