"""What comes in by USB: real libusb on a test bus, in a process of its own.

What its drivers tell goes the register's own way from there: to commands, or to the screen.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from pos_loyalty.daemon.devices import Inlet
from pos_loyalty.ports.devices import ReadRefused, Refusal
from tests.bad_input.bench import PAYMENT_CARD, PAYMENT_TRACK, Bench, Seen
from tests.bad_input.rows import Row
from tests.drivers.rigs_input import msr_rig, scanner_rig

Rig = Callable[..., AbstractContextManager[Any]]


def noise_then_payment_card(open_rig: Rig, kind: str) -> Callable[[Bench], Seen]:
    """Send noise and a payment card through a device; nothing of either gets further."""

    def act(bench: Bench) -> Seen:
        folder = bench.folder / kind
        folder.mkdir()
        with open_rig(kind, folder) as rig:
            (rig.swipe_damaged if open_rig is msr_rig else rig.scan_noise)()
            noise = tell(bench, rig.till.read())
            if open_rig is msr_rig:
                rig.swipe(PAYMENT_TRACK)
            else:
                rig.scan(PAYMENT_CARD)
            seen = tell(bench, rig.till.read())
            assert noise.code in ("READ_MALFORMED", "STRIPE_DAMAGED")
            bench.log.write(str((rig.till.events, rig.till.log)))
        return seen

    return act


def tell(bench: Bench, event: dict[str, Any]) -> Seen:
    """Give a read of the other process to the register; gives what its screen is told."""
    assert event["is"] == "ReadRefused", event
    since = bench.now
    read = ReadRefused(
        device=event["device"],
        reason=Refusal(event["reason"]),
        monotonic_s=event["monotonic_s"],
    )
    Inlet(bench.register.node, "fr").deliver(read)
    return bench.refused_read(event["device"], since)


ROWS = (
    Row("noise and a payment card on a HID-POS scanner",
        noise_then_payment_card(scanner_rig, "hid-pos"), "PAYMENT_CARD_REFUSED"),
    Row("noise and a payment card typed by a scanner",
        noise_then_payment_card(scanner_rig, "wedge-fr"), "PAYMENT_CARD_REFUSED"),
    Row("noise and a payment card in a USB stripe reader",
        noise_then_payment_card(msr_rig, "hid"), "PAYMENT_CARD_REFUSED"),
)  # fmt: skip
