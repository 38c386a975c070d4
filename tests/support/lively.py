"""A shop with some weeks behind it, for pages that show what happened."""

from pathlib import Path
from random import Random

from pos_loyalty import commands
from pos_loyalty.insight.following import Follower, Home
from pos_loyalty.insight.whereabouts import insight_path
from tests.web.registers import Caller, Register, card

FIRST_NAMES = ("Camille", "Léa", "Noah", "Inès", "Hugo", "Zoé")
LAST_NAMES = ("Durand", "Lefèvre", "Moreau", "Nguyen", "Petit", "Roux")


def enliven(register: Register, caller: Caller, *, members: int = 8, sales: int = 40) -> list[str]:
    """Enrol members and sell to them and to others; gives the members' ids."""
    random = Random(3)
    known = []
    for n in range(members):
        mail = {"email": f"client{n}@example.org"} if n % 3 else {}
        profile = {"first_name": FIRST_NAMES[n % 6], "last_name": LAST_NAMES[n * 5 % 6], **mail}
        known.append(caller.enrol(n, **profile)["member"])
    for n in range(sales):
        holder = {"card": card(random.randrange(members))} if random.random() < 0.7 else {}
        caller.sell(f"{n + 1:04d}", random.randrange(400, 12_000), **holder)
    register.node.execute(
        commands.AdjustPoints(
            id="by-hand", actor="admin/marie", member=known[0], points=50, reason="courtesy"
        )
    )
    follow(register)
    return known


def follow(register: Register) -> None:
    """Let lists and figures catch up with the journal."""
    node = register.node
    path: Path = insight_path(node.store)
    Follower(node.store, Home.of(node.settings), node.clock, path).catch_up()
