"""Proof that somebody who was found by name is the member: the last digits of what they hold.

A name is no secret: without proof, whoever knows one could spend another's points. The daemon asks
itself, so that no screen and no program can leave the question out.
"""

import msgspec

from pos_loyalty import commands
from pos_loyalty.answers import ProofAnswer
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.baskets import answer_of, changed, keep, load
from pos_loyalty.node.choices import check_second_person
from pos_loyalty.node.content import Content
from pos_loyalty.node.context import Context, Decision
from pos_loyalty.node.guarding import Guard
from pos_loyalty.settings import NodeSettings
from pos_loyalty.store import people

PROOF_DIGITS = (2, 4)


def prove_member(ctx: Context, command: commands.ProveMember) -> Decision:
    """Look whether digits are the last of the telephone of a basket's member, or of a card.

    Wrong ones are counted by member, whoever tries; after too many of them none are right for a
    while. Raises `LoyaltyError`: `BASKET_UNKNOWN`, `MEMBER_UNKNOWN` for a basket that is nobody's.
    """
    found, content = load(ctx, command.basket)
    if not content.member:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    answer = _tried(ctx, content, command.digits)
    if answer.right and content.searched:
        proved = msgspec.structs.replace(content, searched=False)
        keep(ctx, command.basket, found.account, proved)
    return Decision(
        answer=lambda: answer,
        notices=lambda _: changed(answer_of(ctx, command.basket)) if answer.right else [],
    )


def _tried(ctx: Context, content: Content, digits: str) -> ProofAnswer:
    guard = guard_of(ctx.settings)
    if not content.searched:
        return ProofAnswer(right=True)
    if guard.waits_ms(ctx, content.member):
        return ProofAnswer(right=False)
    if _proves(ctx, bytes.fromhex(content.member), digits):
        guard.right(ctx, content.member)
        return ProofAnswer(right=True)
    if guard.wrong(ctx, content.member):
        return ProofAnswer(right=False)
    return ProofAnswer(right=False, left=guard.left(ctx, content.member) + 1)


def guard_of(settings: NodeSettings) -> Guard:
    """Give how often a proof may be wrong."""
    proofs = settings.proofs
    return Guard(kind="proof", allowed=proofs.wrong_max - 1, wait_ms=proofs.wait_s * 1000)


def _proves(ctx: Context, member: bytes, digits: str) -> bool:
    if len(digits) not in PROOF_DIGITS or not digits.isdigit():
        return False
    phone, tails = _known_of(ctx, member)
    return phone.endswith(digits) or digits in tails


def _known_of(ctx: Context, member: bytes) -> tuple[str, list[str]]:
    phone = people.profile_of(ctx.tx, member).get("phone", "")
    cards = people.cards_of(ctx.tx, member)
    return phone, [card.tail for card in cards if card.status == "active"]


def check_proved(
    ctx: Context, content: Content, points: int, *, approved_by: str, actor: str
) -> None:
    """Refuse to hold so many points for who was found by name and proved nothing.

    Where a member has neither telephone nor card to be asked about, a second person stands for
    them. Raises `LoyaltyError`: `PROOF_NEEDED`, `SECOND_PERSON_NEEDED`.
    """
    if not content.searched or points <= ctx.settings.proofs.points:
        return
    if any(_known_of(ctx, bytes.fromhex(content.member))):
        raise LoyaltyError(Reason.PROOF_NEEDED)
    check_second_person(approved_by, actor)
