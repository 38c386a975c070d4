"""People at the till: enrolled, found, given cards, mistaken, forgotten."""

import hashlib

import msgspec
import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from tests.support.shop import Till


def refused(reason: Reason) -> "pytest.RaisesExc[LoyaltyError]":
    return pytest.raises(LoyaltyError, check=lambda error: error.reason is reason)


def test_a_scan_of_an_enrolled_card_shows_its_member_on_the_open_basket(till: Till) -> None:
    till.enrol(first_name="Zoé")
    answer = till.do(commands.ReadLabel, device="scanner", text="29001")
    basket = till.do(commands.OpenBasket)
    assert answer.outcome == "member"
    assert answer.member.first_name == "Zoé"
    assert basket.basket == answer.basket
    assert basket.member.member == answer.member.member


def test_a_scan_of_an_article_is_no_card_and_touches_no_basket(till: Till) -> None:
    assert till.do(commands.ReadLabel, device="s", text="3250390000891").outcome == "not_a_card"
    assert till.do(commands.OpenBasket).member is None


def test_points_of_an_unknown_card_wait_for_whoever_enrols_it(till: Till) -> None:
    scan = till.do(commands.ReadLabel, device="s", text="29001")
    assert scan.outcome == "unknown_card"
    till.sell(1500)
    till.enrol(first_name="Léa")
    assert till.points() == 15


def test_a_card_cannot_be_enrolled_twice(till: Till) -> None:
    till.enrol()
    with refused(Reason.CARD_KNOWN):
        till.enrol()


def test_a_member_is_found_by_name_phone_and_last_digits_as_they_are_now(till: Till) -> None:
    member = till.enrol(last_name="Lefèvre", phone="06 12 34 56 78").member
    for text in ("lefe", "LEFÈ", "0612345678", "5678", "9001"):
        assert [found.member for found in till.queries.find_members(text)] == [member], text
    till.do(commands.ChangeProfile, member=member, fields={"last_name": "Martin"})
    assert till.queries.find_members("lefe") == ()
    with refused(Reason.SEARCH_TOO_SHORT):
        till.queries.find_members("le")


def test_a_second_card_pools_its_points_and_leaves_with_its_own(till: Till) -> None:
    member = till.enrol().member
    till.sell(1000, card="29002")
    card = till.do(commands.AttachCard, member=member, card="29002").cards[-1]
    till.sell(500, card="29001")
    assert till.points("29001") == till.points("29002") == 15
    attached = next(c for c in till.queries.member(member).cards if c.tail == "9002")
    assert attached.status == card.status == "active"
    till.do(commands.DetachCard, member=member, account=attached.account)
    assert till.points("29001") == 5


def test_a_replaced_card_keeps_the_points_and_is_refused(till: Till) -> None:
    view = till.enrol()
    till.sell(1000)
    till.do(commands.ReplaceCard, member=view.member, account=view.account, card="29009")
    assert till.points("29009") == 10
    assert till.do(commands.ReadLabel, device="s", text="29001").outcome == "ended_card"
    with refused(Reason.CARD_REPLACED):
        till.sell(100, card="29001")


def test_an_enrolment_by_mistake_is_undone_while_nothing_was_bought(till: Till) -> None:
    member = till.enrol(first_name="Zoé").member
    till.do(commands.UndoEnrolment, member=member)
    with refused(Reason.CARD_UNKNOWN):
        till.queries.member_by_card("29001")
    other = till.enrol(first_name="Léa").member
    till.sell(1000)
    with refused(Reason.UNDO_IMPOSSIBLE):
        till.do(commands.UndoEnrolment, member=other)


def test_an_erased_member_leaves_no_personal_data_and_the_card_begins_anew(till: Till) -> None:
    member = till.enrol(first_name="Zoé", email="zoe@client.example").member
    till.sell(1000, receipt=commands.ReceiptChoice(channel="email"))
    till.do(commands.EraseMember, member=member)
    with refused(Reason.MEMBER_ERASED):
        till.queries.member(member)
    assert till.queries.find_members("zoe") == ()
    assert till.queries.jobs() == []
    again = till.enrol(first_name="Zoé")
    assert again.member != member
    assert again.points == 0
    till.sell(300)
    assert till.points() == 3


def test_a_repeated_answer_of_an_erased_member_does_not_bring_their_name_back(till: Till) -> None:
    member = till.do(commands.EnrolMember, id="x", profile={"first_name": "Zoé"}).member
    till.do(commands.EraseMember, member=member)
    with refused(Reason.MEMBER_ERASED):
        till.do(commands.EnrolMember, id="x", profile={"first_name": "Zoé"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "zoe@"),
        ("phone", "12"),
        ("birth_date", "31/02/2000"),
        ("first_name", "Z\x00é"),
        ("language", "de"),
        ("shoe_size", "38"),
    ],
)
def test_a_profile_field_without_a_usable_value_is_named_and_nothing_is_recorded(
    till: Till, field: str, value: str
) -> None:
    before = till.verify().facts
    with pytest.raises(LoyaltyError) as told:
        till.do(commands.EnrolMember, card="29001", profile={"first_name": "Z", field: value})
    assert told.value.reason in (Reason.PROFILE_INVALID, Reason.ADDRESS_INVALID)
    assert value not in str(told.value)
    assert till.verify().facts == before


def test_a_withdrawn_consent_wins_over_an_older_grant(till: Till) -> None:
    given = commands.ConsentGiven(purpose="marketing", channel="email", granted=True)
    member = till.do(commands.EnrolMember, card="29001", consents=(given,)).member
    assert till.queries.consents(member) == {("marketing", "email"): True}
    withdrawn = commands.ConsentGiven(purpose="marketing", channel="email", granted=False)
    till.do(commands.ChangeConsents, member=member, consents=(withdrawn,))
    assert till.queries.consents(member) == {("marketing", "email"): False}


def test_two_members_linked_share_points_and_part_with_their_own(till: Till) -> None:
    one, other = till.enrol("29001").member, till.enrol("29002").member
    till.sell(1000, card="29001")
    till.sell(700, card="29002")
    till.do(commands.LinkMembers, member=one, other=other)
    assert till.points("29001") == till.points("29002") == 17
    till.do(commands.LinkMembers, member=one, other=other, joined=False)
    assert (till.points("29001"), till.points("29002")) == (10, 7)


def test_what_is_kept_of_commands_confirms_no_guess_about_an_erased_member(till: Till) -> None:
    till.do(commands.ReadLabel, id="scan", device="s", text="29001")
    enrolled = {"card": "29001", "profile": {"first_name": "Zoé", "last_name": "Lefèvre"}}
    member = till.do(commands.EnrolMember, id="enrolment", **enrolled).member
    till.do(commands.ChangeProfile, id="change", member=member, fields={"city": "Brest"})
    ticket = till.sell(1000).ticket
    choice = commands.ReceiptChoice(channel="email", email="zoe@orange.fr")
    till.do(commands.ChooseReceipt, id="receipt", ticket=ticket, choice=choice)
    till.do(commands.EraseMember, member=member)
    with till.node.store.read() as tx:
        digests = {
            row[0]: bytes(row[1]) for row in tx.text("SELECT id, digest FROM command").fetchall()
        }
    assert [digests[each] for each in ("enrolment", "change", "receipt")] == [b""] * 3
    guess = commands.ReadLabel(id="", actor="", device="s", text="29001")
    written = msgspec.json.encode(guess, order="deterministic")
    assert digests["scan"] not in (b"", hashlib.sha256(written).digest())
    assert digests["scan"] != commands.content_digest(guess, commands.digest_key(bytes(32)))
    with refused(Reason.MEMBER_ERASED):
        till.do(commands.ChooseReceipt, id="receipt", ticket=ticket, choice=choice)
