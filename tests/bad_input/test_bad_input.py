"""Whatever is done to a till, it says why, keeps what it acknowledged, and goes on."""

from collections.abc import Iterator

import pytest

from tests.bad_input import calls, hubs, lines, mails, printers, settings, stores, usb
from tests.bad_input.bench import Bench, open_bench
from tests.bad_input.hubs import Branch
from tests.bad_input.rows import Row, is_said_in_french

TILL = (
    *lines.ROWS,
    *usb.ROWS,
    *printers.ROWS,
    *calls.ROWS,
    *mails.ROWS,
    *stores.ROWS,
    *settings.ROWS,
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("till"), Bench) as opened:
        yield opened


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("branch"), Branch) as opened:
        yield opened


@pytest.mark.parametrize("row", TILL, ids=lambda row: row.name)
def test_a_till_says_why_in_french_and_goes_on(bench: Bench, row: Row) -> None:
    stands(bench, row)


@pytest.mark.parametrize("row", hubs.ROWS, ids=lambda row: row.name)
def test_a_till_under_a_hub_says_why_in_french_and_goes_on(branch: Bench, row: Row) -> None:
    stands(branch, row)


def stands(bench: Bench, row: Row) -> None:
    """Do what the row does to a till, then look at everything that must be so after it."""
    before = bench.acknowledged()
    seen = row.act(bench)
    assert seen.code in row.code.split("|")
    assert is_said_in_french(seen), seen
    assert bench.acknowledged() == before
    bench.agrees()
    bench.keeps_no_payment_card()
    bench.good_scan_and_sale()
