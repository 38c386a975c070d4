"""The README and the pages that it leads to: what they name exists, and no page is left out."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.tree import ROOT

README = ROOT / "README.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
OUTSIDE = ("http://", "https://", "mailto:")


def prose(path: Path) -> str:
    """Give a page without its code blocks: what looks like a link in code is none."""
    return re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """Give the file and the heading (or nothing) that each relative link of a page leads to."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if not target.startswith(OUTSIDE):
            file, _, heading = unquote(target).partition("#")
            yield (path.parent / file).resolve() if file else path, heading


def anchors(path: Path) -> set[str]:
    """Give the names under which a page's headings can be linked to."""
    titles = re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def shell_lines() -> Iterator[list[str]]:
    """Give the words of each command line of the README's shell blocks."""
    for block in re.findall(r"^```sh$(.*?)^```$", README.read_text("utf-8"), re.M | re.S):
        for line in block.strip().splitlines():
            yield shlex.split(line, comments=True)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for target, heading in links(path):
        assert target.exists(), target.relative_to(ROOT)
        assert not heading or heading in anchors(target), (target.name, heading)


def test_every_page_of_the_documentation_is_linked_from_the_readme() -> None:
    linked = {target for target, _ in links(README)}
    assert [str(page.relative_to(ROOT)) for page in PAGES[1:] if page not in linked] == []


def test_the_readmes_commands_are_those_of_the_dev_command() -> None:
    commands = list(shell_lines())
    assert ["./dev", "demo", "--check"] in commands
    assert ["./dev", "test"] in commands
    help_text = subprocess.run(
        [sys.executable, ROOT / "dev", "help"], capture_output=True, text=True, check=True
    ).stdout
    for program, name, *options in commands:
        assert program == "./dev"
        line = re.search(rf"^  \./dev {name}\b.*$", help_text, re.M)
        assert line is not None, name
        assert all(option in line.group() for option in options), (name, options)


def test_the_readme_names_every_folder_and_only_what_exists() -> None:
    tree = README.read_text("utf-8").split("## The tree")[1].split("## ")[0]
    named = {cell.strip("`/") for cell in re.findall(r"^\| (`[^`]+`) \|", tree, re.M)}
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not any(fnmatch(path.name, each) for each in [*ignored, ".*"])
    }
    assert named == folders | {"dev"}


def test_the_picture_is_one_file_that_loads_nothing() -> None:
    picture = (ROOT / "docs" / "picture.svg").read_text("utf-8")
    assert "<title" in picture and "<desc" in picture
    assert not re.search(r"<script|<image|href=|@import|url\((?!#)", picture)
