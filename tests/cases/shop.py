"""The words that the cases are told in: a till, its members, their baskets and tickets.

Every word is a command to a real node on a real store; what it shows is read from facts.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pos_loyalty import commands
from pos_loyalty.answers import ReturnAnswer, ReturnPreview, ScanAnswer
from pos_loyalty.commands import Command
from pos_loyalty.domain.ticket import Discount, Line, ticket_key
from pos_loyalty.domain.voucher_codes import account_of
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.events import Fact
from pos_loyalty.imports.columns import Mapping
from pos_loyalty.imports.rules import rules_of
from pos_loyalty.imports.run import import_file
from pos_loyalty.node.execute import Node
from pos_loyalty.node.previews import preview_return
from pos_loyalty.queries import FlagView, Queries
from pos_loyalty.settings import CardRules, NodeSettings, OfflineLimits, WatchRules
from pos_loyalty.store import intake, vouchers
from pos_loyalty.store.engine import Store
from pos_loyalty.store.journal import own_facts, own_head
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import verify
from tests.cases.programmes import P
from tests.cases.words import Basket, Member, Sale, line, lines_of
from tests.support.shop import CHAIN_KEY, HandClock

__all__ = ["Till", "line", "refused"]
ZONE = "Europe/Paris"


_EMPTY: list[bytes] = []
"""A database file as migrations leave it, made once a run: most of a case's time was that."""


def _store(url: str) -> Store:
    file = Path(url.removeprefix("sqlite:///"))
    if not file.exists() and _EMPTY:
        file.write_bytes(_EMPTY[0])
    elif not file.exists():
        open_store(url).close()
        _EMPTY.append(file.read_bytes())
    return open_store(url)


def refused(*reasons: Reason) -> AbstractContextManager[Any]:
    """Expect a refusal for one of these reasons."""
    return pytest.raises(LoyaltyError, check=lambda error: error.reason in reasons)


class Till:
    """A node on its own store, and the hand that types on it."""

    _cards = count(2_900_001)

    def __init__(
        self,
        url: str,
        *,
        name: str = "1",
        under_hub: bool = False,
        clock: HandClock | None = None,
        offline: OfflineLimits | None = None,
        currency: str = "EUR",
        store: str = "paris-1",
        watch: WatchRules | None = None,
        zone: str = ZONE,
    ) -> None:
        self.url, self.name = url, name
        self.clock = clock or HandClock()
        self._open(
            NodeSettings(
                node=f"till {name:_<11}".encode(),
                store=store,
                till=name,
                zone=zone,
                cards=CardRules(key=CHAIN_KEY, prefixes=("29",), length_min=5, length_max=13),
                under_hub=under_hub,
                currency=currency,
                watch=watch or WatchRules(),
                offline=offline or OfflineLimits(),
            )
        )
        self._ids, self._numbers = count(1), count(1)

    def _open(self, settings: NodeSettings) -> None:
        self.settings = settings
        self.node = Node(_store(self.url), settings, self.clock)
        self.queries = Queries(self.node.store, settings, self.clock)

    def starts_numbers_again(self) -> None:
        """Close, and open as a till whose ticket numbers start from one again."""
        self.node.close()
        self._open(replace(self.settings, epoch=self.settings.epoch + 1))

    def do(self, kind: type[Command], **fields: Any) -> Any:
        """Carry out a command under an id of its own, unless one is given."""
        own = fields.pop("id", "") or f"{self.name}.{self.settings.epoch}.{next(self._ids)}"
        actor = fields.pop("actor", "op7")
        return self.node.execute(kind(id=own, actor=actor, **fields))

    def runs(self, content: str = P) -> None:
        """Put a programme in force from its first day."""
        self.do(commands.PublishProgramme, content=content)

    def now(self, moment: str) -> None:
        """Set the clock: `2026-03-01 10:00`, or a day at noon; in the shop's zone."""
        text = moment if " " in moment else f"{moment} 12:00"
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))
        self.clock.at = int(at.timestamp()) * 1000

    def member(
        self, points: int = 0, *, lots: Sequence[tuple[int, str]] = (), spent: int = 0
    ) -> Member:
        """Enrol somebody who brings points, or lots of (points, last day), and qualifying spend."""
        card = str(next(self._cards))
        found = self.do(commands.EnrolMember, card=card)
        today = datetime.fromtimestamp(self.clock.at / 1000, ZoneInfo(ZONE)).date().isoformat()
        brought = [(count_, last) for count_, last in [*lots, (points, "")] if count_]
        if brought or spent:
            self.do(
                commands.OpenBalance,
                member=found.member,
                origin=f"former/{card}",
                lots=tuple((each, today, last) for each, last in brought),
                spend=((today, spent),) if spent else (),
            )
        return Member(self, found.member, card)

    def sells(self, *lines: int | Line, off: Sequence[int] = (), **fields: Any) -> Sale:
        """Close a ticket for whoever `card` or `basket` names; `off` are amounts off all of it."""
        fields.setdefault("number", f"n{next(self._numbers)}")
        discounts = (*(Discount(amount) for amount in off), *fields.pop("discounts", ()))
        answer = self.do(commands.CloseSale, lines=lines_of(lines), discounts=discounts, **fields)
        return Sale(self, answer)

    def takes_back(self, ticket: str, *lines: int | tuple[int, int], **fields: Any) -> ReturnAnswer:
        """Take back whole lines, or (line, thousandths); none means all that is left."""
        sold = self.queries.ticket(ticket).sale
        quantities = [each.quantity for each in sold.lines] if sold else []
        back = [(each, quantities[each]) if isinstance(each, int) else each for each in lines]
        fields.setdefault("number", f"n{next(self._numbers)}")
        wanted = tuple(commands.LineBack(*each) for each in back)
        answer: ReturnAnswer = self.do(commands.ReturnLines, ticket=ticket, lines=wanted, **fields)
        return answer

    def previews(self, ticket: str, *lines: tuple[int, int], **fields: Any) -> ReturnPreview:
        """Try a return out; none means all that is left."""
        back = tuple(commands.LineBack(*each) for each in lines)
        command = commands.ReturnLines(
            id="try", actor="op7", ticket=ticket, number="try", lines=back, **fields
        )
        return preview_return(self.node, command)

    def basket(self, *lines: int | Line, off: Sequence[int] = (), card: str = "") -> Basket:
        """Open a basket with these lines."""
        basket = Basket(self, f"b{next(self._ids)}")
        self.do(commands.OpenBasket, basket=basket.id)
        if card:
            self.do(commands.AttachMember, basket=basket.id, card=card)
        basket.holds_lines(*lines, off=off)
        return basket

    def reads(self, code: str) -> ScanAnswer:
        """Read a code at this till."""
        answer: ScanAnswer = self.do(commands.ReadLabel, device="scanner", text=code)
        return answer

    def left_on(self, code: str) -> int:
        """Give what is left on a voucher or gift card, as this node's tables have it."""
        with self.node.store.read() as tx:
            row = vouchers.row_of(tx, account_of(CHAIN_KEY, code))
        return row.left if row else 0

    def imports_ticket(self, day: str, card: str, amount: str) -> str:
        """Bring a past ticket of one line from a file, as another system wrote its amount."""
        number = f"n{next(self._numbers)}"
        file = Path(self.url.removeprefix("sqlite:///")).with_name(f"{number}.csv")
        file.write_text(f"number;at;card;article;amount\n{number};{day};{card};a;{amount}\n")
        summary = import_file(
            "tickets",
            file,
            self.node.execute_many,
            rules=rules_of(self.settings, store="", till=""),
            mapping=Mapping(),
            report=file.with_suffix(".report"),
        )
        assert summary.accepted == 1
        return ticket_key("paris-1", self.name, self.settings.epoch, day, number)

    def hears(self, *facts: Fact) -> None:
        """Take facts of other nodes, as they come."""
        with self.node.store.write() as tx:
            intake.take(tx, facts, intake.failures_of(self.node.store), self.clock.at)

    def facts(self) -> list[Fact]:
        """Give this node's own facts, in the order told."""
        with self.node.store.read() as tx:
            inc = own_head(tx, self.settings.node).inc
            return own_facts(tx, self.settings.node, inc, after=0, limit=1000)

    def told(self) -> list[str]:
        """Give the kinds of this node's own facts, in the order told."""
        return [fact.kind for fact in self.facts()]

    def flags(self, *, settled: bool = False) -> dict[str, FlagView]:
        """Give what somebody should look at, by its code; each once."""
        found = self.queries.flagged(settled=settled)
        assert len({each.code for each in found}) == len(found)
        return {each.code: each for each in found}

    def settles(self, flag: FlagView, verdict: str) -> None:
        """Say what became of a flag."""
        self.do(commands.SettleFlag, flag=flag.flag, verdict=verdict, reason="looked")

    def sums(self) -> tuple[int, int, int]:
        """Give all points valid today, held and owed, over all members."""
        sums = verify(self.node.store, as_of=self.queries.today).sums
        return (
            sum(each.points for each in sums),
            sum(each.held for each in sums),
            sum(each.debt for each in sums),
        )

    def agrees(self) -> None:
        """See that every table is what the journal says."""
        assert verify(self.node.store).difference is None

    def close(self) -> None:
        self.node.close()
