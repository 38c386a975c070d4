"""Members who may be one person, over the whole shop: pooled, or told apart for good."""

from flask import request

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.staff import Role
from web.panel.doing import carry_out
from web.panel.frame import POST, Answer, go, page, show, tell, tell_refusal, tell_undo
from web.panel.member import REASONS
from web.services import services

SHOWN = 20


@page("/duplicates", role=Role.MANAGER)
def duplicates() -> Answer:
    """List pairs to be decided, the surest first; or those that were told apart."""
    found = services()
    told = found.apart.pairs()
    if request.args.get("told") == "true":
        lines = found.insight.lines_of({each for pair in told for each in pair})
        known = [(lines[a], lines[b]) for a, b in sorted(told) if a in lines and b in lines]
        return show("duplicates_told.html", apart=known)
    listed = found.insight.likely(_after(), SHOWN, told)
    return show(
        "duplicates.html",
        pairs=listed.rows,
        more="/".join(map(str, listed.after)) if listed.after else "",
        reasons=REASONS,
        apart=len(told),
    )


def _after() -> tuple[int, str, str] | None:
    """Read where a page goes on; from the start for anything else."""
    parts = request.args.get("after", "").split("/")
    try:
        rank, one, other = parts
        return int(rank), bytes.fromhex(one).hex(), bytes.fromhex(other).hex()
    except ValueError:
        return None


@page("/duplicates/pool", role=Role.MANAGER, methods=POST)
def pool() -> Answer:
    """Pool the points of two members who are one person."""
    return _linked(joined=True)


@page("/duplicates/part", role=Role.MANAGER, methods=POST)
def part() -> Answer:
    """Undo the pooling that was just told."""
    return _linked(joined=False)


def _linked(*, joined: bool) -> Answer:
    one, other = _asked()
    try:
        carry_out(commands.LinkMembers, member=one, other=other, joined=joined)
    except LoyaltyError as error:
        tell_refusal(error)
        return go("duplicates")
    if joined:
        tell_undo("The points are pooled.", "part", {"one": one, "other": other})
    else:
        tell("Each has their own points again.")
    return go("duplicates")


@page("/duplicates/apart", role=Role.MANAGER, methods=POST)
def tell_apart() -> Answer:
    """Keep that two members are two people: nobody is asked again."""
    one, other = _asked()
    carry_out(commands.TellApart, member=one, other=other)
    fields = {"one": one, "other": other}
    tell_undo("They are two people: nobody is asked again.", "ask_again", fields)
    return go("duplicates")


@page("/duplicates/again", role=Role.MANAGER, methods=POST)
def ask_again() -> Answer:
    """Put two members into the queue again."""
    one, other = _asked()
    carry_out(commands.TellApart, member=one, other=other, apart=False)
    tell("They are in the queue again.")
    return go("duplicates")


def _asked() -> tuple[str, str]:
    """Give the two members of a form; raises `LoyaltyError` for who is no member."""
    queries = services().queries
    one, other = (queries.member(request.form.get(name, "")).member for name in ("one", "other"))
    return one, other
