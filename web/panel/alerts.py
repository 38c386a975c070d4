"""What needs somebody now: on every page as a number, on its own page with the way out."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from web.panel.shown import number, say
from web.services import Services, services

FREE_BYTES_MIN = 500 << 20
SILENT_MS = 15 * 60_000
MAIL_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to look at, in the reader's language, and where."""

    sentence: str
    href: str
    tone: str = "warning"


def alerts_now() -> list[Alert]:
    """Give what needs somebody, the most urgent first."""
    found = services()
    own = _of_shops(found) if found.at_hub else _of_register(found)
    return sorted([*own, *_disk(found), *_cards(found)], key=lambda each: each.tone != "danger")


def _of_register(found: Services) -> list[Alert]:
    return [*_link(found), *_jobs(found), *_parked(found), *_devices(found)]


def _of_shops(found: Services) -> Iterator[Alert]:
    """Tell head office of registers that say nothing, and of what does not count."""
    assert found.chain is not None, "asked at head office only"
    silent = found.chain.silent(found.within)
    if silent:
        said = say("Registers silent for too long: {count}.", count=silent)
        yield Alert(sentence=said, href=url_for("panel.shops"), tone="danger")
    conflicts = found.chain.conflicts(found.within)
    if any(each.refused for each in conflicts):
        said = say("Some facts of registers could not be taken.")
        yield Alert(sentence=said, href=url_for("panel.conflicts"), tone="danger")
    if any(not each.refused for each in conflicts):
        said = say("Some tickets do not count: their number was used twice.")
        yield Alert(sentence=said, href=url_for("panel.conflicts"))


def _link(found: Services) -> Iterator[Alert]:
    link = found.house.link()
    if link is None:
        return
    where = url_for("panel.sync")
    if link.clock_wrong:
        minutes = abs(link.ahead_ms) // 60_000
        said = say("The clock of this till is {minutes} minutes wrong.", minutes=minutes)
        yield Alert(sentence=said, href=where, tone="danger")
    if link.state != "online" and found.node.clock.now_ms() - link.since_ms > SILENT_MS:
        said = say(
            "Head office has not answered for a while. Facts that wait: {count}.",
            count=link.unsent,
        )
        yield Alert(sentence=said, href=where)
    if link.refused:
        said = say("Facts that head office could not take: {count}.", count=link.refused)
        yield Alert(sentence=said, href=where, tone="danger")


def _jobs(found: Services) -> Iterator[Alert]:
    jobs = found.queries.jobs()
    waiting = [job for job in jobs if job.kind == "mail" and job.state == "waiting"]
    mails = sum(job.attempts >= MAIL_TRIES for job in waiting)
    asking = sum(job.state == "asking" for job in jobs)
    if mails:
        said = say(
            "E-mails that do not leave the shop: {count}. Look at the mail server in the settings.",
            count=mails,
        )
        yield Alert(sentence=said, href=url_for("panel.settings", key="mail"))
    if asking:
        said = say("Prints that wait for an answer at the till screen: {count}.", count=asking)
        yield Alert(sentence=said, href=url_for("panel.devices"))


def _parked(found: Services) -> Iterator[Alert]:
    if found.queries.parked(1):
        said = say("Some tickets do not count: their number was used twice.")
        yield Alert(sentence=said, href=url_for("panel.sync"))


def _devices(found: Services) -> Iterator[Alert]:
    for each in found.house.devices():
        if not each.ready:
            said = say("The device {name} is not ready.", name=each.name)
            yield Alert(sentence=said, href=url_for("panel.devices"), tone="danger")


def _disk(found: Services) -> Iterator[Alert]:
    free = found.house.free_bytes()
    if free is not None and free < FREE_BYTES_MIN:
        said = say("The disk is nearly full: {megabytes} MB are left.",
                   megabytes=number(free >> 20))  # fmt: skip
        where = url_for("panel.backup") if found.within is None else url_for("panel.alerts")
        yield Alert(sentence=said, href=where, tone="danger")


def _cards(found: Services) -> Iterator[Alert]:
    if found.within is None and found.card_stock.runs_low():
        yield Alert(
            sentence=say("Few cards are left: order new ones."), href=url_for("panel.cards")
        )
