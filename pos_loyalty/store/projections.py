"""People, cards, programmes and places: each fact adds rows, the newest in order is in force.

Nothing is overwritten, so a fact whose place in the order changes only moves its own rows.
"""

import unicodedata
from collections.abc import Sequence

from sqlalchemy import Table, bindparam, exists, or_

from pos_loyalty import events
from pos_loyalty.domain.days import day_of
from pos_loyalty.events import Fact
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx

Projected = tuple[Table, Row]
OPEN = "open"
"""The status of a flag that nobody looked at since it was last told."""


def folded(value: str, *, phone: bool = False) -> str:
    """Give a value as it is searched for: lower case, without accents, hyphens and spaces.

    A phone number is its digits from the last to the first, so that its end can be looked up.
    """
    if phone:
        return "".join(char for char in reversed(value) if char.isdigit())
    plain = unicodedata.normalize("NFKD", value.casefold())
    return "".join(char for char in plain if char.isalnum() or char in "@.+")


def rows_of(fact: Fact, payload: object) -> list[Projected]:
    """Give the rows that a fact adds to the tables of people and places."""
    order = fact.order
    match payload:
        case events.MemberEnrolled():
            member = bytes.fromhex(payload.member)
            day = day_of(payload.day)
            return [(schema.member, (member, *order, day, payload.store, "enrolled"))]
        case events.EnrolmentUndone():
            return [(schema.member, (bytes.fromhex(payload.member), *order, 0, "", "undone"))]
        case events.CardAttached():
            return [_card(payload, order, payload.scheme, payload.tail, "active")]
        case events.CardEnded():
            return [_card(payload, order, "", "", payload.status)]
        case events.ProfileChanged():
            member, value = bytes.fromhex(payload.member), payload.value
            key = folded(value, phone=payload.field == "phone")
            row = (member, payload.field, *order, value, key)
            return [(schema.profile, row)]
        case events.ConsentChanged():
            return [(schema.consent, _consent(payload, order))]
        case events.MembershipChanged():
            whose = (bytes.fromhex(payload.member), payload.programme)
            said = (day_of(payload.day), int(payload.joined))
            return [(schema.membership, (*whose, *order, *said))]
        case events.NoteWritten():
            about = (bytes.fromhex(payload.member), bytes.fromhex(payload.note))
            return [(schema.note, (*about, *order, payload.text, fact.actor))]
        case events.MembersToldApart():
            pair = sorted((bytes.fromhex(payload.member), bytes.fromhex(payload.other)))
            return [(schema.told_apart, (*pair, *order, int(payload.apart)))]
        case events.MemberErased():
            return [(schema.tombstone, (bytes.fromhex(payload.member), *order))]
    return _of_the_shop(payload, order)


def _of_the_shop(payload: object, order: Row) -> list[Projected]:
    match payload:
        case events.PointsHeld():
            amounts = (payload.points, payload.amount, payload.until, int(payload.offline))
            account = bytes.fromhex(payload.account)
            held = (bytes.fromhex(payload.hold), *order, account, payload.programme, *amounts)
            return [(schema.hold, held)]
        case events.ProgrammePublished():
            key = (payload.programme, day_of(payload.day), payload.version)
            return [(schema.programme, (*key, *order, payload.content))]
        case events.ProgrammeWithdrawn():
            key = (payload.programme, day_of(payload.day), payload.version)
            return [(schema.programme, (*key, *order, ""))]
        case events.PlaceDeclared():
            where = (payload.level, payload.code, day_of(payload.day))
            return [(schema.place, (*where, *order, payload.name, payload.parent, payload.at))]
        case events.CardBatchKept():
            said = (payload.count, payload.status, day_of(payload.day), payload.store)
            return [(schema.card_batch, (payload.prefix, payload.first, *order, *said))]
        case events.Flagged():
            return [_flag(payload, order, payload.code, OPEN)]
        case events.FlagSettled():
            return [_flag(payload, order, "", payload.verdict)]
    return []


def _flag(
    payload: events.Flagged | events.FlagSettled, order: Row, code: str, status: str
) -> Projected:
    told = (code, status, day_of(payload.day), events.encode_payload(payload))
    return schema.flag, (bytes.fromhex(payload.flag), *order, *told)


def _card(
    payload: events.CardAttached | events.CardEnded, order: Row, scheme: str, tail: str, status: str
) -> Projected:
    account, member = bytes.fromhex(payload.account), bytes.fromhex(payload.member)
    return schema.card, (account, *order, member, scheme, tail, status)


def _consent(payload: events.ConsentChanged, order: Row) -> Row:
    member = bytes.fromhex(payload.member)
    key = (member, payload.purpose, payload.channel, *order)
    return (*key, int(payload.granted), payload.at, payload.source, payload.wording)


def write(tx: Tx, facts: Sequence[tuple[Fact, object]]) -> None:
    """Add the rows of new facts; an erased member's personal data is deleted, not added."""
    erased = _erased(tx, facts)
    tables: dict[str, tuple[Table, list[Row]]] = {}
    for fact, payload in facts:
        if fact.subject and fact.subject in erased and events.KINDS[fact.kind].erasable:
            continue
        for table, row in rows_of(fact, payload):
            tables.setdefault(table.name, (table, []))[1].append(row)
    for table, rows in tables.values():
        tx.put(table, rows, "ignore")
    for member in sorted(erased):
        forget(tx, member)


def _erased(tx: Tx, facts: Sequence[tuple[Fact, object]]) -> set[bytes]:
    """Give the members among `facts` that a tombstone names, old or new."""
    subjects = {fact.subject for fact, _ in facts if fact.subject}
    known = {row[0] for row in tx.fetch(schema.tombstone, sorted(subjects))}
    new = {fact.subject for fact, p in facts if isinstance(p, events.MemberErased)}
    return known | new


def forget(tx: Tx, member: bytes) -> None:
    """Delete a member's personal data: derived rows, and payloads and salts in the journal and
    of facts that were set aside."""
    if tx.is_sqlite:
        tx.pragma("secure_delete = ON")
    for table in (schema.profile, schema.consent, schema.membership, schema.note):
        tx.delete(table, ["member"], [(member,)])
    tx.run(_ERASE, member=member)
    tx.run(_ERASE_ASIDE, member=member)


def withdraw(tx: Tx, fact: Fact, payload: object) -> None:
    """Remove the rows that a fact added, before its place in the order changes."""
    for table, row in rows_of(fact, payload):
        keys = [column.name for column in table.primary_key.columns]
        names = [column.name for column in table.columns]
        tx.delete(table, keys, [tuple(row[names.index(key)] for key in keys)])


_f, _q = schema.fact.c, schema.quarantine.c
_PERSONAL = or_(*(_f.kind == k for k, spec in events.KINDS.items() if spec.erasable))
_OF_MEMBER = (_f.subject == bindparam("member"), schema.HAS_SUBJECT, _PERSONAL)
_ERASE = schema.fact.update().where(*_OF_MEMBER).values(payload=b"", salt=b"")
_ERASE_ASIDE = (
    schema.quarantine.update()
    .where(exists().where(_f.node == _q.node, _f.inc == _q.inc, _f.seq == _q.seq, *_OF_MEMBER))
    .values(payload=b"", salt=b"")
)
