"""The programmes: what is in force in plain sentences, the draft, and the history of versions."""

from dataclasses import dataclass

from pos_loyalty import commands
from pos_loyalty.answers import ProgrammeVersion
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.staff import Role
from pos_loyalty.telling.told import ToldSection, tell
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.frame import POST, Answer, go, page, show, tell_refusal
from web.panel.frame import tell as tell_reader
from web.services import services

STATES = {
    "in_force": ("in force", "success"),
    "planned": ("planned", "warning"),
    "past": ("past", "secondary"),
    "replaced": ("replaced", "secondary"),
    "withdrawn": ("withdrawn", "secondary"),
    "ended": ("ended", "secondary"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A version that is in force, in sentences."""

    version: ProgrammeVersion
    sections: tuple[ToldSection, ...]


@page("/programmes", role=Role.MANAGER)
def programmes() -> Answer:
    """Tell what is in force, rule by rule, and list every version there ever was."""
    found = services()
    versions = found.queries.programmes()
    running = [
        Running(version=each, sections=_told(each.version))
        for each in versions
        if each.state == "in_force"
    ]
    return show(
        "programmes.html",
        running=running,
        versions=versions,
        states=STATES,
        draft=found.drafts.found(),
    )


def _told(version: str) -> tuple[ToldSection, ...]:
    return tell(services().queries.programme(version).toml, shown.page_locale())


@page("/programmes/version/<version>", role=Role.MANAGER)
def programme_version(version: str) -> Answer:
    """Tell a version in sentences, with its document below."""
    found = services().queries.programme(version)
    return show(
        "programme_version.html",
        programme=found,
        sections=_told(version),
        draft=services().drafts.found(),
    )


@page("/programmes/<version>/withdraw", role=Role.MANAGER, methods=POST)
def withdraw(version: str) -> Answer:
    """Take a planned version back."""
    try:
        carry_out(commands.WithdrawProgramme, version=version)
        tell_reader("It was withdrawn.")
    except LoyaltyError as error:
        tell_refusal(error)
    return go("programmes")
