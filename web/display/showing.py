"""What a notice of the register shows to the customer: a first name and figures, nothing more.

The display never gets what the till gets: no last name, no address, no card. What it shows is
whole in itself, so that a display that was away needs the newest only.
"""

from dataclasses import dataclass

from msgspec import Struct

from pos_loyalty.answers import (
    BasketAnswer,
    MemberView,
    ReturnAnswer,
    SaleAnswer,
    ScanAnswer,
)
from pos_loyalty.receipts.explained import counted, with_unit
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.texts import translate

DONE_S = 60
"""So long a closed sale stays, with its question, unless somebody else comes."""
SCAN_SENTENCES = {
    "unknown_card": ("This card is new here", "Your points are kept: join at the till."),
    "ended_card": ("This card was replaced", "Please use your new one."),
    "programme_ended": ("The programme has ended", "No more points are collected."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One view of the display.

    `scene` is idle, message, welcome, basket, done or joined. `lead` is read from afar, `lines`
    stand below it; `way` is how far it is to the next tier, as what counts and what it takes;
    `ticket` and `member` are what the customer may answer about, `asks` whether the receipt is
    asked for. After `lasts_s` seconds the display goes back to idle by itself; 0 is never.
    """

    scene: str
    lead: str = ""
    lines: tuple[str, ...] = ()
    ticket: str = ""
    member: str = ""
    asks: bool = False
    url: str = ""
    lasts_s: int = 0
    way: tuple[int, int] | None = None


IDLE = Shown(scene="idle")


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells notices to a customer who reads `language`, in a shop of `currency`."""

    language: str
    currency: str

    def shown(self, kind: str, body: Struct) -> Shown | None:
        """Give what a notice shows, or nothing where it does not concern the customer."""
        match body:
            case ScanAnswer(outcome="member", member=MemberView() as member):
                return self._welcome(member)
            case ScanAnswer(outcome=outcome) if outcome in SCAN_SENTENCES:
                lead, line = SCAN_SENTENCES[outcome]
                told = (self._say(line),)
                return Shown(scene="message", lead=self._say(lead), lines=told, lasts_s=DONE_S)
            case MemberView() if kind == "member_enrolled":
                return self._joined(body)
            case BasketAnswer():
                return self._basket(body)
            case SaleAnswer():
                return self._sold(body)
            case ReturnAnswer():
                refund = self._figures().money(body.refund)
                lead = self._say("Refund {amount}", amount=refund)
                return Shown(scene="message", lead=lead, lasts_s=DONE_S)
        return None

    def _welcome(self, member: MemberView) -> Shown:
        return Shown(
            scene="welcome",
            lead=self._hello(member),
            lines=self._held(member),
            way=way_of(member),
        )

    def _joined(self, member: MemberView) -> Shown:
        return Shown(
            scene="joined",
            lead=self._hello(member),
            lines=(self._say("You are a member now."),),
            member=member.member,
        )

    def _basket(self, basket: BasketAnswer) -> Shown:
        if not basket.total:
            if basket.member is None:
                return IDLE
            return self._welcome(basket.member)
        words = self._figures(basket.member)
        lines = []
        if basket.member is not None:
            lines.append(self._hello(basket.member))
        if basket.why is not None and basket.why.said:
            lines.append(f"+ {basket.why.said}" if basket.earns else basket.why.said)
        elif basket.earns:
            lines.append(f"+ {counted(basket.earns, words)}")
        lines += [
            f"{each.name} · + {counted(each.earned, self._counting(each.unit))}"
            for each in basket.beside
            if each.earned
        ]
        whose = {offer.label: each.name for each in basket.beside for offer in each.rewards}
        for off in (*basket.discounts, *basket.vouchers):
            label = f"{off.label} ({whose[off.label]})" if off.label in whose else off.label
            lines.append(f"{label} − {words.money(off.amount)}")
        return Shown(scene="basket", lead=words.money(basket.total), lines=tuple(lines))

    def _sold(self, sale: SaleAnswer) -> Shown:
        member, words = sale.member, self._figures(sale.member)
        lines = [self._say("Total {amount}", amount=words.money(sale.total))]
        lead = self._say("Thank you")
        if member is not None:
            lines += self._held(member)
            if sale.earned:
                lead = f"+ {counted(sale.earned, words)}"
            elif sale.why is not None and sale.why.said:
                lines.insert(1, sale.why.said)
        return Shown(
            scene="done",
            lead=lead,
            lines=tuple(lines),
            ticket=sale.ticket,
            member=member.member if member else "",
            asks=not (sale.receipt_job or sale.receipt_url),
            url=sale.receipt_url,
            lasts_s=DONE_S,
            way=way_of(member) if member else None,
        )

    def _hello(self, member: MemberView) -> str:
        if not member.first_name:
            return self._say("Hello")
        return self._say("Hello {name}", name=member.first_name)

    def _held(self, member: MemberView) -> tuple[str, ...]:
        """Tell balance, tier and what is left to the next one."""
        words = self._figures(member)
        lines = [self._say("You have {points}", points=counted(member.points, words))]
        standing = [self._say("Tier {tier}", tier=member.tier)] if member.tier else []
        if member.next_tier:
            left = words.money(member.to_next)
            standing.append(
                self._say("{amount} more to {tier}", amount=left, tier=member.next_tier)
            )
        beside = [
            f"{each.name} · {counted(each.points, self._counting(each.unit))}"
            for each in member.beside
            if each.points
        ]
        return (*lines, *([" · ".join(standing)] if standing else []), *beside)

    def _counting(self, unit: str) -> Figures:
        return with_unit(figures(self.language, self.currency), unit)

    def _figures(self, member: MemberView | None = None) -> Figures:
        words = figures(self.language, self.currency)
        return with_unit(words, member.unit) if member is not None else words

    def _say(self, sentence: str, **values: str | int) -> str:
        return translate(sentence, self.language, **values)


def way_of(member: MemberView) -> tuple[int, int] | None:
    """Give what counts towards the next tier and what it takes; nothing above the last one."""
    return (member.toward, member.toward + member.to_next) if member.next_tier else None
