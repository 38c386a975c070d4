"""Reading members, cards and profiles; the newest row in the effective order is in force."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.domain.account import State, decode_state
from pos_loyalty.store import schema
from pos_loyalty.store.groups import group_of
from pos_loyalty.store.journal import COUNTER_BITS
from pos_loyalty.store.projections import folded
from pos_loyalty.store.statements import Row, Tx

SEARCH_MIN = 3
FOUND_MAX = 20
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


def consents_of(tx: Tx, member: bytes) -> dict[tuple[str, str], bool]:
    """Give what a member allows, by purpose and channel; a withdrawal wins at the same moment."""
    latest: dict[tuple[str, str], tuple[int, bool]] = {}
    for purpose, channel, stamp, granted in tx.rows(_CONSENT, member_=member):
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
    group = group_of(tx, [account])[account]
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
    rows = tx.fetch(schema.checkpoint, [account, group_of(tx, [account])[account]])
    confirmed = max((row[6] for row in rows), default=0)
    held = tx.rows(_OFFLINE, account_=account, since_=confirmed << COUNTER_BITS)
    return confirmed, len(held)


def is_confirmed(tx: Tx, account: bytes) -> bool:
    """Tell whether a hub's checkpoint stands behind an account's balance."""
    return bool(tx.fetch(schema.checkpoint, [account, group_of(tx, [account])[account]]))


def find(tx: Tx, text: str) -> list[bytes]:
    """Find members by the beginning of a name or e-mail, a phone's or a card's last digits."""
    wanted = folded(text)
    digits = "".join(char for char in text if char.isdigit())
    found: list[bytes] = []
    if digits and len(digits) >= len(wanted):
        tail = folded(digits.removeprefix("0"), phone=True)
        found += [row[0] for row in tx.rows(_BY_FIELD, field_="phone", **_between(tail))]
        if len(digits) == 4:
            found += [row[0] for row in tx.rows(_BY_TAIL, tail_=digits)]
    else:
        for field in ("last_name", "first_name", "email"):
            found += [row[0] for row in tx.rows(_BY_FIELD, field_=field, **_between(wanted))]
    return list(dict.fromkeys(found))


def matches(profile: dict[str, str], cards: list[Card], text: str) -> bool:
    """Tell whether a member as they are now still fits what was searched for."""
    wanted, digits = folded(text), "".join(char for char in text if char.isdigit())
    if digits and len(digits) >= len(wanted):
        phone = folded(profile.get("phone", ""), phone=True)
        tail = folded(digits.removeprefix("0"), phone=True)
        return phone.startswith(tail) or any(card.tail == digits for card in cards)
    values = (profile.get(name, "") for name in ("last_name", "first_name", "email"))
    return any(folded(value).startswith(wanted) for value in values)


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
_BY_TAIL = select(_c.member).where(_c.tail == bindparam("tail_")).limit(FOUND_MAX)
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
    .limit(FOUND_MAX)
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
