"""Articles that tickets had and the shop's file lacks: named and classified one by one."""

from decimal import Decimal

from flask import url_for
from wtforms import DecimalField, StringField
from wtforms.validators import NumberRange, Optional

from pos_loyalty import commands
from pos_loyalty.commands import KnownArticle
from pos_loyalty.node.staff import Role
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most
from web.panel.frame import GET_POST, Answer, go, page, show, tell
from web.panel.tables import Asked, Cell, Column, Empty, Key, Listing, listed
from web.services import services

KNOWN_MAX = 5_000
"""So many unknown articles are looked at; the most often sold come first."""
PERCENT = 100
Unknown = tuple[str, str, int, str]


class ArticleForm(PanelForm):
    """What the article file says of an article."""

    label = StringField("Label", [at_most(120)])
    department = StringField("Department", [at_most(60)])
    category = StringField("Category", [at_most(60)])
    vat = DecimalField("VAT in percent", [Optional(), NumberRange(min=0, max=100)])
    flags = StringField("Exclusion words", [at_most(120)])


def _fetch(asked: Asked) -> list[Unknown]:
    rows = services().queries.unknown_articles(KNOWN_MAX)
    beyond = (int(asked.after[0]), str(asked.after[1])) if asked.after else None
    left = [each for each in rows if beyond is None or (-each[2], each[0]) > beyond]
    return sorted(left, key=lambda each: (-each[2], each[0]))[: asked.limit]


def _key(each: Unknown, _: Asked) -> Key:
    return -each[2], each[0]


ARTICLES: Listing[Unknown] = Listing(
    name="articles",
    title="Unknown articles",
    columns=(
        Column(
            name="code",
            title="Code",
            cell=lambda each: Cell(text=each[0], href=url_for("panel.classify", code=each[0])),
        ),
        Column(name="label", title="Label", cell=lambda each: each[1] or "–"),
        Column(
            name="seen",
            title="Tickets",
            cell=lambda each: shown.number(each[2]),
            exported=lambda each: each[2],
            numeric=True,
        ),
        Column(name="last", title="Last sold", cell=lambda each: shown.day(each[3])),
    ),
    fetch=_fetch,
    key=_key,
    sort="seen",
    descending=True,
    empty=Empty(
        title="Every article is known.",
        advice="When the till sells one that the shop's article file lacks, it appears here.",
    ),
)


@page("/articles", role=Role.MANAGER)
def articles() -> Answer:
    """List articles that the shop's file lacks, the most often sold first."""
    return listed(ARTICLES, "articles.html")


@page("/articles/<path:code>", role=Role.MANAGER, methods=GET_POST)
def classify(code: str) -> Answer:
    """Say what an article is; tickets from now on count it so."""
    known = next((e for e in services().queries.unknown_articles(KNOWN_MAX) if e[0] == code), None)
    form = ArticleForm(data={"label": known[1] if known else ""})
    if form.validate_on_submit():
        vat: Decimal | None = form.vat.data
        article = KnownArticle(
            code=code,
            label=form.label.data,
            department=form.department.data,
            category=form.category.data,
            vat=int(vat * PERCENT) if vat is not None else None,
            flags=tuple(form.flags.data.replace(",", " ").split()),
        )
        carry_out(commands.KeepArticles, articles=(article,))
        tell("The article is known now.")
        return go("articles")
    return show("article.html", form=form, code=code)
