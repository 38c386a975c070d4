"""What shops owe each other: points that one gave and another took as payment."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_loyalty.domain.settlement import Balance, Debt, balances
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page
from web.panel.overview import chain, period, period_fields, place
from web.panel.tables import Asked, Column, Empty, Filter, Key, Listing, at_hand, listed
from web.services import services

PAIRS_TOLD = 30
"""So many pairs of shops get a sentence, those with the most to pay first."""
MATRIX_SHOPS_MAX = 15


@dataclass(frozen=True, slots=True)
class Matrix:
    """Points by who gave them (a row) and who took them (a column); nothing where none."""

    shops: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    sums: tuple[int, ...]


@page("/between", role=Role.MANAGER)
def between() -> Answer:
    """Show what shops owe each other for a period."""
    first, last = period(month=True)
    owed = chain().debts(first, last, services().within)
    pairs = sorted(balances(owed), key=lambda each: -abs(each.net))
    return listed(
        _listing(owed, period_fields(first, last)),
        "between.html",
        matrix=_matrix(owed),
        pairs=[_sentence(each) for each in pairs[:PAIRS_TOLD]],
        untold=max(0, len(pairs) - PAIRS_TOLD),
        sentence=shown.say(
            "From {first} to {last}, points spent in another shop than gave them: {points}.",
            first=shown.day(first),
            last=shown.day(last),
            points=shown.number(sum(each.points for each in owed)),
        ),
        any=bool(owed),
    )


def _matrix(owed: Sequence[Debt]) -> Matrix | None:
    """Give the table of who gave and who took; nothing where nobody could read it any more."""
    shops = sorted({each.giver for each in owed} | {each.taker for each in owed})
    if len(shops) > MATRIX_SHOPS_MAX:
        return None
    points = {(giver, taker): 0 for giver in shops for taker in shops}
    for each in owed:
        points[each.giver, each.taker] += each.points
    rows = tuple(
        (place(giver), row := tuple(points[giver, taker] for taker in shops), sum(row))
        for giver in shops
    )
    return Matrix(
        shops=tuple(map(place, shops)),
        rows=rows,
        sums=tuple(sum(points[giver, taker] for giver in shops) for taker in shops),
    )


def _sentence(both: Balance) -> str:
    """Say of two shops who pays whom, and what for."""
    net = both.net
    if not net:
        return shown.say(
            "{one} and {other} are even: {there} points one way, {back} the other.",
            one=place(both.one),
            other=place(both.other),
            there=shown.number(both.there[0]),
            back=shown.number(both.back[0]),
        )
    payer, payee = (both.one, both.other) if net > 0 else (both.other, both.one)
    paid, against = (both.there, both.back) if net > 0 else (both.back, both.there)
    return shown.say(
        "{payer} pays {payee} {net}: {points} of its points were spent there ({cost}), "
        "{back} the other way ({back_cost}).",
        payer=place(payer),
        payee=place(payee),
        net=shown.money(abs(net), both.currency),
        points=shown.number(paid[0]),
        cost=shown.money(paid[2], both.currency),
        back=shown.number(against[0]),
        back_cost=shown.money(against[2], both.currency),
    )


def _amount(name: str, title: str) -> Column[Debt]:
    return Column(
        name=name,
        title=title,
        cell=lambda each: shown.money(getattr(each, name), each.currency),
        exported=lambda each: int(getattr(each, name)),
        numeric=True,
    )


COLUMNS: tuple[Column[Debt], ...] = (
    Column(name="giver", title="Owes", cell=lambda each: place(each.giver)),
    Column(name="taker", title="Is owed", cell=lambda each: place(each.taker)),
    Column(name="programme", title="Programme", cell=lambda each: each.programme),
    Column(
        name="points",
        title="Points",
        cell=lambda each: shown.number(each.points),
        exported=lambda each: each.points,
        numeric=True,
    ),
    _amount("face", "At their worth"),
    _amount("cost", "At cost"),
)


def _key(each: Debt, _: Asked) -> Key:
    return each.programme, each.giver, each.taker


def _listing(owed: Sequence[Debt], fields: tuple[Filter, ...]) -> Listing[Debt]:
    return Listing(
        name="between",
        title="Between shops",
        columns=COLUMNS,
        fetch=at_hand(owed, _key),
        key=_key,
        sort="",
        filters=fields,
        empty=Empty(
            title="No shop owes another anything.",
            advice="As soon as points of one shop are spent in another, they appear here.",
        ),
    )
