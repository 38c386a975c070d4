"""Pages about the register itself: devices, the link, settings, backups, a new till."""

from collections.abc import Sequence

from flask import request
from wtforms import StringField

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from web.house import SettingView
from web.panel import shown
from web.panel.alerts import alerts_now
from web.panel.forms import PanelForm, at_most, needed
from web.panel.frame import GET_POST, POST, Answer, go, note, page, show, tell, tell_refusal
from web.panel.tables import Asked, Column, Empty, Filter, Key, Listing, listed
from web.services import services

POLLS_MAX = 150
"""A page left open stops asking after five minutes: it would keep its reader signed in."""
DISPLAY_CHARACTERS = 20
PARKED_MAX = 200


class TextForm(PanelForm):
    """A text for the customer display."""

    text = StringField("Text for the display", [needed(), at_most(DISPLAY_CHARACTERS)])


@page("/devices", role=Role.MANAGER, methods=GET_POST)
def devices() -> Answer:
    """Show every device; show a text on the display."""
    house, form = services().house, TextForm()
    if form.validate_on_submit():
        if house.show_text(form.text.data):
            note(Deed.DEVICE_TESTED, "display")
            tell("The display shows it now; the next event replaces it.")
        else:
            tell("No display is in the settings.", tone="warning")
        return go("devices")
    status = 422 if form.errors else 200
    return show("devices.html", form=form, devices=house.devices(), status=status)


@page("/devices/print", role=Role.MANAGER, methods=POST)
def print_test() -> Answer:
    """Print a test receipt."""
    try:
        printed = services().house.print_test(shown.say("Test of the printer"))
    except LoyaltyError as error:
        tell_refusal(error)
        return go("devices")
    if printed:
        note(Deed.DEVICE_TESTED, "printer")
        tell("The test is printed.")
    else:
        tell("No printer is in the settings.", tone="warning")
    return go("devices")


@page("/devices/scans", role=Role.MANAGER)
def scans() -> Answer:
    """Give the newest reads, as a part of the page of devices."""
    given = request.args.get("polls", "0")
    polls = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else POLLS_MAX
    return show(
        "scans.html", scans=services().house.scans(), polls=polls + 1, more=polls < POLLS_MAX
    )


@page("/sync", role=Role.MANAGER)
def sync() -> Answer:
    """Show how the register stands with head office, and what does not count."""
    found = services()
    problem = ""
    link = found.house.link()
    if link is not None and link.problem in Reason.__members__:
        problem = shown.say(Reason[link.problem].sentence) if "{" not in link.problem else ""
    parked = found.queries.parked(PARKED_MAX)
    return show("sync.html", link=link, problem=problem, parked=parked, till_facts=_said(parked))


def _said(parked: Sequence[tuple[str, int, int, str, str]]) -> dict[str, tuple[str, str]]:
    """Give what happened and the way out, in English, by the reason of what is parked."""
    known = {
        "DUPLICATE_KEY": (
            "This ticket number was used twice with different content: the first one counts.",
            "Look at both tickets. If the till's counter was reset, raise epoch in [store] "
            "of its settings; a real sale is entered again under a new number.",
        )
    }
    other = (
        "It contradicts what is recorded already; it has no effect on any balance.",
        "Compare it with the ticket of the same number; enter a real sale again.",
    )
    return {row[4]: known.get(row[4], other) for row in parked}


LEVELS = (("till", "Till"), ("store", "Store"), ("region", "Region"), ("company", "Company"))
DEFAULT = ("default", "Default")
SettingRow = tuple[int, SettingView]


def _setting_rows(asked: Asked) -> Sequence[SettingRow]:
    """Give the settings with their numbers, those after a number."""
    rows = enumerate(services().house.settings(), 1)
    word, level = asked.filters.get("key", "").lower(), asked.filters.get("level", "")
    after = int(asked.after[0]) if asked.after else 0
    fits = [
        (at, each)
        for at, each in rows
        if at > after
        and word in f"{each.section}.{each.key}"
        and level in ("", each.level or DEFAULT[0])
    ]
    return fits[: asked.limit]


def _origin(row: SettingRow) -> str:
    """Say whose file says it, and in which line."""
    _, each = row
    if not each.level:
        return shown.say(DEFAULT[1])
    titles = dict(LEVELS)
    where = f"{shown.say(titles[each.level])}{f' ({each.file})' if each.file else ''}"
    return f"{where}, {shown.say('line {line}', line=each.line)}" if each.line else where


def _instead(row: SettingRow) -> str:
    """Say which farther words it stands in the place of."""
    titles = dict(LEVELS)
    told = (f"{shown.say(titles[level])}: {value}" for level, value in row[1].instead)
    return ", ".join(told)


def _setting_key(row: SettingRow, _: Asked) -> Key:
    return (row[0],)


SETTINGS: Listing[SettingRow] = Listing(
    name="settings",
    title="Settings",
    columns=(
        Column(name="key", title="Setting", cell=lambda row: f"[{row[1].section}] {row[1].key}"),
        Column(name="value", title="Value", cell=lambda row: row[1].value),
        Column(name="origin", title="Where it comes from", cell=_origin),
        Column(name="instead", title="Instead of", cell=_instead),
    ),
    fetch=_setting_rows,
    key=_setting_key,
    sort="",
    filters=(
        Filter(name="key", title="Section or key"),
        Filter(name="level", title="Where it comes from", choices=(*LEVELS, DEFAULT)),
    ),
    empty=Empty(
        title="No settings are known here.",
        advice="Start the register with pos-loyalty run and its settings file.",
    ),
)


@page("/settings", role=Role.MANAGER)
def settings() -> Answer:
    """Show every setting in force, and where it stands."""
    return listed(SETTINGS, "settings.html", file=services().house.settings_file)


@page("/alerts", role=Role.MANAGER)
def alerts() -> Answer:
    """List what needs somebody."""
    return show("alerts.html", found=alerts_now())


@page("/backup", role=Role.MANAGER)
def backup() -> Answer:
    """List the backups, and tell how one is restored."""
    house = services().house
    return show(
        "backup.html",
        backups=house.backups(),
        file=house.settings_file or "register.toml",
        possible=house.backup is not None,
    )


@page("/backup/make", role=Role.MANAGER, methods=POST)
def make_backup() -> Answer:
    """Make a backup now, while the register goes on."""
    make = services().house.backup
    if make is None:
        raise LoyaltyError(Reason.ROLE_REFUSED)
    try:
        file = make()
    except LoyaltyError as error:
        tell_refusal(error)
        return go("backup")
    note(Deed.BACKUP_MADE)
    tell("Saved to {file}.", file=file)
    return go("backup")


@page("/replace-till", role=Role.MANAGER)
def replace_till() -> Answer:
    """Tell how a dead till is replaced, with the commands of this one."""
    house = services().house
    return show("replace_till.html", file=house.settings_file or "register.toml", link=house.link())
