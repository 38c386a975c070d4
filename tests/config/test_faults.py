"""Wrong settings: each fault by its path, what was found, what is expected; all at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from pos_loyalty.config import (
    ConfigError,
    Fault,
    HubConfig,
    RegisterConfig,
    load_hub,
    load_register,
)
from pos_loyalty.config.loading import validate
from pos_loyalty.config.sections import Section
from pos_loyalty.errors import Reason
from pos_loyalty.texts import explain

Load = Callable[[Path], Section]


def faults_of(path: Path, load: Load = load_register) -> dict[str, Fault]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return {fault.path: fault for fault in caught.value.faults}


def change(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text()
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path.write_text(text)


REGISTER_FAULTS = [
    # what the file says, what it should not say, where, found, and a part of what is expected
    ('role = "register"', 'role = "hub"', "node.role", '"hub"', '"register"'),
    ('name = "paris-1-till-1"', 'name = "a b"', "node.name", '"a b"', "1 to 32 letters"),
    ('locale = "fr"', 'locale = "de"', "node.locale", '"de"', '"fr", "en"'),
    ('zone = "Europe/Paris"', 'zone = "Europe"', "node.zone", '"Europe"', "time zone"),
    ('zone = "Europe/Paris"', 'zone = "../x"', "node.zone", '"../x"', "time zone"),
    ('currency = "EUR"', 'currency = "€"', "node.currency", '"€"', "three capital letters"),
    ('day_closes_at = "04:00"', 'day_closes_at = "4h"', "node.day_closes_at", '"4h"', "04:00"),
    ('tills = ["1"]', 'tills = "1"', "store.tills", '"1"', "a list"),
    ('tills = ["1"]', "tills = [1]", "store.tills[0]", "1", "a code"),
    ('tills = ["1"]', "tills = []", "store.tills", "[]", "at least one till"),
    ('tills = ["1"]', 'tills = ["1", "1"]', "store.tills[1]", '"1"', "only once"),
    ('siret = "73282932000074"', 'siret = "73"', "store.siret", '"73"', "14 digits"),
    ('vat_id = "FR40732829320"', 'vat_id = "40"', "store.vat_id", '"40"', "VAT number"),
    ('trade_name = "La', 'trade_name = "\\nLa', "store.trade_name", None, "on one line"),
    ('prefixes = ["2990", "2991"]', "prefixes = []", "cards.prefixes", "[]", "at least one"),
    ('prefixes = ["2990", ', 'prefixes = ["4", ', "cards.prefixes[0]", '"4"', "6 digits or more"),
    ('prefixes = ["2990", ', 'prefixes = ["22", ', "cards.prefixes[0]", '"22"', "payment cards"),
    ("length_max = 13", "length_max = 12", "cards.length_max", "12", "which is 13"),
    ("length_min = 13", "length_min = 10", "cards.length_min", "10 … 13", "13 digits"),
    ("length_min = 13", "length_min = true", "cards.length_min", "true", "from 8 to 32"),
    ('category = "scanner"', 'category = "Scale"', "devices[0].category", '"Scale"', '"msr"'),
    ('name = "printer"', 'name = "scanner"', "devices[1].name", '"scanner"', "no other device"),
    ("options = {}", "options = 3", "devices[0].options", "3", "a table"),
    ("options = {}", "options = {a = {}}", "devices[0].options", '{"a": {}}', "a table"),
    ("columns = 42", "columns = 42.0", "printer.columns", "42.0", "from 24 to 64"),
    ('code_page = "cp1252"', 'code_page = "utf8"', "printer.code_page", '"utf8"', "cp858"),
    ('default_choice = "none"', 'default_choice = 1', "receipt.default_choice", "1", '"paper"'),
    ("port = 587", "port = 0", "mail.port", "0", "from 1 to 65535"),
    ("port = 587", 'port = "587"', "mail.port", '"587"', "a whole number"),
    ('sender = "tickets@', 'sender = "tickets ', "mail.sender", None, "an e-mail address"),
    ('security = "starttls"', 'security = "none"', "mail.security", '"none"', "in clear"),
    ('host = "127.0.0.1"', 'host = "a b"', "api.host", '"a b"', "a host"),
    ('url = "https://fid', 'url = "http://fid', "hub.url", None, "https://"),
    ('url = "https://fid', 'url = "fid', "hub.url", None, "begins with https://"),
    ("points_max = 500", "points_max = -1", "offline.points_max", "-1", "from 0"),
    ("enabled = false", 'enabled = "no"', "training.enabled", '"no"', "true or false"),
    ('level = "info"', 'level = "loud"', "log.level", '"loud"', '"warning"'),
    ("columns = 42", "colums = 42", "printer.colums", '"colums"', "columns, the nearest"),
    ("[log]", "[lgo]", "lgo", '"lgo"', "log, the nearest"),
    ("columns = 42", "zzzzzzz = 42", "printer.zzzzzzz", '"zzzzzzz"', "columns, code_page"),
    ('key_id = "k1"', "", "cards.key_id", None, "a value"),
    ("[api]", "[[api]]", "api", None, "a section"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "path", "found", "expected"), REGISTER_FAULTS)
def test_a_wrong_setting_is_named_with_what_was_found_and_what_is_expected(
    register_file: Path, right: str, wrong: str, path: str, found: str | None, expected: str
) -> None:
    change(register_file, (right, wrong))
    fault = faults_of(register_file)[path]
    assert found is None or fault.found == found
    assert expected in fault.sentence("en")
    assert fault.sentence("fr") != fault.sentence("en")


def test_all_faults_are_told_at_once_in_the_order_of_the_file(register_file: Path) -> None:
    change(
        register_file,
        ('zone = "Europe/Paris"', 'zone = "Mars"'),
        ("length_max = 13", "length_max = 9"),
        ("columns = 42", "columns = 420"),
        ("redemptions_max = 3", "redemptions_max = -3"),
        ("\n[log]", "\n[lgo]"),
    )
    expected = ["lgo", "node.zone", "cards.length_max", "cards.length_min", "printer.columns"]
    assert list(faults_of(register_file)) == [*expected, "offline.redemptions_max"]


def test_a_second_fault_in_the_same_section_is_told_too(register_file: Path) -> None:
    change(register_file, ('locale = "fr"', 'locale = "de"'), ('currency = "EUR"', "currency = 1"))
    assert list(faults_of(register_file)) == ["node.locale", "node.currency"]


def test_a_missing_section_is_one_fault_among_the_others(register_file: Path) -> None:
    text = register_file.read_text()
    start, end = text.index("[store]"), text.index("[cards]")
    register_file.write_text(text[:start] + text[end:].replace("columns = 42", "columns = 0"))
    assert list(faults_of(register_file)) == ["store", "printer.columns"]


def test_receipts_by_mail_need_a_mail_server_and_receipts_on_paper_a_printer(
    register_file: Path,
) -> None:
    text = register_file.read_text()
    start, end = text.index("[mail]"), text.index("[api]")
    without = text[:start] + text[end:]
    register_file.write_text(without.replace('choice = "none"', 'choice = "email"'))
    assert list(faults_of(register_file)) == ["mail"]
    without = text.replace('"printer"', '"display"')
    register_file.write_text(without.replace('choice = "none"', 'choice = "paper"'))
    assert list(faults_of(register_file)) == ["receipt.default_choice"]


def test_a_mail_account_needs_both_its_name_and_its_password(register_file: Path) -> None:
    change(register_file, ('\nuser = "tickets@maison.example"', "\n"))
    assert list(faults_of(register_file)) == ["mail.user"]
    change(register_file, ('\npassword_file = "secrets/mail.password"', '\nuser = "x"'))
    assert list(faults_of(register_file)) == ["mail.password_file"]


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (None, 0o600, "a file that exists"),
        ("5a" * 32, 0o640, "chmod 600"),
        ("5a" * 32, 0o604, "chmod 600"),
        ("  \n", 0o600, "not empty"),
        ("5a" * 31, 0o600, "at least 32 bytes"),
        ("no hexadecimal", 0o600, "at least 32 bytes"),
    ],
)
def test_a_key_file_must_exist_be_ours_alone_and_hold_a_key(
    register_file: Path, content: str | None, mode: int, expected: str
) -> None:
    key = register_file.parent / "secrets" / "cards.key"
    key.unlink()
    if content is not None:
        key.write_text(content)
        key.chmod(mode)
    fault = faults_of(register_file)["cards.key_file"]
    assert expected in fault.sentence("en")
    assert content is None or content.strip() == "" or content not in fault.sentence("en")


def test_a_folder_is_no_secret(register_file: Path) -> None:
    change(register_file, ("secrets/cards.key", "secrets"))
    assert "exists and can be read" in faults_of(register_file)["cards.key_file"].expected


def test_an_enrolment_code_that_was_used_and_removed_is_no_fault_but_an_open_one_is(
    register_file: Path,
) -> None:
    assert load_register(register_file).hub is not None
    code = register_file.parent / "secrets" / "enrolment.code"
    code.write_text("ABCD")
    code.chmod(0o644)
    assert "chmod 600" in faults_of(register_file)["hub.enrolment_file"].expected


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("postgresql+psycopg://loyalty:hunter2@127.0.0.1/loyalty", "without a password"),
        ("postgresql+psycopg://loyalty@h/loyalty?password=hunter2@", "without a password"),
        ("mysql://loyalty@h/x", "without a password"),
    ],
)
def test_a_database_password_in_the_address_is_refused_and_not_shown(
    hub_file: Path, url: str, part: str
) -> None:
    change(hub_file, ("postgresql+psycopg://loyalty@127.0.0.1/loyalty", url))
    fault = faults_of(hub_file, load_hub)["database.url"]
    assert part in fault.sentence("en")
    assert "hunter2" not in fault.sentence("en") + fault.sentence("fr")
    assert "(masqué)" in fault.sentence("fr")


def test_a_database_password_needs_a_user_and_is_spelt_safely(hub_file: Path) -> None:
    (hub_file.parent / "secrets" / "database.password").write_text("p@ss:w/rd é\n")
    config = load_hub(hub_file)
    url = make_url(config.database.address())
    assert (url.username, url.password, url.host) == ("loyalty", "p@ss:w/rd é", "127.0.0.1")
    change(hub_file, ("loyalty@127.0.0.1", "127.0.0.1"))
    assert list(faults_of(hub_file, load_hub)) == ["database.url"]
    change(hub_file, ('password_file = "secrets/database.password"', ""))
    assert load_hub(hub_file).database.address().endswith("//127.0.0.1/loyalty")


def test_a_hub_on_sqlite_has_one_process(hub_file: Path) -> None:
    change(hub_file, ("postgresql+psycopg://loyalty@127.0.0.1/loyalty", "sqlite:////tmp/hub.db"))
    change(hub_file, ('password_file = "secrets/database.password"', ""))
    assert list(faults_of(hub_file, load_hub)) == ["listen.workers"]
    change(hub_file, ("workers = 2", "workers = 1"))
    assert load_hub(hub_file).database.on_sqlite


def test_the_settings_of_a_hub_do_not_start_a_register(hub_file: Path) -> None:
    faults = faults_of(hub_file)
    assert faults["node.role"].found == '"hub"'
    assert {"database", "store", "api"} <= faults.keys()


@pytest.mark.parametrize(
    ("content", "line", "found", "expected"),
    [
        (b"[node\n", ":1", '"[node"', "a line that TOML allows"),
        (b"a = 1\na = 2\n", ":2", '"a = 2"', "a line that TOML allows"),
        (b'a = 1\nurl = "http://me:secret@x\n', ":2", "(hidden)", "a line that TOML allows"),
        (b"a = \xff", "", "0xff", "UTF-8"),
        (b"\x00" * 10, ":1", "u0000", "a line that TOML allows"),
        (b"#" * 2_000_000, "", None, "a settings file"),
        (b"a = " + b"[" * 100_000, ":1", '"a = [[[[', "a line that TOML allows"),
        (b"a = " + b"9" * 10_000, ":1", '"a = 9999', "a line that TOML allows"),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_refused_with_its_place(
    tmp_path: Path, content: bytes, line: str, found: str | None, expected: str
) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    fault = faults_of(path)[f"{path}{line}"]
    assert found is None or found in str(fault.found)
    assert fault.expected == expected


def test_a_missing_file_and_a_folder_are_one_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "none.toml").popitem()[1].expected == "a file that can be read"
    assert faults_of(tmp_path).popitem()[1].expected == "a file that can be read"


def test_the_error_itself_counts_the_faults_in_both_languages(register_file: Path) -> None:
    change(register_file, ("columns = 42", "columns = 0"), ('level = "info"', "level = 0"))
    with pytest.raises(ConfigError) as caught:
        load_register(register_file)
    assert caught.value.reason is Reason.CONFIG_INVALID
    assert "2" in explain(caught.value, "fr")


def test_a_number_of_many_thousand_digits_is_a_fault_like_any_other(register_file: Path) -> None:
    change(register_file, ("columns = 42", f"columns = 0x{'f' * 9_000}"))
    assert list(faults_of(register_file)) == ["printer.columns"]


@given(content=st.binary(max_size=60))
def test_any_bytes_at_all_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    faults_of(path)


def test_a_long_wrong_value_is_shown_shortly(register_file: Path) -> None:
    change(register_file, ('currency = "EUR"', f'currency = "{"E" * 7000}"'))
    assert len(faults_of(register_file)["node.currency"].sentence("fr")) < 200


TOML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
SECTIONS = sorted(RegisterConfig.model_fields | HubConfig.model_fields)
KEYS = sorted(
    {
        key
        for field in (RegisterConfig.model_fields | HubConfig.model_fields).values()
        for key in getattr(field.annotation, "model_fields", {"name": None, "options": None})
    }
)
CONTENTS = st.dictionaries(
    st.sampled_from(SECTIONS) | st.text(max_size=8),
    TOML_VALUES | st.dictionaries(st.sampled_from(KEYS), TOML_VALUES),
)


@given(content=CONTENTS, model=st.sampled_from([RegisterConfig, HubConfig]))
def test_any_content_at_all_is_either_read_or_refused_in_two_languages(
    content: dict[str, object], model: type[Section]
) -> None:
    with pytest.raises(ConfigError) as caught:
        validate(content, model, folder=Path("/nowhere"))
    assert caught.value.faults
    for fault in caught.value.faults:
        assert fault.sentence("fr") and fault.sentence("en")
