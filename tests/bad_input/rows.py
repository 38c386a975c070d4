"""A row of the table of bad input, and what a French reader is told for its reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pos_loyalty.daemon.devices import TROUBLES
from pos_loyalty.domain.addresses import QUESTION
from pos_loyalty.errors import Reason, Wrong
from pos_loyalty.node.jobs import SENTENCES
from pos_loyalty.texts import translate
from tests.bad_input.bench import Seen

ENGLISH: dict[str, str] = {
    **{reason.code: reason.sentence for reason in Reason},
    **{str(problem): sentence for problem, sentence in SENTENCES.items()},
    **{str(kind): sentence for kind, sentence in TROUBLES.items()},
    "domain_meant": QUESTION,
}
"""What stands in the code for each public code: reasons, jobs' problems, devices' failures."""


@dataclass(frozen=True)
class Row:
    """Something bad: its name, how it is done to a till, the code that must be seen for it.

    Where the moment decides, `code` names all that are right, with `|` between them.
    """

    name: str
    act: Callable[[Any], Seen]
    code: str


NAMED = r"[^\s,]+(, [^\s,]+)*"
"""What else is filled in: figures, days, addresses and names of fields, never a phrase."""
COMMAND = r"pg_\w+ .+"
"""But for the one refusal that tells what to type."""


def is_said_in_french(seen: Seen) -> bool:
    """Tell whether what was seen is the code's French sentence, what is filled in included.

    What stops a printer is a list of words, such as `paper out, off-line`.
    """
    english = ENGLISH.get(seen.code, "")
    parts = [english] if english else seen.code.split(", ")
    french = [translate(part, "fr") for part in parts]
    wrong = "|".join(filled(translate(each, "fr")) for each in Wrong)
    pattern = filled(", ".join(french), problem=f"({wrong})", command=COMMAND)
    return french != parts and re.fullmatch(pattern, seen.sentence) is not None


def filled(sentence: str, **kinds: str) -> str:
    """Give the pattern of a sentence whose values are filled in."""
    found = re.split(r"\{(\w+)\}", sentence)
    return "".join(
        kinds.get(part, NAMED) if at % 2 else re.escape(part) for at, part in enumerate(found)
    )
