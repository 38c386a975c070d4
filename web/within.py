"""What somebody sees who answers for some stores only: those, and the members who joined there.

Whoever is not of head office reads through this, so that no page, file or link of the panel can
show more; what lies outside is refused as if it were not there.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from pos_loyalty.answers import IssuedVoucher, MemberView, TicketExplanation
from pos_loyalty.domain.movements import Movement
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.insight.looking import Insight
from pos_loyalty.queries import LIST_MAX, FlagView, Queries, TicketView
from web.services import Services

FLAGS_MAX = 2_000
"""So many flags are looked at, the newest first."""
PARKED_MAX = 500


def narrowed(found: Services, stores: tuple[str, ...]) -> Services:
    """Give services that see some stores and nothing else."""
    return replace(
        found,
        queries=QueriesWithin(found.queries, found.insight, stores),
        insight=found.insight.only(stores),
        within=stores,
    )


class QueriesWithin(Queries):
    """The read side, for the tickets of some stores and the members who joined there.

    Whatever else is asked for is unknown: `MEMBER_UNKNOWN`, `CARD_UNKNOWN`, `TICKET_UNKNOWN`.
    """

    def __init__(self, whole: Queries, insight: Insight, stores: tuple[str, ...]) -> None:
        super().__init__(*whole.parts)
        self._insight = insight
        self._stores = frozenset(stores)

    def member_by_card(self, card: str) -> MemberView:
        """Show who holds a card and joined at one of the stores."""
        found = super().member_by_card(card)
        if not self._sees_member(found.member):
            raise LoyaltyError(Reason.CARD_UNKNOWN)
        return found

    def find_members(self, text: str) -> tuple[MemberView, ...]:
        """Find members who joined at one of the stores."""
        return tuple(e for e in super().find_members(text) if self._sees_member(e.member))

    def tickets_of(self, member: str, limit: int = LIST_MAX) -> tuple[str, ...]:
        """Give a member's tickets at the stores."""
        return tuple(filter(self._sees, super().tickets_of(member, limit)))

    def statement(self, member: str, limit: int = LIST_MAX) -> tuple[Movement, ...]:
        """Give a member's lines; which ticket it was is told of the stores' own only."""
        return tuple(map(self._masked, super().statement(member, limit)))

    def ticket(self, key: str) -> TicketView:
        """Show a ticket of one of the stores, and its member where they joined there."""
        self._require_tickets(key)
        found = super().ticket(key)
        known = found.member is not None and self._sees_member(found.member.member)
        return found if known else msgspec.structs.replace(found, member=None)

    def explanation(self, key: str) -> TicketExplanation:
        """Explain a ticket of one of the stores."""
        self._require_tickets(key)
        found = super().explanation(key)
        self._require_tickets(found.ticket)  # a return is explained by its ticket
        return found

    def flagged(self, *, settled: bool = False, limit: int = LIST_MAX) -> tuple[FlagView, ...]:
        """Show what is about these stores and their members alone."""
        found = super().flagged(settled=settled, limit=limit)
        return tuple(each for each in found if self._sees_flag(each))

    def parked(self, limit: int = LIST_MAX) -> list[tuple[str, int, int, str, str]]:
        """Give facts of the stores' tickets that do not count."""
        return [row for row in super().parked(PARKED_MAX) if self._sees(row[3])][:limit]

    def issued(self, key: str) -> tuple[IssuedVoucher, ...]:
        """Give what a ticket of one of the stores brought."""
        self._require_tickets(key)
        return super().issued(key)

    def _known(self, tx: Any, member: bytes) -> MemberView:
        """Give somebody who joined at one of the stores; whatever is asked of a member comes by."""
        if not self._sees_member(member.hex()):
            raise LoyaltyError(Reason.MEMBER_UNKNOWN)
        return super()._known(tx, member)

    def _masked(self, line: Movement) -> Movement:
        if not line.ticket or self._sees(line.ticket):
            return line
        return msgspec.structs.replace(line, ticket="")

    def _sees_flag(self, flag: FlagView) -> bool:
        return (
            bool(flag.tickets or flag.members)
            and all(map(self._sees, flag.tickets))
            and all(map(self._sees_member, flag.members))
        )

    def _sees_member(self, member: str) -> bool:
        return self._insight.home_of(member) in self._stores

    def _sees(self, ticket: str) -> bool:
        return ticket.partition("/")[0] in self._stores

    def _require_tickets(self, *tickets: str) -> None:
        if not all(map(self._sees, tickets)):
            raise LoyaltyError(Reason.TICKET_UNKNOWN)


def require_seen(found: Services, fields: Iterable[tuple[str, object]]) -> None:
    """Refuse an order about what its giver does not see, or of which that cannot be told.

    Raises `LoyaltyError`: `ROLE_REFUSED`, `MEMBER_UNKNOWN`, `FLAG_UNKNOWN`.
    """
    if found.within is None:
        return
    named = {name: value for name, value in fields if name in ("member", "other", "flag")}
    if not named:
        raise LoyaltyError(Reason.ROLE_REFUSED)
    for name, value in named.items():
        if name != "flag":
            found.queries.member(str(value))
        elif not _shows_flag(found.queries, str(value)):
            raise LoyaltyError(Reason.FLAG_UNKNOWN)


def _shows_flag(queries: Queries, flag: str) -> bool:
    told = (*queries.flagged(limit=FLAGS_MAX), *queries.flagged(settled=True, limit=FLAGS_MAX))
    return any(each.flag == flag for each in told)
