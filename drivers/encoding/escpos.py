"""Printable rows to ESC/POS bytes: one code page a job, one block of bytes, no I/O.

python-escpos spells the commands; the code page is pinned here, because its own search changes
pages inside a job and finds the euro on a Greek one. Every job resets the printer first, so that
nothing of a broken job before it remains.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from drivers.encoding.charset import spell
from pos_loyalty.ports.documents import Emphasis, PrintableReceipt, TextRow

CODE_PAGES = {
    "cp1252": 16,
    "cp858": 19,
    "iso8859-15": 40,
    "cp850": 2,
    "cp437": 0,
}
"""Code pages that write French, best first, with the number Epson gave them (`ESC t n`)."""

QR_BYTES_MAX = 512
"""More makes modules too small for a telephone at the largest size 80 mm paper allows."""


class Cut(StrEnum):
    """How a job ends."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscposProfile:
    """What one model of printer understands.

    `page` is the number of `code_page` on this model where it is not Epson's. `qr_size` is the
    width of a module in dots, 1 to 16. A printer without a native QR command prints the address.
    """

    columns: int = 42
    code_page: str = "cp1252"
    page: int | None = None
    native_qr: bool = True
    qr_size: int = 6
    cut: Cut = Cut.PARTIAL
    kick_drawer: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` naming the field that no printer can have."""
        if self.code_page not in CODE_PAGES:
            raise ValueError(f"code_page: one of {', '.join(CODE_PAGES)}")
        if self.page is not None and not 0 <= self.page <= 255:
            raise ValueError("page: 0 to 255")
        if not 1 <= self.qr_size <= 16:
            raise ValueError("qr_size: 1 to 16")
        if not 24 <= self.columns <= 64:
            raise ValueError("columns: 24 to 64")

    @property
    def page_number(self) -> int:
        """The number sent with `ESC t`."""
        return CODE_PAGES[self.code_page] if self.page is None else self.page

    def spell(self, text: str) -> str:
        """Put `text` into what this printer's code page can show."""
        return spell(text, self.code_page)


class EscposEncoder:
    """Encodes receipts for one printer; belongs to the thread that prints."""

    def __init__(self, profile: EscposProfile) -> None:
        self.profile = profile
        # Importing it reads the capabilities of every known printer: not before one is needed.
        from escpos.printer import Dummy

        self._commands: Any = Dummy()
        self._start = self._taken("hw", "INIT") + b"\x1bt" + bytes([profile.page_number])
        self._styles = {
            Emphasis.NORMAL: b"",
            Emphasis.BOLD: self._taken("set", bold=True),
            Emphasis.TALL: self._taken("set", bold=True, double_height=True),
        }
        self._plain = self._taken("set", bold=False, normal_textsize=True)
        self._centre, self._left = (
            self._taken("set", align="center"),
            self._taken("set", align="left"),
        )
        self._end = self._ending()

    def encode(self, receipt: PrintableReceipt) -> bytes:
        """Give the whole job as one block; the same receipt gives the same bytes."""
        assert receipt.columns <= self.profile.columns, "laid out for wider paper"
        job = [self._start]
        for row in receipt.rows:
            job.append(self._text(row) if isinstance(row, TextRow) else self._qr(row.payload))
        job.append(self._end)
        return b"".join(job)

    def _text(self, row: TextRow) -> bytes:
        text = self.profile.spell(row.text).encode(self.profile.code_page) + b"\n"
        style = self._styles[row.emphasis]
        return style + text + self._plain if style else text

    def _qr(self, payload: str) -> bytes:
        if not self.profile.native_qr or len(payload.encode()) > QR_BYTES_MAX:
            return self._text(TextRow(payload))
        code = self._taken("qr", payload, native=True, size=self.profile.qr_size, ec=1)
        return self._centre + code + b"\n" + self._left

    def _ending(self) -> bytes:
        end = b""
        if self.profile.cut is not Cut.NONE:
            # Feed past the knife and cut in one command: `GS V 65|66 n`.
            mode = b"\x41" if self.profile.cut is Cut.FULL else b"\x42"
            end += b"\x1dV" + mode + b"\x00"
        if self.profile.kick_drawer:
            end += self._taken("cashdraw", 2)
        return end

    def _taken(self, command: str, *arguments: object, **options: object) -> bytes:
        self._commands.clear()
        getattr(self._commands, command)(*arguments, **options)
        output: bytes = self._commands.output
        return output
