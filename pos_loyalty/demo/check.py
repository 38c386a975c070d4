"""The main job without a person: each step is seen at its far end, never where it was asked.

scan → member → sale → paper → mail → HQ → network cut → sale goes on → network healed → HQ has all
"""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pos_loyalty.demo.client import ApiError, Client
from pos_loyalty.demo.hq import HeadOffice
from pos_loyalty.demo.peers import wait_for
from pos_loyalty.demo.world import CARDS, World

SEEN_MAX_S = 10.0
CUT_S = 1.5
LINES = [
    {"article": "9782070360024", "label": "L’Étranger", "category": "livre", "amount": 7800,
     "vat": 550, "quantity": 1000},
    {"article": "3250390000891", "label": "Carnet à œillets", "category": "papeterie",
     "amount": 1250, "vat": 2000, "quantity": 2000},
]  # fmt: skip
PAID = 9050


class NotSeenError(Exception):
    """A step's far end did not show what it should; the text says what was looked for."""


class Step(NamedTuple):
    """One step: its name, and the function that does it and says what was seen."""

    name: str
    work: Callable[[], str]


class Seen(NamedTuple):
    """A step's result: `ok`, what was seen or missed, and the seconds it took."""

    name: str
    ok: bool
    what: str
    seconds: float


class Walk:
    """Walks the main job once over a started world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = Client(world.api, world.token)
        self._hq = HeadOffice(world.hub_database)
        self._run = uuid.uuid4().hex[:6]
        self._sale: dict[str, Any] = {}

    def steps(self) -> list[Step]:
        """Give the steps in order."""
        return [
            Step("scan", self._scan),
            Step("sale", self._sell),
            Step("paper", self._paper),
            Step("mail", self._mail),
            Step("hub", self._hub),
            Step("offline", self._offline),
            Step("healed", self._healed),
        ]

    def run(self) -> Iterator[Seen]:
        """Do the steps, ending with the first that is not so."""
        for step in self.steps():
            begun = time.monotonic()
            try:
                ok, what = True, step.work()
            except (NotSeenError, ApiError) as error:
                ok, what = False, str(error)
            yield Seen(step.name, ok, what, time.monotonic() - begun)
            if not ok:
                return

    def _scan(self) -> str:
        """A code on the scanner's wire becomes a member on the event stream."""
        profile = {"first_name": "Zoé", "email": "zoe@client.example"}
        self._client.send("POST", "/members", {"card": CARDS[0], "profile": profile})
        stream = self._client.listen()
        try:
            self._world.scanner.scan(CARDS[0])
            found = wait_for(lambda: stream.first("scan"), SEEN_MAX_S)
        finally:
            stream.close()
        if not found or found.get("outcome") != "member":
            raise NotSeenError("no member came on the event stream after a scan")
        return f"the event stream showed {found['member']['first_name']} after a scan on a pty"

    def _sell(self) -> str:
        """A sale by API, for the member that the scan attached, credits points."""
        basket = self._client.send("POST", "/baskets", {})
        number = f"{self._run}-1"
        body = {
            "number": number,
            "basket": basket["basket"],
            "lines": LINES,
            "tenders": [{"kind": "card", "amount": PAID}],
            "receipt": {"channel": "paper"},
        }
        self._sale = self._client.send("POST", "/sales", body)
        member = self._client.get(f"/members?card={CARDS[0]}")["members"][0]
        if not self._sale.get("earned") or member["points"] != self._sale["member"]["points"]:
            raise NotSeenError("the sale brought the member no points")
        return f"ticket {self._sale['ticket']}: {self._sale['earned']} points, asked back by card"

    def _paper(self) -> str:
        """The printer's own end of the wire has the receipt."""
        number = self._sale["ticket"].rsplit("/", 1)[-1].encode()
        wanted = [number, *(word.encode("cp1252") for word in ("Étranger", "œillets", "90,50"))]
        if not wait_for(lambda: self._has_paper(wanted), SEEN_MAX_S):
            raise NotSeenError("the printer did not get the receipt")
        paper = self._world.printer.paper()
        return f"the printer got {len(paper)} bytes with the ticket's number, accents and total"

    def _has_paper(self, wanted: list[bytes]) -> bool:
        paper = self._world.printer.paper()
        return all(each in paper for each in wanted)

    def _mail(self) -> str:
        """The mail server's own end has the receipt, as text and as a page."""
        body = {"channel": "email", "email": "zoe@client.example"}
        self._client.send("POST", f"/tickets/{self._sale['ticket']}/receipt", body)
        mails = wait_for(self._world.mail.mails, SEEN_MAX_S)
        if not mails:
            raise NotSeenError("no mail came to the mail server")
        mail = mails[-1]
        plain = mail.get_body(("plain",))
        if plain is None or "90,50" not in plain.get_content() or mail.get_body(("html",)) is None:
            raise NotSeenError("the mail is not the receipt as text and as a page")
        return f"the mail server got «{mail['Subject']}» for {mail['To']}"

    def _hub(self) -> str:
        """HQ's own database has the sale's fact, and the same points."""
        if not wait_for(lambda: self._hq.has_ticket(self._sale["ticket"]), SEEN_MAX_S):
            raise NotSeenError("HQ's database did not get the sale")
        return f"HQ's {self._world.database} database has the sale and {self._hq.points()} points"

    def _offline(self) -> str:
        """With the network cut, a sale goes on and HQ does not see it."""
        self._world.network.cut()
        begun = time.monotonic()
        body = {"number": f"{self._run}-2", "card": CARDS[0], "lines": LINES}
        self._sale = self._client.send("POST", "/sales", body)
        took = time.monotonic() - begun
        time.sleep(CUT_S)
        if self._hq.has_ticket(self._sale["ticket"]):
            raise NotSeenError("HQ saw a sale through a network that is cut")
        return f"network cut: a sale took {took * 1000:.0f} ms, HQ knows nothing of it"

    def _healed(self) -> str:
        """With the network back, HQ gets what it missed, once, and holds the same points."""
        self._world.network.heal()
        if not wait_for(lambda: self._hq.has_ticket(self._sale["ticket"]), SEEN_MAX_S):
            raise NotSeenError("HQ did not get the offline sale after the network healed")
        points = self._sale["member"]["points"]
        if not wait_for(lambda: self._hq.points() == points, SEEN_MAX_S):
            raise NotSeenError(f"HQ holds {self._hq.points()} points, the till {points}")
        return f"network healed: HQ has the sale and the same {points} points as the till"
