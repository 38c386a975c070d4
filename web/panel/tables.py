"""Tables that stay quick at a million rows: filtered, sorted and paged by key, and as CSV.

A listing says how its rows are fetched: at most so many after a key. Nothing counts them all, and
a later page costs what the first one does.
"""

import base64
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import msgspec
from flask import Response, request, stream_with_context, url_for

from pos_loyalty.node.audit import Deed
from pos_loyalty.texts import translate
from web.panel.frame import note, show
from web.panel.shown import page_locale

ROWS = 50
EXPORT_ROWS = 1_000
KEY_CHARACTERS_MAX = 512
FILTER_CHARACTERS_MAX = 200
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")

Row = TypeVar("Row")
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a table: a text, where it leads (`href`), a `tone` that makes it a badge.

    Tones are success, warning, danger and secondary; the text says it too, never colour alone.
    """

    text: str
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """A column: its name in addresses and files, English title, and what it shows of a row.

    `exported` gives what the file holds where that is not the text shown.
    """

    name: str
    title: str
    cell: Callable[[Row], Cell | str]
    exported: Callable[[Row], str | int] | None = None
    sorted: bool = False
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A field above a table: free text, or one of `choices` as (value, English title).

    `kind` is the browser's word for it, text or date; `usual` is what counts where nothing is
    said, and stands in the field.
    """

    name: str
    title: str
    choices: tuple[tuple[str, str], ...] = ()
    kind: str = "text"
    usual: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What a table without rows says: what to do first, and where (an address)."""

    title: str
    advice: str
    href: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows somebody wants: `limit` at most, beyond the key `after` (empty: from the start).

    `sort` is a column's name; `filters` hold no empty values.
    """

    sort: str
    descending: bool
    filters: Mapping[str, str]
    after: Key = ()
    limit: int = ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Row]):
    """A table of the panel: what it is called, shows, and how its rows are fetched.

    `fetch` gives at most `asked.limit` rows; `key` is a row's place in the order asked for, which
    `fetch` gets back as `asked.after`. `sort` is the column sorted by where nobody asks.
    """

    name: str
    title: str
    columns: tuple[Column[Row], ...]
    fetch: Callable[[Asked], Sequence[Row]]
    key: Callable[[Row, Asked], Key]
    sort: str
    descending: bool = False
    filters: tuple[Filter, ...] = ()
    empty: Empty
    exports: bool = True


def at_hand(
    rows: Sequence[Row], key: Callable[[Row, Asked], Key]
) -> Callable[[Asked], Sequence[Row]]:
    """Give the `fetch` of a list whose rows are all there, in the order of their keys."""

    def fetch(asked: Asked) -> Sequence[Row]:
        return [each for each in rows if key(each, asked) > asked.after][: asked.limit]

    return fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Generic[Row]):
    """A page of a listing, as the macro `listing` draws it."""

    listing: Listing[Row]
    asked: Asked
    rows: Sequence[Sequence[Cell]]
    next_key: str

    @property
    def is_filtered(self) -> bool:
        """Tell whether rows were left out on request; not by what always holds."""
        return any(
            self.asked.filters.get(each.name) for each in self.listing.filters if not each.usual
        )

    def address(self, **changes: str) -> str:
        """Give the address of the same table with other parameters; empty ones are left out."""
        asked = self.asked
        parameters = {
            **asked.filters,
            "sort": ("-" if asked.descending else "") + asked.sort,
            **changes,
        }
        kept: dict[str, Any] = {name: value for name, value in parameters.items() if value}
        return url_for(request.endpoint or "", **(request.view_args or {}), **kept)

    def sorted_by(self, column: Column[Row]) -> str:
        """Give the address that sorts by a column, the other way round where it does already."""
        turned = self.asked.sort == column.name and not self.asked.descending
        return self.address(sort=("-" if turned else "") + column.name)

    def direction(self, column: Column[Row]) -> str:
        """Give `ascending` or `descending` for the column sorted by, `none` for others."""
        if self.asked.sort != column.name:
            return "none"
        return "descending" if self.asked.descending else "ascending"


def listed(listing: Listing[Any], template: str, **values: Any) -> Response:
    """Give the page of a listing, or its file where that is asked for."""
    asked = asked_of(listing)
    if listing.exports and request.args.get("as") == "csv":
        note(Deed.EXPORT_TAKEN, listing.name)
        return _file(listing, asked)
    return show(template, table=shown_of(listing, asked), **values)


def asked_of(listing: Listing[Any]) -> Asked:
    """Read what is asked of a listing from the address; what it does not know is left out."""
    given = request.args.get("sort", "")
    name = given.removeprefix("-")
    known = any(column.sorted and column.name == name for column in listing.columns)
    filters = {
        each.name: value
        for each in listing.filters
        if (value := request.args.get(each.name, "").strip()[:FILTER_CHARACTERS_MAX])
    }
    return Asked(
        sort=name if known else listing.sort,
        descending=given.startswith("-") if known else listing.descending,
        filters=filters,
        after=_key_of(request.args.get("after", "")),
    )


def shown_of(listing: Listing[Any], asked: Asked) -> Shown[Any]:
    """Fetch a page of a listing and make it ready to draw."""
    found = list(listing.fetch(replace(asked, limit=asked.limit + 1)))
    more, found = len(found) > asked.limit, found[: asked.limit]
    rows = [[_cell(column.cell(row)) for column in listing.columns] for row in found]
    next_key = _key_text(listing.key(found[-1], asked)) if more else ""
    return Shown(listing=listing, asked=asked, rows=rows, next_key=next_key)


def _cell(shown: Cell | str) -> Cell:
    return shown if isinstance(shown, Cell) else Cell(text=shown)


def _file(listing: Listing[Any], asked: Asked) -> Response:
    """Give all rows asked for as CSV with semicolons, fetched page by page while it is sent."""
    locale = page_locale()
    content = _lines(listing, replace(asked, after=(), limit=EXPORT_ROWS), locale)
    response = Response(stream_with_context(content), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{listing.name}.csv"'
    return response


def _lines(listing: Listing[Any], asked: Asked, locale: str) -> Iterator[str]:
    titles = [translate(column.title, locale) for column in listing.columns]
    yield "\ufeff" + _written([titles])
    while True:
        found = list(listing.fetch(asked))
        yield _written([[_exported(column, row) for column in listing.columns] for row in found])
        if len(found) < asked.limit:
            return
        asked = replace(asked, after=listing.key(found[-1], asked))


def _written(rows: Sequence[Sequence[str | int]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _exported(column: Column[Any], row: Any) -> str | int:
    """Give a cell of the file; a text that a spreadsheet would run as a formula is quoted."""
    value = column.exported(row) if column.exported else _cell(column.cell(row)).text
    if isinstance(value, str) and value.startswith(FORMULA_MARKS):
        return "'" + value
    return value


def _key_text(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _key_of(text: str) -> Key:
    """Read a key from an address; anything else begins at the start."""
    if not 0 < len(text) <= KEY_CHARACTERS_MAX:
        return ()
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=tuple[str | int, ...])
    except (ValueError, msgspec.MsgspecError):
        return ()
