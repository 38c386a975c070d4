"""The forms with which people come in and look after their own access."""

from wtforms import PasswordField, StringField

from pos_loyalty.node.staff import SECRET_CHARACTERS_MAX
from web.accounts.signing import NAME_CHARACTERS_MAX
from web.panel.forms import PanelForm, at_most, needed


class SignInForm(PanelForm):
    """Name, and PIN or password."""

    person = StringField("Name to sign in with", [needed(), at_most(NAME_CHARACTERS_MAX)])
    secret = PasswordField("PIN or password", [needed(), at_most(SECRET_CHARACTERS_MAX)])


class OwnSecretForm(PanelForm):
    """Another PIN or password of one's own."""

    former = PasswordField("Present PIN or password", [needed(), at_most(SECRET_CHARACTERS_MAX)])
    secret = PasswordField("New PIN or password", [needed(), at_most(SECRET_CHARACTERS_MAX)])
