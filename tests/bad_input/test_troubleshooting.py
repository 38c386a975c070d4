"""The page for those in trouble shows the sentences that they really see."""

import re

import pytest

from pos_loyalty.daemon.devices import TROUBLES
from pos_loyalty.node.jobs import Problem
from pos_loyalty.texts import translate
from tests.bad_input.rows import ENGLISH
from tests.docs.pages import page, rows

SHOWN = {row[0]: row[1] for row in rows(page("troubleshooting"))}
STOPS = ("paper out", "cover open", "mechanical error", "off-line")


@pytest.mark.parametrize("code", SHOWN)
def test_a_code_stands_beside_its_french_sentence(code: str) -> None:
    french = translate(ENGLISH.get(code, code), "fr")
    assert SHOWN[code] == re.sub(r"\{\w+\}", "…", french)


def test_every_problem_of_a_job_and_of_a_device_is_explained() -> None:
    expected = {*(set(Problem) - {Problem.NONE}), *TROUBLES, *STOPS}
    assert {str(each) for each in expected} - set(SHOWN) == set()
