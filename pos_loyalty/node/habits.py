"""How the till is worked with, counted by day: how long things take, how often they go astray.

Counted for the till as a whole, never for a person; no name, no ticket and no amount is kept.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field

from pos_loyalty import answers, commands
from pos_loyalty.commands import Command
from pos_loyalty.domain.calendar import business_day
from pos_loyalty.domain.days import iso
from pos_loyalty.errors import LoyaltyError
from pos_loyalty.node.execute import Node
from pos_loyalty.store import local

STEPS_S = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)
"""Times are counted by the first of these seconds that they do not exceed; longer ones last."""
KEPT_DAYS = 400
OPEN_MAX = 200
"""So many baskets, searches and suggestions are followed at once; older ones are let go."""
_NAME = "habits/"


class Habit(StrEnum):
    """What is counted; the first two are timed."""

    SALE = "sale"
    """A member's basket, from the card to the closed ticket."""
    FIND = "find"
    """A member without a card, from the first letters that found somebody to the choice."""
    SEARCH = "search"
    IDENTIFIED = "identified"
    MISTAKEN = "mistaken"
    """A member was taken off the basket again."""
    SUGGESTED = "suggested"
    """An address was probably meant otherwise, and the screen said so."""
    TAKEN = "taken"
    MAILED = "mailed"
    PRINTED = "printed"


class Counted(Struct, kw_only=True):
    """Counts by habit, and of timed ones how many took as long as each step."""

    counts: dict[str, int] = field(default_factory=dict)
    times: dict[str, list[int]] = field(default_factory=dict)

    def add(self, other: "Counted") -> None:
        """Count what another counted."""
        for name, count in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        for name, steps in other.times.items():
            known = self.times.get(name, [0] * len(steps))
            self.times[name] = [one + more for one, more in zip(known, steps, strict=True)]

    def of(self, habit: Habit) -> int:
        """Give how often something happened."""
        return self.counts.get(habit, 0)

    def within_s(self, habit: Habit, percent: int) -> int:
        """Give the seconds within which so many percent were done; 0 where none were, and where
        it took longer than the last step."""
        steps = self.times.get(habit, [])
        needed, done = -(-sum(steps) * percent // 100), 0
        for seconds, count in zip(STEPS_S, steps, strict=False):
            done += count
            if done >= needed > 0:
                return seconds
        return 0


class Habits:
    """Hears what is carried out at a till, and counts; `keep` writes what was counted since."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._new: dict[int, Counted] = {}
        self._baskets: dict[str, int] = {}
        self._searches: dict[str, int] = {}
        self._meant: dict[str, None] = {}

    def hear(self, command: Command, answer: Any) -> None:
        """Count what a command that was carried out says."""
        with self._lock:
            match command:
                case commands.ReadLabel() if isinstance(answer, answers.ScanAnswer):
                    if answer.outcome == "member":
                        self._identified(answer.basket)
                case commands.AttachMember():
                    self._identified(command.basket)
                    began = self._searches.pop(_device(command.actor), None)
                    if command.member and began is not None:
                        self._took(Habit.FIND, began)
                case commands.DetachMember():
                    if self._baskets.pop(command.basket, None) is not None:
                        self._count(Habit.MISTAKEN)
                case commands.DropBasket():
                    self._baskets.pop(command.basket, None)
                case commands.CloseSale(source="live"):
                    began = self._baskets.pop(command.basket, None)
                    if began is not None:
                        self._took(Habit.SALE, began)
                    self._handed(command.receipt)
                case commands.ChooseReceipt():
                    self._handed(command.choice)
                case commands.EnrolMember():
                    self._addressed(command.profile.get("email", ""))
                case commands.ChangeProfile():
                    self._addressed(command.fields.get("email", ""))

    def searched(self, device: str) -> None:
        """Count a search at a screen that found somebody."""
        with self._lock:
            self._count(Habit.SEARCH)
            _follow(self._searches, device, self._now())

    def suggested(self, meant: str) -> None:
        """Count an address that a screen was told is probably meant; it is not kept."""
        with self._lock:
            if meant not in self._meant:
                self._count(Habit.SUGGESTED)
                self._meant[meant] = None
                if len(self._meant) > OPEN_MAX:
                    del self._meant[next(iter(self._meant))]

    def keep(self) -> None:
        """Write what was counted, and forget days that are too old.

        Raises the `LoyaltyError` of a store that takes nothing; it is counted on, and tried again.
        """
        with self._lock:
            new, self._new = self._new, {}
        if not new:
            return

        def work() -> None:
            with self._node.store.write() as tx:
                for day, counted in new.items():
                    known = _read(local.setting(tx, _NAME + iso(day)))
                    known.add(counted)
                    local.keep_setting(tx, _NAME + iso(day), msgspec.json.encode(known))
                oldest = _NAME + iso(max(new) - KEPT_DAYS)
                for name, _ in local.settings_under(tx, _NAME):
                    if name < oldest:
                        local.drop_setting(tx, name)

        try:
            self._node.write(work)
        except LoyaltyError:
            with self._lock:
                for day, counted in new.items():
                    self._new.setdefault(day, Counted()).add(counted)
            raise

    def between(self, first: int, last: int) -> Counted:
        """Give what was counted from one business day to another, both included."""
        with self._node.store.read() as tx:
            found = local.settings_under(tx, _NAME)
        with self._lock:
            fresh = [counted for day, counted in self._new.items() if first <= day <= last]
        names = _NAME + iso(first), _NAME + iso(last)
        kept = [_read(value) for name, value in found if names[0] <= name <= names[1]]
        return _sum([*kept, *fresh])

    def _identified(self, basket: str) -> None:
        if basket not in self._baskets:
            self._count(Habit.IDENTIFIED)
            _follow(self._baskets, basket, self._now())

    def _handed(self, choice: commands.ReceiptChoice) -> None:
        self._addressed(choice.email)
        if choice.channel in ("email", "paper"):
            self._count(Habit.MAILED if choice.channel == "email" else Habit.PRINTED)

    def _addressed(self, email: str) -> None:
        if email in self._meant:
            del self._meant[email]
            self._count(Habit.TAKEN)

    def _took(self, habit: Habit, began_ms: int) -> None:
        self._count(habit)
        steps = self._today().times.setdefault(habit, [0] * (len(STEPS_S) + 1))
        steps[bisect_left(STEPS_S, (self._now() - began_ms) / 1000)] += 1

    def _count(self, habit: Habit) -> None:
        counts = self._today().counts
        counts[habit] = counts.get(habit, 0) + 1

    def _today(self) -> Counted:
        settings = self._node.settings
        day = business_day(self._now(), settings.zone, settings.closes_at)
        return self._new.setdefault(day, Counted())

    def _now(self) -> int:
        return self._node.clock.now_ms()


def _device(actor: str) -> str:
    return actor.partition("/")[0]


def _follow(known: dict[str, int], name: str, now: int) -> None:
    """Note when something began, unless it has already."""
    known.setdefault(name, now)
    if len(known) > OPEN_MAX:
        del known[next(iter(known))]


def _read(value: bytes | None) -> Counted:
    return msgspec.json.decode(value, type=Counted) if value else Counted()


def _sum(found: Iterable[Counted]) -> Counted:
    total = Counted()
    for each in found:
        total.add(each)
    return total
