"""Vouchers of a campaign: batches issued step by step, their codes as a file, and withdrawn again.

A page of many vouchers asks for one step after the other, so that a till goes on selling between
them and whoever looks on can stop; what was issued so far stays, and the same form goes on.
"""

import csv
import io
from collections.abc import Iterator

from flask import Response, request, url_for
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional, Regexp

from pos_loyalty import commands
from pos_loyalty.answers import BatchStep
from pos_loyalty.domain.programme import Programme
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.audit import Deed
from pos_loyalty.node.staff import Role
from pos_loyalty.node.voucher_batches import BATCH_MAX, EVERYBODY, STEP_MAX
from pos_loyalty.programmes.reading import read_programme
from web.panel import shown
from web.panel.doing import carry_out
from web.panel.forms import PanelForm, at_most, choices, needed
from web.panel.frame import GET_POST, POST, Answer, go, note, page, show, tell
from web.services import services

NAME = r"^[a-z0-9][a-z0-9-]*$"
NOT_A_NAME = "Small letters, digits and hyphens only."
HOW_MANY = "Say how many."


class BatchForm(PanelForm):
    """What a batch is called, which voucher it holds, how many or for whom."""

    name = StringField("Name", [needed(), at_most(32), Regexp(NAME, message=NOT_A_NAME)])
    number = SelectField("Voucher", choices=[])
    members = SelectField("For whom", choices=[])
    count = IntegerField("How many", [Optional(), NumberRange(min=1, max=BATCH_MAX)])


def _form() -> BatchForm:
    form, known = BatchForm(), _in_force()
    main = next((each for each in known if each.members == "all"), None)
    rules = main.vouchers if main else ()
    form.number.choices = choices(*((str(rule.number), rule.label) for rule in rules))
    segments = [(each.id, _segment(each)) for each in known if each.segment]
    everybody = (("", shown.say("Anybody")), (EVERYBODY, shown.say("One for each member")))
    form.members.choices = choices(*everybody, *segments)
    return form


def _in_force() -> list[Programme]:
    """Give the programmes of today, the eldest first."""
    queries = services().queries
    versions = [each.version for each in queries.programmes() if each.state == "in_force"]
    found = [read_programme(queries.programme(version).toml) for version in versions]
    return sorted(found, key=lambda each: each.first_day)


def _segment(programme: Programme) -> str:
    return shown.say("One for each member in “{name}”", name=programme.name)


def _page(form: BatchForm) -> Answer:
    batches = services().queries.voucher_batches()
    return show("campaigns.html", form=form, batches=batches, status=422 if form.errors else 200)


@page("/vouchers", role=Role.MANAGER, methods=GET_POST)
def campaigns() -> Answer:
    """Show the batches, and begin a new one."""
    form = _form()
    if form.validate_on_submit():
        if not form.members.data and form.count.data is None:
            form.count.errors = [HOW_MANY]
            return _page(form)
        try:
            return _issued(
                form.name.data, int(form.number.data), form.members.data, form.count.data or 0, ""
            )
        except LoyaltyError as error:
            form.refuse(error, form.name)
    return _page(form)


@page("/vouchers/step", role=Role.MANAGER, methods=POST)
def issue_step() -> Answer:
    """Issue the next vouchers of a batch that was begun."""
    given = request.form
    number, left = given.get("number", 0, type=int), given.get("left", 0, type=int)
    named, members = given.get("name", ""), given.get("members", "")
    return _issued(named, number, members, left, given.get("after", ""))


def _issued(name: str, number: int, members: str, left: int, after: str) -> Answer:
    count = STEP_MAX if members else max(1, min(left, STEP_MAX))
    named: dict[str, str | int] = {"name": name, "number": number, "members": members}
    step: BatchStep = carry_out(commands.IssueVouchers, count=count, after=after, **named)
    left = max(0, left - step.done)
    if step.reached if members else left:
        fields = named | {"left": left, "after": step.reached}
        sentence = shown.say("{count} vouchers are issued.", count=step.count)
        of = 0 if members else step.count + left
        return _going("issue_step", fields, sentence, step.count, of)
    return _done("{count} vouchers are in the batch.", count=step.count)


@page("/vouchers/withdraw", role=Role.MANAGER, methods=POST)
def withdraw_batch() -> Answer:
    """End the next vouchers of a batch, until nothing is left on any."""
    batch, ended = request.form.get("batch", ""), request.form.get("ended", 0, type=int)
    step: BatchStep = carry_out(commands.WithdrawVouchers, batch=batch, count=STEP_MAX)
    ended += step.done
    if step.done < STEP_MAX:
        return _done("{count} vouchers are withdrawn.", count=ended)
    fields: dict[str, str | int] = {"batch": batch, "ended": ended}
    sentence = shown.say("{count} vouchers are withdrawn.", count=ended)
    return _going("withdraw_batch", fields, sentence, ended, step.count)


def _going(
    endpoint: str, fields: dict[str, str | int], sentence: str, done: int, of: int
) -> Answer:
    """Show how far it is; the page asks for the next step by itself."""
    whole = request.headers.get("HX-Request") != "true"
    template = "campaign_going.html" if whole else "campaign_step.html"
    return show(template, endpoint=endpoint, fields=fields, sentence=sentence, done=done, of=of)


def _done(sentence: str, *, count: int) -> Answer:
    tell(sentence, count=count)
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": url_for("panel.campaigns")})
    return go("campaigns")


@page("/vouchers/<batch>.csv", role=Role.MANAGER)
def batch_codes(batch: str) -> Answer:
    """Give the codes of a batch that can still be used as a file for the printer."""
    queries = services().queries
    first = queries.batch_codes(batch)
    note(Deed.EXPORT_TAKEN, f"vouchers {batch}")

    def lines() -> Iterator[str]:
        page, rows = first, [("code", "last_day", "member")]
        while True:
            rows += [(each.code, each.last_day, each.member) for each in page.codes]
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            yield text.getvalue()
            if not page.reached:
                return
            page, rows = queries.batch_codes(batch, page.reached), []

    response = Response(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="vouchers-{batch}.csv"'
    return response
