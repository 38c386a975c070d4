"""What is wrong with a settings file: every fault at once, in words a shop can act on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.texts import translate

NOTHING = "nothing"
HIDDEN = "(hidden)"
FOUND_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to correct: where it stands, what was found there and what is expected.

    `found` is written as the file would write it; `None` means that the key is not there. Secrets
    are never shown. `expected` is English with `{named}` values; `sentence` translates it.
    """

    path: str
    found: str | None
    expected: str
    values: Mapping[str, str | int | float] = field(default_factory=lambda: MappingProxyType({}))

    def sentence(self, locale: str) -> str:
        """Tell the whole fault in one sentence of `locale`."""
        return translate(
            "{path}: found {found}, expected {expected}.",
            locale,
            path=self.path,
            found=self._found(locale),
            expected=translate(self.expected, locale, **self.values),
        )

    def _found(self, locale: str) -> str:
        if self.found is None:
            return translate(NOTHING, locale)
        return translate(HIDDEN, locale) if self.found == HIDDEN else self.found


def shown(value: object, *, key: int | str = "") -> str:
    """Write a found value shortly, as TOML would; what may hold a secret is hidden."""
    if key == "url" and isinstance(value, str) and "@" in value:
        return HIDDEN
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:  # Python writes no number of more than some thousand digits
        text = "…"
    return text if len(text) <= FOUND_CHARACTERS_MAX else text[: FOUND_CHARACTERS_MAX - 1] + "…"


class ConfigError(LoyaltyError):
    """The settings cannot be used; `faults` says all that is wrong, in the order of the file."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(Reason.CONFIG_INVALID, count=len(self.faults))
