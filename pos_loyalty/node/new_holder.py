"""What a ticket that changes hands brings whoever has it then.

In the main programme the points go along as they are: its rules and the tier of the sale stand,
and only what a member gets once, such as a birthday's points, is theirs alone. The other programmes
rate it as if it had been the new holder's from the start, by what is known of them and was true
when it was sold.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.identifiers import is_goods, is_stamps
from pos_loyalty.domain.occasions import occasions_of
from pos_loyalty.domain.rating import Rating, rate
from pos_loyalty.domain.stamps import rate_stamps
from pos_loyalty.domain.ticket import earning_by_line
from pos_loyalty.domain.tiers import tier_on
from pos_loyalty.events import SaleClosed, TicketMoved
from pos_loyalty.node.baskets import standing
from pos_loyalty.node.context import Context
from pos_loyalty.node.forecast import circumstances
from pos_loyalty.node.paying import Paying
from pos_loyalty.node.taking_part import rated_beside, rated_goods
from pos_loyalty.store import people


def ratings_for(
    ctx: Context, sale: SaleClosed, moves: Sequence[TicketMoved], account: bytes
) -> tuple[Rating, ...]:
    """Give what a ticket, after these moves, brings an account; empty where that is what its own
    fact says. Nobody gets anything."""
    if account.hex() in ("", sale.account):
        return ()
    main = _main(moves[-1].ratings if moves else ()) or _main(sale.ratings)
    if not sale.account and not main:
        main = _rated(ctx, sale, account)
    if not main:
        return ()  # no programme was in force
    member = _member(ctx, account)
    theirs = replace(sale, account=account.hex())
    first = _with_own_occasions(ctx, main[0], day_of(sale.day), member)
    told = moves[-1].ratings if moves else sale.ratings
    goods = [each for each in told if is_goods(each.programme)] or rated_goods(ctx, sale)
    beside = rated_beside(ctx, theirs, member, Paying({}), at_ms=sale.at)
    return (first, *main[1:], *beside, *goods)


def _member(ctx: Context, account: bytes) -> bytes | None:
    card = people.card_of(ctx.tx, account)
    member = card.member if card and card.status == "active" else account
    return member if people.status_of(ctx.tx, member) == "enrolled" else None


def _main(ratings: Sequence[Rating]) -> tuple[Rating, ...]:
    """Give the ratings of the main programme: its points and the stamps of its card."""
    return tuple(each for at, each in enumerate(ratings) if at == 0 or is_stamps(each.programme))


def _rated(ctx: Context, sale: SaleClosed, account: bytes) -> tuple[Rating, ...]:
    """Rate a ticket that was closed for nobody by the rules of its day."""
    day = day_of(sale.day)
    programme = ctx.programme_needed(day)
    held = standing(ctx, account, programme, day)
    rating = rate(
        ctx.programmes.rules_of(programme),
        sale.lines,
        earning_by_line(
            sale.lines, sale.discounts, sale.tenders, with_points=programme.paid_with_points
        ),
        tier=tier_on(programme, held, day),
        day=day,
        qualifying=held.qualifying,
        currency=sale.currency,
        **circumstances(ctx, programme, None, at_ms=sale.at, zone=sale.zone),
    )
    stamps = rate_stamps(programme, sale.lines, sale.discounts, day=day)
    return (rating, *((stamps,) if stamps else ()))


def _with_own_occasions(ctx: Context, rating: Rating, day: int, member: bytes | None) -> Rating:
    """Give a rating with what is given once to this member, and not to who had the ticket."""
    programme = ctx.programmes.version(ctx.tx, rating.programme, rating.version)
    if programme is None or not programme.once:
        return rating
    profile = people.profile_of(ctx.tx, member) if member else {}
    own = occasions_of(programme, sum(rating.bases), day, profile)
    return replace(rating, occasions=own)
