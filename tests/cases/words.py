"""A member at a till, their open basket, and the ticket it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pos_loyalty import commands
from pos_loyalty.answers import (
    BasketAnswer,
    HoldAnswer,
    MemberView,
    ReturnAnswer,
    SaleAnswer,
    ScanAnswer,
    VoucherAnswer,
)
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.events import SaleClosed

if TYPE_CHECKING:
    from tests.cases.shop import Till


def line(amount: int, article: str = "", **more: Any) -> Line:
    """Give a line of a ticket: what it costs, and what it is."""
    return Line(article or f"a{amount}", amount, **more)


def lines_of(given: Sequence[int | Line]) -> tuple[Line, ...]:
    """Give lines, of which some are told by their amount only."""
    return tuple(each if isinstance(each, Line) else line(each) for each in given)


@dataclass(frozen=True, slots=True)
class Member:
    """A member with a card, at a till."""

    till: "Till"
    id: str
    card: str

    def at(self, till: "Till") -> "Member":
        return Member(till, self.id, self.card)

    @property
    def view(self) -> MemberView:
        return self.till.queries.member_by_card(self.card)

    @property
    def points(self) -> int:
        """What the member has, or owes."""
        return self.view.points - self.view.debt

    @property
    def available(self) -> int:
        return self.view.available

    @property
    def tier(self) -> str:
        return self.view.tier

    @property
    def lapses(self) -> tuple[int, str]:
        """What lapses first, and its last day."""
        return self.view.expiring, self.view.expires

    @property
    def statement(self) -> list[tuple[str, str, int, int]]:
        """What moved the points: day, kind, points, and the balance after it."""
        lines = self.till.queries.statement(self.id)
        return [(each.day, each.kind, each.points, each.balance) for each in lines]

    def buys(self, *lines: int | Line, off: Sequence[int] = (), points: int = 0) -> "Sale":
        """Buy, paying part of it with points."""
        if not points:
            return self.till.sells(*lines, off=off, card=self.card)
        basket = self.fills(*lines, off=off)
        basket.spends(points)
        return basket.closes()

    def fills(self, *lines: int | Line, off: Sequence[int] = ()) -> "Basket":
        """Bring a basket to the till."""
        return self.till.basket(*lines, off=off, card=self.card)

    def gets(self, points: int, *, reason: str = "goodwill", approved_by: str = "") -> None:
        """Get points by hand, or lose them."""
        self.till.do(
            commands.AdjustPoints,
            member=self.id,
            points=points,
            reason=reason,
            approved_by=approved_by,
        )

    def joins(self, other: "Member", joined: bool = True) -> None:
        """Pool points with somebody, or no longer."""
        self.till.do(commands.LinkMembers, member=self.id, other=other.id, joined=joined)

    def leaves(self, other: "Member") -> None:
        self.joins(other, joined=False)


class Basket:
    """An open basket at a till."""

    def __init__(self, till: "Till", name: str) -> None:
        self.till, self.id = till, name
        self.lines: tuple[Line, ...] = ()
        self.discounts: tuple[Discount, ...] = ()

    def holds_lines(self, *lines: int | Line, off: Sequence[int] = ()) -> None:
        """Hold these lines from now on."""
        self.lines = lines_of(lines)
        self.discounts = tuple(Discount(amount) for amount in off)
        self.till.do(
            commands.QuoteBasket, basket=self.id, lines=self.lines, discounts=self.discounts
        )

    @property
    def view(self) -> BasketAnswer:
        return self.till.node.basket(self.id)

    @property
    def offered(self) -> int:
        """The points that the till proposes to spend."""
        reward = self.view.reward
        return reward.blocks * reward.points if reward else 0

    def spends(self, points: int) -> HoldAnswer:
        """Reserve points for this basket."""
        reward = self.view.reward
        assert reward is not None and points % reward.points == 0
        hold: HoldAnswer = self.till.do(
            commands.HoldPoints, basket=self.id, blocks=points // reward.points
        )
        self.discounts += (hold.discount,)
        return hold

    def takes(self, reward: str) -> HoldAnswer:
        """Reserve the points of a reward for this basket."""
        hold: HoldAnswer = self.till.do(commands.HoldPoints, basket=self.id, reward=reward)
        self.discounts += (hold.discount,)
        return hold

    def scans(self, code: str) -> ScanAnswer:
        """Read a voucher's code while this basket is the open one."""
        answer: ScanAnswer = self.till.reads(code)
        assert answer.basket == self.id
        self.discounts = self.view.discounts
        return answer

    def pays_with(self, code: str, amount: int = 0, *, approved_by: str = "") -> VoucherAnswer:
        """Reserve a voucher, or an amount of a gift card, which then is a means of payment."""
        held: VoucherAnswer = self.till.do(
            commands.HoldVoucher,
            basket=self.id,
            code=code,
            amount=amount,
            approved_by=approved_by,
        )
        if held.discount is not None:
            self.discounts = self.view.discounts
        return held

    def takes_promotions(self) -> list[int]:
        """Take off what the till offers for no points; give how much each is."""
        given = self.view.promotions
        self.discounts += given
        self.till.do(
            commands.QuoteBasket, basket=self.id, lines=self.lines, discounts=self.discounts
        )
        return [each.amount for each in given]

    def closes(self, **fields: Any) -> "Sale":
        """Pay; what is left is paid in money unless `tenders` say otherwise."""
        return self.till.sells(*self.lines, discounts=self.discounts, basket=self.id, **fields)

    def dropped(self) -> None:
        self.till.do(commands.DropBasket, basket=self.id)


@dataclass(frozen=True, slots=True)
class Sale:
    """A closed ticket: what the till answered, and what its fact says."""

    till: "Till"
    answer: SaleAnswer

    @property
    def ticket(self) -> str:
        return self.answer.ticket

    @property
    def earned(self) -> int:
        return self.answer.earned

    @property
    def total(self) -> int:
        """What was paid in money."""
        return self.answer.total

    @property
    def fact(self) -> SaleClosed:
        found = self.till.queries.ticket(self.ticket).sale
        assert found is not None
        return found

    @property
    def paid(self) -> tuple[int, ...]:
        """The eligible money, by line."""
        return self.fact.ratings[0].bases

    @property
    def spent(self) -> tuple[int, ...]:
        """The points that paid, by line."""
        return self.fact.ratings[0].spent

    @property
    def codes(self) -> list[str]:
        """The codes of vouchers and gift cards that its receipt shows."""
        return [each.code for each in self.till.queries.issued(self.ticket)]

    @property
    def keeps(self) -> int:
        """The points that it still brings."""
        return self.till.queries.ticket(self.ticket).kept

    def comes_back(self, *lines: int | tuple[int, int], **fields: Any) -> ReturnAnswer:
        """Give whole lines back, or (line, thousandths); none means all that is left."""
        return self.till.takes_back(self.ticket, *lines, **fields)
