"""What goes wrong with the machines: power, disks, clocks, copies, bad facts."""

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store.lock import ProcessLock
from pos_loyalty.store.senders import newest
from pos_loyalty.store.upstream import sent
from tests.simulation.book import accounts_of
from tests.simulation.checks import Broken
from tests.simulation.machines import STEPS, TORN, Machine, Register, Trap

if TYPE_CHECKING:
    from tests.simulation.world import World

DAY_MS = 86_400_000
JUMPS_MS = (-400 * DAY_MS, -3_600_000, -5_000, 4_000, 600_000, 3 * DAY_MS, 400 * DAY_MS)


def set_trap(world: "World", machine: Machine) -> None:
    """Let the power of a machine go at some step of what it does next."""
    if isinstance(machine, Register) and world.rng.random() < 0.5:
        machine.trap = Trap(step=world.rng.choice(STEPS))
    else:
        how = world.rng.choice(("before", "after", TORN))
        machine.trap = Trap(transaction=world.rng.randrange(1, 8), how=how)
    world.tell(f"{machine.name}: trap {machine.trap}")


def trap_a_till(world: "World") -> None:
    set_trap(world, world.some_till())


def trap_the_office(world: "World") -> None:
    set_trap(world, world.office)


def kill_a_till(world: "World") -> None:
    till = world.some_till()
    world.tell(f"{till.name}: killed")
    till.kill()


def kill_the_office(world: "World") -> None:
    world.tell("office: killed")
    world.office.kill()


def take_image(world: "World") -> None:
    """Make a backup of a till or of the hub."""
    machine = world.rng.choice([*world.tills, world.office])
    if machine in world.tills and world.is_cloned(machine):
        return
    world.tell(f"{machine.name}: backup")
    world.images[machine.name] = machine.image()


def restore_a_till(world: "World") -> None:
    """Put a till back to an older state; what only it knew is gone."""
    till = world.some_till()
    image = world.images.get(till.name)
    if image is None or till.original is not None or world.is_cloned(till):
        return
    world.tell(f"{till.name}: restored")
    till.restore(image)
    world.forget_doings(till)
    world.book.settle_losses(world.office, world.tills)


def restore_the_office(world: "World") -> None:
    """Put the hub back to an older state, and say so as its people do."""
    image = world.images.get(world.office.name)
    if image is None:
        return
    world.office.restore(image)
    world.tell("office: restored")
    world.office.hub.was_restored()
    world.forget_doings(world.office)
    world.book.clamps.clear()
    world.book.settle_losses(world.office, world.tills)


def clone_a_till(world: "World") -> None:
    """Start a second till on a copy of another's disk."""
    till = world.some_till()
    if len(world.tills) > 4 or till.original is not None or world.is_cloned(till):
        return
    if any(till is rotten for rotten, _, _ in world.rotten):
        return
    world.tell(f"{till.name}: cloned")
    world.add_clone(till)


def retire_a_clone(world: "World") -> None:
    clones = [till for till in world.tills if till.original is not None]
    if clones:
        world.retire(clones[0])


def cut_off(world: "World") -> None:
    till = world.some_till()
    world.tell(f"{till.name}: cut off")
    world.network.weather.cut_off.add(till.name)


def connect(world: "World") -> None:
    if world.network.weather.cut_off:
        name = world.rng.choice(sorted(world.network.weather.cut_off))
        world.tell(f"{name}: connected")
        world.network.weather.cut_off.discard(name)


def hub_down(world: "World") -> None:
    world.tell("office: down")
    world.network.weather.hub_is_down = True
    world.time.later(world.rng.choice((20_000, 400_000)), lambda: hub_up(world))


def hub_up(world: "World") -> None:
    world.network.weather.hub_is_down = False


def slow_down(world: "World") -> None:
    weather = world.network.weather
    weather.slow_per_mille = world.rng.choice((0, 300, 1000))
    world.tell(f"network: slow {weather.slow_per_mille} in a thousand")


def turn_weather(world: "World") -> None:
    weather = world.network.weather
    weather.faults_per_mille = world.rng.choice((0, 50, 200, 500))
    world.tell(f"network: {weather.faults_per_mille} faults in a thousand")


def jump_clock(world: "World") -> None:
    """Set a till's clock wrong, or right again."""
    till = world.some_till()
    if till.clock.ahead_ms and world.rng.random() < 0.6:
        till.clock.ahead_ms = 0
    else:
        till.clock.ahead_ms = world.rng.choice(JUMPS_MS)
    till.clock.drift_ppm = world.rng.choice((0, 0, -200, 500))
    world.tell(f"{till.name}: clock {till.clock.ahead_ms} ms ahead")


def sleep_long(world: "World") -> None:
    """Let a month pass, with one till in a cupboard."""
    till = world.some_till()
    world.tell(f"{till.name}: away for 31 days")
    world.network.weather.cut_off.add(till.name)
    world.time.pass_ms(31 * DAY_MS)


def sleep_a_night(world: "World") -> None:
    world.tell("a night passes")
    world.time.pass_ms(world.rng.choice((9, 14, 30)) * 3_600_000)


def fill_disk(world: "World") -> None:
    """Let a till's disk be full for a while."""
    till = world.some_till()
    world.tell(f"{till.name}: disk full")
    limit_pages(till, room=False)
    boots = till.boots

    def make_room() -> None:
        if till.boots == boots:
            limit_pages(till, room=True)

    world.time.later(60_000, make_room)


def limit_pages(machine: Machine, *, room: bool) -> None:
    machine.trap = None

    def work() -> None:
        with machine.store.write() as tx:
            (pages,) = tx.text("PRAGMA page_count").fetchone()
            tx.text(f"PRAGMA max_page_count = {2**30 if room else pages}").fetchone()

    machine.node.writer.run(work)


def start_twice(world: "World") -> None:
    """15: a second process on one database is turned away."""
    till = world.some_till()
    try:
        ProcessLock(till.path)
    except LoyaltyError as error:
        if error.reason is Reason.STORE_IN_USE:
            return
    raise Broken(f"15: {till.name} could be started twice")


def rot(world: "World") -> None:
    """Spoil an unsent sale on a till's disk: the hub must set it aside and go on."""
    till = world.some_till()
    if till.original is not None or world.is_cloned(till):
        return
    with till.store.read() as tx:
        head = newest(tx, till.settings.node)
        told = sent(tx, till.settings.node).get(head.inc)
        sql = "SELECT id, seq, payload FROM fact WHERE (node, inc, kind) = (?, ?, ?) AND seq > ?"
        place = [head.node, head.inc, "sale_closed", told.seq if told else 0]
        found = tx.text(sql, place).fetchall()
    sound = (row for row in found if bytes(row[0]) not in world.book.spoilt)
    for fact_id, seq, payload in islice(sound, 1):
        world.tell(f"{till.name}: {seq} rots")
        promise = world.book.promises.pop(bytes(fact_id), None)
        world.book.spoilt[bytes(fact_id)] = accounts_of(promise.fact) if promise else set()
        world.rotten.append((till, bytes(fact_id), bytes(payload)))
        write_payload(till, bytes(fact_id), bytes(payload).replace(b'"EUR"', b'"EUS"'))


def write_payload(machine: Machine, fact_id: bytes, payload: bytes) -> None:
    machine.trap = None

    def work() -> None:
        with machine.store.write() as tx:
            sql = "UPDATE fact SET payload = ? WHERE id = ? AND payload <> ''"
            tx.text(sql, [payload, fact_id])

    machine.node.writer.run(work)


MISHAPS: dict[Callable[["World"], None], int] = {
    trap_a_till: 12,
    trap_the_office: 6,
    kill_a_till: 2,
    kill_the_office: 2,
    take_image: 4,
    restore_a_till: 2,
    restore_the_office: 1,
    clone_a_till: 1,
    retire_a_clone: 1,
    cut_off: 5,
    connect: 5,
    hub_down: 2,
    slow_down: 3,
    turn_weather: 5,
    jump_clock: 3,
    sleep_long: 1,
    sleep_a_night: 3,
    fill_disk: 1,
    start_twice: 1,
    rot: 1,
}
