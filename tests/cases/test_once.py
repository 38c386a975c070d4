"""What a ticket brings beside other tickets: remainders, limits, and what is given only once."""

from collections.abc import Callable
from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.errors import Reason
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused
from tests.cases.words import Member, line

FIFTY = {"points": 1, "per": 50_00, "carry_over": True}
WELCOME = {"name": "Bienvenue", "when": "first_purchase", "points": 50}
COFFEES = {"name": "Carte café", "needed": 10, "articles": ["café"]}
FRIENDS = {
    "name": "Parrainage",
    "when": "referral",
    "points": 200,
    "friend_points": 200,
    "minimum": 20_00,
}


def birthday(**more: Any) -> str:
    rule = {"name": "Anniversaire", "when": "birthday", "points": 100, "days_before": 3}
    return programme(once=[rule | {"days_after": 3} | more])


def born(shop: Till, day: str) -> Member:
    anne = shop.member()
    change(anne, birth_date=day)
    return anne


def change(member: Member, **fields: str) -> None:
    member.till.do(commands.ChangeProfile, member=member.id, fields=fields)


def brought(shop: Till) -> tuple[Member, Member]:
    shop.runs(programme(once=[FRIENDS]))
    anne, bea = shop.member(), shop.member()
    shop.do(commands.ReferMember, member=bea.id, card=anne.card)
    return anne, bea


def test_lc_09_what_reaches_no_point_waits_for_the_next_ticket(shop: Till) -> None:
    shop.runs(programme(earn=FIFTY))
    anne = shop.member()
    assert anne.buys(30_00).earned == 0
    assert (anne.points, anne.view.to_point) == (0, 20_00)
    basket = anne.fills(20_00)
    assert basket.view.earns == 1
    assert basket.closes().earned == 1
    assert (anne.points, anne.view.to_point) == (1, 50_00)


def test_lc_10_a_return_leaves_what_the_rest_carries_over(shop: Till) -> None:
    shop.runs(programme(earn=FIFTY))
    anne = shop.member()
    anne.buys(30_00)
    assert anne.buys(20_00).comes_back().taken_back == 1
    assert (anne.points, anne.view.debt, anne.view.to_point) == (0, 0, 20_00)
    assert anne.buys(20_00).earned == 1


def test_a_ticket_that_comes_back_takes_the_point_it_helped_to_reach(shop: Till) -> None:
    shop.runs(programme(earn=FIFTY))
    anne = shop.member()
    first, second = anne.buys(15_00, 15_00), anne.buys(20_00)
    assert (first.keeps, second.keeps) == (0, 1)
    assert first.comes_back(0).taken_back == 1
    assert (anne.points, first.keeps, second.keeps, anne.view.to_point) == (0, -1, 1, 15_00)
    first.comes_back(1)
    second.comes_back()
    assert (anne.points, anne.view.debt, anne.view.to_point) == (0, 0, 50_00)


def test_the_next_point_is_forty_cents_away(shop: Till) -> None:
    shop.runs(programme(earn={"carry_over": True}))
    anne = shop.member()
    anne.buys(12_60)
    assert anne.view.to_point == 40


def test_lc_29_two_tickets_within_half_an_hour_are_one_visit(shop: Till) -> None:
    shop.runs(programme(earn={"points": 0, "visit": 1, "visit_minutes": 30}))
    anne, bea = shop.member(), shop.member()
    shop.now("2026-01-10 10:00")
    first = anne.buys(5_00)
    shop.now("2026-01-10 10:04")
    assert (first.earned, anne.fills(5_00).view.earns, anne.buys(5_00).earned) == (1, 0, 0)
    assert bea.buys(5_00).earned == 1
    shop.now("2026-01-10 10:30")
    again = anne.buys(5_00)
    assert (again.earned, anne.points) == (1, 2)
    again.comes_back()
    assert (anne.points, anne.buys(5_00).earned) == (1, 1)


def test_lc_41_of_two_offline_tills_the_first_ticket_has_the_welcome(company: Company) -> None:
    company.hub.runs(programme(once=[WELCOME]))
    one, two = company.till("1"), company.till("2")
    anne = one.member()
    one.meets()
    two.meets()
    one.goes_offline()
    two.goes_offline()
    one.now("2026-01-10 10:00")
    early = anne.buys(10_00)
    two.now("2026-01-10 12:00")
    late = anne.at(two).buys(10_00)
    assert (early.earned, late.earned) == (60, 60)
    for till in (two, one, two, one):
        till.meets()
    assert anne.points == anne.at(two).points == anne.at(company.hub).points == 70
    hub = company.hub.queries
    assert (hub.ticket(early.ticket).kept, hub.ticket(late.ticket).kept) == (60, 10)


def test_a_welcome_is_for_who_never_bought_and_again_for_who_gave_all_back(shop: Till) -> None:
    old = shop.member()
    old.buys(5_00)
    shop.runs(programme("2026-01-10", once=[WELCOME]))
    shop.now("2026-01-10")
    anne = shop.member()
    first = anne.buys(10_00, 5_00)
    assert (old.buys(5_00).earned, first.earned, anne.buys(1_00).earned) == (5, 65, 1)
    first.comes_back(0)
    assert first.keeps == 55
    bea = shop.member()
    bea.buys(10_00).comes_back()
    assert (bea.points, bea.buys(10_00).earned) == (0, 60)


@pytest.mark.parametrize(
    ("leap", "first", "last"),
    [("02-28", "2026-02-25", "2026-03-03"), ("03-01", "2026-02-26", "2026-03-04")],
)
def test_lc_42_a_birthday_of_29_february_has_a_day_in_every_year(
    shop: Till, leap: str, first: str, last: str
) -> None:
    shop.runs(birthday(leap=leap))
    for day, earned in ((first, 101), (last, 101), ("2026-02-24", 1), ("2026-03-05", 1)):
        shop.now(day)
        assert born(shop, "1988-02-29").buys(1_00).earned == earned, day


def test_lc_42_a_birthday_counts_once_a_year_whatever_the_date_becomes(shop: Till) -> None:
    shop.runs(birthday())
    anne = born(shop, "1988-02-29")
    shop.now("2026-02-28")
    assert (anne.buys(1_00).earned, anne.buys(1_00).earned) == (101, 1)
    change(anne, birth_date="1988-06-15")
    shop.now("2026-06-15")
    assert anne.buys(1_00).earned == 1
    shop.now("2027-06-15")
    assert anne.buys(1_00).earned == 101


def test_a_birthday_at_the_turn_of_the_year_counts_once(shop: Till) -> None:
    shop.runs(birthday())
    anne = born(shop, "1990-01-01")
    shop.now("2026-12-30")
    assert anne.buys(1_00).earned == 101
    shop.now("2027-01-02")
    assert anne.buys(1_00).earned == 1


def test_lc_43_both_lose_a_referral_whose_purchase_comes_back(shop: Till) -> None:
    anne, bea = brought(shop)
    assert bea.buys(19_99).earned == 19
    bought = bea.buys(20_00, 5_00)
    assert (bought.earned, anne.points, bea.points) == (225, 200, 244)
    anne.buys(20_00, points=200)
    assert anne.points == 10
    bought.comes_back(1)
    assert (anne.points, bea.points) == (10, 239)
    assert bought.comes_back(0).taken_back == 220
    assert (anne.points, anne.view.debt, bea.points) == (-190, 190, 19)
    assert (bea.buys(30_00).earned, anne.points) == (230, 10)


def test_a_referral_is_told_once_and_before_the_first_purchase(shop: Till) -> None:
    anne, bea = brought(shop)
    eve = shop.member()
    for member, by in ((bea, eve), (eve, eve)):
        with refused(Reason.REFERRAL_IMPOSSIBLE):
            shop.do(commands.ReferMember, member=member.id, by=by.id)
    eve.buys(1_00)
    with refused(Reason.REFERRAL_IMPOSSIBLE):
        shop.do(commands.ReferMember, member=eve.id, by=anne.id)
    with refused(Reason.MEMBER_UNKNOWN):
        shop.do(commands.ReferMember, member=shop.member().id, card="29999")
    shop.runs(programme("2026-02-01"))
    shop.now("2026-02-01")
    with refused(Reason.REFERRAL_IMPOSSIBLE):
        shop.do(commands.ReferMember, member=shop.member().id, by=anne.id)


def test_points_for_a_profile_come_with_the_ticket_after_it_is_filled_in(shop: Till) -> None:
    rule = {"name": "Profil", "when": "profile", "points": 30, "fields": ["email", "city"]}
    shop.runs(programme(once=[rule]))
    anne = shop.member()
    change(anne, email="anne@example.org")
    assert anne.buys(1_00).earned == 1
    change(anne, city="Brest")
    assert (anne.buys(1_00).earned, anne.buys(1_00).earned) == (31, 1)


def test_a_ticket_brings_no_more_than_its_limit_and_a_return_asks_for_the_rest(shop: Till) -> None:
    shop.runs(programme(earn={"maximum": 50}))
    anne = shop.member()
    bought = anne.buys(40_00, 30_00, 20_00)
    assert (bought.earned, anne.fills(90_00).view.earns) == (50, 50)
    assert [bought.comes_back(line).taken_back for line in (1, 2, 0)] == [0, 10, 40]


@pytest.mark.parametrize("limit", ["maximum_day", "maximum_month"])
def test_all_tickets_of_a_day_or_a_month_bring_no_more_than_their_limit(
    shop: Till, limit: str
) -> None:
    shop.runs(programme(earn={limit: 100}))
    anne, bea = shop.member(), shop.member()
    anne.joins(bea)
    first, second = anne.buys(60_00), bea.buys(50_00, 30_00)
    assert (first.earned, second.earned, anne.buys(10_00).earned) == (60, 40, 0)
    assert second.comes_back(0).taken_back == 10
    assert (second.keeps, anne.fills(50_00).view.earns) == (30, 10)
    first.comes_back()
    assert anne.buys(90_00).earned == 70
    shop.now("2026-01-10")
    assert anne.buys(10_00).earned == (10 if limit == "maximum_day" else 0)
    shop.now("2026-02-01")
    assert anne.buys(10_00).earned == 10


def test_a_late_ticket_takes_its_place_under_the_limit(
    shop: Till, elsewhere: Callable[[str], Till]
) -> None:
    shop.runs(programme(earn={"maximum_day": 100}))
    anne = shop.member()
    there = elsewhere("2")
    there.hears(*shop.facts())
    shop.now("2026-01-10 10:00")
    there.now("2026-01-10 09:00")
    mine, theirs = anne.buys(80_00), anne.at(there).buys(70_00)
    assert (mine.earned, theirs.earned) == (80, 70)
    shop.hears(*there.facts())
    assert (mine.keeps, anne.points) == (30, 100)


def test_a_ticket_below_the_least_basket_earns_nothing_and_a_rest_neither(shop: Till) -> None:
    shop.runs(programme(earn={"minimum": 20_00}))
    anne = shop.member()
    assert (anne.buys(19_99).earned, anne.fills(19_99).view.earns) == (0, 0)
    why = anne.fills(19_99).view.why
    assert why is not None
    assert [(each.code, each.amount) for each in why.causes] == [("threshold", 20_00)]
    bought = anne.buys(15_00, 5_00)
    assert (bought.earned, bought.comes_back(1).taken_back, anne.points) == (20, 20, 0)


@pytest.mark.parametrize(
    ("how", "earned", "back"), [("down", 9, 3), ("nearest", 10, 4), ("up", 10, 3)]
)
def test_parts_of_a_point_are_rounded_as_the_programme_says(
    shop: Till, how: str, earned: int, back: int
) -> None:
    shop.runs(programme(earn={"rounding": how}))
    bought = shop.member().buys(3_17, 3_17, 3_17)
    assert (bought.earned, bought.comes_back(2).taken_back) == (earned, back)
    assert bought.comes_back().taken_back == earned - back


@pytest.mark.parametrize(
    ("at", "earned"), [("16:59", 10), ("17:00", 20), ("18:59", 20), ("19:00", 10)]
)
def test_a_multiplier_holds_in_its_hours(shop: Till, at: str, earned: int) -> None:
    rule = {"name": "Soir", "percent": 200, "from_time": "17:00", "until_time": "19:00"}
    shop.runs(programme(multiplier=[rule]))
    shop.now(f"2026-07-10 {at}")
    anne = shop.member()
    assert (anne.fills(10_00).view.earns, anne.buys(10_00).earned) == (earned, earned)


def test_a_multiplier_may_pass_midnight(shop: Till) -> None:
    rule = {"name": "Nuit", "percent": 200, "from_time": "22:00", "until_time": "02:00"}
    shop.runs(programme(multiplier=[rule]))
    anne = shop.member()
    for at, earned in (("21:59", 10), ("22:00", 20), ("01:59", 20), ("02:00", 10)):
        shop.now(f"2026-07-{10 if at > '12' else 11} {at}")
        assert anne.buys(10_00).earned == earned, at


def stamps(member: Member) -> int:
    card = member.view.stamps
    assert card is not None
    return card.stamps


def coffees(number: int) -> Line:
    return line(2_00 * number, "café", quantity=1000 * number)


def test_lc_27_of_twelve_coffees_the_eleventh_is_free_and_one_stamp_is_left(shop: Till) -> None:
    shop.runs(programme(stamps=COFFEES))
    anne = shop.member()
    basket = anne.fills(coffees(12), 5_00)
    assert basket.takes_promotions() == [2_00]
    bought = basket.closes()
    assert (bought.total, bought.earned, stamps(anne)) == (27_00, 27, 1)
    bought.comes_back()
    assert (anne.points, stamps(anne)) == (0, 0)


def test_a_free_coffee_brings_no_stamp_and_comes_from_the_card(shop: Till) -> None:
    shop.runs(programme(stamps=COFFEES))
    anne = shop.member()
    anne.buys(coffees(4))
    anne.buys(coffees(6), 1_00)
    assert (stamps(anne), anne.fills(1_00).takes_promotions()) == (10, [])
    basket = anne.fills(line(3_00, "café"), line(2_50, "café"))
    assert basket.takes_promotions() == [2_50]
    bought = basket.closes()
    assert (bought.total, stamps(anne)) == (3_00, 1)
    assert bought.comes_back(1).refund == 0
    assert (stamps(anne), bought.keeps) == (11, 3)


def test_a_till_takes_off_no_more_coffees_than_the_card_pays_for(shop: Till) -> None:
    shop.runs(programme(stamps=COFFEES))
    anne = shop.member()
    free = Discount(2_00, "Carte café", lines=(0,), reward="Carte café")
    with refused(Reason.TICKET_INVALID):
        shop.sells(coffees(10), card=anne.card, discounts=(free,))
    assert shop.sells(coffees(11), card=anne.card, discounts=(free,)).total == 20_00
    assert stamps(anne) == 0


def test_two_coffees_in_ten_may_be_free(shop: Till) -> None:
    shop.runs(programme(stamps=COFFEES | {"needed": 4, "free": 2}))
    basket = shop.member().fills(coffees(13))
    assert basket.takes_promotions() == [8_00]
    assert basket.closes().total == 18_00


def causes(shop: Till, member: Member, *lines: int) -> list[tuple[str, str, int]]:
    """Give why a basket would bring its points, and see that its ticket says the same."""
    basket = member.fills(*lines)
    why = basket.view.why
    sold = basket.closes()
    assert why is not None
    assert (why.points, why) == (sold.earned, shop.queries.ticket(sold.ticket).why)
    return [(each.code, each.name, each.points) for each in why.causes]


def test_what_other_tickets_changed_is_among_the_causes(shop: Till) -> None:
    shop.runs(programme(once=[WELCOME], earn={"maximum_day": 20}))
    anne = shop.member()
    assert causes(shop, anne, 15_00) == [("rate", "", 1), ("once", "Bienvenue", 50)]
    assert causes(shop, anne, 15_00) == [("rate", "", 1), ("limit", "", -10)]
    shop.runs(programme("2026-02-01", earn=FIFTY))
    shop.now("2026-02-01")
    anne.buys(30_00)
    assert causes(shop, anne, 20_00) == [("carried", "", 1)]
