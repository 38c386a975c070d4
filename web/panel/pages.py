"""All pages of the panel: importing this puts each of them at its address."""

from web.accounts import first
from web.accounts import pages as accounts
from web.panel import audit, home
from web.panel.frame import panel

__all__ = ["accounts", "audit", "first", "home", "panel"]
