"""Event streams by hand (server-sent events): in order, replayed after a break, few per device.

The register keeps its newest notices; each has a number. An event's id is `START-NUMBER`, where
START tells one run of the register from the next, so that numbers of an earlier run are not
mistaken for numbers of this one.
"""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator

from msgspec import Struct, json

from pos_loyalty.node.jobs import spoken as job_spoken
from pos_loyalty.node.notices import Board, Posted
from pos_loyalty.node.receipts import JobView
from pos_loyalty.ports.services import Clock
from pos_loyalty.receipts.explained import spoken

RETRY_MS = 800
MISSED = "missed"
"""The event that says: more happened than is kept; read the state anew."""


Tell = Callable[[Posted], Struct | None]
"""Gives what a listener is told of a notice, or nothing where it is not for them."""


def telling(locale: str) -> Tell:
    """Give what tills are told: all that is still there, in sentences for who reads `locale`."""

    def tell(posted: Posted) -> Struct | None:
        told = posted.notice.body
        if told is None:
            return None
        return job_spoken(told, locale) if isinstance(told, JobView) else spoken(told, locale)

    return tell


class Stream:
    """One listener's connection and what it is told; `ended` is set by whoever ends it."""

    def __init__(self, device: str, tell: Tell) -> None:
        self.device = device
        self.tell = tell
        self.ended = threading.Event()


class Streams:
    """The open streams of all devices. Any thread may call; state dies with the process."""

    def __init__(
        self,
        board: Board,
        clock: Clock,
        *,
        heartbeat_s: float,
        life_s: float,
        per_device_max: int,
    ) -> None:
        self._board = board
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._life_s = life_s
        self._per_device_max = per_device_max
        self._open: dict[str, deque[Stream]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self.start = secrets.token_hex(4)

    def follow(
        self, device: str, last_event_id: str, *, welcome: Callable[[], bool], tell: Tell
    ) -> Iterator[bytes]:
        """Give the blocks of a stream, beginning after the event that was seen last.

        `welcome` is asked at every heartbeat whether the device may still listen. The stream ends
        by itself after its life, when the register stops, or when the device opened too many.
        """
        stream = self._opened(device, tell)
        try:
            yield from self._blocks(stream, last_event_id, welcome)
        finally:
            self._forget(stream)

    def close(self) -> None:
        """End every stream, now and from now on."""
        with self._lock:
            self._closed = True
            for streams in self._open.values():
                for stream in streams:
                    stream.ended.set()
        self._board.post(())  # wakes the waiting

    @property
    def count(self) -> int:
        """How many streams are open."""
        with self._lock:
            return sum(len(streams) for streams in self._open.values())

    def _opened(self, device: str, tell: Tell) -> Stream:
        stream = Stream(device, tell)
        with self._lock:
            streams = self._open.setdefault(device, deque())
            streams.append(stream)
            if self._closed:
                stream.ended.set()
            dropped = len(streams) > self._per_device_max
            if dropped:
                streams.popleft().ended.set()
        if dropped:
            self._board.post(())
        return stream

    def _forget(self, stream: Stream) -> None:
        with self._lock:
            streams = self._open.get(stream.device, deque())
            if stream in streams:
                streams.remove(stream)
            if not streams:
                self._open.pop(stream.device, None)

    def _blocks(
        self, stream: Stream, last_event_id: str, welcome: Callable[[], bool]
    ) -> Iterator[bytes]:
        seen, asked = self._position(last_event_id)
        yield f"retry: {RETRY_MS}\nid: {self.start}-{seen}\n\n".encode()
        began = sent = self._clock.monotonic()
        wait_s = 0.0 if asked else min(self._heartbeat_s, self._life_s)
        while True:
            news = self._board.wait(seen, wait_s, unless=stream.ended.is_set)
            if asked and news and news[0].number > seen + 1:
                yield f"event: {MISSED}\ndata: {{}}\n\n".encode()
            for posted in news:
                told = stream.tell(posted)
                if told is not None:
                    yield self._event(posted, told)
                seen = posted.number
            asked = False
            now = self._clock.monotonic()
            if news:
                sent = now
            if stream.ended.is_set() or self._board.closed or now - began >= self._life_s:
                return
            if now - sent >= self._heartbeat_s:
                if not welcome():
                    return
                yield b":\n\n"
                sent = now
            wait_s = max(0.0, min(sent + self._heartbeat_s, began + self._life_s) - now)

    def _position(self, last_event_id: str) -> tuple[int, bool]:
        """Give the number to go on after, and whether the listener asked for what it missed."""
        start, _, number = last_event_id.rpartition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            return self._board.last, False
        if start not in ("", self.start) or int(number) > self._board.last:
            return 0, True
        return int(number), True

    def _event(self, posted: Posted, told: Struct) -> bytes:
        head = f"id: {self.start}-{posted.number}\nevent: {posted.notice.kind}\ndata: "
        return head.encode() + json.encode(told) + b"\n\n"
