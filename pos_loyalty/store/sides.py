"""What tickets and returns did in programmes beside the main one."""

from pos_loyalty.answers import Beside
from pos_loyalty.domain.identifiers import is_programme
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.sold import Ticket
from pos_loyalty.events import LinesReturned, SaleClosed
from pos_loyalty.store import reasons, tickets
from pos_loyalty.store.amending import amended, amendments_of
from pos_loyalty.store.shop import ProgrammeShelf
from pos_loyalty.store.statements import Tx


def sold(tx: Tx, shelf: ProgrammeShelf, key: str, sale: SaleClosed) -> tuple[Beside, ...]:
    """Tell what a recorded ticket brings in the other programmes, and what of them paid for it."""
    if len(sale.ratings) < 2:
        return ()
    kept = tickets.kept_by_programme(tx, key, sale)
    used = {each.programme: sum(each.spent) for each in sale.ratings}
    main = sale.ratings[0].programme
    return tuple(
        Beside(
            programme=each.programme,
            name=each.name,
            earned=kept[each.programme],
            why=each.why,
            used=used[each.programme],
            unit=each.why.unit,
        )
        for each in reasons.explanations(tx, shelf, sale)
        if each.programme != main
    )


def came_back(
    tx: Tx, shelf: ProgrammeShelf, key: str, returned: LinesReturned, ticket: Ticket
) -> tuple[Beside, ...]:
    """Tell what a return took from the other programmes, and gave back there, below zero."""
    sale = tickets.sale_of(tx, returned.ticket)
    sale = amended(sale, amendments_of(tx, returned.ticket)) if sale else None
    versions = {each.programme: each.version for each in sale.ratings} if sale else {}
    found = []
    for name, taking in [*tickets.takings_of(tx, key, ticket).items()][1:]:
        programme = shelf.version(tx, name, versions.get(name, ""))
        if not is_programme(name) or programme is None or not any(taking):
            continue
        found.append(
            Beside(
                programme=name,
                name=programme.name,
                earned=-taking.taken_back,
                used=-taking.given_back,
                unit=shown_unit(programme),
            )
        )
    return tuple(found)


def shown_unit(programme: Programme) -> str:
    """Give the unit of a programme's points as answers say it."""
    return "" if programme.unit == "points" else programme.unit
