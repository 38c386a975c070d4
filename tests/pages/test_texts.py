"""Every sentence of the panel stands in the French catalogues, with the same values."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from pos_loyalty.texts import bound, translate
from tests.support.tree import PRODUCT, ROOT, python_files, syntax
from web.panel import shown

CATALOGUES = ROOT / "pos_loyalty" / "locale" / "fr" / "LC_MESSAGES"
TEMPLATES = ROOT / "web" / "templates" / "panel"
IN_TEMPLATE = re.compile(r"""_\(\s*(?:"([^"]+)"|'([^']+)')|help="([^"]+)\"""")
SAYING = {
    *("say", "tell", "tell_undo", "tell_reader"),
    *("StringField", "SelectField", "PasswordField", "BooleanField", "DateField", "TextAreaField"),
}
TITLED = {"title", "advice", "action"}
SAME = {
    *(
        "Actions",
        "Article",
        "Article {code}",
        "Badge",
        "Document",
        "Code",
        "E-mail",
        "Menu",
        "Note",
        "Notes",
        "Pages",
        "Points",
        "Programme",
        "Provision",
        "Stock",
    ),
    *(
        "Ticket",
        "Ticket {number}",
        "Tickets",
        "e-mail",
        "{seconds} s",
        "Version",
        "{points} points",
    ),
}
"""Words that are the same in both languages."""


def templates() -> Iterator[str]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        for found in IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            yield next(filter(None, found.groups()))


def code() -> Iterator[str]:
    for path in python_files("web/panel", "web/accounts"):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call):
                named = [each.value for each in node.keywords if each.arg in TITLED]
                first = node.args[:1] if name_of(node.func) in SAYING else []
                for each in (*first, *named):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value


def name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def values(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_every_sentence_has_one_translation() -> None:
    known = Counter(
        message.id
        for path in CATALOGUES.glob("*.po")
        for message in read_po(path.open("rb"), locale="fr")
        if message.id
    )
    assert [sentence for sentence, times in known.items() if times > 1] == []


def test_no_translation_is_left_over_from_a_sentence_that_is_said_no_more() -> None:
    said = {
        node.value
        for path in python_files(*PRODUCT)
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    drawn = "".join(
        path.read_text(encoding="utf-8")
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.html"))
    )
    left = [
        message.id
        for path in sorted(CATALOGUES.glob("*.po"))
        for message in read_po(path.open("rb"), locale="fr")
        if message.id and message.id not in said and message.id not in drawn
    ]
    assert left == []


@pytest.mark.parametrize("find", [templates, code])
def test_every_sentence_is_said_in_french_with_the_same_values(
    find: Callable[[], Iterator[str]],
) -> None:
    missing = sorted(
        each
        for each in set(find()) - SAME
        if each and (translate(each, "fr") == each or values(translate(each, "fr")) != values(each))
    )
    assert missing == []


def test_french_marks_stay_on_the_line_of_their_word() -> None:
    loose = "Tout va bien ? « Oui » : 150 % et 200 % !"
    assert bound(loose, "fr").split(" ") == [
        "Tout",
        "va",
        "bien\u00a0?",
        "«\u00a0Oui\u00a0»\u00a0:",
        "150\u00a0%",
        "et",
        "200\u00a0%\u00a0!",
    ]
    assert bound("Is it ? 150 %", "en") == "Is it ? 150 %"


@pytest.mark.parametrize(
    ("language", "first", "later", "month", "share"),
    [
        ("fr", "1er nov. 2026", "11 nov. 2026", "nov. 2026", "60\u00a0%"),
        ("en", "1 Nov 2026", "11 Nov 2026", "Nov 2026", "60%"),
    ],
)
def test_days_months_and_shares_are_written_as_people_write_them(
    language: str, first: str, later: str, month: str, share: str
) -> None:
    app = Flask(__name__)
    app.config.update(LOCALE="fr", SECRET_KEY="key")
    with app.test_request_context(headers={"Accept-Language": language}):
        assert shown.day("2026-11-01") == first
        assert shown.day("2026-11-11") == later
        assert shown.month("2026-11") == month
        assert shown.percent(6, 10) == share
