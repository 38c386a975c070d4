"""What a till screen sends to sign somebody in."""

from web.api.kinds import Form, MaybeCard, MaybeName, MaybeSecret


class SignInForm(Form):
    """Either a `badge` as it was read, or the name to sign in with and the PIN or password."""

    person: MaybeName = ""
    secret: MaybeSecret = ""
    badge: MaybeCard = ""
