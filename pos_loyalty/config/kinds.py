"""The kinds of value a setting can have, each with the sentence that says what is expected.

A kind is an annotation (`port: Annotated[int, Whole(1, 65_535)]`). It reads exactly what TOML
gives, without coercion: `"5"` and `true` are no whole numbers. Files named by a setting are looked
for beside the settings file; only secrets are opened, to check them. Nothing else is touched.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

EXPECTATION = "expectation"  # the type of every error that carries a sentence of ours
KEY_BYTES_MIN = 32

MISSING_SECRET = "the path of a file that exists and can be read"
OPEN_SECRET = "a file that only its owner may read (chmod 600)"
EMPTY_SECRET = "a file that is not empty"
BAD_KEY = "a file with at least {minimum} bytes of key in hexadecimal"


def refuse(sentence: str, **values: str | int) -> PydanticCustomError:
    """Make the error that says what was expected instead of the value at hand."""
    return PydanticCustomError(EXPECTATION, "{sentence}", {"sentence": sentence, **values})


def telling(schema: CoreSchema, sentence: str, **values: str | int) -> CoreSchema:
    """Replace whatever `schema` says of a wrong value by our sentence."""
    return core_schema.custom_error_schema(
        schema,
        custom_error_type=EXPECTATION,
        custom_error_message="{sentence}",
        custom_error_context={"sentence": sentence, **values},
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both allowed."""

    minimum: int
    maximum: int

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.int_schema(strict=True, ge=self.minimum, le=self.maximum)
        sentence = "a whole number from {minimum} to {maximum}"
        return telling(inner, sentence, minimum=self.minimum, maximum=self.maximum)


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return telling(core_schema.bool_schema(strict=True), "true or false")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words: those of the `Literal` that it annotates."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        words = ", ".join(f'"{word}"' for word in get_args(source))
        return telling(handler(source), "one of {choices}", choices=words)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that matches a pattern as a whole."""

    pattern: str
    sentence: str

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.str_schema(strict=True, pattern=f"^(?:{self.pattern})$")
        return telling(inner, self.sentence)


CODE = Text(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", "a code of 1 to 32 letters, digits, dots, hyphens or _"
)
LINE = Text(r"[^\p{Cc}]{1,120}", "a text of 1 to 120 characters on one line")
DIGITS = Text(r"[0-9]{1,12}", "1 to 12 digits in quotes")
CURRENCY = Text(r"[A-Z]{3}", "three capital letters, such as EUR")
SIRET = Text(r"[0-9]{14}", "the 14 digits of a SIRET in quotes")
VAT_ID = Text(r"[A-Z]{2}[0-9A-Z]{2,13}", "a VAT number such as FR40123456789, without spaces")
VERSION = Text(r"([0-9a-f]{12})?", "a version that check-programme names")
COORDINATES = Text(
    r"-?[0-9]{1,2}(\.[0-9]{1,6})?,-?[0-9]{1,3}(\.[0-9]{1,6})?",
    "degrees of latitude and longitude, such as 48.8566,2.3522",
)
FILE = Text(r"[^\p{Cc}]{0,250}", "the name of a file in quotes, or nothing")
DAY = Text(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?", 'a day such as "2026-01-31"')
HOST = Text(r"[A-Za-z0-9._:-]{1,253}", "the name or address of a host")
MAIL_ADDRESS = Text(r"[^@\s\p{Cc}]{1,64}@[^@\s\p{Cc}]{1,253}", "an e-mail address")
WEB_ADDRESS = Text(r"https?://[^\s/?#@]+[^\s@]*", "an address that begins with https:// or http://")
DATABASE_ADDRESS = Text(
    r"postgresql\+psycopg://([^\s:@/?]+@)?[^\s@?]*(\?[^\s@]*)?|sqlite:///[^\s]+",
    "postgresql+psycopg://USER@HOST/NAME without a password, or sqlite:///PATH",
)


def checked(function: Any, sentence: str) -> CoreSchema:
    """Read a text, then let `function` turn it into a value or refuse it with its own sentence."""
    text = telling(core_schema.str_schema(strict=True, min_length=1), sentence)
    return core_schema.with_info_after_validator_function(function, text)


@dataclass(frozen=True, slots=True)
class Zone:
    """The name of a time zone."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        sentence = "the name of a time zone, such as Europe/Paris"

        def check(name: str, _: ValidationInfo) -> str:
            try:
                ZoneInfo(name)
            except (OSError, ValueError, ZoneInfoNotFoundError) as error:
                raise refuse(sentence) from error
            return name

        return checked(check, sentence)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day with minutes, written "04:00"."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        sentence = 'a time of day such as "04:00"'

        def check(text: str, _: ValidationInfo) -> time:
            if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text) is None:
                raise refuse(sentence)
            return time.fromisoformat(text)

        return checked(check, sentence)


@dataclass(frozen=True, slots=True)
class Options:
    """A table of texts, numbers and truths, or lists of them; read-only afterwards."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(value: Any) -> Mapping[str, Any]:
            if not isinstance(value, Mapping) or not all(map(is_option, value.values())):
                raise refuse("a table of texts, numbers, true or false, or lists of these")
            return MappingProxyType({key: frozen(option) for key, option in value.items()})

        return core_schema.no_info_plain_validator_function(check)


def is_option(value: object) -> bool:
    items = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(item, str | int | float) for item in items)


def frozen(option: Any) -> Any:
    return tuple(option) if isinstance(option, list) else option


@dataclass(frozen=True, slots=True)
class Location:
    """The path of a file or folder that need not exist."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return checked(beside_the_settings, "a path in quotes")


@dataclass(frozen=True, slots=True)
class Secret:
    """The path of a file that holds a secret; `is_key`: 32 or more bytes in hexadecimal.

    With `may_be_absent` a missing file is right: it is made later, or was used and removed.
    """

    is_key: bool = False
    may_be_absent: bool = False

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(text: str, info: ValidationInfo) -> Path:
            path = beside_the_settings(text, info)
            if path.exists() or not self.may_be_absent:
                check_secret(path, is_key=self.is_key)
            return path

        return checked(check, MISSING_SECRET)


def beside_the_settings(text: str, info: ValidationInfo) -> Path:
    """Read a relative path from the folder of the settings file, whatever folder we run in."""
    context: Mapping[str, Path] = info.context or {}
    return context["folder"] / text


def check_secret(path: Path, *, is_key: bool) -> None:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes() if stat.S_ISREG(mode) else None
    except OSError as error:
        raise refuse(MISSING_SECRET) from error
    if content is None:
        raise refuse(MISSING_SECRET)
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise refuse(OPEN_SECRET)
    if not content.strip():
        raise refuse(EMPTY_SECRET)
    if is_key and not is_hexadecimal_key(content):
        raise refuse(BAD_KEY, minimum=KEY_BYTES_MIN)


def is_hexadecimal_key(content: bytes) -> bool:
    try:
        return len(bytes.fromhex(content.decode("ascii"))) >= KEY_BYTES_MIN
    except ValueError:
        return False
