"""Who was found by name proves who they are before points are held; the till itself asks."""

from pathlib import Path
from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.attempts import Attempts
from pos_loyalty.node.execute import Node
from pos_loyalty.node.proving import guard_of
from pos_loyalty.settings import ProofRules
from pos_loyalty.store.migrate import open_store
from tests.support.shop import Till, open_till


def ana(till: Till, card: str = "29001", **profile: str) -> str:
    """Enrol somebody with 200 points; gives their id."""
    member: str = till.enrol(card, **profile).member
    till.do(commands.AdjustPoints, member=member, points=200, reason="courtesy")
    return member


def found_by_name(till: Till, member: str) -> str:
    basket = till.basket(2_000, card="")
    till.do(commands.AttachMember, basket=basket, member=member)
    return basket


def hold(till: Till, basket: str, **more: Any) -> Any:
    return till.do(commands.HoldPoints, basket=basket, **{"blocks": 1, **more})


def refused(till: Till, basket: str, **more: Any) -> Reason:
    with pytest.raises(LoyaltyError) as caught:
        hold(till, basket, **more)
    return caught.value.reason


def prove(till: Till, basket: str, digits: str) -> tuple[bool, int]:
    told = till.do(commands.ProveMember, basket=basket, digits=digits)
    return told.right, told.left


@pytest.mark.parametrize(
    ("digits", "right"),
    [("78", True), ("5678", True), ("9001", True), ("01", False), ("77", False), ("8", False)],
)
def test_the_last_digits_of_a_phone_or_card_let_points_be_held(
    till: Till, digits: str, right: bool
) -> None:
    basket = found_by_name(till, ana(till, phone="06 12 34 56 78"))
    assert till.node.basket(basket).searched
    assert refused(till, basket, approved_by="boss") is Reason.PROOF_NEEDED
    assert prove(till, basket, digits)[0] is right
    assert till.node.basket(basket).searched is not right
    if right:
        assert hold(till, basket).points == 100
    else:
        assert refused(till, basket) is Reason.PROOF_NEEDED


def test_who_came_with_a_card_is_asked_nothing(till: Till) -> None:
    member = ana(till)
    by_card = till.basket(2_000)
    till.do(commands.AttachMember, basket=by_card, member=member)
    assert hold(till, by_card).points == 100
    till.do(commands.DropBasket, basket=by_card)
    named = found_by_name(till, member)
    read = till.do(commands.ReadLabel, device="scanner", text="29001")
    assert (read.outcome, read.basket) == ("member", named)
    assert hold(till, named).points == 100


def test_a_card_read_for_anothers_basket_or_before_its_owner_joined_proves_its_owner(
    till: Till,
) -> None:
    first, second = ana(till), ana(till, "29002")
    basket = found_by_name(till, first)
    assert till.do(commands.ReadLabel, device="scanner", text="29002").outcome == "other_member"
    till.do(commands.AttachMember, basket=basket, member=second)
    assert hold(till, basket).points == 100
    till.do(commands.AttachMember, basket=basket, member=first)
    assert refused(till, basket) is Reason.PROOF_NEEDED
    till.do(commands.DropBasket, basket=basket)
    fresh = till.do(commands.ReadLabel, device="scanner", text="29003").basket
    made = till.do(commands.EnrolMember, basket=fresh, profile={"first_name": "Zoé"})
    till.do(commands.AttachMember, basket=fresh, member=made.member)
    assert not till.node.basket(fresh).searched


def test_a_proof_holds_for_one_basket_and_one_member(till: Till) -> None:
    member, other = ana(till, phone="06 12 34 56 78"), ana(till, "29002", phone="06 12 34 56 99")
    basket = found_by_name(till, member)
    assert prove(till, basket, "78") == (True, 0)
    till.do(commands.AttachMember, basket=basket, member=member)
    assert hold(till, basket).points == 100
    till.do(commands.AttachMember, basket=basket, member=other)
    assert refused(till, basket) is Reason.PROOF_NEEDED
    assert refused(till, found_by_name(till, member)) is Reason.PROOF_NEEDED


def test_wrong_digits_lead_to_the_card_alone_whatever_the_basket(till: Till) -> None:
    member = ana(till, phone="06 12 34 56 78")
    told = [prove(till, found_by_name(till, member), each) for each in ("11", "22", "33", "78")]
    assert told == [(False, 2), (False, 1), (False, 0), (False, 0)]
    till.clock.at += 300_000
    basket = found_by_name(till, member)
    assert prove(till, basket, "11") == (False, 2)
    assert prove(till, basket, "78") == (True, 0)


def test_a_restart_forgets_no_wrong_digits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'till.db'}"
    till = Till(url)
    till.publish()
    member = ana(till, phone="06 12 34 56 78")
    for digits in ("11", "22"):
        prove(till, found_by_name(till, member), digits)
    till.close()
    node = Node(open_store(url), till.settings, till.clock)
    try:
        proofs = Attempts(node, guard_of(till.settings))
        assert (proofs.waits(member), proofs.wrong(member)) == (0, 300)
    finally:
        node.close()


def test_a_clock_that_was_put_back_locks_nobody_out_for_long(till: Till) -> None:
    basket = found_by_name(till, ana(till, phone="06 12 34 56 78"))
    till.clock.pass_days(1)
    for digits in ("11", "22", "33"):
        prove(till, basket, digits)
    till.clock.pass_days(-1)
    assert prove(till, basket, "78") == (True, 0)


def test_who_has_nothing_to_be_asked_about_needs_a_second_person(till: Till) -> None:
    member = till.do(commands.EnrolMember, profile={"email": "ana@example.org"}).member
    till.do(commands.AdjustPoints, member=member, points=200, reason="courtesy")
    basket = found_by_name(till, member)
    assert refused(till, basket) is Reason.SECOND_PERSON_NEEDED
    assert hold(till, basket, approved_by="boss").points == 100


def test_a_shop_says_up_to_how_many_points_nobody_is_asked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'till.db'}"
    with open_till(url, proofs=ProofRules(points=100)) as till:
        basket = found_by_name(till, ana(till, phone="06 12 34 56 78"))
        with pytest.raises(LoyaltyError) as caught:
            hold(till, basket, blocks=2)
        assert caught.value.reason is Reason.PROOF_NEEDED
        assert hold(till, basket, blocks=1).points == 100
