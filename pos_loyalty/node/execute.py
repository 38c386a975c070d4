"""The node: every command in one transaction, from its memory to its jobs.

load → decide → append facts → apply → local jobs → remember the answer → commit → notices.
"""

import os
from collections.abc import Callable, Sequence
from time import sleep
from typing import Any, TypeVar

from msgspec import Struct

from pos_loyalty import answers, commands
from pos_loyalty.answers import Unchanged
from pos_loyalty.commands import Command, content_digest, digest_key
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import Fact
from pos_loyalty.node import (
    apart,
    baskets,
    bringing,
    holds,
    member_events,
    members,
    memory,
    moves,
    notes,
    points,
    proving,
    receipts,
    referrals,
    returns,
    rights,
    sales,
    shop,
    taking_part,
    topping_up,
    transfers,
    unknown_returns,
    voucher_batches,
    vouchers,
    watching,
)
from pos_loyalty.node.batch import WINDOW, expect, run_of
from pos_loyalty.node.context import Context, Decision, Job, Look
from pos_loyalty.node.notices import Board
from pos_loyalty.node.writer import Direct, Turns, Writer
from pos_loyalty.ports.services import Clock
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store import journal, local
from pos_loyalty.store.apply import apply
from pos_loyalty.store.engine import Store
from pos_loyalty.store.journal import SALT_BYTES, Head
from pos_loyalty.store.local import JobRow
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx

Handler = Callable[[Context, Any], Decision]
Answer = TypeVar("Answer")
Publish = Callable[[Tx, Sequence[Fact], set[bytes]], None]
"""Hears of the facts of a transaction and the account groups they touched, before it commits."""
Prepare = Callable[[Command], object]
"""Is given a command before its transaction: what it learns from elsewhere is then known."""
Heard = Callable[[Command, Any], None]
"""Hears of a single command that was carried out, and its answer; it refuses nothing."""
REPEATED_AFTER_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
"""How long to wait before work that other workers stood in the way of is repeated."""

HANDLERS: dict[type[Command], Handler] = {
    commands.EnrolMember: members.enrol_member,
    commands.UndoEnrolment: members.undo_enrolment,
    commands.InviteMember: taking_part.invite_member,
    commands.LeaveProgramme: taking_part.leave_programme,
    commands.AttachCard: members.attach_card,
    commands.DetachCard: members.detach_card,
    commands.ReplaceCard: members.replace_card,
    commands.ChangeProfile: members.change_profile,
    commands.ChangeConsents: members.change_consents,
    commands.EraseMember: members.erase_member,
    commands.LinkMembers: members.link_members,
    commands.WriteNote: notes.write_note,
    commands.TellApart: apart.tell_apart,
    commands.ReadLabel: vouchers.read_label,
    commands.ReferMember: referrals.refer_member,
    commands.UseRight: rights.use_right,
    commands.UndoRight: rights.undo_right,
    commands.TellEvent: member_events.tell_event,
    commands.UndoEvent: member_events.undo_event,
    commands.OpenBasket: baskets.open_basket,
    commands.AttachMember: baskets.attach_member,
    commands.DetachMember: baskets.detach_member,
    commands.QuoteBasket: baskets.quote_basket,
    commands.DropBasket: baskets.drop_basket,
    commands.ProveMember: proving.prove_member,
    commands.HoldPoints: holds.hold_points,
    commands.ReleaseHold: holds.release_hold,
    commands.HoldVoucher: vouchers.hold_voucher,
    commands.ReleaseVoucher: vouchers.release_voucher,
    commands.CancelVoucher: vouchers.cancel_voucher,
    commands.TopUpCard: topping_up.top_up_card,
    commands.IssueVouchers: voucher_batches.issue_vouchers,
    commands.WithdrawVouchers: voucher_batches.withdraw_vouchers,
    commands.GrantVoucher: vouchers.grant_voucher,
    commands.CloseSale: sales.close_sale,
    commands.ReturnLines: returns.return_lines,
    commands.MoveTicket: moves.move_ticket,
    commands.ClaimTicket: moves.claim_ticket,
    commands.UndoTicketMove: moves.undo_ticket_move,
    commands.TakeBackUnknown: unknown_returns.take_back_unknown,
    commands.SettleFlag: watching.settle_flag,
    commands.BlockCard: members.block_card,
    commands.ChooseReceipt: receipts.choose_receipt,
    commands.ResumeJob: receipts.resume_job,
    commands.AdjustPoints: points.adjust_points,
    commands.UndoAdjustment: points.undo_adjustment,
    commands.TransferPoints: transfers.transfer_points,
    commands.OpenBalance: points.open_balance,
    commands.PublishProgramme: shop.publish_programme,
    commands.WithdrawProgramme: shop.withdraw_programme,
    commands.DeclarePlace: shop.declare_place,
    commands.KeepArticles: shop.keep_articles,
    commands.BringMember: bringing.bring_member,
    commands.NoteImport: bringing.note_import,
}


class Node:
    """A register or a hub: executes commands on its store. Any thread may call `execute`.

    `fault` is called with the name of each step that a power cut could follow; it does nothing
    outside tests.
    """

    def __init__(
        self,
        store: Store,
        settings: NodeSettings,
        clock: Clock,
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
        fault: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.board = Board()
        self.programmes = ProgrammeShelf()
        self.online = False
        self.ahead_ms = 0
        self.granted: dict[bytes, int] = {}
        self.publish: Publish = _tell_nobody
        self.prepare: Prepare = _nothing_to_prepare
        self.heard: Heard = _nobody_hears
        self.random_bytes = random_bytes
        self.writer: Writer = Turns() if store.is_sqlite else Direct()
        self._fault = fault
        self._digest_key = digest_key(settings.cards.key)

    def execute(self, command: Command) -> Any:
        """Carry out a command and give its answer, durable when it is given.

        Raises `LoyaltyError` for a refusal; nothing is recorded then, but for a ticket number
        that came with other content, which is parked.
        """
        self.prepare(command)
        answer = self.write(lambda: self._execute(command))
        self.heard(command, answer)
        return answer

    def execute_many(self, batch: Sequence[Command]) -> list[Any]:
        """Carry out commands in one transaction; a refused one gives its error as its answer.

        One that was carried out before gives its answer of then, as `Unchanged`.
        Meant for imports: one commit for many rows. No notices are posted. What was written is
        moved out of SQLite's log before the caller goes on, and beside whoever sells meanwhile.
        """
        given = self.write(lambda: self._execute_many(batch))
        self.store.rest()
        return given

    def write(self, work: Callable[[], Answer]) -> Answer:
        """Run work that is one transaction; gives its answer or raises what it raised.

        On PostgreSQL it is repeated, a bounded number of times, when other workers were in the
        way. `work` therefore does nothing outside its transaction.
        """
        return self.writer.run(lambda: self._repeated(work))

    def _repeated(self, work: Callable[[], Answer]) -> Answer:
        for pause in () if self.store.is_sqlite else REPEATED_AFTER_S:
            try:
                return work()
            except LoyaltyError as error:
                if error.reason is not Reason.STORE_BUSY:
                    raise
            sleep(pause * (0.5 + self.random_bytes(1)[0] / 256))
        return work()

    def basket(self, basket: str) -> answers.BasketAnswer:
        """Show an open basket as it stands; raises `LoyaltyError` (`BASKET_UNKNOWN`)."""
        shown = self.look(lambda ctx: baskets.answer_of(ctx, basket))
        assert isinstance(shown, answers.BasketAnswer)
        return shown

    def close(self) -> None:
        """Finish accepted commands, wake listeners, close the store."""
        self.board.close()
        self.writer.close()
        self.store.close()

    def context(self, tx: Tx) -> Context:
        """Give a handler's view of one transaction, now."""
        return Context(
            tx=tx,
            settings=self.settings,
            programmes=self.programmes,
            now_ms=self.clock.now_ms(),
            look=self.look,
            online=self.online,
            ahead_ms=self.ahead_ms,
            granted=self.granted,
        )

    def look(self, look: Look) -> Struct:
        """Read something in a view of its own, now."""
        with self.store.read() as tx:
            return look(self.context(tx))

    def _execute(self, command: Command) -> Any:
        self._fault("before-begin")
        with self.store.write() as tx:
            ctx = self.context(tx)
            known = self._recalled(tx, command)
            if known is not None:
                return memory.read(known)
            decision, answer = self._carry_out(ctx, command)
            self.publish(tx, ctx.recorded, ctx.touched)
            notices = decision.notices(answer)
            self._fault("before-commit")
        self._fault("after-commit")
        self.board.post(notices)
        if decision.refusal is not None:
            raise decision.refusal
        return answer

    def _execute_many(self, batch: Sequence[Command]) -> list[Any]:
        given: list[Any] = []
        with self.store.write() as tx:
            ctx = self.context(tx)
            for start in range(0, len(batch), WINDOW):
                given += self._take_window(ctx, batch[start : start + WINDOW])
            self.publish(tx, ctx.recorded, ctx.touched)
        return given

    def _take_window(self, ctx: Context, window: Sequence[Command]) -> list[Any]:
        given: list[Any] = []
        expect(ctx, window)
        while len(given) < len(window):
            run = run_of(ctx, window, len(given))
            given += self._take_run(ctx, run) if len(run) > 1 else [self._take(ctx, run[0])]
        return given

    def _take(self, ctx: Context, command: Command) -> Any:
        """Carry out a command of a batch; where it is refused, what it wrote is undone."""
        try:
            known = self._recalled(ctx.tx, command)
            if known is not None:
                return Unchanged(answer=memory.read(known))
            with ctx.tx.savepoint():
                decision, answer = self._carry_out(ctx, command)
        except LoyaltyError as error:
            return error
        return _said(decision, answer)

    def _take_run(self, ctx: Context, run: Sequence[Command]) -> list[Any]:
        """Carry out commands that cannot see each other; gives an answer for each it came to.

        It ends after one that is kept though it was refused: a ticket that takes the place of
        another could be seen by the next.
        """
        given: list[Any] = []
        decided: list[tuple[Command, Decision]] = []
        for command in run:
            try:
                known = self._recalled(ctx.tx, command)
                if known is not None:
                    given.append(Unchanged(answer=memory.read(known)))
                    continue
                decision = HANDLERS[type(command)](ctx, command)
            except LoyaltyError as error:
                given.append(error)
                continue
            decided.append((command, decision))
            given.append(decision)
            if decision.refusal is not None:
                break
        answers = iter(self._keep(ctx, decided))
        return [
            _said(each, next(answers)) if isinstance(each, Decision) else each for each in given
        ]

    def _carry_out(self, ctx: Context, command: Command) -> tuple[Decision, Any]:
        decision = HANDLERS[type(command)](ctx, command)
        (answer,) = self._keep(ctx, [(command, decision)])
        return decision, answer

    def _keep(self, ctx: Context, decided: Sequence[tuple[Command, Decision]]) -> list[Any]:
        """Record what was decided, leave its jobs, remember its answers and give them."""
        self._fault("decided")
        ctx.look_again()
        drafts = [draft for _, decision in decided for draft in decision.facts]
        if drafts:
            self._record(ctx, drafts)
        self._fault("applied")
        jobs = [_row(job, ctx.now_ms) for _, decision in decided for job in decision.jobs]
        local.add_jobs(ctx.tx, jobs)
        answers = [decision.answer() for _, decision in decided]
        remembered = [
            (command.id, self._digest(command), memory.written(decision.refusal or answer))
            for (command, decision), answer in zip(decided, answers, strict=True)
        ]
        local.remember(ctx.tx, remembered, ctx.now_ms)
        return answers

    def _recalled(self, tx: Tx, command: Command) -> bytes | None:
        """Give what a command id was answered; raises `LoyaltyError` for other content."""
        known = local.recall(tx, command.id)
        if known is None:
            return None
        if not known.answer:
            raise LoyaltyError(Reason.MEMBER_ERASED)
        if known.digest != self._digest(command):
            raise LoyaltyError(Reason.COMMAND_ALTERED)
        return known.answer

    def _digest(self, command: Command) -> bytes:
        return content_digest(command, self._digest_key)

    def try_out(self, ctx: Context, command: Command) -> Any:
        """Give what a command would answer, for a caller who undoes what this writes."""
        _, answer = self._carry_out(ctx, command)
        return answer

    def append(self, ctx: Context, drafts: Sequence[journal.Draft]) -> None:
        """Record facts that a hub decides on what it took, in the transaction that takes it."""
        if drafts:
            self._record(ctx, drafts)

    def _record(self, ctx: Context, drafts: Sequence[journal.Draft]) -> None:
        """Number facts at the end of this node's chain, store and apply them."""
        head = journal.own_head(ctx.tx, self.settings.node)
        salts = [self.random_bytes(SALT_BYTES) for _ in drafts]
        facts = journal.number(head, drafts, now_ms=ctx.now_ms, salts=salts)
        stamp = max(head.stamp, max(fact.stamp for fact in facts))
        end = Head(head.node, head.inc, facts[-1].seq, facts[-1].hash, stamp)
        journal.store(ctx.tx, facts, end)
        self._fault("journalled")
        ctx.touched |= apply(ctx.tx, facts, [draft.payload for draft in drafts])
        ctx.recorded += facts


def _tell_nobody(tx: Tx, facts: Sequence[Fact], groups: set[bytes]) -> None:
    """A register has no feeds."""


def _nobody_hears(command: Command, answer: Any) -> None:
    """A node that serves nobody's screen has nobody to count for."""


def _nothing_to_prepare(command: Command) -> None:
    """A node without a hub knows all there is to know."""


def _said(decision: Decision, answer: Any) -> Any:
    """Give what the sender of a batch hears of a command."""
    return decision.refusal or (Unchanged(answer=answer) if decision.repeated else answer)


def _row(job: Job, now_ms: int) -> JobRow:
    return JobRow(
        job.id, job.kind, job.state, now_ms, 0, job.subject, job.ticket, job.payload, "", now_ms
    )
