"""Notes on members: written, put right, taken away, written back, erased with the member."""

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.notes import NOTE_CHARACTERS_MAX
from pos_loyalty.store import people, schema
from tests.support.shop import Till

SECRET = "Vient toujours avec son chien Zébulon"


def texts(till: Till, member: str) -> list[str]:
    with till.node.store.read() as tx:
        return [each.text for each in people.notes_of(tx, bytes.fromhex(member))]


def test_a_note_is_written_put_right_and_taken_away(till: Till) -> None:
    member = till.enrol().member
    first = till.do(commands.WriteNote, member=member, text="  Dark  bread\n on Saturdays ")
    assert texts(till, member) == ["Dark bread\non Saturdays"]
    till.do(commands.WriteNote, member=member, text="Another one")
    till.do(commands.WriteNote, member=member, note=first.id, text="White bread")
    assert set(texts(till, member)) == {"White bread", "Another one"}
    till.do(commands.WriteNote, member=member, note=first.id, text="")
    assert texts(till, member) == ["Another one"]
    till.do(commands.WriteNote, member=member, note=first.id, text="White bread")
    assert set(texts(till, member)) == {"White bread", "Another one"}


@pytest.mark.parametrize("text", ["", "  ", "x" * (NOTE_CHARACTERS_MAX + 1), "a\x00b"])
def test_a_note_says_something_that_can_be_read(till: Till, text: str) -> None:
    member = till.enrol().member
    with pytest.raises(LoyaltyError) as refused:
        till.do(commands.WriteNote, member=member, text=text)
    assert refused.value.reason is Reason.PROFILE_INVALID


def test_a_note_that_nobody_wrote_is_not_put_right(till: Till) -> None:
    member = till.enrol().member
    till.do(commands.WriteNote, member=member, note="ab" * 16, text="From nowhere")
    assert texts(till, member) == []


def test_an_erased_member_leaves_no_note_behind(till: Till) -> None:
    member = till.enrol().member
    till.do(commands.WriteNote, member=member, text=SECRET)
    till.do(commands.EraseMember, member=member)
    with till.node.store.read() as tx:
        assert tx.rows(schema.note.select()) == []
        payloads = [row[10] for row in tx.rows(schema.fact.select())]
    assert not any(b"bulon" in each for each in payloads)
