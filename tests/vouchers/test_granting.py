"""One voucher, many tills that ask for it at the same moment: one of them gets it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.answers import VoucherAnswer
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.execute import Node
from pos_loyalty.settings import CardRules, NodeSettings
from pos_loyalty.store.engine import sqlite_url
from pos_loyalty.store.migrate import open_store
from tests.support.shop import CHAIN_KEY, HandClock

TILLS = 6
VOUCHER = "ab" * 16


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "hub.db")
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_of_many_tills_that_ask_at_once_one_gets_a_voucher(url: str) -> None:
    settings = NodeSettings(
        node=b"a hub of the shop",
        store="",
        till="",
        zone="Europe/Paris",
        cards=CardRules(key=CHAIN_KEY),
    )
    clock = HandClock()
    node = Node(open_store(url), settings, clock)

    def asks(till: int) -> int:
        try:
            answer: VoucherAnswer = node.execute(
                commands.GrantVoucher(
                    id=f"grant {till}",
                    voucher=VOUCHER,
                    hold=f"{till:032x}",
                    until=clock.at + 60_000,
                    units=1,
                    fresh=1,
                )
            )
        except LoyaltyError as error:
            assert error.reason is Reason.VOUCHER_REFUSED
            return 0
        return answer.left

    with ThreadPoolExecutor(TILLS) as pool:
        granted = list(pool.map(asks, range(TILLS)))
    node.close()
    assert sorted(granted) == [0] * (TILLS - 1) + [1]
