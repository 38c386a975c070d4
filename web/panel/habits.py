"""How the till is worked with: how long things take, how often they go astray, beside the aims."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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
UNSAID = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is looked at, in English: its figure, the cases it is of, and the aim."""

    title: str
    meaning: str
    figure: Callable[[Counted], str]
    cases: Callable[[Counted], int]
    aim: str = ""


@page("/habits", role=Role.MANAGER)
def habits() -> Answer:
    """Show the last four weeks beside those before."""
    today, counted = services().insight.today, services().habits
    now = counted.between(today - DAYS + 1, today)
    before = counted.between(today - 2 * DAYS + 1, today - DAYS)
    return show(
        "habits.html", measures=MEASURES, now=now, before=before, days=DAYS, enough=ENOUGH,
        has_any=bool(now.counts),
    )  # fmt: skip


def _times(habit: Habit, counted: Counted) -> str:
    """Say within how many seconds half of the cases were done, and nearly all."""
    if counted.of(habit) < ENOUGH:
        return UNSAID
    half, most = _seconds(counted.within_s(habit, 50)), _seconds(counted.within_s(habit, MOST))
    return shown.say("half {half}, nearly all {most}", half=half, most=most)


def _seconds(seconds: int) -> str:
    if not seconds:
        return shown.say("over {seconds} s", seconds=STEPS_S[-1])
    return shown.say("within {seconds} s", seconds=seconds)


def _for_each(part: Habit, whole: Habit, counted: Counted) -> str:
    """Say how many of one there are for each of the other."""
    cases = counted.of(whole)
    return shown.number(round(counted.of(part) / cases, 1)) if cases >= ENOUGH else UNSAID


def _share(part: Habit, whole: Habit, counted: Counted) -> str:
    cases = counted.of(whole)
    return shown.percent(min(counted.of(part), cases), cases) if cases >= ENOUGH else UNSAID


def _on_paper(counted: Counted) -> str:
    cases = _handed(counted)
    return shown.percent(counted.of(Habit.PRINTED), cases) if cases >= ENOUGH else UNSAID


def _handed(counted: Counted) -> int:
    return counted.of(Habit.PRINTED) + counted.of(Habit.MAILED)


def _count(habit: Habit) -> Callable[[Counted], int]:
    return lambda counted: counted.of(habit)


MEASURES = (
    Measure(
        title="From the card to the closed sale",
        meaning="Members whose sale was closed on this till.",
        figure=partial(_times, Habit.SALE),
        cases=_count(Habit.SALE),
    ),
    Measure(
        title="Finding a member without a card",
        meaning="From the first letters that found somebody to the choice.",
        figure=partial(_times, Habit.FIND),
        cases=_count(Habit.FIND),
        aim="half within 6 s, nearly all within 10 s",
    ),
    Measure(
        title="Searches for each member found",
        meaning="Each pause in typing is one search; many mean guessing.",
        figure=partial(_for_each, Habit.SEARCH, Habit.FIND),
        cases=_count(Habit.FIND),
    ),
    Measure(
        title="Members taken off again",
        meaning="The wrong customer, or one who went away.",
        figure=partial(_share, Habit.MISTAKEN, Habit.IDENTIFIED),
        cases=_count(Habit.IDENTIFIED),
    ),
    Measure(
        title="Suggested addresses taken",
        meaning="“Did you mean gmail.com?” was right.",
        figure=partial(_share, Habit.TAKEN, Habit.SUGGESTED),
        cases=_count(Habit.SUGGESTED),
    ),
    Measure(
        title="Receipts on paper",
        meaning="Of those that were printed or mailed.",
        figure=_on_paper,
        cases=_handed,
    ),
)
