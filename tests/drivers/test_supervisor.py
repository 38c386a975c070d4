"""The supervisor: devices live and die apart, come back by themselves, and say so once."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from drivers.base import LineDevice
from drivers.catalogue import CATALOGUE
from drivers.discovery import examine, plugged_in
from drivers.owner import BACKOFF_FIRST_S, BACKOFF_MOST_S, DeviceDiagnosis
from drivers.supervisor import Supervisor
from drivers.tables import device_settings
from drivers.virtual import VirtualScanner
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.ports.devices import (
    DeviceErrorKind,
    DeviceEvent,
    DeviceState,
    LabelRead,
    Power,
    Refusal,
)
from tests.drivers import usb_devices as usb
from tests.drivers.rigs_input import Pty, usb_till
from tests.drivers.rigs_output import until
from tests.drivers.tills import LocalTill

EAN = "3017620422003"


def twin(till: LocalTill, name: str) -> VirtualScanner:
    device = till.supervisor.device(name)
    assert isinstance(device, VirtualScanner)
    return device


def diagnosis(till: LocalTill, name: str) -> DeviceDiagnosis:
    return next(d for d in till.supervisor.diagnostics() if d.name == name)


class TestDevicesApart:
    def test_a_missing_device_never_stops_another(self, tmp_path: Path) -> None:
        missing = {"name": "gone", "driver": "serial-scanner", "port": str(tmp_path / "no")}
        with LocalTill(missing, {"name": "front", "driver": "virtual-scanner"}) as till:
            till.wait(lambda e: e.get("device") == "gone" and e["kind"] == "could_not_open")
            twin(till, "front").scan(EAN)
            assert till.read()["device"] == "front"

    def test_a_driver_with_a_bug_costs_one_life_of_one_device(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        faulty = {"name": "faulty", "driver": "virtual-scanner"}
        with LocalTill(faulty, {"name": "front", "driver": "virtual-scanner"}) as till:
            till.enabled()
            till.enabled()
            device = twin(till, "faulty")
            monkeypatch.setattr(device.line, "read", lambda *_: int("4111111111111111x"))
            lost = till.lost()
            assert (lost["device"], lost["kind"]) == ("faulty", "failed")
            twin(till, "front").scan(EAN)
            assert till.read()["device"] == "front"
            monkeypatch.undo()
            till.enabled()
            device.scan(EAN)
            assert till.read()["device"] == "faulty"
            assert "4111" not in str((till.events, till.log))

    def test_a_core_that_is_full_is_counted_and_the_device_goes_on(self) -> None:
        delivered: list[DeviceEvent] = []
        full = threading.Event()
        full.set()

        def deliver(event: DeviceEvent) -> None:
            if isinstance(event, LabelRead) and full.is_set():
                full.clear()
                raise LoyaltyError(Reason.INBOX_FULL)
            delivered.append(event)

        tables = [{"name": "front", "driver": "virtual-scanner"}]
        supervisor = Supervisor(device_settings(tables), deliver=deliver, idle_s=0.05)
        supervisor.start()
        device = supervisor.device("front")
        assert isinstance(device, VirtualScanner)
        assert device.line.wait_open(5)
        until(lambda: device.state is DeviceState.ENABLED)
        device.scan("1")
        until(lambda: supervisor.diagnostics()[0].undelivered == 1)
        device.scan("2")
        until(lambda: any(isinstance(e, LabelRead) and e.text == "2" for e in delivered))
        assert supervisor.stop() == ()


class TestReconnection:
    def test_attempts_become_rare_but_never_rarer_than_five_seconds(self) -> None:
        with LocalTill({"name": "front", "driver": "virtual-scanner"}) as till:
            owner = till.supervisor._owners["front"]
            waits = [owner._backoff_s(attempt) for attempt in range(16)]
        assert BACKOFF_FIRST_S * 0.75 <= waits[0] <= BACKOFF_FIRST_S
        assert BACKOFF_MOST_S * 0.75 <= waits[-1] <= BACKOFF_MOST_S

    def test_an_absent_device_is_tried_a_few_times_a_second_at_first(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        till = LocalTill({"name": "front", "driver": "virtual-scanner"})
        device = twin(till, "front")
        device.line.unplug()
        attempts: list[float] = []
        opened = device.line.open
        monkeypatch.setattr(
            device.line, "open", lambda: (attempts.append(time.monotonic()), opened())
        )
        with till:
            until(lambda: len(attempts) == 6)
        assert attempts[5] - attempts[0] > 0.75 * (0.01 + 0.02 + 0.04 + 0.08 + 0.16)

    def test_a_device_that_stays_away_is_told_and_logged_once(self, tmp_path: Path) -> None:
        missing = {"name": "gone", "driver": "serial-scanner", "port": str(tmp_path / "no")}
        with LocalTill(missing) as till:
            till.lost()
            attempts = threading.Event()
            assert not attempts.wait(0.5)
            assert [entry["event"] for entry in till.log] == ["device_lost"]
            assert till._inbox.empty()

    def test_a_device_that_returns_is_reopened_at_once(self, tmp_path: Path) -> None:
        pty = Pty(tmp_path)
        table = {"name": "front", "driver": "serial-scanner", "port": str(pty.path)}
        with LocalTill(table) as till:
            till.enabled()
            pty.unplug()
            till.lost()
            pty.plug()
            began = time.monotonic()
            till.enabled()
            assert time.monotonic() - began < 0.5  # 100 ms on a quiet machine


class TestStopping:
    def test_a_stop_is_clean_and_closes_every_device(self, tmp_path: Path) -> None:
        pty = Pty(tmp_path)
        before = threading.active_count()
        table = {"name": "front", "driver": "serial-scanner", "port": str(pty.path)}
        with LocalTill(table, {"name": "p", "driver": "virtual-printer"}) as till:
            till.enabled()
            till.enabled()
        assert threading.active_count() == before
        assert all(d.state is DeviceState.CLOSED for d in till.supervisor.diagnostics())
        assert till.supervisor.printer() is not None
        assert till.print_job(b"late")["outcome"] == "not_started"

    def test_a_supervisor_that_was_never_started_stops_at_once(self) -> None:
        with_none = Supervisor((), deliver=lambda _: None)
        assert with_none.stop() == ()
        assert with_none.printer() is None
        assert with_none.display() is None


class TestDiagnostics:
    def test_they_count_reads_and_refusals_and_hold_no_digit(self) -> None:
        with LocalTill({"name": "front", "driver": "virtual-scanner"}) as till:
            till.enabled()
            for text in (EAN, "4111111111111111"):
                twin(till, "front").scan(text)
                till.read()
            found = diagnosis(till, "front")
            assert (found.reads, dict(found.refused)) == (2, {Refusal.PAYMENT_CARD: 1})
            assert (found.state, found.power) == (DeviceState.ENABLED, Power.ONLINE)
            assert EAN not in repr(found)
            twin(till, "front").line.unplug()
            till.lost()
            found = diagnosis(till, "front")
            assert (found.losses, found.kind) == (1, DeviceErrorKind.FAILED)

    def test_one_device_can_be_examined_by_itself(self, tmp_path: Path) -> None:
        settings = device_settings(
            [
                {"name": "p", "driver": "virtual-printer"},
                {
                    "name": "s",
                    "driver": "serial-scanner",
                    "options": {"port": str(tmp_path / "no")},
                },
            ]
        )
        printer, scanner = (examine(one) for one in settings)
        assert (printer.power, printer.kind) == (Power.ONLINE, None)
        assert printer.printer is not None and printer.printer.ready == "ok"
        assert (scanner.power, scanner.kind) == (Power.OFF, DeviceErrorKind.COULD_NOT_OPEN)

    def test_what_is_plugged_in_is_named_by_identity(self) -> None:
        table: dict[str, object] = {"name": "front", "driver": "virtual-scanner"}
        with usb_till(usb.hid_pos_scanner(), table) as (world, _):
            world.plug(usb.stripe_reader())
            script = "from drivers.discovery import plugged_in\nfor d in plugged_in(): print(d)"
            listed = subprocess.run(
                [sys.executable, "-c", script],
                env={
                    **os.environ,
                    "LD_PRELOAD": "libumockdev-preload.so.0",
                    "UMOCKDEV_DIR": world.root,
                },
                cwd=Path(__file__).parents[2],
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            ).stdout
        assert "identity='0c2e:0b81:H1', label='Honeywell scanner'" in listed
        assert "identity='0801:0002', label='MagTek swipe reader', driver='hid-msr'" in listed

    def test_a_system_without_a_bus_lists_nothing_and_does_not_fail(self) -> None:
        assert isinstance(plugged_in(), tuple)


class TestImports:
    def test_the_drivers_are_imported_quickly_and_without_any_vendor_library(self) -> None:
        script = (
            "import time; t = time.process_time(); import drivers.supervisor, drivers.tables;"
            "print(time.process_time() - t); import drivers.virtual, sys;"
            "print([m for m in ('serial', 'usb', 'escpos', 'structlog') if m in sys.modules])"
        )
        runs = [
            subprocess.run(
                [sys.executable, "-c", script], capture_output=True, text=True, check=True
            ).stdout.splitlines()
            for _ in range(5)
        ]
        assert {vendors for _, vendors in runs} == {"[]"}
        quickest = min(float(seconds) for seconds, _ in runs)
        assert quickest < 0.050

    def test_every_driver_of_the_catalogue_can_be_loaded(self) -> None:
        for entry in CATALOGUE.values():
            assert entry.load().__name__ == entry.class_name


class TestLatency:
    def test_a_scan_reaches_the_core_within_a_millisecond_of_its_last_byte(
        self, tmp_path: Path
    ) -> None:
        pty = Pty(tmp_path)
        arrived = threading.Event()
        options = {"port": str(pty.path)}
        tables = [{"name": "front", "driver": "serial-scanner", "options": options}]
        supervisor = Supervisor(
            device_settings(tables),
            deliver=lambda e: arrived.set() if isinstance(e, LabelRead) else None,
        )
        supervisor.start()
        until(lambda: supervisor.diagnostics()[0].state is DeviceState.ENABLED)
        waits = []
        for _ in range(200):
            arrived.clear()
            began = time.perf_counter()
            pty.send(EAN.encode() + b"\r")
            assert arrived.wait(5)
            waits.append(time.perf_counter() - began)
        supervisor.stop()
        # The median, and with room for a busy machine; a polling reader would need tens of ms.
        assert sorted(waits)[100] < 0.005


def test_every_driver_opens_and_closes_its_line_by_the_same_code() -> None:
    lives = {name: entry.load() for name, entry in CATALOGUE.items()}
    assert {name for name, kind in lives.items() if kind.close is not LineDevice.close} == set()
    own = {name for name, kind in lives.items() if kind.open is not LineDevice.open}
    assert own == {name for name in CATALOGUE if name.endswith("-printer")}
