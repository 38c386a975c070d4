"""Tiers: what counts, from when, and until when."""

import pytest

from tests.cases.programmes import programme
from tests.cases.shop import Till


def test_lc_32_a_tier_begins_at_its_threshold_exactly(shop: Till) -> None:
    anne, bob = shop.member(), shop.member()
    anne.buys(499_99)
    bob.buys(500_00)
    assert (anne.tier, bob.tier) == ("Bronze", "Silver")


def test_lc_34_a_purchase_counts_through_its_anniversary(shop: Till) -> None:
    shop.now("2025-03-01")
    anne = shop.member()
    anne.buys(600_00)
    shop.now("2026-03-01 23:59:59")
    assert anne.tier == "Silver"
    shop.now("2026-03-02 00:00")
    assert anne.tier == "Bronze"


def test_lc_36_a_return_withdraws_a_tier_at_once_and_leaves_other_tickets(shop: Till) -> None:
    shop.now("2025-05-10")
    anne = shop.member()
    anne.buys(300_00)
    shop.now("2025-11-10")
    november = anne.buys(250_00)
    december = anne.buys(100_00)
    assert (anne.tier, december.earned) == ("Silver", 125)
    shop.now("2026-01-10")
    november.comes_back()
    assert 500_00 - anne.view.to_next == 300_00 + december.total
    assert (anne.tier, december.keeps) == ("Bronze", 125)


def test_lc_39_spending_points_moves_no_tier(shop: Till) -> None:
    silver_at_100 = [{"name": "Bronze", "threshold": 0}, {"name": "Silver", "threshold": 100_00}]
    shop.runs(programme(tier=silver_at_100, reward={"points": 50}))
    anne = shop.member()
    anne.buys(100_00)
    assert (anne.points, anne.tier) == (100, "Silver")
    anne.buys(5_00, points=50)
    assert (anne.points, anne.tier) == (50, "Silver")


@pytest.mark.parametrize(("upgrade", "earned"), [("next", 40), ("whole", 50), ("split", 20 + 25)])
def test_lc_31_a_tier_counts_from_where_the_programme_says(
    shop: Till, upgrade: str, earned: int
) -> None:
    shop.runs(programme(tiers={"upgrade": upgrade}))
    anne = shop.member(spent=480_00)
    basket = anne.fills(40_00)
    assert basket.view.earns == earned
    assert (basket.closes().earned, anne.tier) == (earned, "Silver")


def test_lc_33_a_first_invoice_below_every_tier_earns_nothing(shop: Till) -> None:
    tiers = [
        {"name": "none", "threshold": 0, "percent": 0},
        {"name": "1/1000", "threshold": 100_000_00, "percent": 900},
        {"name": "1/900", "threshold": 300_000_00, "percent": 1000},
    ]
    shop.runs(programme(earn={"per": 9000_00}, tier=tiers, tiers={"upgrade": "whole"}))
    anne = shop.member()
    assert (anne.buys(20_000_00).earned, anne.tier) == (0, "none")
    assert (anne.buys(196_000_00).earned, anne.tier) == (196, "1/1000")


def test_a_ticket_can_pass_two_tiers_line_by_line(shop: Till) -> None:
    shop.runs(programme(tiers={"upgrade": "split"}))
    anne = shop.member(spent=400_00)
    sale = anne.buys(150_00, 650_00)
    assert sale.earned == int(100 + 50 * 1.25 + 450 * 1.25 + 200 * 1.5)
    assert sale.comes_back(0).taken_back == 1025 - int(450 * 1.25 + 200 * 1.5)
