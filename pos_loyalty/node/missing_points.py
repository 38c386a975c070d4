"""Points that a return takes and that are spent already, where a second person has to allow it."""

from pos_loyalty.domain.account import State, decode_state, encode
from pos_loyalty.domain.fold import step
from pos_loyalty.domain.legs import COUNTER_BITS, Leg, ReturnCore
from pos_loyalty.domain.sold import Tickets
from pos_loyalty.errors import Wrong
from pos_loyalty.events import Choice
from pos_loyalty.node.choices import NOTHING, Question, Returning, Settled, choose
from pos_loyalty.store import people, tickets
from pos_loyalty.store.amending import amended, amendments_of

ABOUT = "missing"
DEBT = "debt"


def settle_missing(returning: Returning) -> Settled:
    """Ask a second person before a return makes its customer owe points."""
    ctx, key = returning.ctx, returning.command.ticket
    sale = amended(returning.sale, amendments_of(ctx.tx, key))
    if all(each.returns.missing != "refuse" for each in sale.ratings):
        return NOTHING
    points = _owed(returning)
    if not points:
        return NOTHING
    question = Question(
        about=ABOUT, answers=(DEBT,), problem=Wrong.POINTS_MISSING, values={"points": points}
    )
    return Settled(choices=(Choice(ABOUT, choose(returning, question)),))


def _owed(returning: Returning) -> int:
    """Give the points that the customer would owe more once the goods are back."""
    ctx, key = returning.ctx, returning.command.ticket
    known = people.account_of(ctx.tx, returning.ticket.account).state
    state, sold, ticket = decode_state(encode(known)), Tickets(), tickets.folded_ticket(ctx.tx, key)
    assert ticket is not None
    sold.known[key] = ticket
    told = ReturnCore(ctx.today, [(each.line, each.quantity) for each in returning.lines])
    stamp = ctx.now_ms << COUNTER_BITS
    leg = Leg(returning.ticket.account, stamp, b"none", 0, 0, "return", key, encode(told))
    step(state, leg, sold)
    return _debt(state) - _debt(known)


def _debt(state: State) -> int:
    return sum(owed for pot in state.pots for _, owed in pot.debts)
