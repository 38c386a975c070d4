"""Settings that are wrong, missing or unknown: every fault at once, and an exit code."""

import re
from collections.abc import Callable
from pathlib import Path

from babel.messages.pofile import read_po

from pos_loyalty import texts
from pos_loyalty.errors import Wrong
from pos_loyalty.texts import translate
from tests.bad_input.bench import PROGRAMME, SETTINGS, Bench, Seen, ended, refused_order
from tests.bad_input.rows import Row, filled

CATALOGUE = Path(texts.__file__).parent / "locale/fr/LC_MESSAGES/messages.po"
with CATALOGUE.open("rb") as stream:
    FRENCH = {str(m.string) for m in read_po(stream) if m.id and m.id != m.string}
"""All French sentences of the product."""
FOUND = r"rien|\(masqué\)|[\"'\[{].*|[-\d].*|true|false"
"""What was found: nothing, hidden, or as the file writes it."""
LISTS = {"keys": ".+", "choices": ".+"}


def checked(*changes: tuple[str, str], faults: tuple[str, ...]) -> Callable[[Bench], Seen]:
    """Change the settings of a till, have them checked and run; `faults` are what each line says.

    Neither starts anything; the right settings beside them stay good.
    """

    def act(bench: Bench) -> Seen:
        text = bench.settings.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        wrong = bench.folder / "wrong.toml"
        wrong.write_text(text, encoding="utf-8")
        code, said = ended("check-config", wrong)
        assert code == 1, said
        assert len(said) == len(faults) + 1, said
        for fault in faults:
            assert any(fault in line and is_a_french_fault(line) for line in said), (fault, said)
        assert ended("run", wrong) == (code, said)
        assert ended("check-config", bench.settings)[0] == 0
        reason, _, sentence = said[0].partition(": ")
        return Seen(reason, sentence)

    return act


def is_a_french_fault(line: str) -> bool:
    """Tell whether a fault is told by the catalogue's own French, but for what was found."""
    told = re.fullmatch(r"\S+ : trouvé (.+), attendu (.+)\.", line)
    if told is not None:
        found, expected = told.groups()
        return bool(re.fullmatch(FOUND, found)) and any(
            re.fullmatch(filled(each, **LISTS), expected) for each in FRENCH
        )
    told = re.fullmatch(r"Ligne \d+, \S+ : (.+)\.", line)
    return told is not None and any(
        re.fullmatch(filled(translate(each, "fr")), told[1]) for each in Wrong
    )


def programme(old: str, new: str) -> Callable[[Bench], Seen]:
    """Change the programme file; what checks it names the line."""

    def act(bench: Bench) -> Seen:
        wrong = bench.folder / "programme-wrong.toml"
        assert old in PROGRAMME
        wrong.write_text(PROGRAMME.replace(old, new, 1), encoding="utf-8")
        code, said = ended("check-config", wrong)
        assert code == 1, said
        assert len(said) > 1
        assert [line for line in said[1:] if not is_a_french_fault(line)] == []
        reason, _, sentence = said[0].partition(": ")
        return Seen(reason, sentence)

    return act


def tokens_of_one_name(bench: Bench) -> Seen:
    """Give two programs the same name: neither could tell its commands from the other's."""
    path = bench.folder / "api.token"
    own = path.read_text()
    lines = [*own.splitlines(), "# and another one", "pos pos second-token"]
    path.write_text("\n".join(lines))
    try:
        code, said = ended("check-config", bench.settings)
        assert (code, len(said)) == (1, 2), said
        assert f"api.token:{len(lines)}" in said[1]
        assert is_a_french_fault(said[1]), said
        headers = {"Authorization": "Bearer second-token"}
        assert bench.call("GET", "/jobs", headers=headers).status_code in (401, 429)
        assert bench.call("GET", "/jobs").status_code == 200
    finally:
        path.write_text(own)
    reason, _, sentence = said[0].partition(": ")
    return Seen(reason, sentence)


def named(name: str, content: bytes | None = None) -> Callable[[Bench], Seen]:
    """Have a file checked and run as settings that holds nothing of the kind, or is not there."""

    def act(bench: Bench) -> Seen:
        file = bench.folder / name
        if content is not None:
            file.write_bytes(content)
        code, said = ended("check-config", file)
        assert (code, len(said)) == (1, 2), said
        assert is_a_french_fault(said[1]), said
        reason, _, sentence = said[0].partition(": ")
        for order in ("verify", "doctor", "run"):
            assert ended(order, file)[0] == 1
        return Seen(reason, sentence)

    return act


def order(*words: str) -> Callable[[Bench], Seen]:
    """Give an order with a path that cannot be used; the settings stand for `SETTINGS` in it."""

    def act(bench: Bench) -> Seen:
        given = [
            bench.settings if each == "SETTINGS" else bench.folder / each for each in words[1:]
        ]
        return refused_order(*words[0].split(), *given)

    return act


assert "[api]\nport = 0" in SETTINGS
NODE = 'role = "register"\nname = "till"\n'

ROWS = (
    Row("several wrong settings at once", checked(
        ('name = "till"', 'name = "a b"'), ('tills = ["1"]', 'tills = "1"'),
        ("port = 0", "port = 99999"), ('security = "none"', 'security = "maybe"'),
        faults=("node.name", "store.tills", "mail.security", "api.port")), "CONFIG_INVALID"),
    Row("missing settings", checked((NODE, ""), ('token_file = "api.token"', ""),
        faults=("node.role", "node.name", "api.token_file")), "CONFIG_INVALID"),
    Row("unknown settings", checked(("[api]\nport = 0", "[api]\nport = 0\nprot = 1"),
        ("[programme]", "[zut]\na = 1\n[programme]"), faults=("zut", "api.prot")),
        "CONFIG_INVALID"),
    Row("settings of a device that it does not know", checked(
        ('driver = "serial-msr"', 'driver = "abacus"'),
        ("status_interval_s = 0.1", "status_interval_s = -1"),
        faults=("devices[1].driver", "devices[2].options.status_interval_s")), "CONFIG_INVALID"),
    Row("settings that are not TOML", checked(("[store]", "[store"), faults=("wrong.toml",)),
        "CONFIG_INVALID"),
    Row("a key file that is not there", checked(('key_file = "cards.key"', 'key_file = "no.key"'),
        faults=("cards.key_file",)), "CONFIG_INVALID"),
    Row("prefixes of payment cards", checked(('prefixes = ["2990"]', 'prefixes = ["4"]'),
        faults=("cards.prefixes[0]",)), "CONFIG_INVALID"),
    Row("two tokens of one name", tokens_of_one_name, "CONFIG_INVALID"),
    Row("a settings file that is not there", named("no.toml"), "CONFIG_INVALID"),
    Row("a programme file that is not there", named("programme.no.toml"), "CONFIG_INVALID"),
    Row("a programme file that is no text", named("programme.dat", b"\xff"), "CONFIG_INVALID"),
    Row("a folder for settings", named("data"), "CONFIG_INVALID"),
    Row("a file to import that is not there", order("import tickets", "no.csv", "SETTINGS"),
        "FILE_UNREADABLE"),
    Row("a backup that is not there", order("restore", "SETTINGS", "no.db"), "FILE_UNREADABLE"),
    Row("a backup into no folder", order("backup", "SETTINGS", "no/copy.db"), "FILE_UNWRITABLE"),
    Row("a backup over a folder", order("backup", "SETTINGS", "data"), "FILE_UNWRITABLE"),
    Row("a programme with a wrong figure", programme("points = 1\n", "points = -1\n"),
        "PROGRAMME_INVALID"),
    Row("a programme with an unknown word", programme("[earn]", "[earned]"), "PROGRAMME_INVALID"),
    Row("a programme that is not TOML", programme("[earn]", "[earn"), "PROGRAMME_INVALID"),
)  # fmt: skip
