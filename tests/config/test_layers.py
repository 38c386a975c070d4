"""Settings from company to till: the nearest word holds, and each value knows where it is from."""

from pathlib import Path

import pytest

from pos_loyalty.config import ConfigError, load_register
from pos_loyalty.config.layers import layers
from pos_loyalty.daemon.house import settings_of

COMPANY = """
[retention]
finished_jobs_days = 10
command_memory_days = 11

[watch]
late_max = 1
[[consents]]
purpose = "offers"
channel = "email"
fr = "Oui"
en = "Yes"
"""
STORE = """
[retention]
finished_jobs_days = 20
"""


def inherit(file: Path, *, own: str, **files: str) -> None:
    """Let a till's file inherit others, and say `own` of retention itself."""
    text = file.read_text()
    for level, content in files.items():
        (file.parent / f"{level}.toml").write_text(content)
        assert f'\n{level} = ""' in text
        text = text.replace(f'\n{level} = ""', f'\n{level} = "{level}.toml"', 1)
    parts = text.split("\n[")
    dropped = ("retention]", "watch]", "[consents]]")
    kept = [each for each in parts if not each.startswith(dropped)]
    file.write_text("\n[".join(kept) + "\n" + own)


def test_the_nearest_word_on_a_key_holds(register_file: Path) -> None:
    inherit(register_file, own="", company=COMPANY, store=STORE)
    config = load_register(register_file)
    assert config.retention.finished_jobs_days == 20
    assert config.retention.command_memory_days == 11
    assert config.watch.late_max == 1
    assert [each.fr for each in config.consents] == ["Oui"]


def test_the_tills_own_file_is_nearest_of_all(register_file: Path) -> None:
    own = "[retention]\nfinished_jobs_days = 30\n\n"
    inherit(register_file, own=own, company=COMPANY, store=STORE)
    config = load_register(register_file)
    assert config.retention.finished_jobs_days == 30
    assert config.retention.command_memory_days == 11
    told = [
        each.level
        for each in layers(register_file)
        if each.names("retention", "finished_jobs_days")
    ]
    assert told == ["company", "store", "till"]


def test_a_fault_of_an_inherited_file_is_told(register_file: Path) -> None:
    inherit(register_file, own="", company="[retention]\nfinished_jobs_days = 0\n")
    with pytest.raises(ConfigError) as wrong:
        load_register(register_file)
    assert [fault.path for fault in wrong.value.faults] == ["retention.finished_jobs_days"]


@pytest.mark.parametrize("content", [None, "[inherits]\ncompany = 'x.toml'\n", "]"])
def test_a_file_that_cannot_be_inherited_is_named(register_file: Path, content: str | None) -> None:
    inherit(register_file, own="", store=content or "")
    if content is None:
        (register_file.parent / "store.toml").unlink()
    with pytest.raises(ConfigError) as wrong:
        load_register(register_file)
    (fault,) = wrong.value.faults
    assert "store.toml" in fault.path


def test_the_panel_says_whose_word_a_value_is_and_what_it_stands_instead_of(
    register_file: Path,
) -> None:
    inherit(register_file, own="", company=COMPANY, store=STORE)
    found = settings_of(load_register(register_file), register_file)
    shown = {(each.section, each.key): each for each in found}
    days = shown["retention", "finished_jobs_days"]
    assert (days.value, days.level, days.file, days.line) == ("20", "store", "store.toml", 3)
    assert days.instead == (("company", "10"),)
    own = shown["node", "zone"]
    assert (own.level, own.instead) == ("till", ())
    assert shown["watch", "shared_max"].level == ""
