"""Who members were when they bought: what a segment asks of them, as far as the past tells it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.segments import Person, Segment, fits
from pos_loyalty.store import people
from pos_loyalty.store.past import Deed
from pos_loyalty.store.segments import enrolled
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx


class Members(NamedTuple):
    """The main programme, and who holds the accounts of a group."""

    main: Programme | None = None
    people: Mapping[bytes, Person] = {}

    @property
    def main_id(self) -> str:
        """The main programme's id; empty where there is none."""
        return self.main.id if self.main else ""

    def is_described(
        self, segment: Segment, account: bytes, tier: str, day: int, *, is_live: bool
    ) -> bool:
        """Tell whether the holder of an account was on a day what a segment asks for, but for what
        they had bought; `tier` is theirs in the main programme.

        At a till nobody is a member before they enrolled; tickets of another system, not `is_live`,
        were brought in for those who are members now.
        """
        person = self.people.get(account)
        if person is None or not person.joined or (is_live and person.joined > day):
            return False
        return fits(known_of(segment), person, tier, day)


def known_of(segment: Segment) -> Segment:
    """Give a segment without what nobody recorded of former days: consents and birthdays."""
    return replace(segment, consents=(), age_from=0, age_until=0, birthday_month=False)


class Register:
    """Looks up members of groups, where a programme that is tried has a segment."""

    def __init__(self, tx: Tx, books: Iterable[Rulebook], last: int) -> None:
        self._tx = tx
        self._is_asked = any(book.programme.segment for book in books)
        self._main = ProgrammeShelf().on(tx, last) if self._is_asked else None

    def of(self, deeds: Sequence[Deed]) -> Members:
        """Give who holds the accounts that deeds are about."""
        if not self._is_asked:
            return Members()
        accounts = sorted({deed.leg.account for deed in deeds})
        return Members(self._main, {each: self._person(each) for each in accounts})

    def _person(self, account: bytes) -> Person:
        card = people.card_of(self._tx, account)
        joined, store = enrolled(self._tx, card.member if card else account)
        return Person(joined=joined, store=store, consents={})
