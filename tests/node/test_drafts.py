"""The draft of a programme: kept on the node, changed by one at a time, undone step by step."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.drafts import UNDO_MAX, Drafts
from tests.web.registers import Register


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.opened(tmp_path, quick=True) as opened:
        yield opened


def reason_of(error: pytest.ExceptionInfo[LoyaltyError]) -> Reason:
    return error.value.reason


def test_a_draft_outlives_who_wrote_it_and_the_program(tmp_path: Path) -> None:
    with Register.opened(tmp_path, quick=True) as register:
        Drafts(register.node).begin("a = 1", base="version", actor="marie")
    with Register.opened(tmp_path, quick=True) as register:
        found = Drafts(register.node).needed()
    assert (found.text, found.base, found.actor) == ("a = 1", "version", "marie")


def test_changes_are_undone_one_by_one(register: Register) -> None:
    drafts = Drafts(register.node)
    revision = drafts.begin("a", actor="marie").revision
    for text in ("b", "c"):
        revision = drafts.keep(text, revision=revision, actor="paul").revision
    assert drafts.needed().actor == "paul"
    assert [drafts.undo(actor="marie").text for _ in range(2)] == ["b", "a"]
    with pytest.raises(LoyaltyError) as error:
        drafts.undo(actor="marie")
    assert reason_of(error) is Reason.DRAFT_MISSING


def test_another_draft_in_its_place_is_undone_too(register: Register) -> None:
    drafts = Drafts(register.node)
    drafts.begin("mine", actor="marie")
    drafts.begin("the file", actor="paul")
    assert drafts.undo(actor="marie").text == "mine"


def test_of_two_who_change_it_the_second_is_told(register: Register) -> None:
    drafts = Drafts(register.node)
    seen = drafts.begin("a", actor="marie").revision
    drafts.keep("b", revision=seen, actor="marie")
    with pytest.raises(LoyaltyError) as error:
        drafts.keep("c", revision=seen, actor="paul")
    assert reason_of(error) is Reason.DRAFT_CHANGED
    assert drafts.needed().text == "b"


def test_the_same_text_is_no_change_and_steps_are_bounded(register: Register) -> None:
    drafts = Drafts(register.node)
    draft = drafts.begin("0", actor="marie")
    assert drafts.keep("0", revision=draft.revision, actor="paul") == draft
    for number in range(UNDO_MAX + 5):
        draft = drafts.keep(str(number), revision=draft.revision, actor="marie")
    assert len(draft.past) == UNDO_MAX


def test_a_draft_that_was_given_up_is_gone(register: Register) -> None:
    drafts = Drafts(register.node)
    drafts.begin("a", actor="marie")
    drafts.discard()
    assert drafts.found() is None
    with pytest.raises(LoyaltyError) as error:
        drafts.keep("b", revision=1, actor="marie")
    assert reason_of(error) is Reason.DRAFT_MISSING
