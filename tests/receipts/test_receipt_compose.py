"""What a receipt holds: sums, VAT, masks and readable text."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.ports.documents import ReceiptLine, Tender, TicketDiscount, VatShare
from pos_loyalty.receipts.cleaning import clean, mask_number
from pos_loyalty.receipts.compose import compose
from pos_loyalty.receipts.vat import net_of, vat_recap
from tests.receipts import receipt_samples as samples


def line(total: int, rate: int | None) -> ReceiptLine:
    return ReceiptLine(
        label="x", quantity_thousandths=1000, unit_price_minor=total, total_minor=total,
        vat_rate=rate,
    )  # fmt: skip


def share(rate: int, net: int, vat: int) -> VatShare:
    return VatShare(rate=rate, net_minor=net, vat_minor=vat, gross_minor=net + vat)


def test_the_recap_takes_the_tax_out_of_the_amounts_with_tax() -> None:
    recap = vat_recap([line(1200, 550), line(3000, 2000)], [])
    assert recap == (share(2000, 2500, 500), share(550, 1137, 63))
    assert sum(each.gross_minor for each in recap) == 4200
    assert sum(each.net_minor for each in recap) == 3637
    assert sum(each.vat_minor for each in recap) == 563


def test_a_return_is_the_mirror_of_its_sale() -> None:
    assert vat_recap([line(-1200, 550)], []) == (share(550, -1137, -63),)


@pytest.mark.parametrize(
    ("gross", "rate", "net"),
    [(1200, 550, 1137), (3000, 2000, 2500), (102, 210, 100), (1, 2000, 1), (3, 10_000, 2),
     (-3, 10_000, -2), (0, 2000, 0), (999, 0, 999), (1000, 105, 990)],
)  # fmt: skip
def test_net_amounts_round_half_away_from_zero(gross: int, rate: int, net: int) -> None:
    assert net_of(gross, rate) == net


def test_a_reward_lies_on_the_rates_pro_rata() -> None:
    recap = vat_recap(
        [line(1200, 550), line(3000, 2000)], [TicketDiscount(label="", amount_minor=500)]
    )
    assert [each.gross_minor for each in recap] == [2643, 1057]


def test_a_reward_lies_on_what_was_bought_not_on_what_came_back() -> None:
    lines = [line(-1200, 550), line(3000, 2000)]
    bought = vat_recap(lines, [TicketDiscount(label="", amount_minor=500)])
    assert [each.gross_minor for each in bought] == [2500, -1200]
    taken_back = vat_recap(lines, [TicketDiscount(label="", amount_minor=-500)])
    assert [each.gross_minor for each in taken_back] == [3000, -700]


def test_a_discount_of_one_rate_stays_on_it() -> None:
    discount = TicketDiscount(label="", amount_minor=200, vat_rate=550)
    recap = vat_recap([line(1200, 550), line(3000, 2000)], [discount])
    assert [each.gross_minor for each in recap] == [3000, 1000]


def test_a_discount_of_some_lines_stays_on_their_rates() -> None:
    discount = TicketDiscount(label="", amount_minor=200, by_rate=((550, 50), (2000, 150)))
    recap = vat_recap([line(1200, 550), line(3000, 2000), line(100, 0)], [discount])
    assert [each.gross_minor for each in recap] == [2850, 1150, 100]


def test_without_every_rate_there_is_no_recap() -> None:
    assert vat_recap([line(1200, None), line(3000, 2000)], []) == ()
    assert vat_recap([], [TicketDiscount(label="", amount_minor=1)]) == ()
    assert vat_recap([line(0, None), line(3000, 2000)], []) == (share(2000, 2500, 500),)


LINES = st.lists(
    st.builds(line, st.integers(-(10**7), 10**7), st.sampled_from([0, 210, 550, 1000, 2000])),
    min_size=1,
    max_size=12,
)
DISCOUNTS = st.lists(
    st.builds(
        TicketDiscount,
        label=st.just(""),
        amount_minor=st.integers(-(10**6), 10**6),
        vat_rate=st.sampled_from([None, None, 550, 2000]),
    ),
    max_size=4,
)


@given(LINES, DISCOUNTS)
def test_the_recap_always_adds_up_to_the_total(
    lines: list[ReceiptLine], discounts: list[TicketDiscount]
) -> None:
    total = sum(each.total_minor for each in lines)
    total -= sum(each.amount_minor for each in discounts)
    ticket = replace(
        samples.TICKET, lines=tuple(lines), discounts=tuple(discounts), total_minor=total,
        tenders=(),
    )  # fmt: skip
    recap = compose(ticket, seller=samples.SELLER).vat
    assert sum(each.gross_minor for each in recap) == total
    for each in recap:
        # Within half a cent of the exact fraction, in integers.
        assert abs(each.net_minor * (10_000 + each.rate) - each.gross_minor * 10_000) * 2 <= (
            10_000 + each.rate
        )


@pytest.mark.parametrize(
    "change",
    [
        {"total_minor": 4199},
        {"discounts": (TicketDiscount(label="", amount_minor=1),)},
        {"tenders": (Tender(kind="card", amount_minor=4201),)},
        {"change_minor": 1},
    ],
)
def test_a_ticket_that_does_not_add_up_gets_no_receipt(change: dict[str, Any]) -> None:
    with pytest.raises(LoyaltyError) as refused:
        compose(replace(samples.TICKET, **change), seller=samples.SELLER)
    assert refused.value.reason is Reason.RECEIPT_UNBALANCED


def strings_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for each in value for text in strings_of(each)]
    if is_dataclass(value):
        return [text for f in fields(value) for text in strings_of(getattr(value, f.name))]
    return []


def test_the_whole_card_number_is_nowhere_in_the_document() -> None:
    document = samples.normal()
    assert document.loyalty is not None
    assert document.loyalty.masked_number == "****2348"
    assert not any("00012348" in text for text in strings_of(document))


@pytest.mark.parametrize(
    ("number", "masked"),
    [("2900000012348", "****2348"), ("12345678", "****78"), ("AB1", "****1"), ("7", "****"),
     ("", "****")],
)  # fmt: skip
def test_a_mask_shows_at_most_a_third_and_four(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_the_moment_is_the_store_s_own_to_the_minute() -> None:
    ticket = samples.normal().identification
    assert ticket.local_time.isoformat() == "2026-11-22T16:27:00+01:00"


@given(st.text())
def test_cleaned_text_is_one_readable_line(text: str) -> None:
    found = clean(text)
    assert len(found) <= 120
    assert clean(found) == found
    assert "\n" not in found and "\x1b" not in found and "\u202e" not in found
    found.encode()


def test_seven_thousand_digits_are_cut_to_a_label() -> None:
    assert len(clean("9" * 7000)) == 120


def test_the_same_ticket_gives_the_same_document() -> None:
    assert samples.rewarded() == samples.rewarded()
