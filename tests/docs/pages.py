"""Reads the project's documentation as its tests need it."""

import re
from collections.abc import Iterator

from tests.support.tree import ROOT


def page(name: str) -> str:
    """Give the text of `docs/<name>.md`."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """Give the text below each second-level heading, by its code word or whole title."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {title.strip("` []"): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def rows(text: str) -> Iterator[list[str]]:
    """Give the cells of every table row whose first cell is one code word."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip()[1:-1].split("|")]
        if line.startswith("| `"):
            yield [cells[0].strip("`"), *cells[1:]]


def words(text: str) -> set[str]:
    """Give everything that stands in `code marks`."""
    return set(re.findall(r"`([^`\n]+)`", text))
