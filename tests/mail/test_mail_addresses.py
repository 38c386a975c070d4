"""Addresses as cashiers type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_loyalty.domain.addresses import (
    FREQUENT_DOMAINS,
    GENUINE_DOMAINS,
    WRONG_ENDINGS,
    mask_address,
    parse_address,
    suggest_address,
)
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.texts import explain


@pytest.mark.parametrize(
    ("typed", "address", "envelope"),
    [
        ("chloe@orange.fr", "chloe@orange.fr", "chloe@orange.fr"),
        ("  Chloe.Martin@ORANGE.FR\u00a0", "Chloe.Martin@orange.fr", "Chloe.Martin@orange.fr"),
        ("o'neil+tickets@free.fr", "o'neil+tickets@free.fr", "o'neil+tickets@free.fr"),
        ("chloé@orange.fr", "chloé@orange.fr", "chloé@orange.fr"),
        ("chloe\u0301@orange.fr", "chloé@orange.fr", "chloé@orange.fr"),
        ("a@Bücher.example", "a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_a_good_address_is_read_without_rewriting_the_name(
    typed: str, address: str, envelope: str
) -> None:
    found = parse_address(typed)
    assert (found.address, found.envelope) == (address, envelope)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "chloe",
        "chloe@",
        "@orange.fr",
        "chloe@orange",
        "chloe orange.fr",
        "chloe@@orange.fr",
        "chloe@orange..fr",
        "chloe@orange.fr.",
        ".chloe@orange.fr",
        "chloe@[127.0.0.1]",
        "chloe@localhost",
        '"chloe martin"@orange.fr',
        "Chloé <chloe@orange.fr>",
        "chloe@orange.fr, lea@orange.fr",
        "chloe@orange.fr;lea@orange.fr",
        "chloe@orange.fr\r\nBcc: spy@evil.example",
        "chloe@orange.fr\n",
        "chloe\n@orange.fr",
        "chloe@orange.fr\x00",
        "chloe%0d%0aBcc:spy@evil.example@orange.fr",
        "\u202echloe@orange.fr",
        "chl\u200boe@orange.fr",
        "chloe@orange.fr\ud800",
        "c" * 65 + "@orange.fr",
        "chloe@" + "o" * 64 + ".fr",
        "chloe@" + "orange." * 50 + "fr",
        "x" * 1_000_000,
    ],
)
def test_what_is_not_exactly_one_address_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(LoyaltyError) as refused:
        parse_address(typed)
    assert refused.value.reason is Reason.ADDRESS_INVALID
    assert refused.value.__cause__ is None
    assert str(refused.value) == "This is not a usable e-mail address."
    assert explain(refused.value) == "Cette adresse e-mail n’est pas utilisable."


@given(st.one_of(st.text(max_size=60), st.emails()))
def test_any_text_is_one_address_or_a_refusal(typed: str) -> None:
    try:
        found = parse_address(typed)
    except LoyaltyError as error:
        assert error.reason is Reason.ADDRESS_INVALID
    else:
        assert found.address.count("@") == 1
        assert found.address.isprintable() and " " not in found.address
        assert parse_address(found.address) == found
        assert parse_address(found.envelope).envelope == found.envelope


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gmail.fr", "a@gmail.com"),
        ("a@gmail.con", "a@gmail.com"),
        ("a@gmail.co", "a@gmail.com"),
        ("a@gamil.com", "a@gmail.com"),
        ("a@hotmial.fr", "a@hotmail.fr"),
        ("a@hotmai.com", "a@hotmail.com"),
        ("a@ornage.fr", "a@orange.fr"),
        ("a@orange.f", "a@orange.fr"),
        ("a@wanado.fr", "a@wanadoo.fr"),
        ("a@wanadoo.com", "a@wanadoo.fr"),
        ("a@laposte.fr", "a@laposte.net"),
        ("a@lapost.net", "a@laposte.net"),
        ("a@free.com", "a@free.fr"),
        ("a@fre.fr", "a@free.fr"),
        ("a@sfr.com", "a@sfr.fr"),
        ("a@yaho.fr", "a@yahoo.fr"),
        ("a@outlok.com", "a@outlook.com"),
        ("a@iclod.com", "a@icloud.com"),
        ("a@icloud.fr", "a@icloud.com"),
        ("A.B@GMIAL.COM", "A.B@gmail.com"),
    ],
)
def test_a_likely_typo_becomes_a_question(typed: str, meant: str) -> None:
    address = parse_address(typed)
    assert suggest_address(address) == meant
    assert address.address.lower() == typed.lower(), "the typed address itself stays"


@pytest.mark.parametrize(
    "typed",
    ["a@mail.com", "a@gmx.net", "a@live.com", "a@live.fr", "a@orange.com", "a@hotmail.be",
     "a@halles.example", "a@mairie-lyon.fr", "a@bbc.fr", "a@bücher.example"],
)  # fmt: skip
def test_a_real_domain_is_not_questioned(typed: str) -> None:
    assert suggest_address(parse_address(typed)) is None


def test_the_shop_s_own_ranking_decides_between_equally_near_domains() -> None:
    address = parse_address("a@hotmail.co.fr")
    assert suggest_address(address, frequent=("hotmail.fr",)) is None
    near = parse_address("a@outlook.cr")
    assert suggest_address(near, frequent=("outlook.fr", "outlook.com")) == "a@outlook.fr"
    assert suggest_address(near, frequent=("outlook.ch", "outlook.fr")) == "a@outlook.ch"


def test_the_tables_do_not_contradict_one_another() -> None:
    assert len(set(FREQUENT_DOMAINS)) == len(FREQUENT_DOMAINS)
    assert not GENUINE_DOMAINS & set(FREQUENT_DOMAINS)
    assert not WRONG_ENDINGS.keys() & (GENUINE_DOMAINS | set(FREQUENT_DOMAINS))
    assert set(WRONG_ENDINGS.values()) <= set(FREQUENT_DOMAINS)


@pytest.mark.parametrize("domain", [*FREQUENT_DOMAINS, *sorted(GENUINE_DOMAINS)])
def test_every_domain_of_the_tables_can_be_written_to(domain: str) -> None:
    address = parse_address(f"a@{domain}")
    assert address.domain == domain
    assert suggest_address(address) is None


def test_a_masked_address_shows_one_letter() -> None:
    assert mask_address("chloe.martin@orange.fr") == "c***@orange.fr"
