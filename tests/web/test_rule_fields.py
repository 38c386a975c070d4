"""The fields of a part: what they show is what they read, and a fault stands at its field."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from pos_loyalty.programmes.editing import editable, entries_of, faults_of, with_entry
from pos_loyalty.programmes.forms import Document, digest_of, text_of
from pos_loyalty.telling.book import book
from tests.support.tree import ROOT
from web.panel.rule_fields import RuleField, fields_of, read_fields

EXAMPLES = [
    ROOT / "config" / "programme.example.toml",
    *sorted((ROOT / "config" / "programmes").glob("*.toml")),
]
OFFERED = {"tiers": ["Or"], "bundles": ["Menu"]}


def shown(name: str, values: dict[str, Any], document: Document, locale: str) -> list[RuleField]:
    faults = [each for each in faults_of(text_of(document)) if each.path.startswith(name)]
    return fields_of(
        book()[name.partition("[")[0]], values, faults=faults, locale=locale, offered=OFFERED
    )


def sent(fields: list[RuleField]) -> MultiDict[str, str]:
    """Send a form as it stands."""
    pairs = []
    for each in fields:
        many = each.value if isinstance(each.value, tuple) else ()
        if each.widget == "check":
            pairs += [(each.id, "1")] if each.value else []
        elif each.widget in ("checks", "order"):
            pairs += [(each.id, value) for value in many]
        else:
            pairs.append((each.id, ", ".join(many) if many else str(each.value or "")))
    return MultiDict(pairs)


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_form_kept_as_it_stands_changes_nothing(path: Path, locale: str) -> None:
    before = document = editable(path.read_text(encoding="utf-8"))
    for name, section in book().items():
        for index, values in enumerate(entries_of(document, name)):
            typed = read_fields(section, sent(shown(name, values, before, locale)))
            document = with_entry(document, name, index, typed)
    assert digest_of(text_of(document)) == digest_of(text_of(before))


def test_an_empty_form_is_kept_with_a_fault_at_each_field_that_is_needed() -> None:
    section = book()["tier"]
    document = with_entry(
        editable(EXAMPLES[0].read_text()), "tier", 0, read_fields(section, MultiDict())
    )
    told = {each.key: each.faults for each in shown("tier[0]", {}, document, "fr") if each.faults}
    assert told == {"name": ("À remplir.",), "threshold": ("À remplir.",)}


def test_what_is_no_amount_stays_as_it_was_typed_beside_what_is_wrong() -> None:
    section = book()["earn"]
    typed = read_fields(section, MultiDict({"key-points": "1", "key-per": "beaucoup"}))
    document = with_entry(editable(EXAMPLES[0].read_text()), "earn", 0, typed)
    per = next(e for e in shown("earn", typed, document, "fr") if e.key == "per")
    assert per.value == "beaucoup"
    assert per.faults == ("Écrivez un montant d’au moins 0,01, comme 12,50.",)


def test_money_is_typed_as_money_and_lists_with_commas() -> None:
    typed = read_fields(
        book()["reward"],
        MultiDict(
            [
                ("key-label", " Bon "),
                ("key-points", "1 00"),
                ("key-amount", "5,50 €"),
                ("key-categories", "vin, fromage ,"),
                ("key-kind", "amount"),
            ]
        ),
    )
    assert typed == {
        "label": "Bon",
        "points": "1 00",
        "amount": 550,
        "categories": ["vin", "fromage"],
    }


def test_days_of_the_week_and_orders_are_chosen() -> None:
    days = MultiDict([("key-weekdays", "6"), ("key-weekdays", "7")])
    assert read_fields(book()["multiplier"], days)["weekdays"] == [6, 7]
    order = MultiDict([("key-order", "amount"), ("key-order", ""), ("key-order", "percent")])
    assert read_fields(book()["stacking"], order) == {"order": ["amount", "percent"]}
    coupons = read_fields(book()["exclusion"], MultiDict({"key-reason": "tabac"}))
    assert coupons == {"reason": "tabac", "coupons": False}
