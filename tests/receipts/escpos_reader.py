"""A small ESC/POS printer on paper of text: reads a job's bytes back, knows nothing of our encoder.

Follows the command tables of receipt printers. A command it does not know is an error, and so is a
control byte in the text: a real printer would do something with it.
"""

from dataclasses import dataclass, field

PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858", 40: "iso8859-15"}


@dataclass
class Paper:
    """What came out: rows of text, codes and cuts in order, and each row's style."""

    rows: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    tall: list[str] = field(default_factory=list)
    centred: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    code_sizes: list[int] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)
    pulses: int = 0
    resets: int = 0
    pages: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(f"{row}\n" for row in self.rows)


class Reader:
    """Reads one job from its first byte to its last."""

    def __init__(self, job: bytes, pages: dict[int, str] = PAGES) -> None:
        self.job = job
        self.pages = pages
        self.at = 0
        self.line = bytearray()
        self.style = {"bold": False, "tall": False, "centre": False}
        self.encoding = ""
        self.code: dict[str, bytes | int] = {}
        self.paper = Paper()

    def read(self) -> Paper:
        while self.at < len(self.job):
            byte = self.take(1)[0]
            if byte == 0x1B:
                self.escape(self.take(1))
            elif byte == 0x1D:
                self.group(self.take(1))
            elif byte == 0x0A:
                self.feed()
            else:
                assert byte >= 0x20 and byte != 0x7F, f"control byte {byte:#x} in the text"
                self.line.append(byte)
        assert not self.line, "text that was never fed"
        return self.paper

    def take(self, count: int) -> bytes:
        piece = self.job[self.at : self.at + count]
        assert len(piece) == count, "a command cut short"
        self.at += count
        return piece

    def escape(self, command: bytes) -> None:
        if command == b"@":
            self.paper.resets += 1
            self.style = dict.fromkeys(self.style, False)
            self.encoding = ""
        elif command == b"t":
            number = self.take(1)[0]
            self.paper.pages.append(number)
            self.encoding = self.pages[number]
        elif command == b"E":
            self.style["bold"] = bool(self.take(1)[0] & 1)
        elif command == b"!":
            mode = self.take(1)[0]
            assert not mode & 0x20, "double width breaks the columns"
            self.style["bold"], self.style["tall"] = bool(mode & 8), bool(mode & 0x10)
        elif command == b"a":
            self.style["centre"] = self.take(1) in (b"\x01", b"1")
        elif command == b"p":
            self.take(3)
            self.paper.pulses += 1
        else:
            raise AssertionError(f"unknown command ESC {command!r}")

    def group(self, command: bytes) -> None:
        if command == b"V":
            mode = self.take(1)
            self.take(1)
            self.paper.cuts.append({b"\x41": "full", b"\x42": "partial"}[mode])
        elif command == b"(":
            assert self.take(1) == b"k", "only two-dimensional codes are expected"
            low, high = self.take(2)
            self.symbol(self.take(low + 256 * high))
        else:
            raise AssertionError(f"unknown command GS {command!r}")

    def symbol(self, body: bytes) -> None:
        kind, function, rest = body[0], body[1], body[2:]
        assert kind == 49, "a QR code"
        if function == 65:
            assert rest in (b"2\x00", b"\x32\x00"), "model 2"
            self.code["model"] = 2
        elif function == 67:
            self.code["size"] = rest[0]
        elif function == 69:
            assert rest[0] in range(48, 52)
            self.code["level"] = rest[0]
        elif function == 80:
            assert rest[:1] == b"0"
            self.code["payload"] = rest[1:]
        elif function == 81:
            self.printed_code()
        else:
            raise AssertionError(f"unknown QR function {function}")

    def printed_code(self) -> None:
        assert self.code.keys() == {"model", "size", "level", "payload"}, "printed before it is set"
        assert self.style["centre"], "the code stands in the middle"
        payload, size = self.code["payload"], self.code["size"]
        assert isinstance(payload, bytes) and isinstance(size, int)
        self.paper.codes.append(payload.decode())
        self.paper.code_sizes.append(size)
        self.line.extend(payload)

    def feed(self) -> None:
        assert self.encoding, "text before a code page was chosen"
        row = self.line.decode(self.encoding)
        self.line.clear()
        self.paper.rows.append(row)
        if self.style["centre"]:
            self.paper.centred.append(row)
        if self.style["tall"]:
            self.paper.tall.append(row)
        elif self.style["bold"]:
            self.paper.bold.append(row)


def printed(job: bytes, pages: dict[int, str] = PAGES) -> Paper:
    return Reader(job, pages).read()
