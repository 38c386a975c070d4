"""E-mail addresses typed at a till: readable or refused, and a question where a typo is likely.

Nothing is ever corrected silently: an address is a person's word, a suggestion is a question.
Pure: no name server is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pos_loyalty.errors import LoyaltyError, Reason

FREQUENT_DOMAINS = (
    "gmail.com", "orange.fr", "hotmail.fr", "hotmail.com", "free.fr", "wanadoo.fr", "yahoo.fr",
    "sfr.fr", "laposte.net", "outlook.fr", "outlook.com", "icloud.com", "live.fr", "yahoo.com",
    "bbox.fr", "neuf.fr", "msn.com", "numericable.fr", "club-internet.fr", "cegetel.net",
    "aliceadsl.fr", "gmx.fr", "protonmail.com", "proton.me", "libertysurf.fr", "9online.fr",
    "voila.fr", "nordnet.fr", "ymail.com", "googlemail.com", "live.com", "me.com",
)  # fmt: skip
"""Where customers of a French shop have their mail, most frequent first."""

GENUINE_DOMAINS = frozenset({
    "ac.fr", "aol.com", "aol.fr", "bluewin.ch", "email.com", "gmx.at", "gmx.ch", "gmx.com",
    "gmx.de", "gmx.net", "hotmail.be", "hotmail.ch", "hotmail.co.uk", "hotmail.de", "hotmail.es",
    "hotmail.it", "infonie.fr", "live.be", "live.it", "live.nl", "mac.com", "mail.com", "noos.fr",
    "orange.be", "orange.com", "orange.es", "orange.pl", "outlook.be", "outlook.de", "outlook.es",
    "outlook.it", "ovh.fr", "pm.me", "posteo.net", "proton.ch", "sfr.re", "skynet.be", "web.de",
    "yahoo.ca", "yahoo.co.uk", "yahoo.de", "yahoo.es", "yahoo.it",
})  # fmt: skip
"""Real mail domains that resemble a frequent one and must not be questioned."""

WRONG_ENDINGS: Mapping[str, str] = MappingProxyType({
    "gmail.fr": "gmail.com",
    "googlemail.fr": "googlemail.com",
    "laposte.fr": "laposte.net",
    "laposte.com": "laposte.net",
    "free.com": "free.fr",
    "free.net": "free.fr",
    "sfr.com": "sfr.fr",
    "sfr.net": "sfr.fr",
    "wanadoo.com": "wanadoo.fr",
    "neuf.com": "neuf.fr",
    "bbox.com": "bbox.fr",
    "icloud.fr": "icloud.com",
    "msn.fr": "msn.com",
    "numericable.com": "numericable.fr",
    "protonmail.fr": "protonmail.com",
    "proton.fr": "proton.me",
})  # fmt: skip
"""A right name under a wrong ending: too far apart for a distance of letters."""

ADDRESS_CHARACTERS_MAX = 254
"""RFC 5321 allows 256 with the angle brackets."""

QUESTION = "Did you mean {domain}?"
"""What to ask the customer about `domain_meant`."""

_SHORT_DOMAIN = 8
"""Below this many characters two different letters are another domain, not a typo."""


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address that can be written to.

    `address` is for people (its domain in lower case and in its own script), `envelope` for the
    mail server: the same with an ASCII domain.
    """

    address: str
    envelope: str

    @property
    def domain(self) -> str:
        """The part behind the @, in its own script."""
        return self.address.rpartition("@")[2]


def parse_address(text: str) -> MailAddress:
    """Read an address as a person typed it.

    Spaces around it are forgiven. Raises `LoyaltyError` (`ADDRESS_INVALID`) for anything that is
    not exactly one address: line breaks, several addresses, names, missing parts.
    """
    from email_validator import EmailNotValidError, validate_email  # not at every start

    typed = text.strip(" \u00a0\u202f\t")
    if len(typed) > ADDRESS_CHARACTERS_MAX:
        raise LoyaltyError(Reason.ADDRESS_INVALID)
    try:
        found = validate_email(typed, check_deliverability=False, strict=True)
    except EmailNotValidError:
        # Its text repeats parts of what was typed, which can name a person.
        raise LoyaltyError(Reason.ADDRESS_INVALID) from None
    return MailAddress(found.normalized, f"{found.local_part}@{found.ascii_domain}")


def suggest_address(
    address: MailAddress, *, frequent: Sequence[str] = FREQUENT_DOMAINS
) -> str | None:
    """Give the address that was probably meant, or None when nothing looks wrong.

    `frequent` is ranked: of two domains equally near the first is asked about. Names the likely
    address only; whether it is right, the customer says.
    """
    domain = address.domain
    if domain in frequent or domain in GENUINE_DOMAINS:
        return None
    meant = WRONG_ENDINGS.get(domain) or _nearest(domain, frequent)
    return f"{address.address.rpartition('@')[0]}@{meant}" if meant else None


def domain_meant(typed: str) -> str:
    """Give the domain that was probably meant where a usable address looks mistyped, else nothing.

    A domain alone names nobody: it may stand in answers that are kept.
    """
    suggested = suggest_address(parse_address(typed)) if typed.strip() else None
    return suggested.rpartition("@")[2] if suggested else ""


def _nearest(domain: str, frequent: Sequence[str]) -> str | None:
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import extractOne

    errors_max = 1 if len(domain) < _SHORT_DOMAIN else 2
    found = extractOne(
        domain, frequent, scorer=DamerauLevenshtein.distance, score_cutoff=errors_max
    )
    return found[0] if found else None


def mask_address(address: str) -> str:
    """Give an address for screens and lists: `c***@orange.fr`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
