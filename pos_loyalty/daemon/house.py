"""What a register or a hub lends to the panel's system pages."""

import re
import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from drivers.owner import DeviceDiagnosis
from drivers.supervisor import Supervisor
from pos_loyalty.config import HubConfig, RegisterConfig
from pos_loyalty.config.faults import shown
from pos_loyalty.config.layers import layers
from pos_loyalty.daemon import wiring
from pos_loyalty.daemon.devices import TROUBLES
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.execute import Node
from pos_loyalty.ports.devices import Condition, DeviceState, LabelRead, PrintOutcome, TrackRead
from pos_loyalty.ports.services import Clock
from pos_loyalty.store.backup import backup, manifest_path
from sync.session import Session
from web.house import BackupView, DeviceView, House, LinkView, ScanView, SettingView

SCANS_KEPT = 20
SHOWN_CHARACTERS = 4
BACKUPS = "backups"


class RecentScans:
    """The newest reads, for who looks whether a reader works; of each only four characters."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[ScanView] = deque(maxlen=SCANS_KEPT)

    def keep(self, event: LabelRead | TrackRead) -> None:
        """Keep a read, masked."""
        text = event.text if isinstance(event, LabelRead) else event.card
        symbology = event.symbology if isinstance(event, LabelRead) else "magnetic stripe"
        hidden = max(0, len(text) - SHOWN_CHARACTERS)
        masked = "•" * hidden + text[hidden:]
        self._kept.append(
            ScanView(
                at_ms=self._clock.now_ms(), device=event.device, symbology=symbology, masked=masked
            )
        )

    def all(self) -> tuple[ScanView, ...]:
        """Give them, the newest first."""
        return tuple(reversed(list(self._kept)))


def house_of(
    config: RegisterConfig,
    node: Node,
    *,
    supervisor: Supervisor,
    scans: RecentScans,
    link: Session | None,
    settings_file: Path | None,
) -> House:
    """Give what the pages may ask of a register."""

    def print_test(text: str) -> bool:
        printer = supervisor.printer()
        if printer is None:
            return False
        result = printer.print_job(wiring.trial_page(config, text))
        if result.outcome not in (PrintOutcome.CONFIRMED, PrintOutcome.SENT):
            raise LoyaltyError(Reason.PRINT_FAILED)
        return True

    def show_text(text: str) -> bool:
        display = supervisor.display()
        if display is not None:
            display.show(text)
        return display is not None

    return House(
        devices=lambda: tuple(
            _device(each, node.clock.monotonic()) for each in supervisor.diagnostics()
        ),
        scans=scans.all,
        print_test=print_test,
        show_text=show_text,
        link=lambda: _link(link, config) if link is not None else None,
        backups=lambda: tuple(_backups(config)),
        backup=lambda: _back_up(config, node),
        settings=lambda: tuple(settings_of(config, settings_file)),
        settings_file=str(settings_file.absolute()) if settings_file else "",
        free_bytes=lambda: shutil.disk_usage(config.node.data_directory).free,
    )


def _device(found: DeviceDiagnosis, now: float) -> DeviceView:
    problem = TROUBLES[found.kind] if found.kind is not None else found.problem
    stopped = found.printer is not None and found.printer.ready is Condition.BAD
    return DeviceView(
        name=found.name,
        category=str(found.category),
        driver=found.driver,
        place=found.identity,
        ready=found.state is DeviceState.ENABLED and not problem and not stopped,
        state=str(found.state),
        problem=problem,
        since_s=int(now - found.since_s),
        read_s=None if found.last_read_s is None else int(now - found.last_read_s),
        reads=found.reads,
        refused=sum(found.refused.values()) + found.undelivered,
        losses=found.losses,
    )


def _link(session: Session, config: RegisterConfig) -> LinkView:
    status = session.status()
    return LinkView(
        url=config.hub.url if config.hub is not None else "",
        state=status.link.value,
        since_ms=status.since_ms,
        unsent=status.unsent,
        refused=status.refused,
        ahead_ms=status.ahead_ms,
        clock_wrong=status.clock_wrong,
        problem=status.problem,
    )


def _backups(config: RegisterConfig | HubConfig) -> Iterator[BackupView]:
    """Give the backups in the data folder, the newest first."""
    files = (config.node.data_directory / BACKUPS).glob("*.db")
    for path in sorted(files, reverse=True):
        if manifest_path(path).exists():
            about = path.stat()
            at_ms = int(about.st_mtime * 1000)
            yield BackupView(file=str(path.absolute()), at_ms=at_ms, size=about.st_size)


def _back_up(config: RegisterConfig | HubConfig, node: Node) -> str:
    """Copy the database into the data folder; gives the file."""
    folder = config.node.data_directory / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    now_ms = node.clock.now_ms()
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d-%H%M%S")
    target = folder / f"{config.node.name}-{stamp}.db"
    backup(node.store, target, at_ms=now_ms)
    return str(target.absolute())


def hub_house(config: HubConfig, node: Node, *, settings_file: Path | None) -> House:
    """Give what the pages may ask of a hub; PostgreSQL has backups of its own."""
    on_sqlite = config.database.on_sqlite
    return House(
        backups=lambda: tuple(_backups(config)) if on_sqlite else (),
        backup=(lambda: _back_up(config, node)) if on_sqlite else None,
        settings=lambda: tuple(settings_of(config, settings_file)),
        settings_file=str(settings_file.absolute()) if settings_file else "",
        free_bytes=lambda: shutil.disk_usage(config.node.data_directory).free,
    )


def settings_of(config: RegisterConfig | HubConfig, file: Path | None) -> Iterator[SettingView]:
    """Give every setting in force; secrets are files, of which the name is shown."""
    told = layers(file) if file is not None and file.exists() else []
    lines = {each.level: _lines(each.path.read_text(encoding="utf-8")) for each in told}
    for section in type(config).model_fields:
        part = getattr(config, section)
        if isinstance(part, BaseModel):
            for key in type(part).model_fields:
                words = [each for each in reversed(told) if each.names(section, key)]
                nearest = words[0] if words else None
                yield SettingView(
                    section=section,
                    key=key,
                    value=_written(getattr(part, key), key),
                    line=lines[nearest.level].get((section, key), 0) if nearest else 0,
                    level=nearest.level if nearest else "",
                    file=nearest.path.name if nearest else "",
                    instead=tuple(
                        (each.level, _written(each.content[section][key], key))
                        for each in words[1:]
                    ),
                )


def _written(value: Any, key: str) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return f'"{value.isoformat(timespec="minutes")}"'
    return shown(dict(value) if isinstance(value, Mapping) else value, key=key)


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Give the line (from 1) of each key of a settings file."""
    found, section = {}, ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[([a-z_]+)\]", line):
            section = head[1]
        elif key := re.match(r"\s*([a-z_]+)\s*=", line):
            found[section, key[1]] = number
    return found
