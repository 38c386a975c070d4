"""Payment cards are refused, articles and the shop's own cards pass; every rule has its case."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing.payment_guard import (
    PaymentGuard,
    gs1_check_holds,
    looks_like_pan,
    luhn_holds,
    wipe,
)
from pos_loyalty.ports.devices import Refusal

GUARD = PaymentGuard(("2999", "603572", "FID"))


def with_luhn(body: str) -> str:
    return next(body + d for d in "0123456789" if luhn_holds((body + d).encode()))


def with_gs1(body: str) -> str:
    return next(body + d for d in "0123456789" if gs1_check_holds((body + d).encode()))


def refused(label: str) -> bool:
    return GUARD.refuses_label(bytearray(label.encode()))


PAYMENT_NUMBERS = [
    with_luhn(body)
    for body in (
        "411111111111111",  # 16 digits
        "401288888888188888",  # 19 digits
        "555555555555444",
        "222300312200322",
        "37828224631000",  # 15 digits
        "3056930902590",  # 14 digits
        "3609700000000",
        "601111111111111",
        "624000000000000",
        "353011133330000",
        "500000000000000",
        "675911111111111",
    )
]


class TestLabels:
    @pytest.mark.parametrize("number", PAYMENT_NUMBERS)
    def test_a_payment_number_is_refused_in_every_dress(self, number: str) -> None:
        grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
        dresses = [
            number,
            "]Q1" + number,
            grouped,
            grouped.replace(" ", "-"),
            f"https://pay.example/?card={number}&x=1",
            f"2024 {grouped}",
            f";{number}=25121010000?",
            f"%B{number}^DOE/JANE^2512101?",
            f"B{number}^DOE/JANE^2512101",
            f"%b{number}^DOE/JANE^2512101?;{number}=2512101?",
        ]
        for dress in dresses:
            assert refused(dress), dress.replace(number, "NUMBER")

    def test_a_damaged_payment_track_is_a_payment_card_all_the_same(self) -> None:
        assert refused(";4111111111111112=2512101?")
        assert refused("%B4111")

    def test_an_article_whose_number_looks_like_a_payment_number_passes(self) -> None:
        """Thirteen digits of the Visa range with a right Luhn *and* a right GS1 check digit."""
        rng = random.Random(13)
        bodies = ("40" + f"{rng.randrange(10**10):010}" for _ in range(2000))
        both = [n for n in map(with_gs1, bodies) if looks_like_pan(n.encode())]
        assert len(both) > 100
        assert not any(refused(n) or refused("]E0" + n) for n in both)

    def test_thirteen_digits_without_a_gs1_check_digit_are_not_an_article(self) -> None:
        number = with_luhn("401288888889")
        assert not gs1_check_holds(number.encode())
        assert refused(number)
        assert refused("]E0" + number)

    def test_longer_article_codes_pass_where_their_symbology_says_so(self) -> None:
        rng = random.Random(14)
        cartons = [with_gs1("36" + f"{rng.randrange(10**11):011}") for _ in range(500)]
        carton = next(c for c in cartons if looks_like_pan(c.encode()))
        assert refused(carton)
        assert not refused("]I1" + carton)
        magazines = [with_gs1("37" + f"{rng.randrange(10**10):010}") + "07" for _ in range(500)]
        magazine = next(m for m in magazines if looks_like_pan(m.encode()))
        assert refused(magazine)
        assert not refused("]E3" + magazine)

    def test_a_number_that_fails_the_luhn_check_is_no_payment_number(self) -> None:
        assert not refused("4111111111111112")

    def test_sixteen_digits_are_refused_whatever_the_symbology_claims(self) -> None:
        assert refused("]E0" + PAYMENT_NUMBERS[0])

    @pytest.mark.parametrize(
        "label",
        [
            with_luhn("603572000000000"),
            "603572-0000-0000-01",
            "FID4111111111111111",
            "2999123456789",
            "https://shop.example/c/" + with_luhn("603572000000000"),
        ],
    )
    def test_the_shops_own_cards_decide_first(self, label: str) -> None:
        assert not refused(label)

    def test_an_own_prefix_does_not_excuse_a_payment_number_behind_it(self) -> None:
        assert refused("29991234 pan:" + PAYMENT_NUMBERS[0])

    @pytest.mark.parametrize(
        "label",
        [
            "",
            "]",
            "3017620422003",
            "96385074",
            "+33612345678",
            "(00)340123450000000018",
            "7" * 7089,
        ],
    )
    def test_everyday_labels_pass(self, label: str) -> None:
        assert not refused(label)

    @given(data=st.binary(max_size=120))
    def test_any_bytes_get_a_verdict(self, data: bytes) -> None:
        assert GUARD.refuses_label(bytearray(data)) in (True, False)

    @given(before=st.text("abc ./:", max_size=8), after=st.text("abc ./:=^", max_size=8))
    def test_nothing_around_it_hides_a_payment_number(self, before: str, after: str) -> None:
        assert refused(before + PAYMENT_NUMBERS[0] + after)


class TestTracks:
    @pytest.mark.parametrize(
        ("number", "content", "verdict"),
        [
            (2, b"6035720000000001=9912", None),
            (1, b"B6035720000000001^DOE", None),
            (1, b"6035720000000001", None),
            (2, b"4111111111111111=2512", Refusal.PAYMENT_CARD),
            (2, b"4111111111111112=2512", Refusal.PAYMENT_CARD),
            (2, b"501234567890=2512", Refusal.PAYMENT_CARD),
            (1, b"B4111^DOE^2512", Refusal.PAYMENT_CARD),
            (3, b"014111111111111111==", Refusal.PAYMENT_CARD),
            (2, b"12345=9", Refusal.FOREIGN_CARD),
            (1, b"ZSOMETHING", Refusal.FOREIGN_CARD),
            (2, b"", Refusal.FOREIGN_CARD),
        ],
    )
    def test_only_own_cards_pass(
        self, number: int, content: bytes, verdict: Refusal | None
    ) -> None:
        assert GUARD.judge_track(number, bytearray(content)) is verdict


class TestPrefixes:
    @pytest.mark.parametrize("prefix", ["4", "6", "51", "60", "3", "2", "22", "6035", "", " ", "é"])
    def test_a_prefix_that_would_let_payment_cards_through_is_no_prefix(self, prefix: str) -> None:
        with pytest.raises(ValueError):
            PaymentGuard((prefix,))

    @pytest.mark.parametrize("prefix", ["29", "2999", "603572", "98", "FID", "0"])
    def test_the_prefixes_of_shops_are_taken(self, prefix: str) -> None:
        assert PaymentGuard((prefix,)).owns(bytearray(prefix.encode() + b"1"))


def test_wiping_leaves_zeros_in_place() -> None:
    buffer = bytearray(b"4111")
    view = memoryview(buffer)
    wipe(buffer)
    assert bytes(view) == bytes(4)
