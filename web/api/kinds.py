"""The kinds of value that requests hold; each says the same to pydantic and to JSON Schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic import Field as Described
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from pos_loyalty.domain.ticket import AMOUNT_MAX, QUANTITY_MAX

WHOLE_EXPECTED = "a whole number from {minimum} to {maximum}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A JSON integer between two bounds, both allowed.

    `1.0` is one too, as JSON has it; texts and truths are not.
    """

    minimum: int
    maximum: int

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}

    def _read(self, value: object) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not self.minimum <= value <= self.maximum:
            bounds: dict[str, Any] = {"minimum": self.minimum, "maximum": self.maximum}
            raise PydanticCustomError("whole", WHOLE_EXPECTED, bounds)
        return value


def _text(pattern: str, *, minimum: int = 1, maximum: int) -> Any:
    return Described(strict=True, min_length=minimum, max_length=maximum, pattern=pattern)


def _or_empty(pattern: str) -> str:
    return f"^$|{pattern}"


_LINE = r"^[^\x00-\x1f\x7f]*$"
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
_HEX = r"^[0-9a-f]{32}$"
_DAY = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$|^20[0-9]{2}-(0[13-9]|1[0-2])-(29|30)$"
_DAY += r"|^20[0-9]{2}-(0[13578]|1[02])-31$|^20([02468][048]|[13579][26])-02-29$"

TEXT_MAX = 200
MOMENT_MIN, MOMENT_MAX = 946_684_800_000, 4_102_444_800_000  # the years 2000 to 2099

Amount = Annotated[int, Whole(0, AMOUNT_MAX)]
"""Minor units of the register's currency: cents."""
SignedAmount = Annotated[int, Whole(-AMOUNT_MAX, AMOUNT_MAX)]
Quantity = Annotated[int, Whole(0, QUANTITY_MAX)]
"""Thousandths: a piece is 1000, 250 g of a kilogram price is 250."""
Moment = Annotated[int, Whole(MOMENT_MIN, MOMENT_MAX)]
"""Unix milliseconds."""
Line = Annotated[str, _text(_LINE, minimum=0, maximum=TEXT_MAX)]
"""A text on one line, perhaps empty."""
Word = Annotated[str, _text(_LINE, maximum=TEXT_MAX)]
"""A text on one line, not empty."""
Code = Annotated[str, _text(_CODE, maximum=32)]
MaybeName = Annotated[str, _text(_or_empty(_CODE), minimum=0, maximum=64)]
"""A name that a caller makes, such as a basket's; empty for none."""
Number = Annotated[str, _text(_NUMBER, maximum=64)]
"""A ticket number."""
MaybeHex = Annotated[str, _text(_or_empty(_HEX), minimum=0, maximum=32)]
"""An id made by a register; empty for none."""
Day = Annotated[str, _text(_DAY, minimum=10, maximum=10)]
"""A business day of this century, ISO."""
MaybeDay = Annotated[str, _text(f"^$|{_DAY}", minimum=0, maximum=10)]
Card = Annotated[str, _text(_LINE, maximum=64)]
MaybeCard = Annotated[str, _text(_LINE, minimum=0, maximum=64)]
"""A card's number as read or typed; empty for none."""
MaybeSecret = Annotated[str, _text(_LINE, minimum=0, maximum=128)]
"""A PIN or password; empty for none."""
ProofDigits = Annotated[str, _text(r"^[0-9]{1,8}$", maximum=8)]
"""The last digits that somebody tells."""
Label = Annotated[str, _text(_LINE, maximum=500)]
"""What a scanner read; group separators of GS1 are written as spaces."""


class Form(BaseModel):
    """A request's body or query; unknown fields are refused, values are never repeated."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )


PATH_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "basket": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        "hold": _HEX,
        "voucher": _HEX,
        "batch": r"^[a-z0-9][a-z0-9-]{0,31}\.[0-9a-f]{8}$",
        "member": _HEX,
        "account": _HEX,
        "adjustment": _HEX,
        "flag": _HEX,
        "use": _HEX,
        "told": _HEX,
        "job": _HEX,
        "programme": r"^[a-z0-9][a-z0-9_-]{0,31}$",
        "version": r"^[0-9a-f]{12}$",
        "store": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$",
        "till": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$",
        "epoch": r"^[1-9][0-9]{0,8}$",
        "day": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "number": r"^[^/\x00-\x1f\x7f]{1,64}$",
    }
)
"""The form of each part of an address; nothing is there for another one."""
