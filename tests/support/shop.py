"""A node with a programme and a clock that only tests move."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from pos_loyalty import commands
from pos_loyalty.commands import Command
from pos_loyalty.domain.ticket import Line
from pos_loyalty.node.execute import Node
from pos_loyalty.queries import Queries
from pos_loyalty.settings import CardRules, NodeSettings, OfflineLimits
from pos_loyalty.store.migrate import open_store
from pos_loyalty.store.verify import Verdict, verify

NOON = 1_767_956_400_000  # 9 January 2026, 12:00 in Paris
DAY_MS = 86_400_000
CHAIN_KEY = bytes(range(32))

PROGRAMME = """
[programme]
id = "points"
name = "Carte"
first_day = 2025-01-01
[earn]
points = 1
per = 100
[[exclusion]]
reason = "tabac"
category = "tabac"
[[tier]]
name = "Bronze"
threshold = 0
[[tier]]
name = "Argent"
threshold = 50000
percent = 125
[reward]
label = "Bon fidélité"
points = 100
amount = 500
"""


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.at = now_ms

    def now_ms(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1000

    def pass_days(self, days: int) -> None:
        self.at += days * DAY_MS


class Till:
    """A node as its callers see it: every call gets a fresh command id."""

    def __init__(self, url: str, *, node: bytes = b"till-number-one!", **settings: Any) -> None:
        self.clock = HandClock()
        self.url = url
        self.settings = NodeSettings(
            node=node,
            store="paris-1",
            till="1",
            zone="Europe/Paris",
            cards=CardRules(key=CHAIN_KEY, prefixes=("29",), length_min=5, length_max=13),
            offline=OfflineLimits(points_max=200, redemptions_max=2),
            **settings,
        )
        store = open_store(url)
        self.node = Node(store, self.settings, self.clock)
        self.queries = Queries(store, self.settings, self.clock)
        self._ids = count(1)
        self._numbers = count(1)

    def do(self, kind: type[Command], **fields: Any) -> Any:
        """Carry out a command under a fresh id, unless one is given."""
        command_id = fields.pop("id", f"{self.settings.node.hex()[:6]}-{next(self._ids)}")
        return self.node.execute(kind(id=command_id, actor="op7", **fields))

    def publish(self, content: str = PROGRAMME) -> None:
        self.do(commands.PublishProgramme, content=content)

    def enrol(self, card: str = "29001", **profile: str) -> Any:
        return self.do(commands.EnrolMember, card=card, profile=profile)

    def sell(self, *amounts: int, card: str = "29001", **fields: Any) -> Any:
        """Sell lines of these amounts (cents) to a card; empty for nobody."""
        lines = tuple(Line(f"a{index}", amount) for index, amount in enumerate(amounts))
        number = fields.pop("number", f"n{next(self._numbers)}")
        return self.do(
            commands.CloseSale, card=card, number=number, lines=fields.pop("lines", lines), **fields
        )

    def give_back(self, ticket: str, *lines: tuple[int, int], **fields: Any) -> Any:
        """Take (line, thousandths) of a ticket back; none means all."""
        number = fields.pop("number", f"n{next(self._numbers)}")
        back = tuple(commands.LineBack(*line) for line in lines)
        return self.do(commands.ReturnLines, ticket=ticket, number=number, lines=back, **fields)

    def basket(self, *amounts: int, card: str = "29001") -> str:
        """Open a quoted basket for a card; gives its id."""
        basket = f"b{next(self._ids)}"
        self.do(commands.OpenBasket, basket=basket)
        if card:
            self.do(commands.AttachMember, basket=basket, card=card)
        lines = tuple(Line(f"a{index}", amount) for index, amount in enumerate(amounts))
        self.do(commands.QuoteBasket, basket=basket, lines=lines)
        return basket

    def points(self, card: str = "29001") -> int:
        return self.queries.member_by_card(card).points

    def verify(self) -> Verdict:
        return verify(self.node.store)

    def close(self) -> None:
        self.node.close()


@contextmanager
def open_till(url: str, **settings: Any) -> Iterator[Till]:
    """Open a till with the programme in force; its journal must agree when it closes."""
    till = Till(url, **settings)
    try:
        till.publish()
        yield till
        assert till.verify().difference is None
    finally:
        till.close()
