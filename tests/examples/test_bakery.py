"""The bakery: ten stamps, and the eleventh piece is free."""

from pos_loyalty.errors import Reason
from tests.cases.shop import line, refused
from tests.examples.conftest import Opens


def tradition(count: int = 1) -> object:
    return line(130 * count, "baguette", quantity=1000 * count, category="tradition")


CAKE = line(18_00, "tarte", category="patisserie")


def test_each_piece_is_a_stamp_and_nothing_else_is(opens: Opens) -> None:
    anne = opens("boulangerie").member()
    assert anne.buys(tradition(3), CAKE).earned == 3
    assert anne.buys(CAKE).earned == 0
    assert anne.buys(line(50_00, "carte", category="cafe", flags=("gift_card",))).earned == 0


def test_the_eleventh_is_free_and_is_no_stamp(opens: Opens) -> None:
    anne = opens("boulangerie").member(10)
    basket = anne.fills(tradition(2), CAKE)
    assert basket.takes("Baguette offerte").discount.amount == 1_30
    sale = basket.closes()
    assert sale.total == 1_30 + 18_00
    assert anne.points == sale.earned == 2  # money paid part of both, on one line
    with refused(Reason.POINTS_INSUFFICIENT):
        anne.fills(tradition()).takes("Baguette offerte")


def test_a_piece_that_is_free_and_alone_on_its_line_is_no_stamp(opens: Opens) -> None:
    anne = opens("boulangerie").member(10)
    basket = anne.fills(tradition(), line(1_50, "cafe", category="cafe"))
    basket.takes("Baguette offerte")
    assert basket.closes().earned == 1


def test_what_comes_back_takes_its_stamp_along(opens: Opens) -> None:
    anne = opens("boulangerie").member(10)
    basket = anne.fills(tradition(), line(1_50, "cafe", category="cafe"))
    basket.takes("Baguette offerte")
    sale = basket.closes()
    answer = sale.comes_back()
    assert (answer.refund, answer.taken_back, answer.given_back) == (1_50, 1, 10)
    assert anne.points == 10


def test_a_year_of_one_baguette_a_week_brings_four_free_ones(opens: Opens) -> None:
    shop = opens("boulangerie")
    anne, free = shop.member(), 0
    for _ in range(50):
        if anne.points == 10:
            basket = anne.fills(tradition())
            basket.takes("Baguette offerte")
            assert basket.closes().total == 0
            free += 1
        else:
            anne.buys(tradition())
        shop.clock.pass_days(7)
    assert (free, anne.points) == (4, 6)


def test_the_eleventh_pastry_is_free_also_on_one_ticket(opens: Opens) -> None:
    anne = opens("boulangerie").member()
    croissants = line(12 * 1_20, "croissant", quantity=12_000, category="viennoiserie")
    basket = anne.fills(croissants)
    assert basket.takes_promotions() == [1_20]
    sale = basket.closes()
    assert (sale.total, sale.earned) == (11 * 1_20, 0)
    assert anne.view.stamps is not None and anne.view.stamps.stamps == 1
