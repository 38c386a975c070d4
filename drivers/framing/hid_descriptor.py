"""HID report descriptors → where each usage lies in a report. Pure; never raises on input.

Only what reading needs: input and feature fields with their usage, place and application.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

REPORT_BITS_MAX = 4096 * 8
_FIELDS_MAX = 512
_STACK_MAX = 16
_USAGES_MAX = 256
_MAIN_KINDS = {0x8: "input", 0x9: "output", 0xB: "feature"}
_COLLECTION, _END_COLLECTION = 0xA, 0xC
_APPLICATION = 0x01


def usage(page: int, code: int) -> int:
    """Name a usage of a page as one number."""
    return page << 16 | code


@dataclass(frozen=True, slots=True)
class ReportField:
    """`count` values of `bits` each, from bit `offset` on (after the report number, if any)."""

    application: int
    kind: str
    report_id: int
    usage: int
    offset: int
    bits: int
    count: int

    @property
    def first_byte(self) -> int:
        """Index of its first byte in the report, the report number counted."""
        return self.offset // 8 + (1 if self.report_id else 0)

    def bytes_in(self, report: bytes | bytearray) -> bytearray:
        """Its whole bytes in `report`; fewer when the report is short."""
        return bytearray(report[self.first_byte : self.first_byte + self.bits * self.count // 8])

    def value_in(self, report: bytes | bytearray) -> int:
        """Its first value in `report`, as an unsigned number; 0 when the report is short."""
        start = self.offset + (8 if self.report_id else 0)
        last = (start + self.bits + 7) // 8
        if last > len(report):
            return 0
        window = int.from_bytes(report[start // 8 : last], "little")
        return window >> start % 8 & (1 << self.bits) - 1


@dataclass(frozen=True, slots=True)
class _Globals:
    page: int = 0
    bits: int = 0
    count: int = 0
    report_id: int = 0


@dataclass(slots=True)
class _Parser:
    values: _Globals = field(default_factory=_Globals)
    stack: list[_Globals] = field(default_factory=list)
    usages: list[int] = field(default_factory=list)
    lowest: int = 0
    depth: int = 0
    application: int = 0
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    fields: list[ReportField] = field(default_factory=list)

    def item(self, tag: int, kind: int, data: bytes) -> bool:
        """Take one item; false when the descriptor makes no sense."""
        value = int.from_bytes(data, "little")
        if kind == 1:
            return self._global(tag, value)
        if kind == 2:
            return self._local(tag, value, long_form=len(data) == 4)
        return self._main(tag, value)

    def _global(self, tag: int, value: int) -> bool:
        changes = {0x0: "page", 0x7: "bits", 0x8: "report_id", 0x9: "count"}
        if tag in changes:
            self.values = replace(self.values, **{changes[tag]: value})
        elif tag == 0xA:
            self.stack.append(self.values)
        elif tag == 0xB and self.stack:
            self.values = self.stack.pop()
        return len(self.stack) <= _STACK_MAX

    def _local(self, tag: int, value: int, *, long_form: bool) -> bool:
        full = value if long_form else usage(self.values.page, value)
        if tag == 0x0:
            self.usages.append(full)
        elif tag == 0x1:
            self.lowest = full
        elif tag == 0x2:
            if not 0 <= full - self.lowest < _USAGES_MAX:
                return False
            self.usages += range(self.lowest, full + 1)
        return len(self.usages) <= _USAGES_MAX

    def _main(self, tag: int, value: int) -> bool:
        if tag == _COLLECTION:
            if self.depth == 0 and value == _APPLICATION:
                self.application = self.usages[-1] if self.usages else 0
            self.depth += 1
        elif tag == _END_COLLECTION:
            self.depth -= 1
        elif tag in _MAIN_KINDS and not self._place(_MAIN_KINDS[tag], constant=bool(value & 1)):
            return False
        self.usages, self.lowest = [], 0
        return self.depth >= 0

    def _place(self, kind: str, *, constant: bool) -> bool:
        values = self.values
        begin = self.ends.get((kind, values.report_id), 0)
        end = begin + values.bits * values.count
        self.ends[kind, values.report_id] = end
        if end > REPORT_BITS_MAX:
            return False
        if not constant and self.usages:
            self._append(kind, begin)
        return len(self.fields) <= _FIELDS_MAX

    def _append(self, kind: str, begin: int) -> None:
        """The last usage holds for all values that remain; the others for one value each."""
        values = self.values
        named = self.usages[: values.count]
        for index, code in enumerate(named):
            last = index == len(named) - 1
            self.fields.append(
                ReportField(
                    application=self.application,
                    kind=kind,
                    report_id=values.report_id,
                    usage=code,
                    offset=begin + index * values.bits,
                    bits=values.bits,
                    count=values.count - index if last else 1,
                )
            )


def _items(descriptor: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    while position < len(descriptor):
        head = descriptor[position]
        if head == 0xFE:  # a long item: its length follows, nothing uses them
            length = descriptor[position + 1] + 2 if position + 1 < len(descriptor) else 0
            position += 1 + length
            continue
        size = (0, 1, 2, 4)[head & 3]
        data = descriptor[position + 1 : position + 1 + size]
        if len(data) == size:
            yield head >> 4, head >> 2 & 3, data
        position += 1 + size


def _parsed(descriptor: bytes) -> _Parser:
    parser = _Parser()
    for tag, kind, data in _items(descriptor):
        if not parser.item(tag, kind, data):
            return _Parser()
    return parser


def report_fields(descriptor: bytes) -> tuple[ReportField, ...]:
    """Give the fields of `descriptor`; none when it makes no sense."""
    return tuple(_parsed(descriptor).fields)


def input_report_bytes(descriptor: bytes, report_id: int) -> int:
    """How long this input report is, padding and report number counted; 0 when there is none."""
    bits = _parsed(descriptor).ends.get(("input", report_id), 0)
    return -(-bits // 8) + (1 if report_id else 0) if bits else 0
