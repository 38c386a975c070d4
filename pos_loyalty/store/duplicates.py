"""Members who may be one person: by an address they share, or a name in the same place."""

from sqlalchemy import bindparam, select

from pos_loyalty.domain.account import pool
from pos_loyalty.store import people, schema
from pos_loyalty.store.projections import folded
from pos_loyalty.store.statements import Row, Tx

FOUND_MAX = 20
"""Where more members share a value, it says nothing of them: the shop's own telephone, say."""
ROWS_MAX = 100
"""So many rows of a value are looked at; a member who went back to it has several."""


def like(tx: Tx, member: bytes) -> dict[bytes, tuple[str, ...]]:
    """Give who may be the same person as a member, with reasons: email, phone, name.

    A name counts where the postcode is the same, too. Members whose points are pooled already
    are left out.
    """
    if people.status_of(tx, member) != "enrolled":
        return {}
    own = people.profile_of(tx, member)
    joined = {member, *pooled(tx, member)}
    found: dict[bytes, tuple[str, ...]] = {}
    for reason in ("email", "phone"):
        value = own.get(reason, "")
        for other in _with(tx, reason, value) if value else ():
            if other not in joined and people.profile_of(tx, other).get(reason) == value:
                found[other] = (*found.get(other, ()), reason)
    name = _name_and_place(own)
    for other in _with(tx, "last_name", own["last_name"]) if name else ():
        if other not in joined and _name_and_place(people.profile_of(tx, other)) == name:
            found[other] = (*found.get(other, ()), "name")
    return {each: found[each] for each in found if people.status_of(tx, each) == "enrolled"}


def pooled(tx: Tx, member: bytes) -> list[bytes]:
    """Give the other members whose points are pooled with a member's now."""
    state = people.account_of(tx, member).state
    if member not in state.accounts:
        return []
    accounts = [state.accounts[at] for at in pool(state, state.accounts.index(member))]
    cards = [card for each in accounts if (card := people.card_of(tx, each)) is not None]
    known = {card.member for card in cards} | set(accounts)
    return sorted(each for each in known - {member} if people.status_of(tx, each) == "enrolled")


def apart(tx: Tx) -> set[tuple[bytes, bytes]]:
    """Give the pairs of members that are told apart, the lesser id first."""
    newest: dict[tuple[bytes, bytes], Row] = {}
    for row in tx.rows(_APART):
        key = (bytes(row[0]), bytes(row[1]))
        if key not in newest or newest[key][2:6] < row[2:6]:
            newest[key] = row
    return {key for key, row in newest.items() if row[6]}


def is_apart(tx: Tx, one: bytes, other: bytes) -> bool:
    """Tell whether two members (the lesser id first) are told apart."""
    rows = [row for row in tx.fetch(schema.told_apart, [one]) if row[1] == other]
    return bool(rows and max(rows, key=lambda row: row[2:6])[6])


def _with(tx: Tx, field: str, value: str) -> list[bytes]:
    """Give members who hold or held a value; nobody where so many do that it says nothing."""
    key = folded(value, phone=field == "phone")
    rows = tx.rows(_WITH, field_=field, folded_=key, limit_=ROWS_MAX)
    found = list(dict.fromkeys(row[0] for row in rows))
    return found if len(found) <= FOUND_MAX else []


def _name_and_place(profile: dict[str, str]) -> tuple[str, ...]:
    """Give what two people hardly share by chance; nothing where part of it is missing."""
    parts = tuple(folded(profile.get(name, "")) for name in ("first_name", "last_name", "postcode"))
    return parts if all(parts) else ()


_APART = select(schema.told_apart)
_p = schema.profile.c
_WITH = (
    select(_p.member)
    .where(_p.field == bindparam("field_"), _p.folded == bindparam("folded_"))
    .limit(bindparam("limit_"))
)
