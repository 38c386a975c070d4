"""What contradicts itself in a programme whose values are each well-formed."""

from collections.abc import Iterator
from itertools import chain, pairwise

from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import Wrong
from pos_loyalty.programmes.events import faults_of_events
from pos_loyalty.programmes.exchange import faults_of_exchanges
from pos_loyalty.programmes.faults import Fault
from pos_loyalty.programmes.limits import faults_of_limits
from pos_loyalty.programmes.once import faults_of_once
from pos_loyalty.programmes.rewards import faults_of_parts, faults_of_rewards
from pos_loyalty.programmes.rights import faults_of_rights
from pos_loyalty.programmes.segments import faults_of_segment
from pos_loyalty.programmes.stamps import faults_of_stamps
from pos_loyalty.programmes.vouchers import faults_of_vouchers


def contradictions(programme: Programme) -> Iterator[Fault]:
    """Find values that contradict one another."""
    return chain(
        _head(programme),
        _tiers(programme),
        _earning(programme),
        _beside(programme),
        faults_of_once(programme.once),
        faults_of_stamps(programme),
        faults_of_rights(programme),
        faults_of_segment(programme),
        faults_of_events(programme),
        faults_of_rewards(programme.rewards, programme.stacking),
        faults_of_parts(programme),
        _wallet(programme),
        faults_of_exchanges(programme),
        faults_of_vouchers(programme),
        faults_of_limits(programme),
        _same_ticket(programme),
    )


def _head(programme: Programme) -> Iterator[Fault]:
    if programme.has_ended(programme.first_day):
        yield "programme.last_day", Wrong.BEFORE_FIRST_DAY, {}
    first = programme.first_day
    if programme.last_day(first) < first + programme.pending_days:
        yield "expiry.pending_days", Wrong.NEVER_USABLE, {}


def _wallet(programme: Programme) -> Iterator[Fault]:
    """A cent of a wallet pays a cent, of the programme's own currency."""
    if programme.unit != "cents":
        return
    for index, reward in enumerate(programme.rewards):
        if reward.kind == "amount" and reward.points not in (0, reward.amount):
            yield f"reward[{index}].points", Wrong.WALLET_CENTS, {}
    if programme.exchanges:
        yield "exchange[0]", Wrong.WALLET_CURRENCY, {}


def _same_ticket(programme: Programme) -> Iterator[Fault]:
    """Points that wait, or that only some members get, cannot pay for their own ticket."""
    for index, reward in enumerate(programme.rewards):
        if reward.same_ticket and (programme.pending_days or programme.members != "all"):
            yield f"reward[{index}].same_ticket", Wrong.SAME_TICKET, {}


def _tiers(programme: Programme) -> Iterator[Fault]:
    thresholds = [tier.threshold for tier in programme.tiers]
    if thresholds[0] != 0:
        yield "tier[0].threshold", Wrong.FIRST_TIER_ABOVE_ZERO, {}
    for index, (before, after) in enumerate(pairwise(thresholds)):
        if after <= before:
            yield f"tier[{index + 1}].threshold", Wrong.TIERS_NOT_RISING, {}
    eased = programme.grace_days or programme.downgrade != "spend"
    if programme.review == "rolling" and eased:
        yield "tiers.review", Wrong.NO_REVIEW, {}


def _beside(programme: Programme) -> Iterator[Fault]:
    """What is carried over is exact: nothing else may round it or cut it."""
    cut = programme.maximum or programme.maximum_day or programme.maximum_month
    if programme.carry_over and (cut or programme.rounding != "down"):
        yield "earn.carry_over", Wrong.CARRIED_AND_CUT, {}
    if programme.visit_minutes and not programme.visit:
        yield "earn.visit_minutes", Wrong.NO_VISIT, {}


def _earning(programme: Programme) -> Iterator[Fault]:
    if not (programme.points or programme.visit or programme.quantities or programme.bonuses):
        yield "earn.points", Wrong.EARNS_NOTHING, {}
    if programme.best_multiplier_only and programme.combine != "multiply":
        yield "earn.best_multiplier_only", Wrong.COMBINED_TWICE, {}
    for index, rule in enumerate(programme.exclusions):
        if not (rule.category or rule.article or rule.flag):
            yield f"exclusion[{index}]", Wrong.EXCLUDES_NOTHING, {}
    for index, each in enumerate(programme.multipliers):
        if each.last_day and each.last_day < each.first_day:
            yield f"multiplier[{index}].last_day", Wrong.BEFORE_FIRST_DAY, {}
