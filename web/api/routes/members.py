"""Members: enrol, find, show, cards, profile, consents, erasure."""

from pos_loyalty import commands
from pos_loyalty.answers import Done, MemberView
from pos_loyalty.errors import LoyaltyError, Reason
from web.api import card_forms, forms
from web.api.answers import Consent, MemberList, ProfileView, Statement, TicketList
from web.api.operation import Call, NoForm, Operation, api, operation

_UNKNOWN = (Reason.MEMBER_UNKNOWN, Reason.MEMBER_ERASED)
_NEW_CARD = (
    Reason.CARD_INVALID,
    Reason.CARD_KNOWN,
    Reason.CARD_REPLACED,
    Reason.PAYMENT_CARD_REFUSED,
)


@api.post("/members")
@operation(
    Operation(
        id="enrolMember",
        tag="members",
        form=forms.EnrolmentForm,
        answer=MemberView,
        writes=True,
        status=201,
        location=lambda answer: f"/members/{answer.member}",
        reasons=(
            *_NEW_CARD,
            Reason.BASKET_UNKNOWN,
            Reason.PROFILE_INVALID,
            Reason.PROGRAMME_ENDED,
        ),
    )
)
def enrol_member(call: Call[forms.EnrolmentForm]) -> MemberView:
    """Enrol a person, with a card or without."""
    form = call.form
    card = call.refuse_payment_card(form.card)
    answer: MemberView = call.execute(
        commands.EnrolMember,
        card=card,
        basket="" if card else form.basket,
        profile=form.profile.given(),
        consents=tuple(each.given() for each in form.consents),
    )
    return answer


@api.get("/members")
@operation(
    Operation(
        id="findMembers",
        tag="members",
        query=forms.SearchForm,
        answer=MemberList,
        reasons=(
            Reason.SEARCH_TOO_SHORT,
            Reason.CARD_INVALID,
            Reason.CARD_REPLACED,
            Reason.PAYMENT_CARD_REFUSED,
        ),
    )
)
def find_members(call: Call[NoForm]) -> MemberList:
    """Find who holds `card`, or members by name, e-mail, telephone or a card's last digits."""
    wanted: forms.SearchForm = call.query
    queries = call.services.queries
    if not wanted.card:
        return MemberList(members=queries.find_members(wanted.search))
    try:
        found = queries.member_by_card(call.refuse_payment_card(wanted.card))
    except LoyaltyError as error:
        if error.reason is not Reason.CARD_UNKNOWN:
            raise
        return MemberList(members=())
    return MemberList(members=(found,))


@api.get("/members/<member>")
@operation(Operation(id="showMember", tag="members", answer=MemberView, reasons=_UNKNOWN))
def show_member(call: Call[NoForm], member: str) -> MemberView:
    """Show a member: points, tier, cards."""
    return call.services.queries.member(member)


@api.delete("/members/<member>")
@operation(Operation(id="eraseMember", tag="members", answer=Done, writes=True, reasons=_UNKNOWN))
def erase_member(call: Call[NoForm], member: str) -> Done:
    """Forget a member at their own request: nothing brings them back."""
    answer: Done = call.execute(commands.EraseMember, member=member)
    return answer


@api.delete("/members/<member>/enrolment")
@operation(
    Operation(
        id="undoEnrolment",
        tag="members",
        answer=Done,
        writes=True,
        reasons=(*_UNKNOWN, Reason.UNDO_IMPOSSIBLE),
    )
)
def undo_enrolment(call: Call[NoForm], member: str) -> Done:
    """Take back an enrolment made by mistake, while the member has bought nothing."""
    answer: Done = call.execute(commands.UndoEnrolment, member=member)
    return answer


@api.get("/members/<member>/profile")
@operation(Operation(id="showProfile", tag="members", answer=ProfileView, reasons=_UNKNOWN))
def show_profile(call: Call[NoForm], member: str) -> ProfileView:
    """Show what a member told about themselves, and what they allow."""
    queries = call.services.queries
    allowed = sorted(queries.consents(member).items())
    return ProfileView(
        member=member,
        profile=queries.profile(member),
        consents=tuple(
            Consent(purpose=purpose, channel=channel, granted=granted)
            for (purpose, channel), granted in allowed
        ),
    )


@api.patch("/members/<member>/profile")
@operation(
    Operation(
        id="changeProfile",
        tag="members",
        form=forms.ProfileForm,
        answer=MemberView,
        writes=True,
        reasons=(*_UNKNOWN, Reason.PROFILE_INVALID),
    )
)
def change_profile(call: Call[forms.ProfileForm], member: str) -> MemberView:
    """Change the fields that are given; an empty text deletes one."""
    answer: MemberView = call.execute(
        commands.ChangeProfile, member=member, fields=call.form.given()
    )
    return answer


@api.post("/members/<member>/consents")
@operation(
    Operation(
        id="changeConsents",
        tag="members",
        form=forms.ConsentsForm,
        answer=MemberView,
        writes=True,
        reasons=_UNKNOWN,
    )
)
def change_consents(call: Call[forms.ConsentsForm], member: str) -> MemberView:
    """Record what a member allows or withdraws; each is kept with its moment and wording."""
    answer: MemberView = call.execute(
        commands.ChangeConsents,
        member=member,
        consents=tuple(each.given() for each in call.form.consents),
    )
    return answer


@api.get("/members/<member>/tickets")
@operation(Operation(id="listTickets", tag="members", answer=TicketList, reasons=_UNKNOWN))
def list_tickets(call: Call[NoForm], member: str) -> TicketList:
    """Give the keys of a member's newest tickets, over all their cards."""
    return TicketList(tickets=call.services.queries.tickets_of(member))


@api.post("/members/<member>/rights")
@operation(
    Operation(
        id="useRight",
        tag="members",
        form=forms.RightForm,
        answer=Done,
        writes=True,
        status=201,
        reasons=(
            *_UNKNOWN,
            Reason.PROGRAMME_MISSING,
            Reason.RIGHT_UNKNOWN,
            Reason.RIGHT_USED_UP,
        ),
    )
)
def use_right(call: Call[forms.RightForm], member: str) -> Done:
    """Use a right of the member's tier once."""
    answer: Done = call.execute(commands.UseRight, member=member, right=call.form.right)
    return answer


@api.delete("/rights/<use>")
@operation(
    Operation(
        id="undoRight",
        tag="members",
        answer=Done,
        writes=True,
        reasons=(Reason.RIGHT_UNKNOWN, Reason.ALREADY_UNDONE),
    )
)
def undo_right(call: Call[NoForm], use: str) -> Done:
    """Take the use of a right back, once."""
    answer: Done = call.execute(commands.UndoRight, use=use)
    return answer


@api.post("/members/<member>/referral")
@operation(
    Operation(
        id="referMember",
        tag="members",
        form=forms.CustomerForm,
        answer=MemberView,
        writes=True,
        reasons=(
            *_UNKNOWN,
            Reason.CARD_INVALID,
            Reason.CARD_REPLACED,
            Reason.PAYMENT_CARD_REFUSED,
            Reason.PROGRAMME_MISSING,
            Reason.REFERRAL_IMPOSSIBLE,
        ),
    )
)
def refer_member(call: Call[forms.CustomerForm], member: str) -> MemberView:
    """Note who brought a member, by card or by id, before their first purchase."""
    form = call.form
    card = call.refuse_payment_card(form.card)
    answer: MemberView = call.execute(
        commands.ReferMember, member=member, card=card, by="" if card else form.member
    )
    return answer


@api.get("/members/<member>/statement")
@operation(Operation(id="showStatement", tag="members", answer=Statement, reasons=_UNKNOWN))
def show_statement(call: Call[NoForm], member: str) -> Statement:
    """Tell what moved a member's points lately: tickets, returns, moves by hand, what lapsed."""
    return Statement(lines=call.services.queries.statement(member))


@api.post("/members/<member>/cards")
@operation(
    Operation(
        id="attachCard",
        tag="members",
        form=card_forms.NewCardForm,
        answer=MemberView,
        writes=True,
        status=201,
        reasons=(*_UNKNOWN, *_NEW_CARD, Reason.BASKET_UNKNOWN),
    )
)
def attach_card(call: Call[card_forms.NewCardForm], member: str) -> MemberView:
    """Give a member one more card; its points are pooled with theirs."""
    card = call.refuse_payment_card(call.form.card)
    answer: MemberView = call.execute(
        commands.AttachCard, member=member, card=card, basket="" if card else call.form.basket
    )
    return answer


@api.put("/members/<member>/cards/<account>")
@operation(
    Operation(
        id="replaceCard",
        tag="members",
        form=card_forms.CardForm,
        answer=MemberView,
        writes=True,
        reasons=(*_UNKNOWN, Reason.CARD_UNKNOWN, *_NEW_CARD),
    )
)
def replace_card(call: Call[card_forms.CardForm], member: str, account: str) -> MemberView:
    """Give a member a new card for a lost or worn one, which ends; the points stay."""
    card = call.refuse_payment_card(call.form.card)
    answer: MemberView = call.execute(
        commands.ReplaceCard, member=member, account=account, card=card
    )
    return answer


@api.put("/members/<member>/programmes/<programme>")
@operation(
    Operation(
        id="inviteMember",
        tag="members",
        answer=MemberView,
        writes=True,
        reasons=(*_UNKNOWN, Reason.PROGRAMME_NOT_RESERVED),
    )
)
def invite_member(call: Call[NoForm], member: str, programme: str) -> MemberView:
    """Let a member take part in a programme that is for invited members."""
    answer: MemberView = call.execute(commands.InviteMember, member=member, programme=programme)
    return answer


@api.delete("/members/<member>/programmes/<programme>")
@operation(
    Operation(
        id="leaveProgramme",
        tag="members",
        answer=MemberView,
        writes=True,
        reasons=(*_UNKNOWN, Reason.PROGRAMME_NOT_RESERVED),
    )
)
def leave_programme(call: Call[NoForm], member: str, programme: str) -> MemberView:
    """Let a member take part in it no longer; what they have there stays theirs."""
    answer: MemberView = call.execute(commands.LeaveProgramme, member=member, programme=programme)
    return answer


@api.delete("/members/<member>/cards/<account>")
@operation(
    Operation(
        id="detachCard",
        tag="members",
        answer=MemberView,
        writes=True,
        reasons=(*_UNKNOWN, Reason.CARD_UNKNOWN),
    )
)
def detach_card(call: Call[NoForm], member: str, account: str) -> MemberView:
    """Undo an attachment: the card takes its own remaining points with it."""
    answer: MemberView = call.execute(commands.DetachCard, member=member, account=account)
    return answer
