"""What happens at the tills and in the office: everything that people do there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pos_loyalty import commands
from pos_loyalty.commands import Command, ConsentGiven
from pos_loyalty.domain.ticket import Line
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.store import people
from tests.simulation.checks import Broken
from tests.simulation.machines import Machine, PowerCut, Register

if TYPE_CHECKING:
    from tests.simulation.world import World

Act = Callable[..., None]
PATIENCE_MS = 300
"""How long a sale may wait for the hub."""
FAULTS_OF_OURS = {Reason.INTERNAL_ERROR, Reason.STORE_DAMAGED, Reason.STORE_BUSY}
CARDS = tuple(f"2900{number}" for number in range(1, 8))
FIELDS = ("first_name", "last_name", "city")


def give(world: "World", machine: Machine, command: Command) -> Any:
    """Give a command and note the answer; nothing where it was refused or cut off."""
    began = world.time.now_ms
    try:
        answer = machine.node.execute(command)
    except LoyaltyError as error:
        world.tell(f"  refused: {error.reason.code}")
        if error.reason in FAULTS_OF_OURS:
            raise
        return None
    except PowerCut as cut:
        assert cut.machine is machine
        world.tell("  and the power went")
        machine.reboot()
        world.book.unsure.setdefault(machine.name, []).append(command)
        return None
    waited = world.time.now_ms - began
    if waited > PATIENCE_MS:
        raise Broken(f"13: {machine.name} waited {waited} ms for the hub")
    world.book.acknowledge(machine, command, answer)
    return answer


def do(world: "World", machine: Machine, kind: type[Command], **fields: Any) -> Any:
    """Give a new command."""
    command_id = f"{machine.name}-{machine.boots}-{next(machine.command_ids)}"
    command = kind(id=command_id, actor="op7", **fields)
    shown = {name: value for name, value in fields.items() if name not in ("lines", "content")}
    world.tell(f"{machine.name}: {kind.__name__} {shown}")
    return give(world, machine, command)


def repeat(world: "World", machine: Machine) -> None:
    """Give a command again: one that was cut off, or one that was answered."""
    unsure = world.book.unsure.get(machine.name, [])
    if unsure:
        command = unsure.pop(0)
        world.tell(f"{machine.name}: again {command.id}")
        if give(world, machine, command) is None and not machine.boots:
            unsure.append(command)
        return
    given = world.book.given.get(machine.name, [])
    if not given:
        return
    before = world.rng.choice(given)
    world.tell(f"{machine.name}: repeats {before.command.id}")
    try:
        answer = machine.node.execute(before.command)
    except LoyaltyError as error:
        if error.reason is not Reason.MEMBER_ERASED or not world.book.erased():
            told = f"3: {before.command.id} was answered and gives {error.reason.code}"
            raise Broken(told) from None
        return
    except PowerCut:
        machine.reboot()
        return
    if answer != before.answer:
        raise Broken(f"3: {before.command.id} is answered {answer}, before {before.answer}")


# --- at a till ---------------------------------------------------------------------------------
def lines(world: "World") -> tuple[Line, ...]:
    count = world.rng.randrange(1, 4)
    return tuple(
        Line(f"a{i}", world.rng.randrange(0, 30_000), world.rng.choice((1000, 2000, 1500)))
        for i in range(count)
    )


def number(world: "World", till: Register) -> str:
    """Give a ticket number; a clone has a roll of its own, and now and then numbers collide."""
    roll = "" if till.original is None else "k"
    return f"{roll}{next(world.ticket_numbers)}"


def member(world: "World", machine: Machine) -> str:
    """Choose a member, mostly one that the machine knows; an unknown one before there is any."""
    known = sorted(world.book.members)
    if world.rng.randrange(8):
        with machine.store.read() as tx:
            here = [m for m in known if people.status_of(tx, bytes.fromhex(m)) == "enrolled"]
        known = here or known
    return world.rng.choice(known) if known else bytes(16).hex()


def sell(world: "World", till: Register) -> None:
    card = world.rng.choice((*CARDS, *CARDS, ""))
    fields: dict[str, Any] = {"number": number(world, till), "lines": lines(world)}
    if world.rng.randrange(20) == 0 and world.book.tickets:
        fields["number"] = world.rng.choice(sorted(world.book.tickets)).rpartition("/")[2]
    do(world, till, commands.CloseSale, card=card, **fields)


def enrol(world: "World", till: Register) -> None:
    card = world.rng.choice((*CARDS, ""))
    profile = {"first_name": secret(world), "city": secret(world)}
    consents = (ConsentGiven(purpose="marketing", channel="email", granted=True),)
    do(world, till, commands.EnrolMember, card=card, profile=profile, consents=consents)


def secret(world: "World") -> str:
    return f"Zoe{next(world.secrets)}x"


def scan(world: "World", till: Register) -> None:
    do(world, till, commands.ReadLabel, device="scanner", text=world.rng.choice(CARDS))


def give_back(world: "World", till: Register) -> None:
    tickets = sorted(world.book.tickets)
    if not tickets:
        return
    ticket = world.rng.choice(tickets[-12:])
    some = (commands.LineBack(0, world.rng.choice((500, 1000))),)
    do(world, till, commands.ReturnLines, ticket=ticket, number=number(world, till),
       lines=some if world.rng.random() < 0.5 else ())  # fmt: skip


def hold(world: "World", till: Register) -> None:
    """Open a basket for a card, quote it, and hold points for it."""
    basket = f"b{next(world.ticket_numbers)}"
    bought = lines(world)
    if do(world, till, commands.OpenBasket, basket=basket) is None:
        return
    if do(world, till, commands.AttachMember, basket=basket, card=world.rng.choice(CARDS)) is None:
        return
    if do(world, till, commands.QuoteBasket, basket=basket, lines=bought) is None:
        return
    answer = do(world, till, commands.HoldPoints, basket=basket)
    if answer is not None:
        world.holds.setdefault(till.name, []).append((basket, bought, answer))


def end_hold(world: "World", till: Register) -> None:
    """Close the sale a hold was for, give it back, or forget it."""
    held = world.holds.get(till.name)
    if not held:
        return
    basket, bought, answer = held.pop(world.rng.randrange(len(held)))
    how = world.rng.randrange(4)
    if how < 2:
        do(world, till, commands.CloseSale, basket=basket, number=number(world, till),
           lines=bought, discounts=(answer.discount,))  # fmt: skip
    elif how == 2:
        do(world, till, commands.ReleaseHold, hold=answer.hold)


def adjust(world: "World", machine: Machine) -> None:
    points = world.rng.choice((5, 50, 400, -5, -50))
    do(world, machine, commands.AdjustPoints, member=member(world, machine), points=points,
       reason="goodwill")  # fmt: skip


def attach(world: "World", till: Register) -> None:
    do(world, till, commands.AttachCard, member=member(world, till), card=world.rng.choice(CARDS))


def change_card(world: "World", till: Register) -> None:
    """Replace or detach a card of a member, if the till knows one."""
    who = member(world, till)
    account = world.book.members.get(who, who)
    if world.rng.random() < 0.5:
        do(world, till, commands.ReplaceCard, member=who, account=account,
           card=world.rng.choice(CARDS))  # fmt: skip
    else:
        do(world, till, commands.DetachCard, member=who, account=account)


def link(world: "World", machine: Machine) -> None:
    one, other = member(world, machine), member(world, machine)
    joined = world.rng.random() < 0.7
    do(world, machine, commands.LinkMembers, member=one, other=other, joined=joined)


def change_profile(world: "World", machine: Machine) -> None:
    fields = {world.rng.choice(FIELDS): secret(world)}
    do(world, machine, commands.ChangeProfile, member=member(world, machine), fields=fields)


def change_consents(world: "World", till: Register) -> None:
    given = ConsentGiven(
        purpose="marketing",
        channel=world.rng.choice(("email", "sms")),
        granted=world.rng.random() < 0.5,
        wording=secret(world),
    )
    do(world, till, commands.ChangeConsents, member=member(world, till), consents=(given,))


def erase(world: "World", machine: Machine) -> None:
    who = member(world, machine)
    world.book.will_close(machine, who)
    do(world, machine, commands.EraseMember, member=who)


AT_A_TILL: dict[Callable[["World", Register], None], int] = {
    sell: 30,
    enrol: 8,
    scan: 5,
    give_back: 7,
    hold: 12,
    end_hold: 14,
    adjust: 4,
    attach: 3,
    change_card: 2,
    link: 2,
    change_profile: 4,
    change_consents: 3,
    erase: 2,
    repeat: 6,
}
IN_THE_OFFICE: dict[Callable[["World", Machine], None], int] = {
    adjust: 3,
    change_profile: 2,
    link: 1,
    erase: 1,
    repeat: 1,
}
