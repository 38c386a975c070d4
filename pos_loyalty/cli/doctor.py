"""`doctor`: one look at everything a register needs, a line each, with what to do."""

import shutil
import smtplib
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from pos_loyalty.cli.group import language, told
from pos_loyalty.cli.paths import SETTINGS
from pos_loyalty.config import RegisterConfig, load_register
from pos_loyalty.daemon.wiring import database_path, devices_of
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.store.engine import connect, sqlite_url
from pos_loyalty.store.migrate import check_file
from pos_loyalty.texts import explain, translate

FREE_BYTES_MIN = 500 * 1024 * 1024
TIMEOUT_S = 3.0


class Finding(NamedTuple):
    """One thing looked at: good, bad, or not to be told (None), and what was seen."""

    name: str
    good: bool | None
    seen: str


@click.command("doctor")
@click.argument("settings", type=SETTINGS)
def doctor_command(settings: Path) -> None:
    """Look at the settings, disk, database, devices, mail server and hub of SETTINGS."""
    bad = False
    for finding in findings(settings):
        bad |= finding.good is False
        mark = {True: "ok", False: "BAD", None: "?"}[finding.good]
        click.echo(f"{mark:4} {translate(finding.name, language()):16} {finding.seen}")
    sys.exit(1 if bad else 0)


def findings(settings: Path) -> Iterator[Finding]:
    """Look at one thing after the other; a fault in the settings ends it."""
    try:
        config = load_register(settings)
        devices_of(config)
    except LoyaltyError as error:
        yield Finding("settings", False, "\n".join(told(error)))
        return
    yield Finding("settings", True, settings.name)
    for name, look in (("disk", _disk), ("database", _database), ("mail", _mail), ("hub", _hub)):
        yield _finding(name, look, config)
    running = _answers(f"http://{config.api.host}:{config.api.port}/api/v1/health")
    yield Finding(
        "register", None if not running else True, _say("running" if running else "resting")
    )
    if not running:  # a running register owns its devices
        yield from _devices(config)


def _finding(
    name: str, look: Callable[[RegisterConfig], tuple[bool | None, str]], config: RegisterConfig
) -> Finding:
    good, seen = look(config)
    return Finding(name, good, seen)


def _say(sentence: str, **values: str | int) -> str:
    return translate(sentence, language(), **values)


def _disk(config: RegisterConfig) -> tuple[bool | None, str]:
    folder = config.node.data_directory
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return free >= FREE_BYTES_MIN, _say("{megabytes} MB free", megabytes=free // 1024 // 1024)


def _database(config: RegisterConfig) -> tuple[bool | None, str]:
    path = database_path(config, training=False)
    if not path.exists():
        return None, _say("made at the first start")
    store = connect(sqlite_url(path))
    try:
        check_file(store)
    except LoyaltyError as error:
        return False, explain(error, language())
    finally:
        store.close()
    return True, path.name


def _mail(config: RegisterConfig) -> tuple[bool | None, str]:
    if config.mail is None:
        return None, _say("not set")
    kind = smtplib.SMTP_SSL if config.mail.security == "tls" else smtplib.SMTP
    try:
        with kind(config.mail.host, config.mail.port, timeout=TIMEOUT_S) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return False, type(error).__name__
    return True, f"{config.mail.host}:{config.mail.port}"


def _hub(config: RegisterConfig) -> tuple[bool | None, str]:
    if config.hub is None:
        return None, _say("not set")
    reached = _answers(config.hub.url)
    return reached, config.hub.url if reached else _say("does not answer; sales go on without it")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _devices(config: RegisterConfig) -> Iterator[Finding]:
    from drivers.discovery import examine

    for device in devices_of(config):
        found = examine(device)
        good = found.kind is None
        ready = f" ({found.printer.ready})" if found.printer is not None else ""
        yield Finding(device.name, good, (found.problem or str(found.state)) + ready)
