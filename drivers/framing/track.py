"""Characters of a magnetic stripe reader → swipes. No I/O, no clock; never raises on input.

ISO 7811 tracks stand between a start sentinel (`%` `;` `+`) and `?`, and may be followed by a
check character (LRC). What arrives outside is noise. Tracks are mutable buffers, to be wiped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from drivers.framing.payment_guard import PaymentGuard, wipe
from pos_loyalty.ports.devices import Refusal, Track

_STARTS = {0x25: 1, 0x3B: 2, 0x2B: 3}  # % ; +
_END = 0x3F
_LINE_ENDS = b"\r\n"
# ISO 7811 lengths, both sentinels and the check character counted.
TRACK_LENGTH_MAX = {1: 79, 2: 40, 3: 107}
_TRACKS_MAX = 8
_FAULTS_MAX = 8


@dataclass(slots=True)
class RawTrack:
    """What stood between the sentinels of one track."""

    number: int
    data: bytearray = field(repr=False)


@dataclass(slots=True)
class Swipe:
    """One passage of a card: the tracks that are right, and the faults of the others."""

    tracks: list[RawTrack] = field(default_factory=list)
    faults: list[Refusal] = field(default_factory=list)

    def wipe(self) -> None:
        """Zero every track."""
        for track in self.tracks:
            wipe(track.data)


def alphabet(number: int) -> range:
    """The characters that track `number` can hold."""
    return range(0x20, 0x60) if number == 1 else range(0x30, 0x40)


def lrc(number: int, characters: bytes | bytearray) -> int:
    """The check character behind `characters`, which include both sentinels."""
    base, mask = (0x20, 0x3F) if number == 1 else (0x30, 0x0F)
    starts = {2: 0x3B, 3: 0x3B}  # `+` is how readers write the start of track 3, not what is coded
    coded = [starts.get(number, characters[0]), *characters[1:]]
    check: int = reduce(xor, ((byte - base) & mask for byte in coded))
    return base + check


def judge_swipe(swipe: Swipe, *, guard: PaymentGuard) -> tuple[Track, ...] | Refusal:
    """Give the tracks that are the shop's own, or the one reason for refusing; then wipe all."""
    verdicts = [guard.judge_track(track.number, track.data) for track in swipe.tracks]
    try:
        if Refusal.PAYMENT_CARD in verdicts:
            return Refusal.PAYMENT_CARD
        own = tuple(
            Track(number=track.number, text=track.data.decode("ascii"))
            for track, verdict in zip(swipe.tracks, verdicts, strict=True)
            if verdict is None
        )
        if own:
            return own
        reasons: Sequence[Refusal] = swipe.faults or [v for v in verdicts if v]
        return reasons[0] if reasons else Refusal.MALFORMED
    finally:
        swipe.wipe()


class TrackFramer:
    """Cut a character stream into swipes; a swipe ends with its line or with silence."""

    def __init__(self, *, lrc_sent: bool = False, parity: str = "none") -> None:
        self._lrc_sent = lrc_sent
        self._parity = parity
        self._swipe = Swipe()
        self._track = bytearray()  # from its start sentinel on
        self._number = 0  # of the track being read; 0 outside
        self._fault: Refusal | None = None
        self._await_lrc = False
        self._noise = False

    @property
    def pending(self) -> bool:
        """Whether a swipe has begun and not ended."""
        return bool(self._number or self._swipe.tracks or self._swipe.faults or self._noise)

    def feed(self, data: bytes | bytearray) -> list[Swipe]:
        """Take the next bytes; give the swipes that ended in them."""
        done: list[Swipe] = []
        for byte in data:
            done += self._byte(byte)
        return done

    def idle(self) -> list[Swipe]:
        """The line fell silent: the swipe is over."""
        return self._finish() if self.pending else []

    def reset(self) -> None:
        """Forget and wipe what was begun."""
        self._swipe.wipe()
        self._drop_track()
        self._swipe, self._noise = Swipe(), False

    def _byte(self, byte: int) -> list[Swipe]:
        right = self._parity_holds(byte)
        byte = byte & 0x7F if self._parity != "none" else byte
        if byte in _LINE_ENDS:
            return self._finish() if self.pending else []
        if not right:
            self._fault = self._fault or Refusal.PARITY
        if self._await_lrc:
            self._end_track(byte)
        elif self._number:
            self._inside(byte)
        elif byte in _STARTS:
            self._number, self._fault = _STARTS[byte], None if right else Refusal.PARITY
            self._track.append(byte)
        else:
            self._noise, self._fault = True, None
        return []

    def _parity_holds(self, byte: int) -> bool:
        if self._parity == "none":
            return True
        return byte.bit_count() % 2 == (self._parity == "odd")

    def _inside(self, byte: int) -> None:
        if len(self._track) + 1 + self._lrc_sent > TRACK_LENGTH_MAX[self._number]:
            self._fault = Refusal.TOO_LONG
        elif byte not in alphabet(self._number):
            self._fault = self._fault or Refusal.MALFORMED
        else:
            self._track.append(byte)
        if byte == _END:
            if self._lrc_sent:
                self._await_lrc = True
            else:
                self._end_track(None)

    def _end_track(self, check: int | None) -> None:
        if check is not None and not self._fault and check != lrc(self._number, self._track):
            self._fault = Refusal.LRC
        if self._fault:
            self._note(self._fault)
        elif len(self._swipe.tracks) < _TRACKS_MAX and len(self._track) > 2:
            self._swipe.tracks.append(RawTrack(self._number, self._track[1:-1]))
        self._drop_track()

    def _note(self, fault: Refusal) -> None:
        if len(self._swipe.faults) < _FAULTS_MAX:
            self._swipe.faults.append(fault)

    def _drop_track(self) -> None:
        wipe(self._track)
        self._track, self._number, self._fault, self._await_lrc = bytearray(), 0, None, False

    def _finish(self) -> list[Swipe]:
        if self._number:
            self._note(self._fault or Refusal.CUT_SHORT)
            self._drop_track()
        swipe, self._swipe, self._noise = self._swipe, Swipe(), False
        return [swipe]
