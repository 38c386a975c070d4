"""The reference programme P of the cases, and its variations, as programme texts."""

import json
from datetime import date
from typing import Any

Section = dict[str, Any]
REFERENCE: dict[str, Section | list[Section]] = {
    "programme": {"id": "p", "name": "P", "first_day": date(2023, 1, 1)},
    "earn": {"points": 1, "per": 1_00},
    "tier": [
        {"name": "Bronze", "threshold": 0},
        {"name": "Silver", "threshold": 500_00, "percent": 125},
        {"name": "Gold", "threshold": 1000_00, "percent": 150},
    ],
    "reward": {"label": "Bon", "points": 100, "amount": 5_00},
}
"""1 point per 1.00; 100 are worth 5.00; three tiers over 12 months; points live 12 months."""


def programme(since: str = "", **sections: Section | list[Section]) -> str:
    """Give P with other sections: a table's keys are changed, a list of tables is replaced."""
    changed = dict(REFERENCE)
    if since:
        sections["programme"] = {"first_day": date.fromisoformat(since)}
    for name, given in sections.items():
        known = changed.get(name)
        if isinstance(known, dict) and isinstance(given, dict):
            changed[name] = known | given
        else:
            changed[name] = given
    return "\n".join(_written(name, content) for name, content in changed.items())


def _written(name: str, content: Section | list[Section]) -> str:
    if isinstance(content, dict):
        return "\n".join([f"[{name}]", *(f"{key} = {_value(v)}" for key, v in content.items())])
    return "\n".join(_written(f"[{name}]", each) for each in content)


def _value(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


P = programme()
