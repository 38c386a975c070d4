"""What an ESC/POS printer says: real-time answers, queued answers and automatic status. No I/O.

Three kinds of bytes share one line and can be told apart only by fixed bits and by what was
asked. Whatever was not asked for is ignored, never taken for an answer. A late answer can still
belong to an older question; hence `forget_real_time` after a time-out, and `combine` distrusts a
contradiction.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from pos_loyalty.ports.devices import Condition, PrinterStatus

_BAD, _OK, _UNKNOWN = Condition.BAD, Condition.OK, Condition.UNKNOWN


class Question(IntEnum):
    """What can be asked with DLE EOT n; `FLUSHED` is GS r 1, answered behind all that was sent."""

    PRINTER = 1
    OFFLINE = 2
    ERROR = 3
    PAPER = 4
    FLUSHED = 0

    @property
    def command(self) -> bytes:
        """The bytes that ask."""
        return b"\x1dr\x01" if self is Question.FLUSHED else bytes((0x10, 0x04, self))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question."""

    question: Question
    byte: int


@dataclass(slots=True)
class StatusDemultiplexer:
    """Assign bytes to questions, in the order in which they were asked."""

    _real_time: list[Question] = field(default_factory=list)
    _queued: int = 0
    _automatic: bytearray = field(default_factory=bytearray)

    def asked(self, question: Question) -> None:
        """A question was sent."""
        if question is Question.FLUSHED:
            self._queued += 1
        else:
            self._real_time.append(question)

    def forget_real_time(self) -> None:
        """Expect no real-time answer any more: what comes later is not one."""
        self._real_time.clear()

    def forget(self) -> None:
        """Expect no answer at all any more."""
        self.forget_real_time()
        self._queued = 0
        self._automatic.clear()

    def feed(self, data: bytes | bytearray) -> list[Answer | PrinterStatus]:
        """Take the next bytes; give answers, and a status for each automatic message."""
        heard = [self._byte(byte) for byte in data]
        return [message for message in heard if message is not None]

    def _byte(self, byte: int) -> Answer | PrinterStatus | None:
        if self._automatic and byte & 0x90 == 0x00:
            self._automatic.append(byte)
            return self._complete() if len(self._automatic) == 4 else None
        if byte & 0x93 == 0x10:
            self._automatic = bytearray([byte])
            return None
        if byte & 0x93 == 0x12:
            self._automatic.clear()
            return Answer(self._real_time.pop(0), byte) if self._real_time else None
        if byte & 0x90 == 0x00 and self._queued:
            self._queued -= 1
            return Answer(Question.FLUSHED, byte)
        return None  # flow control or noise

    def _complete(self) -> PrinterStatus:
        first, errors, paper = self._automatic[0], self._automatic[1], self._automatic[2]
        self._automatic.clear()
        return PrinterStatus(
            online=_BAD if first & 0x08 else _OK,
            cover=_BAD if first & 0x20 else _OK,
            paper=_BAD if paper & 0x0C else _OK,
            paper_near_end=_BAD if paper & 0x03 else _OK,
            mechanism=_BAD if errors & 0x28 else _OK,
        )


def combine(answers: dict[Question, int]) -> PrinterStatus:
    """Read the answers together; what was not answered is unknown.

    A printer that is off-line for no stated reason is bad all the same. One that claims to be
    on-line and stopped at once contradicts itself (a late or doubled answer): it is unknown.
    """
    printer, cause = answers.get(Question.PRINTER), answers.get(Question.OFFLINE)
    error, paper = answers.get(Question.ERROR), answers.get(Question.PAPER)
    paper_out = _either(_flag(paper, 0x60), _flag(cause, 0x20))
    cover = _flag(cause, 0x04)
    mechanism = _either(_flag(cause, 0x40), _flag(error, 0x28))
    online = _flag(printer, 0x08)
    if online is _OK and _BAD in (cover, paper_out, mechanism):
        online = _UNKNOWN
    return PrinterStatus(
        online=online,
        cover=cover,
        paper=paper_out,
        paper_near_end=_flag(paper, 0x0C),
        mechanism=mechanism,
    )


def _flag(byte: int | None, mask: int) -> Condition:
    if byte is None:
        return _UNKNOWN
    return _BAD if byte & mask else _OK


def _either(one: Condition, other: Condition) -> Condition:
    """Bad if one says so, ok if one says so and none denies."""
    if _BAD in (one, other):
        return _BAD
    return _OK if _OK in (one, other) else _UNKNOWN
