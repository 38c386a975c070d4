"""A document on its way: entries added, moved and taken out, another first day, its faults."""

from datetime import date

from pos_loyalty.programmes.editing import (
    digest_of_rules,
    editable,
    entries_of,
    faults_of,
    with_entry,
    with_entry_moved,
    with_first_day,
    without_entry,
)
from pos_loyalty.programmes.forms import text_of
from pos_loyalty.programmes.reading import read_programme
from tests.support.tree import ROOT

TEXT = (ROOT / "config" / "programme.example.toml").read_text(encoding="utf-8")
DAY = date(2031, 5, 6).toordinal()


def names(document: dict[str, object]) -> list[str]:
    return [each["name"] for each in entries_of(document, "tier")]


def test_entries_are_added_changed_moved_and_taken_out() -> None:
    document = editable(TEXT)
    assert names(document) == ["Bronze", "Argent", "Or"]
    more = with_entry(document, "tier", 3, {"name": "Platine", "threshold": 900_000})
    assert names(more) == ["Bronze", "Argent", "Or", "Platine"]
    assert names(with_entry(more, "tier", 1, {"name": "Zinc"}))[1] == "Zinc"
    assert names(with_entry_moved(more, "tier", 3, -1)) == ["Bronze", "Argent", "Platine", "Or"]
    assert names(with_entry_moved(more, "tier", 0, -1)) == names(more)
    assert names(without_entry(more, "tier", 0)) == ["Argent", "Or", "Platine"]
    assert names(document) == ["Bronze", "Argent", "Or"]


def test_a_section_without_entries_is_gone() -> None:
    document = without_entry(editable(TEXT), "bonus", 0)
    assert "bonus" not in document
    assert "limits" not in without_entry(document, "limits", 0)


def test_one_reward_becomes_a_list_that_means_the_same() -> None:
    single = "[programme]\nid = 'a'\nname = 'A'\nfirst_day = 2026-01-01\n[earn]\npoints = 1\n"
    single += "per = 100\n[reward]\nlabel = 'Off'\npoints = 100\namount = 500\n"
    again = text_of(editable(single))
    assert "[[reward]]" in again
    assert read_programme(again).rewards == read_programme(single).rewards


def test_what_is_wrong_is_told_by_its_path() -> None:
    document = with_entry(editable(TEXT), "earn", 0, {"points": "many", "per": 100})
    assert [fault.path for fault in faults_of(text_of(document))] == ["earn.points"]
    assert faults_of(TEXT) == ()


def test_another_first_day_leaves_the_text_as_it_is_written() -> None:
    later = with_first_day(TEXT, DAY)
    assert read_programme(later).first_day == DAY
    changed = [n for n in zip(TEXT.split("\n"), later.split("\n"), strict=True) if n[0] != n[1]]
    assert len(changed) == 1
    inline = 'programme = { id = "a", name = "A", first_day = 2026-01-01 }\n'
    inline += "earn = { points = 1, per = 100 }\n"
    assert read_programme(with_first_day(inline, DAY)).first_day == DAY


def test_the_same_rules_from_another_day_on_are_the_same_rules() -> None:
    assert digest_of_rules(with_first_day(TEXT, DAY)) == digest_of_rules(TEXT)
    assert digest_of_rules(TEXT.replace("percent = 125", "percent = 126")) != digest_of_rules(TEXT)
