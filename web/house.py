"""What the panel's system pages ask of the daemon: devices, the link, backups, settings.

Whoever starts the web fills it in; where nothing is lent, there is nothing to show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec import Struct


class DeviceView(Struct, frozen=True, kw_only=True):
    """A device as it is now; `problem` is an English sentence, ages are whole seconds.

    `refused` counts reads that led to nothing, `losses` how often it went away.
    """

    name: str
    category: str
    driver: str
    place: str
    ready: bool
    state: str
    problem: str
    since_s: int
    read_s: int | None
    reads: int
    refused: int
    losses: int


class ScanView(Struct, frozen=True, kw_only=True):
    """A read as it came, but for all characters except the last four."""

    at_ms: int
    device: str
    symbology: str
    masked: str


class LinkView(Struct, frozen=True, kw_only=True):
    """The link with head office: `state` since a moment (Unix ms), and what waits for it."""

    url: str
    state: str
    since_ms: int
    unsent: int
    refused: int
    ahead_ms: int
    clock_wrong: bool
    problem: str


class BackupView(Struct, frozen=True, kw_only=True):
    """A backup: its file, when it was made (Unix ms), its size in bytes."""

    file: str
    at_ms: int
    size: int


class SettingView(Struct, frozen=True, kw_only=True):
    """A setting in force: its value as the file writes it, and the line, 0 for a default.

    `level` is whose file says it (company, region, store or till), `file` that file's name;
    `instead` tells the farther words that it stands in the place of, as (level, value).
    """

    section: str
    key: str
    value: str
    line: int
    level: str = "till"
    file: str = ""
    instead: tuple[tuple[str, str], ...] = ()


def _nothing() -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What may be asked. `print_test` and `backup` raise `LoyaltyError` where it went wrong.

    `show_text` tells whether there is a display; `free_bytes` is what the disk still takes.
    `settings_file` is the file that the register was started with; empty where there is none.
    """

    devices: Callable[[], Sequence[DeviceView]] = _nothing
    scans: Callable[[], Sequence[ScanView]] = _nothing
    print_test: Callable[[str], bool] = lambda text: False
    show_text: Callable[[str], bool] = lambda text: False
    link: Callable[[], LinkView | None] = lambda: None
    backups: Callable[[], Sequence[BackupView]] = _nothing
    backup: Callable[[], str] | None = None
    settings: Callable[[], Sequence[SettingView]] = _nothing
    settings_file: str = ""
    free_bytes: Callable[[], int | None] = lambda: None
