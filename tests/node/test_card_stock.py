"""The stock of printed cards: batches of numbers, what became of them, and when few are left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty import commands
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.insight.looking import Counts, Insight
from pos_loyalty.node.card_stock import Batch, CardStock, numbers
from tests.support.shop import Till, open_till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    with open_till(f"sqlite:///{tmp_path / 'till.db'}") as opened:
        yield opened


@pytest.fixture
def stock(till: Till) -> CardStock:
    return CardStock(till.node)


def order(stock: CardStock, *, count: int) -> Batch:
    made = stock.order("29", first=None, count=count, actor="boss")
    assert made is not None
    return made


def cards(till: Till, stock: CardStock) -> list[str]:
    """Give the numbers of the newest batch."""
    return list(numbers(till.settings.cards, stock.batches()[0]))


def test_a_batch_begins_behind_the_last_and_shares_no_number(stock: CardStock) -> None:
    assert order(stock, count=100).first == 0
    assert stock.order("29", first=99, count=5, actor="boss") is None
    assert order(stock, count=5).first == 100
    with pytest.raises(ValueError, match="fit"):
        order(stock, count=0)


def test_the_cards_of_a_batch_are_counted_by_what_became_of_them(
    till: Till, stock: CardStock, tmp_path: Path
) -> None:
    path = tmp_path / "till.panel"
    follower = Follower(till.node.store, Home.of(till.settings), till.clock, path)
    insight = Insight(till.node.store, till.settings, till.clock, path)

    def counted() -> Counts:
        follower.catch_up(piece=3)
        return insight.card_counts([made.name])[made.name]

    early = next(iter(numbers(till.settings.cards, Batch("29", 0, 1))))
    till.enrol(early)
    made = order(stock, count=10)
    known = cards(till, stock)
    members = [till.enrol(number) for number in known[1:4]]
    till.do(commands.BlockCard, member=members[0].member, account=members[0].cards[0].account)
    till.do(commands.AttachCard, member=members[1].member, card=known[5])
    assert counted() == Counts(assigned=4, ended=1, free=5)
    attached = till.queries.member(members[1].member).cards
    extra = next(e for e in attached if e.account != members[1].cards[0].account)
    till.do(commands.DetachCard, member=members[1].member, account=extra.account)
    assert counted() == Counts(assigned=3, ended=1, free=6)
    stock.forget(made.name, actor="boss")
    follower.catch_up()
    assert insight.card_counts([made.name]) == {}


def test_few_free_cards_of_what_was_received_are_too_few(till: Till, stock: CardStock) -> None:
    made = order(stock, count=6)
    stock.keep_low(7)
    assert not stock.runs_low(), "nothing was received yet, so nothing runs low"
    stock.keep_low(5)
    stock.receive(made.name, actor="boss")
    till.enrol(cards(till, stock)[0])
    assert not stock.runs_low(), "five are left"
    till.enrol(cards(till, stock)[1])
    assert stock.runs_low()
    stock.keep_low(0)
    assert not stock.runs_low(), "nobody wants a warning"
    stock.keep_low(5)
    more = order(stock, count=6)
    assert stock.runs_low(), "what is ordered is not there"
    stock.receive(more.name, actor="boss")
    assert not stock.runs_low()


def test_a_batch_is_received_sent_back_and_forgotten(stock: CardStock) -> None:
    made = order(stock, count=6)
    stock.receive(made.name, actor="boss")
    assert stock.batches()[0].received
    stock.receive(made.name, there=False, actor="boss")
    assert not stock.batches()[0].received
    stock.forget(made.name, actor="boss")
    assert stock.batches() == []
