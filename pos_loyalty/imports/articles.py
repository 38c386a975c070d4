"""Articles: kept by code, many in one command."""

from collections.abc import Iterable, Iterator

from pos_loyalty.commands import KeepArticles, KnownArticle
from pos_loyalty.errors import Reason
from pos_loyalty.imports.faults import RowFault
from pos_loyalty.imports.tables import Fields, Record
from pos_loyalty.imports.units import (
    ACTOR,
    Maker,
    Unit,
    identity,
    money,
    needed,
    optional,
    vat,
)
from pos_loyalty.imports.values import words

TEXT_CHARACTERS_MAX = 200
TOGETHER = 100


def articles(rows: Iterable[Record], maker: Maker, run: str) -> Iterator[Unit]:
    """Give the articles, so many to a command; `run` sets one import's commands apart.

    An article's row replaces what was kept: taking an older file once more is meant.
    """
    first, kept = 0, list[KnownArticle]()
    for row in rows:
        if row.fault is not None:
            yield Unit(row.line, 1, None, (row.fault,))
            continue
        try:
            article = _article(row.fields, maker)
        except RowFault as fault:
            yield Unit(row.line, 1, None, (fault.at(row.line),))
            continue
        first = first if kept else row.line
        kept.append(article)
        if len(kept) == TOGETHER:
            yield _unit(first, kept, run)
            kept = []
    if kept:
        yield _unit(first, kept, run)


def _unit(first: int, kept: list[KnownArticle], run: str) -> Unit:
    command = KeepArticles(id=identity("articles", run, first), actor=ACTOR, articles=tuple(kept))
    return Unit(first, len(kept), command, records=len(kept))


def _article(fields: Fields, maker: Maker) -> KnownArticle:
    code = needed(fields, "code")
    texts = [optional(fields, name) for name in ("label", "department", "category")]
    for name, text in zip(("code", "label", "department", "category"), [code, *texts], strict=True):
        if len(text) > TEXT_CHARACTERS_MAX:
            raise RowFault(Reason.IMPORT_VALUE_INVALID, name)
    cost = money(fields, "cost", maker.reader)
    if cost is not None and cost < 0:
        raise RowFault(Reason.IMPORT_VALUE_INVALID, "cost")
    label, department, category = texts
    return KnownArticle(
        code=code,
        label=label,
        department=department,
        category=category,
        vat=vat(fields, maker.reader),
        flags=words(optional(fields, "flags")),
        cost=cost,
    )
