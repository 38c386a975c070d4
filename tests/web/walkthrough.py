"""Carries out the documented walk-through: its commands by bash and curl, its answers compared.

A block marked `sh walk` is a step; a block of another language right behind it is what the step
prints, `…` standing for anything. All steps share one shell, as they would for a reader.
"""

import os
import re
import subprocess
from dataclasses import dataclass

from tests.docs.pages import page

LIMIT_S = 60
_BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_END_OF_STEP = "=== end of step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A documented step: what to type, and what it prints (nothing: it is not said)."""

    commands: str
    prints: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that was carried out, and what it printed."""

    step: Step
    printed: str

    @property
    def is_as_documented(self) -> bool:
        """Whether it printed what the page says."""
        parts = [re.escape(part) for part in squeezed(self.step.prints).split("…")]
        return re.fullmatch(".*?".join(parts), squeezed(self.printed), re.DOTALL) is not None


def squeezed(text: str) -> str:
    """Give a text without the spaces that only lay it out."""
    return re.sub(r"\s+", " ", text).strip()


def steps(text: str) -> list[Step]:
    """Give the steps of a page, in order."""
    blocks = list(_BLOCK.finditer(text))
    found = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block["kind"] == "sh walk":
            said = following["text"] if following and following["kind"] in ("json", "text") else "…"
            found.append(Step(commands=block["text"], prints=said))
    return found


def walk(base_url: str, token: str, text: str | None = None) -> list[Done]:
    """Carry out the walk-through of `docs/api.md` against a register that runs.

    `base_url` as in `http://127.0.0.1:8765`. Raises `AssertionError` at the first step that does
    not print what is documented, or when the shell ends early.
    """
    todo = steps(page("api") if text is None else text)
    script = "set -uo pipefail\n"
    script += "".join(f"{step.commands}\necho; echo '{_END_OF_STEP}'\n" for step in todo)
    ran = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "API": f"{base_url}/api/v1", "TOKEN": token, "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    printed = ran.stdout.split(_END_OF_STEP)[:-1]
    done = [Done(step=step, printed=part) for step, part in zip(todo, printed, strict=False)]
    for each in done:
        assert each.is_as_documented, f"{each.step.commands}\nprinted: {each.printed}{ran.stderr}"
    assert len(done) == len(todo), ran.stderr
    return done
