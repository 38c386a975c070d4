"""One programme tried on one account group's past: the ledger's own fold, with other ratings.

Members are taken to buy what they bought, and to spend the points that they spent as far as the
programme tried would have given them. Points from elsewhere (openings, adjustments) come along.
What members did beside buying brings what this programme gives for it. A full card of stamps pays
for the next units that it is for; of vouchers the face value is known, not what it would buy.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pos_loyalty.backtest.members import Members
from pos_loyalty.domain.account import Pot, State, encode, living
from pos_loyalty.domain.balance import EMPTY, Balance, balance
from pos_loyalty.domain.calendar import minute_of_day
from pos_loyalty.domain.fold import step
from pos_loyalty.domain.goods import rate_goods
from pos_loyalty.domain.identifiers import stamps_of
from pos_loyalty.domain.legs import Leg
from pos_loyalty.domain.member_events import decode_event, tellings, until_of
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rating import Rating, rate, worthless
from pos_loyalty.domain.rulebook import Rulebook
from pos_loyalty.domain.segments import Segment, gate_of
from pos_loyalty.domain.sold import Ticket, Tickets
from pos_loyalty.domain.stamps import free_units, rate_stamps
from pos_loyalty.domain.ticket import earning_by_line
from pos_loyalty.domain.tiers import look, tier_on
from pos_loyalty.domain.vouchers import earned
from pos_loyalty.events import BalanceOpened, PointsAdjusted, SaleClosed
from pos_loyalty.store.cores import draft
from pos_loyalty.store.past import Deed


class Outcome(Struct, frozen=True, kw_only=True):
    """What a programme brought one group, in points; `qualifying` is in minor units.

    `kept` were earned and not taken back by returns, `spent` likewise. `curve` is what could be
    spent at the end of each day asked for, the last of which is the day of the outcome. `lapsed`
    is the rest. `free` is what stamps would have paid for, `vouchers` the face value of those that
    tickets would have brought, both in minor units.
    """

    tickets: int
    kept: int
    spent: int
    lapsed: int
    curve: tuple[int, ...]
    qualifying: int
    tier: str
    free: int = 0
    vouchers: int = 0

    @property
    def left(self) -> int:
        """What can be spent on the last day."""
        return self.curve[-1]

    def until(self, count: int) -> "Outcome":
        """Give the outcome of the first `count` days of the curve; the others were foreseen."""
        curve = self.curve[:count]
        return replace(self, curve=curve, lapsed=max(0, self.lapsed + self.curve[-1] - curve[-1]))


NOBODY = Members()


class Trial:
    """A programme on its way through one group's past; `ends` are the days of the curve.

    The tier is that of the day `on`, the last of the curve unless it is given. Who was in its
    segment is judged at each ticket, by what was bought before it and who its `members` were.
    """

    def __init__(
        self, rules: Rulebook, ends: Sequence[int], *, on: int = 0, members: Members = NOBODY
    ) -> None:
        self._rules = rules
        self._members = members
        self._programme = rules.programme
        self._ends = ends
        self._on = on or ends[-1]
        self._state = State([], [], [], [])
        self._tickets = Tickets()
        self._curve: list[int] = []
        self._brought = self._free = self._vouchers = 0
        self._told: dict[int, int] = {}

    def outcome(self, deeds: Iterable[Deed]) -> Outcome:
        """Take every deed, in order, and give what came of it on the last day."""
        for deed in deeds:
            self._take(deed)
        self._reach(self._ends[-1] + 1)
        sold = [ticket for ticket in self._tickets.known.values() if ticket.core.parts]
        kept = sum(ticket.kept for ticket in sold) + sum(self._told.values())
        spent = sum(_spent(ticket) for ticket in sold)
        owed = sum(points for pot in self._pots() for _, points in pot.debts)
        last = [self._look(account, self._on) for account in self._state.accounts]
        tiers = [tier_on(self._programme, held, self._on) for held in last]
        best = max(tiers, key=lambda tier: tier.threshold, default=self._programme.tiers[0])
        return Outcome(
            tickets=len(sold),
            kept=kept,
            spent=spent,
            lapsed=max(0, kept + self._brought - spent - self._curve[-1] + owed),
            curve=tuple(self._curve),
            qualifying=max((held.qualifying for held in last), default=0),
            tier=best.name,
            free=self._free,
            vouchers=self._vouchers,
        )

    def _take(self, deed: Deed) -> None:
        leg, said, day = deed
        if leg.kind == "hold":
            return  # a redemption shows in its sale
        if leg.kind == "event":
            self._tell(leg)
            return
        self._reach(day)
        if isinstance(said, SaleClosed):
            said = self._as_tried(leg.account, said, day)
        elif isinstance(said, PointsAdjusted):
            self._brought += said.points
            said = replace(said, programme=self._programme.id)
        elif isinstance(said, BalanceOpened):
            self._open_beside(leg, said)
            self._brought += sum(points for points, _, _ in said.lots)
            said = replace(said, programme=self._programme.id)
        routed = draft(leg.ticket, said) if said is not None else None
        step(self._state, leg._replace(core=routed.core) if routed else leg, self._tickets)

    def _as_tried(self, account: bytes, sale: SaleClosed, day: int) -> SaleClosed:
        """Give a sale as it had been closed under this programme, with what segments ask about."""
        segment = self._programme.segment
        if segment is not None:
            ratings = self._reserved(segment, account, sale, day)
        else:
            rated = self._rated(account, sale, day)
            self._vouchers += brought(self._programme, sum(rated.bases))
            stamps = self._stamped(account, sale, day)
            ratings = (rated, stamps) if stamps else (rated,)
        return replace(sale, ratings=ratings, account=account.hex())

    def _reserved(
        self, segment: Segment, account: bytes, sale: SaleClosed, day: int
    ) -> tuple[Rating, ...]:
        """Rate a sale for who is in the segment, and count what later tickets are asked for."""
        rated, main = self._rated(account, sale, day), self._main_of(sale)
        took_part = any(each.version == self._programme.version for each in sale.ratings)
        tier, is_live = main.tier if main else "", sale.source == "live"
        described = self._members.is_described(segment, account, tier, day, is_live=is_live)
        if not (took_part or described):
            rated = worthless(rated)
        gate = gate_of(segment, self._members.main_id, self._programme.currency, day)
        return (replace(rated, gate=gate), *self._counted(sale, main, day))

    def _main_of(self, sale: SaleClosed) -> Rating | None:
        """Give what the main programme recorded of a sale, where it is another one."""
        name = self._members.main_id
        own = name == self._programme.id
        return next((r for r in sale.ratings if r.programme == name and not own), None)

    def _counted(self, sale: SaleClosed, main: Rating | None, day: int) -> list[Rating]:
        """Give what later tickets may be asked for: what a sale counted for, and its goods."""
        paid = earning_by_line(sale.lines, sale.discounts, sale.tenders)
        goods = rate_goods(self._programme, sale.lines, paid, day=day, currency=sale.currency)
        bare = {"spent": (), "holds": ()}
        counted = [] if main is None else [replace(worthless(main), bases=main.bases, **bare)]
        return [*counted, *([goods] if goods else [])]

    def _open_beside(self, leg: Leg, said: BalanceOpened) -> None:
        """Let spend that came from another system count in the main programme too."""
        if self._programme.segment is None or said.programme != self._members.main_id:
            return
        routed = draft("", replace(said, lots=(), idle=""))
        if routed is not None and said.programme != self._programme.id:
            step(self._state, leg._replace(core=routed.core), self._tickets)

    def _tell(self, leg: Leg) -> None:
        """Let what a member did bring what this programme gives for it, if anything."""
        core = decode_event(leg.core)
        rule = next((each for each in self._programme.events if each.code == core.event), None)
        if rule is None:
            return
        self._reach(core.day)
        core.programme, core.points, core.limit = self._programme.id, rule.points, rule.limit
        core.expires = self._programme.last_day(core.day)
        core.until = until_of(rule.per, core.day) if rule.limit else core.day
        step(self._state, leg._replace(core=encode(core)), self._tickets)
        found = (each for pot in self._pots() for each in tellings(pot) if each.mark == core.mark)
        self._told[core.mark] = max(0, next((each.points for each in found), 0))

    def _stamped(self, account: bytes, sale: SaleClosed, day: int) -> Rating | None:
        """Rate the stamps of a sale; a card that is full pays for units of it."""
        programme, card = self._programme, self._programme.stamps
        if card is None:
            return None
        name = stamps_of(programme.id)
        held = balance(self._state, account, name, day=day, now_ms=0, since=day)
        others = [each for each in sale.discounts if each.reward != card.name]
        free = free_units(programme, sale.lines, others, held.points - held.debt)
        self._free += sum(each.amount for each in free)
        return rate_stamps(programme, sale.lines, (*others, *free), day=day)

    def _rated(self, account: bytes, sale: SaleClosed, day: int) -> Rating:
        """Rate a sale as this programme would have on its day, in the tier it had given."""
        programme = self._programme
        spent = next((rating.spent for rating in sale.ratings if rating.spent), ())
        wanted = sum(spent)
        held = self._look(account, day) if wanted or len(programme.tiers) > 1 else EMPTY
        tier = tier_on(programme, held, day)
        known = next((r for r in sale.ratings if r.version == programme.version), None)
        if known and known.tier == tier.name and not wanted and programme.upgrade == "next":
            return known  # this version rated it then, as it would now
        rating = rate(
            self._rules,
            sale.lines,
            earning_by_line(
                sale.lines, sale.discounts, sale.tenders, with_points=programme.paid_with_points
            ),
            tier=tier,
            day=day,
            spent=min(wanted, held.points),
            qualifying=held.qualifying,
            currency=sale.currency,
            minute=minute_of_day(sale.at, sale.zone) if self._rules.has_hours else 0,
            explained=False,
        )
        # What could be spent as it was fell on the same lines.
        return replace(rating, spent=spent) if 0 < wanted <= held.points else rating

    def _look(self, account: bytes, day: int) -> Balance:
        return look(self._state, account, self._programme, day=day, now_ms=0)

    def _reach(self, day: int) -> None:
        """Note what could be spent at the end of each day before `day`."""
        while len(self._curve) < len(self._ends) and self._ends[len(self._curve)] < day:
            self._curve.append(self._spendable(self._ends[len(self._curve)]))

    def _spendable(self, day: int) -> int:
        lots = (lot for pot in self._pots() for _, lot in living(pot, day))
        return sum(lot.left for lot in lots if lot.first <= day)

    def _pots(self) -> list[Pot]:
        """Give the programme's points; stamps are none."""
        return [each for each in self._state.pots if each.programme == self._programme.id]


def _spent(ticket: Ticket) -> int:
    """Give the points that paid a ticket, those of its first part, and were not given back."""
    restored = ticket.record.parts[0].restored if ticket.record else 0
    return ticket.core.parts[0].spent - restored


def brought(programme: Programme, eligible: int) -> int:
    """Give the face value of the vouchers that a ticket brings; a percentage has none."""
    return sum(
        earned(rule, eligible) * rule.amount * (1 if rule.change else rule.uses)
        for rule in programme.vouchers
    )
