"""The bookshop: no new book is ever more than 5 percent cheaper, whatever the points do."""

import random

from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.rating import rate
from pos_loyalty.domain.rewards import promotions, worth
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import Reason
from pos_loyalty.programmes.reading import read_programme
from tests.cases.shop import line, refused
from tests.examples.conftest import FOLDER, Opens


def book(price: int, **more: object) -> Line:
    return line(price, "9782070360024", category="livre", vat=5_50, **more)


def paper(price: int) -> Line:
    return line(price, "carnet", category="papeterie", vat=20_00)


def test_a_book_earns_five_percent_at_most_on_any_day_and_at_any_price() -> None:
    programme = read_programme((FOLDER / "librairie.toml").read_text(encoding="utf-8"))
    rules, chance = Rulebook(programme), random.Random(5)
    for day in range(day_of("2026-01-01"), day_of("2027-01-01"), 3):
        prices = [chance.randrange(1, 60_00) for _ in range(chance.randrange(1, 6))]
        lines = tuple(book(price) for price in prices)
        assert promotions(programme, lines, ()) == ()
        assert all(worth(programme, each, lines, ()) is None for each in programme.rewards)
        for tier in programme.tiers:
            points = rate(rules, lines, prices, tier=tier, day=day).earned
            assert points * 5 * 100 <= sum(prices) * 5  # a point is worth five cents


def test_points_do_not_pay_for_books(opens: Opens) -> None:
    anne = opens("librairie").member(100)
    with refused(Reason.TICKET_INVALID):
        anne.fills(book(22_00)).spends(100)
    sale = anne.buys(book(22_00), paper(8_00), points=100)
    assert (sale.total, sale.paid) == (25_00, (22_00, 3_00))


def test_what_is_sent_or_has_a_set_price_brings_nothing(opens: Opens) -> None:
    anne = opens("librairie").member()
    assert anne.buys(book(22_00, flags=("expedie",))).earned == 0
    assert anne.buys(line(7_90, "revue", category="presse")).earned == 0
    assert anne.buys(line(50_00, "cheque", flags=("gift_card",))).earned == 0


def test_stationery_counts_twice_in_september_and_books_never(opens: Opens) -> None:
    shop = opens("librairie")
    anne = shop.member()
    assert anne.buys(book(22_00), paper(10_00)).earned == 32
    shop.now("2026-09-05")
    assert anne.buys(book(22_00), paper(10_00)).earned == 42


def test_a_book_that_comes_back_takes_its_points_along(opens: Opens) -> None:
    anne = opens("librairie").member(100)
    sale = anne.buys(book(22_00), paper(8_00), points=100)
    assert anne.points == 25
    answer = sale.comes_back(1)
    assert (answer.refund, answer.given_back, anne.points) == (3_00, 100, 122)
    assert sale.comes_back(0).refund == 22_00
    assert anne.points == 100


def test_a_readers_year(opens: Opens) -> None:
    shop = opens("librairie")
    anne = shop.member()
    for _ in range(12):
        anne.buys(book(21_90), book(8_40))
        shop.clock.pass_days(30)
    assert anne.points == 12 * 30  # 363.60 of books
    assert anne.view.expires == "2027-07-31"
    assert anne.buys(paper(20_00), points=300).total == 5_00
