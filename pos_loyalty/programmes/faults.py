"""What is wrong with a programme's text, each fault with its line and its path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pos_loyalty.errors import LoyaltyError, Reason, Wrong
from pos_loyalty.texts import translate

Fault = tuple[str, Wrong, dict[str, str | int]]
"""The path of a value, what is wrong with it, and the values of its sentence."""


@dataclass(frozen=True, slots=True)
class ProgrammeFault:
    """One fault: its line (from 1), the key's path, and what is wrong, with its values."""

    line: int
    path: str
    wrong: Wrong
    values: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))

    def sentence(self, locale: str) -> str:
        """Tell the whole fault in one sentence of `locale`."""
        return translate(
            "Line {line}, {path}: {problem}.",
            locale,
            line=self.line,
            path=self.path,
            problem=translate(self.wrong, locale, **self.values),
        )


class ProgrammeFaults(LoyaltyError):
    """A programme text that cannot be used; `faults` in the order of the lines."""

    def __init__(self, faults: list[ProgrammeFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda each: (each.line, each.path)))
        super().__init__(Reason.PROGRAMME_INVALID, count=len(self.faults))
