"""Logs that can be read and shared: structured lines without personal data or card digits.

Every line passes `mask`, whatever module wrote it. Fields that are personal by their name are
dropped whole; anywhere else, what looks like an address, a telephone or a card is replaced. The
standard library's loggers (servers, database) go the same way.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import IO, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "•••"
PERSONAL_FIELDS = frozenset(
    {
        "address",
        "birth_date",
        "card",
        "card_number",
        "digits",
        "email",
        "first_name",
        "label",
        "last_name",
        "mail",
        "name_of_member",
        "password",
        "phone",
        "postcode",
        "recipient",
        "secret",
        "token",
        "track",
    }
)
DEPTH_MAX = 6  # deeper values are shown by their type only
_MAIL = re.compile(r"[^\s@<>\"',;:=()]+@[^\s@<>\"',;:()]+", re.UNICODE)
_HTTP_QUERY = re.compile(r"\?[^\s\"']+")
_DIGITS = re.compile(
    r"""
    (?P<harmless>
        \b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b            # an id of ours
      | \b(?=[0-9]*[a-f])[0-9a-f]{32,}\b                          # a digest
      | \b(?:19|20)\d\d-[01]\d-[0-3]\d(?![0-9]|-[0-9])           # a date
      | (?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9]|[ ./()-]\d)    # a host's address
    )
    | \+?\d(?:[ ./()-]{0,2}\d){7,}                                # a card, a telephone
    """,
    re.VERBOSE,
)


def mask_text(text: str) -> str:
    """Replace e-mail addresses, and runs of eight or more digits, however they are spaced."""
    masked = _MAIL.sub(MASK, _HTTP_QUERY.sub(f"?{MASK}", text))
    return _DIGITS.sub(lambda found: found["harmless"] or MASK, masked)


def mask_value(value: object, depth: int = 0) -> object:
    """Mask a value of any shape; numbers of eight digits or more count as text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        masked = mask_text(str(value))
        return masked if masked == MASK else value
    if depth >= DEPTH_MAX:
        return f"<{type(value).__name__}>"
    if isinstance(value, Mapping):
        return {str(key): mask_field(str(key), item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(item, depth + 1) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    return mask_text(str(value))


def mask_field(name: str, value: object, depth: int = 0) -> object:
    if name.lower() in PERSONAL_FIELDS:
        return MASK
    return value if name in MACHINE_FIELDS else mask_value(value, depth)


MACHINE_FIELDS = frozenset({"timestamp", "level", "logger"})  # made here, and never personal


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask every field of a line; a structlog processor."""
    return {name: mask_field(name, value) for name, value in event.items()}


def configure(
    *,
    level: Literal["debug", "info", "warning", "error"] = "info",
    form: Literal["text", "json"] = "text",
    stream: IO[str] | None = None,
) -> None:
    """Send all logs, ours and the libraries', through `mask` to `stream` (standard error)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask, renderer],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells each plug-in it loads
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
