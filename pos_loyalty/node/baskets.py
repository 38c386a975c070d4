"""Open baskets: a scan attaches the member, a quote says what it would bring, points are held."""

from typing import Any

import msgspec
from msgspec import Struct

from pos_loyalty import commands, events
from pos_loyalty.answers import BasketAnswer, Done, ScanAnswer
from pos_loyalty.domain.balance import Balance
from pos_loyalty.domain.causes import with_others
from pos_loyalty.domain.identifiers import derived_id, normalise, tail
from pos_loyalty.domain.programme import Programme
from pos_loyalty.domain.rewards import promotions
from pos_loyalty.domain.ticket import Discount, Line
from pos_loyalty.domain.tiers import look
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.checks import check_ticket
from pos_loyalty.node.content import Content as Content
from pos_loyalty.node.content import decode_content as decode_content
from pos_loyalty.node.content import encode_content
from pos_loyalty.node.context import Context, Decision, Notice, facts
from pos_loyalty.node.discounts import allowed
from pos_loyalty.node.forecast import foreseen, missed_by
from pos_loyalty.node.members import identify, member_id, show
from pos_loyalty.node.offers import Purse, from_balance, offers, preview
from pos_loyalty.node.presented import (
    HeldVoucher,
    discounts_of,
    released,
    renewed,
    tenders_of,
)
from pos_loyalty.node.side_rewards import together
from pos_loyalty.node.stamps import free_units
from pos_loyalty.node.taking_part import quoted_beside
from pos_loyalty.store import local, people, reasons, shop
from pos_loyalty.store.journal import Draft
from pos_loyalty.store.local import Basket

BASKET_LIFE_MS = 24 * 3_600_000


def load(ctx: Context, basket_id: str) -> tuple[Basket, Content]:
    """Give an open basket; raises `LoyaltyError` (`BASKET_UNKNOWN`)."""
    found = local.basket(ctx.tx, basket_id)
    if found is None:
        raise LoyaltyError(Reason.BASKET_UNKNOWN)
    return found, decode_content(found.content)


def keep(ctx: Context, basket_id: str, account: bytes, content: Content) -> None:
    local.keep_basket(ctx.tx, Basket(basket_id, ctx.now_ms, account, encode_content(content)))


def current_basket(ctx: Context) -> Basket | None:
    """Give the basket that a scan belongs to; one left from yesterday is not it."""
    found = local.newest_basket(ctx.tx)
    return found if found and ctx.now_ms - found.at < BASKET_LIFE_MS else None


def changed(answer: Struct) -> list[Notice]:
    return [Notice(kind="basket_changed", body=answer)]


def told_later(ctx: Context, basket_id: str) -> Notice:
    """Tell that a basket changed; how it stands is read by who shows it."""
    return ctx.later("basket_changed", lambda now: answer_of(now, basket_id))


def open_basket(ctx: Context, command: commands.OpenBasket) -> Decision:
    """Open a basket; without a name, the one that a scan opened already."""
    current = current_basket(ctx)
    if command.basket:
        known = local.basket(ctx.tx, command.basket)
        if known is None:
            keep(ctx, command.basket, b"", Content())
        basket_id = command.basket
    elif current is not None:
        basket_id = current.id
    else:
        basket_id = derived_id(command.id, 0).hex()
        keep(ctx, basket_id, b"", Content())
    return Decision(answer=lambda: answer_of(ctx, basket_id), notices=changed)


def read_label(ctx: Context, command: commands.ReadLabel) -> Decision:
    """Recognise a card and attach its member to the open basket; anything else is only told."""
    if not ctx.settings.cards.is_card(command.text):
        return _told(ScanAnswer(outcome="not_a_card"))
    try:
        account, member = identify(ctx, command.text)
    except LoyaltyError as error:
        if error.reason is not Reason.CARD_REPLACED:
            raise
        return _told(ScanAnswer(outcome="ended_card"))
    view = show(ctx, member, account) if member else None
    if ctx.programmes.ended(ctx.tx, ctx.today):
        return _told(ScanAnswer(outcome="programme_ended", member=view))
    current = current_basket(ctx)
    if current is not None and _is_anothers(current, account, member):
        content = decode_content(current.content)
        offered = msgspec.structs.replace(content, offered=member.hex() if member else "")
        keep(ctx, current.id, current.account, offered)
        return _told(ScanAnswer(outcome="other_member", basket=current.id, member=view))
    shown = "" if member else tail(normalise(command.text))
    basket_id = _attach(ctx, command.id, account, member, shown)
    outcome = "member" if member else "unknown_card"
    return _told(ScanAnswer(outcome=outcome, basket=basket_id, member=view, tail=shown))


def _is_anothers(current: Basket, account: bytes, member: bytes | None) -> bool:
    """Tell whether a basket is attached to somebody else: whoever scans is asked first."""
    attached = decode_content(current.content).member
    same = attached == member.hex() if member and attached else current.account == account
    return bool(current.account) and not same


def _told(answer: ScanAnswer) -> Decision:
    return Decision(
        answer=lambda: answer, notices=lambda answer: [Notice(kind="scan", body=answer)]
    )


def _attach(ctx: Context, command_id: str, account: bytes, member: bytes | None, shown: str) -> str:
    """Put the account on the basket a scan belongs to, which is nobody else's."""
    current = current_basket(ctx)
    basket_id = current.id if current else derived_id(command_id, 0).hex()
    content = decode_content(current.content) if current else Content()
    holder = member.hex() if member else ""
    content = msgspec.structs.replace(
        content, member=holder, tail=shown, searched=False, offered=""
    )
    keep(ctx, basket_id, account, content)
    return basket_id


def attach_member(ctx: Context, command: commands.AttachMember) -> Decision:
    """Attach a member by card or id; a card nobody holds yet earns for whoever enrols it."""
    found, content = load(ctx, command.basket)
    account, member = who(ctx, card=command.card, member=command.member)
    if not account:
        raise LoyaltyError(Reason.MEMBER_UNKNOWN)
    gone = _release_all(ctx, command, content)
    text = member.hex() if member else ""
    shown = "" if member else tail(normalise(command.card))
    searched = not command.card and not _was_read(found, content, text)
    given = _given_to(content, text, shown, searched=searched)
    keep(ctx, command.basket, account, given)
    return Decision(facts=gone, answer=lambda: answer_of(ctx, command.basket), notices=changed)


def _was_read(found: Basket, content: Content, member: str) -> bool:
    """Tell whether a card said already that a basket is a member's: by proof, or because it was
    read before its owner enrolled with it, or while the basket was another's."""
    if content.member == member:
        return not content.searched
    return member == content.offered or (bool(content.tail) and found.account.hex() == member)


def who(ctx: Context, *, card: str, member: str) -> tuple[bytes, bytes | None]:
    """Give the account and member that a caller names; both empty for nobody."""
    if card:
        return identify(ctx, card)
    if member:
        found = member_id(ctx, member)
        return found, found
    return b"", None


def detach_member(ctx: Context, command: commands.DetachMember) -> Decision:
    """Take the member off; what was held for the basket is released."""
    _, content = load(ctx, command.basket)
    gone = _release_all(ctx, command, content)
    keep(ctx, command.basket, b"", _given_to(content, ""))
    return Decision(facts=gone, answer=lambda: answer_of(ctx, command.basket), notices=changed)


def _given_to(content: Content, member: str, shown: str = "", *, searched: bool = False) -> Content:
    """Give a basket to somebody else, or to nobody: without what its member's points would pay."""
    discounts = tuple(each for each in content.discounts if not each.hold)
    return msgspec.structs.replace(
        content,
        member=member,
        holds=(),
        discounts=discounts,
        tail=shown,
        searched=searched,
        offered="",
    )


def drop_basket(ctx: Context, command: commands.DropBasket) -> Decision:
    """Forget an open basket."""
    _, content = load(ctx, command.basket)
    gone = _release_all(ctx, command, content, content.vouchers)
    local.drop_basket(ctx.tx, command.basket)
    return Decision(facts=gone, answer=lambda: Done(id=command.basket))


def _release_all(
    ctx: Context,
    command: commands.Command,
    content: Content,
    vouchers: tuple[HeldVoucher, ...] = (),
) -> list[Draft]:
    """Let go of the points held for a member, and of vouchers, which are whoever's has them."""
    gone = released(vouchers)
    for text in content.holds:
        found = people.hold_of(ctx.tx, bytes.fromhex(text), ctx.now_ms)
        if found is not None:
            account = found.account.hex()
            gone.append(events.HoldReleased(hold=text, account=account, programme=found.programme))
    return facts(command, gone)


def quote_basket(ctx: Context, command: commands.QuoteBasket) -> Decision:
    """Keep the basket as quoted and say what it brings."""
    found, content = load(ctx, command.basket)
    check_ticket(command.lines, command.discounts, ())
    lines = known_lines(ctx, command.lines)
    programme = ctx.programme_on(ctx.today)
    discounts = allowed(programme, lines, command.discounts)
    discounts = renewed(ctx, programme, lines, discounts, content.vouchers)
    kept = msgspec.structs.replace(content, lines=lines, discounts=discounts)
    if programme is not None and programme.pays_itself and content.holds:
        _check_covered(ctx, programme, found.account, kept)
    keep(ctx, command.basket, found.account, kept)
    return Decision(answer=lambda: answer_of(ctx, command.basket), notices=changed)


def _check_covered(ctx: Context, programme: Programme, account: bytes, content: Content) -> None:
    """Check that a changed basket still brings the points that are held for it."""
    holds = [each.hold for each in content.discounts if each.hold in content.holds]
    found = [people.hold_of(ctx.tx, bytes.fromhex(each), ctx.now_ms) for each in holds]
    needed = sum(each.points for each in found if each and each.programme == programme.id)
    member = bytes.fromhex(content.member) if content.member else None
    purse = Purse(ctx, programme, account, member, standing(ctx, account, programme))
    purse.check(content.lines, content.discounts, needed)


def known_lines(ctx: Context, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Fill in what the article file knows and the POS left out."""
    if not shop.keeps_articles(ctx.tx):
        return lines
    articles = shop.articles_of(ctx.tx, sorted({line.article for line in lines}))
    return tuple(
        _known(line, articles[line.article]) if line.article in articles else line for line in lines
    )


def _known(line: Line, article: tuple[Any, ...]) -> Line:
    _, label, _, category, vat, flags, _ = article
    return msgspec.structs.replace(
        line,
        label=line.label or label,
        category=line.category or category,
        vat=vat if line.vat is None else line.vat,
        flags=line.flags or tuple(flags.split()),
    )


def due_of(content: Content) -> int:
    """Give what a basket's customer still has to pay."""
    total = sum(line.amount for line in content.lines)
    return total - sum(discount.amount for discount in content.discounts)


def standing(ctx: Context, account: bytes, programme: Programme, day: int = 0) -> Balance:
    """Give what an account holds on a day (today), with the spend that decides its tier."""
    day = day or ctx.today
    state = people.account_of(ctx.tx, account).state
    return look(state, account, programme, day=day, now_ms=ctx.now_ms)


def answer_of(ctx: Context, basket_id: str) -> BasketAnswer:
    """Show an open basket as it stands."""
    found, content = load(ctx, basket_id)
    member = bytes.fromhex(content.member) if content.member else None
    answer = BasketAnswer(
        basket=basket_id,
        total=due_of(content),
        discounts=content.discounts,
        tail=content.tail,
        searched=content.searched,
    )
    if member is not None:
        answer = msgspec.structs.replace(answer, member=show(ctx, member, found.account))
    programme = ctx.programme_on(ctx.today)
    if content.vouchers:
        answer = _with_vouchers(ctx, answer, programme, content)
    if programme is None:
        return answer
    if not found.account:
        missed = missed_by(ctx, programme, content.lines, content.discounts)
        return msgspec.structs.replace(answer, missed=missed)
    held = standing(ctx, found.account, programme)
    rating = preview(ctx, programme, content.lines, content.discounts, held, member)
    told = reasons.explained(
        programme, rating, content.lines, ctx.today, currency=ctx.settings.currency
    )
    ticket = foreseen(ctx, found.account, rating, content.lines)
    answer = msgspec.structs.replace(
        answer,
        earns=ticket.kept if ticket else rating.earned,
        why=with_others(told.why, ticket) if ticket else told.why,
        beside=quoted_beside(ctx, found.account, member, content.lines, content.discounts),
    )
    if member is None:
        return answer
    rewards = together(ctx, programme, member)
    purse = Purse(ctx, programme, found.account, member, held)
    main = offers(rewards, programme.id, content, purse.afforded(rewards.programme, content))
    given = promotions(
        rewards.programme, content.lines, [each for each in content.discounts if not each.voucher]
    )
    free = free_units(ctx, found.account, programme, content.lines, _beside(content, given))
    return msgspec.structs.replace(
        answer,
        reward=next((each for each in main if each.kind == "amount"), None),
        rewards=main,
        promotions=(*given, *free),
        beside=tuple(
            msgspec.structs.replace(
                each,
                rewards=offers(rewards, each.programme, content, from_balance(each.available)),
            )
            for each in answer.beside
        ),
    )


def _with_vouchers(
    ctx: Context, answer: BasketAnswer, programme: Programme | None, content: Content
) -> BasketAnswer:
    """Add what the vouchers of a basket take off it, and what its gift cards pay."""
    lines, held = content.lines, content.vouchers
    return msgspec.structs.replace(
        answer,
        vouchers=discounts_of(ctx, programme, lines, content.discounts, held),
        gift_cards=tenders_of(held),
    )


def _beside(content: Content, given: tuple[Discount, ...]) -> tuple[Discount, ...]:
    """Give the discounts of a basket once it takes the promotions given."""
    return (*(each for each in content.discounts if each.hold or not each.reward), *given)
