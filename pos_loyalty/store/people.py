"""Reading members, cards and profiles; the newest row in the effective order is in force."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.domain.account import State, decode_state
from pos_loyalty.store import schema
from pos_loyalty.store.groups import group_of_one
from pos_loyalty.store.journal import COUNTER_BITS
from pos_loyalty.store.projections import folded
from pos_loyalty.store.statements import Row, Tx

SEARCH_MIN = 3
FOUND_MAX = 20
LOOKED_AT_MAX = 400
"""So many are looked at where digits and letters are given: of 200,000 members 20 share four."""
LAST_DIGITS = 4
_LAST = "\U0010ffff"


class Card(NamedTuple):
    """A card as it stands now: its member, last characters, and status."""

    account: bytes
    member: bytes
    tail: str
    status: str


class Account(NamedTuple):
    """An account's group and state, and the effective stamp of the group's last fact."""

    group: bytes
    state: State
    stamp: int


def card_of(tx: Tx, account: bytes) -> Card | None:
    """Give the card behind an account, or nothing where no member ever held it."""
    rows = tx.fetch(schema.card, [account])
    if not rows:
        return None
    if len(rows) > 1:
        rows.sort(key=_place, reverse=True)
    _, _, _, _, _, member, _, tail, status = rows[0]
    shown = next((row[7] for row in rows if row[7]), tail)
    return Card(account, member, shown, status)


def enrolled_after(tx: Tx, after: bytes, limit: int) -> list[bytes]:
    """Give members who are enrolled, in the order of their ids, behind one."""
    found: list[bytes] = []
    while len(found) < limit:
        rows = tx.rows(_MEMBERS_AFTER, after_=after, limit_=limit)
        found += [row[0] for row in rows if status_of(tx, row[0]) == "enrolled"]
        if len(rows) < limit:
            break
        after = rows[-1][0]
    return found[:limit]


def cards_known(tx: Tx, accounts: Sequence[bytes]) -> list[Card]:
    """Give the cards among some accounts that a member holds or held."""
    known = {row[0] for row in tx.fetch(schema.card, accounts)}
    return [card for each in sorted(known) if (card := card_of(tx, each)) is not None]


def cards_of(tx: Tx, member: bytes) -> list[Card]:
    """Give the cards that a member holds or held."""
    accounts = sorted({row[0] for row in tx.rows(_CARDS_OF, member_=member)})
    cards = [card for account in accounts if (card := card_of(tx, account))]
    return [card for card in cards if card.member == member]


def _place(row: Row) -> Row:
    return row[1:5]


def is_erased(tx: Tx, member: bytes) -> bool:
    """Tell whether a member asked to be forgotten."""
    return bool(tx.fetch(schema.tombstone, [member]))


def status_of(tx: Tx, member: bytes) -> str:
    """Give `enrolled`, `undone`, `erased`, or nothing for an unknown member."""
    if is_erased(tx, member):
        return "erased"
    row = tx.row(_MEMBER, member_=member)
    return str(row[0]) if row else ""


def profile_of(tx: Tx, member: bytes) -> dict[str, str]:
    """Give the fields of a profile that hold a value."""
    fields: dict[str, str] = {}
    for field, value in tx.rows(_PROFILE, member_=member):
        fields[field] = value
    return {field: value for field, value in fields.items() if value}


def consents_of(tx: Tx, member: bytes, at_ms: int = 0) -> dict[tuple[str, str], bool]:
    """Give what a member allows, by purpose and channel; a withdrawal wins at the same moment.

    With a moment `at_ms` (Unix ms), it is what they allowed then.
    """
    latest: dict[tuple[str, str], tuple[int, bool]] = {}
    for purpose, channel, stamp, granted in tx.rows(_CONSENT, member_=member):
        if at_ms and stamp >> COUNTER_BITS > at_ms:
            continue
        known = latest.get((purpose, channel))
        if known is None or stamp > known[0]:
            latest[purpose, channel] = (stamp, bool(granted))
        elif stamp == known[0] and not granted:
            latest[purpose, channel] = (stamp, False)
    return {key: granted for key, (_, granted) in latest.items()}


def consent_log(tx: Tx, member: bytes) -> list[Row]:
    """Give (purpose, channel, granted, Unix ms, source, wording) of all a member said, newest
    first."""
    return tx.rows(_CONSENT_LOG, member_=member)


class Note(NamedTuple):
    """A wording of a note on a member: who wrote it, and when (Unix ms)."""

    note: bytes
    at: int
    author: str
    text: str


def notes_of(tx: Tx, member: bytes) -> list[Note]:
    """Give the notes on a member as they stand, the last written first."""
    latest = {each.note: each for each in note_log(tx, member)}
    return sorted((each for each in latest.values() if each.text), key=_written, reverse=True)


def note_log(tx: Tx, member: bytes) -> list[Note]:
    """Give every wording of the notes on a member, in order; an empty one took its note away."""
    rows = tx.rows(_NOTES, member_=member)
    return [Note(row[0], row[1] >> COUNTER_BITS, row[2], row[3]) for row in rows]


def _written(note: Note) -> tuple[int, bytes]:
    return note.at, note.note


def programmes_of(tx: Tx, members: Iterable[bytes], day: int) -> frozenset[str]:
    """Give the programmes for invited members that any of these takes part in on a day."""
    joined: set[str] = set()
    for member in members:
        latest: dict[str, bool] = {}
        for programme, since, takes_part in tx.rows(_PROGRAMMES_OF, member_=member):
            if since <= day:
                latest[programme] = bool(takes_part)
        joined |= {programme for programme, takes_part in latest.items() if takes_part}
    return frozenset(joined)


def account_of(tx: Tx, account: bytes) -> Account:
    """Give an account's group and state; an account without facts has an empty state.

    The state is shared within the transaction: whoever gets it must not change it, and must not
    keep it while facts are applied.
    """
    group = group_of_one(tx, account)
    rows = tx.fetch(schema.account, [group])
    if not rows or not rows[0][5]:
        return Account(group, State([], [], [], []), 0)
    text, stamp = rows[0][5], rows[0][1]
    state = tx.kept(group, text)
    if state is None:
        state = decode_state(text)
        tx.keep(group, text, state)
    return Account(group, state, stamp)


class HeldPoints(NamedTuple):
    """A hold that has not ended: points reserved for an amount off."""

    account: bytes
    programme: str
    points: int
    amount: int


def hold_of(tx: Tx, hold: bytes, now_ms: int) -> HeldPoints | None:
    """Give a hold, unless it was captured, released, or its time is over."""
    row = tx.row(_HOLD, hold_=hold)
    if row is None or row[4] <= now_ms:
        return None
    state = account_of(tx, row[0]).state
    open_ids = {each.id for pot in state.pots for each in pot.holds}
    return HeldPoints(*row[:4]) if hold in open_ids else None


def offline_standing(tx: Tx, account: bytes) -> tuple[int, int]:
    """Give when a hub last confirmed an account (Unix ms, 0: never), and how many redemptions
    were made offline since."""
    rows = tx.fetch(schema.checkpoint, [account, group_of_one(tx, account)])
    confirmed = max((row[6] for row in rows), default=0)
    held = tx.rows(_OFFLINE, account_=account, since_=confirmed << COUNTER_BITS)
    return confirmed, len(held)


def is_confirmed(tx: Tx, account: bytes) -> bool:
    """Tell whether a hub's checkpoint stands behind an account's balance."""
    return bool(tx.fetch(schema.checkpoint, [account, group_of_one(tx, account)]))


class Wanted(NamedTuple):
    """What somebody is searched by: digits from the end of a phone or card, words of a name."""

    digits: str
    words: tuple[str, ...]


def wanted_by(text: str) -> Wanted:
    """Read a search: `0042`, `martin 0042`, `claire mar`, or the beginning of an e-mail."""
    if folded(text).lstrip("+").isdigit():
        return Wanted(folded(text).lstrip("+"), ())
    parts = text.split()
    digits = "".join(part for part in parts if part.isdigit())
    return Wanted(digits, tuple(folded(part) for part in parts if not part.isdigit()))


def find(tx: Tx, text: str) -> list[bytes]:
    """Find members by the beginning of names or an e-mail, a phone's or a card's last digits.

    Whoever is given fits one of what was typed; `matches` tells who fits all of it.
    """
    digits, words = wanted_by(text)
    limit = FOUND_MAX if not (digits and words) else LOOKED_AT_MAX
    found: list[bytes] = []
    if digits:
        end = _phone_end(digits)
        by_phone = tx.rows(_BY_FIELD, field_="phone", limit_=limit, **_between(end))
        found += [row[0] for row in by_phone]
        if len(digits) == 4:
            found += [row[0] for row in tx.rows(_BY_TAIL, tail_=digits, limit_=limit)]
    else:
        sought = (folded(text), *(word for word in words if len(word) >= SEARCH_MIN))
        limit = FOUND_MAX if len(words) < 2 else LOOKED_AT_MAX
        for word in filter(None, dict.fromkeys(sought)):
            for field in ("last_name", "first_name", "email"):
                rows = tx.rows(_BY_FIELD, field_=field, limit_=limit, **_between(word))
                found += [row[0] for row in rows]
    return list(dict.fromkeys(found))


def some_values(tx: Tx, field: str, limit: int) -> list[str]:
    """Give values of a field as they were told, of at most so many rows."""
    return [row[0] for row in tx.rows(_VALUES, field_=field, limit_=limit) if row[0]]


def matches(profile: dict[str, str], cards: list[Card], text: str) -> bool:
    """Tell whether a member as they are now still fits all that was searched for."""
    digits, words = wanted_by(text)
    if digits:
        phone = folded(profile.get("phone", ""), phone=True)
        if not phone.startswith(_phone_end(digits)) and all(card.tail != digits for card in cards):
            return False
    told = [profile.get(name, "") for name in ("last_name", "first_name", "email")]
    values = [folded(value) for value in told]
    if not digits and any(value.startswith(folded(text)) for value in values):
        return True
    values += [folded(part) for value in told[:2] for part in value.replace("-", " ").split()]
    return all(any(value.startswith(word) for value in values) for word in words)


def _phone_end(digits: str) -> str:
    return folded(digits.removeprefix("0") if len(digits) > LAST_DIGITS else digits, phone=True)


def _between(prefix: str) -> dict[str, str]:
    return {"from_": prefix, "to_": prefix + _LAST}


_c, _p, _m, _k = schema.card.c, schema.profile.c, schema.member.c, schema.consent.c
_h = schema.hold.c
_HOLD = select(_h.account, _h.programme, _h.points, _h.amount, _h.until).where(
    _h.hold == bindparam("hold_")
)
_OFFLINE = select(_h.hold).where(
    _h.account == bindparam("account_"), _h.offline == 1, _h.stamp > bindparam("since_")
)
_CARDS_OF = select(_c.account).where(_c.member == bindparam("member_"))
_BY_TAIL = select(_c.member).where(_c.tail == bindparam("tail_")).limit(bindparam("limit_"))
_MEMBERS_AFTER = (
    select(_m.member)
    .where(_m.member > bindparam("after_"))
    .distinct()
    .order_by(_m.member)
    .limit(bindparam("limit_"))
)
_MEMBER = (
    select(_m.status)
    .where(_m.member == bindparam("member_"))
    .order_by(_m.stamp.desc(), _m.node.desc(), _m.inc.desc(), _m.seq.desc())
    .limit(1)
)
_PROFILE = (
    select(_p.field, _p.value)
    .where(_p.member == bindparam("member_"))
    .order_by(_p.stamp, _p.node, _p.inc, _p.seq)
)
_BY_FIELD = (
    select(_p.member)
    .where(
        _p.field == bindparam("field_"),
        _p.folded >= bindparam("from_"),
        _p.folded < bindparam("to_"),
    )
    .limit(bindparam("limit_"))
)
_s = schema.membership.c
_PROGRAMMES_OF = (
    select(_s.programme, _s.day, _s.joined)
    .where(_s.member == bindparam("member_"))
    .order_by(_s.day, _s.stamp, _s.node, _s.inc, _s.seq)
)
_CONSENT = select(_k.purpose, _k.channel, _k.stamp, _k.granted).where(
    _k.member == bindparam("member_")
)
_CONSENT_LOG = (
    select(_k.purpose, _k.channel, _k.granted, _k.at, _k.source, _k.wording)
    .where(_k.member == bindparam("member_"))
    .order_by(_k.stamp.desc(), _k.node.desc(), _k.inc.desc(), _k.seq.desc())
)
_n = schema.note.c
_NOTES = (
    select(_n.note, _n.stamp, _n.author, _n.text)
    .where(_n.member == bindparam("member_"))
    .order_by(_n.stamp, _n.node, _n.inc, _n.seq)
)
_VALUES = select(_p.value).where(_p.field == bindparam("field_")).limit(bindparam("limit_"))
