"""Looking at all stores from head office: registers, what shops owe each other, comparison, queues.

`within` are the stores that somebody sees; nothing: every one. What is asked of stores that are
not seen is answered as if they were not there.
"""

from collections import Counter
from pathlib import Path

from msgspec import Struct

from pos_loyalty.domain.comparing import Share, share
from pos_loyalty.domain.legs import COUNTER_BITS
from pos_loyalty.domain.settlement import Debt, Worth, debts, seen_by, worth_of
from pos_loyalty.insight.looking import Figures
from pos_loyalty.ports.services import Clock
from pos_loyalty.programmes.reading import read_programme
from pos_loyalty.store import senders, shop, tickets
from pos_loyalty.store.engine import Store
from pos_loyalty.store.insight_file import InsightFile
from pos_loyalty.store.statements import Row, Tx

Within = tuple[str, ...] | None
ELSEWHERE = "*"
"""What all stores are called together that somebody does not see; no store's code has a star."""
TOLD_BEFORE = "FACT_REPEATED"
"""Why a fact was not taken that another register had told under the same id."""
SET_ASIDE_MAX = 500
"""So many facts that do not count are looked at, the newest first."""


class RegisterView(Struct, frozen=True, kw_only=True):
    """A register as head office knows it; moments are Unix milliseconds, 0 for never.

    `seen` is its last contact, `told` the moment of the newest fact of it that is here. `parked`
    facts of it do not count, `refused` ones could not be taken.
    """

    node: str
    store: str
    till: str
    state: str
    app: str
    seen: int
    told: int
    ahead_ms: int
    facts: int
    parked: int
    refused: int
    silent: bool


class Shop(Struct, frozen=True, kw_only=True):
    """A store with its registers; `name` and `region` as it was declared last."""

    store: str
    name: str
    region: str
    registers: tuple[RegisterView, ...]


class Conflict(Struct, frozen=True, kw_only=True):
    """A fact that does not count: of which register, under which business key, and why.

    `refused` ones could not even be read; a `taken` key is that of the ticket that counts.
    """

    store: str
    till: str
    node: str
    inc: int
    seq: int
    key: str
    reason: str
    refused: bool


class Compared(Struct, frozen=True, kw_only=True):
    """What a store did in a period; a share is missing where it is of too few cases.

    `redeemed` is spent points per hundred given, missing below as many tickets of members; `asked`
    how many of the customers without a card were asked for one.
    """

    store: str
    figures: Figures
    identified: Share | None
    members_turnover: Share | None
    redeemed: int | None
    joined: int
    with_email: Share | None
    asked: Share | None = None


class Chain:
    """Reads what concerns several stores; any thread may ask. `path` is the read model's file."""

    def __init__(
        self, store: Store, clock: Clock, path: Path, *, silent_ms: int, least: int
    ) -> None:
        self._store = store
        self._clock = clock
        self._path = path
        self.silent_ms = silent_ms
        self.least = least
        self._programmes = shop.ProgrammeShelf()

    def stores_of(self, codes: tuple[str, ...], day: int) -> tuple[str, ...]:
        """Give the stores that codes name: stores themselves, and all those of a region."""
        with self._store.read() as tx:
            placed = shop.places(tx, day)
        inside = [e for e in placed if e[0] == "store" and e[3] in codes]
        of_region = [code for _, code, _, parent in inside if _is_region(placed, parent)]
        return tuple(sorted({*codes, *of_region}))

    # --- registers ----------------------------------------------------------------------------
    def shops(self, day: int, within: Within = None) -> tuple[Shop, ...]:
        """Give the stores with their registers, as they are named on a day."""
        with self._store.read() as tx:
            found = [each for each in self._registers(tx) if _is_seen(each.store, within)]
            placed = {code: (name, parent) for level, code, name, parent in shop.places(tx, day)
                      if level == "store" and _is_seen(code, within)}  # fmt: skip
        codes = sorted({*placed, *(each.store for each in found)})
        return tuple(
            Shop(
                store=code,
                name=placed.get(code, ("", ""))[0],
                region=placed.get(code, ("", ""))[1],
                registers=tuple(each for each in found if each.store == code),
            )
            for code in codes
        )

    def silent(self, within: Within = None) -> int:
        """Count the registers that were not heard of for too long."""
        with self._store.read() as tx:
            return sum(
                each.state == senders.ACTIVE and self._is_silent(each)
                for each in senders.senders(tx)
                if _is_seen(each.store, within)
            )

    def _is_silent(self, sender: senders.Sender) -> bool:
        return self._clock.now_ms() - sender.seen > self.silent_ms

    def _registers(self, tx: Tx) -> list[RegisterView]:
        parked = Counter(row[0] for row in tickets.parked(tx, SET_ASIDE_MAX))
        refused = Counter(each.node for each in _refused(tx))
        found = []
        for each in senders.senders(tx):
            heads = senders.chains(tx, each.node)
            view = RegisterView(
                node=each.node.hex(),
                store=each.store,
                till=each.till,
                state=each.state,
                app=each.app,
                seen=each.seen,
                told=max((head.stamp for head in heads), default=0) >> COUNTER_BITS,
                ahead_ms=each.ahead,
                facts=sum(head.seq for head in heads),
                parked=parked[each.node],
                refused=refused[each.node],
                silent=each.state == senders.ACTIVE and self._is_silent(each),
            )
            found.append(view)
        return found

    # --- between shops ------------------------------------------------------------------------
    def debts(self, first: int, last: int, within: Within = None) -> tuple[Debt, ...]:
        """Give what shops owe each other for points spent from one day to another.

        Points are worth what the programme says on the last day. Of shops that are not seen, all
        together are one, called `ELSEWHERE`.
        """
        with InsightFile(self._path) as file:
            rows = [(e.programme, e.giver, e.store, e.points) for e in file.owed(first, last)]
        if within is not None:
            rows = seen_by(rows, frozenset(within), ELSEWHERE)
        return debts(rows, self._worth({row[0] for row in rows}, last))

    def _worth(self, programmes: set[str], day: int) -> dict[str, Worth]:
        with self._store.read() as tx:
            known = {each.id: worth_of(each) for each in self._programmes.all_on(tx, day)}
            for name in sorted(programmes - known.keys()):  # ended meanwhile: as it was last
                versions = shop.texts_of(tx, name)
                if versions:
                    known[name] = worth_of(read_programme(versions[0][1]))
        return known

    # --- comparison ---------------------------------------------------------------------------
    def compared(self, first: int, last: int, within: Within = None) -> tuple[Compared, ...]:
        """Give what stores did from one day to another, by store."""
        with InsightFile(self._path) as file:
            found = file.of_stores(first, last)
            joined = {each.store: (each.people, each.emails) for each in file.joined(first, last)}
        return tuple(
            self._compared(store, figures, *joined.get(store, (0, 0)))
            for store, figures in found
            if store and _is_seen(store, within)
        )

    def _compared(self, store: str, figures: Figures, joined: int, emails: int) -> Compared:
        enough = figures.with_member >= self.least and figures.issued > 0
        return Compared(
            store=store,
            figures=figures,
            identified=share(figures.with_member, figures.sales, least=self.least),
            members_turnover=self._turnover(figures),
            redeemed=round(100 * figures.used / figures.issued) if enough else None,
            joined=joined,
            with_email=share(emails, joined, least=self.least),
            asked=share(figures.asked, figures.asked + figures.not_asked, least=self.least),
        )

    def _turnover(self, figures: Figures) -> Share | None:
        """Give members' share of sales: money is no number of cases, so it has no interval."""
        if figures.sales < self.least or figures.amount <= 0:
            return None
        value = figures.member_amount / figures.amount
        return Share(figures.member_amount, figures.amount, value, value)

    # --- queues -------------------------------------------------------------------------------
    def conflicts(self, within: Within = None) -> list[Conflict]:
        """Give facts that do not count, the newest first."""
        with self._store.read() as tx:
            homes = {each.node: (each.store, each.till) for each in senders.senders(tx)}
            parked = [(*row, False) for row in tickets.parked(tx, SET_ASIDE_MAX)]
            refused = [
                (each.node, each.inc, each.seq, "", each.reason, True) for each in _refused(tx)
            ]
        found = []
        for node, inc, seq, key, reason, is_refused in (*refused, *parked):
            store, till = homes.get(node, ("", ""))
            if within is None or (store in within and _is_of(key, within)):
                found.append(
                    Conflict(
                        store=store, till=till, node=node.hex(), inc=inc, seq=seq, key=key,
                        reason=reason, refused=is_refused,
                    )
                )  # fmt: skip
        return found


def _is_region(placed: list[Row], code: str) -> bool:
    return any((level, known) == ("region", code) for level, known, *_ in placed)


def _refused(tx: Tx) -> list[senders.Quarantined]:
    """Give facts that could not be taken, but for those that are here from another register.

    Every register of a company tells its name; whoever is first is heard, and nothing is lost.
    """
    found = senders.quarantined(tx, SET_ASIDE_MAX)
    return [each for each in found if each.reason != TOLD_BEFORE]


def _is_seen(store: str, within: Within) -> bool:
    return within is None or store in within


def _is_of(key: str, within: tuple[str, ...]) -> bool:
    """Tell whether a business key, where there is one, is of one of some stores."""
    return not key or key.partition("/")[0] in within
