"""What comes in on the wires of scanners and stripe readers."""

from collections.abc import Callable

from tests.bad_input.bench import KNOWN, PAYMENT_CARD, PAYMENT_TRACK, Bench, Seen
from tests.bad_input.rows import Row
from tests.drivers.rigs_input import Pty

NOISE = b"\x00\xfe\xff12\x8934\r\n"
WRONG_CHECK_DIGIT = "2990000000010"


def wire(bench: Bench, device: str) -> Pty:
    return bench.scanner if device == "scanner" else bench.stripe


def sends(device: str, content: bytes) -> Callable[[Bench], Seen]:
    """Let bytes arrive on a device's line; the screen is told what came of it."""

    def act(bench: Bench) -> Seen:
        since = bench.now
        wire(bench, device).send(content)
        return bench.refused_read(device, since)

    return act


def passes(device: str, content: bytes, body: dict[str, str]) -> Callable[[Bench], Seen]:
    """Let a code arrive that is no card: the till is told so; typed in as one, it is refused."""

    def act(bench: Bench) -> Seen:
        since = bench.now
        wire(bench, device).send(content)
        bench.event("scan", since, outcome="not_a_card")
        bench.post("/baskets", {"basket": "b-typed"})
        return bench.refusal("PUT", "/baskets/b-typed/member", body)

    return act


def unplugged(device: str) -> Callable[[Bench], Seen]:
    """Pull the plug in the middle of a read; what was on its way is lost, the rest is not."""

    def act(bench: Bench) -> Seen:
        since, plug = bench.now, wire(bench, device)
        plug.send(KNOWN[:7].encode() if device == "scanner" else f";{KNOWN[:7]}".encode())
        plug.unplug()
        body = bench.event("device_changed", since, device=device, power="off")
        since = bench.now
        plug.plug()
        bench.event("device_changed", since, device=device, state="enabled")
        return Seen(body["problem"], body["detail"])

    return act


ROWS = (
    Row("noise on the scanner's line", sends("scanner", NOISE), "READ_MALFORMED"),
    Row("binary on the scanner's line", sends("scanner", bytes(range(1, 10)) * 40 + b"\r"),
        "READ_MALFORMED"),
    Row("a cut label", sends("scanner", KNOWN[:7].encode()), "READ_CUT_SHORT"),
    Row("a label of 7,000 digits", passes("scanner", b"1" * 7000 + b"\r", {"card": "1" * 7000}),
        "REQUEST_INVALID"),
    Row("a label without end", sends("scanner", b"1" * 9000 + b"\r"), "LABEL_TOO_LONG"),
    Row("a wrong check digit", passes("scanner", WRONG_CHECK_DIGIT.encode() + b"\r",
        {"card": WRONG_CHECK_DIGIT}), "CARD_INVALID"),
    Row("a payment card under the scanner", sends("scanner", PAYMENT_CARD.encode() + b"\r"),
        "PAYMENT_CARD_REFUSED"),
    Row("a payment card in a QR code",
        sends("scanner", b"https://x.example/?n=4970-1012-3456-7893\r"), "PAYMENT_CARD_REFUSED"),
    Row("a payment card's stripe typed by the scanner",
        sends("scanner", PAYMENT_TRACK.encode() + b"\r"), "PAYMENT_CARD_REFUSED"),
    Row("the scanner unplugged in mid-read", unplugged("scanner"), "failed"),
    Row("noise on the stripe reader's line", sends("stripe", NOISE), "READ_MALFORMED"),
    Row("a damaged stripe", sends("stripe", b";29900E0\x7f\r"), "READ_MALFORMED"),
    Row("a cut swipe", sends("stripe", b";2990000"), "READ_CUT_SHORT"),
    Row("a swipe without end", sends("stripe", b";" + b"2990" * 2000 + b"?\r"), "LABEL_TOO_LONG"),
    Row("a stripe of another shop", sends("stripe", b";12345=1?\r"), "CARD_INVALID"),
    Row("a payment card in the stripe reader", sends("stripe", PAYMENT_TRACK.encode() + b"\r"),
        "PAYMENT_CARD_REFUSED"),
    Row("a payment card's stripe beside the shop's",
        sends("stripe", f"%B4111111111111111^DOE/JANE^2512?;{KNOWN}=9912?\r".encode()),
        "PAYMENT_CARD_REFUSED"),
    Row("a wrong check digit on a stripe", passes("stripe",
        f";{WRONG_CHECK_DIGIT}=9912?\r".encode(), {"card": WRONG_CHECK_DIGIT}), "CARD_INVALID"),
    Row("the stripe reader unplugged in mid-read", unplugged("stripe"), "failed"),
)  # fmt: skip
