"""Boot-keyboard reports → the bytes a scanner typed. No I/O; never raises on input.

A scanner that types sends key *positions*. They are read with the layout the scanner is set to,
whatever layout the till uses. Alt with keypad digits gives a character by its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

REPORT_BYTES = 8
_CONTROL, _SHIFT, _ALT_LEFT, _ALT_RIGHT = 0x11, 0x22, 0x04, 0x40
_ENTER, _TAB, _SPACE, _KEYPAD_ENTER, _RIGHT_BRACKET = 0x28, 0x2B, 0x2C, 0x58, 0x30
_LETTERS = range(0x04, 0x1E)
_KEYPAD_DIGITS = range(0x59, 0x63)
_GS = "\x1d"


@dataclass(frozen=True, slots=True)
class Layout:
    """What each position gives: alone, with shift, with AltGr."""

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str]


def _row(first: int, characters: str) -> dict[int, str]:
    """Characters at consecutive positions; a blank leaves its position out."""
    return {first + i: c for i, c in enumerate(characters) if c != " "}


_COMMON = {
    _ENTER: "\r",
    _KEYPAD_ENTER: "\r",
    _TAB: "\t",
    _SPACE: " ",
    **_row(0x54, "/*-+"),
    **_row(0x59, "1234567890."),
}

US = Layout(
    plain=MappingProxyType(
        _COMMON
        | _row(0x04, "abcdefghijklmnopqrstuvwxyz1234567890")
        | _row(0x2D, "-=[]\\ ;'`,./")
        | {0x64: "\\"}
    ),
    shift=MappingProxyType(
        _COMMON
        | _row(0x04, "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()")
        | _row(0x2D, '_+{}| :"~<>?')
        | {0x64: "|"}
    ),
    altgr=MappingProxyType({}),
)

FR = Layout(
    plain=MappingProxyType(
        _COMMON
        | _row(0x04, "qbcdefghijkl,noparstuvzxyw&é\"'(-è_çà")
        | _row(0x2D, ")=^$**mù²;:!")
        | {0x64: "<"}
    ),
    shift=MappingProxyType(
        _COMMON
        | _row(0x04, "QBCDEFGHIJKL?NOPARSTUVZXYW1234567890")
        | _row(0x2D, "°+¨£µµM% ./§")
        | {0x64: ">"}
    ),
    altgr=MappingProxyType(_row(0x1F, "~#{[|`\\^@") | _row(0x2D, "]} ¤") | {0x08: "€"}),
)

LAYOUTS: Mapping[str, Layout] = MappingProxyType({"us": US, "fr": FR})


class KeyboardDecoder:
    """Turn reports into typed bytes (UTF-8); remembers which keys are down."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._down: frozenset[int] = frozenset()
        self._number = ""

    def feed(self, data: bytes | bytearray) -> bytearray:
        """Take whole reports (others are ignored) and give what was typed."""
        typed = bytearray()
        if len(data) % REPORT_BYTES:
            return typed
        for begin in range(0, len(data), REPORT_BYTES):
            typed += self._report(data[begin : begin + REPORT_BYTES])
        return typed

    def reset(self) -> None:
        """Forget which keys are down."""
        self._down, self._number = frozenset(), ""

    def _report(self, report: bytes | bytearray) -> bytes:
        modifiers, keys = report[0], [key for key in report[2:] if key]
        if any(key <= 3 for key in keys):
            return b""  # more keys are down than the report can say
        typed = self._alt_number(modifiers)
        for key in keys:
            if key not in self._down:
                typed += self._key(key, modifiers)
        self._down = frozenset(keys)
        return typed.encode()

    def _alt_number(self, modifiers: int) -> str:
        if modifiers & _ALT_LEFT or not self._number:
            return ""
        code, self._number = int(self._number), ""
        return bytes([code]).decode("cp1252", errors="ignore") if 0 < code < 256 else ""

    def _key(self, key: int, modifiers: int) -> str:
        if modifiers & _ALT_LEFT:
            if key in _KEYPAD_DIGITS:
                self._number = (self._number + str((key - 0x58) % 10))[-4:]
            return ""
        if modifiers & _CONTROL and not modifiers & _ALT_RIGHT:
            if key == _RIGHT_BRACKET:
                return _GS
            return chr(key - 3) if key in _LETTERS else ""
        if modifiers & _ALT_RIGHT:
            return self._layout.altgr.get(key, "")
        table = self._layout.shift if modifiers & _SHIFT else self._layout.plain
        return table.get(key, "")
