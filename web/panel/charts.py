"""Charts: each a drawing, one sentence, and the table of what it draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec


class Drawing(StrEnum):
    """How a chart draws its series."""

    LINE = "line"
    AREA = "area"  # lines, filled and stacked
    BARS = "bars"
    STACK = "stack"  # bars, stacked
    SIDEWAYS = "sideways"  # bars from left to right, for long names


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values in the order of the chart's categories; `None` where nothing is known."""

    title: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart in the reader's language; `sentence` says what it shows without looking.

    `id` is unique on its page; `decimals` is how many are written, `unit` stands behind a value.
    """

    id: str
    title: str
    sentence: str
    drawing: Drawing
    category: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    decimals: int = 0

    @property
    def content(self) -> str:
        """Give what the drawing needs, as JSON for an attribute."""
        told: dict[str, Any] = {
            "drawing": self.drawing.value,
            "categories": list(self.categories),
            "series": [{"title": each.title, "values": list(each.values)} for each in self.series],
            "unit": self.unit,
            "decimals": self.decimals,
        }
        return msgspec.json.encode(told).decode()
