"""One till in a process that is killed: sells, prints and mails until it is told or shot.

Run as a program it forks tills one after the other, so that two hundred deaths take seconds, and
prints what it saw as JSON. It has no threads of its own: only the children do.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pos_loyalty import commands
from pos_loyalty.dispatch import Dispatcher
from pos_loyalty.domain.ticket import Line
from pos_loyalty.logging import configure
from pos_loyalty.node.jobs import Desk
from pos_loyalty.ports.devices import Condition, PrinterStatus, PrintOutcome, PrintResult
from pos_loyalty.ports.documents import ReceiptDocument, SellerBlock
from pos_loyalty.ports.services import MailMessage, MailOutcome, MailVerdict
from pos_loyalty.receipts.issuer import Issuer
from pos_loyalty.receipts.ticket import ShopWording
from tests.support.shop import Till

OK = Condition.OK
READY = PrinterStatus(online=OK, cover=OK, paper=OK, paper_near_end=OK, mechanism=OK)
LINES = (Line("a0", 1234), Line("a1", 766))
SETTLED = {"done", "asking"}


class Paper:
    """A printer and a mail server whose far end is a file that outlives the till."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def print_job(self, data: bytes) -> PrintResult:
        self._keep(f"paper {data.decode()}")
        return PrintResult(outcome=PrintOutcome.CONFIRMED, status=READY)

    def status(self) -> PrinterStatus:
        return READY

    def send(self, message: MailMessage) -> MailOutcome:
        self._keep(f"mail {message.message_id}")
        return MailOutcome(verdict=MailVerdict.DELIVERED_TO_SERVER, step="data", code=250)

    def _keep(self, line: str) -> None:
        with self._file.open("a") as stream:
            stream.write(line + "\n")


def number_of(document: ReceiptDocument) -> bytes:
    return document.identification.ticket_number.encode()


class Shop:
    """A till with its dispatcher, as the daemon wires them."""

    def __init__(self, folder: Path, fault: Callable[[str], None]) -> None:
        self.till = Till(f"sqlite:///{folder / 'till.db'}")
        self.till.clock.at = time.time_ns() // 1_000_000
        self.till.node._fault = fault
        far_end = Paper(folder / "far-end")
        wording = ShopWording(seller=SellerBlock(trade_name="Maison"))
        self.desk = Desk(self.till.node)
        self.dispatcher = Dispatcher(
            self.desk,
            Issuer(self.till.queries, wording),
            printer=far_end,
            encode=number_of,
            mailer=far_end,
            fault=fault,
        )

    def open(self, name: str) -> None:
        """Start, with the programme in force and one member enrolled."""
        self.till.publish()
        if not self.till.queries.find_members("29001"[-4:]):
            self.till.do(commands.EnrolMember, id=f"enrol-{name}", card="29001")
        self.dispatcher.start()

    def sell(self, number: str, channel: str) -> None:
        choice = commands.ReceiptChoice(channel=channel, email="zoe@client.example")
        self.till.sell(lines=LINES, number=number, id=f"sale-{number}", receipt=choice)

    def jobs_settled(self, timeout_s: float) -> bool:
        """Wait until no job waits or runs."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self.till.clock.at += 60_000  # nobody waits for a back-off here
            self.dispatcher.wake()
            if all(job.state in SETTLED for job in self.till.queries.jobs(10_000)):
                return True
            time.sleep(0.02)
        return False

    def close(self) -> None:
        self.dispatcher.stop()
        self.till.close()


def forked(work: Callable[[int], None]) -> tuple[int, int]:
    """Run `work` in a child with the writing end of a pipe; gives its pid and the reading end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        work(writing)
        os._exit(0)
    os.close(writing)
    return child, reading


def read_all(reading: int) -> list[str]:
    with os.fdopen(reading) as stream:
        return stream.read().split()


def sell_for_ever(folder: Path, name: str) -> Callable[[int], None]:
    def work(acknowledged: int) -> None:
        shop = Shop(folder, lambda step: None)
        shop.open(name)
        os.write(acknowledged, b"open ")
        for index in range(100_000):
            number = f"{name}-{index}"
            shop.sell(number, ("paper", "email", "none")[index % 3])
            os.write(acknowledged, f"{number} ".encode())

    return work


def shot_at_random(folder: Path, rounds: int, seed: int) -> dict[str, object]:
    """Kill a selling till `rounds` times, then open it once more and compare."""
    moments = random.Random(seed)
    acknowledged: list[str] = []
    for number in range(rounds):
        child, reading = forked(sell_for_ever(folder, f"r{number}"))
        os.read(reading, 5)
        time.sleep(moments.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        acknowledged += read_all(reading)
    return reopened(folder, acknowledged)


def shot_at_step(folder: Path, step: str, channel: str) -> dict[str, object]:
    """Kill a till when it comes to a step for the second time, then open it once more."""
    met: list[str] = []

    def fault(reached: str) -> None:
        met.extend([reached] if reached == step else [])
        if len(met) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    def work(acknowledged: int) -> None:
        shop = Shop(folder, lambda reached: fault(reached) if shop_is_open else None)
        shop_is_open: list[bool] = []
        shop.open("s")
        shop_is_open.append(True)
        for index in range(5):
            shop.sell(f"s-{index}", channel)
            os.write(acknowledged, f"s-{index} ".encode())
        shop.jobs_settled(10)

    child, reading = forked(work)
    _, status = os.waitpid(child, 0)
    found = reopened(folder, read_all(reading))
    return found | {"killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL}


def reopened(folder: Path, acknowledged: list[str]) -> dict[str, object]:
    """Open the till again and say what is lost, different, or unsettled; sell one more."""
    shop = Shop(folder, lambda step: None)
    shop.open("after")
    settled = shop.jobs_settled(20)
    jobs = shop.till.queries.jobs(10_000)
    tickets = shop.till.queries.tickets_of(shop.till.queries.member_by_card("29001").member, 10**6)
    recorded = {key.rpartition("/")[2] for key in tickets}
    shop.sell("last", "none")
    member = shop.till.queries.member_by_card("29001").member
    every = shop.till.queries.tickets_of(member, 10**6)
    earned = sum(shop.till.queries.ticket(key).kept for key in every)
    difference = shop.till.verify().difference
    points = shop.till.points()
    shop.close()
    return {
        "acknowledged": len(acknowledged),
        "lost": sorted(set(acknowledged) - recorded),
        "difference": str(difference) if difference else "",
        "points_right": points == earned and len(every) == len(recorded) + 1,
        "settled": settled,
        "asking": sorted(job.problem for job in jobs if job.state == "asking"),
        "jobs": len(jobs),
        "far_end": (folder / "far-end").read_text().split("\n")[:-1]
        if (folder / "far-end").exists()
        else [],
    }


def main() -> None:
    configure(level="error")
    how, folder = sys.argv[1], Path(sys.argv[2])
    if how == "random":
        found = shot_at_random(folder, int(sys.argv[3]), int(sys.argv[4]))
    else:
        found = shot_at_step(folder, sys.argv[3], sys.argv[4])
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
