"""Framers alone: whole = byte by byte = any split, and any input is accepted or refused."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing.hid_descriptor import input_report_bytes, report_fields
from drivers.framing.hid_keyboard import LAYOUTS, KeyboardDecoder
from drivers.framing.hid_pos import HidPosFramer, hid_pos_layout
from drivers.framing.label import LABEL_BYTES_MAX, Label, LabelFramer, read_label
from drivers.framing.msr_report import MsrLayout, msr_layout, read_report
from drivers.framing.payment_guard import PaymentGuard
from drivers.framing.printer_status import (
    Answer,
    Question,
    StatusDemultiplexer,
    combine,
)
from drivers.framing.track import TRACK_LENGTH_MAX, Swipe, TrackFramer, judge_swipe, lrc
from pos_loyalty.ports.devices import Condition, PrinterStatus, Refusal
from tests.drivers import usb_devices as usb
from tests.drivers.rigs_input import typed

GUARD = PaymentGuard(("2999", "603572"))
_HID_POS = hid_pos_layout(usb.HID_POS)
_MSR = msr_layout(usb.MSR)
assert _HID_POS is not None and _MSR is not None
HID_POS_LAYOUT, MSR_LAYOUT = _HID_POS, _MSR

stream = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"3017620422003\r", b"\x02A1\x03", b"\r\n", b"\x1d", b"]E0", b"9" * 800]),
    ),
    max_size=12,
).map(b"".join)
stripes = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [b";6035720000000001=9912?", b">", b"%B41^A?", b";", b"?", b"\r", b"0" * 60]
        ),
    ),
    max_size=12,
).map(b"".join)
cuts = st.lists(st.integers(0, 400), max_size=12)


def pieces(data: bytes, at: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(min(c, len(data)) for c in at), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def labels(parts: Sequence[bytes], **options: bytes) -> list[bytes | Refusal]:
    framer = LabelFramer(**options)
    found = [f for part in parts for f in framer.feed(part)] + framer.idle()
    return [f if isinstance(f, Refusal) else bytes(f) for f in found]


def swipes(parts: Sequence[bytes], **options: object) -> list[object]:
    framer = TrackFramer(**options)  # type: ignore[arg-type]
    found = [s for part in parts for s in framer.feed(part)] + framer.idle()
    return [([(t.number, bytes(t.data)) for t in s.tracks], s.faults) for s in found]


class TestLabels:
    @pytest.mark.parametrize(
        "options",
        [{}, {"terminators": b""}, {"prefix": b"\x02", "terminators": b"\x03"}, {"prefix": b"AB"}],
    )
    @given(data=stream, at=cuts)
    def test_any_split_gives_the_same_frames(
        self, options: dict[str, bytes], data: bytes, at: list[int]
    ) -> None:
        whole = labels([data], **options)
        assert labels(pieces(data, at), **options) == whole
        assert labels([data[i : i + 1] for i in range(len(data))], **options) == whole

    @given(data=stream)
    def test_any_frame_is_a_label_or_refused_and_wiped(self, data: bytes) -> None:
        for frame in LabelFramer().feed(data):
            if isinstance(frame, bytearray):
                verdict = read_label(frame, guard=GUARD)
                assert isinstance(verdict, (Label, Refusal))
                assert not any(frame)

    def test_a_full_size_qr_code_passes_and_one_byte_more_does_not(self) -> None:
        digits = b"]Q1" + b"7" * 7089
        assert len(digits) == LABEL_BYTES_MAX
        assert isinstance(read_label(bytearray(digits), guard=GUARD), Label)
        assert read_label(bytearray(digits + b"7"), guard=GUARD) is Refusal.TOO_LONG

    def test_a_framer_never_holds_more_than_a_label(self) -> None:
        framer = LabelFramer()
        for _ in range(50):
            framer.feed(b"5" * 1000)
        assert len(framer._frame) <= LABEL_BYTES_MAX + 1
        assert framer.feed(b"\r") == [Refusal.TOO_LONG]

    def test_group_separators_and_inner_blanks_are_data(self) -> None:
        label = read_label(bytearray(b"]C1(01) 2\x1d10AB "), guard=GUARD)
        assert isinstance(label, Label)
        assert (label.text, label.symbology) == ("(01) 2\x1d10AB ", "gs1-128")

    def test_a_restarted_label_wins_over_the_one_it_cut(self) -> None:
        framer = LabelFramer(prefix=b"\x02", terminators=b"\x03")
        assert framer.feed(b"\x02111\x02222\x03") == [bytearray(b"222")]

    @pytest.mark.parametrize(
        ("aim", "name"),
        [("]E4", "ean-8"), ("]Q1", "qr"), ("]A5", "code-39"), ("]X0", "unknown"), ("", "unknown")],
    )
    def test_symbologies_are_named(self, aim: str, name: str) -> None:
        label = read_label(bytearray(f"{aim}12345670".encode()), guard=GUARD)
        assert isinstance(label, Label)
        assert (label.symbology, label.text) == (name, "12345670")


class TestTracks:
    @pytest.mark.parametrize(
        "options", [{}, {"lrc_sent": True}, {"parity": "even"}, {"parity": "odd"}]
    )
    @given(data=stripes, at=cuts)
    def test_any_split_gives_the_same_swipes(
        self, options: dict[str, object], data: bytes, at: list[int]
    ) -> None:
        whole = swipes([data], **options)
        assert swipes(pieces(data, at), **options) == whole
        assert swipes([data[i : i + 1] for i in range(len(data))], **options) == whole

    @given(data=stripes)
    def test_any_swipe_is_ours_or_refused_and_wiped(self, data: bytes) -> None:
        framer = TrackFramer()
        for swipe in framer.feed(data) + framer.idle():
            verdict = judge_swipe(swipe, guard=GUARD)
            assert isinstance(verdict, (tuple, Refusal))
            assert not any(any(track.data) for track in swipe.tracks)

    def test_the_check_character_of_a_known_track(self) -> None:
        assert lrc(2, b";6035720000000001=9912?") == ord(">")

    @pytest.mark.parametrize(("number", "start"), [(1, "%"), (2, ";"), (3, "+")])
    def test_a_track_is_as_long_as_the_standard_allows(self, number: int, start: str) -> None:
        most = TRACK_LENGTH_MAX[number] - 2
        ours = "603572".ljust(most, "0")
        assert swipes([f"{start}{ours}?\r".encode()]) == [([(number, ours.encode())], [])]
        assert swipes([f"{start}{ours}0?\r".encode()]) == [([], [Refusal.TOO_LONG])]

    def test_reads_never_show_their_digits(self) -> None:
        framer = TrackFramer()
        swipe = framer.feed(b";6035720000000001=9912?\r")[0]
        assert "6035" not in repr(swipe)
        verdict = judge_swipe(swipe, guard=GUARD)
        assert "6035" not in repr(verdict)


class TestKeyboards:
    @pytest.mark.parametrize("layout", ["us", "fr"])
    def test_what_a_scanner_types_is_read_in_its_own_layout(self, layout: str) -> None:
        text = "3017620422003 FID-aQwzM.;:?\r"
        assert KeyboardDecoder(LAYOUTS[layout]).feed(typed(text, layout)).decode() == text

    def test_a_french_scanner_shifts_its_digits(self) -> None:
        reports = typed("12", "fr")
        assert reports[0] == 0x02
        assert KeyboardDecoder(LAYOUTS["us"]).feed(reports) == b"!@"

    def test_alt_gr_gives_the_identifiers_bracket_on_a_french_layout(self) -> None:
        decoder = KeyboardDecoder(LAYOUTS["fr"])
        assert decoder.feed(b"\x40\0\x2d\0\0\0\0\0" + bytes(8)) == b"]"

    def test_alt_and_keypad_digits_give_a_character_by_its_number(self) -> None:
        down = [b"\x04\0" + bytes((k,)) + bytes(5) for k in (0x62, 0x5E, 0x5D)]  # 0, 6, 5
        reports = b"".join(d + b"\x04" + bytes(7) for d in down) + bytes(8)
        assert KeyboardDecoder(LAYOUTS["us"]).feed(reports) == b"A"

    def test_a_held_key_counts_once_and_control_bracket_is_a_group_separator(self) -> None:
        decoder = KeyboardDecoder(LAYOUTS["us"])
        held = b"\0\0\x04\0\0\0\0\0"
        assert decoder.feed(held + held + bytes(8)) == b"a"
        assert decoder.feed(b"\x01\0\x30\0\0\0\0\0") == b"\x1d"

    @given(data=st.lists(st.binary(min_size=8, max_size=8), max_size=20), extra=st.binary())
    def test_any_reports_type_something_and_any_grouping_types_the_same(
        self, data: list[bytes], extra: bytes
    ) -> None:
        for layout in LAYOUTS.values():
            whole = KeyboardDecoder(layout).feed(b"".join(data))
            decoder = KeyboardDecoder(layout)
            assert b"".join(bytes(decoder.feed(report)) for report in data) == bytes(whole)
            decoder.feed(extra)


class TestHidReports:
    def test_the_layout_is_read_out_of_the_descriptor(self) -> None:
        assert HID_POS_LAYOUT.report_bytes == 64
        assert (HID_POS_LAYOUT.data.first_byte, HID_POS_LAYOUT.data.count) == (5, 56)
        assert MSR_LAYOUT.report_bytes == 337
        assert [(t.status, t.length, t.data) for t in MSR_LAYOUT.tracks] == [
            (0, 3, 7),
            (1, 4, 117),
            (2, 5, 227),
        ]

    def test_a_device_of_another_kind_has_no_such_layout(self) -> None:
        assert hid_pos_layout(usb.VENDOR_PAGE) is None
        assert hid_pos_layout(usb.BOOT_KEYBOARD) is None
        assert msr_layout(usb.HID_POS) is None
        assert input_report_bytes(usb.BOOT_KEYBOARD, 0) == 8

    def test_a_standard_page_reader_is_understood_too(self) -> None:
        standard = bytes.fromhex(
            "058e0901a101150026ff007508850395030911091209138102"
            "954f0921820201952809228202019 56b0923820201c0".replace(" ", "")
        )
        layout = msr_layout(standard)
        assert layout is not None
        assert (layout.report_id, [t.room for t in layout.tracks]) == (3, [79, 40, 107])
        report = bytearray(layout.report_bytes)
        report[0], report[2] = 3, 9
        report[4 + 79 : 4 + 79 + 9] = b";603572=?"
        swipe = read_report(report, layout)
        assert swipe is not None
        assert [bytes(t.data) for t in swipe.tracks] == [b"603572="]
        assert read_report(bytearray(b"\x09" + bytes(300)), layout) is None

    @given(data=st.binary(max_size=200))
    def test_any_descriptor_gives_fields_or_none(self, data: bytes) -> None:
        for garbled in (data, usb.HID_POS[:20] + data, usb.MSR[: len(data)] + data):
            assert len(report_fields(garbled)) <= 513
            hid_pos_layout(garbled)
            msr_layout(garbled)

    def test_a_descriptor_that_claims_endless_reports_is_refused(self) -> None:
        assert report_fields(bytes.fromhex("058c0902a1017508" + "97ffffff7f" + "09fe8102c0")) == ()

    @given(reports=st.lists(st.binary(max_size=70), max_size=8))
    def test_any_scanner_report_is_framed_or_refused(self, reports: list[bytes]) -> None:
        framer = HidPosFramer(HID_POS_LAYOUT)
        for report in reports:
            for item in framer.feed(b"\x02" + report):
                assert isinstance(item, (bytearray, Refusal))
        assert framer.idle() in ([], [Refusal.CUT_SHORT])

    @given(text=st.text(alphabet="0123456789ABC", min_size=1, max_size=400))
    def test_a_label_in_several_reports_is_joined(self, text: str) -> None:
        framer = HidPosFramer(HID_POS_LAYOUT)
        frames = [f for r in usb.hid_pos_reports(text, aim="]Q1") for f in framer.feed(r)]
        assert frames == [bytearray(b"]Q1" + text.encode())]

    @given(report=st.binary(max_size=340))
    def test_any_card_report_is_wiped_whatever_it_holds(self, report: bytes) -> None:
        buffer = bytearray(report)
        swipe = read_report(buffer, MSR_LAYOUT)
        assert isinstance(swipe, Swipe)
        assert not any(buffer)

    def test_bytes_behind_the_stated_length_never_count(self) -> None:
        report = bytearray(usb.msr_report("", ";603572=1?", stale=b"4111111111111111=2512?"))
        swipe = read_report(report, MSR_LAYOUT)
        assert swipe is not None
        assert [bytes(t.data) for t in swipe.tracks] == [b"603572=1"]

    def test_a_report_id_of_another_kind_is_passed_over(self) -> None:
        layout = MsrLayout(7, 10, MSR_LAYOUT.tracks)
        assert read_report(bytearray(b"\x01" + bytes(9)), layout) is None


class TestPrinterStatus:
    def feed(self, *asked: Question, data: bytes) -> list[Answer | PrinterStatus]:
        demux = StatusDemultiplexer()
        for question in asked:
            demux.asked(question)
        return demux.feed(data)

    def test_answers_go_to_their_questions_in_order(self) -> None:
        heard = self.feed(Question.PRINTER, Question.PAPER, data=b"\x12\x72")
        assert heard == [Answer(Question.PRINTER, 0x12), Answer(Question.PAPER, 0x72)]

    def test_what_was_not_asked_is_no_answer(self) -> None:
        assert self.feed(data=b"\x12\x00\x11\x13\xff") == []

    def test_an_automatic_message_is_told_from_an_answer(self) -> None:
        automatic = b"\x38\x00\x0c\x00"  # off-line, cover open, paper out
        heard = self.feed(Question.PRINTER, data=automatic + b"\x12")
        assert heard[1] == Answer(Question.PRINTER, 0x12)
        status = heard[0]
        assert isinstance(status, PrinterStatus)
        bad = Condition.BAD
        assert (status.online, status.cover, status.paper) == (bad, bad, bad)

    def test_a_queued_answer_comes_through_flow_control_and_automatic_messages(self) -> None:
        heard = self.feed(Question.FLUSHED, data=b"\x13\x10\x00\x00\x00\x11\x00")
        assert heard[-1] == Answer(Question.FLUSHED, 0)
        assert len(heard) == 2

    def test_a_cut_automatic_message_does_not_swallow_an_answer(self) -> None:
        heard = self.feed(Question.PAPER, data=b"\x10\x00\x12")
        assert heard == [Answer(Question.PAPER, 0x12)]

    def test_silence_is_unknown_and_contradictions_are_never_ok(self) -> None:
        assert set(map(str, vars_of(combine({})))) == {"unknown"}
        doubtful = combine({Question.PRINTER: 0x12, Question.OFFLINE: 0x16})
        assert doubtful.online is Condition.UNKNOWN
        assert doubtful.ready is Condition.BAD

    @given(
        byte=st.dictionaries(st.sampled_from(list(Question)), st.integers(0, 255)),
    )
    def test_a_printer_is_ready_only_when_every_part_says_so(
        self, byte: dict[Question, int]
    ) -> None:
        status = combine(byte)
        if status.ready is Condition.OK:
            assert {Question.PRINTER, Question.OFFLINE} <= byte.keys()
            assert not byte[Question.PRINTER] & 0x08
            assert not byte[Question.OFFLINE] & 0x24

    @given(data=st.binary(max_size=60), at=cuts, asked=st.lists(st.sampled_from(list(Question))))
    def test_any_split_gives_the_same_answers(
        self, data: bytes, at: list[int], asked: list[Question]
    ) -> None:
        def heard(parts: Sequence[bytes]) -> list[Answer | PrinterStatus]:
            demux = StatusDemultiplexer()
            for question in asked:
                demux.asked(question)
            return [m for part in parts for m in demux.feed(part)]

        assert heard(pieces(data, at)) == heard([data])
        assert heard([data[i : i + 1] for i in range(len(data))]) == heard([data])


def vars_of(status: PrinterStatus) -> list[Condition]:
    read: Callable[[str], Condition] = status.__getattribute__
    return [read(name) for name in ("online", "cover", "paper", "paper_near_end", "mechanism")]
