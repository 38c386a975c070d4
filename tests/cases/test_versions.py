"""Versions that follow one another: which stands, what was said again, what is taken back."""

from collections.abc import Callable

from pos_loyalty import commands
from pos_loyalty.errors import Reason
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused

FIRST, DOUBLE = programme(), programme(earn={"points": 2})
PLANNED = programme("2030-01-01", earn={"points": 3})


def publish(shop: Till, content: str, **fields: bool) -> tuple[str, bool]:
    answer = shop.do(commands.PublishProgramme, content=content, **fields)
    return answer.version, answer.known


def states(shop: Till) -> list[tuple[str, str]]:
    return [(each.version, each.state) for each in shop.queries.programmes()]


def test_a_former_text_published_again_is_in_force_again(shop: Till) -> None:
    one, _ = publish(shop, FIRST)
    two, _ = publish(shop, DOUBLE)
    anne = shop.member()
    assert anne.buys(10_00).earned == 20
    again, known = publish(shop, FIRST)
    assert (again, known) == (one, False)
    assert anne.buys(10_00).earned == 10
    assert states(shop)[:2] == [(one, "in_force"), (two, "replaced")]
    shop.agrees()


def test_what_stands_already_is_not_told_twice(shop: Till) -> None:
    one, _ = publish(shop, FIRST)
    before = shop.told()
    assert publish(shop, "# with a remark\n" + FIRST) == (one, True)
    assert shop.told() == before


def test_the_settings_never_bring_back_what_was_replaced(shop: Till) -> None:
    publish(shop, FIRST)
    publish(shop, DOUBLE)
    _, known = publish(shop, FIRST, only_new=True)
    assert known and shop.member().buys(10_00).earned == 20


def test_a_planned_version_is_taken_back_and_may_come_again(shop: Till) -> None:
    shop.now("2026-03-01")
    version, _ = publish(shop, PLANNED)
    assert (version, "planned") in states(shop)
    gone = shop.do(commands.WithdrawProgramme, version=version)
    assert (gone.day, gone.known) == ("2030-01-01", False)
    assert shop.do(commands.WithdrawProgramme, version=version).known
    assert (version, "withdrawn") in states(shop)
    shop.now("2030-01-02")
    anne = shop.member()
    assert anne.buys(10_00).earned == 10
    assert publish(shop, PLANNED) == (version, False)
    assert anne.buys(10_00).earned == 30
    shop.agrees()


def test_of_two_planned_for_a_day_the_former_stands_when_the_later_is_taken_back(
    shop: Till,
) -> None:
    shop.now("2026-03-01")
    one, _ = publish(shop, PLANNED)
    two, _ = publish(shop, programme("2030-01-01", earn={"points": 4}))
    shop.do(commands.WithdrawProgramme, version=two)
    assert dict(states(shop))[one] == "planned"
    shop.now("2030-01-02")
    assert shop.member().buys(10_00).earned == 30


def test_what_is_in_force_or_unknown_is_not_taken_back(shop: Till) -> None:
    version, _ = publish(shop, FIRST)
    with refused(Reason.VERSION_IN_FORCE):
        shop.do(commands.WithdrawProgramme, version=version)
    with refused(Reason.VERSION_UNKNOWN):
        shop.do(commands.WithdrawProgramme, version="0" * 12)


def test_whoever_hears_it_in_another_order_has_the_same_version_in_force(
    shop: Till, elsewhere: Callable[..., Till]
) -> None:
    shop.now("2026-03-01")
    version, _ = publish(shop, PLANNED)
    shop.do(commands.WithdrawProgramme, version=version)
    other = elsewhere("2")
    for fact in reversed(shop.facts()):
        other.hears(fact)
    assert states(other) == states(shop)
