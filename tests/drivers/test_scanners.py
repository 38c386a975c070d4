"""One contract for every scanner: the twin, a serial line, HID-POS, and a claimed keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers.framing.label import LABEL_BYTES_MAX
from drivers.virtual import VirtualScanner
from tests.drivers import usb_devices as usb
from tests.drivers.rigs_input import Pty, ScannerRig, scanner_rig, typed, usb_till
from tests.drivers.rigs_output import until
from tests.drivers.tills import ChildTill, LocalTill

KINDS = ("virtual", "serial", "hid-pos", "wedge-us", "wedge-fr")
EAN = "3017620422003"  # a right check digit
PAYMENT = "4111111111111111"  # the well-known test number
OWN = "6035720000000005"  # passes Luhn and lies in an issuer range, but the prefix is ours


class TestEveryScanner:
    @pytest.fixture(params=KINDS)
    def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ScannerRig]:
        with scanner_rig(request.param, tmp_path) as rig:
            yield rig

    def test_labels_arrive_whole_in_order_and_named(self, rig: ScannerRig) -> None:
        for text in (EAN, OWN, "FID 12-3"):
            rig.scan(text)
        reads = [rig.till.read() for _ in range(3)]
        assert [r["text"] for r in reads] == [EAN, OWN, "FID 12-3"]
        assert {r["device"] for r in reads} == {"front"}
        assert reads[0]["monotonic_s"] <= reads[2]["monotonic_s"]

    def test_the_aim_identifier_names_the_symbology_and_leaves_the_text(
        self, rig: ScannerRig
    ) -> None:
        if "fr" in str(getattr(rig, "layout", "")):
            rig.scan(EAN)  # `]` needs AltGr there; the framing test types it
            assert rig.till.read()["symbology"] == "unknown"
            return
        rig.scan(EAN, aim="]E0")
        read = rig.till.read()
        assert (read["text"], read["symbology"], read["aim"]) == (EAN, "ean-13", "]E0")
        assert bytes.fromhex(read["raw"]) == b"]E0" + EAN.encode()

    def test_a_payment_card_is_refused_and_leaves_no_digit_anywhere(self, rig: ScannerRig) -> None:
        rig.scan(PAYMENT)
        rig.scan(EAN)
        refused = rig.till.read()
        assert (refused["is"], refused["reason"]) == ("ReadRefused", "payment_card")
        assert rig.till.read()["text"] == EAN
        assert PAYMENT not in str((rig.till.events, rig.till.log))

    def test_a_label_of_thousands_of_digits_arrives_whole(self, rig: ScannerRig) -> None:
        text = "".join(str(i * 7 % 10) for i in range(rig.long_digits))
        rig.scan(text)
        assert rig.till.read()["text"] == text

    def test_noise_is_refused_and_the_next_label_arrives(self, rig: ScannerRig) -> None:
        rig.scan_noise()
        rig.scan(EAN)
        refused = rig.till.read()
        assert (refused["is"], refused["reason"]) == ("ReadRefused", "malformed")
        assert rig.till.read()["text"] == EAN

    def test_a_label_cut_short_is_refused_after_a_silence(self, rig: ScannerRig) -> None:
        rig.scan_half("301762")
        assert rig.till.read()["reason"] == "cut_short"
        rig.scan(EAN)
        assert rig.till.read()["text"] == EAN

    def test_unplugging_is_told_and_logged_once_and_plugging_brings_it_back(
        self, rig: ScannerRig
    ) -> None:
        rig.unplug()
        assert rig.till.lost()["kind"] == "failed"
        rig.plug()
        rig.till.enabled()
        rig.scan(EAN)
        assert rig.till.read()["text"] == EAN
        logged = [entry["event"] for entry in rig.till.log]
        assert logged == ["device_enabled", "device_lost", "device_enabled"]

    def test_half_a_label_before_the_unplug_never_joins_what_comes_after(
        self, rig: ScannerRig
    ) -> None:
        rig.scan_half("999999")
        rig.unplug()
        rig.till.lost()
        rig.plug()
        rig.till.enabled()
        rig.scan(EAN)
        assert rig.till.read()["text"] == EAN


@pytest.mark.parametrize("kind", ["virtual", "serial", "hid-pos"])
def test_a_label_longer_than_any_is_refused_once(kind: str, tmp_path: Path) -> None:
    with scanner_rig(kind, tmp_path) as rig:
        rig.scan("7" * (LABEL_BYTES_MAX + 200))
        rig.scan(EAN)
        assert rig.till.read()["reason"] == "too_long"
        assert rig.till.read()["text"] == EAN


class TestASerialScanner:
    @pytest.fixture
    def pty(self, tmp_path: Path) -> Pty:
        return Pty(tmp_path)

    def till(self, pty: Pty, **options: object) -> LocalTill:
        return LocalTill(
            {"name": "front", "driver": "serial-scanner", "port": str(pty.path), **options}
        )

    def test_what_was_scanned_while_the_port_was_closed_is_lost_not_late(self, pty: Pty) -> None:
        pty.send(b"1111111111111\r")
        with self.till(pty) as till:
            till.enabled()
            pty.send(EAN.encode() + b"\r")
            assert till.read()["text"] == EAN

    def test_without_a_terminator_silence_ends_a_label(self, pty: Pty) -> None:
        with self.till(pty, terminators="") as till:
            till.enabled()
            pty.send(EAN.encode())
            assert till.read()["text"] == EAN

    def test_noise_before_the_prefix_is_dropped(self, pty: Pty) -> None:
        with self.till(pty, prefix="\x02", terminators="\x03") as till:
            till.enabled()
            pty.send(b"\xff\x00\x8712\x02" + EAN.encode() + b"\x03")
            assert till.read()["text"] == EAN

    def test_a_scanner_that_sends_latin_1_is_read_so(self, pty: Pty) -> None:
        with self.till(pty, encoding="latin-1") as till:
            till.enabled()
            pty.send("Crème".encode("latin-1") + b"\r")
            assert till.read()["text"] == "Crème"

    def test_a_port_that_another_program_holds_is_taken_once_it_is_free(self, pty: Pty) -> None:
        other = serial.Serial(str(pty.path), exclusive=True)
        with self.till(pty) as till:
            assert till.lost()["kind"] == "could_not_open"
            other.close()
            till.enabled()

    def test_twenty_replugs_lose_no_scan(self, pty: Pty) -> None:
        with self.till(pty) as till:
            for turn in range(20):
                till.enabled()
                text = f"29990000000{turn:02}"
                pty.send(text.encode() + b"\r")
                assert till.read()["text"] == text
                pty.unplug()
                till.lost()
                pty.plug()

    def test_it_opens_at_the_speed_of_the_settings(self, pty: Pty) -> None:
        import termios

        with self.till(pty, baudrate=115200) as till:
            till.enabled()
            assert termios.tcgetattr(pty.master)[4] == termios.B115200


def test_what_was_begun_is_wiped_when_the_device_is_lost() -> None:
    with LocalTill({"name": "front", "driver": "virtual-scanner"}) as till:
        till.enabled()
        device = till.supervisor.device("front")
        assert isinstance(device, VirtualScanner)
        device.line.send(b"411111")
        until(lambda: device._framer.pending)
        begun = device._framer._frame
        device.line.unplug()
        till.lost()
        assert not device._framer.pending
        assert not any(begun)


def test_two_devices_of_one_name_are_told_apart_only_by_a_serial_number() -> None:
    plain: dict[str, object] = {"name": "front", "driver": "wedge-scanner", "usb": "05e0:1200"}
    world = usb.World()
    try:
        world.plug(usb.wedge_scanner())
        world.plug({**usb.wedge_scanner(name="second", address=7), "serial": "W2"})
        with ChildTill(plain, testbed=world.root) as till:
            lost = till.lost()
            assert (lost["kind"], "serial number" in lost["problem"]) == ("could_not_open", True)
            world.order(op="unplug", name="second")
            till.enabled()
        world.plug({**usb.wedge_scanner(name="second", address=9), "serial": "W2"})
        with ChildTill({**plain, "usb": "05e0:1200:W2"}, testbed=world.root) as till:
            till.enabled()
            reports = typed(EAN + "\r", "us")
            world.reports("second", [reports[i : i + 8] for i in range(0, len(reports), 8)])
            assert till.read()["text"] == EAN
    finally:
        world.close()


def test_a_device_in_the_wrong_mode_is_not_supported_and_says_so() -> None:
    table: dict[str, object] = {"name": "front", "driver": "hid-pos-scanner", "usb": "05e0:1200"}
    with usb_till(usb.wedge_scanner(), table) as (_, till):
        lost = till.lost()
        assert lost["kind"] == "not_supported"
        assert "mode" in lost["problem"]
