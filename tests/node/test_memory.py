"""A command that is repeated is answered as before, whatever it answers."""

from msgspec import Struct

from pos_loyalty import answers
from pos_loyalty.node.memory import ANSWERS


def test_every_kind_of_answer_can_be_given_again() -> None:
    named = {name for name in vars(answers) if name.endswith("Answer")}
    kinds = {name for name in named if issubclass(getattr(answers, name), Struct)}
    assert kinds - set(ANSWERS) == set()
