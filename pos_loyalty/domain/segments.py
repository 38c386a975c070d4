"""Who a programme for some members is for: what they are, and what they bought before.

What a member *is* (their tier, age, store, consents) is looked at by the node that closes the
ticket, as their birthday is. What they *bought* hangs on other tickets: a gate goes with the
ticket's rating, and the fold, which knows the tickets before it, finds whether it is open.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.domain.account import State, pool
from pos_loyalty.domain.days import add_months, window_start
from pos_loyalty.domain.identifiers import goods_of

_MONTH = slice(5, 7)
_DIGEST_CHARACTERS = 16
_NAMED_CHARACTERS = 60
"""So much of the goods' names goes with a gate, for whoever asks why it is shut."""


class Goods(Struct, frozen=True, kw_only=True):
    """Articles that a segment asks for: those that every condition which is given means.

    What was bought of them is counted apart, in minor units of `currency`. Segments that ask for
    the same goods share the count.
    """

    currency: str
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def pot(self) -> str:
        """The name under which purchases of them are counted."""
        said = self.currency, *map(sorted, (self.articles, self.categories, self.flags))
        return goods_of(hashlib.sha256(repr(said).encode()).hexdigest()[:_DIGEST_CHARACTERS])

    @property
    def named(self) -> str:
        """What they are called by, shortened."""
        every = ", ".join((*self.categories, *self.flags, *self.articles))
        cut = every[: _NAMED_CHARACTERS - 1] + "…"
        return every if len(every) <= _NAMED_CHARACTERS else cut


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
    articles: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    goods_spend: int = 0
    goods_visits: int = 0

    @property
    def is_of_goods(self) -> bool:
        """Tell whether it asks for some goods that were bought before."""
        return bool(self.articles or self.categories or self.flags)

    @property
    def is_of_buyers(self) -> bool:
        """Tell whether it asks for what was bought before."""
        return bool(self.spend or self.visits or self.is_of_goods)

    def goods(self, currency: str) -> Goods | None:
        """Give the goods that it asks for, if any."""
        if not self.is_of_goods:
            return None
        return Goods(
            currency=currency,
            articles=self.articles,
            categories=self.categories,
            flags=self.flags,
        )

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
    minor units (`spend`) in a programme, from the day `since` on; and likewise of the `goods` that
    are counted under that name, which are called as `named` says."""

    programme: str
    since: int
    spend: int = 0
    visits: int = 0
    goods: str = ""
    goods_spend: int = 0
    goods_visits: int = 0
    named: str = ""


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


def gate_of(segment: Segment | None, main: str, currency: str, day: int) -> Gate | None:
    """Give the gate of a ticket of a business day; none where nothing need have been bought.

    `main` is the main programme, `currency` that of the segment's own.
    """
    if segment is None or not segment.is_of_buyers:
        return None
    gate = Gate(main, window_start(day, segment.months), segment.spend, segment.visits)
    goods = segment.goods(currency)
    if goods is None:
        return gate
    return replace(
        gate,
        goods=goods.pot,
        goods_spend=segment.goods_spend,
        goods_visits=segment.goods_visits or (0 if segment.goods_spend else 1),
        named=goods.named,
    )


def is_open(state: State, owner: int, gate: Gate, day: int) -> bool:
    """Tell whether what the pool of an account bought by a day opens a gate."""
    asked = [(gate.programme, gate.visits, gate.spend)]
    if gate.goods:
        asked.append((gate.goods, gate.goods_visits, gate.goods_spend))
    members = pool(state, owner)
    for name, visits, spend in asked:
        rows = [
            (when, amount)
            for pot in state.pots
            if pot.programme == name
            for when, who, amount in pot.window
            if gate.since <= when <= day and who in members
        ]
        days = len({when for when, amount in rows if amount > 0})
        if days < visits or sum(amount for _, amount in rows) < spend:
            return False
    return True
