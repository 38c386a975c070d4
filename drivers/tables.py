"""From `[[devices]]` tables to `DeviceSettings`: every fault at once, no device touched."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from types import MappingProxyType
from typing import Any

from drivers.catalogue import CATALOGUE, CatalogueEntry
from drivers.settings import USB_SHAPE as USB
from drivers.settings import DeviceSettings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_KEYS = ("name", "driver", "category", "options")

NAME, NAME_TWICE = "1 to 32 letters, digits, - or _", "a name used once"
ONE_OF, KEYS = "one of {choices}", "one of these keys: {keys}"
CATEGORY = "{category} for {driver}"
TABLE, NO_OPTION, TEXT = "a table", "no option", "a text"
WHOLE = "a whole number from {minimum} to {maximum}"
NUMBER = "a number from {minimum} to {maximum}"
EXPECTED = (NAME, NAME_TWICE, ONE_OF, KEYS, CATEGORY, TABLE, NO_OPTION, TEXT, WHOLE, NUMBER, USB)
"""Every sentence that says what is expected of a device's settings, in English."""

Expectation = tuple[str, Mapping[str, str | int | float]]


@dataclass(frozen=True, slots=True)
class SettingFault:
    """One wrong setting: its key, what was found, and what is expected.

    `found` is `None` where the key is not there. `expected` is English with `{named}` `values`.
    """

    key: str
    found: str | None
    expected: str
    values: Mapping[str, str | int | float] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return f"{self.key}: {self.found}, expected {self.expected.format(**self.values)}"


class SettingsInvalid(ValueError):
    """Device tables are wrong; `faults` lists everything that is."""

    def __init__(self, faults: Sequence[SettingFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, faults)))


def device_settings(tables: Sequence[Mapping[str, object]]) -> tuple[DeviceSettings, ...]:
    """Check `tables` (keys `name`, `driver`, optional `category`, and the driver's `options`).

    :raises SettingsInvalid: with all faults; keys read like `devices[0].options.baudrate`.
    """
    faults: list[SettingFault] = []
    found = [_one(table, f"devices[{i}]", faults) for i, table in enumerate(tables)]
    names = [str(table.get("name")) for table in tables]
    for index, name in enumerate(names):
        if name in names[:index]:
            faults.append(SettingFault(f"devices[{index}].name", repr(name), NAME_TWICE))
    if faults:
        raise SettingsInvalid(faults)
    return tuple(settings for settings in found if settings is not None)


def _one(
    table: Mapping[str, object], path: str, faults: list[SettingFault]
) -> DeviceSettings | None:
    before = len(faults)
    name, driver = table.get("name"), table.get("driver")
    for key in sorted(table.keys() - set(_KEYS)):
        faults.append(SettingFault(f"{path}.{key}", repr(key), *_keys(_KEYS)))
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        faults.append(SettingFault(f"{path}.name", _shown(table, "name"), NAME))
    entry = CATALOGUE.get(driver) if isinstance(driver, str) else None
    if entry is None:
        names = {"choices": ", ".join(CATALOGUE)}
        faults.append(SettingFault(f"{path}.driver", _shown(table, "driver"), ONE_OF, names))
        return None
    if table.get("category", entry.category) != entry.category:
        shown = _shown(table, "category")
        values = {"category": str(entry.category), "driver": entry.name}
        faults.append(SettingFault(f"{path}.category", shown, CATEGORY, values))
    options = _options(entry, table.get("options", {}), f"{path}.options", faults)
    if len(faults) > before:
        return None
    return DeviceSettings(
        name=str(name), category=entry.category, driver=entry.name, options=entry.options(**options)
    )


def _options(
    entry: CatalogueEntry, given: object, path: str, faults: list[SettingFault]
) -> dict[str, Any]:
    """Give the options as they were given, noting every fault."""
    if not isinstance(given, Mapping):
        faults.append(SettingFault(path, repr(given), TABLE))
        return {}
    known = {option.name: option for option in fields(entry.options)}
    for key in sorted(given.keys() - known.keys()):
        faults.append(SettingFault(f"{path}.{key}", repr(key), *_keys(known)))
    for key, option in known.items():
        if not _is_right(option, given):
            faults.append(SettingFault(f"{path}.{key}", _shown(given, key), *_shape(option)))
    return dict(given)


def _keys(known: Iterable[str]) -> Expectation:
    names = ", ".join(known)
    return (KEYS, {"keys": names}) if names else (NO_OPTION, {})


def _shown(table: Mapping[str, object], key: str) -> str | None:
    return repr(table[key]) if key in table else None


def _is_right(option: Field[Any], given: Mapping[str, object]) -> bool:
    if option.name not in given:
        return option.default is not MISSING
    value, bounds = given[option.name], option.metadata
    numeric = option.type in (int, float)
    right = isinstance(value, (int, float) if option.type is float else option.type)  # type: ignore[arg-type]
    right = right and not (numeric and isinstance(value, bool))
    if right and "choices" in bounds:
        right = value in bounds["choices"]
    if right and "least" in bounds:
        right = bounds["least"] <= value <= bounds["most"]
    if right and "pattern" in bounds:
        right = re.fullmatch(bounds["pattern"], str(value)) is not None
    return right


def _shape(option: Field[Any]) -> Expectation:
    bounds = option.metadata
    if "choices" in bounds:
        return ONE_OF, {"choices": ", ".join(map(str, bounds["choices"]))}
    if "least" in bounds:
        sentence = WHOLE if option.type is int else NUMBER
        return sentence, {"minimum": bounds["least"], "maximum": bounds["most"]}
    return str(bounds.get("shape", TEXT)), {}
