"""What a till tells a manager to look at, and what it says before goods are taken back."""

from itertools import count

from tests.web.registers import Caller, card, reason

numbers = count(1)


def number() -> str:
    return f"F{next(numbers)}"


def test_a_return_without_a_ticket_is_flagged_and_settled(caller: Caller) -> None:
    told = {"number": number(), "lines": [{"article": "a", "label": "Tasse"}], "refund": 1200}
    back = caller.post("/returns/unknown", told)
    assert (back.status_code, back.json()["refund"]) == (201, 1200)
    shown = caller.get("/flags", headers={"Accept-Language": "fr"}).json()["flags"]
    flag = next(each for each in shown if back.json()["ticket"] in each["tickets"])
    assert (flag["code"], flag["status"]) == ("RETURN_WITHOUT_TICKET", "open")
    assert flag["detail"] == "Des articles ont été repris sans ticket."
    verdict = {"verdict": "confirm", "reason": "looked"}
    assert caller.post(f"/flags/{flag['flag']}/verdict", verdict).status_code == 200
    open_ = [each["flag"] for each in caller.get("/flags").json()["flags"]]
    settled = caller.get("/flags?settled=true").json()["flags"]
    assert flag["flag"] not in open_
    assert [each["reason"] for each in settled if each["flag"] == flag["flag"]] == ["looked"]
    unknown = caller.post(f"/flags/{'0' * 32}/verdict", verdict)
    assert reason(unknown) == (404, "FLAG_UNKNOWN")


def test_a_return_is_previewed_in_the_language_that_is_asked_for(caller: Caller) -> None:
    caller.enrol(150)
    sold = caller.sell(number(), 4000, card=card(150))
    asked = {"ticket": sold["ticket"], "number": number()}
    tried = caller.post("/returns/preview", asked, headers={"Accept-Language": "en"}).json()
    assert (tried["refund"], tried["taken_back"], tried.get("points", 0)) == (4000, 40, 0)
    assert tried["said"] == (
        "You get €40.00 back; 40 points of this ticket go; you have 0 points then."
    )
    assert caller.get(f"/tickets/{sold['ticket']}").json()["kept"] == 40


def test_a_blocked_card_is_taken_no_more(caller: Caller) -> None:
    member = caller.enrol(151)
    path = f"/members/{member['member']}/cards/{member['account']}/block"
    assert caller.post(path, {}).json()["cards"][0]["status"] == "blocked"
    assert caller.post("/scans", {"text": card(151)}).json()["outcome"] == "ended_card"
