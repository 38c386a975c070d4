"""Bodies are expanded under a hard cap, whatever they claim."""

import gzip
import tracemalloc

import pytest
import zstandard

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.exchange import Taken
from sync.envelope import expand, pack

LIMIT = 1_000_000
BOMBS = {
    "zstd": zstandard.compress(bytes(300_000_000)),
    "gzip": gzip.compress(bytes(100_000_000)),
}


@pytest.mark.parametrize("encoding", BOMBS)
def test_a_bomb_is_given_up_at_the_limit(encoding: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(LoyaltyError) as refused:
            expand(BOMBS[encoding], encoding, LIMIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.reason is Reason.REQUEST_TOO_LARGE
    assert peak < 12 * LIMIT


@pytest.mark.parametrize("size", [0, 1, LIMIT - 1, LIMIT])
def test_what_fits_is_expanded_whole(size: int) -> None:
    body = bytes(size)
    assert expand(zstandard.compress(body), "zstd", LIMIT) == body
    assert expand(gzip.compress(body), "gzip", LIMIT) == body
    assert expand(body, "", LIMIT) == body


def test_a_flipped_bit_never_becomes_another_message() -> None:
    packed = pack(Taken(1, 123_456_789, 123_456_780, [(7, 1 << 61), (8, 1 << 60)]))
    whole = expand(packed, "zstd", LIMIT)
    for bit in range(len(packed) * 8):
        spoiled = bytearray(packed)
        spoiled[bit // 8] ^= 1 << bit % 8
        try:
            assert expand(bytes(spoiled), "zstd", LIMIT) == whole
        except LoyaltyError as error:
            assert error.reason in (Reason.SYNC_MALFORMED, Reason.REQUEST_TOO_LARGE)
