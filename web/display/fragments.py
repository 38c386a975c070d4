"""The views of the customer display as pieces of a page, in the customer's language."""

from functools import cache
from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pos_loyalty.texts import translate


def render(template: str, language: str, **values: Any) -> str:
    """Render one piece; `values` are what its template names."""

    def say(sentence: str, **given: str) -> str:
        return translate(sentence, language, **given)

    found = _environment().get_template(f"display/{template}.html")
    return found.render(language=language, _=say, **values)


def qr(payload: str) -> Markup:
    """Draw `payload` as a QR code that reads in dark mode, too: dark on white, with its margin."""
    return Markup(segno.make_qr(payload, error="m").svg_inline(border=4, dark="#000", light="#fff"))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["qr"] = qr
    return made
