"""What the customer answers on the display: how the receipt comes, and what they allow.

The display may answer only about what it was shown: each ticket and member goes out with a mark
that this register alone can make.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from pos_loyalty import commands
from pos_loyalty.answers import Done
from pos_loyalty.commands import ConsentGiven, ReceiptChoice
from pos_loyalty.domain.addresses import domain_meant, mask_address, parse_address
from pos_loyalty.domain.identifiers import ticket_mark
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.texts import explain, translate
from web.display.fragments import render
from web.services import Services

SOURCE = "display"
NONCE_BYTES = 8


def new_nonce() -> str:
    """Give what makes the answer of one form the same one however often it is sent."""
    return secrets.token_hex(NONCE_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """One display that answers, in `language`; `nonce` makes a repeated answer the same one."""

    found: Services
    device: str
    language: str
    nonce: str

    def receipt(self, given: Mapping[str, str]) -> str:
        """Do what the customer chose for a ticket's receipt; gives the next view."""
        ticket, channel = given.get("ticket", ""), given.get("channel", "")
        self._check(ticket, given.get("mark", ""))
        email = given.get("email", "").strip()
        if channel == "email" and not email and not self._known_address(ticket):
            return self._ask_address(ticket)
        try:
            if channel == "email" and email and not given.get("sure"):
                meant = domain_meant(parse_address(email).address)
                if meant:
                    return self._ask_again(ticket, email, meant)
            done = self._choose(ticket, channel, email)
        except LoyaltyError as error:
            if channel != "email":
                return render("told", self.language, lead=explain(error, self.language), url="")
            return self._ask_address(ticket, email, explain(error, self.language))
        return self._chosen(channel, email or self._known_address(ticket), done.url)

    def consents(self, given: Mapping[str, str]) -> str:
        """Record what the customer ticked, and that the rest was not allowed; gives the view."""
        member = given.get("member", "")
        self._check(member, given.get("mark", ""))
        told = tuple(
            ConsentGiven(
                purpose=each.purpose,
                channel=each.channel,
                granted=given.get(each.name) == "yes",
                source=SOURCE,
                wording=each.wording(self.language),
            )
            for each in self.found.settings.display.consents
        )
        command = commands.ChangeConsents(
            id=self._command("consents"), actor=self.device, member=member, consents=told
        )
        self.found.node.execute(command)
        self.found.hooks.wake()
        return render("told", self.language, lead=self._thanks(), url="")

    def mark(self, shown: str) -> str:
        """Give what lets a display answer about a ticket or a member that it is shown."""
        return ticket_mark(self.found.node.settings.cards.key, f"display/{shown}")

    def masked_address(self, ticket: str) -> str:
        """Give the address that a ticket's member is known by, as a stranger may read it."""
        address = self._known_address(ticket)
        return mask_address(address) if address else ""

    def _check(self, shown: str, mark: str) -> None:
        if not hmac.compare_digest(self.mark(shown).encode(), mark.encode()):
            raise LoyaltyError(Reason.TICKET_UNKNOWN)

    def _known_address(self, ticket: str) -> str:
        member = self.found.queries.ticket(ticket).member
        if member is None or not member.member:
            return ""
        return self.found.queries.profile(member.member).get("email", "")

    def _choose(self, ticket: str, channel: str, email: str) -> Done:
        choice = ReceiptChoice(channel=channel, email=email)
        command = commands.ChooseReceipt(
            id=self._command("receipt"), actor=self.device, ticket=ticket, choice=choice
        )
        done: Done = self.found.node.execute(command)
        self.found.hooks.wake()
        return done

    def _command(self, what: str) -> str:
        return f"{self.device} {what}-{self.nonce}"

    def _chosen(self, channel: str, address: str, url: str) -> str:
        lead = {
            "none": self._thanks(),
            "paper": self._say("Your receipt is being printed."),
            "email": self._say("Your receipt goes to {address}.", address=mask_address(address))
            if address
            else "",
            "qr": self._say("Scan your receipt"),
        }[channel]
        return render("told", self.language, lead=lead, url=url)

    def _ask_address(self, ticket: str, typed: str = "", fault: str = "") -> str:
        return render(
            "address",
            self.language,
            ticket=ticket,
            mark=self.mark(ticket),
            nonce=new_nonce(),
            typed=typed,
            fault=fault,
        )

    def _ask_again(self, ticket: str, typed: str, meant: str) -> str:
        corrected = f"{typed.rpartition('@')[0]}@{meant}"
        return render(
            "meant",
            self.language,
            ticket=ticket,
            mark=self.mark(ticket),
            nonce=new_nonce(),
            typed=typed,
            corrected=corrected,
        )

    def _thanks(self) -> str:
        return self._say("Thank you")

    def _say(self, sentence: str, **values: str) -> str:
        return translate(sentence, self.language, **values)
