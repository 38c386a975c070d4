"""Whatever a person can set, run, read or be told is documented."""

import ast
import tomllib
from collections.abc import Iterator

import click
import pytest
from pydantic_core import PydanticUndefined

from drivers.catalogue import CATALOGUE
from drivers.tables import EXPECTED
from pos_loyalty.cli.group import cli
from pos_loyalty.config.hub import HubConfig
from pos_loyalty.config.register import RegisterConfig
from pos_loyalty.errors import Reason, Wrong
from pos_loyalty.events import KINDS
from pos_loyalty.texts import translate
from tests.docs.pages import page, rows, sections, words
from tests.support.settings import sections_of
from tests.support.tree import python_files, syntax


def setting_keys() -> dict[str, set[str]]:
    """Give the keys of each section, whichever role reads them."""
    keys: dict[str, set[str]] = {}
    for model in (RegisterConfig, HubConfig):
        for section, part in sections_of(model):
            keys.setdefault(section, set()).update(part.model_fields)
    return keys


def test_every_setting_is_documented_and_no_other() -> None:
    documented = {
        section: {row[0] for row in rows(body)}
        for section, body in sections(page("configuration")).items()
    }
    assert documented == setting_keys()


def test_the_documented_default_of_a_setting_is_its_default() -> None:
    documented = sections(page("configuration"))
    for model in (RegisterConfig, HubConfig):
        for section, part in sections_of(model):
            defaults = {row[0]: row[2].strip("`") for row in rows(documented[section])}
            for key, field in part.model_fields.items():
                said = defaults[key]
                if field.is_required():
                    assert said == "required", (section, key)
                elif field.default in (None, (), PydanticUndefined):
                    assert said in ("none", "empty", "the system's", "Epson's"), (section, key)
                elif not hasattr(field.default, "hour"):
                    assert tomllib.loads(f"x = {said}")["x"] == field.default, (section, key)


def test_a_section_that_can_be_left_out_is_called_so() -> None:
    table = {row[0].strip("[]"): row[1:] for row in rows(page("configuration").split("## ")[0])}
    for at, model in enumerate((RegisterConfig, HubConfig)):
        for section, field in model.model_fields.items():
            said = table[section][at]
            if field.is_required():
                assert said == "required", section
            elif field.default is None:
                assert said == "may be absent", section
            else:
                assert said in ("defaults", "any number"), section


def commands(command: click.Command, name: str = "pos-loyalty") -> Iterator[tuple[str, set[str]]]:
    """Give every command with the options it takes."""
    options = {o for p in command.params for o in p.opts if o.startswith("--")}
    yield name, options
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            below = command.get_command(context, child)
            assert below is not None
            yield from commands(below, f"{name} {child}")


def test_every_command_and_each_of_its_options_is_documented() -> None:
    text = page("commands")
    said = " ".join(words(text))
    for name, options in commands(cli):
        assert name in said, name
        missing = [option for option in options if option not in text]
        assert not missing, (name, missing)


def test_every_kind_of_fact_is_documented() -> None:
    assert set(KINDS) - words(page("facts")) == set()


def test_every_driver_and_each_of_its_options_is_documented() -> None:
    known = words(page("devices"))
    for name, entry in CATALOGUE.items():
        assert name in known
        assert set(entry.options.__dataclass_fields__) - known == set(), name


def test_every_reason_is_documented_with_its_kind_and_its_sentences() -> None:
    documented = {row[0]: row[1:4] for row in rows(page("reasons"))}
    expected = {
        reason.code: [reason.kind.value, reason.sentence, translate(reason.sentence, "fr")]
        for reason in Reason
    }
    assert documented == expected


def test_every_reason_says_what_to_do() -> None:
    assert [row[0] for row in rows(page("reasons")) if len(row) < 5 or len(row[4]) < 10] == []


@pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.code)
def test_every_reason_has_a_french_sentence_with_the_same_values(reason: Reason) -> None:
    french = translate(reason.sentence, "fr")
    assert french != reason.sentence
    assert placeholders(french) == placeholders(reason.sentence)


@pytest.mark.parametrize("wrong", list(Wrong), ids=lambda wrong: wrong.name)
def test_everything_that_can_be_wrong_is_said_in_french_with_the_same_values(wrong: Wrong) -> None:
    french = translate(wrong, "fr")
    assert french != wrong
    assert placeholders(french) == placeholders(wrong)


def placeholders(sentence: str) -> set[str]:
    return {part.partition("}")[0] for part in sentence.split("{")[1:]}


def expectations() -> Iterator[str]:
    """Give every sentence with which the settings say what they expect."""
    positions = {"refuse": 0, "telling": 1, "checked": 1, "Text": 1}
    for path in python_files("pos_loyalty/config"):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.keyword) and node.arg == "expected":
                yield from constant(node.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = positions.get(node.func.id, 99)
                yield from (s for part in node.args[at : at + 1] for s in constant(part))


def constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_expectation_of_the_settings_has_a_french_sentence() -> None:
    sentences = {*expectations(), *EXPECTED} - {"UTF-8"}
    assert len(sentences) > 25
    untranslated = [s for s in sentences if translate(s, "fr") == s]
    assert untranslated == []
    assert all(placeholders(translate(s, "fr")) == placeholders(s) for s in sentences)
