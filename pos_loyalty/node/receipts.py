"""The customer's choice becomes a job: printed or mailed later, never in the sale's way."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from msgspec import Struct

from pos_loyalty import commands
from pos_loyalty.commands import Done, ReceiptChoice
from pos_loyalty.domain.addresses import domain_meant, parse_address
from pos_loyalty.domain.identifiers import derived_id
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, Job, Notice
from pos_loyalty.store import local, people, tickets

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


def jobs_for(
    ctx: Context, ticket: str, choice: ReceiptChoice, member: bytes | None, command: str
) -> list[Job]:
    """Give the job of a choice; raises `LoyaltyError` for an unusable address or channel."""
    channel = choice.channel or _default_channel(ctx, choice, member)
    if channel not in CHANNELS:
        problem = ", ".join(CHANNELS)
        raise LoyaltyError(Reason.TICKET_INVALID, field="receipt.channel", problem=problem)
    job_id = derived_id(command, 500).hex()
    made = Job(
        id=job_id,
        kind="print",
        subject=member.hex() if member else "",
        ticket=ticket,
        payload=b"",
    )
    if channel == "paper":
        copy = any(job.kind == "print" for job in local.jobs_of(ctx.tx, ticket))
        return [replace(made, payload=_encode(PrintJob(ticket=ticket, copy=copy)))]
    if channel == "email":
        address = choice.email or _known_address(ctx, member)
        mail = MailJob(
            ticket=ticket,
            address=parse_address(address).address,
            message_id=f"<{job_id}@pos-loyalty.invalid>",
        )
        return [replace(made, kind="mail", payload=_encode(mail))]
    return []


def doubtful(jobs: Sequence[Job], choice: ReceiptChoice) -> str:
    """Give the domain to ask the customer about, where an address was typed for a mail."""
    mailed = any(job.kind == "mail" for job in jobs)
    return domain_meant(choice.email) if mailed else ""


def _default_channel(ctx: Context, choice: ReceiptChoice, member: bytes | None) -> str:
    """Give what the shop does when the customer says nothing; no mail without an address."""
    default = ctx.settings.default_receipt
    if default == "email" and not (choice.email or _known_address(ctx, member)):
        return "none"
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
    jobs = jobs_for(ctx, command.ticket, command.choice, member, command.id)
    done = Done(id=jobs[0].id if jobs else "", domain_meant=doubtful(jobs, command.choice))
    return Decision(answer=lambda: done, jobs=jobs)


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
        answer=lambda: done, notices=lambda answer: [Notice(kind="job_changed", body=answer)]
    )
