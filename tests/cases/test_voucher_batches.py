"""Vouchers of a campaign: issued in batches, used like any other, withdrawn together."""

from typing import Any

import pytest

from pos_loyalty import answers, commands
from pos_loyalty.answers import BatchStep
from pos_loyalty.domain.voucher_codes import check_character, tidy
from pos_loyalty.errors import Reason
from pos_loyalty.node import memory, voucher_batches
from tests.cases.company import Company
from tests.cases.programmes import programme
from tests.cases.shop import Till, refused

SPRING = {"number": 3, "label": "Printemps", "amount": 5_00, "minimum": 20_00, "days": 60}
TENTH = {"number": 4, "label": "Dix pour cent", "kind": "percent", "percent": 10, "uses": 2}


@pytest.fixture
def campaign(shop: Till) -> Till:
    shop.now("2026-01-16")
    shop.runs(programme(voucher=[SPRING, TENTH]))
    return shop


def issue(till: Till, count: int = 3, **fields: Any) -> BatchStep:
    asked = {"name": "spring", "number": 3, "count": count, **fields}
    step: BatchStep = till.do(commands.IssueVouchers, **asked)
    return step


def codes(till: Till, batch: str) -> list[str]:
    found, after = [], ""
    while True:
        page = till.queries.batch_codes(batch, after, 2)
        found += [each.code for each in page.codes]
        after = page.reached
        if not after:
            return found


def test_a_batch_grows_step_by_step_and_its_codes_are_all_different(campaign: Till) -> None:
    assert [issue(campaign, n).count for n in (3, 2)] == [3, 5]
    (batch,) = campaign.queries.voucher_batches()
    assert (batch.label, batch.count, batch.day, batch.last_day) == (
        "Printemps", 5, "2026-01-16", "2026-03-17",
    )  # fmt: skip
    found = codes(campaign, batch.batch)
    assert len(set(found)) == 5
    assert all(check_character(tidy(each)[:-1]) == tidy(each)[-1] for each in found)


def test_a_batch_goes_on_under_the_terms_and_from_the_day_of_its_first(campaign: Till) -> None:
    issue(campaign)
    campaign.now("2026-02-20")
    campaign.runs(programme("2026-02-01", voucher=[SPRING | {"days": 5}]))
    batch = issue(campaign).batch
    assert campaign.queries.voucher_batches()[0].last_day == "2026-03-17"
    assert len(codes(campaign, batch)) == 6


def test_a_code_of_a_batch_is_used_once_with_its_minimum(campaign: Till) -> None:
    (code, *_) = codes(campaign, issue(campaign).batch)
    anne = campaign.member()
    with refused(Reason.TICKET_INVALID):
        anne.fills(19_99).pays_with(code)
    basket = anne.fills(20_00)
    basket.pays_with(code)
    assert basket.closes().total == 15_00
    with refused(Reason.VOUCHER_REFUSED):
        anne.fills(20_00).pays_with(code)
    (batch,) = campaign.queries.voucher_batches()
    assert (batch.used, batch.ended) == (1, 0)
    assert code not in codes(campaign, batch.batch)


def test_offline_tills_take_codes_of_head_office_that_they_never_heard_of(
    company: Company,
) -> None:
    company.now("2026-01-16")
    company.hub.runs(programme(voucher=[SPRING]))
    till = company.till("1")
    batch = issue(company.hub).batch
    till.goes_offline()
    code, other, last = codes(company.hub, batch)
    basket = till.member().fills(20_00)
    basket.pays_with(code)
    basket.closes()
    with refused(Reason.VOUCHER_MISREAD):
        till.basket(20_00).scans(other[:-1] + ("2" if other[-1] != "2" else "3"))
    till.meets()
    (view,) = company.hub.queries.voucher_batches()
    assert (view.count, view.used) == (3, 1)
    company.hub.do(commands.WithdrawVouchers, batch=batch, count=10)
    till.meets()
    till.goes_offline()
    for gone in (other, last):  # every till hears which codes were withdrawn
        with refused(Reason.VOUCHER_REFUSED):
            till.member().fills(20_00).pays_with(gone)


def test_a_batch_of_a_till_is_known_at_head_office(company: Company) -> None:
    company.now("2026-01-16")
    company.hub.runs(programme(voucher=[SPRING]))
    till = company.till("1")
    batch = issue(till, 2).batch
    till.meets()
    assert company.hub.queries.voucher_batches() == till.queries.voucher_batches()
    assert codes(company.hub, batch) == codes(till, batch)


def test_one_voucher_for_each_member_who_is_in_the_segment(campaign: Till) -> None:
    rich, poor = campaign.member(spent=600_00), campaign.member()
    club = programme(
        programme={"id": "club", "name": "Club", "members": "segment"},
        tier=[],
        segment={"tiers": ["Silver", "Gold"]},
    )
    campaign.runs(club)
    step = issue(campaign, members="club")
    assert (step.done, step.reached) == (1, "")
    (found,) = campaign.queries.batch_codes(step.batch).codes
    assert found.member == rich.id
    assert [each.label for each in campaign.queries.vouchers_of(rich.id)] == ["Printemps"]
    assert campaign.queries.vouchers_of(poor.id) == ()
    assert issue(campaign, members="club").count == 1  # who has one gets no second
    with refused(Reason.SEGMENT_UNKNOWN):
        issue(campaign, members="p", name="other")


def test_members_are_looked_at_in_steps_until_nobody_is_left(campaign: Till) -> None:
    everybody = {campaign.member().id for _ in range(5)}
    after, steps = "", 0
    while True:
        step = issue(campaign, 2, members="all", after=after)
        after, steps = step.reached, steps + 1
        if not after:
            break
    assert (step.count, steps) == (5, 3)
    page = campaign.queries.batch_codes(step.batch)
    assert {each.member for each in page.codes} == everybody


def test_a_batch_is_withdrawn_but_for_what_was_used(campaign: Till) -> None:
    batch = issue(campaign, 4).batch
    used, code, *_ = codes(campaign, batch)
    basket = campaign.member().fills(20_00)
    basket.pays_with(used)
    basket.closes()
    done = [campaign.do(commands.WithdrawVouchers, batch=batch, count=2).done for _ in range(3)]
    assert done == [2, 1, 0]
    (view,) = campaign.queries.voucher_batches()
    assert (view.count, view.used, view.ended) == (4, 1, 3)
    assert codes(campaign, batch) == []
    with refused(Reason.VOUCHER_REFUSED):
        campaign.member().fills(20_00).pays_with(code)
    with refused(Reason.BATCH_DIFFERS):
        issue(campaign)
    with refused(Reason.VOUCHER_UNKNOWN):
        campaign.do(commands.WithdrawVouchers, batch="other.00000000", count=1)


def test_a_name_stands_for_one_kind_of_voucher(campaign: Till) -> None:
    issue(campaign)
    for other in ({"number": 4}, {"members": "all"}):
        with refused(Reason.BATCH_DIFFERS):
            issue(campaign, **other)
    with refused(Reason.VOUCHER_RULE_UNKNOWN):
        issue(campaign, number=9, name="ninth")


def test_a_batch_has_a_greatest_size(campaign: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voucher_batches, "BATCH_MAX", 4)
    issue(campaign, 4)
    with refused(Reason.BATCH_TOO_LARGE):
        issue(campaign, 1)


def test_what_is_out_of_a_batch_stands_in_the_books(campaign: Till) -> None:
    issue(campaign, 3)
    (owed,) = campaign.queries.books(campaign.queries.today).owed
    assert (owed.label, owed.pieces, owed.face) == ("Printemps", 3, 15_00)


def test_every_answer_of_a_command_is_read_back_as_it_was() -> None:
    for answer in (
        BatchStep(batch="spring.74696c6c", count=1),
        answers.VoucherAnswer(voucher="00" * 16, left=1),
        answers.MoveAnswer(ticket="t", points=1),
        answers.EventAnswer(id="00" * 16, programme="p", event="app", name="App", points=1),
    ):
        assert memory.read(memory.written(answer)) == answer
