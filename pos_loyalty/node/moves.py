"""Tickets that change hands: given to who should have had them, claimed later, and taken back."""

from typing import NamedTuple

from pos_loyalty import commands
from pos_loyalty.answers import MemberView, MoveAnswer
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import amendment_key, is_claim_code, ticket_account
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.events import SaleClosed, TicketMoved
from pos_loyalty.node.baskets import who
from pos_loyalty.node.choices import check_second_person
from pos_loyalty.node.context import Context, Decision, Notice, fact
from pos_loyalty.node.members import show
from pos_loyalty.node.new_holder import ratings_for
from pos_loyalty.node.points import REASON_CHARACTERS_MAX
from pos_loyalty.node.watching import look_at_move, told
from pos_loyalty.store import people, sides, tickets
from pos_loyalty.store.amending import Amendment, amended, amendments_of

CLAIMED, UNDONE = "claim", "undo"
"""The reasons of moves that nobody gives one for."""


class _Sold(NamedTuple):
    """A ticket about to change hands: as it was closed, as it stands, and its moves so far."""

    key: str
    sale: SaleClosed
    ticket: Ticket
    amendments: list[Amendment]

    @property
    def moves(self) -> list[TicketMoved]:
        return [each for each in self.amendments if isinstance(each, TicketMoved)]

    @property
    def is_nobodys(self) -> bool:
        return self.ticket.account == ticket_account(self.key)

    @property
    def holder(self) -> str:
        """Whose it is now, as facts write it."""
        return "" if self.is_nobodys else self.ticket.account.hex()


def move_ticket(ctx: Context, command: commands.MoveTicket) -> Decision:
    """Give a ticket to another member; its points keep their days."""
    if not command.reason or len(command.reason) > REASON_CHARACTERS_MAX:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="reason")
    check_second_person(command.approved_by, command.actor)
    sold = _sold(ctx, command.ticket)
    account = _new_holder(ctx, sold, card=command.card, member=command.member)
    moved = _moved(ctx, sold, account, reason=command.reason, approved_by=command.approved_by)
    return _decided(ctx, command, sold, moved)


def claim_ticket(ctx: Context, command: commands.ClaimTicket) -> Decision:
    """Bring a ticket of nobody to a member: once, in time, by the code on its receipt."""
    sold = _sold(ctx, command.ticket)
    day = day_of(sold.sale.day)
    programme = ctx.programme_needed(day)
    if not programme.claim_days:
        raise _refused(Wrong.NOT_CLAIMABLE)
    if not is_claim_code(ctx.settings.cards.key, command.ticket, command.code):
        raise LoyaltyError(Reason.CLAIM_REFUSED)
    if not sold.is_nobodys:
        raise _refused(Wrong.CLAIMED)
    if ctx.today > day + programme.claim_days:
        raise LoyaltyError(Reason.CLAIM_TOO_LATE, day=iso(day + programme.claim_days))
    account = _new_holder(ctx, sold, card=command.card, member=command.member)
    return _decided(ctx, command, sold, _moved(ctx, sold, account, reason=CLAIMED))


def undo_ticket_move(ctx: Context, command: commands.UndoTicketMove) -> Decision:
    """Give a ticket back to whose it was before its last move."""
    check_second_person(command.approved_by, command.actor)
    sold = _sold(ctx, command.ticket)
    if not sold.moves:
        raise _refused(Wrong.NEVER_MOVED)
    former = bytes.fromhex(sold.moves[-1].former)
    moved = _moved(ctx, sold, former, reason=UNDONE, approved_by=command.approved_by)
    return _decided(ctx, command, sold, moved)


def _sold(ctx: Context, key: str) -> _Sold:
    sale, ticket = tickets.sale_of(ctx.tx, key), tickets.folded_ticket(ctx.tx, key)
    if sale is None or ticket is None:
        raise LoyaltyError(Reason.TICKET_UNKNOWN)
    return _Sold(key, sale, ticket, amendments_of(ctx.tx, key))


def _new_holder(ctx: Context, sold: _Sold, *, card: str, member: str) -> bytes:
    """Give the account that a caller names; points that paid part of a ticket stay with it."""
    account, found = who(ctx, card=card, member=member)
    if found is None:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    if account == sold.ticket.account:
        raise _refused(Wrong.SAME_ACCOUNT)
    if any(part.spent for part in sold.ticket.core.parts):
        raise _refused(Wrong.POINTS_PAID)
    return account


def _moved(
    ctx: Context, sold: _Sold, account: bytes, *, reason: str, approved_by: str = ""
) -> TicketMoved:
    return TicketMoved(
        ticket=sold.key,
        turn=len(sold.amendments) + 1,
        account=account.hex(),
        day=iso(ctx.today),
        reason=reason,
        former=sold.holder,
        approved_by=approved_by,
        ratings=_ratings(ctx, sold, account),
    )


def _ratings(ctx: Context, sold: _Sold, account: bytes) -> tuple[Rating, ...]:
    """Give what the ticket brings an account: what it brought them before, had they it already."""
    for each in reversed(sold.moves):
        if each.account == account.hex():
            return each.ratings
    return ratings_for(ctx, sold.sale, sold.moves, account)


def _decided(ctx: Context, command: commands.Command, sold: _Sold, moved: TicketMoved) -> Decision:
    def answer() -> MoveAnswer:
        after = tickets.folded_ticket(ctx.tx, sold.key)
        sale = amended(sold.sale, amendments_of(ctx.tx, sold.key))
        return MoveAnswer(
            ticket=sold.key,
            points=max(sold.ticket.kept, after.kept if after else 0),
            former=_view(ctx, moved.former),
            member=_view(ctx, moved.account),
            beside=sides.sold(ctx.tx, ctx.programmes, sold.key, sale) if sale.account else (),
        )

    seen = look_at_move(ctx, command, sold.key) if moved.reason != UNDONE else iter(())
    made = fact(command, 0, moved, key=amendment_key(sold.key, moved.turn))
    return Decision(
        facts=[made, *told(ctx, command.id, command.actor, seen, after={sold.key: moved.turn})],
        answer=answer,
        notices=lambda answer: [Notice(kind="ticket_moved", body=answer)],
    )


def _view(ctx: Context, account: str) -> MemberView | None:
    if not account:
        return None
    found = bytes.fromhex(account)
    card = people.card_of(ctx.tx, found)
    return show(ctx, card.member if card else found, found)


def _refused(problem: Wrong) -> LoyaltyError:
    return LoyaltyError(Reason.TICKET_NOT_MOVABLE, problem=problem)
