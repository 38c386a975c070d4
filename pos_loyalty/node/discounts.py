"""The discounts of a ticket: what the programme bars, and what its rewards give."""

from collections.abc import Sequence

from msgspec.structs import replace

from pos_loyalty.domain.programme import Programme, Reward
from pos_loyalty.domain.rewards import free_lines, promotions, worth
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node.checks import fit
from pos_loyalty.store import tickets
from pos_loyalty.store.statements import Tx


def allowed(
    programme: Programme | None, lines: tuple[Line, ...], discounts: tuple[Discount, ...]
) -> tuple[Discount, ...]:
    """Give the discounts without the lines that the programme bars from them.

    Raises `LoyaltyError` (`TICKET_INVALID`) where what is left of the lines costs less.
    """
    if programme is None or not discounts:
        return discounts
    free = free_lines(programme, lines)
    if len(free) == len(lines):
        return discounts
    kept = tuple(_within(free, discount) for discount in discounts)
    if not all(each.lines or not each.amount for each in kept) or not fit(lines, kept):
        raise _refused(Wrong.DISCOUNT_BARRED)
    return kept


def confirmed(
    tx: Tx, programme: Programme | None, lines: Sequence[Line], discounts: tuple[Discount, ...]
) -> tuple[Discount, ...]:
    """Give discounts of rewards as the programme gives them on this ticket; others as they are.

    Raises `LoyaltyError` (`TICKET_INVALID`) for one that it does not give, or not so much of it.
    """
    if not any(each.reward or each.hold for each in discounts):
        return discounts
    known = {each.label: each for each in programme.rewards} if programme else {}
    kept = tuple(_held(tx, each, known) for each in discounts)
    if programme is None or not any(each.reward for each in kept):
        if any(each.reward and not each.hold for each in kept):
            raise _refused(Wrong.REWARD_DIFFERS)
        return kept
    names = {each.reward for each in kept}
    chosen = replace(
        programme, rewards=tuple(each for each in programme.rewards if each.label in names)
    )
    given = list(promotions(chosen, lines, [each for each in kept if not each.voucher]))
    found = (
        _paid(programme, known, lines, kept, at) if each.hold else _promised(given, each)
        for at, each in enumerate(kept)
    )
    return tuple(_termed(each, known.get(each.reward)) for each in found)


def matched(given: Sequence[Discount], told: Sequence[Discount]) -> tuple[Discount, ...]:
    """Find discounts among those that are given, each once; raises `LoyaltyError` for others."""
    left = list(given)
    return tuple(_promised(left, each) for each in told)


def _termed(discount: Discount, reward: Reward | None) -> Discount:
    """Freeze beside a discount what a return has to know of its reward."""
    if reward is None or reward.on_return == "keep":
        return replace(discount, claw_back=False) if discount.claw_back else discount
    return replace(discount, claw_back=True, minimum=reward.minimum)


def _held(tx: Tx, discount: Discount, known: dict[str, Reward]) -> Discount:
    """Name the reward that a hold was made for, whatever the POS says of it."""
    if not discount.hold:
        return discount
    reward = tickets.reward_of_hold(tx, discount.hold)
    return replace(discount, reward=reward if reward in known else "")


def _paid(
    programme: Programme,
    known: dict[str, Reward],
    lines: Sequence[Line],
    discounts: tuple[Discount, ...],
    at: int,
) -> Discount:
    """Give a discount that points pay with the lines it covers; it may be worth more by now."""
    discount = discounts[at]
    reward = known.get(discount.reward)
    if reward is None or (reward.kind == "amount" and not (_scoped(reward) or reward.share)):
        return discount
    others = [
        each
        for place, each in enumerate(discounts)
        if place < at or known.get(each.reward, reward).kind != reward.kind
    ]
    blocks = -(-discount.amount // reward.amount) if reward.kind == "amount" else 1
    use = worth(programme, reward, lines, others, blocks=blocks)
    if use is None or discount.amount > use.amount:
        raise _refused(Wrong.REWARD_DIFFERS)
    return replace(discount, lines=use.lines)


def _scoped(reward: Reward) -> bool:
    return bool(reward.articles or reward.categories or reward.flags)


def _promised(given: list[Discount], discount: Discount) -> Discount:
    """Find a promotion among those that the programme gives; each counts once."""
    for each in given:
        same = each.reward == discount.reward and each.amount == discount.amount
        if same and discount.lines in ((), each.lines):
            given.remove(each)
            return each
    if discount.reward:
        raise _refused(Wrong.REWARD_DIFFERS)
    return discount


def _within(free: tuple[int, ...], discount: Discount) -> Discount:
    wanted = discount.lines or free
    return replace(discount, lines=tuple(at for at in wanted if at in free))


def _refused(problem: Wrong) -> LoyaltyError:
    return LoyaltyError(Reason.TICKET_INVALID, field="discounts", problem=problem)
