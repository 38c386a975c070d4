"""The main road of the API: a basket, a member, a quote, a hold, a sale, a return, a receipt."""

from collections.abc import Iterator
from itertools import count

import pytest

from pos_loyalty import commands
from tests.web.registers import PAYMENT_CARD, Caller, Register, card, reason, sale
from web.access import Profile

numbers = count(1)


@pytest.fixture
def number() -> Iterator[str]:
    """Give a ticket number of its own to each test."""
    yield f"T{next(numbers)}"


def test_a_member_spends_points_and_earns_new_ones(caller: Caller, number: str) -> None:
    member = caller.enrol(100, first_name="Zoé")
    caller.post(f"/members/{member['member']}/adjustments", {"points": 250, "reason": "goodwill"})
    opened = caller.post("/baskets", {"basket": "b-100"})
    assert opened.headers["Location"] == "/api/v1/baskets/b-100"
    attached = caller.put("/baskets/b-100/member", {"card": card(100)}).json()
    assert attached["member"]["first_name"] == "Zoé"
    quoted = caller.put("/baskets/b-100/content", {"lines": sale("", 3000)["lines"]}).json()
    assert (quoted["total"], quoted["earns"]) == (3000, 30)
    assert quoted["reward"]["blocks"] == 2
    held = caller.post("/baskets/b-100/holds", {"blocks": 2})
    assert held.status_code == 201
    discount = held.json()["discount"]
    assert discount["amount"] == 1000
    assert caller.get("/baskets/b-100").json()["total"] == 2000
    tenders = [{"kind": "card", "amount": 2000}]
    sold = caller.sell(number, 3000, basket="b-100", discounts=[discount], tenders=tenders)
    assert (sold["total"], sold["earned"], sold["used"]) == (2000, 20, 200)
    assert sold["member"]["points"] == 70
    assert reason(caller.get("/baskets/b-100")) == (404, "BASKET_UNKNOWN")


def test_a_closed_ticket_is_found_where_the_answer_says(caller: Caller, number: str) -> None:
    answer = caller.post("/sales", sale(number, 1250))
    shown = caller.get(answer.headers["Location"].removeprefix("/api/v1")).json()
    assert shown["ticket"] == answer.json()["ticket"]
    assert shown["sale"]["lines"][0]["amount"] == 1250
    assert shown["sale"]["operator"] == "admin-1"


def test_the_operators_code_stands_beside_the_device(caller: Caller, number: str) -> None:
    sold = caller.post("/sales", sale(number), headers={"Operator": "C12"}).json()
    assert caller.get(f"/tickets/{sold['ticket']}").json()["sale"]["operator"] == "admin-1/C12"
    named = caller.post("/sales", sale(number), headers={"Operator": "Anne Dupont"})
    assert reason(named) == (400, "OPERATOR_INVALID")


def test_goods_come_back_with_their_points(caller: Caller, number: str) -> None:
    caller.enrol(101)
    sold = caller.sell(number, 4000, card=card(101))
    body = {"ticket": sold["ticket"], "number": f"{number}-R"}
    back = caller.post("/returns", {**body, "lines": [{"line": 0, "quantity": 500}]}).json()
    assert (back["refund"], back["taken_back"]) == (2000, 20)
    rest = caller.post("/returns", {**body, "number": f"{number}-R2"}).json()
    assert (rest["refund"], rest["taken_back"]) == (2000, 20)
    more = caller.post("/returns", {**body, "number": f"{number}-R3"})
    assert reason(more) == (409, "RETURN_EXCEEDS_SALE")
    unknown = caller.post("/returns", {**body, "ticket": "paris-1/1/1/2026-01-01/none"})
    assert reason(unknown) == (404, "TICKET_UNKNOWN")
    line = {**body, "number": f"{number}-R4", "lines": [{"line": 7, "quantity": 1}]}
    assert reason(caller.post("/returns", line)) == (404, "LINE_UNKNOWN")


def test_a_receipt_is_chosen_with_the_sale_or_after_it(caller: Caller, number: str) -> None:
    sold = caller.sell(number, receipt={"channel": "paper"})
    jobs = {job["id"]: job for job in caller.get("/jobs").json()["jobs"]}
    assert jobs[sold["receipt_job"]]["kind"] == "print"
    choice = {"channel": "email", "email": "zoe@example.org"}
    mailed = caller.post(f"/tickets/{sold['ticket']}/receipt", choice).json()
    listed = caller.get("/jobs")
    assert mailed["id"] in {job["id"] for job in listed.json()["jobs"]}
    assert "zoe@" not in listed.text
    wrong = {"channel": "email", "email": "zoe@@example.org"}
    answer = caller.post(f"/tickets/{sold['ticket']}/receipt", wrong)
    assert reason(answer) == (422, "ADDRESS_INVALID")
    assert "zoe" not in answer.text
    nowhere = "/tickets/paris-1/1/1/2026-01-01/none/receipt"
    assert reason(caller.post(nowhere, {"channel": "paper"})) == (404, "TICKET_UNKNOWN")


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"channel": "email", "email": "zoe@@example.org"}, "ADDRESS_INVALID"),
        ({"channel": "email"}, "ADDRESS_INVALID"),
        ({"channel": "qr"}, "RECEIPT_PAGE_UNSET"),
    ],
)
def test_a_receipt_that_cannot_be_handed_over_refuses_no_sale_and_no_return(
    caller: Caller, number: str, wanted: dict[str, str], problem: str
) -> None:
    sold = caller.sell(number, 4000, receipt=wanted)
    assert (sold["total"], sold["receipt_problem"]) == (4000, problem)
    body = {"ticket": sold["ticket"], "number": f"{number}-R", "receipt": wanted}
    back = caller.post("/returns", body).json()
    assert (back["refund"], back["receipt_problem"]) == (4000, problem)
    said = caller.post(f"/tickets/{sold['ticket']}/receipt", wanted)
    assert said.json()["detail"] == sold["receipt_detail"] == back["receipt_detail"]


def test_a_job_is_given_up_or_repeated_by_whoever_answers_for_it(
    caller: Caller, number: str
) -> None:
    job = caller.sell(number, receipt={"channel": "paper"})["receipt_job"]
    assert caller.post(f"/jobs/{job}/answer", {"again": False}).json() == {"id": job}
    states = {each["id"]: each["state"] for each in caller.get("/jobs").json()["jobs"]}
    assert states[job] == "given_up"
    assert caller.post(f"/jobs/{job}/answer", {"again": True}).status_code == 200
    assert reason(caller.post(f"/jobs/{'0' * 32}/answer", {"again": True})) == (404, "JOB_UNKNOWN")


def test_a_repeated_command_is_answered_as_the_first_time(caller: Caller, number: str) -> None:
    first = caller.post("/sales", sale(number, 700), key=number)
    again = caller.post("/sales", sale(number, 700), key=number)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Location"] == first.headers["Location"]


def test_an_altered_command_is_refused_and_changes_nothing(caller: Caller, number: str) -> None:
    first = caller.sell(number, 700)
    key = f"{number}-altered"
    caller.post("/sales", sale(f"{number}b", 700), key=key)
    altered = caller.post("/sales", sale(f"{number}b", 800), key=key)
    assert reason(altered) == (409, "COMMAND_ALTERED")
    other_content = caller.post("/sales", sale(number, 900))
    assert reason(other_content) == (409, "TICKET_EXISTS")
    assert caller.get(f"/tickets/{first['ticket']}").json()["sale"]["lines"][0]["amount"] == 700


def test_two_devices_may_use_the_same_key(caller: Caller, number: str) -> None:
    mine = caller.post("/sales", sale(f"{number}-1"), key="same")
    theirs = caller.being(Profile.POS).post("/sales", sale(f"{number}-2"), key="same")
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["ticket"] != theirs.json()["ticket"]


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        (None, False),
        ("", False),
        ("a b", False),
        ("clé", False),
        ("k" * 129, False),
        ("k" * 128, True),
        ("!~", True),
    ],
)
def test_a_write_needs_a_key_of_its_own(caller: Caller, key: str | None, accepted: bool) -> None:
    sent = {"Idempotency-Key": key.encode() if key else key}
    answer = caller.post("/baskets", headers=sent)  # type: ignore[arg-type]
    if accepted:
        assert answer.status_code == 200
    else:
        assert reason(answer) == (400, "COMMAND_ID_INVALID")


def test_a_ticket_that_does_not_sum_is_refused(caller: Caller, number: str) -> None:
    answer = caller.post("/sales", sale(number, 700, tenders=[{"kind": "cash", "amount": 699}]))
    assert reason(answer) == (422, "TICKET_INVALID")
    too_much = caller.post("/sales", sale(number, 700, discounts=[{"amount": 701}]))
    assert reason(too_much) == (422, "TICKET_INVALID")


def test_only_the_registers_own_tills_sell_through_it(caller: Caller, number: str) -> None:
    assert caller.sell(number, till="2")["ticket"].split("/")[1] == "2"
    assert reason(caller.post("/sales", sale(number, till="3"))) == (422, "TICKET_INVALID")


def test_a_hold_is_released_once(caller: Caller) -> None:
    member = caller.enrol(102)["member"]
    caller.post(f"/members/{member}/adjustments", {"points": 100, "reason": "goodwill"})
    caller.post("/baskets", {"basket": "b-102"})
    assert caller.put("/baskets/b-102/member", {"member": member}).json()["searched"]
    caller.put("/baskets/b-102/content", {"lines": sale("", 900)["lines"]})
    assert reason(caller.post("/baskets/b-102/holds")) == (409, "PROOF_NEEDED")
    proof = {"digits": card(102)[-4:]}
    assert caller.post("/baskets/b-102/proof", proof).json() == {"right": True, "left": 0}
    hold = caller.post("/baskets/b-102/holds").json()["hold"]
    assert reason(caller.post("/baskets/b-102/holds")) == (409, "POINTS_INSUFFICIENT")
    assert caller.delete(f"/holds/{hold}").status_code == 200
    assert reason(caller.delete(f"/holds/{hold}")) == (404, "HOLD_UNKNOWN")
    assert "member" not in caller.delete("/baskets/b-102/member").json()
    assert caller.delete("/baskets/b-102").status_code == 200
    assert reason(caller.delete("/baskets/b-102")) == (404, "BASKET_UNKNOWN")


def test_a_scan_of_the_pos_attaches_the_member(caller: Caller) -> None:
    caller.enrol(103)
    scanned = caller.post("/scans", {"text": card(103), "device": "counter"}).json()
    assert scanned["outcome"] == "member"
    assert caller.get(f"/baskets/{scanned['basket']}").json()["member"]["tail"] == card(103)[-4:]
    assert caller.post("/scans", {"text": "3250390000891"}).json() == {"outcome": "not_a_card"}
    assert caller.post("/scans", {"text": card(999)}).json()["outcome"] == "other_member"
    caller.delete(f"/baskets/{scanned['basket']}/member")
    assert caller.post("/scans", {"text": card(999)}).json()["outcome"] == "unknown_card"
    caller.delete(f"/baskets/{scanned['basket']}")


def test_a_payment_card_goes_nowhere(register: Register, caller: Caller, number: str) -> None:
    track = ";4970101234567893=28121010000000000?"
    member = caller.enrol(104)
    caller.post("/baskets", {"basket": "b-104"})
    for answer in (
        caller.post("/scans", {"text": PAYMENT_CARD}),
        caller.post("/scans", {"text": track}),
        caller.post("/members", {"card": PAYMENT_CARD}),
        caller.put("/baskets/b-104/member", {"card": PAYMENT_CARD}),
        caller.post("/sales", sale(number, card=PAYMENT_CARD)),
        caller.post(f"/members/{member['member']}/cards", {"card": PAYMENT_CARD}),
        caller.put(
            f"/members/{member['member']}/cards/{member['account']}", {"card": PAYMENT_CARD}
        ),
        caller.get("/members", params={"card": PAYMENT_CARD}),
    ):
        assert reason(answer) == (403, "PAYMENT_CARD_REFUSED")
        assert "4970" not in answer.text
    stored = register.node.store.path
    assert stored is not None
    files = [stored, stored.with_name(stored.name + "-wal")]
    assert not any(b"4970101234567893" in file.read_bytes() for file in files if file.exists())


def test_the_daemon_is_woken_after_each_command(
    register: Register, caller: Caller, number: str
) -> None:
    before = len(register.woken)
    caller.sell(number)
    caller.post("/sales", {})
    caller.get("/jobs")
    assert len(register.woken) == before + 1


def test_articles_the_register_does_not_know_are_listed(
    register: Register, caller: Caller, number: str
) -> None:
    known = commands.KnownArticle(code="known", label="Connu")
    register.node.execute(commands.KeepArticles(id=f"articles-{number}", articles=(known,)))
    caller.sell(number)
    unknown = caller.get("/articles/unknown").json()["articles"]
    assert {name: value for name, value in unknown[0].items() if name != "day"} == {
        "code": "3250390000891",
        "label": "",
        "tickets": 1,
    }


def test_what_is_owed_for_points_is_told_as_json_and_as_a_table(
    caller: Caller, number: str
) -> None:
    caller.enrol(141)
    caller.post("/sales", sale(number, card=card(141)))
    told = caller.get("/liability?by=month").json()
    (owed,) = told["liabilities"]
    assert owed["total"]["points"] >= 1
    assert len(told["forecasts"][0]["months"]) == 12
    for path, first in (
        ("/liability.csv", "day;programme;store"),
        ("/liability.csv?table=forecast", "day;"),
        ("/liability.csv?table=vouchers", "day;programme;kind;number"),
    ):
        table = caller.get(path)
        assert table.headers["Content-Type"].startswith("text/csv")
        assert table.content.decode("utf-8-sig").startswith(first)
    assert caller.get("/liability?day=2026-02-30").status_code == 422


def test_a_ticket_says_why_in_the_language_that_is_asked_for(caller: Caller, number: str) -> None:
    caller.enrol(140)
    lines = [{"article": "a", "amount": 1000, "category": "tabac"}]
    french = caller.post("/sales", sale(number, card=card(140), lines=lines)).json()
    assert french["why"]["said"] == "0 point : tabac exclu"
    asked = {"Accept-Language": "en"}
    shown = caller.get(f"/tickets/{french['ticket']}", headers=asked).json()
    assert shown["why"]["said"] == "0 points: tabac excluded"
    told = caller.get(f"/tickets/{french['ticket']}/explanation", headers=asked).json()
    explained = told["explanations"][0]
    assert [step["said"] for step in explained["steps"]][:2] == [
        "Line 1: tabac excluded.",
        "Together 0 points.",
    ]
    assert explained["version"] == shown["sale"]["ratings"][0]["version"]
    unknown = caller.get("/tickets/paris-1/1/1/2026-01-01/none/explanation")
    assert reason(unknown) == (404, "TICKET_UNKNOWN")


def test_a_ticket_is_given_to_another_member_and_back(caller: Caller, number: str) -> None:
    caller.enrol(120)
    other = caller.enrol(121)
    sold = caller.sell(number, 4000, card=card(120))
    moves = f"/tickets/{sold['ticket']}/moves"
    body = {"card": card(121), "reason": "wrong_customer", "approved_by": "C7"}
    own = caller.post(moves, body, headers={"Operator": "C7"})
    assert reason(own) == (403, "SECOND_PERSON_NEEDED")
    moved = caller.post(moves, body, headers={"Operator": "C12"}).json()
    assert (moved["points"], moved["member"]["member"]) == (40, other["member"])
    assert caller.get(f"/tickets/{sold['ticket']}").json()["member"]["points"] == 40
    back = caller.post(f"{moves}/undo", {"approved_by": "boss"}).json()
    assert (back["former"]["member"], back["member"]["points"]) == (other["member"], 40)
    claim = caller.post(f"/tickets/{sold['ticket']}/claim", {"card": card(121), "code": "x"})
    assert reason(claim) == (409, "TICKET_NOT_MOVABLE")
