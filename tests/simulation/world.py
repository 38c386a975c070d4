"""The simulation: a hub, its tills, people and mishaps, one step after the other by a seed."""

import hashlib
import random
import shutil
from collections import deque
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from sqlalchemy import select

from pos_loyalty import commands
from pos_loyalty.answers import HoldAnswer
from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import schema
from pos_loyalty.store.migrate import open_store
from sync.session import Link
from tests.simulation import checks, shopping
from tests.simulation.book import Book
from tests.simulation.checks import Broken, demand
from tests.simulation.clocks import Time
from tests.simulation.machines import Machine, Office, PowerCut, Register, settings_of
from tests.simulation.mishaps import MISHAPS, write_payload
from tests.simulation.network import Network, Weather, Wire
from tests.support.shop import PROGRAMME

TRACE = 30
"""How many of the last things done a failure shows."""
ROUNDS_MAX = 12
"""In how many rounds everything must have come to rest once nothing goes wrong any more."""
VERIFY_EVERY = 150
PAUSE_MS = 16_000
STEP_MS = (1_000, 3_000, 8_000, 20_000, 60_000, 400_000)
INTERRUPTIONS = {Reason.DISK_FULL}
"""What may interrupt a session: it goes on later."""


class World:
    """Everything there is. The same seed gives the same world, step by step."""

    def __init__(self, seed: int, folder: Path, *, tills: int = 0) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.folder = folder
        self.time = Time()
        self.book = Book()
        self.steps = 0
        self.trace: deque[str] = deque(maxlen=TRACE)
        self.ticket_numbers = count(1)
        self.secrets = count(1)
        self.holds: dict[str, list[tuple[str, tuple[Line, ...], HoldAnswer]]] = {}
        self.images: dict[str, Path] = {}
        self.rotten: list[tuple[Register, bytes, bytes]] = []
        self.tills: list[Register] = []
        settings = settings_of("office", "hq", "0", under_hub=False)
        self.office = Office(folder, "office", settings, self.time, self._dice("office"))
        self._empty = self._make_empty()
        self._boot(self.office)
        self.network = Network(self.time, self._dice("network"), self.office)
        shopping.do(self, self.office, commands.PublishProgramme, content=PROGRAMME)
        for index in range(tills or self.rng.randrange(2, 5)):
            self._add_till(index)

    def _dice(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {name}")

    def _make_empty(self) -> Path:
        """Make an empty database once; every node begins with a copy."""
        path = self.folder / "empty.db"
        open_store(f"sqlite:///{path}").close()
        return path

    def _boot(self, machine: Machine) -> None:
        shutil.copyfile(self._empty, machine.path)
        machine.boot()

    def _add_till(self, index: int) -> None:
        name = f"till{index + 1}"
        store = ("paris-1", "paris-1", "lyon-2", "paris-1")[index]
        settings = settings_of(name, store, str(index + 1), under_hub=True)
        till = Register(self.folder, name, settings, self.time, self._dice(name))
        till.transport = Wire(self.network, name)
        self._boot(till)
        self.tills.append(till)
        if self.rng.randrange(4):
            self.office.trap = None
            till.code = self.office.code(store, settings.till)
            self.sync(till)
        else:  # it sells before it joins
            shopping.do(self, till, commands.PublishProgramme, content=PROGRAMME)

    # --- telling ------------------------------------------------------------------------------
    def tell(self, text: str) -> None:
        self.trace.append(f"{self.steps:>5} {self.time.now_ms % 10**10:>10} {text}")

    def some_till(self) -> Register:
        return self.rng.choice(self.tills)

    def is_cloned(self, till: Machine) -> bool:
        return any(each.original is till for each in self.tills)

    def forget_doings(self, machine: Machine) -> None:
        """Forget what was open on a machine that was set back."""
        self.holds.pop(machine.name, None)
        self.book.set_back(machine)

    # --- clones -------------------------------------------------------------------------------
    def add_clone(self, till: Register) -> None:
        name = f"{till.name}k{self.steps}"
        clone = Register(self.folder, name, till.settings, self.time, self._dice(name))
        clone.original = till
        clone.code = till.code
        clone.transport = Wire(self.network, name)
        shutil.copyfile(self._empty, clone.path)
        clone.path = till.image()
        clone.boot()
        self.tills.append(clone)

    def retire(self, clone: Register) -> None:
        """Let a clone tell all it knows, and take it away."""
        self.tell(f"{clone.name}: retired")
        weather = self.network.weather
        self.network.weather = Weather()
        self.let_in(clone)
        for _ in range(ROUNDS_MAX):
            self.time.pass_ms(PAUSE_MS)
            self.sync(clone)
            if clone.session.upstream.unsent().facts == 0:
                break
        else:
            raise Broken(f"14: the clone {clone.name} cannot tell what it knows")
        self.network.weather = weather
        self.tills.remove(clone)
        clone.stop()

    def let_in(self, till: Register) -> None:
        """Give a till that is not let in, or was forgotten, a code to join with."""
        if till.session.status().link in (Link.UNENROLLED, Link.REVOKED) or not till.code:
            self.office.trap = None
            till.code = self.office.code(till.settings.store, till.settings.till)

    # --- steps --------------------------------------------------------------------------------
    def step(self) -> None:
        """Do one thing, whatever the dice say, and look whether all is well."""
        self.steps += 1
        self.time.pass_ms(self.rng.choice(STEP_MS))
        self.time.do_what_is_due()
        what = self.rng.choices(("till", "office", "sync", "mishap"), (50, 4, 36, 10))[0]
        if what == "till":
            act = self.rng.choices(*_weighed(shopping.AT_A_TILL))[0]
            act(self, self.some_till())
        elif what == "office":
            shopping_act = self.rng.choices(*_weighed(shopping.IN_THE_OFFICE))[0]
            shopping_act(self, self.office)
        elif what == "sync":
            till = self.some_till()
            self.tell(f"{till.name}: syncs")
            self.sync(till)
            self._look_after(till)
        else:
            self.rng.choices(*_weighed(MISHAPS))[0](self)
        if self.steps % VERIFY_EVERY == 0:
            self.look_closely()

    def sync(self, till: Register) -> None:
        """Let a till talk to the hub; power may go, disks may be full."""
        try:
            till.session.step()
        except PowerCut as cut:
            assert cut.machine is till
            self.tell("  and the power went")
            till.reboot()
        except LoyaltyError as error:
            if error.reason not in INTERRUPTIONS:
                raise
        while self.network.told:
            self.tell(f"  {self.network.told.pop(0)}")

    def _look_after(self, till: Register) -> None:
        hub = self.office.store
        demand(
            chain(
                checks.feeds_are_dense(hub),
                checks.acknowledged_is_held(hub, till.store, till.settings.node),
                checks.stamps_are_bounded(
                    hub, self.office.clock.now_ms(), self.office.settings.node
                ),
            )
        )

    def look_closely(self) -> None:
        """Compute everything anew at every node."""
        demand(
            chain(
                checks.clamps_only_fall(self.office.store, self.book),
                checks.agrees(self.office),
                *(
                    checks.agrees(till)
                    for till in self.tills
                    if all(till is not each for each, _, _ in self.rotten)
                ),
            )
        )

    # --- the end ------------------------------------------------------------------------------
    def heal(self) -> None:
        """Let nothing go wrong any more, and everything come to rest in bounded time."""
        self.tell("all is healed")
        self.network.weather = Weather()
        self.time.do_everything()
        self.network.weather.hub_is_down = False
        for machine in (*self.tills, self.office):
            machine.trap = None
            machine.clock.ahead_ms = machine.clock.drift_ppm = 0
        for till in [till for till in self.tills if till.original is not None]:
            self.retire(till)
        for till in self.tills:
            self.let_in(till)
        for till in self.tills:
            for command in self.book.unsure.pop(till.name, []):
                shopping.give(self, till, command)
        self._come_to_rest()
        for till, fact_id, payload in self.rotten:
            if till in self.tills:
                write_payload(till, fact_id, payload)
        self.rotten.clear()

    def _come_to_rest(self) -> None:
        for _ in range(ROUNDS_MAX):
            for till in self.tills:
                self.time.pass_ms(PAUSE_MS)
                self.sync(till)
            if not list(self._unrest()):
                return
        demand(self._unrest())

    def _unrest(self) -> Iterator[str]:
        for till in self.tills:
            yield from checks.all_is_told(self.office, till)

    def judge(self) -> None:
        """Look at everything that must hold once all is healed."""
        self.look_closely()
        hub = self.office.store
        demand(
            chain(
                checks.promises_are_kept(hub, self.book),
                checks.chains_are_one(hub, self.tills),
                checks.sums_are_naive(self.office),
                checks.holds_end_once(self.office),
                checks.overspending_is_bounded(self.office),
                *(
                    checks.tills_see_what_the_hub_sees(self.office, till, self.book)
                    for till in self.tills
                ),
                checks.erased_is_gone((self.office, *self.tills), self.book),
                checks.cards_are_one_account(self.office, self.book, shopping.CARDS),
            )
        )

    def digest(self) -> str:
        """Give one number for all tables of all nodes."""
        told = hashlib.sha256()
        for machine in (self.office, *self.tills):
            with machine.store.read() as tx:
                for table in schema.metadata.sorted_tables:
                    rows = sorted(repr(tuple(row)) for row in tx.rows(select(table)))
                    told.update(f"{machine.name} {table.name} {rows}".encode())
        return told.hexdigest()

    def close(self) -> None:
        self.network.weather.hub_is_down = True
        self.time.do_everything()
        for machine in (*self.tills, self.office):
            machine.stop()


def _weighed(table: dict[shopping.Act, int]) -> tuple[list[shopping.Act], list[int]]:
    return list(table), list(table.values())
