"""One contract for every printer: the twin, a TCP peer, a serial line, and USB bulk end points."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.tables import device_settings
from drivers.transports.tcp import TcpLine
from drivers.virtual import VirtualPrinter
from pos_loyalty.ports.devices import Condition, PrintOutcome
from tests.drivers import usb_devices as usb
from tests.drivers.rigs_input import Pty, usb_till
from tests.drivers.rigs_output import (
    QUICK,
    PrinterRig,
    SerialPrinterRig,
    TcpPrinterRig,
    UsbPrinterRig,
    VirtualPrinterRig,
    printer_rig,
    until,
)
from tests.drivers.tills import LocalTill

JOB = b"\x1b@" + b"Bonjour ".ljust(48, b".") * 60 + b"\n\x1dV\x42\x00"


class TestEveryPrinter:
    @pytest.fixture(params=["virtual", "tcp", "serial", "usb"])
    def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PrinterRig]:
        with printer_rig(request.param, tmp_path) as rig:
            yield rig

    def test_a_job_arrives_unaltered_and_is_confirmed(self, rig: PrinterRig) -> None:
        result = rig.till.print_job(JOB)
        assert (result["outcome"], result["problem"]) == ("confirmed", "")
        assert result["status"]["paper"] == "ok"
        assert rig.printed() == JOB

    def test_jobs_follow_each_other(self, rig: PrinterRig) -> None:
        jobs = [b"\x1b@" + bytes((65 + i,)) * 20 for i in range(5)]
        assert [rig.till.print_job(job)["outcome"] for job in jobs] == ["confirmed"] * 5
        assert rig.printed() == b"".join(jobs)

    @pytest.mark.parametrize(
        ("trouble", "part"), [("out_of_paper", "paper"), ("cover_open", "cover")]
    )
    def test_a_job_does_not_start_on_a_printer_in_trouble(
        self, rig: PrinterRig, trouble: str, part: str
    ) -> None:
        rig.trouble(**{trouble: True})
        result = rig.till.print_job(JOB)
        assert (result["outcome"], result["status"][part]) == ("not_started", "bad")
        assert part in result["problem"]
        assert rig.printed() == b""
        rig.till.printer_says(**{part: "bad"})
        rig.trouble()
        assert rig.till.print_job(JOB)["outcome"] == "confirmed"

    def test_paper_that_runs_out_in_the_middle_breaks_the_job(self, rig: PrinterRig) -> None:
        rig.run_out_at_next_job()
        result = rig.till.print_job(JOB)
        assert (result["outcome"], result["status"]["paper"]) == ("broken", "bad")
        rig.till.printer_says(paper="bad")

    def test_a_printer_that_falls_silent_is_unknown_and_gets_no_job(self, rig: PrinterRig) -> None:
        rig.trouble(silent=True)
        result = rig.till.print_job(JOB)
        assert result["outcome"] == "not_started"
        assert "ok" not in result["status"].values()
        assert rig.printed() == b""

    def test_a_plug_pulled_in_the_middle_breaks_the_job(self, rig: PrinterRig) -> None:
        rig.unplug_at_next_job()
        result = rig.till.print_job(JOB * 20)
        assert result["outcome"] == "broken"
        assert "ok" not in result["status"].values()
        rig.till.lost()

    def test_an_absent_printer_starts_nothing_and_prints_once_it_is_back(
        self, rig: PrinterRig
    ) -> None:
        rig.unplug()
        assert rig.till.print_job(JOB)["outcome"] == "not_started"
        rig.till.lost()
        assert rig.till.print_job(JOB)["outcome"] == "not_started"
        rig.plug()
        until(lambda: rig.till.print_job(JOB)["outcome"] == "confirmed")
        assert rig.printed() == JOB


class TestAPrinterThatNeverAnswers:
    def test_the_twin_is_unknown_never_ok(self) -> None:
        till = LocalTill({"name": "receipt", "driver": "virtual-printer"})
        rig = VirtualPrinterRig(till)
        rig.trouble(silent=True)
        with till:
            self.is_unknown_and_sends(till, rig)

    def test_a_network_printer_is_unknown_never_ok(self) -> None:
        rig = TcpPrinterRig()
        self.of_real_wire(rig, driver="tcp-printer", host="127.0.0.1", port=rig.port)

    def test_a_serial_printer_is_unknown_never_ok(self, tmp_path: Path) -> None:
        rig = SerialPrinterRig(tmp_path)
        self.of_real_wire(rig, driver="serial-printer", port=str(rig.pty.path))

    def of_real_wire(self, rig: TcpPrinterRig | SerialPrinterRig, **place: object) -> None:
        rig.trouble(silent=True)
        try:
            with LocalTill({"name": "receipt", **QUICK, **place}) as till:
                self.is_unknown_and_sends(till, rig)
        finally:
            rig.end()

    def is_unknown_and_sends(self, till: LocalTill, rig: Any) -> None:
        till.printer_says(online="unknown", paper="unknown", cover="unknown")
        result = till.print_job(JOB)
        assert result["outcome"] == "sent"
        assert set(result["status"].values()) == {"PrinterStatus", "unknown"}
        until(lambda: rig.printed() == JOB)

    def test_one_known_to_be_silent_is_not_even_asked(self) -> None:
        rig = TcpPrinterRig()
        place = {"host": "127.0.0.1", "port": rig.port, "answers": "never"}
        try:
            with LocalTill({"name": "receipt", "driver": "tcp-printer", **place}) as till:
                till.enabled()
                assert till.print_job(JOB)["outcome"] == "sent"
                until(lambda: rig.printed() == JOB)
        finally:
            rig.end()


class TestATcpPrinter:
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[TcpPrinterRig]:
        with printer_rig("tcp", tmp_path) as rig:
            assert isinstance(rig, TcpPrinterRig)
            yield rig

    def test_another_program_can_print_between_two_jobs(self, rig: TcpPrinterRig) -> None:
        assert rig.till.print_job(b"ours")["outcome"] == "confirmed"
        with socket.create_connection(("127.0.0.1", rig.port), timeout=5) as till_of_others:
            till_of_others.sendall(b"theirs")
            until(lambda: rig.printed() == b"ourstheirs")
        until(lambda: rig.till.print_job(b"ours")["outcome"] == "confirmed")

    def test_doubled_answers_do_not_hide_an_open_cover(self, rig: TcpPrinterRig) -> None:
        rig.mechanism.doubled = True
        assert rig.till.print_job(JOB)["outcome"] == "confirmed"
        rig.trouble(cover_open=True)
        assert rig.till.print_job(JOB)["outcome"] == "not_started"
        assert rig.printed() == JOB


def test_answers_that_come_late_are_not_taken_for_new_ones() -> None:
    (settings,) = device_settings([{"name": "receipt", "driver": "virtual-printer"}])
    printer = VirtualPrinter(settings)
    printer.open()
    printer.claim()
    printer.enable()
    printer.paper.cover_open = True
    printer.paper.send(b"\x12\x12\x12\x12")  # all was well, once
    result = printer.print_job(JOB)
    assert result.outcome is PrintOutcome.NOT_STARTED
    assert (result.status.online, result.status.cover) == (Condition.BAD, Condition.BAD)
    assert printer.paper.jobs == []


def test_a_serial_printer_that_takes_no_bytes_times_out(tmp_path: Path) -> None:
    pty = Pty(tmp_path)
    options = {**QUICK, "port": str(pty.path), "answers": "never", "write_timeout_s": 0.3}
    with LocalTill({"name": "receipt", "driver": "serial-printer", **options}) as till:
        till.enabled()
        result = till.print_job(JOB * 20)
        assert (result["outcome"], "takes no bytes" in result["problem"]) == ("broken", True)


class TestAUsbPrinter:
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[UsbPrinterRig]:
        with printer_rig("usb", tmp_path) as rig:
            assert isinstance(rig, UsbPrinterRig)
            yield rig

    def test_a_job_is_one_transfer(self, rig: UsbPrinterRig) -> None:
        rig.till.print_job(JOB)
        assert [d for d in rig.world.wrote("printer") if len(d) > 3] == [JOB]

    def test_a_printer_that_takes_no_bytes_times_out(self) -> None:
        table: dict[str, object] = {
            **QUICK,
            "name": "receipt",
            "driver": "usb-printer",
            "usb": "04b8:0e15:P1",
            "answers": "never",
            "write_timeout_s": 0.3,
        }
        with usb_till(usb.printer(), table) as (world, till):
            till.enabled()
            world.order(op="nak", name="printer", on=True)
            result = till.print_job(JOB)
            assert (result["outcome"], "no answer" in result["problem"]) == ("broken", True)

    def test_a_silent_printer_is_believed_when_its_port_says_paper_out(self) -> None:
        device = usb.printer(answers={}, control={"a101": "38"})
        table: dict[str, object] = {
            **QUICK,
            "name": "receipt",
            "driver": "usb-printer",
            "usb": "04b8:0e15",
        }
        with usb_till(device, table) as (world, till):
            till.printer_says(paper="bad", online="unknown")
            assert till.print_job(JOB)["outcome"] == "not_started"
            assert JOB not in world.wrote("printer")

    def test_an_interface_that_another_program_holds_could_not_be_opened(self) -> None:
        table: dict[str, object] = {
            **QUICK,
            "name": "receipt",
            "driver": "usb-printer",
            "usb": "04b8:0e15",
        }
        with usb_till(usb.printer(busy=[0]), table) as (_, till):
            assert till.lost()["kind"] == "could_not_open"


def test_a_talkative_printer_that_reads_late_still_gets_the_whole_job() -> None:
    """Closing with answers unread resets a connection, and the peer loses what it had not read."""
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        line = TcpLine("127.0.0.1", port, connect_timeout_s=5, write_timeout_s=5)
        line.open()
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"\x11" * 100)
            line.write(JOB)
            line.close()
            while data := peer.recv(64):
                got += data
    assert bytes(got) == JOB


def test_a_stalled_printer_never_blocks_its_caller_for_ever() -> None:
    """A peer that accepts and reads nothing: the answers are missing, the job is unconfirmed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        place = {"host": "127.0.0.1", "port": port, "write_timeout_s": 0.2}
        with LocalTill({"name": "receipt", "driver": "tcp-printer", **QUICK, **place}) as till:
            assert till.print_job(bytes(20_000_000))["outcome"] == "broken"
