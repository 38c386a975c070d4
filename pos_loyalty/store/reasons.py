"""How tickets came to their points: read with the versions that they were rated under."""

from collections.abc import Sequence

from msgspec.structs import replace

from pos_loyalty.answers import Explanation
from pos_loyalty.domain.causes import Cause, Why, causes_of, with_others
from pos_loyalty.domain.days import day_of
from pos_loyalty.domain.explaining import steps_of
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.domain.ticket import Line, ticket_key
from pos_loyalty.events import SaleClosed
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx
from pos_loyalty.store.tickets import folded_ticket, is_recorded

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
    """Explain every rating of a ticket whose version is known here, as the ledger has it now."""
    found: list[Explanation] = []
    ticket = _folded(tx, sale)
    for index, rating in enumerate(sale.ratings if sale.account else ()):
        programme = shelf.version(tx, rating.programme, rating.version)
        if programme is not None:
            day = day_of(sale.day)
            each = explained(programme, rating, sale.lines, day, currency=sale.currency)
            why = with_others(each.why, ticket, index) if ticket else each.why
            found.append(replace(each, why=why))
    return tuple(found)


def _folded(tx: Tx, sale: SaleClosed) -> Ticket | None:
    """Give a ticket as it became, where something did."""
    key = ticket_key(sale.store, sale.till, sale.epoch, sale.day, sale.number)
    return folded_ticket(tx, key) if is_recorded(tx, key) else None


def why_of(tx: Tx, shelf: ProgrammeShelf, sale: SaleClosed) -> Why | None:
    """Give why a ticket brought what it did; nothing for one without a customer."""
    if not sale.account:
        return None
    if not sale.ratings:
        return NO_PROGRAMME
    found = explanations(tx, shelf, sale)
    return found[0].why if found else None
