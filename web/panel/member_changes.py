"""What a manager changes about a member: profile, cards, points by hand, pooling."""

from flask import request
from wtforms import IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import Optional

from pos_loyalty import commands
from pos_loyalty.domain.profile import FIELDS
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.node.staff import Role
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most, choices, needed
from web.panel.frame import GET_POST, POST, Answer, go, page, show, tell, tell_undo
from web.panel.member import FIELD_TITLES, LANGUAGES, RECEIPTS
from web.services import services

REASONS = (
    ("courtesy", "Courtesy"),
    ("forgotten_card", "Card forgotten"),
    ("till_error", "Mistake at the till"),
    ("complaint", "Complaint"),
    ("other", "Other"),
)
"""Why points are moved by hand: codes, and their English titles."""


class ProfileForm(PanelForm):
    """Every field of a profile."""

    first_name = StringField(FIELD_TITLES["first_name"], [at_most(120)])
    last_name = StringField(FIELD_TITLES["last_name"], [at_most(120)])
    email = StringField(FIELD_TITLES["email"], [at_most(120)])
    phone = StringField(FIELD_TITLES["phone"], [at_most(40)])
    birth_date = StringField(FIELD_TITLES["birth_date"], [at_most(10)])
    postcode = StringField(FIELD_TITLES["postcode"], [at_most(12)])
    city = StringField(FIELD_TITLES["city"], [at_most(120)])
    language = SelectField(FIELD_TITLES["language"], choices=choices(("", "–"), *LANGUAGES))
    receipt = SelectField(
        FIELD_TITLES["receipt"],
        choices=choices(("", "–"), *RECEIPTS),
    )


class PointsForm(PanelForm):
    """Points to add or take, why, and a second person where the programme wants one."""

    points = IntegerField("Points, with a minus to take them", [needed()])
    reason = SelectField("Reason", choices=choices(*REASONS))
    second = StringField("Second person", [Optional(), at_most(32)])
    secret = PasswordField("Their PIN or password", [Optional(), at_most(128)])


class CardForm(PanelForm):
    """A new card, and the one that it takes the place of."""

    card = StringField("Number of the new card", [needed(), at_most(32)])
    former = SelectField("In place of", choices=choices(("", "–")))


@page("/members/<member>/edit", role=Role.MANAGER, methods=GET_POST)
def edit_member(member: str) -> Answer:
    """Change what is known of a member; only fields that changed are written."""
    known = services().queries.profile(member)
    form = ProfileForm(data=known)
    if form.validate_on_submit():
        given = {name: (getattr(form, name).data or "").strip() for name in FIELDS}
        changed = {name: value for name, value in given.items() if value != known.get(name, "")}
        try:
            if changed:
                carry_out(commands.ChangeProfile, member=member, fields=changed)
                tell("The profile was changed.")
            return go("member", member=member)
        except LoyaltyError as error:
            name = str(error.values.get("field", "email" if changed.get("email") else ""))
            form.refuse(error, getattr(form, name, None))
    return show("member_form.html", form=form, title="Edit", member=member, advice="")


@page("/members/<member>/points", role=Role.MANAGER, methods=GET_POST)
def adjust(member: str) -> Answer:
    """Add or take points by hand, with a reason, and with its way back."""
    services().queries.member(member)
    form = PointsForm()
    if form.validate_on_submit():
        try:
            done = carry_out(
                commands.AdjustPoints,
                member=member,
                points=form.points.data,
                reason=form.reason.data,
                approved_by=_second_person(form),
            )
        except LoyaltyError as error:
            blamed = {Reason.APPROVAL_NEEDED: form.second, Reason.SIGN_IN_REFUSED: form.secret}
            form.refuse(error, blamed.get(error.reason))
        else:
            fields = {"adjustment": done.id, "member": member}
            tell_undo(
                "Points written by hand: {points}.", "undo_points", fields, points=form.points.data
            )
            return go("member", member=member)
    return show(
        "member_form.html",
        form=form,
        title="Points by hand",
        member=member,
        advice="Above the programme's limit a second person signs with their own PIN or password.",
    )


def _second_person(form: PointsForm) -> str:
    """Give who stands beside it, after their PIN or password; nobody where none is named."""
    if not form.second.data:
        return ""
    origin = request.remote_addr or ""
    found = services().signing.by_secret(form.second.data, form.secret.data or "", origin=origin)
    return found.person


@page("/points/undo", role=Role.MANAGER, methods=POST)
def undo_points() -> Answer:
    """Take points by hand back."""
    carry_out(commands.UndoAdjustment, adjustment=request.form.get("adjustment", ""))
    tell("It was undone.")
    return go("member", member=request.form.get("member", ""))


@page("/members/<member>/cards/<account>/block", role=Role.MANAGER, methods=POST)
def block(member: str, account: str) -> Answer:
    """Block a lost card."""
    carry_out(commands.BlockCard, member=member, account=account)
    tell("The card is blocked. Give the member a new one: the points are still there.")
    return go("member", member=member)


@page("/members/<member>/cards/new", role=Role.MANAGER, methods=GET_POST)
def new_card(member: str) -> Answer:
    """Give a member a card, in place of another or beside it."""
    view = services().queries.member(member)
    form = CardForm()
    active = [each for each in view.cards if each.status == "active"]
    form.former.choices = choices(("", "–"), *((each.account, f"…{each.tail}") for each in active))
    if form.validate_on_submit():
        try:
            if form.former.data:
                carry_out(
                    commands.ReplaceCard,
                    member=member,
                    account=form.former.data,
                    card=form.card.data,
                )
            else:
                carry_out(commands.AttachCard, member=member, card=form.card.data)
            tell("The card belongs to the member now.")
            return go("member", member=member)
        except LoyaltyError as error:
            form.refuse(error, form.card)
    return show(
        "member_form.html",
        form=form,
        title="Give a card",
        member=member,
        advice="Scan it or type its number. A card that is replaced works no more.",
    )


@page("/members/<member>/link", role=Role.MANAGER, methods=POST)
def link(member: str) -> Answer:
    """Pool the points of two members who are one person."""
    other = request.form.get("other", "")
    carry_out(commands.LinkMembers, member=member, other=other)
    path = {"member": member, "other": other}
    tell_undo("The points are pooled.", "unlink_told", path)
    return go("member", member=member)


@page("/members/<member>/unlink", role=Role.MANAGER, methods=POST)
def unlink(member: str) -> Answer:
    """Part the points of two members again."""
    return _part(member, request.form.get("other", ""))


@page("/members/unlink", role=Role.MANAGER, methods=POST)
def unlink_told() -> Answer:
    """Undo the pooling that was just told."""
    return _part(request.form.get("member", ""), request.form.get("other", ""))


def _part(member: str, other: str) -> Answer:
    carry_out(commands.LinkMembers, member=member, other=other, joined=False)
    tell("Each has their own points again.")
    return go("member", member=member)
