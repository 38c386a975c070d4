"""Tiers: what counts, from when, and until when."""

import pytest

from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import Section, programme
from tests.cases.shop import Till, refused


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


def reviewed(**tiers: object) -> str:
    return programme(tiers=tiers)


def test_lc_37_a_tier_that_grace_days_reach_is_kept(shop: Till) -> None:
    shop.runs(reviewed(review="yearly", review_day="06-30", grace_days=30))
    shop.now("2025-05-20")
    anne, bob = shop.member(), shop.member()
    anne.buys(1_000_00)
    bob.buys(1_000_00)
    shop.now("2025-09-01")
    anne.buys(980_00)
    bob.buys(980_00)
    shop.now("2026-06-30")
    assert (anne.tier, anne.view.review, anne.view.projected) == ("Gold", "2026-06-30", "Silver")
    shop.now("2026-07-10")
    assert (anne.tier, anne.view.review, anne.view.projected) == ("Gold", "2026-07-30", "Silver")
    sale = anne.buys(25_00)
    assert sale.earned == 37
    assert (anne.view.review, anne.view.to_next) == ("2027-06-30", 0)
    shop.now("2026-07-30 23:59:59")
    assert (anne.tier, bob.tier) == ("Gold", "Gold")
    shop.clock.at += 1_000
    assert (anne.tier, bob.tier) == ("Gold", "Silver")
    sale.comes_back()
    assert anne.tier == "Silver"


@pytest.mark.parametrize(
    ("downgrade", "tier", "then"), [("one_step", "Silver", "Bronze"), ("spend", "Bronze", "Bronze")]
)
def test_lc_38_a_review_leads_down_by_a_step_or_to_what_was_spent(
    shop: Till, downgrade: str, tier: str, then: str
) -> None:
    shop.runs(reviewed(review="yearly", review_day="12-31", downgrade=downgrade))
    shop.now("2024-10-01")
    anne = shop.member()
    anne.buys(1_000_00)
    shop.now("2025-10-02")
    anne.buys(120_00)
    shop.now("2025-12-31")
    assert anne.tier == "Gold"
    assert (anne.view.review, anne.view.projected) == ("2025-12-31", tier)
    shop.now("2026-01-01")
    assert anne.tier == tier
    assert anne.buys(10_00).earned == {"Silver": 12, "Bronze": 10}[tier]
    shop.now("2027-01-01")
    assert anne.tier == then


def test_lc_40_the_last_upgrade_says_when_a_tier_is_reviewed(shop: Till) -> None:
    shop.runs(reviewed(review="anniversary"))
    shop.now("2024-04-15")
    anne = shop.member()
    anne.buys(500_00)
    assert (anne.tier, anne.view.review) == ("Silver", "2025-04-15")
    shop.now("2024-10-25")
    anne.buys(500_00)
    assert (anne.tier, anne.view.review) == ("Gold", "2025-10-25")
    shop.now("2025-10-25")
    anne.buys(499_99)
    assert anne.tier == "Gold"
    shop.now("2025-10-26")
    assert (anne.tier, anne.view.review) == ("Bronze", "")


def test_a_tier_that_its_review_reaches_again_is_kept_for_a_period(shop: Till) -> None:
    shop.runs(reviewed(review="anniversary"))
    shop.now("2024-04-15")
    anne = shop.member()
    anne.buys(1_000_00)
    shop.now("2025-04-10")
    anne.buys(1_000_00)
    shop.now("2025-04-16")
    assert (anne.tier, anne.view.review) == ("Gold", "2026-04-15")
    shop.now("2026-04-16")
    assert anne.tier == "Bronze"


def test_without_reviews_a_member_hears_when_spend_takes_a_tier_along(shop: Till) -> None:
    shop.now("2025-03-01")
    anne = shop.member()
    anne.buys(600_00)
    shop.now("2025-06-01")
    anne.buys(400_00)
    assert (anne.tier, anne.view.review, anne.view.projected) == ("Gold", "2026-03-01", "Bronze")
    shop.now("2026-03-02")
    assert (anne.tier, anne.view.review, anne.view.projected) == ("Bronze", "", "")


@pytest.mark.parametrize(("upgrade", "earned"), [("whole", 60), ("split", 60)])
def test_a_reviewed_tier_counts_for_tickets_that_reach_less(
    shop: Till, upgrade: str, earned: int
) -> None:
    shop.runs(reviewed(review="yearly", upgrade=upgrade))
    shop.now("2024-12-30")
    anne = shop.member()
    anne.buys(1_000_00)
    shop.now("2025-12-31")
    assert anne.view.to_next == 0
    basket = anne.fills(40_00)
    assert basket.view.earns == earned
    assert basket.closes().earned == earned


def test_late_tickets_move_a_review_as_if_they_had_come_in_time(company: Company) -> None:
    company.hub.runs(reviewed(review="anniversary", downgrade="one_step", grace_days=10))
    one, other = company.till("1"), company.till("2")
    company.now("2026-02-01")
    anne = one.member()
    company.all_meet()
    anne.at(other).buys(300_00)
    one.goes_offline()
    company.now("2026-03-01")
    anne.buys(800_00)
    company.now("2026-05-01")
    anne.at(other).buys(300_00)
    company.all_meet()
    for till in (one, other, company.hub):
        view = anne.at(till).view
        assert (view.tier, view.review, view.projected) == ("Gold", "2027-03-01", "Silver")


@pytest.mark.parametrize(
    "tiers",
    [
        {"grace_days": 30},
        {"downgrade": "one_step"},
        {"review": "yearly", "review_day": "6-30"},
        {"review": "yearly", "review_day": "13-01"},
        {"review": "anniversary", "grace_days": 93},
    ],
)
def test_a_review_that_cannot_be_is_told_with_its_line(shop: Till, tiers: Section) -> None:
    with refused(Reason.PROGRAMME_INVALID):
        shop.runs(programme(tiers=tiers))


def test_a_review_on_the_last_of_february_comes_every_year(shop: Till) -> None:
    shop.runs(reviewed(review="yearly", review_day="02-29"))
    shop.now("2027-03-01")
    anne = shop.member()
    anne.buys(600_00)
    assert anne.view.review == "2028-02-29"
    shop.now("2028-03-01")
    anne.buys(10_00)
    assert (anne.tier, anne.view.review, anne.view.projected) == ("Silver", "2029-02-28", "Bronze")
