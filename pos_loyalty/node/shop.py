"""Commands about the shop itself: programme versions, places, articles."""

import msgspec

from pos_loyalty import commands, events
from pos_loyalty.answers import Done, ProgrammeAnswer
from pos_loyalty.domain.days import day_of, iso
from pos_loyalty.domain.distance import coordinates
from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.context import Context, Decision, Notice, fact
from pos_loyalty.programmes.forms import digest_of
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import schema, shop
from pos_loyalty.store.statements import Row

LEVELS = ("company", "region", "store", "till")


def publish_programme(ctx: Context, command: commands.PublishProgramme) -> Decision:
    """Put a version in force from its first day; of two for one day the later told stands.

    What says the same as what stands for that day changes nothing.
    Raises `LoyaltyError` (`EXCHANGE_MISSING`) for one that cannot count this shop's money.
    """
    programme = read_programme(command.content)
    if programme.in_currency(ctx.settings.currency, programme.first_day) is None:
        raise LoyaltyError(Reason.EXCHANGE_MISSING, currency=ctx.settings.currency)
    answer = ProgrammeAnswer(
        programme=programme.id, version=programme.version, day=iso(programme.first_day)
    )
    if version := _known(ctx, command, programme):
        known = msgspec.structs.replace(answer, version=version, known=True)
        return Decision(answer=lambda: known)
    published = events.ProgrammePublished(
        programme=programme.id,
        version=programme.version,
        day=iso(programme.first_day),
        content=command.content,
    )
    return Decision(
        facts=[fact(command, 0, published)],
        answer=lambda: answer,
        notices=lambda answer: [Notice(kind="programme_published", body=answer)],
    )


def _known(ctx: Context, command: commands.PublishProgramme, programme: Programme) -> str:
    """Give the version that says already what is to be published; empty where none does."""
    told = shop.publications(ctx.tx)
    stands = shop.standing(told, programme.id, programme.first_day)
    if stands is not None and digest_of(stands.content) == digest_of(command.content):
        return stands.version
    was_told = (programme.id, programme.version) in {
        (each.programme, each.version) for each in told
    }
    return programme.version if command.only_new and was_told else ""


def withdraw_programme(ctx: Context, command: commands.WithdrawProgramme) -> Decision:
    """Take a version back before its first day; one withdrawn already changes nothing."""
    told = [each for each in shop.publications(ctx.tx) if each.version == command.version]
    if not told:
        raise LoyaltyError(Reason.VERSION_UNKNOWN)
    last = told[-1]
    if last.day <= ctx.today:
        raise LoyaltyError(Reason.VERSION_IN_FORCE, day=iso(last.day))
    answer = ProgrammeAnswer(
        programme=last.programme, version=last.version, day=iso(last.day), known=not last.content
    )
    if answer.known:
        return Decision(answer=lambda: answer)
    withdrawn = events.ProgrammeWithdrawn(
        programme=last.programme, version=last.version, day=iso(last.day)
    )
    return Decision(
        facts=[fact(command, 0, withdrawn)],
        answer=lambda: answer,
        notices=lambda answer: [Notice(kind="programme_withdrawn", body=answer)],
    )


def declare_place(ctx: Context, command: commands.DeclarePlace) -> Decision:
    """Declare a company, region, store or till; one known as such changes nothing."""
    if command.level not in LEVELS or not command.code:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="level")
    day = day_of(command.day)
    row = (command.level, command.code, command.name, command.parent)
    _check_place(command.at)
    done = Done(id=command.code)
    known = shop.whereabouts(ctx.tx, day).get((command.level, command.code), "")
    if row in shop.places(ctx.tx, day) and known == command.at:
        return Decision(answer=lambda: done)
    declared = events.PlaceDeclared(
        level=command.level,
        code=command.code,
        name=command.name,
        day=command.day,
        parent=command.parent,
        at=command.at,
    )
    return Decision(facts=[fact(command, 0, declared)], answer=lambda: done)


def _check_place(at: str) -> None:
    try:
        if at:
            coordinates(at)
    except ValueError:
        raise LoyaltyError(Reason.PROFILE_INVALID, field="at") from None


def keep_articles(ctx: Context, command: commands.KeepArticles) -> Decision:
    """Keep articles; those that tickets had seen without knowing them are known now.

    Answers how many are new or differ from what was kept.
    """
    given = {each.code: _row(each) for each in command.articles}
    known = shop.articles_of(ctx.tx, list(given))
    rows = [row for code, row in given.items() if known.get(code) != row]
    ctx.tx.put(schema.article, rows, "upsert")
    ctx.tx.delete(schema.unknown_article, ["code"], [(row[0],) for row in rows])
    return Decision(answer=lambda: Done(id=str(len(rows))))


def _row(each: commands.KnownArticle) -> Row:
    words = " ".join(each.flags)
    return (each.code, each.label, each.department, each.category, each.vat, words, each.cost)
