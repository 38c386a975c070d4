"""One contract for every customer display: the twin and a serial line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.encoding.line_display import COLUMNS, plain, two_lines
from tests.drivers.rigs_output import DisplayRig, display_rig, until


def frame(upper: str, lower: str) -> bytes:
    return two_lines(upper, lower, dialect="epson", code_page="cp858")


class TestEveryDisplay:
    @pytest.fixture(params=["virtual", "serial"])
    def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DisplayRig]:
        with display_rig(request.param, tmp_path) as rig:
            yield rig

    def test_both_lines_are_positioned_and_filled(self, rig: DisplayRig) -> None:
        rig.till.show("Bonjour Zoé", "Solde 12,50 €")
        wanted = b"\x1f$\x01\x01Bonjour Zo\x82         \x1f$\x01\x02Solde 12,50 \xd5       "
        until(lambda: rig.received().endswith(wanted))
        assert rig.received().startswith(b"\x1b@\x1bt\x13")

    def test_texts_that_come_faster_than_the_line_are_skipped_but_not_the_last(
        self, rig: DisplayRig
    ) -> None:
        for number in range(500):
            rig.till.show(f"Total {number}")
        until(lambda: rig.received().endswith(frame("Total 499", "")))
        assert rig.received().count(b"\x1f$\x01\x01") < 500

    def test_a_replugged_display_shows_the_newest_text_again(self, rig: DisplayRig) -> None:
        rig.till.show("Merci", "A bientot")
        until(lambda: rig.received().endswith(frame("Merci", "A bientot")))
        rig.unplug()
        rig.till.lost()
        rig.till.show("Bonjour")
        rig.plug()
        rig.till.enabled()
        until(lambda: rig.received().endswith(frame("Bonjour", "")))


def test_a_display_that_lost_its_power_gets_the_same_text_again(tmp_path: Path) -> None:
    with display_rig("virtual", tmp_path) as rig:
        rig.till.show("Merci")
        until(lambda: rig.received().count(frame("Merci", "")) == 1)
        rig.unplug()
        rig.till.lost()
        rig.plug()
        until(lambda: rig.received().count(frame("Merci", "")) == 2)


def test_a_display_of_the_other_dialect_gets_its_own_commands(tmp_path: Path) -> None:
    with display_rig("serial", tmp_path, dialect="cd5220", code_page="ascii") as rig:
        rig.till.show("Zoé", "5 €")
        wanted = b"\x1bQA" + b"Zoe".ljust(20) + b"\r\x1bQB" + b"5 EUR".ljust(20) + b"\r"
        until(lambda: rig.received().endswith(wanted))


@pytest.mark.parametrize(
    ("text", "page", "shown"),
    [
        ("Œuf à la coque", "cp858", "OEuf à la coque"),
        ("5\u202f€", "cp437", "5 EUR"),
        ("l’été…", "ascii", "l'ete..."),
        ("a\x1b@b\nc", "cp858", "a @b c"),
        ("日本", "cp858", "??"),
        ("5 €", "cp1252", "5 €"),
    ],
)
def test_what_a_display_lacks_is_spelt_plainly(text: str, page: str, shown: str) -> None:
    assert plain(text, page) == shown


def test_a_long_text_is_cut_to_the_columns() -> None:
    assert len(two_lines("x" * 99, "œ" * 99, dialect="epson", code_page="cp437")) == 8 + 2 * COLUMNS
