"""What a till's screen shows of people and of the till itself, beyond what the API tells a POS.

Telephones and addresses are masked here: whole, they leave only for who asks for one member.
"""

from collections import Counter
from datetime import date, timedelta

from msgspec import Struct

from pos_loyalty.answers import BasketAnswer
from pos_loyalty.domain.addresses import FREQUENT_DOMAINS, mask_address
from pos_loyalty.domain.days import iso
from pos_loyalty.domain.profile import mask_phone
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node import baskets
from pos_loyalty.node.asked import Asked, asked_on
from pos_loyalty.node.context import Context
from pos_loyalty.node.execute import Node
from pos_loyalty.node.members import member_id
from pos_loyalty.node.standing import Standing
from pos_loyalty.store import people, shop, tickets, upstream
from pos_loyalty.store.statements import Tx

BIRTHDAY_DAYS = 7
"""A birthday so near is worth a word."""
SHOWN_MAX = 8
DOMAINS_MAX = 6
LOOKED_AT_MAX = 2_000
"""So many addresses tell what the shop's customers use."""


class Glance(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member as a cashier tells them from others: `phone` and `email` masked.

    `last` is the ISO day of their last ticket, `birthday` that of one within a week, `receipt` how
    they like receipts. `provable`: somebody can be asked for the last digits of something.
    """

    member: str
    first_name: str = ""
    last_name: str = ""
    tail: str = ""
    phone: str = ""
    email: str = ""
    city: str = ""
    last: str = ""
    birthday: str = ""
    receipt: str = ""
    provable: bool = False


class ScreenView(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The till as its screen shows it when it opens.

    `shop` is its name, `prefix` what today's ticket numbers follow, `basket` the open one, `news`
    when a hub last told something (Unix ms), `domains` where the shop's customers have their mail.
    """

    shop: str
    store: str
    till: str
    prefix: str
    currency: str
    standing: Standing
    basket: BasketAnswer | None = None
    news: int = 0
    domains: tuple[str, ...] = ()
    asked: Asked = Asked()
    page: bool = False


def screen(node: Node) -> ScreenView:
    """Give what a screen shows when it opens."""
    with node.store.read() as tx:
        ctx = node.context(tx)
        own, current, today = node.settings, baskets.current_basket(ctx), iso(ctx.today)
        return ScreenView(
            shop=_name_of(ctx),
            store=own.store,
            till=own.till,
            prefix=f"{own.store}/{own.till}/{own.epoch}/{today}/",
            currency=own.currency,
            standing=node.board.standing(),
            basket=baskets.answer_of(ctx, current.id) if current else None,
            news=upstream.news_at(tx),
            domains=_domains(tx),
            asked=asked_on(tx, today),
            page=bool(own.receipt_base),
        )


def shop_name(node: Node) -> str:
    """Give the shop's name, as its page is headed."""
    with node.store.read() as tx:
        return _name_of(node.context(tx))


def matching(node: Node, text: str) -> tuple[Glance, ...]:
    """Give the members that fit a search, the best known first.

    Raises `LoyaltyError` (`SEARCH_TOO_SHORT`).
    """
    if len(text.strip()) < people.SEARCH_MIN:
        raise LoyaltyError(Reason.SEARCH_TOO_SHORT, minimum=people.SEARCH_MIN)
    with node.store.read() as tx:
        ctx = node.context(tx)
        fitting = (
            member
            for member in people.find(tx, text)
            if people.status_of(tx, member) == "enrolled"
            and people.matches(people.profile_of(tx, member), people.cards_of(tx, member), text)
        )
        found = [
            _glance(ctx, member)
            for member, _ in zip(fitting, range(people.FOUND_MAX), strict=False)
        ]
    return tuple(sorted(found, key=lambda each: each.last, reverse=True)[:SHOWN_MAX])


def glance(node: Node, member: str) -> Glance:
    """Give a member at a glance; raises `LoyaltyError` for an unknown or erased one."""
    with node.store.read() as tx:
        ctx = node.context(tx)
        return _glance(ctx, member_id(ctx, member))


def _name_of(ctx: Context) -> str:
    """Give the shop's name as it is declared, else its code."""
    places = shop.places(ctx.tx, ctx.today)
    own = ctx.settings.store
    return next((row[2] for row in places if row[:2] == ("store", own)), own)


def _domains(tx: Tx) -> tuple[str, ...]:
    """Give where the shop's customers have their mail, most frequent first."""
    told = people.some_values(tx, "email", LOOKED_AT_MAX)
    counted = Counter(each.rpartition("@")[2] for each in told)
    frequent = [domain for domain, _ in counted.most_common() if domain in FREQUENT_DOMAINS]
    return tuple(dict.fromkeys([*frequent, *FREQUENT_DOMAINS]))[:DOMAINS_MAX]


def _glance(ctx: Context, member: bytes) -> Glance:
    profile = people.profile_of(ctx.tx, member)
    cards = [card for card in people.cards_of(ctx.tx, member) if card.status == "active"]
    email, phone = profile.get("email", ""), profile.get("phone", "")
    return Glance(
        member=member.hex(),
        first_name=profile.get("first_name", ""),
        last_name=profile.get("last_name", ""),
        tail=cards[-1].tail if cards else "",
        phone=mask_phone(phone),
        email=mask_address(email) if email else "",
        city=profile.get("city", ""),
        last=_last_day(ctx.tx, {member, *(card.account for card in cards)}),
        birthday=_birthday(profile.get("birth_date", ""), date.fromordinal(ctx.today)),
        receipt=profile.get("receipt", ""),
        provable=bool(phone or cards),
    )


def _last_day(tx: Tx, accounts: set[bytes]) -> str:
    keys = [key for each in accounts for key in tickets.recent_of(tx, each, 1)]
    return max((key.split("/")[-2] for key in keys), default="")


def _birthday(born: str, today: date) -> str:
    """Give the ISO day of a birthday within a week; who was born on 29 February has it on 28."""
    if not born:
        return ""
    near = (today + timedelta(days=ahead) for ahead in range(BIRTHDAY_DAYS + 1))
    wanted = born[5:]
    for day in near:
        leap = wanted == "02-29" and f"{day:%m-%d}" == "02-28" and (day + timedelta(1)).month == 3
        if f"{day:%m-%d}" == wanted or leap:
            return day.isoformat()
    return ""
