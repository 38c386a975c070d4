"""Reading programmes, places and articles."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, exists, select, tuple_

from pos_loyalty.domain.account import living
from pos_loyalty.domain.legs import COUNTER_BITS
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.events import Fact
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import schema, segments
from pos_loyalty.store.apply import FACT
from pos_loyalty.store.people import account_of, programmes_of
from pos_loyalty.store.statements import Row, Tx


class ProgrammeShelf:
    """Keeps programmes that were read; a version's text never changes."""

    def __init__(self) -> None:
        self._read: dict[str, Programme] = {}
        self._rules: dict[str, Rulebook] = {}

    def on(self, tx: Tx, day: int) -> Programme | None:
        """Give the main programme on a business day: of those in force for all, the eldest."""
        return main_of(self.all_on(tx, day))

    def all_on(self, tx: Tx, day: int) -> list[Programme]:
        """Give every programme in force on a business day, the eldest first."""
        return [each for each in self._begun(tx, day) if not each.has_ended(day)]

    def coming(self, tx: Tx, day: int) -> list[Programme]:
        """Give every version that begins after a business day and was not withdrawn."""
        found = [self.version(tx, *each) for each in tx.rows(_COMING, day_=day)]
        return [each for each in found if each is not None]

    def reserved(self, tx: Tx) -> list[Programme]:
        """Give the programmes for invited members, begun or planned, by their newest version."""
        known = [self.version(tx, *each) for each in sorted(_newest_of(publications(tx)).items())]
        return [each for each in known if each is not None and each.members == "invited"]

    def ended(self, tx: Tx, day: int) -> int:
        """Give the last day of the programmes that ended before `day` with none after it, or 0."""
        begun = [each for each in self._begun(tx, day) if each.members == "all"]
        if not all(each.has_ended(day) for each in begun):
            return 0
        return max((each.ends_on for each in begun), default=0)

    def _begun(self, tx: Tx, day: int) -> list[Programme]:
        """Give each programme's newest version that has begun, the eldest programme first."""
        newest = {}
        for programme, version in reversed(tx.rows(_STANDING, day_=day)):
            newest[programme] = version
        found = [self.version(tx, *each) for each in newest.items()]
        return [each for each in found if each is not None]

    def version(self, tx: Tx, programme: str, version: str) -> Programme | None:
        """Give a version of a programme that was ever published here."""
        known = self._read.get(version)
        if known is None:
            row = tx.row(_TEXT_OF, programme_=programme, version_=version)
            if row is None:
                return None
            known = self._read[version] = read_programme(row[0])
        return known if known.id == programme else None

    def rules_of(self, programme: Programme) -> Rulebook:
        """Give a programme ready to rate, with what it was asked before."""
        known = self._rules.get(programme.version)
        if known is None:
            known = self._rules[programme.version] = Rulebook(programme)
        return known


def programme_text(tx: Tx, day: int) -> tuple[str, str] | None:
    """Give the version and text of the main programme on a business day."""
    known = ProgrammeShelf().on(tx, day)
    if known is None:
        return None
    row = tx.row(_TEXT_OF, programme_=known.id, version_=known.version)
    return (known.version, row[0]) if row else None


def main_of(known: Sequence[Programme]) -> Programme | None:
    """Give the main one of the programmes in force: the eldest that is for all."""
    return next((each for each in known if each.members == "all"), None)


def beside(
    tx: Tx,
    known: Sequence[Programme],
    currency: str,
    day: int,
    member: bytes | None,
    at_ms: int = 0,
) -> list[Programme]:
    """Give those of the `known` programmes in force that a member takes part in, but the main one.

    Nobody needs to be invited to one for all; one without a rate for this money is not in force.
    What a member of a segment must have bought before is left to the fold. `at_ms` is the moment
    of a ticket of the past (0: now).
    """
    main = main_of(known)
    if len(known) < 2 and main is not None:
        return []
    joined = programmes_of(tx, [member], day) if member else frozenset()
    others = [
        each
        for each in known
        if each is not main
        and (
            each.members == "all"
            or (each.members == "invited" and each.id in joined)
            or (
                each.segment is not None
                and segments.fits(tx, each.segment, main, member, day, at_ms)
            )
        )
    ]
    return _in_currency(others, currency, day)


def having(
    tx: Tx, known: Sequence[Programme], currency: str, day: int, member: bytes
) -> list[Programme]:
    """Give the programmes beside the main one that a member may use today: those that they take
    part in, what they bought before included, and those in which they still have points."""
    main = main_of(known)
    if len(known) < 2 and main is not None:
        return []
    state = account_of(tx, member).state
    taking = {
        each.id
        for each in beside(tx, known, currency, day, member)
        if segments.is_open(state, member, each, main, day)
    }
    kept = {pot.programme for pot in state.pots if pot.debts or living(pot, day)}
    others = [each for each in known if each is not main and each.id in taking | kept]
    return _in_currency(others, currency, day)


def _in_currency(known: Sequence[Programme], currency: str, day: int) -> list[Programme]:
    local = [each.in_currency(currency, day) for each in known]
    return [each for each in local if each is not None]


class Publication(NamedTuple):
    """A version as it was published or, without content, withdrawn; `at` is Unix ms."""

    programme: str
    day: int
    version: str
    content: str
    at: int
    actor: str


def publications(tx: Tx) -> list[Publication]:
    """Give all versions, by first day, and as they were told one after the other."""
    found = []
    for programme, day, version, content, stamp, node, inc, seq in tx.rows(_PUBLISHED):
        fact = tx.row(FACT, node_=node, inc_=inc, seq_=seq)
        actor = Fact(*fact).actor if fact else ""
        at = stamp >> COUNTER_BITS
        found.append(Publication(programme, day, version, content, at, actor))
    return found


def standing(told: Sequence[Publication], programme: str, day: int) -> Publication | None:
    """Give what stands for a programme's first day: of what was not withdrawn, the last told."""
    left: dict[str, Publication] = {}
    for each in told:
        if (each.programme, each.day) == (programme, day):
            left.pop(each.version, None)
            if each.content:
                left[each.version] = each
    return list(left.values())[-1] if left else None


def _newest_of(told: Sequence[Publication]) -> dict[str, str]:
    """Give the version of each programme that comes last in force."""
    newest: dict[str, str] = {}
    for each in told:  # the days rise
        found = standing(told, each.programme, each.day)
        if found is not None:
            newest[each.programme] = found.version
    return newest


def texts_of(tx: Tx, programme: str) -> list[tuple[int, str]]:
    """Give (first day, text) of what stands of a programme, newest first."""
    told = publications(tx)
    days = sorted({each.day for each in told if each.programme == programme}, reverse=True)
    found = [standing(told, programme, day) for day in days]
    return [(each.day, each.content) for each in found if each is not None]


def places(tx: Tx, day: int) -> list[Row]:
    """Give (level, code, name, parent) of the places as they are on a day."""
    latest: dict[tuple[str, str], Row] = {}
    for level, code, name, parent in tx.rows(_PLACES, day_=day):
        latest[level, code] = (level, code, name, parent)
    return [latest[key] for key in sorted(latest)]


def whereabouts(tx: Tx, day: int) -> dict[tuple[str, str], str]:
    """Give where places are on a day, by level and code; those that say nothing are left out."""
    return {(level, code): at for level, code, at in tx.rows(_WHEREABOUTS, day_=day) if at}


def articles_of(tx: Tx, codes: list[str]) -> dict[str, Row]:
    """Give the articles kept here, by code."""
    return {row[0]: row for row in tx.fetch(schema.article, codes)}


def keeps_articles(tx: Tx) -> bool:
    """Tell whether the shop ever brought its articles."""
    return tx.row(_ANY_ARTICLE) is not None


def note_unknown(tx: Tx, seen: dict[str, str], day: int) -> None:
    """Count the articles of a ticket that the shop's file lacks: code to label.

    A shop that never brought its articles lacks none.
    """
    if not keeps_articles(tx):
        return
    missing = sorted(seen.keys() - articles_of(tx, sorted(seen)).keys())
    known = {row[0]: row for row in tx.fetch(schema.unknown_article, missing)}
    rows = []
    for code in missing:
        _, label, count, last = known.get(code, (code, "", 0, 0))
        rows.append((code, seen[code] or label, count + 1, max(last, day)))
    tx.put(schema.unknown_article, rows, "upsert")


def unknown_articles(tx: Tx, limit: int) -> list[Row]:
    """Give (code, label, times seen, last day) of articles that tickets had and the file lacks."""
    return tx.rows(_UNKNOWN, limit_=limit)


_g, _p, _u = schema.programme.c, schema.place.c, schema.unknown_article.c
_newest = (_g.day.desc(), _g.stamp.desc(), _g.node.desc(), _g.inc.desc(), _g.seq.desc())
_until = _g.day <= bindparam("day_")
_later = schema.programme.alias("later")
_l = _later.c
_withdrawn = exists().where(
    *(_l.programme == _g.programme, _l.day == _g.day, _l.version == _g.version, _l.content == ""),
    tuple_(_l.stamp, _l.node, _l.inc, _l.seq) > tuple_(_g.stamp, _g.node, _g.inc, _g.seq),
)
_stands = (_until, _g.content != "", ~_withdrawn)
_STANDING = select(_g.programme, _g.version).where(*_stands).order_by(*_newest)
_COMING = (
    select(_g.programme, _g.version)
    .where(_g.day > bindparam("day_"), _g.content != "", ~_withdrawn)
    .order_by(*_newest)
)
_TEXT_OF = (
    select(_g.content)
    .where(
        _g.programme == bindparam("programme_"),
        _g.version == bindparam("version_"),
        _g.content != "",
    )
    .limit(1)
)
_place = (_g.stamp, _g.node, _g.inc, _g.seq)
_PUBLISHED = select(_g.programme, _g.day, _g.version, _g.content, *_place).order_by(_g.day, *_place)
_PLACES = (
    select(_p.level, _p.code, _p.name, _p.parent)
    .where(_p.day <= bindparam("day_"))
    .order_by(_p.day, _p.stamp, _p.node, _p.inc, _p.seq)
)
_WHEREABOUTS = (
    select(_p.level, _p.code, _p.at)
    .where(_p.day <= bindparam("day_"))
    .order_by(_p.day, _p.stamp, _p.node, _p.inc, _p.seq)
)
_ANY_ARTICLE = select(schema.article.c.code).limit(1)
_UNKNOWN = (
    select(schema.unknown_article).order_by(_u.seen.desc(), _u.code).limit(bindparam("limit_"))
)
