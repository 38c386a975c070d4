"""Whether a member is in the segment that a programme is for, by what this node knows of them."""

from sqlalchemy import bindparam, select

from pos_loyalty.domain import segments
from pos_loyalty.domain.account import State
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.segments import Person, Segment, gate_of
from pos_loyalty.domain.tiers import look, tier_on
from pos_loyalty.store import people, schema
from pos_loyalty.store.statements import Tx


def fits(
    tx: Tx,
    segment: Segment,
    main: Programme | None,
    member: bytes | None,
    day: int,
    at_ms: int = 0,
) -> bool:
    """Tell whether a member is what a segment asks for, but for what they bought before.

    `at_ms` is the moment of a ticket of the past (0: now).
    """
    if member is None:
        return False
    tier = ""
    if segment.tiers and main is not None:
        state = people.account_of(tx, member).state
        tier = tier_on(main, look(state, member, main, day=day, now_ms=0), day).name
    return segments.fits(segment, _person(tx, member, at_ms), tier, day)


def is_open(
    state: State, account: bytes, programme: Programme, main: Programme | None, day: int
) -> bool:
    """Tell whether an account bought what a programme's segment asks for, if it asks for any."""
    gate = gate_of(programme.segment, main.id if main else "", programme.currency, day)
    if gate is None:
        return True
    known = account in state.accounts
    return known and segments.is_open(state, state.accounts.index(account), gate, day)


def enrolled(tx: Tx, member: bytes) -> tuple[int, str]:
    """Give the day on which a member enrolled and the store; 0 and nothing for nobody."""
    row = tx.row(_ENROLLED, member_=member)
    return (int(row[0]), str(row[1])) if row else (0, "")


def _person(tx: Tx, member: bytes, at_ms: int) -> Person:
    joined, store = enrolled(tx, member)
    born = people.profile_of(tx, member).get("birth_date", "")
    consents = people.consents_of(tx, member, at_ms)
    return Person(joined=joined, store=store, born=born, consents=consents)


_m = schema.member.c
_ENROLLED = (
    select(_m.day, _m.store)
    .where(_m.member == bindparam("member_"), _m.status == "enrolled")
    .order_by(_m.stamp, _m.node, _m.inc, _m.seq)
    .limit(1)
)
