"""The history of programmes as it is shown: what was published, by whom, and what became of it."""

from collections.abc import Iterator, Sequence

from pos_loyalty.answers import ProgrammeVersion
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.programme import Programme
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store.shop import Publication, standing


def versions_of(told: Sequence[Publication], today: int) -> Iterator[ProgrammeVersion]:
    """Give each publication with its state on a day, newest first."""
    for at in reversed(range(len(told))):
        each = told[at]
        if each.content:
            programme = read_programme(each.content)
            yield ProgrammeVersion(
                programme=each.programme,
                version=each.version,
                name=programme.name,
                first_day=iso(each.day),
                last_day=iso(programme.ends_on) if programme.ends_on else "",
                state=_state(told, at, programme, today),
                at=each.at,
                actor=each.actor,
            )


def _state(told: Sequence[Publication], at: int, programme: Programme, today: int) -> str:
    each = told[at]
    same = [one for one in told[at + 1 :] if (one.version, one.day) == (each.version, each.day)]
    if same and not same[0].content:
        return "withdrawn"
    if standing(told, each.programme, each.day) is not each:
        return "replaced"
    if each.day > today:
        return "planned"
    began = {one.day for one in told if one.programme == each.programme and one.day <= today}
    if max(day for day in began if standing(told, each.programme, day)) > each.day:
        return "past"
    return "ended" if programme.has_ended(today) else "in_force"
