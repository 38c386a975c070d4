"""Wrong requests: each gets its status, its reason, a sentence, and changes nothing."""

import gzip
import json
import socket
from typing import Any

import pytest

from pos_loyalty import commands
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.texts import TITLES, translate
from tests.web.registers import API, Caller, Register, card, reason, sale, token_of
from web.access import ALLOWED, OPEN, Device, Profile, token_digest
from web.api.document import operations
from web.api.reading import EXPECTED, OTHERWISE
from web.app import bare_app

JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1 << 20


def raw(caller: Caller, body: bytes, **headers: str | None) -> tuple[int, str]:
    """Post bytes as a sale; gives the refusal."""
    sent: dict[str, str | None] = {**JSON, **headers}
    return reason(caller.post("/sales", data=body, headers=sent))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'{"number": NaN}',
        b"[" * 100_000,
        b"9" * 5_000,
        b"1e999",
    ],
    ids=["empty", "cut", "text", "not UTF-8", "NaN", "deep", "long number", "vast number"],
)
def test_a_body_that_is_not_json_is_refused(caller: Caller, body: bytes) -> None:
    assert raw(caller, body) == (400, "JSON_MALFORMED")


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({}, "/number"),
        ([], ""),
        (None, ""),
        (sale("1") | {"zut": 1}, ""),
        (sale("a/b"), "/number"),
        (sale(""), "/number"),
        (sale("1", -(10**9) - 1), "/lines/0/amount"),
        (sale("1", 10**9 + 1), "/lines/0/amount"),
        (sale("1", 10**30), "/lines/0/amount"),
        (sale("1", 9.5), "/lines/0/amount"),  # type: ignore[arg-type]
        (sale("1", "9"), "/lines/0/amount"),  # type: ignore[arg-type]
        (sale("1", True), "/lines/0/amount"),
        (sale("1", None), "/lines/0/amount"),  # type: ignore[arg-type]
        (sale("1", lines=[{"article": "x", "amount": 1, "quantity": -1}]), "/lines/0/quantity"),
        (sale("1", lines=[{"article": "x" * 201, "amount": 1}]), "/lines/0/article"),
        (sale("1", lines=[{"article": "a\nb", "amount": 1}]), "/lines/0/article"),
        (sale("1", lines=[{"article": "x", "amount": 1}] * 2001), "/lines"),
        (sale("1", day="2026-02-29"), "/day"),
        (sale("1", day="1999-01-01"), "/day"),
        (sale("1", at=-1), "/at"),
        (sale("1", tenders=[{"kind": "", "amount": 1}]), "/tenders/0/kind"),
        (sale("1", receipt={"channel": "pigeon"}), "/receipt/channel"),
        (sale("1", member="somebody"), "/member"),
        (sale("1", discounts=[{"amount": 1, "hold": "?"}]), "/discounts/0/hold"),
    ],
)
def test_a_ticket_of_another_form_is_refused_with_a_pointer(
    caller: Caller, value: Any, pointer: str
) -> None:
    answer = caller.post("/sales", data=json.dumps(value), headers=JSON)
    assert reason(answer) == (422, "REQUEST_INVALID")
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert "zut" not in answer.text


def test_a_whole_number_may_be_written_with_a_point(caller: Caller) -> None:
    assert caller.post("/sales", sale("point", 900.0)).json()["total"] == 900  # type: ignore[arg-type]


def test_all_faults_are_told_at_once_but_not_without_end(caller: Caller) -> None:
    answer = caller.post("/sales", {"number": "", "lines": [{}] * 2000})
    assert len(answer.json()["errors"]) == 50
    assert len(answer.content) < 10_000


def test_nothing_that_was_sent_comes_back(caller: Caller) -> None:
    secret = "Marie-Antoinette"
    body = {"profile": {"first_name": [secret], "email": f"{secret}@", secret: 1}, secret: secret}
    answer = caller.post("/members", body)
    assert answer.status_code == 422
    assert secret not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "zstd"},
    ],
)
def test_only_plain_json_is_read(caller: Caller, headers: dict[str, str]) -> None:
    assert raw(caller, b"{}", **headers) == (415, "MEDIA_TYPE_REFUSED")


def test_a_compressed_bomb_is_not_opened(caller: Caller) -> None:
    bomb = gzip.compress(b" " * (200 * MEBIBYTE), 9)
    assert len(bomb) < MEBIBYTE
    refusal = raw(caller, bomb, **{"Content-Encoding": "gzip"})
    assert refusal == (415, "MEDIA_TYPE_REFUSED")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(caller: Caller, chunked: bool) -> None:
    body = b'{"number": "' + b"x" * (MEBIBYTE + 1) + b'"}'
    data = iter([body]) if chunked else body
    answer = caller.post("/sales", data=data, headers=JSON)
    assert reason(answer) == (413, "REQUEST_TOO_LARGE")
    assert str(MEBIBYTE) in answer.json()["detail"]


def test_a_body_that_is_far_too_large_is_not_even_received(caller: Caller) -> None:
    host, _, port = caller.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST {API}/sales HTTP/1.1\r\nHost: {host}\r\nContent-Length: {10**12}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {token_of(Profile.ADMIN)}",
        f"Bearer {token_of(Profile.ADMIN)}x",
        "Bearer " + "x" * 300,
    ],
)
def test_a_wrong_token_opens_nothing(caller: Caller, token: str | None) -> None:
    answer = caller.post("/baskets", headers={"Authorization": token})
    assert reason(answer) == (401, "TOKEN_REFUSED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_wrong_token_is_refused_before_anything_is_read(caller: Caller) -> None:
    answer = caller.post("/sales", data=b"{", headers={**JSON, "Authorization": "Bearer no"})
    assert reason(answer) == (401, "TOKEN_REFUSED")


def test_a_revoked_token_is_refused_at_once(register: Register, caller: Caller) -> None:
    digest = token_digest("short-lived")
    device = Device(name="guest", profile=Profile.POS, digest=digest)
    headers = {"Authorization": "Bearer short-lived"}
    register.tokens.known.append(device)
    assert caller.get("/jobs", headers=headers).status_code == 200
    register.tokens.known.remove(device)
    assert reason(caller.get("/jobs", headers=headers)) == (401, "TOKEN_REFUSED")


@pytest.mark.parametrize("profile", list(Profile))
def test_a_device_does_only_what_its_profile_lists(caller: Caller, profile: Profile) -> None:
    app = bare_app()
    rules = {
        getattr(app.view_functions[rule.endpoint], "operation", None): rule
        for rule in app.url_map.iter_rules()
    }
    for name, described in operations(app).items():
        if name in OPEN or name == "streamEvents":
            continue
        rule = rules[described]
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        path = "/".join("0" * 32 if part[:1] == "<" else part for part in rule.rule.split("/"))
        answer = caller.being(profile).send(method, path.removeprefix(API), key="é")
        refused = name not in ALLOWED[profile]
        assert (answer.status_code == 403) == refused, (name, answer.text)


def test_the_profile_of_a_pos_gives_no_points_by_hand(caller: Caller) -> None:
    path = f"/members/{'0' * 32}/adjustments"
    answer = caller.being(Profile.POS).post(path, {"points": 1, "reason": "x"})
    assert reason(answer) == (403, "OPERATION_REFUSED")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "evil.example:127.0.0.1", "[::2]", ""]
)
def test_a_foreign_host_name_is_not_answered(caller: Caller, host: str) -> None:
    assert reason(caller.get("/health", headers={"Host": host})) == (421, "HOST_REFUSED")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "[::1]", "[::1]:80"]
)
def test_every_name_of_this_machine_is_answered(caller: Caller, host: str) -> None:
    assert caller.get("/health", headers={"Host": host}).status_code == 200


def test_unknown_addresses_and_methods_are_told_apart(caller: Caller) -> None:
    assert reason(caller.get("/nowhere")) == (404, "ADDRESS_UNKNOWN")
    assert reason(caller.get("/sales/")) == (404, "ADDRESS_UNKNOWN")
    assert reason(caller.get("/baskets/..%2f..%2fjobs")) == (404, "ADDRESS_UNKNOWN")
    for method in ("GET", "DELETE", "OPTIONS", "TRACE"):
        answer = caller.send(method, "/sales")
        assert reason(answer) == (405, "METHOD_REFUSED")
        assert "POST" in answer.headers["Allow"]


def test_a_query_that_nobody_knows_is_refused(caller: Caller) -> None:
    for path in ("/jobs?limit=1", "/members?search=abc&search=abd", "/members?name=abc"):
        assert reason(caller.get(path)) == (422, "REQUEST_INVALID")


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        (None, "fr"),
        ("fr-FR", "fr"),
        ("en-GB,en;q=0.9", "en"),
        ("de", "fr"),
        ("*", "fr"),
        ("fr;q=0.5, en", "en"),
        (";;q=x", "fr"),
    ],
)
def test_a_refusal_speaks_the_readers_language(
    caller: Caller, accepts: str | None, language: str
) -> None:
    answer = caller.get("/nowhere", headers={"Accept-Language": accepts})
    assert answer.headers["Content-Language"] == language
    assert answer.json()["detail"] == translate(Reason.ADDRESS_UNKNOWN.sentence, language)


def test_every_sentence_of_a_refusal_has_a_french_one() -> None:
    sentences = {*TITLES.values(), *EXPECTED.values(), OTHERWISE}
    assert [each for each in sentences if translate(each, "fr") == each] == []


def test_a_busy_register_asks_to_come_back(
    register: Register, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(command: commands.Command) -> None:
        raise LoyaltyError(Reason.INBOX_FULL)

    monkeypatch.setattr(register.node, "execute", busy)
    answer = caller.post("/baskets")
    assert reason(answer) == (503, "INBOX_FULL")
    assert answer.headers["Retry-After"] == "1"


def test_a_fault_of_ours_is_told_without_its_inside(
    register: Register, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(command: commands.Command) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr(register.node, "execute", broken)
    answer = caller.post("/baskets")
    assert reason(answer) == (500, "INTERNAL_ERROR")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_every_answer_keeps_browsers_out(caller: Caller) -> None:
    for answer in (caller.get("/health"), caller.get("/nowhere")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Server" not in answer.headers


def test_after_everything_that_was_refused_a_good_command_works(caller: Caller) -> None:
    caller.enrol(1)
    assert caller.sell("good", 1000, card=card(1))["earned"] == 10
