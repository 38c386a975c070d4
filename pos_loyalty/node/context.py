"""What a command's handler works with: one transaction, one moment, the programme in force."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from msgspec import Struct

from pos_loyalty.commands import Command
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.goods import goods_of
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import KIND_OF, KINDS, Fact
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store.journal import Draft
from pos_loyalty.store.shop import ProgrammeShelf, beside, having, main_of
from pos_loyalty.store.statements import Tx


class Notice:
    """Something a screen or a POS wants to know at once: `kind` and what it shows.

    What only listeners want to see need not keep the caller waiting: in place of a `body`, how to
    read it, once, when the first of them asks.
    """

    __slots__ = ("_body", "kind")

    def __init__(self, *, kind: str, body: Struct | Callable[[], Struct]) -> None:
        self.kind = kind
        self._body: Struct | Callable[[], Struct] | None = body

    @property
    def body(self) -> Struct | None:
        """What it shows; nothing where that could not be read, or is gone by now."""
        if callable(self._body):
            try:
                self._body = self._body()
            except LoyaltyError:
                self._body = None
        return self._body


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that a decision leaves for later: `kind` is print or mail; `subject` a member (hex).

    A code that a screen shows leaves nothing to do: its kind is code, and its `state` done.
    """

    id: str
    kind: str
    subject: str
    ticket: str
    payload: bytes
    state: str = "waiting"


@dataclass(slots=True, kw_only=True)
class Decision:
    """What a handler decided: facts, and, once they are applied, the answer.

    `refusal` is raised after the facts are recorded: something was kept, and it is not what the
    caller hoped for. `repeated` says that everything was there already.
    """

    facts: list[Draft] = field(default_factory=list)
    answer: Callable[[], Struct]
    jobs: list[Job] = field(default_factory=list)
    notices: Callable[[Struct], list[Notice]] = lambda answer: []
    refusal: LoyaltyError | None = None
    repeated: bool = False


@dataclass(slots=True, kw_only=True)
class Context:
    """One command's view of the node. Handlers read through `tx`; only local rows are written.

    `ahead_ms` is how far the clock was before the hub's when it was last asked. `recorded` and
    `touched` grow with the facts decided and the account groups they changed; `granted` is what
    the hub let holds of vouchers have, asked beforehand. `look` reads in a view of its own, later.
    """

    tx: Tx
    settings: NodeSettings
    programmes: ProgrammeShelf
    now_ms: int
    look: "Callable[[Look], Struct]"
    online: bool = True
    ahead_ms: int = 0
    granted: Mapping[bytes, int] = field(default_factory=dict)
    recorded: list[Fact] = field(default_factory=list)
    touched: set[bytes] = field(default_factory=set)
    _today: int = 0
    _programmes: dict[int, list[Programme]] = field(default_factory=dict)
    _main: dict[int, Programme | None] = field(default_factory=dict)
    _accounts: dict[str, bytes] = field(default_factory=dict)

    @property
    def today(self) -> int:
        """The business day now."""
        if not self._today:
            settings = self.settings
            self._today = business_day(self.now_ms, settings.zone, settings.closes_at)
        return self._today

    def programme_on(self, day: int) -> Programme | None:
        """Give the main programme in force on a business day, its rewards in this shop's money.

        One that has no rate for this money is not in force here.
        """
        if day not in self._main:
            known = main_of(self._in_force(day))
            self._main[day] = known and known.in_currency(self.settings.currency, day)
        return self._main[day]

    def programmes_beside(self, day: int, member: bytes | None, at_ms: int = 0) -> list[Programme]:
        """Give the other programmes that a member takes part in; by what they allowed at a moment
        of the past, where one is given."""
        known, currency = self._in_force(day), self.settings.currency
        return beside(self.tx, known, currency, day, member, at_ms)

    def programmes_having(self, member: bytes) -> list[Programme]:
        """Give the other programmes that a member may use today, with those they have left."""
        day = self.today
        return having(self.tx, self._in_force(day), self.settings.currency, day, member)

    def programmes_asking(self, day: int) -> list[Programme]:
        """Give the programmes, in force or to come, whose segments ask for other goods each."""
        coming = self.programmes.coming(self.tx, day)
        asked = {goods_of(each): each for each in (*coming, *reversed(self._in_force(day)))}
        return [each for goods, each in asked.items() if goods is not None]

    def _in_force(self, day: int) -> list[Programme]:
        if day not in self._programmes:
            self._programmes[day] = self.programmes.all_on(self.tx, day)
        return self._programmes[day]

    def account(self, card: str) -> bytes:
        """Give a card's first account; raises `LoyaltyError` (`CARD_INVALID`)."""
        known = self._accounts.get(card)
        if known is None:
            known = self._accounts[card] = self.settings.cards.account(card)
        return known

    def later(self, kind: str, look: "Look") -> Notice:
        """Give a notice whose body is read once everything is recorded, by who shows it."""
        return Notice(kind=kind, body=partial(self.look, look))

    def look_again(self) -> None:
        """Forget which programmes are in force: facts are about to be recorded."""
        self._programmes.clear()
        self._main.clear()

    def programme_needed(self, day: int) -> Programme:
        """Give the programme in force; raises `LoyaltyError` (`PROGRAMME_MISSING`)."""
        programme = self.programme_on(day)
        if programme is None:
            raise LoyaltyError(Reason.PROGRAMME_MISSING, day=iso(day))
        return programme


Look = Callable[[Context], Struct]
"""Reads what a notice shows."""


def fact(command: Command, index: int, payload: Struct, *, key: str = "", at_ms: int = 0) -> Draft:
    """Draft a command's n-th fact; a payload about a person carries them as its subject."""
    kind = KIND_OF[type(payload)]
    member = getattr(payload, "member", "")
    subject = bytes.fromhex(member) if member and KINDS[kind].about_person else b""
    return Draft(derived_id(command.id, index), payload, command.actor, key, subject, at_ms)


def facts(
    command: Command, payloads: Sequence[Struct], past: Mapping[int, int] | None = None
) -> list[Draft]:
    """Draft all facts of a command, in order; `past` dates some, by index, in Unix ms."""
    moments = past or {}
    return [
        fact(command, index, payload, at_ms=moments.get(index, 0))
        for index, payload in enumerate(payloads)
    ]
