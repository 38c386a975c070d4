"""The customer's choice becomes a job: printed or mailed later, never in the sale's way."""

from dataclasses import replace
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from pos_loyalty import commands
from pos_loyalty.answers import Done, ReturnAnswer, SaleAnswer
from pos_loyalty.commands import ReceiptChoice
from pos_loyalty.domain.addresses import domain_meant, parse_address
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.context import Context, Decision, Job, Notice
from pos_loyalty.store import local, people, tickets
from pos_loyalty.store.local import JobRow
from pos_loyalty.texts import explain

SoldOrReturned = TypeVar("SoldOrReturned", SaleAnswer, ReturnAnswer)
CHANNELS = ("none", "paper", "email", "qr")
_encode = msgspec.json.Encoder().encode


class PrintJob(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A receipt to print; `copy` says that it is not the first."""

    ticket: str
    copy: bool = False


class MailJob(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A receipt to mail; the same `message_id` is kept however often it is sent."""

    ticket: str
    address: str
    message_id: str


class JobView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A job as screens and API show it; `due` and `at` Unix ms.

    `problem` is a stable code; `detail` says it to the person who looks, in their language.
    """

    id: str
    kind: str
    state: str
    ticket: str
    attempts: int
    due: int
    at: int
    problem: str = ""
    detail: str = ""


class Handing(NamedTuple):
    """How a receipt reaches its customer: by a job, by an address to look at, or not at all.

    `problem` is the reason why it does not, though the customer wants it.
    """

    jobs: list[Job]
    job: str = ""
    url: str = ""
    domain_meant: str = ""
    problem: str = ""


NOTHING_HANDED = Handing([])


def with_receipt(answer: SoldOrReturned, given: Handing) -> SoldOrReturned:
    """Add to an answer how the receipt reaches the customer."""
    if given == NOTHING_HANDED:
        return answer
    return msgspec.structs.replace(
        answer,
        receipt_job=given.job,
        receipt_url=given.url,
        domain_meant=given.domain_meant,
        receipt_problem=given.problem,
    )


def hand_over(
    ctx: Context, ticket: str, choice: ReceiptChoice, member: bytes | None, command: str
) -> Handing:
    """Do what a choice asks; raises `LoyaltyError` for what cannot be done here."""
    channel = choice.channel or _default_channel(ctx, choice, member)
    if channel == "none":
        return NOTHING_HANDED
    made = Job(
        id=derived_id(command, 500).hex(),
        kind="print",
        subject=member.hex() if member else "",
        ticket=ticket,
        payload=b"",
    )
    match channel:
        case "paper":
            copy = any(job.kind == "print" for job in local.jobs_of(ctx.tx, ticket))
            paper = replace(made, payload=_encode(PrintJob(ticket=ticket, copy=copy)))
            return Handing([paper], made.id)
        case "email":
            address = choice.email or _known_address(ctx, member)
            mail = MailJob(
                ticket=ticket,
                address=parse_address(address).address,
                message_id=f"<{made.id}@pos-loyalty.invalid>",
            )
            post = replace(made, kind="mail", payload=_encode(mail))
            return Handing([post], made.id, domain_meant=domain_meant(choice.email))
        case "qr":
            if not ctx.settings.receipt_base:
                raise LoyaltyError(Reason.RECEIPT_PAGE_UNSET)
            shown = replace(made, kind="code", state="done")
            return Handing([shown], url=ctx.settings.receipt_url(ticket))
    choices, wrong = ", ".join(CHANNELS), Wrong.ONE_OF
    raise LoyaltyError(
        Reason.TICKET_INVALID, field="receipt.channel", problem=wrong, choices=choices
    )


def try_to_hand_over(
    ctx: Context, ticket: str, choice: ReceiptChoice, member: bytes | None, command: str
) -> Handing:
    """Do what a choice asks; a ticket stands whatever becomes of its receipt."""
    try:
        return hand_over(ctx, ticket, choice, member, command)
    except LoyaltyError as error:
        return Handing([], problem=error.reason.name)


def told_receipt(answer: SoldOrReturned, locale: str) -> SoldOrReturned:
    """Give an answer with the sentence of what hinders its receipt, for who reads `locale`."""
    if not answer.receipt_problem:
        return answer
    detail = explain(LoyaltyError(Reason[answer.receipt_problem]), locale)
    return msgspec.structs.replace(answer, receipt_detail=detail)


def _default_channel(ctx: Context, choice: ReceiptChoice, member: bytes | None) -> str:
    """Give what the member likes, else what the shop does, when the customer says nothing.

    No mail without an address, and no code for a page that is not served.
    """
    known = people.profile_of(ctx.tx, member) if member else {}
    default = known.get("receipt") or ctx.settings.default_receipt
    if default == "email" and not (choice.email or known.get("email")):
        return "none"
    if default == "qr" and not ctx.settings.receipt_base:
        return ctx.settings.default_receipt if known.get("receipt") else default
    return default


def _known_address(ctx: Context, member: bytes | None) -> str:
    return people.profile_of(ctx.tx, member).get("email", "") if member else ""


def choose_receipt(ctx: Context, command: commands.ChooseReceipt) -> Decision:
    """Print, mail or show a receipt after the sale, or once more."""
    holder = tickets.holder_of(ctx.tx, command.ticket)
    if holder is None or holder.kind not in ("sale", "return"):
        raise LoyaltyError(Reason.TICKET_UNKNOWN)
    card = people.card_of(ctx.tx, holder.account)
    member = card.member if card else None
    given = hand_over(ctx, command.ticket, command.choice, member, command.id)
    done = Done(id=given.job, url=given.url, domain_meant=given.domain_meant)
    return Decision(answer=lambda: done, jobs=given.jobs)


def resume_job(ctx: Context, command: commands.ResumeJob) -> Decision:
    """Answer for a job that asks: a print broken in the middle, a mail refused."""
    job = local.job(ctx.tx, command.job)
    if job is None or job.state not in ("asking", "waiting", "given_up"):
        raise LoyaltyError(Reason.JOB_UNKNOWN)
    state = "waiting" if command.again else "given_up"
    kept = job._replace(state=state, due=ctx.now_ms, attempts=0, problem="")
    local.keep_job(ctx.tx, kept)
    done = Done(id=job.id)
    return Decision(
        answer=lambda: done,
        notices=lambda answer: [Notice(kind="job_changed", body=job_view(kept))],
    )


def job_view(row: JobRow) -> JobView:
    """Show a job without what it carries."""
    return JobView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        ticket=row.ticket,
        attempts=row.attempts,
        due=row.due,
        at=row.at,
        problem=row.problem,
    )
