"""The demo's one address: a counter with its devices, and what stands at their far ends.

Everything on it is seen where it arrives: the paper is drawn from the bytes that the printer got,
the mails are those that a mail server took, HQ's figures come from HQ's database.
"""

import socket
import threading
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from flask import Flask, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from waitress import create_server
from werkzeug.wrappers import Response as AnyResponse

from pos_loyalty.demo.client import ApiError, Client
from pos_loyalty.demo.counter import SHELF, Counter
from pos_loyalty.demo.hq import HeadOffice
from pos_loyalty.demo.paper import drawn, receipts
from pos_loyalty.demo.peers import LOOPBACK, free_port
from pos_loyalty.demo.world import CARDS, HQ_STAFF, STAFF, World
from pos_loyalty.receipts.figures import figures
from pos_loyalty.texts import LOCALES, bound, translate

PORT = 8760
"""Where the demo is found, unless somebody else is there."""
SHOWN_MAX = 6
"""So many receipts and mails are shown, the newest first."""
POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
PEOPLE = (
    (CARDS[0], {"first_name": "Zoé", "last_name": "Moreau", "email": "zoe@client.example"}),
    (CARDS[1], {"first_name": "Karim", "last_name": "Garcia", "phone": "+33612345678"}),
)
"""Who holds the demo's cards; the third card is nobody's yet."""


class Stage:
    """Serves the page between `start` and `stop`."""

    def __init__(self, world: World, language: str) -> None:
        self._world = world
        self._language = language
        self._client = Client(world.api, world.token)
        self._hq = HeadOffice(world.hub_database)
        self.counter = Counter(self._client, uuid.uuid4().hex[:4])
        self._server: Any = create_server(self.app(), host=LOOPBACK, port=_port(), threads=8)
        self._thread = threading.Thread(target=self._server.run, name="stage", daemon=True)

    @property
    def url(self) -> str:
        """The one address."""
        return f"http://{LOOPBACK}:{self._server.effective_port}/"

    def start(self) -> None:
        """Bring the customers and the staff, then answer."""
        self._world.employ()
        for card, profile in PEOPLE:
            try:
                self._client.send("POST", "/members", {"card": card, "profile": profile})
            except ApiError:
                continue  # somebody enrolled them already
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.close()

    def app(self) -> Flask:
        """Give the page's application."""
        app = Flask("pos_loyalty.demo")
        app.after_request(_guarded)
        app.add_url_rule("/", "show", self._show)
        app.add_url_rule("/parts", "parts", self._parts)
        app.add_url_rule("/mails/<int:number>", "mail", self._mail)
        app.add_url_rule("/do/<what>", "do", self._do, methods=["POST"])
        return app

    def _show(self) -> str:
        return self._rendered("stage", parts=self._all_parts())

    def _parts(self) -> dict[str, str]:
        return self._all_parts()

    def _mail(self, number: int) -> AnyResponse:
        mails = self._world.mail.mails()
        if not 0 <= number < len(mails):
            return redirect(url_for("show"))
        page = _page_of(mails[number])
        return Response(page, headers={"Content-Security-Policy": MAIL_POLICY})

    def _do(self, what: str) -> tuple[str, int]:
        given = request.form.get("with", "")
        work: Callable[[], None] | None = {
            "scan": lambda: self._world.scanner.scan(given),
            "ring": lambda: self.counter.ring_up(given),
            "pay": self.counter.pay,
            "drop": self.counter.drop,
            "return": self.counter.take_back,
            "cut": self._world.network.cut,
            "heal": self._world.network.heal,
        }.get(what)
        if work is None or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return "", 404
        work()
        return "", 204

    def _all_parts(self) -> dict[str, str]:
        """Give the page's moving parts, by the id of the place they go to."""
        self.counter.look()
        mails = self._world.mail.mails()
        papers = receipts(self._world.printer.paper())
        return {
            "counter": self._rendered("counter", counter=self.counter, shelf=SHELF),
            "paper": self._rendered(
                "paper", papers=[Markup(drawn(each)) for each in papers[: -SHOWN_MAX - 1 : -1]]
            ),
            "mails": self._rendered("mails", mails=list(enumerate(mails))[: -SHOWN_MAX - 1 : -1]),
            "hq": self._rendered(
                "hq",
                facts=self._hq.facts(),
                points=self._hq.points(),
                database=self._world.database,
                is_cut=self._world.network.is_cut,
                unsent=self._unsent(),
            ),
        }

    def _unsent(self) -> int:
        try:
            return int(self._client.get("/health")["queues"].get("unsent", 0))
        except ApiError:
            return 0

    def _rendered(self, template: str, **values: Any) -> str:
        language = request.args.get("lang", self._language)
        language = language if language in LOCALES else self._language

        def say(sentence: str, **given: Any) -> str:
            return bound(translate(sentence, language, **given), language)

        words = figures(language, "EUR")
        root = self._world.api.removesuffix("/api/v1")
        return render_template(
            f"{template}.html",
            _=say,
            money=words.money,
            count=words.count,
            language=language,
            other=next(each for each in LOCALES if each != language),
            cards=CARDS,
            staff=STAFF,
            hq_staff=HQ_STAFF,
            root=root,
            world=self._world,
            **values,
        )


def _page_of(mail: EmailMessage) -> str:
    """Give a mail's page with its pictures inside it."""
    body = mail.get_body(("html", "plain"))
    page = str(body.get_content()) if body is not None else ""
    for part in mail.walk():
        name = (part.get("Content-ID") or "").strip("<>")
        if name and part.get_content_maintype() == "image":
            content = "".join(str(part.get_payload()).split())
            page = page.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{content}")
    return page


def _guarded(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _port() -> int:
    """Give the demo's own port, or any where that one is taken."""
    try:
        with socket.create_server((LOOPBACK, PORT)):
            return PORT
    except OSError:
        return free_port()
