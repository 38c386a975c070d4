"""Vouchers and gift cards: held for a basket, let go, listed, cancelled."""

from pos_loyalty import commands
from pos_loyalty.answers import Done, VoucherAnswer
from pos_loyalty.domain.voucher_views import BatchCodes, BatchStep
from pos_loyalty.errors import Reason
from web.api.answers import BatchList, IssuedList, VoucherList
from web.api.operation import Call, NoForm, Operation, api, operation
from web.api.routes.tickets import TICKET, ticket_key
from web.api.voucher_forms import (
    BatchAfter,
    CancellationForm,
    IssueForm,
    TopUpForm,
    VoucherForm,
    WithdrawalForm,
)

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


@api.post("/baskets/<basket>/top-ups")
@operation(
    Operation(
        id="topUpCard",
        tag="vouchers",
        form=TopUpForm,
        answer=VoucherAnswer,
        writes=True,
        status=201,
        reasons=(
            Reason.BASKET_UNKNOWN,
            Reason.VOUCHER_REFUSED,
            Reason.VOUCHER_MISREAD,
            Reason.VOUCHERS_LOCKED,
            Reason.GIFT_CARD_LIMIT,
            Reason.OFFLINE_LIMIT,
        ),
    )
)
def top_up_card(call: Call[TopUpForm], basket: str) -> VoucherAnswer:
    """Let a basket sell money onto a gift card; its line names the `voucher` that is answered."""
    answer: VoucherAnswer = call.execute(
        commands.TopUpCard, basket=basket, code=call.form.code, amount=call.form.amount
    )
    return answer


@api.get("/voucher-batches")
@operation(Operation(id="listVoucherBatches", tag="vouchers", answer=BatchList))
def list_batches(call: Call[NoForm]) -> BatchList:
    """Give the batches of vouchers that campaigns gave out, the newest first."""
    return BatchList(batches=call.services.queries.voucher_batches())


@api.post("/voucher-batches")
@operation(
    Operation(
        id="issueVouchers",
        tag="vouchers",
        form=IssueForm,
        answer=BatchStep,
        writes=True,
        status=201,
        reasons=(
            Reason.VOUCHER_RULE_UNKNOWN,
            Reason.SEGMENT_UNKNOWN,
            Reason.BATCH_DIFFERS,
            Reason.BATCH_TOO_LARGE,
        ),
    )
)
def issue_vouchers(call: Call[IssueForm]) -> BatchStep:
    """Issue the next vouchers of a batch; many are issued by asking again."""
    form = call.form
    answer: BatchStep = call.execute(
        commands.IssueVouchers,
        name=form.name,
        number=form.rule,
        count=form.count,
        members=form.members,
        after=form.after,
    )
    return answer


@api.get("/voucher-batches/<batch>/codes")
@operation(
    Operation(
        id="listBatchCodes",
        tag="vouchers",
        form=BatchAfter,
        answer=BatchCodes,
        reasons=(Reason.VOUCHER_UNKNOWN,),
    )
)
def list_batch_codes(call: Call[BatchAfter], batch: str) -> BatchCodes:
    """Give codes of a batch that can still be used, as they are printed."""
    return call.services.queries.batch_codes(batch, call.form.after)


@api.post("/voucher-batches/<batch>/withdrawal")
@operation(
    Operation(
        id="withdrawVouchers",
        tag="vouchers",
        form=WithdrawalForm,
        answer=BatchStep,
        writes=True,
        reasons=(Reason.VOUCHER_UNKNOWN,),
    )
)
def withdraw_vouchers(call: Call[WithdrawalForm], batch: str) -> BatchStep:
    """End the next vouchers of a batch on which something is left; `done` 0: none is left."""
    answer: BatchStep = call.execute(commands.WithdrawVouchers, batch=batch, count=call.form.count)
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
