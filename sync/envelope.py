"""How facts travel: msgpack inside zstd (gzip is understood), expanded under a hard cap."""

import io
import zlib
from typing import TypeVar

import msgspec
import zstandard

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.exchange import Batch, Page, Taken

MEDIA_TYPE = "application/msgpack"
ZSTD, GZIP = "zstd", "gzip"
LEVEL = 3
WINDOW_BYTES_MAX = 8_388_608
"""The memory that a sender may make the reader set aside."""
CHUNK = 65_536
_GZIP_ONLY = 16 + zlib.MAX_WBITS

Message = TypeVar("Message")
_encode = msgspec.msgpack.Encoder().encode
_BATCH = msgspec.msgpack.Decoder(Batch)
_TAKEN = msgspec.msgpack.Decoder(Taken)
_PAGE = msgspec.msgpack.Decoder(Page)


def pack(message: Batch | Page | Taken) -> bytes:
    """Write a message as it travels, with a check sum: a flipped bit must not become a fact."""
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(_encode(message))


def read_batch(body: bytes, encoding: str, limit: int) -> Batch:
    """Read an upload; raises `LoyaltyError` (`SYNC_MALFORMED`, `REQUEST_TOO_LARGE`)."""
    return _read(_BATCH, body, encoding, limit)


def read_taken(body: bytes, encoding: str, limit: int) -> Taken:
    """Read the answer to an upload; raises as `read_batch`."""
    return _read(_TAKEN, body, encoding, limit)


def read_page(body: bytes, encoding: str, limit: int) -> Page:
    """Read a page of news; raises as `read_batch`."""
    return _read(_PAGE, body, encoding, limit)


def _read(
    decoder: "msgspec.msgpack.Decoder[Message]", body: bytes, encoding: str, limit: int
) -> Message:
    try:
        return decoder.decode(expand(body, encoding, limit))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LoyaltyError(Reason.SYNC_MALFORMED) from error


def expand(body: bytes, encoding: str, limit: int) -> bytes:
    """Give what a body holds, never making more than `limit` bytes of it.

    `encoding` is zstd, gzip or empty. Raises `LoyaltyError`: `REQUEST_TOO_LARGE` beyond the
    limit, `SYNC_MALFORMED` for what cannot be expanded.
    """
    if encoding == ZSTD:
        whole = _expand_zstd(body, limit)
    elif encoding == GZIP:
        whole = _expand_gzip(body, limit)
    elif encoding in ("", "identity"):
        whole = body
    else:
        raise LoyaltyError(Reason.SYNC_MALFORMED)
    if len(whole) > limit:
        raise LoyaltyError(Reason.REQUEST_TOO_LARGE, maximum=limit)
    return whole


def _expand_zstd(body: bytes, limit: int) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
    parts, size = [], 0
    try:
        with reader.stream_reader(io.BytesIO(body)) as stream:
            while size <= limit and (part := stream.read(CHUNK)):
                parts.append(part)
                size += len(part)
    except zstandard.ZstdError as error:
        raise LoyaltyError(Reason.SYNC_MALFORMED) from error
    return b"".join(parts)


def _expand_gzip(body: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_ONLY).decompress(body, limit + 1)
    except zlib.error as error:
        raise LoyaltyError(Reason.SYNC_MALFORMED) from error
