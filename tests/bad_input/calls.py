"""What programs send: amounts, members, commands, bodies and tokens that are not right."""

import gzip
from collections.abc import Callable
from functools import partial
from itertools import count, islice
from typing import Any

from tests.bad_input.bench import KNOWN, OTHER, PAYMENT_CARD, Bench, Seen, told
from tests.bad_input.rows import Row

NOBODY = "0" * 32
MEBIBYTE = 1 << 20
Act = Callable[[Bench], Seen]


def sale_of(amount: object, **fields: Any) -> Act:
    return lambda bench: bench.refusal("POST", "/sales", bench.ticket(amount, **fields))


def call(method: str, path: str, body: Any = None, **more: Any) -> Act:
    return lambda bench: bench.refusal(method, path, body, **more)


def raw(content: bytes, **headers: str) -> Act:
    """Post bytes as a sale."""
    headers = {"Content-Type": "application/json", **headers}
    return lambda bench: bench.refusal("POST", "/sales", data=content, headers=headers)


def payment_card_everywhere(number: str, bench: Bench) -> Seen:
    """Offer a payment card wherever the API takes a card; each is refused alike."""
    member = bench.member["member"]
    account = bench.member["account"]
    bench.post("/baskets", {"basket": "b-pay"})
    seen = {
        bench.refusal("POST", "/scans", {"text": number}),
        bench.refusal("PUT", "/baskets/b-pay/member", {"card": number}),
        bench.refusal("POST", "/members", {"card": number}),
        bench.refusal("GET", f"/members?card={number}"),
        bench.refusal("POST", f"/members/{member}/cards", {"card": number}),
        bench.refusal("PUT", f"/members/{member}/cards/{account}", {"card": number}),
        bench.refusal("POST", "/sales", bench.ticket(500, card=number)),
    }
    assert len(seen) == 1
    return seen.pop()


def replayed_and_altered(bench: Bench) -> Seen:
    """Send a sale twice under one key, then with another amount."""
    sale = bench.ticket(700, card=OTHER)
    first = bench.call("POST", "/sales", sale, key="one-key")
    again = bench.call("POST", "/sales", sale, key="one-key")
    assert (again.status_code, again.content) == (first.status_code, first.content) != (201, b"")
    altered = {**sale, "lines": [{"article": "3250390000891", "amount": 800}]}
    return bench.refusal("POST", "/sales", altered, key="one-key")


def same_ticket_other_content(bench: Bench) -> Seen:
    """Send a ticket again under a new key: the same is answered again, another is refused."""
    sale = bench.ticket(700, card=OTHER)
    first = bench.post("/sales", sale)
    assert bench.post("/sales", sale)["ticket"] == first["ticket"]
    other = {**sale, "lines": [{"article": "3250390000891", "amount": 900}]}
    seen = bench.refusal("POST", "/sales", other)
    kept = bench.get(f"/tickets/{first['ticket']}")["sale"]["lines"]
    assert [line["amount"] for line in kept] == [700]
    return seen


def returned_twice(bench: Bench) -> Seen:
    sold = bench.sell(OTHER, 900)
    back = {"ticket": sold["ticket"], "lines": [{"line": 0, "quantity": 1000}]}
    bench.post("/returns", {**back, "number": sold["ticket"].rpartition("/")[2] + "-R1"})
    number = sold["ticket"].rpartition("/")[2] + "-R2"
    return bench.refusal("POST", "/returns", {**back, "number": number})


def by_hand(points: object) -> Act:
    """Give points by hand, as the shop's manager."""

    def act(bench: Bench) -> Seen:
        path = f"/members/{bench.member['member']}/adjustments"
        body = {"points": points, "reason": "goodwill"}
        return bench.refusal("POST", path, body, **manager(bench))

    return act


def manager(bench: Bench) -> dict[str, Any]:
    """Give the headers of a device with the manager's profile, which the token file now lists."""
    path = bench.folder / "api.token"
    if "manager" not in path.read_text():
        path.write_text(f"{bench.token}\nmanager admin manager-token\n")
    return {"headers": {"Authorization": "Bearer manager-token"}}


def far_too_large(bench: Bench) -> Seen:
    body = b'{"number": "' + b"x" * (MEBIBYTE + 1) + b'"}'
    return raw(body)(bench)


def revoked(bench: Bench) -> Seen:
    """Take a device's line out of the token file: its token opens nothing from then on."""
    path = bench.folder / "api.token"
    own = path.read_text()
    path.write_text(f"{own}\nguest pos guest-token\n")
    headers = {"Authorization": "Bearer guest-token"}
    assert bench.call("GET", "/jobs", headers=headers).status_code == 200
    path.write_text(own)
    return told(bench.call("GET", "/jobs", headers=headers))


def many_tokens(bench: Bench) -> Seen:
    """Try token after token: soon the guesser must wait, and nobody else does."""
    guesses = (
        bench.call("GET", "/jobs", headers={"Authorization": f"Bearer {n}"}) for n in count()
    )
    refused = next(each for each in islice(guesses, 50) if each.status_code == 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert bench.call("GET", "/jobs").status_code == 200
    return told(refused)


ROWS = (
    Row("a payment card by the API", partial(payment_card_everywhere, PAYMENT_CARD),
        "PAYMENT_CARD_REFUSED"),
    Row("a payment card with spaces by the API",
        partial(payment_card_everywhere, "4970 1012 3456 7893"), "PAYMENT_CARD_REFUSED"),
    Row("a ticket below zero", sale_of(-1), "TICKET_INVALID"),
    Row("a huge amount", sale_of(10**30), "REQUEST_INVALID"),
    Row("a fractional amount", sale_of(9.99), "REQUEST_INVALID"),
    Row("an amount that is a text", sale_of("9,99"), "REQUEST_INVALID"),
    Row("an amount that is no number",
        raw(b'{"number": "1", "lines": [{"article": "a", "amount": NaN}]}'), "JSON_MALFORMED"),
    Row("a negative quantity", sale_of(100, lines=[{"article": "a", "amount": 1, "quantity": -1}]),
        "REQUEST_INVALID"),
    Row("discounts above the lines", sale_of(700, discounts=[{"amount": 701}]), "TICKET_INVALID"),
    Row("payments that do not sum", sale_of(700, tenders=[{"kind": "cash", "amount": 1}]),
        "TICKET_INVALID"),
    Row("a day that does not exist", sale_of(700, day="2026-02-30"), "REQUEST_INVALID"),
    Row("a till that is not this register's", sale_of(700, till="9"), "TICKET_INVALID"),
    Row("points without bounds", by_hand(10**12), "REQUEST_INVALID"),
    Row("half a point", by_hand(0.5), "REQUEST_INVALID"),
    Row("more points taken than there are", by_hand(-900_000), "POINTS_INSUFFICIENT"),
    Row("an unknown member", call("GET", f"/members/{NOBODY}"), "MEMBER_UNKNOWN"),
    Row("a sale to an unknown member", sale_of(700, member=NOBODY), "MEMBER_UNKNOWN"),
    Row("a card that has a holder", call("POST", "/members", {"card": KNOWN}), "CARD_KNOWN"),
    Row("a return of an unknown ticket", call("POST", "/returns",
        {"ticket": "paris-1/1/1/2026-01-01/none", "number": "R1"}), "TICKET_UNKNOWN"),
    Row("a line returned twice", returned_twice, "RETURN_EXCEEDS_SALE"),
    Row("a command replayed, then altered", replayed_and_altered, "COMMAND_ALTERED"),
    Row("a ticket number with other content", same_ticket_other_content, "TICKET_EXISTS"),
    Row("a write without a key", call("POST", "/baskets", headers={"Idempotency-Key": "a key"}),
        "COMMAND_ID_INVALID"),
    Row("a body above the limit", far_too_large, "REQUEST_TOO_LARGE"),
    Row("a compressed bomb", raw(gzip.compress(bytes(64 * MEBIBYTE)),
        **{"Content-Encoding": "gzip"}), "MEDIA_TYPE_REFUSED"),
    Row("a body cut short", raw(b'{"number": "1", "lines": ['), "JSON_MALFORMED"),
    Row("a body that is not UTF-8", raw(b'{"number": "\xff\xfe"}'), "JSON_MALFORMED"),
    Row("a body nested without end", raw(b"[" * 100_000), "JSON_MALFORMED"),
    Row("a body of another kind", raw(b"number=1", **{"Content-Type": "text/plain"}),
        "MEDIA_TYPE_REFUSED"),
    Row("fields that nobody knows", call("POST", "/baskets", {"zut": 1}), "REQUEST_INVALID"),
    Row("an address that does not exist", call("GET", "/nowhere"), "ADDRESS_UNKNOWN"),
    Row("a method that does not exist", call("GET", "/sales"), "METHOD_REFUSED"),
    Row("a foreign host name", call("GET", "/health", headers={"Host": "evil.example"}),
        "HOST_REFUSED"),
    Row("a wrong token", call("GET", "/jobs", headers={"Authorization": "Bearer no"}),
        "TOKEN_REFUSED"),
    Row("no token", call("GET", "/jobs", headers={"Authorization": ""}), "TOKEN_REFUSED"),
    Row("a revoked token", revoked, "TOKEN_REFUSED"),
    Row("one wrong token after the other", many_tokens, "TOO_MANY_TOKENS"),
    Row("a token without the right", call("DELETE", f"/members/{NOBODY}"), "OPERATION_REFUSED"),
)  # fmt: skip
