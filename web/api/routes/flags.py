"""What somebody should look at: open flags with their tickets, and what became of them."""

from msgspec.structs import replace

from pos_loyalty import commands
from pos_loyalty.answers import Done, MemberView
from pos_loyalty.domain.watching import SENTENCES, Code
from pos_loyalty.errors import Reason
from pos_loyalty.queries import FlagView
from pos_loyalty.texts import translate
from web.api import forms
from web.api.answers import FlagList
from web.api.operation import Call, NoForm, Operation, api, operation
from web.problems import reader_locale


@api.get("/flags")
@operation(Operation(id="listFlags", tag="flags", query=forms.FlagsForm, answer=FlagList))
def list_flags(call: Call[NoForm]) -> FlagList:
    """Show what somebody should look at, newest first, with the tickets behind it."""
    wanted: forms.FlagsForm = call.query
    found = call.services.queries.flagged(settled=wanted.settled == "true")
    locale = reader_locale()
    return FlagList(flags=tuple(_spoken(each, locale) for each in found))


def _spoken(flag: FlagView, locale: str) -> FlagView:
    return replace(flag, detail=translate(SENTENCES[Code(flag.code)], locale, **flag.values))


@api.post("/flags/<flag>/verdict")
@operation(
    Operation(
        id="settleFlag",
        tag="flags",
        form=forms.VerdictForm,
        answer=Done,
        writes=True,
        reasons=(Reason.FLAG_UNKNOWN, Reason.PROFILE_INVALID),
    )
)
def settle_flag(call: Call[forms.VerdictForm], flag: str) -> Done:
    """Settle a flag: `confirm` lets its pending points count, `void` takes them."""
    form = call.form
    answer: Done = call.execute(
        commands.SettleFlag, flag=flag, verdict=form.verdict, reason=form.reason
    )
    return answer


@api.post("/members/<member>/cards/<account>/block")
@operation(
    Operation(
        id="blockCard",
        tag="members",
        answer=MemberView,
        writes=True,
        reasons=(Reason.MEMBER_UNKNOWN, Reason.MEMBER_ERASED, Reason.CARD_UNKNOWN),
    )
)
def block_card(call: Call[NoForm], member: str, account: str) -> MemberView:
    """Block a card that was lost or misused; its points stay with the member."""
    answer: MemberView = call.execute(commands.BlockCard, member=member, account=account)
    return answer
