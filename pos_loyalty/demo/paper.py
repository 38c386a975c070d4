"""The paper of a receipt printer, drawn from the bytes that reached it.

It understands what receipts are made of: styles, code pages, alignment, QR codes, cuts. What it
does not know it leaves out, as cheap printers do; the tests have a reader that forgives nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import segno

PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858", 40: "iso8859-15"}
COLUMNS = 42
COLUMN_PX, ROW_PX, MARGIN_PX, MODULE_PX = 9, 20, 18, 4
QR_START, QR_STORE, QR_PRINT = b"\x1d(k", b"1P0", b"1Q0"
_COMMAND = re.compile(
    rb"\x1d\(k(?P<low>.)(?P<high>.)"
    rb"|\x1b(?P<escape>[tEa!M])(?P<value>.)"
    rb"|\x1b(?P<reset>@)"
    rb"|\x1bp..."
    rb"|\x1dV(?P<cut>[\x41\x42].|[\x00\x01])"
    rb"|(?P<feed>\n)"
    rb"|(?P<text>[^\x00-\x1f\x7f]+)"
    rb"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of print: its text, or the payload of a QR code."""

    text: str = ""
    code: str = ""
    bold: bool = False
    tall: bool = False
    centred: bool = False


@dataclass(slots=True)
class _Style:
    page: str = "cp1252"
    bold: bool = False
    tall: bool = False
    centred: bool = False

    def set(self, command: bytes, value: int) -> None:
        match command:
            case b"t":
                self.page = PAGES.get(value, self.page)
            case b"E":
                self.bold = bool(value & 1)
            case b"!":
                self.bold, self.tall = bool(value & 8), bool(value & 16)
            case b"a":
                self.centred = value in (1, 49)


def receipts(paper: bytes) -> list[list[Row]]:
    """Give what was printed, piece by piece as it was cut off; what is not cut yet comes last."""
    pieces: list[list[Row]] = [[]]
    for row in _rows(paper):
        if row is None:
            pieces.append([])
        else:
            pieces[-1].append(row)
    return [piece for piece in pieces if piece]


def written(rows: list[Row]) -> str:
    """Give a receipt as text."""
    return "\n".join(row.code or row.text for row in rows)


def _rows(paper: bytes) -> Iterator[Row | None]:
    """Give rows in order, and nothing where the knife went through."""
    style, line, code, at = _Style(), b"", "", 0
    on_code = False  # a feed behind a code ends its row
    while at < len(paper):
        found = _COMMAND.match(paper, at)
        assert found is not None, "every byte is at least something else"
        at = found.end()
        if found["low"] is not None:
            size = found["low"][0] + 256 * found["high"][0]
            symbol, at = paper[at : at + size], at + size
            if symbol.startswith(QR_STORE):
                code = symbol[len(QR_STORE) :].decode(errors="replace")
            elif symbol.startswith(QR_PRINT):
                yield Row(code=code, centred=True)
                on_code = True
        elif found["escape"]:
            style.set(found["escape"], found["value"][0])
        elif found["reset"]:
            style = _Style()
        elif found["cut"]:
            yield None
        elif found["text"]:
            line += found["text"]
        elif found["feed"] and on_code:
            on_code = False
        elif found["feed"]:
            text = line.decode(style.page, errors="replace")
            yield Row(text=text, bold=style.bold, tall=style.tall, centred=style.centred)
            line = b""


def drawn(rows: list[Row]) -> str:
    """Draw a receipt as a picture (SVG), each character in its column."""
    y, parts = MARGIN_PX, list[str]()
    for row in rows:
        if row.code:
            part, height = _drawn_code(row.code, y)
        else:
            part, height = _drawn_text(row, y)
        parts.append(part)
        y += height
    width, height = COLUMNS * COLUMN_PX + 2 * MARGIN_PX, y + MARGIN_PX
    label = escape(written(rows), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' role="img" aria-label="{label}"><rect width="{width}" height="{height}" fill="#fffef8"/>'
        f'<g font-family="monospace" font-size="15" fill="#1b1b1b">{"".join(parts)}</g></svg>'
    )


def _drawn_text(row: Row, y: int) -> tuple[str, int]:
    text = row.text.center(COLUMNS).rstrip() if row.centred else row.text
    height = ROW_PX * (2 if row.tall else 1)
    if not text.strip():
        return "", height
    weight = ' font-weight="bold"' if row.bold else ""
    size = f' transform="translate(0 {y}) scale(1 {2 if row.tall else 1})"'
    body = escape(text)
    return (
        f'<text x="{MARGIN_PX}" y="{ROW_PX - 5}" textLength="{len(text) * COLUMN_PX}"'
        f' xml:space="preserve"{weight}{size}>{body}</text>'
    ), height


def _drawn_code(payload: str, y: int) -> tuple[str, int]:
    code = segno.make_qr(payload, error="m")
    side = int(code.symbol_size(scale=MODULE_PX, border=2)[0])
    x = MARGIN_PX + (COLUMNS * COLUMN_PX - side) // 2
    modules = "".join(
        f"M{column} {at}h1v1h-1z"
        for at, line in enumerate(code.matrix_iter(border=2))
        for column, dark in enumerate(line)
        if dark
    )
    return (
        f'<path transform="translate({x} {y}) scale({MODULE_PX})" d="{modules}" fill="#1b1b1b"/>',
        side,
    )
