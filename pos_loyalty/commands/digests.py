"""What an order asks, as a digest: the same id may ask the same again, and nothing else."""

import hashlib
import hmac

import msgspec

from pos_loyalty.commands.base import Command

_encode = msgspec.json.Encoder(order="deterministic").encode


def digest_key(chain_key: bytes) -> bytes:
    """Give the key of command digests, made of the chain's own, which no database holds."""
    return hmac.digest(chain_key, b"command memory", "sha256")


def content_digest(command: Command, key: bytes) -> bytes:
    """Give the digest of what a command asks, whoever asks it.

    It is keyed: a command can name a person, and whoever has the database must not be able to try
    names until one fits.
    """
    content = _encode(msgspec.structs.replace(command, id="", actor=""))
    return hmac.digest(key, content, "sha256")


def text_digest(text: str) -> str:
    """Give a command id's part that names a text."""
    return hashlib.sha256(text.encode()).hexdigest()
