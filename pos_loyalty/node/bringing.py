"""What a shop brings from another system: members whole, and how far a file was taken in."""

from msgspec import Struct

from pos_loyalty import commands, events
from pos_loyalty.answers import Done, ImportNoted
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.domain.profile import checked_profile
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, fact, facts
from pos_loyalty.node.members import attached, consented, dated, identify
from pos_loyalty.node.points import opening, opening_key
from pos_loyalty.store import local, people, tickets
from pos_loyalty.store.journal import Draft


def bring_member(ctx: Context, command: commands.BringMember) -> Decision:
    """Enrol or complete a member from another system, in one transaction.

    Raises `LoyaltyError` where cards belong to different people, or to one who was erased: a
    file from before must not bring them back.
    """
    if not command.cards and not command.origin:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="number")
    cards = {_account(ctx, card): card for card in command.cards}
    member, is_known = _person(ctx, command, list(cards))
    drafts: list[Struct] = [] if is_known else [_enrolled(ctx, command, member)]
    held = {card.account for card in people.cards_of(ctx.tx, member) if card.status == "active"}
    drafts += [
        attached(ctx, member, account, number)
        for account, number in cards.items()
        if account not in held
    ]
    known = people.profile_of(ctx.tx, member)
    drafts += [
        events.ProfileChanged(member=member.hex(), field=field, value=value)
        for field, value in sorted(checked_profile(command.profile).items())
        if known.get(field, "") != value
    ]
    past = dated(len(drafts), command.consents)
    drafts += consented(ctx, member.hex(), command.consents)
    drafted = facts(command, drafts, past)
    drafted += _balance(ctx, command, member, len(drafted))
    return Decision(facts=drafted, answer=lambda: Done(id=member.hex()), repeated=not drafted)


def _account(ctx: Context, card: str) -> bytes:
    """Give a card's account; one that opened a new generation was an erased member's."""
    account, _ = identify(ctx, card)
    if account != ctx.settings.cards.account(card):
        raise LoyaltyError(Reason.MEMBER_ERASED)
    return account


def _person(
    ctx: Context, command: commands.BringMember, accounts: list[bytes]
) -> tuple[bytes, bool]:
    """Give who the cards and the number stand for, and whether they are enrolled here."""
    named = derived_id(f"member/{command.origin}", 0) if command.origin else b""
    if named and people.status_of(ctx.tx, named) == "erased":
        raise LoyaltyError(Reason.MEMBER_ERASED)
    cards = [people.card_of(ctx.tx, account) for account in accounts]
    holders = {card.member for card in cards if card is not None and card.status == "active"}
    if named and people.status_of(ctx.tx, named) == "enrolled":
        holders.add(named)
    if len(holders) > 1:
        raise LoyaltyError(Reason.CARD_KNOWN)
    if holders:
        return holders.pop(), True
    return (accounts[0] if accounts else named), False


def _enrolled(ctx: Context, command: commands.BringMember, member: bytes) -> events.MemberEnrolled:
    day = day_of(command.joined) if command.joined else ctx.today
    return events.MemberEnrolled(member=member.hex(), day=iso(day), store=ctx.settings.store)


def _balance(ctx: Context, command: commands.BringMember, member: bytes, index: int) -> list[Draft]:
    """Draft the balance brought along, unless it was brought before."""
    if not command.lots and not command.spend:
        return []
    origin = derived_id(f"member/{command.origin}", 0) if command.origin else member
    key = opening_key(origin.hex())
    if tickets.holder_of(ctx.tx, key) is not None:
        return []
    programme = ctx.programme_needed(ctx.today)
    opened = opening(ctx, programme, member, command, origin=origin.hex())
    return [fact(command, index, opened, key=key)]


def note_import(ctx: Context, command: commands.NoteImport) -> Decision:
    """Keep how far a file was taken in, in the transaction that took it so far."""
    name = f"import/{command.kind}/{command.file}"
    if command.records < 0:
        local.drop_setting(ctx.tx, name)
    elif command.records:
        local.keep_setting(ctx.tx, name, str(command.records).encode())
    kept = local.setting(ctx.tx, name)
    return Decision(answer=lambda: ImportNoted(records=int(kept or b"0")))
