"""What a person decides when goods come back: nothing is guessed, nothing happens silently.

An *asker* looks at a return before it is recorded. Where it takes more than the goods to be right
again, it puts its question to `choose`, which gives the caller's answer or refuses the return with
the answers there are; what the answer leads to is the asker's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pos_loyalty import commands
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import Choice, ReturnedLine, SaleClosed
from pos_loyalty.node.context import Context
from pos_loyalty.store.journal import Draft


class Returning(NamedTuple):
    """A return about to be recorded under `key`: its ticket, the lines that come back, and the
    money that is due for them (minor units)."""

    ctx: Context
    command: commands.ReturnLines
    key: str
    sale: SaleClosed
    ticket: Ticket
    lines: tuple[ReturnedLine, ...]
    refund: int

    @property
    def returned(self) -> list[int]:
        """The thousandths given back by line, these lines included."""
        back = list(self.ticket.returned)
        for each in self.lines:
            back[each.line] += each.quantity
        return back


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a return: its name, the answers, and `problem` with its `values`.

    `by_manager` asks for a second person, whom the return names.
    """

    about: str
    answers: tuple[str, ...]
    problem: Wrong
    values: dict[str, str | int] = field(default_factory=dict)
    by_manager: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What answers lead to: facts beside the return's own, and the choices that it records.

    The `amount` of a choice is held back from the refund; of what is left, `on_cards` goes back
    on the gift cards that paid.
    """

    drafts: tuple[Draft, ...] = ()
    choices: tuple[Choice, ...] = ()
    on_cards: int = 0

    @property
    def withheld(self) -> int:
        """What the refund is less, in minor units."""
        return sum(each.amount for each in self.choices)


NOTHING = Settled()
Asker = Callable[[Returning], Settled]


def settle(askers: Sequence[Asker], returning: Returning) -> Settled:
    """Let each asker look at a return; raises `LoyaltyError` where an answer is missing."""
    drafts: list[Draft] = []
    choices: list[Choice] = []
    on_cards = 0
    for ask in askers:
        settled = ask(returning)
        drafts += settled.drafts
        choices += settled.choices
        on_cards += settled.on_cards
        returning = returning._replace(refund=returning.refund - settled.withheld)
    return Settled(drafts=tuple(drafts), choices=tuple(choices), on_cards=on_cards)


def choose(returning: Returning, question: Question) -> str:
    """Give the caller's answer to a question.

    Raises `LoyaltyError`: `CHOICE_NEEDED` with the answers there are, where it is none of them;
    `SECOND_PERSON_NEEDED` where nobody else stands for it.
    """
    command = returning.command
    answer = command.choice.get(question.about, "")
    if answer not in question.answers:
        raise LoyaltyError(
            Reason.CHOICE_NEEDED,
            about=question.about,
            answers=", ".join(question.answers),
            problem=question.problem,
            **question.values,
        )
    if question.by_manager:
        check_second_person(command.approved_by, command.actor)
    return answer


def check_second_person(approved_by: str, actor: str) -> None:
    """Check that somebody else than the actor is named as who allowed it."""
    if not is_second_person(approved_by, actor):
        raise LoyaltyError(Reason.SECOND_PERSON_NEEDED)


def is_second_person(approved_by: str, actor: str) -> bool:
    """Tell whether somebody else than the actor is named.

    An actor may be a device with the code of who works at it behind a slash.
    """
    return approved_by not in ("", actor, actor.rpartition("/")[2])
