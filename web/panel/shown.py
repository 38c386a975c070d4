"""Values as people read them: numbers, money, days and moments in the reader's language."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask import session
from markupsafe import Markup

from pos_loyalty.domain.days import day_of
from pos_loyalty.texts import LOCALES, bound, translate
from web.assets import FOLDER
from web.problems import reader_locale
from web.services import services

MINOR = 100
BABEL = {"fr": "fr_FR", "en": "en_GB"}
"""Which habits go with a language: days in English are those of the receipts."""
_NOBODY = {"settings": "the settings", "command-line": "the command line"}
THEMES = ("auto", "light", "dark")


def page_locale() -> str:
    """Give the language that the reader chose, else the one their browser prefers."""
    chosen = session.get("language", "")
    return chosen if chosen in LOCALES else reader_locale()


def page_theme() -> str:
    """Give the theme that the reader chose: auto, light or dark."""
    chosen = session.get("theme", "")
    return chosen if chosen in THEMES else THEMES[0]


def _habits() -> str:
    return BABEL[page_locale()]


def say(sentence: str, **values: str | int | float) -> str:
    """Give an English sentence in the reader's language."""
    locale = page_locale()
    return bound(translate(sentence, locale, **values), locale)


def number(value: int | float) -> str:
    """Write a number with the reader's separators."""
    return str(format_decimal(value, locale=_habits()))


def signed(value: int) -> str:
    """Write a number with its sign."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value))}"


def percent(part: int, whole: int) -> str:
    """Write a share in percent; a dash where there is no whole."""
    return str(format_percent(part / whole, locale=_habits())) if whole else "–"


def money(minor: int, currency: str = "") -> str:
    """Write an amount of minor units, in the shop's currency where none is named."""
    unit = currency or services().node.settings.currency
    return str(format_currency(minor / MINOR, unit, locale=_habits()))


def day(value: str | int) -> str:
    """Write a day, given as an ISO text or an ordinal; nothing for an empty text."""
    if value == "":
        return ""
    ordinal = day_of(value) if isinstance(value, str) else value
    at = date.fromordinal(ordinal)
    return _first(at, format_date(at, "d MMM y", locale=_habits()))


def month(iso: str) -> str:
    """Write a month, given as `2026-11`."""
    return str(format_date(date.fromisoformat(f"{iso}-01"), "MMM y", locale=_habits()))


def who(actor: str) -> str:
    """Name who did something, without the device in between."""
    name = actor.rpartition("/")[2]
    return say(_NOBODY[name]) if name in _NOBODY else name


def date_of(ordinal: int) -> date:
    """Give the day of an ordinal, as forms hold it."""
    return date.fromordinal(ordinal)


def moment(at_ms: int) -> str:
    """Write a moment (Unix ms) in the shop's time zone."""
    zone = ZoneInfo(services().node.settings.zone)
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return _first(at, format_datetime(at, "d MMM y HH:mm:ss", locale=_habits()))


def _first(at: date, written: str) -> str:
    """Write the first of a month as the French do: 1er."""
    french = at.day == 1 and page_locale() == "fr"
    return written.replace("1", "1er", 1) if french else written


def day_at(at_ms: int) -> int:
    """Give the day (ordinal) of a moment (Unix ms) in the shop's time zone."""
    zone = ZoneInfo(services().node.settings.zone)
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date().toordinal()


def ago(at_ms: int) -> str:
    """Write how long ago a moment was, roughly."""
    return before(max(1, (services().node.clock.now_ms() - at_ms) // 1000))


def before(seconds: int) -> str:
    """Write that something was so many seconds ago, roughly."""
    return str(format_timedelta(-seconds, add_direction=True, locale=_habits()))


@cache
def icon(name: str) -> Markup:
    """Give a drawing of `static/vendor/icons`, which readers of the page's text do not hear."""
    text = (FOLDER / "vendor" / "icons" / f"{name}.svg").read_text("utf-8")
    return Markup(text.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))
