"""Forms of the panel: what was typed stays when it is refused, and each fault stands at its field.

Labels, help and faults are English sentences, translated where they are drawn.
"""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.texts import explain
from web.panel.shown import page_locale, say

UNUSABLE = (Reason.STAFF_INVALID, Reason.PROFILE_INVALID)
"""Refusals that name a field by its code: who sees the field needs no name."""
NEEDED = "This field is required."
TOO_LONG = "This is too long."


class PanelForm(FlaskForm):  # type: ignore[misc]
    """A form of the panel, protected against other sites."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for field in self:
            if isinstance(field, SelectField):
                field.choices = choices(*((e.value, say(e.label)) for e in field.choices))

    def refuse(self, error: LoyaltyError, field: Field | None = None) -> None:
        """Show a refusal at a field, or above the form where none is to blame."""
        told = explain(error, page_locale())
        if field is not None and error.reason in UNUSABLE:
            told = say("This cannot be used here.")
        if field is None:
            self.form_errors.append(told)
        else:
            field.errors = [*field.errors, told]

    @property
    def visible(self) -> list[Field]:
        """Give the fields that somebody fills in."""
        return [each for each in self if not isinstance(each, HiddenField)]


def needed() -> Any:
    """Give the rule that a field is filled in."""
    return InputRequired(NEEDED)


def choices(*known: tuple[str, str]) -> list[Any]:
    """Give what a selection offers: values with their English titles."""
    return [SelectChoice(value, title) for value, title in known]


def at_most(characters: int) -> Any:
    """Give the rule that a text is not longer."""
    return Length(max=characters, message=TOO_LONG)
