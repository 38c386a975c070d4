"""What rewards take off a ticket: of which lines, in which order, and which of them together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pos_loyalty.domain.bundles import Piece, bundled
from pos_loyalty.domain.programme import Programme, Reward, RewardKind
from pos_loyalty.domain.rulebook import excludes, touches
from pos_loyalty.domain.ticket import Discount, Line, less, paid_by_line, shares


class Use(NamedTuple):
    """What a reward takes off, and off which lines (from 0; none: the whole ticket)."""

    amount: int
    lines: tuple[int, ...]


class Units(NamedTuple):
    """Units of a line at one price."""

    price: int
    line: int
    number: int


def free_lines(programme: Programme, lines: Sequence[Line]) -> tuple[int, ...]:
    """Give the lines that discounts may cover."""
    bars = [rule for rule in programme.exclusions if not rule.coupons]
    return tuple(
        at for at, line in enumerate(lines) if not any(excludes(rule, line) for rule in bars)
    )


def promotions(
    programme: Programme, lines: Sequence[Line], discounts: Sequence[Discount]
) -> tuple[Discount, ...]:
    """Give what the rewards that cost no points take off a ticket, beside its other discounts.

    The shop's own discounts come first, then kind after kind as the programme orders them, what
    points pay before what is free. Of rewards of a kind that stack as "best" and touch the same
    line, the one that takes most off is given. Promotions among `discounts` are found anew.
    """
    if all(each.points for each in programme.rewards):
        return ()
    beside = [each for each in discounts if each.hold or not each.reward]
    left = paid_by_line(lines, [each for each in beside if not each.hold])
    gone = _items(programme, beside)
    found: list[Discount] = []
    for kind in programme.stacking:
        for each in beside:
            if each.hold and _kind(programme, each) == kind:
                left = _after(left, each)
        offered = [each for each in programme.rewards if each.kind == kind and not each.points]
        given = [*_best(programme, offered, lines, left, gone)]
        for each in given:
            left = _keep(each, lines, left, beside, found)
            gone.update(each.lines if kind == "item" else ())
        for reward in offered:
            for each in (
                _free(programme, reward, lines, left, gone) if reward.stack == "all" else ()
            ):
                left = _keep(each, lines, left, beside, found)
                gone.update(each.lines if kind == "item" else ())
    return tuple(found)


def worth(
    programme: Programme,
    reward: Reward,
    lines: Sequence[Line],
    discounts: Sequence[Discount],
    *,
    blocks: int = 1,
) -> Use | None:
    """Give what a reward takes off beside the discounts there already; None where it does not fit.

    It is reckoned on what the discounts before it leave, and is never more than all of them do.
    """
    place = programme.stacking.index(reward.kind)
    before = [
        each
        for each in discounts
        if not (each.reward or each.hold)
        or programme.stacking.index(_kind(programme, each)) <= place
    ]
    gone = _items(programme, before)
    uses = _uses(programme, reward, lines, paid_by_line(lines, before), gone, blocks)
    if not uses:
        return None
    covered = tuple(at for use in uses for at in use.lines)
    spare = paid_by_line(lines, discounts)
    amount = min(sum(use.amount for use in uses), _cost(spare, covered))
    if reward.share and amount > _payable(reward, lines, before, covered):
        return None
    return Use(amount, covered) if amount else None


def blocks_fitting(
    programme: Programme, reward: Reward, lines: Sequence[Line], discounts: Sequence[Discount]
) -> int:
    """Give how many blocks of a reward a basket can take in full; of most there is but one."""
    use = worth(programme, reward, lines, discounts)
    if use is None or reward.kind != "amount":
        return 0 if use is None else 1
    left = paid_by_line(lines, discounts)
    fitting = min(_cost(left, use.lines), sum(left))
    if reward.share:
        fitting = min(fitting, _payable(reward, lines, discounts, use.lines))
    return fitting // reward.amount


def _payable(
    reward: Reward, lines: Sequence[Line], discounts: Sequence[Discount], covered: Sequence[int]
) -> int:
    """Give what a reward with a share may still pay of its lines, beside what it pays already."""
    own = [each for each in discounts if each.hold and each.reward == reward.label]
    left = paid_by_line(lines, [each for each in discounts if each not in own])
    cost = _cost(left, covered)
    return cost * reward.share // 100 - sum(each.amount for each in own)


def _keep(
    offered: Discount,
    lines: Sequence[Line],
    left: list[int],
    beside: Sequence[Discount],
    found: list[Discount],
) -> list[int]:
    """Add a promotion, as far as all discounts leave something to take; give what it leaves."""
    cost = _cost(paid_by_line(lines, [*beside, *found]), offered.lines)
    if not cost:
        return left
    kept = replace(offered, amount=min(offered.amount, cost))
    found.append(kept)
    return _after(left, kept)


def _after(left: list[int], discount: Discount) -> list[int]:
    off = min(discount.amount, _cost(left, discount.lines))
    return less(left, shares(left, off, discount.lines))


def _cost(left: Sequence[int], lines: Sequence[int]) -> int:
    """Give what some lines (none: all) still cost, at most what is due with those below zero."""
    return max(0, min(sum(max(0, left[at]) for at in lines or range(len(left))), sum(left)))


def _kind(programme: Programme, discount: Discount) -> RewardKind:
    named = (each.kind for each in programme.rewards if each.label == discount.reward)
    return next(named, "amount")


def _best(
    programme: Programme,
    offered: Sequence[Reward],
    lines: Sequence[Line],
    left: list[int],
    gone: Counter[int],
) -> Iterator[Discount]:
    """Give the discounts of rewards that stack as "best": on each line the one that takes most."""
    tried = [
        [*_free(programme, each, lines, left, gone)] for each in offered if each.stack == "best"
    ]
    taken: set[int] = set()
    for given in sorted(tried, key=lambda given: -sum(each.amount for each in given)):
        touched = {at for each in given for at in each.lines or range(len(lines))}
        if taken.isdisjoint(touched):
            taken |= touched
            yield from given


def _free(
    programme: Programme,
    reward: Reward,
    lines: Sequence[Line],
    left: list[int],
    gone: Counter[int],
) -> Iterator[Discount]:
    gift = reward.minimum if reward.kind == "item" else 0
    for use in _uses(programme, reward, lines, left, gone, 1):
        yield Discount(use.amount, reward.label, lines=use.lines, reward=reward.label, minimum=gift)


def _uses(
    programme: Programme,
    reward: Reward,
    lines: Sequence[Line],
    left: list[int],
    gone: Counter[int],
    blocks: int,
) -> list[Use]:
    """Give what a reward takes off what is left to pay, line by line where units decide.

    `gone` are the units of each line that were given already.
    """
    due = sum(left)
    free = free_lines(programme, lines)
    scope = tuple(at for at in free if left[at] > 0 and touches(reward, lines[at]))
    cost = min(sum(left[at] for at in scope), due)
    if due < max(reward.minimum, 1) or not cost:
        return []
    whole = len(free) == len(lines) and not (reward.articles or reward.categories or reward.flags)
    if reward.kind == "amount":
        fits = blocks <= -(-cost // reward.amount)
        return [Use(min(reward.amount * blocks, cost), () if whole else scope)] if fits else []
    if blocks != 1:
        return []
    if reward.kind == "percent":
        return _some(Use((cost * reward.percent + 50) // 100, () if whole else scope))
    units = sorted(_units(lines, left, scope, gone))
    if reward.kind == "item":
        price, line, _ = units[-1] if units else Units(0, 0, 0)
        return _some(Use(price, (line,))) if due - price >= reward.minimum else []
    if reward.kind == "bundle":
        pieces = [Piece(*each) for each in units]
        return _some(Use(*bundled(programme, reward, lines, pieces)))
    return _cheapest(units, reward)


def _some(use: Use) -> list[Use]:
    return [use] if use.amount else []


def _items(programme: Programme, discounts: Sequence[Discount]) -> Counter[int]:
    """Give how many units of each line are given whole."""
    given = [each for each in discounts if _kind(programme, each) == "item"]
    return Counter(at for each in given for at in each.lines)


def units_of(lines: Sequence[Line], left: list[int], scope: Sequence[int]) -> Iterator[Units]:
    """Give the units of some lines that are sold by the piece: price, line, number."""
    return _units(lines, left, scope, Counter())


def _units(
    lines: Sequence[Line], left: list[int], scope: Sequence[int], gone: Counter[int]
) -> Iterator[Units]:
    """Give the units of lines that are sold by the piece, at most two prices a line."""
    for at in scope:
        count, rest = divmod(lines[at].quantity, 1000)
        count -= gone[at]
        if count <= 0 or rest:
            continue
        price, dearer = divmod(left[at], count)
        yield Units(price, at, count - dearer)
        if dearer:
            yield Units(price + 1, at, dearer)


def _cheapest(units: Sequence[Units], reward: Reward) -> list[Use]:
    """Give a part of the price of the cheapest unit of every `each`, each to the nearest cent.

    It comes off those units' own lines, or, `spread` over the bundle, off all units that go
    together, the cheapest ones: then nothing is kept that others had paid for.
    """
    number = sum(each.number for each in units) // reward.each
    bundled, off = number * reward.each, dict[int, int]()
    for price, line, count in units:
        taken = min(count, number)
        number -= taken
        amount = taken * ((price * reward.percent + 50) // 100)
        if amount or (bundled > 0 and reward.spread == "bundle"):
            off[line] = off.get(line, 0) + amount
        bundled -= count
    if reward.spread == "bundle":
        return _some(Use(sum(off.values()), tuple(sorted(off))))
    return [Use(amount, (line,)) for line, amount in sorted(off.items())]
