"""One contract for every stripe reader: the twin, a serial line, and HID reports over USB."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.rigs_input import MsrRig, Pty, msr_rig
from tests.drivers.tills import LocalTill

OWN = ";6035720000000001=9912?"
OWN_LRC = ">"
PAYMENT_2 = ";4111111111111111=25121010000000000000?"
PAYMENT_1 = "%B4111111111111111^DOE/JANE^25121010000000000?"


class TestEveryStripeReader:
    @pytest.fixture(params=["virtual", "serial", "hid"])
    def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MsrRig]:
        with msr_rig(request.param, tmp_path) as rig:
            yield rig

    def test_a_card_of_the_shop_is_delivered_without_its_sentinels(self, rig: MsrRig) -> None:
        rig.swipe(OWN)
        read = rig.till.read()
        assert (read["is"], read["device"]) == ("TrackRead", "stripe")
        assert [(t["number"], t["text"]) for t in read["tracks"]] == [(2, OWN[1:-1])]

    def test_tracks_that_are_not_the_shops_stay_where_they_were_read(self, rig: MsrRig) -> None:
        rig.swipe("%ZSOMEBODY^ELSE?", OWN)
        assert [t["number"] for t in rig.till.read()["tracks"]] == [2]

    @pytest.mark.parametrize("tracks", [(PAYMENT_2,), (PAYMENT_1,), (PAYMENT_1, PAYMENT_2)])
    def test_a_payment_card_is_refused_and_leaves_no_digit_anywhere(
        self, rig: MsrRig, tracks: tuple[str, ...]
    ) -> None:
        rig.swipe(*tracks)
        rig.swipe(OWN)
        refused = rig.till.read()
        assert (refused["is"], refused["reason"]) == ("ReadRefused", "payment_card")
        assert rig.till.read()["is"] == "TrackRead"
        assert "41111111" not in str((rig.till.events, rig.till.log))

    def test_a_payment_card_beside_an_own_track_is_refused_whole(self, rig: MsrRig) -> None:
        rig.swipe(PAYMENT_1, OWN)
        assert rig.till.read()["reason"] == "payment_card"

    def test_a_card_of_another_shop_is_refused_as_foreign(self, rig: MsrRig) -> None:
        rig.swipe(";12345=1?")
        refused = rig.till.read()
        assert (refused["reason"], "12345" in str(refused)) == ("foreign_card", False)

    def test_a_damaged_track_is_refused_and_the_next_swipe_arrives(self, rig: MsrRig) -> None:
        rig.swipe_damaged()
        assert rig.till.read()["is"] == "ReadRefused"
        rig.swipe(OWN)
        assert rig.till.read()["is"] == "TrackRead"

    def test_unplugging_is_told_once_and_plugging_brings_it_back(self, rig: MsrRig) -> None:
        rig.unplug()
        assert rig.till.lost()["kind"] == "failed"
        rig.plug()
        rig.till.enabled()
        rig.swipe(OWN)
        assert rig.till.read()["is"] == "TrackRead"


class TestASerialStripeReader:
    @pytest.fixture
    def pty(self, tmp_path: Path) -> Pty:
        return Pty(tmp_path)

    def till(self, pty: Pty, **options: object) -> LocalTill:
        return LocalTill(
            {"name": "stripe", "driver": "serial-msr", "port": str(pty.path), **options}
        )

    def test_a_right_check_character_lets_the_track_through(self, pty: Pty) -> None:
        with self.till(pty, lrc="sent") as till:
            till.enabled()
            pty.send((OWN + OWN_LRC + "\r").encode())
            assert till.read()["is"] == "TrackRead"

    def test_a_wrong_check_character_refuses_it(self, pty: Pty) -> None:
        with self.till(pty, lrc="sent") as till:
            till.enabled()
            pty.send((OWN + "=\r").encode())
            assert till.read()["reason"] == "lrc"

    def test_a_character_of_wrong_parity_refuses_the_track(self, pty: Pty) -> None:
        even = bytes(b | 0x80 * (b.bit_count() % 2) for b in (OWN + "\r").encode())
        with self.till(pty, character_parity="even") as till:
            till.enabled()
            pty.send(even)
            assert till.read()["is"] == "TrackRead"
            pty.send(even[:5] + bytes((even[5] ^ 0x80,)) + even[6:])
            assert till.read()["reason"] == "parity"

    def test_a_swipe_without_a_line_end_is_over_after_a_silence(self, pty: Pty) -> None:
        with self.till(pty) as till:
            till.enabled()
            pty.send(OWN.encode())
            assert till.read()["is"] == "TrackRead"

    def test_half_a_track_is_cut_short(self, pty: Pty) -> None:
        with self.till(pty) as till:
            till.enabled()
            pty.send(OWN[:9].encode())
            assert till.read()["reason"] == "cut_short"


def test_a_reader_without_any_own_prefix_lets_nothing_through(tmp_path: Path) -> None:
    pty = Pty(tmp_path)
    table = {"name": "stripe", "driver": "serial-msr", "port": str(pty.path)}
    with LocalTill(table, own_prefixes=()) as till:
        till.enabled()
        pty.send(b";12345=1?\r")
        assert till.read()["reason"] == "foreign_card"
