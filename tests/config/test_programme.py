"""A wrong programme file: every fault at once, each with its line, in the reader's words."""

from pathlib import Path

import pytest

from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.node import memory
from pos_loyalty.programmes.faults import ProgrammeFaults
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.texts import explain

RIGHT = (Path(__file__).parents[2] / "config" / "programme.example.toml").read_text("utf-8")


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ProgrammeFaults) as refused:
        read_programme(text)
    for each in refused.value.faults:
        line = text.splitlines()[each.line - 1] if text else ""
        key = each.path.rpartition(".")[2].partition("[")[0]
        assert key in line or each.wrong in (Wrong.KEY_MISSING, Wrong.SECTION_MISSING), each
    return [(each.path, each.sentence("fr").partition(" : ")[2]) for each in refused.value.faults]


def changed(old: str, new: str) -> str:
    assert old in RIGHT, old
    return RIGHT.replace(old, new, 1)


def test_every_key_is_told_apart_and_in_french() -> None:
    text = """
[programme]
id = "POINTS"
name = ""
first_day = "demain"
currency = "euro"
[earn]
points = -1
per = "un"
tax = "incluse"
best_multiplier_only = 1
zut = 1
[[multiplier]]
name = "x"
percent = 100
weekdays = [8]
categories = [1]
[[bonus]]
threshold = 1
[tier]
name = "Bronze"
[reward]
label = 3
points = 1
amount = 1000000000000000000000000000000
"""
    assert dict(faults(text)) == {
        "programme.id": "écrivez un code de 1 à 32 minuscules, chiffres, tirets ou _.",
        "programme.name": "écrivez un texte de 1 à 80 caractères entre guillemets.",
        "programme.first_day": "écrivez un jour comme 2026-01-31, sans guillemets.",
        "programme.currency": "écrivez trois majuscules, par exemple EUR.",
        "earn.points": "écrivez un nombre entier de 0 à 1000000000.",
        "earn.tax": 'l’une des valeurs "excluded", "included".',
        "earn.per": "écrivez un nombre entier de 1 à 1000000000.",
        "earn.best_multiplier_only": "écrivez true ou false.",
        "earn.zut": "cette clé n’existe pas.",
        "multiplier[0].weekdays": "écrivez une liste de nombres entiers de 1 à 7.",
        "multiplier[0].categories": "écrivez une liste de textes entre guillemets.",
        "bonus[0].points": "cette clé manque.",
        "tier": "écrivez [[tier]].",
        "reward.label": "écrivez un texte de 1 à 80 caractères entre guillemets.",
        "reward.amount": "écrivez un nombre entier de 1 à 1000000000.",
    }


def test_a_section_that_is_missing_unknown_or_no_section_is_told() -> None:
    assert faults("earn = 1\n[zut]\na = 1\n") == [
        ("earn", "écrivez [earn], avec des clés en dessous."),
        ("programme", "cette section manque."),
        ("zut", "cette section n’existe pas."),
    ]


def test_a_line_that_is_not_toml_is_named() -> None:
    with pytest.raises(ProgrammeFaults) as refused:
        read_programme("[programme]\nid = \n")
    (fault,) = refused.value.faults
    assert fault.sentence("fr") == "Ligne 2, file : ce n’est pas une ligne que TOML admet."


def test_values_that_contradict_one_another_are_told() -> None:
    text = changed("threshold = 0", "threshold = 5")
    assert ("tier[0].threshold", "le premier niveau commence à 0.") in faults(text)
    both = changed('combine = "multiply"', 'combine = "add"').replace("only = false", "only = true")
    assert faults(both) == [("earn.best_multiplier_only", "laissez false, ou retirez combine.")]
    nothing = (
        '[programme]\nid = "p"\nname = "P"\nfirst_day = 2026-01-01\n[earn]\npoints = 0\nper = 100\n'
    )
    assert faults(nothing) == [
        ("earn.points", "dites ce qui rapporte : points, visite, quantité ou prime.")
    ]
    assert read_programme(f"{nothing}visit = 1\n").visit == 1


def test_keys_of_another_kind_of_reward_are_told() -> None:
    text = """
[programme]
id = "p"
name = "P"
first_day = 2026-01-01
[earn]
points = 1
per = 100
[[reward]]
label = "a"
points = 0
kind = "percent"
amount = 5
each = 2
[[reward]]
label = "a"
points = 10
[stacking]
order = ["percent", "percent"]
"""
    assert faults(text) == [
        ("reward[0].percent", "cette clé manque."),
        ("reward[0].amount", "retirez-la : un avantage du genre percent ne s’en sert pas."),
        ("reward[0].each", "retirez-la : un avantage du genre percent ne s’en sert pas."),
        ("reward[1].amount", "cette clé manque."),
        ("reward[1].label", "un autre avantage porte ce libellé."),
        ("stacking.order", "nommez chaque genre une seule fois."),
    ]


def test_a_single_reward_is_also_a_list_of_one() -> None:
    single = read_programme(RIGHT)
    listed = read_programme(changed("[reward]", "[[reward]]"))
    assert (single.reward, single.rewards) == (listed.reward, listed.rewards)
    assert single.rewards == (single.reward,)


def test_a_refusals_problem_stays_in_the_vocabulary_when_it_comes_back_from_memory() -> None:
    told = LoyaltyError(Reason.TICKET_INVALID, field="lines", problem=Wrong.AT_MOST, maximum=5)
    assert str(told) == "The ticket's lines is wrong: at most 5."
    with pytest.raises(LoyaltyError) as again:
        memory.read(memory.written(told))
    assert explain(again.value, "fr") == "Le champ lines du ticket est faux : au plus 5."
    with pytest.raises(ValueError, match="some words"):
        LoyaltyError(Reason.TICKET_INVALID, field="lines", problem="some words")
