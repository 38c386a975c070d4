"""What the page for POS developers says is so."""

import pytest

from pos_loyalty.errors import Kind
from tests.docs.pages import page, rows, sections, words
from tests.support.tree import ROOT, syntax
from tests.web.registers import API, Caller, token_of
from tests.web.walkthrough import Step, steps, walk
from web.access import ALLOWED, OPEN, Profile
from web.api.document import operations
from web.app import bare_app
from web.problems import STATUS

APP = bare_app()


def test_the_walk_through_works_as_documented(caller: Caller) -> None:
    done = walk(caller.url, token_of(Profile.POS))
    assert len(done) > 10


def test_the_walk_through_can_be_walked_again(caller: Caller) -> None:
    walk(caller.url, token_of(Profile.POS))


def test_a_step_that_prints_something_else_is_noticed(caller: Caller) -> None:
    wrong = "```sh walk\necho 41\n```\n\n```text\n42\n```\n"
    assert steps(wrong) == [Step(commands="echo 41\n", prints="42\n")]
    with pytest.raises(AssertionError, match="printed: 41"):
        walk(caller.url, "", wrong)


def test_a_shell_that_ends_early_is_noticed(caller: Caller) -> None:
    with pytest.raises(AssertionError):
        walk(caller.url, "", "```sh walk\nexit 0\n```\n")


def test_every_operation_is_documented_as_it_is() -> None:
    rules = {
        getattr(APP.view_functions[rule.endpoint], "operation", None): rule
        for rule in APP.url_map.iter_rules()
    }
    expected = {}
    for name, described in operations(APP).items():
        (method,) = (rules[described].methods or set()) - {"HEAD", "OPTIONS"}
        path = rules[described].rule.removeprefix(API).replace("<", "{").replace(">", "}")
        answer = f"`{described.answer.__name__}`" if described.answer else "—"
        who = [profile.value for profile in Profile if name in ALLOWED[profile]]
        reasons = {reason.code for reason in described.reasons}
        expected[name] = (
            f"`{method} {path}`",
            f"{described.status} {answer}",
            "everybody" if name in OPEN else ", ".join(who),
            reasons,
        )
    documented = {
        row[0]: (*row[1:4], words(row[4]))
        for row in rows(sections(page("api"))["Operations"])
        if len(row) == 5
    }
    assert documented == expected


def test_every_kind_of_refusal_is_documented_with_its_status() -> None:
    table = [line.split("|") for line in sections(page("api"))["Refusals"].splitlines()]
    said = {cells[1].strip(): cells[2].strip() for cells in table if len(cells) == 5}
    assert {kind.value: str(status) for kind, status in STATUS.items()}.items() <= said.items()
    assert len(Kind) == len(STATUS)


def test_every_event_is_documented() -> None:
    import ast

    posted = {
        keyword.value.value
        for path in (ROOT / "pos_loyalty").rglob("*.py")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Notice"
        for keyword in node.keywords
        if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
    }
    assert len(posted) > 6
    assert posted - words(sections(page("api"))["Events"]) == set()
