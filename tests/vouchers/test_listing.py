"""What the command line tells an operator of vouchers that are out, or were used too often."""

from pos_loyalty.cli.vouchers import lines
from pos_loyalty.domain.days import NEVER, day_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.receipts.figures import figures
from pos_loyalty.store.vouchers import Outstanding, VoucherRow
from tests.cases.programmes import programme

RULES = read_programme(
    programme(
        voucher=[{"number": 1, "label": "Bon", "amount": 10_00}],
        gift_card={"label": "Carte cadeau", "articles": ["carte"]},
    )
)


def test_uses_are_counted_and_money_is_written_as_money() -> None:
    out = [
        Outstanding("p", 0, NEVER, 1, 17_60),
        Outstanding("p", 1, day_of("2026-03-01"), 3, 4),
        Outstanding("p", 9, day_of("2026-03-01"), 1, 1),
    ]
    over = [VoucherRow(b"\x01" * 16, 1, "p", b"", "S/1/1/d/7", 10_00, 1, 2, 1, 2, -1, 1, "")]
    told = [line.replace("\u202f", " ").replace("\xa0", " ") for line in
            lines(out, over, RULES, figures("fr", "EUR"))]  # fmt: skip
    assert told == [
        "Carte cadeau, jusqu’au ∞ : 1, sur lesquels restent 17,60 €",
        "Bon, jusqu’au 01/03/2026 : 3, sur lesquels restent 4",
        "9, jusqu’au 01/03/2026 : 1, sur lesquels restent 1",
        f"Utilisé trop souvent : Bon {'01' * 16}, ticket S/1/1/d/7, 1 de trop",
    ]
