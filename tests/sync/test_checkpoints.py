"""When a till takes a checkpoint, and what it shows meanwhile."""

from pos_loyalty.store.apply import lower_clamp
from pos_loyalty.store.journal import own_facts, own_head
from tests.sync.shops import Chain


def test_a_checkpoint_newer_than_an_unsent_sale_waits_until_it_is_sent(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sell(1000)
    one.sync()
    two.sync()
    chain.pass_ms(60_000)
    one.wire.cut = True
    one.sell(500)
    chain.pass_ms(60_000)
    two.sell(300)
    two.sync()
    one.wire.cut = False
    assert one.session.downlink.fetch().value == "done"
    assert one.points() == 15
    with one.node.store.read() as tx:
        assert tx.text("SELECT count(*) FROM wanted").fetchone()[0] == 1
    one.sync()
    assert one.points() == 18
    with one.node.store.read() as tx:
        assert tx.text("SELECT count(*) FROM wanted").fetchone()[0] == 0


def test_own_sales_newer_than_a_checkpoint_stand_on_top_of_it(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sync()
    two.sync()
    two.sell(300)
    two.sync()
    chain.pass_ms(60_000)
    one.sell(500)
    assert one.session.downlink.fetch().value == "done"
    assert one.points() == 8
    one.sync()
    assert one.points() == 8


def test_a_till_that_moves_to_another_store_follows_that_store(chain: Chain) -> None:
    one, home = chain.register(till="1"), chain.register(store="brest-1")
    for amount in (100, 200, 300):
        one.sell(amount)
        one.sync()
        chain.pass_ms(1000)
    home.enrol("29005", first_name="Yann")
    home.sell(700, card="29005")
    home.sync()
    one.code = chain.office.code("brest-1", "2")
    one.session._calls.token = ""
    one.sync()
    assert one.points("29005") == 7
    chain.pass_ms(1000)
    home.sell(500, card="29005")
    home.sync()
    one.sync()
    assert one.points("29005") == 12


def test_news_taken_twice_changes_nothing(chain: Chain) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol(first_name="Zoé")
    one.sell(1000)
    one.sync()
    two.sync()
    two.session.upstream.expire_news()
    two.sync()
    assert two.points() == 10


def test_a_new_sale_sorts_behind_what_the_hub_told_though_the_clock_is_behind(
    chain: Chain,
) -> None:
    one, two = chain.register(till="1"), chain.register(till="2")
    one.enrol()
    one.sync()
    two.sync()
    one.sell(1000)
    one.sync()
    two.sync()
    two.clock.at -= 3_600_000
    two.sell(500)
    two.sync()
    one.sync()
    assert one.points() == two.points() == chain.office.points() == 15
    with two.node.store.read() as tx:
        own = tx.text("SELECT max(stamp) FROM fact WHERE node = ?", [two.settings.node]).fetchone()
        told = tx.text("SELECT max(stamp) FROM leg WHERE node <> ?", [two.settings.node]).fetchone()
    assert own[0] > told[0]


def test_a_bound_that_is_told_later_and_is_higher_changes_nothing(small_chain: Chain) -> None:
    one = small_chain.register()
    one.enrol()
    one.clock.at += 400 * 86_400_000
    one.sell(1000)
    one.sync()
    own = one.settings.node
    with one.node.store.write() as tx:
        (fact,) = own_facts(tx, own, 1, after=own_head(tx, own).seq - 1, limit=1)
        assert fact.clamp < fact.stamp
        assert lower_clamp(tx, fact, fact.clamp + 1) == set()
        assert own_facts(tx, own, 1, after=fact.seq - 1, limit=1) == [fact]
