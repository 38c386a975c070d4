"""What was decided on a ticket afterwards: whose it is, and whether its points stand.

The amendments of a ticket are numbered by their business keys; those known without a hole count,
in their order, whatever came first. A sale is folded as they leave it.
"""

from msgspec.structs import replace
from sqlalchemy import bindparam, select

from pos_loyalty.domain.days import NEVER
from pos_loyalty.domain.identifiers import amendment_key
from pos_loyalty.domain.rating import Rating, worthless
from pos_loyalty.events import SaleClosed, TicketJudged, TicketMoved, decode_payload
from pos_loyalty.store import schema
from pos_loyalty.store.statements import Row, Tx

PENDING, CONFIRM, VOID = "pending", "confirm", "void"
"""What is said of a ticket's points."""
Amendment = TicketMoved | TicketJudged
_f = schema.fact.c
_FACT = select(schema.fact).where(
    _f.node == bindparam("node_"), _f.inc == bindparam("inc_"), _f.seq == bindparam("seq_")
)


def amendments_of(tx: Tx, ticket: str, held: dict[str, Row] | None = None) -> list[Amendment]:
    """Give the amendments of a ticket that count, in their order.

    `held` are business keys of a batch that is not written yet.
    """
    found: list[Amendment] = []
    while (told := _amendment(tx, amendment_key(ticket, len(found) + 1), held)) is not None:
        found.append(told)
    return found


def _amendment(tx: Tx, key: str, held: dict[str, Row] | None) -> Amendment | None:
    holder = held.get(key) if held else None
    if holder is None:
        rows = tx.fetch(schema.claim, [key])
        holder = rows[0] if rows else None
    if holder is None or not holder[2]:
        return None
    row = tx.row(_FACT, node_=holder[2], inc_=holder[3], seq_=holder[4])
    told = decode_payload(row[5], row[10]) if row else None
    return told if isinstance(told, Amendment) else None


def amended(sale: SaleClosed, amendments: list[Amendment]) -> SaleClosed:
    """Give a sale as its amendments leave it."""
    told, verdict = sale, ""
    for each in amendments:
        if isinstance(each, TicketJudged):
            verdict = each.verdict
            continue
        fits = all(_fits(rating, sale) for rating in each.ratings)
        ratings = each.ratings if each.ratings and fits else sale.ratings
        told = replace(told, account=each.account, ratings=ratings)
    if verdict == PENDING:
        return replace(told, ratings=tuple(replace(each, first=NEVER) for each in told.ratings))
    return replace(told, ratings=tuple(map(worthless, told.ratings))) if verdict == VOID else told


def verdict_of(amendments: list[Amendment]) -> str:
    """Give the last verdict on a ticket, or nothing."""
    judged = [each.verdict for each in amendments if isinstance(each, TicketJudged)]
    return judged[-1] if judged else ""


def _fits(rating: Rating, sale: SaleClosed) -> bool:
    """Tell whether a rating speaks of as many lines as were sold."""
    told = {len(rating.bases), len(rating.numerators), len(rating.spent or rating.bases)}
    return told == {len(sale.lines)}
