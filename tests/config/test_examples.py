"""The example files: right as they stand, with every key there is, and every key explained."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from drivers.catalogue import CATALOGUE
from drivers.encoding.escpos import CODE_PAGES, EscposProfile
from pos_loyalty.config import DeviceConfig, load_hub, load_register, read_key, read_secret
from pos_loyalty.config.faults import ConfigError
from pos_loyalty.config.hub import HubConfig
from pos_loyalty.config.register import Printer, RegisterConfig
from pos_loyalty.config.sections import Section
from pos_loyalty.ports.devices import Category
from tests.support.settings import sections_of
from tests.support.tree import ROOT

MODELS = [("register.example.toml", RegisterConfig), ("hub.example.toml", HubConfig)]


def test_the_register_example_reads_as_it_stands(register_file: Path) -> None:
    config = load_register(register_file)
    assert config.node.day_closes_at == time(4, 0)
    assert config.cards.prefixes == ("2990", "2991")
    assert [device.name for device in config.devices] == ["scanner", "printer"]
    assert config.hub is not None and config.hub.lookup_budget_ms == 300


def test_the_hub_example_reads_as_it_stands(hub_file: Path) -> None:
    config = load_hub(hub_file)
    assert config.database.connections == 10
    assert not config.database.on_sqlite
    assert config.company.company == "maison"


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_an_example_shows_every_key_and_no_other(
    folder: Path, name: str, model: type[Section]
) -> None:
    shown = tomllib.loads((folder / name).read_text())
    assert set(shown) == set(model.model_fields)
    for section, part in sections_of(model):
        blocks = shown[section] if isinstance(shown[section], list) else [shown[section]]
        for block in blocks:
            assert set(block) == set(part.model_fields), section


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_a_value_called_default_in_an_example_is_the_default(
    folder: Path, name: str, model: type[Section]
) -> None:
    sections = dict(sections_of(model))
    section, checked = "", 0
    for line in (folder / name).read_text().splitlines():
        if line.startswith("["):
            section = line.split("]")[0].strip("[")
        elif "(default" in line:
            key = line.partition("=")[0].strip()
            value = tomllib.loads(line)[key]
            default = sections[section].model_fields[key].default
            assert value == (f"{default:%H:%M}" if isinstance(default, time) else default), line
            checked += 1
    assert checked > 15


def optional_parts(text: str) -> Iterator[str]:
    """Give `text` without each of its optional lines and sections, one at a time."""
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if line.startswith("[") and "# optional" in line:
            later = range(at + 1, len(lines))
            end = next((n for n in later if lines[n].startswith("[")), len(lines))
            yield "".join(lines[:at] + lines[end:])
        elif "# optional" in line and "with " not in line:
            yield "".join(lines[:at] + lines[at + 1 :])


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_what_an_example_calls_optional_can_be_left_out(
    folder: Path, name: str, model: type[Section]
) -> None:
    path = folder / name
    load = load_register if model is RegisterConfig else load_hub
    texts = list(optional_parts(path.read_text()))
    assert len(texts) > 5
    for text in texts:
        path.write_text(text)
        assert load(path)


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_every_line_of_an_example_that_needs_words_has_them(
    folder: Path, name: str, model: type[Section]
) -> None:
    bare = [
        line
        for line in (folder / name).read_text().splitlines()
        if line.strip() and "#" not in line and not line.startswith("[")
    ]
    obvious = {"region", "store", "legal_name", "address", "trade_name", "sender", "sender_name"}
    obvious |= {"host", "url", "name", "category", "driver", "options"}
    assert {line.partition("=")[0].strip() for line in bare} <= obvious


def test_the_settings_and_the_drivers_use_the_same_words(register_file: Path) -> None:
    category = DeviceConfig.model_fields["category"].annotation
    assert set(get_args(category)) == {member.value for member in Category}
    code_page = Printer.model_fields["code_page"].annotation
    assert set(get_args(code_page)) == set(CODE_PAGES)
    profile = EscposProfile()
    assert Printer().model_dump() == {name: getattr(profile, name) for name in Printer.model_fields}
    for device in load_register(register_file).devices:
        assert CATALOGUE[device.driver].category == device.category


def test_settings_cannot_be_changed_afterwards(register_file: Path) -> None:
    config = load_register(register_file)
    with pytest.raises(ValidationError):
        config.node.locale = "en"
    with pytest.raises(TypeError):
        config.devices[0].options["port"] = "x"  # type: ignore[index]


def test_the_options_of_a_device_are_given_as_they_were_written() -> None:
    device = DeviceConfig.model_validate(
        {"name": "a", "category": "msr", "driver": "d", "options": {"baud": 9600, "to": ["x"]}}
    )
    assert dict(device.options) == {"baud": 9600, "to": ("x",)}


def test_a_secret_is_read_without_its_end_of_line_and_a_key_as_bytes(register_file: Path) -> None:
    config = load_register(register_file)
    assert config.mail is not None and config.mail.password_file is not None
    assert read_secret(config.mail.password_file) == "x"
    assert read_key(config.cards.key_file) == b"Z" * 32
    config.cards.key_file.unlink()
    with pytest.raises(ConfigError):
        read_key(config.cards.key_file)


def test_a_secret_is_found_beside_the_settings_from_any_folder(
    register_file: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    key = load_register(register_file).cards.key_file
    assert key == register_file.parent / "secrets" / "cards.key"


WATCH = """
import sys
from pathlib import Path
seen = []
def watch(event, details):
    writes = event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+")
    if writes or event.startswith(("socket.", "sqlite3.", "subprocess.", "os.system", "os.mkdir")):
        seen.append((event, str(details)))
from pos_loyalty.config import load_hub, load_register
import pos_loyalty.texts
sys.addaudithook(watch)
load_register(Path(sys.argv[1]))
load_hub(Path(sys.argv[2]))
if any(name in sys.modules for name in ("sqlalchemy", "serial", "usb", "requests", "flask")):
    seen.append("a library of devices, network or database was loaded")
sys.exit(str(seen) if seen else 0)
"""


def test_reading_touches_no_device_network_or_database(register_file: Path, hub_file: Path) -> None:
    command = [sys.executable, "-c", WATCH, register_file, hub_file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
