"""Open baskets: the member, the content, points held."""

from pos_loyalty import commands
from pos_loyalty.answers import BasketAnswer, Done, HoldAnswer, ProofAnswer, ScanAnswer
from pos_loyalty.errors import Reason
from web.api import forms
from web.api.operation import Call, NoForm, Operation, api, operation
from web.api.person_forms import ProofForm
from web.api.routes.vouchers import CODE_REFUSALS

_MEMBER_REFUSALS = (
    Reason.BASKET_UNKNOWN,
    Reason.MEMBER_UNKNOWN,
    Reason.MEMBER_ERASED,
    Reason.CARD_INVALID,
    Reason.CARD_REPLACED,
    Reason.PAYMENT_CARD_REFUSED,
)


@api.post("/scans")
@operation(
    Operation(
        id="readLabel",
        tag="baskets",
        form=forms.ScanForm,
        answer=ScanAnswer,
        writes=True,
        reasons=(Reason.PAYMENT_CARD_REFUSED, *CODE_REFUSALS),
    )
)
def read_label(call: Call[forms.ScanForm]) -> ScanAnswer:
    """Say what a scanner of the POS read; a member's card is attached to the open basket."""
    text = call.refuse_payment_card(call.form.text)
    answer: ScanAnswer = call.execute(commands.ReadLabel, device=call.form.device, text=text)
    return answer


@api.post("/baskets")
@operation(
    Operation(
        id="openBasket",
        tag="baskets",
        form=forms.BasketForm,
        form_required=False,
        answer=BasketAnswer,
        writes=True,
        location=lambda answer: f"/baskets/{answer.basket}",
    )
)
def open_basket(call: Call[forms.BasketForm]) -> BasketAnswer:
    """Open a basket, or give the one that a scan opened already."""
    answer: BasketAnswer = call.execute(commands.OpenBasket, basket=call.form.basket)
    return answer


@api.get("/baskets/<basket>")
@operation(
    Operation(id="showBasket", tag="baskets", answer=BasketAnswer, reasons=(Reason.BASKET_UNKNOWN,))
)
def show_basket(call: Call[NoForm], basket: str) -> BasketAnswer:
    """Show an open basket as it stands."""
    return call.services.node.basket(basket)


@api.delete("/baskets/<basket>")
@operation(
    Operation(
        id="dropBasket",
        tag="baskets",
        answer=Done,
        writes=True,
        reasons=(Reason.BASKET_UNKNOWN,),
    )
)
def drop_basket(call: Call[NoForm], basket: str) -> Done:
    """Forget an open basket; its holds are released."""
    answer: Done = call.execute(commands.DropBasket, basket=basket)
    return answer


@api.put("/baskets/<basket>/member")
@operation(
    Operation(
        id="attachMember",
        tag="baskets",
        form=forms.CustomerForm,
        answer=BasketAnswer,
        writes=True,
        reasons=_MEMBER_REFUSALS,
    )
)
def attach_member(call: Call[forms.CustomerForm], basket: str) -> BasketAnswer:
    """Attach a member, by card or by id; a card nobody holds yet earns for whoever enrols it."""
    form = call.form
    card = call.refuse_payment_card(form.card)
    answer: BasketAnswer = call.execute(
        commands.AttachMember, basket=basket, card=card, member="" if card else form.member
    )
    return answer


@api.delete("/baskets/<basket>/member")
@operation(
    Operation(
        id="detachMember",
        tag="baskets",
        answer=BasketAnswer,
        writes=True,
        reasons=(Reason.BASKET_UNKNOWN,),
    )
)
def detach_member(call: Call[NoForm], basket: str) -> BasketAnswer:
    """Take the member off; holds of the basket are released."""
    answer: BasketAnswer = call.execute(commands.DetachMember, basket=basket)
    return answer


@api.post("/baskets/<basket>/proof")
@operation(
    Operation(
        id="proveMember",
        tag="baskets",
        form=ProofForm,
        answer=ProofAnswer,
        writes=True,
        reasons=(Reason.BASKET_UNKNOWN, Reason.MEMBER_UNKNOWN),
    )
)
def prove_member(call: Call[ProofForm], basket: str) -> ProofAnswer:
    """Tell whether digits prove the member of a basket; a few wrong ones, and only a card does."""
    answer: ProofAnswer = call.execute(commands.ProveMember, basket=basket, digits=call.form.digits)
    return answer


@api.put("/baskets/<basket>/content")
@operation(
    Operation(
        id="quoteBasket",
        tag="baskets",
        form=forms.ContentForm,
        answer=BasketAnswer,
        writes=True,
        reasons=(Reason.BASKET_UNKNOWN, Reason.TICKET_INVALID),
    )
)
def quote_basket(call: Call[forms.ContentForm], basket: str) -> BasketAnswer:
    """Say what is in the basket; answers what it earns and what its member may spend."""
    answer: BasketAnswer = call.execute(
        commands.QuoteBasket,
        basket=basket,
        lines=tuple(line.given() for line in call.form.lines),
        discounts=tuple(discount.given() for discount in call.form.discounts),
    )
    return answer


@api.post("/baskets/<basket>/holds")
@operation(
    Operation(
        id="holdPoints",
        tag="points",
        form=forms.HoldForm,
        form_required=False,
        answer=HoldAnswer,
        writes=True,
        status=201,
        reasons=(
            Reason.BASKET_UNKNOWN,
            Reason.MEMBER_UNKNOWN,
            Reason.TICKET_INVALID,
            Reason.POINTS_INSUFFICIENT,
            Reason.ACCOUNT_IN_DEBT,
            Reason.OFFLINE_LIMIT,
            Reason.CLOCK_WRONG,
            Reason.PROGRAMME_MISSING,
            Reason.REWARD_UNKNOWN,
            Reason.SECOND_PERSON_NEEDED,
            Reason.PROOF_NEEDED,
        ),
    )
)
def hold_points(call: Call[forms.HoldForm], basket: str) -> HoldAnswer:
    """Reserve points; the POS applies the answer's discount, with its hold, to the ticket."""
    answer: HoldAnswer = call.execute(
        commands.HoldPoints,
        basket=basket,
        blocks=call.form.blocks,
        reward=call.form.reward,
        programme=call.form.programme,
        approved_by=call.form.approved_by,
    )
    return answer


@api.delete("/holds/<hold>")
@operation(
    Operation(
        id="releaseHold",
        tag="points",
        answer=Done,
        writes=True,
        reasons=(Reason.HOLD_UNKNOWN,),
    )
)
def release_hold(call: Call[NoForm], hold: str) -> Done:
    """Give a hold back unused."""
    answer: Done = call.execute(commands.ReleaseHold, hold=hold)
    return answer
