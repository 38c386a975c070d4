"""News down: a snapshot first, then the feed from its number on, then what did not fit before."""

from typing import cast

from pos_loyalty.node.exchange import Page, UsedVouchers
from pos_loyalty.node.receive import Upstream
from pos_loyalty.node.used_list import UsedList
from sync.calls import Calls
from sync.outcome import Outcome

PAGES_MAX = 10_000
"""Pages in one go; more wait for the next round."""
WANTED_MAX = 50


class Downlink:
    """Brings a hub's news to a register. Runs only after everything was sent: a checkpoint that
    lacks own facts cannot be taken."""

    def __init__(self, upstream: Upstream, calls: Calls) -> None:
        self._upstream = upstream
        self._calls = calls
        self._used_list = UsedList(upstream.node)

    def fetch(self) -> Outcome:
        """Fetch all news there is, and ask for what did not fit when it was told."""
        for _ in range(PAGES_MAX):
            known = self._upstream.membership()
            if known is None:
                return Outcome.GREET
            if known.after < 0:
                answer = self._calls.snapshot(known.key)
            else:
                answer = self._calls.news(known.after)
            if answer.outcome is Outcome.EXPIRED:
                self._upstream.expire_news()
                continue
            if answer.outcome is not Outcome.DONE:
                return answer.outcome
            page = cast(Page, answer.message)
            take = self._upstream.take_snapshot if known.after < 0 else self._upstream.take_news
            if not take(page):
                return Outcome.GREET
            if known.after >= 0 and not page.more:
                return self._ask()
        return Outcome.DONE

    def _ask(self) -> Outcome:
        for account in self._upstream.wanted(WANTED_MAX):
            answer = self._calls.card(account.hex())
            if answer.outcome is not Outcome.DONE:
                return answer.outcome
            page = cast(Page, answer.message)
            if not self._upstream.take_card(page):
                return Outcome.GREET
            if not page.checkpoints:
                self._upstream.asked([account])
        return self._used()

    def _used(self) -> Outcome:
        """Read on in the list of vouchers that are used up."""
        for _ in range(PAGES_MAX):
            place = self._used_list.place
            answer = self._calls.used_vouchers(place.after, place.key)
            if answer.outcome is Outcome.EXPIRED:
                self._used_list.begin_again()
                continue
            if answer.outcome is not Outcome.DONE:
                return answer.outcome
            page = cast(UsedVouchers, answer.message)
            self._used_list.take(page)
            if place.after >= 0 and not page.more:
                break
        return Outcome.DONE
