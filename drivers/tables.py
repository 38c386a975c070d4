"""From `[[devices]]` tables to `DeviceSettings`: every fault at once, no device touched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from drivers.catalogue import CATALOGUE, CatalogueEntry
from drivers.settings import DeviceSettings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_KEYS = ("name", "driver", "category", "options")


@dataclass(frozen=True, slots=True)
class SettingFault:
    """One wrong setting: its key, what was found, and what is expected."""

    key: str
    found: str
    expected: str


class SettingsInvalid(ValueError):
    """Device tables are wrong; `faults` lists everything that is."""

    def __init__(self, faults: Sequence[SettingFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{f.key}: {f.found}, expected {f.expected}" for f in faults))


def device_settings(tables: Sequence[Mapping[str, object]]) -> tuple[DeviceSettings, ...]:
    """Check `tables` (keys `name`, `driver`, optional `category`, and the driver's `options`).

    :raises SettingsInvalid: with all faults; keys read like `devices[0].options.baudrate`.
    """
    faults: list[SettingFault] = []
    found = [_one(table, f"devices[{i}]", faults) for i, table in enumerate(tables)]
    names = [str(table.get("name")) for table in tables]
    for index, name in enumerate(names):
        if name in names[:index]:
            faults.append(SettingFault(f"devices[{index}].name", repr(name), "a name used once"))
    if faults:
        raise SettingsInvalid(faults)
    return tuple(settings for settings in found if settings is not None)


def _one(
    table: Mapping[str, object], path: str, faults: list[SettingFault]
) -> DeviceSettings | None:
    before = len(faults)
    name, driver = table.get("name"), table.get("driver")
    for key in sorted(table.keys() - set(_KEYS)):
        faults.append(SettingFault(f"{path}.{key}", "an unknown key", "one of " + ", ".join(_KEYS)))
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        shape = "1 to 32 letters, digits, - or _"
        faults.append(SettingFault(f"{path}.name", _shown(table, "name"), shape))
    entry = CATALOGUE.get(driver) if isinstance(driver, str) else None
    if entry is None:
        names = "one of " + ", ".join(CATALOGUE)
        faults.append(SettingFault(f"{path}.driver", _shown(table, "driver"), names))
        return None
    if table.get("category", entry.category) != entry.category:
        shown = _shown(table, "category")
        faults.append(SettingFault(f"{path}.category", shown, f"{entry.category} for {driver}"))
    values = _options(entry, table.get("options", {}), f"{path}.options", faults)
    if len(faults) > before:
        return None
    return DeviceSettings(
        name=str(name), category=entry.category, driver=entry.name, options=entry.options(**values)
    )


def _options(
    entry: CatalogueEntry, given: object, path: str, faults: list[SettingFault]
) -> dict[str, Any]:
    """Give the options as they were given, noting every fault."""
    if not isinstance(given, Mapping):
        faults.append(SettingFault(path, repr(given), "a table"))
        return {}
    known = {option.name: option for option in fields(entry.options)}
    for key in sorted(given.keys() - known.keys()):
        faults.append(SettingFault(f"{path}.{key}", "an unknown key", _keys(known)))
    for key, option in known.items():
        expected = _wrong(option, given)
        if expected:
            faults.append(SettingFault(f"{path}.{key}", _shown(given, key), expected))
    return dict(given)


def _keys(known: Mapping[str, object]) -> str:
    return "one of " + ", ".join(known) if known else "no option"


def _shown(table: Mapping[str, object], key: str) -> str:
    return repr(table[key]) if key in table else "nothing"


def _wrong(option: Field[Any], given: Mapping[str, object]) -> str:
    """Say what `option` expects when `given` holds something else; empty when it is right."""
    if option.name not in given:
        return "" if option.default is not MISSING else _shape(option)
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
    return "" if right else _shape(option)


def _shape(option: Field[Any]) -> str:
    bounds = option.metadata
    if "choices" in bounds:
        return "one of " + ", ".join(map(str, bounds["choices"]))
    if "least" in bounds:
        kind = "a whole number" if option.type is int else "a number"
        return f"{kind} from {bounds['least']} to {bounds['most']}"
    return str(bounds.get("shape", "a text"))
