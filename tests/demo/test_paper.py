"""The demo's paper: drawn from the printer's bytes as a strict printer reads them."""

import pytest

from drivers.encoding.escpos import EscposEncoder, EscposProfile
from pos_loyalty.demo.paper import drawn, receipts, written
from pos_loyalty.receipts.layout import lay_out
from tests.receipts import receipt_samples
from tests.receipts.escpos_reader import printed

SAMPLES = ("normal", "returned", "rewarded", "strange")


def job(sample: str, code_page: str = "cp1252") -> bytes:
    profile = EscposProfile(code_page=code_page)
    document = getattr(receipt_samples, sample)()
    rows = lay_out(document, columns=profile.columns, language="fr", spell=profile.spell)
    return EscposEncoder(profile).encode(rows)


@pytest.mark.parametrize("code_page", ["cp1252", "cp858"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_drawing_says_what_the_paper_says(sample: str, code_page: str) -> None:
    (piece,) = receipts(job(sample, code_page))
    strict = printed(job(sample, code_page))
    assert written(piece) + "\n" == strict.text
    assert [row.code for row in piece if row.code] == strict.codes
    assert [row.text for row in piece if row.tall] == strict.tall


def test_each_cut_begins_another_piece() -> None:
    assert len(receipts(job("normal") + job("returned"))) == 2


def test_bytes_that_mean_nothing_draw_nothing_and_break_nothing() -> None:
    noise = bytes(range(256)) + b"\x1d(k\xff\xff" + b"\x1b"
    for piece in receipts(noise):
        assert drawn(piece).endswith("</svg>")


def test_what_a_label_says_stays_text_in_the_drawing() -> None:
    (piece,) = receipts(b"\x1b@<script>&\n")
    assert "<script>" not in drawn(piece)
