"""How the till is worked with: how long things take, how often they go astray, beside the aims."""

from dataclasses import dataclass

from pos_loyalty.node.habits import STEPS_S, Counted, Habit
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page, show
from web.services import services

DAYS = 28
ENOUGH = 10
"""Below so many cases a figure says nothing."""
MOST = 90
"""The percent within which nearly all cases lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure with what it means, its cases, what it was in the days before, and its aim."""

    title: str
    meaning: str
    figure: str
    cases: str
    before: str
    aim: str = ""


@page("/habits", role=Role.MANAGER)
def habits() -> Answer:
    """Show the last four weeks beside those before."""
    today = services().insight.today
    counted = services().habits
    now = counted.between(today - DAYS + 1, today)
    before = counted.between(today - 2 * DAYS + 1, today - DAYS)
    return show("habits.html", measures=_measures(now, before), days=DAYS, enough=ENOUGH,
                has_any=bool(now.counts))  # fmt: skip


def _measures(now: Counted, before: Counted) -> list[Measure]:
    return [
        _timed(
            Habit.SALE,
            now,
            before,
            title=shown.say("From the card to the closed sale"),
            meaning=shown.say("Members whose sale was closed on this till."),
        ),
        _timed(
            Habit.FIND,
            now,
            before,
            title=shown.say("Finding a member without a card"),
            meaning=shown.say("From the first letters that found somebody to the choice."),
            aim=shown.say("half within 6 s, nearly all within 10 s"),
        ),
        _rated(
            (Habit.SEARCH, Habit.FIND),
            now,
            before,
            title=shown.say("Searches for each member found"),
            meaning=shown.say("Each pause in typing is one search; many mean guessing."),
        ),
        _shared(
            (Habit.MISTAKEN, Habit.IDENTIFIED),
            now,
            before,
            title=shown.say("Members taken off again"),
            meaning=shown.say("The wrong customer, or one who went away."),
        ),
        _shared(
            (Habit.TAKEN, Habit.SUGGESTED),
            now,
            before,
            title=shown.say("Suggested addresses taken"),
            meaning=shown.say("“Did you mean gmail.com?” was right."),
        ),
        _shared(
            (Habit.PRINTED, Habit.MAILED),
            now,
            before,
            title=shown.say("Receipts on paper"),
            meaning=shown.say("Of those that were printed or mailed."),
            together=True,
        ),
    ]


def _timed(
    habit: Habit, now: Counted, before: Counted, *, title: str, meaning: str, aim: str = ""
) -> Measure:
    return Measure(
        title=title,
        meaning=meaning,
        figure=_times(habit, now),
        cases=shown.number(now.of(habit)),
        before=_times(habit, before),
        aim=aim,
    )


def _times(habit: Habit, counted: Counted) -> str:
    """Say within how many seconds half of the cases were done, and nearly all."""
    if counted.of(habit) < ENOUGH:
        return "–"
    half, most = _seconds(counted.within_s(habit, 50)), _seconds(counted.within_s(habit, MOST))
    return shown.say("half {half}, nearly all {most}", half=half, most=most)


def _seconds(seconds: int) -> str:
    if not seconds:
        return shown.say("over {seconds} s", seconds=STEPS_S[-1])
    return shown.say("within {seconds} s", seconds=seconds)


def _rated(
    pair: tuple[Habit, Habit], now: Counted, before: Counted, *, title: str, meaning: str
) -> Measure:
    """Give how many of the first there are for each of the second."""
    first, second = pair

    def of(counted: Counted) -> str:
        cases = counted.of(second)
        return shown.number(round(counted.of(first) / cases, 1)) if cases >= ENOUGH else "–"

    return Measure(
        title=title,
        meaning=meaning,
        figure=of(now),
        cases=shown.number(now.of(second)),
        before=of(before),
    )


def _shared(
    pair: tuple[Habit, Habit],
    now: Counted,
    before: Counted,
    *,
    title: str,
    meaning: str,
    together: bool = False,
) -> Measure:
    """Give the share that the first has of the second, or of both `together`."""
    part, other = pair

    def whole(counted: Counted) -> int:
        return counted.of(other) + (counted.of(part) if together else 0)

    def of(counted: Counted) -> str:
        cases = whole(counted)
        return shown.percent(min(counted.of(part), cases), cases) if cases >= ENOUGH else "–"

    return Measure(
        title=title,
        meaning=meaning,
        figure=of(now),
        cases=shown.number(whole(now)),
        before=of(before),
    )
