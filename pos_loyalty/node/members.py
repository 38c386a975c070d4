"""Commands about people: enrol, cards, profile, consent, erasure, one person under two ids."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty import commands, events
from pos_loyalty.answers import Done, MemberView
from pos_loyalty.domain.addresses import domain_meant
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.identifiers import derived_id, normalise, tail
from pos_loyalty.domain.profile import checked_profile
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.content import scanned_card
from pos_loyalty.node.context import Context, Decision, Notice, facts
from pos_loyalty.node.watching import look_at_profile, told
from pos_loyalty.store import local, people, tickets
from pos_loyalty.store.views import member_view


def identify(ctx: Context, card: str) -> tuple[bytes, bytes | None]:
    """Give a card's account, and its member where the card identifies one.

    An erased member's card opens a new generation. Raises `LoyaltyError` for a code that is no
    card of the shop, or a card that was replaced or blocked.
    """
    generation = 0
    while True:
        account = ctx.settings.cards.account(card, generation) if generation else ctx.account(card)
        known = people.card_of(ctx.tx, account)
        if known is None:
            return account, None
        if people.is_erased(ctx.tx, known.member):
            generation += 1  # the erasure took the account of a card that was detached too
            continue
        if known.status == "detached":
            return account, None
        if known.status != "active":
            raise LoyaltyError(Reason.CARD_REPLACED)
        return account, known.member


def member_id(ctx: Context, text: str) -> bytes:
    """Give the id of an enrolled member; raises `LoyaltyError` for any other."""
    try:
        member = bytes.fromhex(text)
    except ValueError:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN) from None
    status = people.status_of(ctx.tx, member)
    if status == "erased":
        raise LoyaltyError(Reason.MEMBER_ERASED)
    if status != "enrolled":
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    return member


def show(ctx: Context, member: bytes, account: bytes = b"") -> MemberView:
    """Show a member as of today."""
    return member_view(
        ctx.tx,
        member,
        account or member,
        programme=ctx.programme_on(ctx.today),
        day=ctx.today,
        now_ms=ctx.now_ms,
        under_hub=ctx.settings.under_hub,
        beside=ctx.programmes_having(member),
    )


def told_later(ctx: Context, member: bytes) -> Notice:
    """Tell that a member is not what they were; how they stand is read by who shows it."""
    return ctx.later("member_changed", lambda now: show(now, member))


def _shown(
    ctx: Context,
    drafts: list[Struct],
    command: commands.Command,
    member: bytes,
    past: Mapping[int, int] | None = None,
    *,
    email: str = "",
) -> Decision:
    def shown() -> MemberView:
        return replace(show(ctx, member), domain_meant=domain_meant(email))

    def changed(answer: Struct) -> list[Notice]:
        return [Notice(kind="member_changed", body=answer)]

    return Decision(facts=facts(command, drafts, past), answer=shown, notices=changed)


def enrol_member(ctx: Context, command: commands.EnrolMember) -> Decision:
    """Enrol a person under their card's account, or under a new one, while there is a programme.

    Raises `LoyaltyError` (`PROGRAMME_ENDED`) behind the last day of a programme that has one.
    """
    if ended := ctx.programmes.ended(ctx.tx, ctx.today):
        raise LoyaltyError(Reason.PROGRAMME_ENDED, day=iso(ended))
    member, shown_tail = derived_id(command.id, 999), ""
    drafts: list[Struct] = []
    if command.card or command.basket:
        member, shown_tail = _new_card(ctx, command)
    profile = checked_profile(command.profile)
    text = member.hex()
    drafts.append(events.MemberEnrolled(member=text, day=iso(ctx.today), store=ctx.settings.store))
    if shown_tail:
        drafts.append(attached(ctx, member, member, shown_tail))
    drafts += [
        events.ProfileChanged(member=text, field=field, value=value)
        for field, value in sorted(profile.items())
        if value
    ]
    past = dated(len(drafts), command.consents)
    drafts += consented(ctx, text, command.consents)
    email = command.profile.get("email", "")
    decision = _shown(ctx, drafts, command, member, past, email=email)
    decision.facts += told(ctx, command.id, command.actor, look_at_profile(ctx, text, profile))
    decision.notices = lambda answer: [Notice(kind="member_enrolled", body=answer)]
    return decision


def _new_card(
    ctx: Context, command: commands.EnrolMember | commands.AttachCard
) -> tuple[bytes, str]:
    """Give the account and last digits of a card that somebody is to get."""
    if not command.card and command.basket:
        return scanned_card(ctx, command.basket)
    account, holder = identify(ctx, command.card)
    if holder is not None:
        raise LoyaltyError(Reason.CARD_KNOWN)
    return account, tail(normalise(command.card))


def attached(ctx: Context, member: bytes, account: bytes, number: str) -> events.CardAttached:
    """Give the fact that a card identifies a member from now on."""
    return events.CardAttached(
        member=member.hex(),
        account=account.hex(),
        scheme=ctx.settings.cards.scheme,
        tail=tail(normalise(number)),
    )


def undo_enrolment(ctx: Context, command: commands.UndoEnrolment) -> Decision:
    """Take an enrolment back: allowed until the member has a ticket or points."""
    member = member_id(ctx, command.member)
    if people.account_of(ctx.tx, member).state.pots or tickets.recent_of(ctx.tx, member, 1):
        raise LoyaltyError(Reason.UNDO_IMPOSSIBLE, problem=Wrong.HAS_POINTS)
    drafts: list[Struct] = [events.EnrolmentUndone(member=command.member)]
    drafts += [
        events.CardEnded(member=command.member, account=card.account.hex(), status="detached")
        for card in people.cards_of(ctx.tx, member)
    ]
    drafts += [
        events.ProfileChanged(member=command.member, field=field, value="")
        for field in people.profile_of(ctx.tx, member)
    ]
    return Decision(facts=facts(command, drafts), answer=lambda: Done(id=command.member))


def attach_card(ctx: Context, command: commands.AttachCard) -> Decision:
    """Give a member one more card."""
    member = member_id(ctx, command.member)
    account, shown_tail = _new_card(ctx, command)
    return _shown(ctx, [attached(ctx, member, account, shown_tail)], command, member)


def detach_card(ctx: Context, command: commands.DetachCard) -> Decision:
    """Undo an attachment; the card's own remaining points leave with it."""
    member = member_id(ctx, command.member)
    _held_card(ctx, member, command.account)
    ended = events.CardEnded(member=command.member, account=command.account, status="detached")
    return _shown(ctx, [ended], command, member)


def replace_card(ctx: Context, command: commands.ReplaceCard) -> Decision:
    """End a lost or worn card and give the member a new one; the points stay."""
    member = member_id(ctx, command.member)
    _held_card(ctx, member, command.account)
    account, holder = identify(ctx, command.card)
    if holder is not None:
        raise LoyaltyError(Reason.CARD_KNOWN)
    ended = events.CardEnded(member=command.member, account=command.account, status="replaced")
    drafts: list[Struct] = [ended, attached(ctx, member, account, command.card)]
    return _shown(ctx, drafts, command, member)


def block_card(ctx: Context, command: commands.BlockCard) -> Decision:
    """End a card that was lost or misused; no till that knows takes it any more."""
    member = member_id(ctx, command.member)
    _held_card(ctx, member, command.account)
    ended = events.CardEnded(member=command.member, account=command.account, status="blocked")
    return _shown(ctx, [ended], command, member)


def _held_card(ctx: Context, member: bytes, account: str) -> None:
    cards = {card.account.hex(): card for card in people.cards_of(ctx.tx, member)}
    if account not in cards or cards[account].status != "active":
        raise LoyaltyError(Reason.CARD_UNKNOWN)


def change_profile(ctx: Context, command: commands.ChangeProfile) -> Decision:
    """Change the fields that differ from what is known."""
    member = member_id(ctx, command.member)
    known = people.profile_of(ctx.tx, member)
    drafts: list[Struct] = [
        events.ProfileChanged(member=command.member, field=field, value=value)
        for field, value in sorted(checked_profile(command.fields).items())
        if known.get(field, "") != value
    ]
    email = command.fields.get("email", "")
    decision = _shown(ctx, drafts, command, member, email=email)
    seen = look_at_profile(ctx, command.member, checked_profile(command.fields))
    decision.facts += told(ctx, command.id, command.actor, seen)
    return decision


def change_consents(ctx: Context, command: commands.ChangeConsents) -> Decision:
    """Add grants and withdrawals to the member's log."""
    member = member_id(ctx, command.member)
    drafts = consented(ctx, command.member, command.consents)
    return _shown(ctx, drafts, command, member, dated(0, command.consents))


def dated(first: int, given: tuple[commands.ConsentGiven, ...]) -> dict[int, int]:
    """Give the moments of consents given earlier, by their place from the command's n-th fact."""
    return {first + index: each.at for index, each in enumerate(given) if each.at}


def consented(ctx: Context, member: str, given: tuple[commands.ConsentGiven, ...]) -> list[Struct]:
    """Give the facts of consents; raises `LoyaltyError` for one of a day still to come."""
    if any(not 0 <= each.at <= ctx.now_ms for each in given):
        raise LoyaltyError(Reason.PROFILE_INVALID, field="consent")
    return [
        events.ConsentChanged(
            member=member,
            purpose=each.purpose,
            channel=each.channel,
            granted=each.granted,
            at=each.at or ctx.now_ms,
            source=each.source,
            wording=each.wording,
        )
        for each in given
    ]


def erase_member(ctx: Context, command: commands.EraseMember) -> Decision:
    """Forget a member here and, through the fact, everywhere; local copies go at once."""
    member = member_id(ctx, command.member)
    accounts = {card.account.hex() for card in people.cards_of(ctx.tx, member)}
    accounts.add(command.member)
    erased = events.MemberErased(member=command.member, accounts=tuple(sorted(accounts)))
    local.forget(ctx.tx, member)
    return Decision(facts=facts(command, [erased]), answer=lambda: Done(id=command.member))


def link_members(ctx: Context, command: commands.LinkMembers) -> Decision:
    """Pool two members' points, or part them again."""
    member = member_id(ctx, command.member)
    member_id(ctx, command.other)
    linked = events.MembersLinked(member=command.member, other=command.other, joined=command.joined)
    return _shown(ctx, [linked], command, member)
