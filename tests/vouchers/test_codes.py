"""Codes: every slip is seen, nobody without the key writes one, and everything reads back."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_loyalty.domain import voucher_codes
from pos_loyalty.domain.voucher_codes import (
    ALPHABET,
    FIRST_DAY,
    NUMBER_MAX,
    Code,
    Misread,
    account_of,
    check_character,
    grouped,
    looks_like_code,
    read,
    serial_of,
    write,
)

KEY = b"a chain's key of thirty-two bytes"
CODE = Code(1, FIRST_DAY + 2_250, 123_456_789_012)
WRITTEN = write(KEY, CODE)
CODES = st.builds(
    Code,
    st.integers(0, NUMBER_MAX),
    st.integers(FIRST_DAY, FIRST_DAY + 32_767),
    st.integers(0, 2**40 - 1),
)


def test_a_code_has_no_characters_that_look_alike() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("0O1I") & set(ALPHABET)


@given(code=CODES)
def test_a_code_reads_back_as_it_was_written(code: Code) -> None:
    text = write(KEY, code)
    assert looks_like_code(text) and len(text) == 20
    assert read(KEY, text) == code
    assert read(KEY, grouped(text).lower()) == code


def test_every_wrong_character_is_seen() -> None:
    for at, right in enumerate(WRITTEN):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(Misread):
                read(KEY, WRITTEN[:at] + wrong + WRITTEN[at + 1 :])


@given(code=CODES)
def test_every_two_characters_that_changed_places_are_seen(code: Code) -> None:
    text = write(KEY, code)
    for one, other in combinations(range(len(text)), 2):
        chars = list(text)
        chars[one], chars[other] = chars[other], chars[one]
        swapped = "".join(chars)
        if swapped != text:
            assert check_character(swapped[:-1]) != swapped[-1], (one, other)


@pytest.mark.parametrize("first", ALPHABET)
def test_the_check_sees_every_pair_of_neighbours_swapped(first: str) -> None:
    for second in set(ALPHABET) - {first}:
        for before in ("", "7", "QX4"):
            one = check_character(before + first + second)
            assert one != check_character(before + second + first)
            assert check_character(before + first) + first != first + second or first == second


def test_the_check_character_itself_is_not_swapped_unseen() -> None:
    for before in ("", "K", "9Z"):
        for last in ALPHABET:
            text = before + last
            check = check_character(text)
            if check != last:
                assert check_character(before + check) != last


def test_who_has_another_key_writes_nothing_that_is_believed() -> None:
    assert read(b"another chain's key", WRITTEN) is None


def test_one_signature_in_many_is_right() -> None:
    """A guesser who knows the form and the check has one chance in a thousand million."""
    body = WRITTEN[:13]
    guesses = (body + mark + "2" for mark in ("222222", "ABCDEF", "ZZZZZZ"))
    assert [read(KEY, each[:-1] + check_character(each[:-1])) for each in guesses] == [None] * 3


def test_an_account_does_not_show_its_code() -> None:
    account = account_of(KEY, WRITTEN)
    assert account == account_of(KEY, grouped(WRITTEN).lower())
    assert account != account_of(b"another chain's key", WRITTEN)
    assert len(account) == 16


def test_serials_of_many_tickets_differ() -> None:
    serials = {serial_of(KEY, f"paris-1/1/1/2026-03-01/{number}|0") for number in range(2_000)}
    assert len(serials) == 2_000


def test_codes_under_a_later_key_of_the_chain_are_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(voucher_codes, "_KEY_ID", 5)
    later = write(KEY, CODE)
    monkeypatch.undo()
    assert later != WRITTEN and read(KEY, later) == CODE


@pytest.mark.parametrize("text", ["", "2346", WRITTEN + "2", WRITTEN[:-1] + "0", "é" * 20])
def test_what_is_no_code_is_no_code(text: str) -> None:
    assert not looks_like_code(text)
    with pytest.raises(Misread):
        read(KEY, text)
