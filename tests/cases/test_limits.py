"""How much advantage a customer gets and a person gives, before somebody else allows it."""

import pytest

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.programmes.faults import ProgrammeFaults
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused


def test_a_customer_gets_no_more_than_the_day_allows(shop: Till) -> None:
    shop.runs(programme(limits={"customer_day": 10_00}))
    anne, bob = shop.member(points=1000), shop.member(points=1000)
    anne.buys(20_00, points=100)
    anne.buys(20_00, points=100)
    basket = anne.fills(20_00)
    basket.spends(100)
    with pytest.raises(LoyaltyError) as error:
        basket.closes()
    assert error.value.reason is Reason.ADVANTAGE_LIMIT
    assert error.value.values == {"over": 5_00}
    with refused(Reason.SECOND_PERSON_NEEDED):
        basket.closes(approved_by="op7")
    assert basket.closes(approved_by="boss").fact.approved_by == "boss"
    assert bob.buys(20_00, points=200).total == 10_00
    assert anne.buys(20_00, off=[15_00]).total == 5_00
    shop.now("2026-01-10")
    assert anne.buys(20_00, points=200).total == 10_00


def test_a_customer_gets_no_more_than_the_month_allows(shop: Till) -> None:
    shop.runs(programme(limits={"customer_day": 10_00, "customer_month": 15_00}))
    anne = shop.member(points=1000)
    anne.buys(20_00, points=200)
    shop.now("2026-01-31")
    anne.buys(20_00, points=100)
    with refused(Reason.ADVANTAGE_LIMIT):
        anne.buys(20_00, points=100)
    shop.now("2026-02-01")
    assert anne.buys(20_00, points=200).total == 10_00


def test_a_person_takes_no_more_off_than_the_day_allows(shop: Till) -> None:
    shop.runs(programme(limits={"cashier_day": 10_00}))
    anne = shop.member(points=1000)
    shop.sells(20_00, off=[6_00])
    anne.buys(20_00, points=200)
    with refused(Reason.ADVANTAGE_LIMIT):
        shop.sells(20_00, off=[5_00])
    assert shop.sells(20_00, off=[5_00], actor="op8").total == 15_00
    assert shop.sells(20_00, off=[5_00], approved_by="boss").total == 15_00
    shop.now("2026-01-10")
    assert shop.sells(20_00, off=[10_00]).total == 10_00


def test_a_month_does_not_allow_less_than_a_day(shop: Till) -> None:
    with pytest.raises(ProgrammeFaults):
        shop.runs(programme(limits={"customer_day": 10_00, "customer_month": 5_00}))
