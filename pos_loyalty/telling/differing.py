"""What one programme says otherwise than another, in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pos_loyalty.telling.told import ToldEntry, ToldSection, tell

What = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a rule: `before` and `after` are its sentences, as far as they differ."""

    title: str
    name: str
    what: What
    before: tuple[str, ...]
    after: tuple[str, ...]


def differences(before: str, after: str, locale: str) -> tuple[Change, ...]:
    """Give what a text says otherwise than another; the first day is left out.

    Raises `ProgrammeFaults` for a text that is no programme.
    """
    old = {each.name: each for each in tell(before, locale)}
    new = {each.name: each for each in tell(after, locale)}
    names = [*new, *(name for name in old if name not in new)]
    return tuple(change for name in names for change in _in_section(old.get(name), new.get(name)))


def _in_section(old: ToldSection | None, new: ToldSection | None) -> Iterator[Change]:
    known, told = _by_key(old), _by_key(new)
    title = (new or old or _NOTHING).title
    for key in [*told, *(key for key in known if key not in told)]:
        was, now = known.get(key), told.get(key)
        before, after = _sentences(was), _sentences(now)
        if before != after:
            yield Change(
                title=title,
                name=(now or was or _NOBODY).name,
                what="changed" if was and now else "added" if now else "removed",
                before=tuple(each for about, each in before.items() if after.get(about) != each),
                after=tuple(each for about, each in after.items() if before.get(about) != each),
            )


_NOTHING = ToldSection(name="", title="", entries=())
_NOBODY = ToldEntry(name="", index=0, told=())


def _by_key(section: ToldSection | None) -> dict[tuple[str, int], ToldEntry]:
    """Give the entries by what names them, those of one name numbered."""
    found: dict[tuple[str, int], ToldEntry] = {}
    for each in section.entries if section else ():
        number = sum(name == each.name for name, _ in found)
        found[each.name, number] = each
    return found


def _sentences(entry: ToldEntry | None) -> dict[str, str]:
    told: Sequence[tuple[str, str]] = [
        (each.about, each.sentence)
        for each in (entry.told if entry else ())
        if each.about != "programme//first_day/1"
    ]
    return dict(told)
