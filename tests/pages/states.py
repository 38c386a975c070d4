"""Every state of the till screen, and how hands come there from an idle till."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType

from playwright.sync_api import expect

from pos_loyalty import commands
from pos_loyalty.node.context import Notice
from pos_loyalty.node.standing import DeviceChanged, HubChanged
from tests.pages.hands import Hands, Keyboard, on
from tests.web.registers import Caller, Register, card

ZOE, MARIE, KARIM = 1, 2, 3
NOBODYS = 77
GREEN = """
[programme]
id = "green"
name = "Vert"
first_day = 2026-01-01
[earn]
points = 1
per = 100
[reward]
label = "Bon vert"
points = 50
amount = 100
"""
"""A programme beside the main one, whose points buy a reward of their own."""
_numbers = count(1)


@dataclass
class Shop:
    """A till with three members who bought before, as its register and its screen know it."""

    register: Register
    caller: Caller

    def open(self) -> None:
        """Enrol the members; Zoé's e-mail is known. A green programme runs beside the main one."""
        command = commands.PublishProgramme(id="green", content=GREEN)
        self.register.node.execute(command)
        for index, profile in (
            (ZOE, {"first_name": "Zoé", "last_name": "Martin", "email": "zoe@example.org"}),
            (MARIE, {"first_name": "Marie", "last_name": "Durand"}),
            (KARIM, {"first_name": "Karim", "last_name": "Martin"}),
        ):
            phone = f"06 12 34 56 {index}8"
            self.caller.enrol(index, phone=phone, city="Lyon", **profile)
            self.caller.sell(f"before-{index}", 30_000, card=card(index))

    def scan(self, index: int) -> None:
        """Read a card at the till's scanner."""
        text = {"text": card(index), "device": "scanner"}
        assert self.caller.post("/scans", text).status_code == 200

    def tell(self, kind: str, body: DeviceChanged | HubChanged) -> None:
        self.register.node.board.post([Notice(kind=kind, body=body)])


def idle(shop: Shop, hands: Hands) -> None:
    on(hands.page, "idle")


def member(shop: Shop, hands: Hands) -> None:
    shop.scan(ZOE)
    on(hands.page, "member")
    expect(hands.page.locator("#stage h2")).to_have_text("Zoé M.")
    expect(hands.page.locator("#stage .use")).to_be_visible()


def matches(shop: Shop, hands: Hands) -> None:
    hands.write("search", "martin")
    on(hands.page, "matches")
    expect(hands.page.locator(".matches li")).to_have_count(2)


def forgotten(shop: Shop, hands: Hands) -> None:
    hands.write("search", "5638 mar")
    on(hands.page, "matches")
    expect(hands.page.locator(".matches li")).to_have_count(1)
    hands.press("pick", "1")
    on(hands.page, "member")
    expect(hands.page.locator("#stage h2")).to_have_text("Karim M.")


def unknown(shop: Shop, hands: Hands) -> None:
    shop.scan(NOBODYS + next(_numbers))
    on(hands.page, "unknown")


def enrol(shop: Shop, hands: Hands) -> None:
    hands.press("enrol", "F4")
    on(hands.page, "enrol")


def enrolled(shop: Shop, hands: Hands) -> None:
    unknown(shop, hands)
    enrol(shop, hands)
    hands.write("contact", f"06990000{next(_numbers):02d}")
    hands.write("first_name", "Paul")
    if isinstance(hands, Keyboard):
        hands.press("enrol", "F4")
    else:
        hands.choose("#stage [type=submit]")
    on(hands.page, "member")
    expect(hands.page.locator("#stage h2")).to_have_text("Paul")


def amount(shop: Shop, hands: Hands) -> None:
    hands.write("amount", "42,50")
    expect(hands.page.locator("#stage .figure, #stage .call").last).to_contain_text("42")


def asking(shop: Shop, hands: Hands) -> None:
    amount(shop, hands)
    hands.choose("[data-act=asked]")
    expect(hands.page.locator("[data-act=asked]")).to_have_count(0)


def done(shop: Shop, hands: Hands) -> None:
    member(shop, hands)
    amount(shop, hands)
    hands.choose("#stage [type=submit]")
    on(hands.page, "done")


def missed(shop: Shop, hands: Hands) -> None:
    amount(shop, hands)
    hands.choose("#stage [type=submit]")
    on(hands.page, "done")


def mail(shop: Shop, hands: Hands) -> None:
    missed(shop, hands)
    hands.press("hand][value=email", "3")
    on(hands.page, "mail")
    hands.write("email", "lea@gmial.com")
    expect(hands.page.locator("[data-act=accept]")).to_be_visible()


def receipt(shop: Shop, hands: Hands) -> None:
    member(shop, hands)
    hands.press("receipt", "F3")
    on(hands.page, "receipt")


def reward(shop: Shop, hands: Hands) -> None:
    member(shop, hands)
    amount(shop, hands)
    hands.press("reward", "F2")
    on(hands.page, "reward")


def held(shop: Shop, hands: Hands) -> None:
    reward(shop, hands)
    hands.press("hold", "F2")
    on(hands.page, "member")
    expect(hands.page.locator("[data-act=release]")).to_be_visible()


def green(shop: Shop, hands: Hands) -> None:
    """Use points of the programme beside the main one, and take that back again."""
    reward(shop, hands)
    stage = hands.page.locator("#stage")
    expect(stage.locator("h3")).to_have_text("Vert")
    place = "[data-act=hold][value*='|green|']:not(:disabled)"
    if isinstance(hands, Keyboard):
        hands.press("hold", str(hands.page.locator(place).first.locator("kbd").text_content()))
    else:
        hands.choose(place)
    on(hands.page, "member")
    expect(stage.locator(".call")).to_contain_text("Bon vert (Vert)")
    hands.choose("[data-act=release]")
    expect(stage.locator(".call")).to_have_count(0)


def proof(shop: Shop, hands: Hands) -> None:
    forgotten(shop, hands)
    amount(shop, hands)
    hands.press("reward", "F2")
    on(hands.page, "reward")
    hands.press("hold", "F2")
    on(hands.page, "proof")


def other(shop: Shop, hands: Hands) -> None:
    member(shop, hands)
    shop.scan(MARIE)
    on(hands.page, "other")


def refused(shop: Shop, hands: Hands) -> None:
    hands.write("search", "mar")
    on(hands.page, "matches")
    enrol(shop, hands)
    hands.write("contact", "12")
    hands.choose("#stage [type=submit]")
    on(hands.page, "refused")


def details(shop: Shop, hands: Hands) -> None:
    member(shop, hands)
    hands.press("details", "F6")
    on(hands.page, "details")


def returning(shop: Shop, hands: Hands) -> None:
    missed(shop, hands)
    hands.press("return", "F8")
    on(hands.page, "return")
    hands.choose("#stage [data-act=ticket]")
    expect(hands.page.locator("#stage .call")).to_be_visible()


def returned(shop: Shop, hands: Hands) -> None:
    returning(shop, hands)
    hands.choose("[data-act=giveback]")
    on(hands.page, "returned")


def sign_in(shop: Shop, hands: Hands) -> None:
    if isinstance(hands, Keyboard):
        hands.press("staff", "F10")
    else:
        hands.choose("[data-act=staff]")
    on(hands.page, "sign_in")


def offline(shop: Shop, hands: Hands) -> None:
    shop.tell("hub_changed", HubChanged(link="offline"))
    expect(hands.page.locator(".badge.warn")).to_be_visible()


def fault(shop: Shop, hands: Hands) -> None:
    shop.tell("hub_changed", HubChanged(link="online"))
    shop.tell("device_changed", printer("paper out", "Plus de papier."))
    expect(hands.page.locator(".bar")).to_contain_text("papier")


def printer(problem: str, detail: str) -> DeviceChanged:
    return DeviceChanged(
        device="printer",
        category="printer",
        state="enabled",
        power="online",
        problem=problem,
        detail=detail,
    )


STATES: Mapping[str, Callable[[Shop, Hands], None]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            idle, member, matches, forgotten, unknown, enrol, enrolled, asking, done, missed, mail,
            receipt, reward, held, green, proof, other, refused, details, returning, returned,
            sign_in, offline, fault,
        )
    }
)  # fmt: skip
"""Each state by its name; all begin at an idle till."""


def home(hands: Hands) -> None:
    """Leave whatever the stage shows, as a cashier does: one step back at a time."""
    for _ in range(8):
        stage = hands.page.locator("#stage").get_attribute("data-stage")
        if stage == "idle" and not hands.page.locator("[name=amount]").input_value():
            return
        if isinstance(hands, Keyboard) or stage == "idle":
            hands.page.keyboard.press("Escape")
        else:
            hands.page.locator("#stage [data-act=back]").first.tap()
        hands.page.wait_for_timeout(50)
    raise AssertionError(f"no way home from {stage}")
