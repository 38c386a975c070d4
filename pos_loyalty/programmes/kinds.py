"""The kinds of value that a programme's text holds, with their bounds."""

from typing import Annotated

from msgspec import Meta

CODE = "^[a-z0-9][a-z0-9_-]{0,31}$"
CURRENCY = "^[A-Z]{3}$"
MONTH_DAY = "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
RATE = r"^(?!0*\.?0*$)[0-9]{1,6}(\.[0-9]{1,8})?$"
TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
Text = Annotated[str, Meta(min_length=1, max_length=80)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Positive = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Percent = Annotated[int, Meta(ge=0, le=10_000)]
Months = Annotated[int, Meta(ge=0, le=600)]
Part = Annotated[int, Meta(ge=1, le=100)]
Minutes = Annotated[int, Meta(ge=1, le=1_440)]
