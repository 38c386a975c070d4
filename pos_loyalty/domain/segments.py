"""Who a programme for some members is for: what they are, and what they bought before.

What a member *is* (their tier, age, store, consents) is looked at by the node that closes the
ticket, as their birthday is. What they *bought* hangs on other tickets: a gate goes with the
ticket's rating, and the fold, which knows the tickets before it, finds whether it is open.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from pos_loyalty.domain.account import State, pool
from pos_loyalty.domain.days import add_months, window_start

_MONTH = slice(5, 7)


class Segment(Struct, frozen=True, kw_only=True):
    """The members for whom every condition that is given holds.

    Their `tiers` of the main programme; at least `joined_months` since they enrolled, at one of the
    `stores`; of an age in years from `age_from` until `age_until`, both included (0: any), and in
    the month of their birthday; each of the `consents`, as "purpose/channel", is given. In the
    `months` before the ticket they bought on at least `visits` days, for at least `spend` minor
    units that count for tiers in the main programme.
    """

    tiers: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    joined_months: int = 0
    age_from: int = 0
    age_until: int = 0
    birthday_month: bool = False
    consents: tuple[str, ...] = ()
    spend: int = 0
    visits: int = 0
    months: int = 12

    @property
    def is_of_buyers(self) -> bool:
        """Tell whether it asks for what was bought before."""
        return bool(self.spend or self.visits)

    @property
    def is_empty(self) -> bool:
        """Tell whether it asks for nothing, and so is everybody."""
        asked = self.tiers, self.stores, self.joined_months, self.age_from, self.age_until
        return not (any(asked) or self.birthday_month or self.consents or self.is_of_buyers)


class Person(Struct, frozen=True, kw_only=True):
    """What is known of a member: the day and store of their enrolment (0 and empty: unknown), the
    date of birth as their profile has it, what they allow, by purpose and channel."""

    joined: int = 0
    store: str = ""
    born: str = ""
    consents: Mapping[tuple[str, str], bool]


class Gate(Struct, frozen=True, array_like=True, gc=False):
    """What a customer must have bought before a ticket: on so many days (`visits`) and for so many
    minor units (`spend`) in a programme, from the day `since` on."""

    programme: str
    since: int
    spend: int = 0
    visits: int = 0


def fits(segment: Segment, person: Person, tier: str, day: int) -> bool:
    """Tell whether a member in a tier is what a segment asks for; what is unknown is not."""
    if segment.tiers and tier not in segment.tiers:
        return False
    if segment.stores and person.store not in segment.stores:
        return False
    months = segment.joined_months
    if months and (not person.joined or add_months(person.joined, months) > day):
        return False
    if not all(person.consents.get(_consent(each)) for each in segment.consents):
        return False
    return _fits_birth(segment, person.born, day)


def _consent(written: str) -> tuple[str, str]:
    purpose, _, channel = written.partition("/")
    return purpose, channel


def _fits_birth(segment: Segment, born: str, day: int) -> bool:
    if not (segment.age_from or segment.age_until or segment.birthday_month):
        return True
    if not born:
        return False
    today = date.fromordinal(day).isoformat()
    age = int(today[:4]) - int(born[:4]) - (today[5:] < born[5:])
    if age < segment.age_from or (segment.age_until and age > segment.age_until):
        return False
    return not segment.birthday_month or today[_MONTH] == born[_MONTH]


def gate_of(segment: Segment | None, main: str, day: int) -> Gate | None:
    """Give the gate of a ticket of a business day; none where nothing need have been bought."""
    if segment is None or not segment.is_of_buyers:
        return None
    return Gate(main, window_start(day, segment.months), segment.spend, segment.visits)


def is_open(state: State, owner: int, gate: Gate, day: int) -> bool:
    """Tell whether what the pool of an account bought by a day opens a gate."""
    members = pool(state, owner)
    rows = [
        (when, amount)
        for pot in state.pots
        if pot.programme == gate.programme
        for when, who, amount in pot.window
        if gate.since <= when <= day and who in members
    ]
    days = len({when for when, amount in rows if amount > 0})
    return days >= gate.visits and sum(amount for _, amount in rows) >= gate.spend
