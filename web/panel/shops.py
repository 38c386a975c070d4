"""At head office: every store with its registers, and when they were heard of."""

from pos_loyalty.insight.chain import RegisterView
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.frame import Answer, page, show
from web.panel.overview import chain
from web.services import services

WRONG_CLOCK_MS = 120_000
"""A register's clock further off than this is said to be wrong."""


@page("/shops", role=Role.MANAGER)
def shops() -> Answer:
    """Show the stores."""
    found = services()
    known = chain().shops(found.insight.today, found.within)
    registers = [each for shop in known for each in shop.registers]
    return show(
        "shops.html",
        shops=known,
        sentence=_sentence(len(known), registers),
        silent=sum(each.silent for each in registers),
        silent_minutes=chain().silent_ms // 60_000,
        wrong_clock_ms=WRONG_CLOCK_MS,
    )


def _sentence(stores: int, registers: list[RegisterView]) -> str:
    return shown.say(
        "Shops: {stores}; registers: {registers}; silent for too long: {silent}.",
        stores=stores,
        registers=len(registers),
        silent=sum(each.silent for each in registers),
    )
