"""Stores side by side, with a guard: a share of few cases is not told, others have an interval."""

from collections.abc import Callable, Mapping, Sequence

from pos_loyalty.domain.comparing import Share, differ, extremes
from pos_loyalty.insight.chain import Compared
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.charts import Chart, Drawing, Series
from web.panel.frame import Answer, page
from web.panel.overview import chain, period, period_fields
from web.panel.tables import Asked, Column, Empty, Filter, Key, Listing, at_hand, listed
from web.services import services

DECIMALS = 1


@page("/comparison", role=Role.MANAGER)
def comparison() -> Answer:
    """Compare stores over a period."""
    first, last = period()
    found = chain().compared(first, last, services().within)
    identified = {each.store: each.identified for each in found}
    return listed(
        _listing(found, period_fields(first, last)),
        "comparison.html",
        verdict=_verdict(identified),
        guard=_guard(identified),
        drawing=_drawing(found),
        any=bool(found),
        least=chain().least,
    )


def _verdict(shares: Mapping[str, Share | None]) -> str:
    """Say who identifies most and least, and whether that is more than chance."""
    both = extremes(shares)
    if both is None:
        return shown.say("There are not two stores with enough tickets to be compared.")
    high, low = shares[both[0]], shares[both[1]]
    assert high is not None and low is not None, "extremes are known"
    named = {
        "high": both[0],
        "high_share": _percent(high.value),
        "low": both[1],
        "low_share": _percent(low.value),
    }
    if high.value == low.value:
        return shown.say("All stores identify {high_share} of their customers.", **named)
    if differ(high, low):
        return shown.say(
            "{high} identifies most of its customers ({high_share}), {low} fewest ({low_share}): "
            "more than chance explains.",
            **named,
        )
    return shown.say(
        "{high} ({high_share}) and {low} ({low_share}) lie furthest apart, and chance alone may "
        "explain it.",
        **named,
    )


def _guard(shares: Mapping[str, Share | None]) -> str:
    """Say which stores are too small for a share."""
    least = chain().least
    few = sorted(store for store, share in shares.items() if share is None)
    if not few:
        return shown.say("Every store has the {least} tickets that a share needs.", least=least)
    return shown.say(
        "Too few tickets for a share (below {least}): {stores}.",
        least=least,
        stores=", ".join(few),
    )


def _percent(value: float) -> str:
    return f"{shown.number(round(100 * value, DECIMALS))} %"


def _share(share: Share | None) -> str:
    """Write a share with its interval."""
    if share is None:
        return shown.say("not enough data")
    if share.low == share.high:
        return _percent(share.value)
    low, high = (shown.number(round(100 * each, DECIMALS)) for each in (share.low, share.high))
    return f"{_percent(share.value)} ({low}–{high})"


def _drawing(found: Sequence[Compared]) -> Chart | None:
    known = [each for each in found if each.identified is not None]
    if len(known) < 2:
        return None
    values = [round(100 * each.identified.value, DECIMALS) for each in known if each.identified]
    return Chart(
        id="identified",
        title=shown.say("Sales with a member"),
        sentence=_verdict({each.store: each.identified for each in known}),
        drawing=Drawing.SIDEWAYS,
        category=shown.say("Store"),
        categories=[each.store for each in known],
        series=[Series(title=shown.say("Sales with a member"), values=values)],
        unit="%",
        decimals=DECIMALS,
    )


def _shared(name: str, title: str, read: Callable[[Compared], Share | None]) -> Column[Compared]:
    """Give a column of a share; its file holds hundredths of a percent, or nothing."""

    def exported(each: Compared) -> str | int:
        share = read(each)
        return "" if share is None else round(10_000 * share.value)

    return Column(
        name=name,
        title=title,
        cell=lambda each: _share(read(each)),
        exported=exported,
        numeric=True,
    )


def _count(name: str, title: str, read: Callable[[Compared], int]) -> Column[Compared]:
    return Column(
        name=name,
        title=title,
        cell=lambda each: shown.number(read(each)),
        exported=read,
        numeric=True,
    )


COLUMNS: tuple[Column[Compared], ...] = (
    Column(name="store", title="Store", cell=lambda each: each.store),
    _count("sales", "Tickets", lambda each: each.figures.sales),
    Column(
        name="amount",
        title="Sales",
        cell=lambda each: shown.money(each.figures.amount),
        exported=lambda each: each.figures.amount,
        numeric=True,
    ),
    _shared("identified", "Sales with a member", lambda each: each.identified),
    _shared("turnover", "Members’ share of sales", lambda each: each.members_turnover),
    Column(
        name="redeemed",
        title="Points spent of 100 given",
        cell=lambda each: (
            shown.say("not enough data") if each.redeemed is None else shown.number(each.redeemed)
        ),
        exported=lambda each: "" if each.redeemed is None else each.redeemed,
        numeric=True,
    ),
    _shared("asked", "Asked for a card", lambda each: each.asked),
    _count("joined", "New members", lambda each: each.joined),
    _shared("with_email", "New members with an e-mail", lambda each: each.with_email),
)


def _key(each: Compared, _: Asked) -> Key:
    return (each.store,)


def _listing(found: Sequence[Compared], fields: tuple[Filter, ...]) -> Listing[Compared]:
    return Listing(
        name="comparison",
        title="Comparison",
        columns=COLUMNS,
        fetch=at_hand(found, _key),
        key=_key,
        sort="",
        filters=fields,
        empty=Empty(
            title="Nothing was sold in this period.",
            advice="Choose other days, or wait until registers have sent their first tickets.",
        ),
    )
