"""Vouchers and gift cards: held for a basket, let go, listed, cancelled."""

from pos_loyalty import commands
from pos_loyalty.answers import Done, VoucherAnswer
from pos_loyalty.errors import Reason
from web.api.answers import IssuedList, VoucherList
from web.api.operation import Call, NoForm, Operation, api, operation
from web.api.routes.tickets import TICKET, ticket_key
from web.api.voucher_forms import CancellationForm, VoucherForm

CODE_REFUSALS = (
    Reason.VOUCHER_REFUSED,
    Reason.VOUCHER_MISREAD,
    Reason.VOUCHERS_LOCKED,
    Reason.VOUCHER_ON_TICKET,
    Reason.VOUCHER_INCOMPATIBLE,
    Reason.SECOND_PERSON_NEEDED,
    Reason.OFFLINE_LIMIT,
    Reason.TICKET_INVALID,
    Reason.PROGRAMME_MISSING,
)
"""Why a till may not take a code."""


@api.post("/baskets/<basket>/vouchers")
@operation(
    Operation(
        id="holdVoucher",
        tag="vouchers",
        form=VoucherForm,
        answer=VoucherAnswer,
        writes=True,
        status=201,
        reasons=(Reason.BASKET_UNKNOWN, *CODE_REFUSALS),
    )
)
def hold_voucher(call: Call[VoucherForm], basket: str) -> VoucherAnswer:
    """Reserve a voucher, or an amount of a gift card; the POS applies what is answered."""
    form = call.form
    answer: VoucherAnswer = call.execute(
        commands.HoldVoucher,
        basket=basket,
        code=form.code,
        amount=form.amount,
        approved_by=form.approved_by,
    )
    return answer


@api.delete("/baskets/<basket>/vouchers/<voucher>")
@operation(
    Operation(
        id="releaseVoucher",
        tag="vouchers",
        answer=Done,
        writes=True,
        reasons=(Reason.BASKET_UNKNOWN, Reason.HOLD_UNKNOWN),
    )
)
def release_voucher(call: Call[NoForm], basket: str, voucher: str) -> Done:
    """Let go of a voucher: its discount leaves the basket."""
    answer: Done = call.execute(commands.ReleaseVoucher, basket=basket, voucher=voucher)
    return answer


@api.get(TICKET + "/vouchers")
@operation(
    Operation(id="listIssued", tag="vouchers", answer=IssuedList, reasons=(Reason.TICKET_UNKNOWN,))
)
def list_issued(call: Call[NoForm], **key: str) -> IssuedList:
    """Give the vouchers and gift cards that a ticket brought, with the codes to print."""
    return IssuedList(issued=call.services.queries.issued(ticket_key(**key)))


@api.get("/members/<member>/vouchers")
@operation(
    Operation(
        id="listVouchers",
        tag="vouchers",
        answer=VoucherList,
        reasons=(Reason.MEMBER_UNKNOWN, Reason.MEMBER_ERASED),
    )
)
def list_vouchers(call: Call[NoForm], member: str) -> VoucherList:
    """Give a member's vouchers that are still good, over all their cards; codes are not known."""
    return VoucherList(vouchers=call.services.queries.vouchers_of(member))


@api.get("/vouchers/overused")
@operation(Operation(id="listOverusedVouchers", tag="vouchers", answer=VoucherList))
def list_overused(call: Call[NoForm]) -> VoucherList:
    """Give vouchers that were used more often than they could, at tills that could not ask."""
    return VoucherList(vouchers=call.services.queries.overused_vouchers())


@api.post("/vouchers/<voucher>/cancellation")
@operation(
    Operation(
        id="cancelVoucher",
        tag="vouchers",
        form=CancellationForm,
        answer=Done,
        writes=True,
        reasons=(
            Reason.VOUCHER_UNKNOWN,
            Reason.ALREADY_UNDONE,
            Reason.PROFILE_INVALID,
            Reason.SECOND_PERSON_NEEDED,
        ),
    )
)
def cancel_voucher(call: Call[CancellationForm], voucher: str) -> Done:
    """End a voucher by hand, for a reason; a second person allows it."""
    answer: Done = call.execute(
        commands.CancelVoucher,
        voucher=voucher,
        reason=call.form.reason,
        approved_by=call.form.approved_by,
    )
    return answer
