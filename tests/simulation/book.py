"""What the world was promised: every acknowledged command, and what may rightly be gone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from pos_loyalty.commands import (
    ChangeConsents,
    ChangeProfile,
    CloseSale,
    Command,
    EnrolMember,
)
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.events import KINDS, Fact, decode_payload
from pos_loyalty.store import people, schema, upstream
from pos_loyalty.store.cores import draft
from pos_loyalty.store.senders import newest
from pos_loyalty.store.statements import Tx
from tests.simulation.machines import Machine

FACTS_OF_A_COMMAND_MAX = 16
_BY_ID = select(schema.fact).where(schema.fact.c.id == bindparam("id_"))


class Promise(NamedTuple):
    """A fact that an acknowledged command made, and the node that told it."""

    fact: Fact
    by: str
    command: Command


class Given(NamedTuple):
    """A command and its answer, until the till that gave it is set back."""

    command: Command
    answer: Any


@dataclass(slots=True)
class Book:
    """Kept by the world itself, as the customers would."""

    promises: dict[bytes, Promise] = field(default_factory=dict)
    lost: dict[bytes, Promise] = field(default_factory=dict)
    spoilt: dict[bytes, set[bytes]] = field(default_factory=dict)
    given: dict[str, list[Given]] = field(default_factory=dict)
    unsure: dict[str, list[Command]] = field(default_factory=dict)
    tickets: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, set[str]] = field(default_factory=dict)
    closed: set[bytes] = field(default_factory=set)
    clamps: dict[tuple[bytes, int, int], int] = field(default_factory=dict)

    def acknowledge(self, machine: Machine, command: Command, answer: Any) -> None:
        """Note the facts that a command left behind, and its answer."""
        with machine.store.read() as tx:
            for index in range(FACTS_OF_A_COMMAND_MAX):
                for row in tx.rows(_BY_ID, id_=derived_id(command.id, index)):
                    fact = Fact(*row)
                    self.promises.setdefault(fact.id, Promise(fact, machine.name, command))
                    self.lost.pop(fact.id, None)
        self.given.setdefault(machine.name, []).append(Given(command, answer))
        if isinstance(command, CloseSale):
            self.tickets[answer.ticket] = answer.total
        self._note_secrets(command, answer)

    def _note_secrets(self, command: Command, answer: Any) -> None:
        """Note what must be gone once a member is erased."""
        match command:
            case EnrolMember():
                self.members[answer.member] = answer.account
                self._know(answer.member, command.profile.values())
            case ChangeProfile():
                self._know(command.member, command.fields.values())
            case ChangeConsents():
                self._know(command.member, (each.wording for each in command.consents))

    def _know(self, member: str, said: Iterable[str]) -> None:
        self.secrets.setdefault(member, set()).update(said)

    def erased(self) -> set[str]:
        """Give the members whose erasure was acknowledged and not lost."""
        kept = (promise.fact for promise in self.promises.values())
        return {fact.subject.hex() for fact in kept if fact.kind == "member_erased"}

    def will_close(self, machine: Machine, member: str) -> None:
        """Note the accounts that an erasure may close, whether it is ever answered or not."""
        with machine.store.read() as tx:
            cards = people.cards_of(tx, bytes.fromhex(member))
        self.closed |= {bytes.fromhex(member), *(card.account for card in cards)}

    def set_back(self, machine: Machine) -> None:
        """Forget what a machine said: it does not know any more."""
        self.given.pop(machine.name, None)

    def settle_losses(self, hub: Machine, tills: Iterable[Machine]) -> None:
        """Note as lost what no disk holds: neither the hub's nor that of the till it came from."""
        kept = held(hub)
        for till in tills:
            kept |= told_by(till)
        for fact_id in self.promises.keys() - kept - self.spoilt.keys():
            self.lost[fact_id] = self.promises.pop(fact_id)

    def tainted(self) -> set[bytes]:
        """Give the accounts of spoilt facts, of which nodes may know different things."""
        return set().union(*self.spoilt.values())


def held(machine: Machine) -> set[bytes]:
    """Give the ids of the facts on a machine."""
    with machine.store.read() as tx:
        return {bytes(row[0]) for row in tx.text("SELECT id FROM fact").fetchall()}


def told_by(till: Machine) -> set[bytes]:
    """Give the ids of the facts that a till can tell a hub that has nothing."""
    node = till.settings.node
    with till.store.read() as tx:
        ends = {row.inc: row.last for row in upstream.sent(tx, node).values()}
        ends[newest(tx, node).inc] = upstream.ALL
        rows = tx.text("SELECT id, inc, seq FROM fact WHERE node = ?", [node]).fetchall()
    return {bytes(row[0]) for row in rows if row[2] <= ends.get(row[1], 0)}


def accounts_of(fact: Fact) -> set[bytes]:
    """Give the accounts that a fact speaks of, but for those of the ticket that a return names."""
    found = {fact.subject} if fact.subject else set()
    if not fact.payload or fact.kind not in KINDS:
        return found
    each = draft(fact.key, decode_payload(fact.kind, fact.payload))
    if each is not None:
        found |= {each.account} if each.account else set()
        found |= {account for link in each.links for account in link}
    return found


def facts_in(tx: Tx) -> list[Fact]:
    """Give the whole journal of a store."""
    return [Fact(*row) for row in tx.rows(select(schema.fact))]
