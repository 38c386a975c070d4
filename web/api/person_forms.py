"""What proves who somebody is: who works at a screen, and a customer who was found by name."""

from web.api.kinds import Form, MaybeCard, MaybeName, MaybeSecret, ProofDigits


class SignInForm(Form):
    """Either a `badge` as it was read, or the name to sign in with and the PIN or password."""

    person: MaybeName = ""
    secret: MaybeSecret = ""
    badge: MaybeCard = ""


class ProofForm(Form):
    """What a customer told who was found by name: 2 or 4 last digits of a phone, or 4 of a card."""

    digits: ProofDigits
