"""What the customer display says, from what happened at the till: two lines of twenty."""

import threading

from pos_loyalty.answers import BasketAnswer, MemberView, ReturnAnswer, SaleAnswer, ScanAnswer
from pos_loyalty.node.notices import Board, Posted
from pos_loyalty.ports.devices import MessageOutput
from pos_loyalty.texts import translate

WAIT_S = 5.0


class Greeter:
    """Follows the board and shows the newest thing that concerns the customer."""

    def __init__(self, board: Board, display: MessageOutput, language: str) -> None:
        self._board = board
        self._display = display
        self._language = language
        self._thread = threading.Thread(target=self._follow, name="greeter", daemon=True)

    def start(self) -> None:
        """Begin with what happens from now on; ends when the board closes."""
        self._thread.start()

    def _follow(self) -> None:
        seen = self._board.last
        while not self._board.closed:
            for posted in self._board.wait(seen, WAIT_S):
                seen = posted.number
                shown = lines_for(posted, self._language)
                if shown:
                    self._display.show(*shown)


def lines_for(posted: Posted, language: str) -> tuple[str, str] | None:
    """Give the two lines that a notice shows to the customer, or nothing."""

    def say(sentence: str, **values: str | int) -> str:
        return translate(sentence, language, **values)

    match posted.notice.body:
        case ScanAnswer(outcome="member", member=member) if member is not None:
            return say("Hello {name}", name=member.first_name), _held(member, language)
        case ScanAnswer(outcome="unknown_card"):
            return say("New card"), say("Points are kept")
        case ScanAnswer(outcome="ended_card"):
            return say("Card replaced"), say("Use the new one")
        case ScanAnswer(outcome="programme_ended"):
            return say("Programme ended"), say("No more points")
        case BasketAnswer(earns=earns, total=total, member=member) if total:
            wallet = member is not None and member.unit == "cents"
            told = f"+{_money(earns)}" if wallet else say("+{n} points", n=earns)
            return say("Total {amount}", amount=_money(total)), told
        case SaleAnswer(member=member, earned=earned) if member is not None:
            if member.unit == "cents":
                return f"+{_money(earned)}", say("Balance {n}", n=_money(member.points))
            return say("+{n} points", n=earned), say("Balance {n}", n=member.points)
        case SaleAnswer():
            return say("Thank you"), say("Goodbye")
        case ReturnAnswer(refund=refund):
            return say("Refund {amount}", amount=_money(refund)), ""
    return None


def _held(member: MemberView, language: str) -> str:
    if member.unit == "cents":
        return translate("Wallet {amount}", language, amount=_money(member.points))
    return translate("{n} points", language, n=member.points)


def _money(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"
