"""The panel's first page: the first of the navigation that the reader may open."""

from pos_loyalty.node.staff import Role
from web.accounts.people import user
from web.panel.at_hub import hub_menu_for
from web.panel.frame import Answer, go, page
from web.panel.menu import menu_for
from web.services import services


@page("/", role=Role.CASHIER)
def home() -> Answer:
    """Lead to the first page there is."""
    found = user()
    entries = hub_menu_for if services().at_hub else menu_for
    menu = entries(found.role) if found is not None else []
    return go(menu[0][1][0].endpoint if menu else "me")
