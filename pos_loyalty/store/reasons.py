"""How tickets came to their points: read with the versions that they were rated under."""

from collections.abc import Sequence

from pos_loyalty.answers import Explanation
from pos_loyalty.domain.causes import Cause, Why, causes_of, with_others
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.explaining import steps_of
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.ticket import Line, ticket_key
from pos_loyalty.events import SaleClosed
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.tickets import folded_ticket

NO_PROGRAMME = Why(causes=(Cause(code="no_programme"),))


def explained(
    programme: Programme, rating: Rating, lines: Sequence[Line], day: int, *, currency: str
) -> Explanation:
    """Explain one rating of a ticket of these lines, this business day and this currency."""
    steps = steps_of(programme, rating, lines, day)
    causes = causes_of(steps, rating.earned)
    if currency != programme.currency and not rating.exchange:
        causes = (Cause(code="no_exchange", name=currency),)
    unit = programme.unit if programme.unit != "points" else ""
    return Explanation(
        programme=programme.id,
        name=programme.name,
        version=programme.version,
        tier=rating.tier,
        earned=rating.earned,
        why=Why(points=rating.earned, causes=causes, currency=programme.currency, unit=unit),
        steps=steps,
    )


def explanations(tx: Tx, shelf: ProgrammeShelf, sale: SaleClosed) -> tuple[Explanation, ...]:
    """Explain every rating of a ticket whose version is known here."""
    found = []
    for rating in sale.ratings if sale.account else ():
        programme = shelf.version(tx, rating.programme, rating.version)
        if programme is not None:
            day = day_of(sale.day)
            found.append(explained(programme, rating, sale.lines, day, currency=sale.currency))
    return tuple(found)


def why_of(tx: Tx, shelf: ProgrammeShelf, sale: SaleClosed) -> Why | None:
    """Give why a ticket brought what it did; nothing for one without a customer."""
    if not sale.account:
        return None
    if not sale.ratings:
        return NO_PROGRAMME
    found = explanations(tx, shelf, sale)
    if not found:
        return None
    rating = sale.ratings[0]
    if not (rating.carried or rating.occasions or rating.maximum_day or rating.maximum_month):
        return found[0].why
    key = ticket_key(sale.store, sale.till, sale.epoch, sale.day, sale.number)
    ticket = folded_ticket(tx, key)
    return with_others(found[0].why, ticket) if ticket else found[0].why
