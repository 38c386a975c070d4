"""Amounts, days and moments as people write them."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.imports.columns import Mapping, names_of, read_mapping
from pos_loyalty.imports.faults import RowFault
from pos_loyalty.imports.values import Reader


def reader(decimal: str = "", dates: str = "") -> Reader:
    return Reader(decimal=decimal, dates=dates, zone=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("text", "decimal", "cents"),
    [
        ("12,50", "", 1250),
        ("12.50", "", 1250),
        ("12,5", "", 1250),
        ("12", "", 1200),
        ("0,07", "", 7),
        ("-3,10", "", -310),
        ("+3,10", "", 310),
        ("1.234,56", "", 123456),
        ("1,234.56", "", 123456),
        ("1 234,56 €", "", 123456),
        ("1\u202f234,56", "", 123456),
        ("1'234.50", "", 123450),
        ("1.234.567", "", 123456700),
        ("1.234", ",", 123400),
        ("1,234", ".", 123400),
        ("12,500", ",", 1250),
        ("0,10", ",", 10),
    ],
)
def test_an_amount_is_read_by_its_digits(text: str, decimal: str, cents: int) -> None:
    assert reader(decimal).amount(text, "amount") == cents


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("", ""),
        ("12,345", ","),
        ("1,234", ""),
        ("1.23.456,00", ""),
        ("12e3", ""),
        ("NaN", ""),
        ("--1", ""),
        (",50", ""),
        ("1,2,3", ","),
        ("9" * 40, ""),
        ("١٢", ""),
    ],
)
def test_what_is_no_amount_is_refused(text: str, decimal: str) -> None:
    with pytest.raises(RowFault):
        reader(decimal).amount(text, "amount")


@given(st.integers(-(10**12), 10**12), st.sampled_from(",."))
def test_every_amount_is_read_back(cents: int, sign: str) -> None:
    whole, part = divmod(abs(cents), 100)
    text = f"{'-' if cents < 0 else ''}{whole}{sign}{part:02}"
    assert reader().amount(text, "amount") == cents
    assert reader(sign).amount(text, "amount") == cents


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    for read in (reader().amount, reader().moment, reader().day, reader(".").amount):
        try:
            read(text, "column")
        except RowFault as fault:
            assert fault.column == "column"


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2025-03-03T10:00:00Z", 1_740_996_000_000),
        ("2025-03-03 10:00:00+01:00", 1_740_992_400_000),
        ("2025-03-03 10:00", 1_740_992_400_000),
        ("03/03/2025 10:00:00", 1_740_992_400_000),
        ("3.3.2025 10h00", 1_740_992_400_000),
        ("20250303 10:00:00.250", 1_740_992_400_000),
        ("2025-03-03", 1_740_999_600_000),
        ("2025-03-30 02:30", 1_743_298_200_000),  # an hour that the clock skipped
        ("2025-10-26 02:30", 1_761_438_600_000),  # an hour that came twice: its first time
    ],
)
def test_a_moment_is_read_in_the_shops_zone_unless_it_names_its_own(text: str, stamp: int) -> None:
    assert reader().moment(text, "at") == stamp


def test_a_day_is_before_its_month_unless_a_pattern_says_otherwise() -> None:
    assert reader().day("02/03/2025", "day") == "2025-03-02"
    assert reader(dates="%m/%d/%Y").day("02/03/2025", "day") == "2025-02-03"


@pytest.mark.parametrize("text", ["2025-02-30", "30/02/2025", "25-1-1", "1969-01-01 00:00", "x"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(RowFault):
        reader().moment(text, "at")


def test_a_mapping_file_names_columns_and_ways_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('decimal = ","\n[columns]\n"N° ticket" = "number"\n', encoding="utf-8")
    mapping = read_mapping(path)
    assert (mapping.decimal, names_of("tickets", mapping)["n° ticket"]) == (",", "number")


@pytest.mark.parametrize(
    "text", ["[columns", "speed = 1", 'speed = "x"', "[columns]\na = 3", "columns = 1"]
)
def test_a_wrong_mapping_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LoyaltyError) as refusal:
        read_mapping(path)
    assert refusal.value.reason is Reason.IMPORT_MAPPING_INVALID


def test_a_column_that_does_not_exist_is_refused() -> None:
    for pair in ("x=colour", "x", "=number", "x="):
        with pytest.raises(LoyaltyError) as refusal:
            names_of("tickets", Mapping().with_columns([pair]))
        assert refusal.value.reason is Reason.IMPORT_MAPPING_INVALID
