"""Members by the API: enrolled, found, changed, undone, forgotten."""

from tests.web.registers import Caller, card, reason
from web.access import Profile


def test_a_member_is_enrolled_and_found_in_every_way(caller: Caller) -> None:
    profile = {"first_name": "Anne", "last_name": "Dupont", "phone": "06 12 34 56 78"}
    enrolled = caller.post("/members", {"card": card(1), "profile": profile})
    member = enrolled.json()["member"]
    assert enrolled.headers["Location"] == f"/api/v1/members/{member}"
    ways = (
        {"card": card(1)},
        {"search": "dupon"},
        {"search": "12345678"},
        {"search": card(1)[-4:]},
    )
    for way in ways:
        found = caller.get("/members", params=way).json()["members"]
        assert [each["member"] for each in found] == [member], way
    assert caller.get("/members", params={"search": "Durand"}).json() == {"members": []}
    assert caller.get("/members", params={"card": card(2)}).json() == {"members": []}
    assert caller.get(f"/members/{member}").json()["last_name"] == "Dupont"


def test_a_search_that_says_too_little_is_refused(caller: Caller) -> None:
    assert reason(caller.get("/members")) == (422, "SEARCH_TOO_SHORT")
    assert reason(caller.get("/members", params={"search": "Du"})) == (422, "SEARCH_TOO_SHORT")
    assert reason(caller.get("/members", params={"card": "123"})) == (422, "CARD_INVALID")


def test_a_card_enrols_one_member_only(caller: Caller) -> None:
    caller.enrol(10)
    again = caller.post("/members", {"card": card(10)})
    assert reason(again) == (409, "CARD_KNOWN")
    foreign = caller.post("/members", {"card": "3250390000891"})
    assert reason(foreign) == (422, "CARD_INVALID")


def test_a_profile_is_changed_field_by_field(caller: Caller) -> None:
    member = caller.enrol(11, first_name="Ann", email="anne@example.org")["member"]
    caller.patch(f"/members/{member}/profile", {"first_name": "Anne", "email": ""})
    assert caller.get(f"/members/{member}/profile").json()["profile"] == {"first_name": "Anne"}
    wrong = caller.patch(f"/members/{member}/profile", {"birth_date": "1980-02-30"})
    assert reason(wrong) == (422, "PROFILE_INVALID")
    assert "1980" not in wrong.text


def test_consents_are_given_and_withdrawn(caller: Caller) -> None:
    member = caller.enrol(12)["member"]
    news = {"purpose": "marketing", "channel": "email"}
    for granted in (True, False):
        body = {"consents": [{**news, "granted": granted, "wording": "2026-01"}]}
        assert caller.post(f"/members/{member}/consents", body).status_code == 200
        shown = caller.get(f"/members/{member}/profile").json()["consents"]
        assert shown == [{**news, "granted": granted}]


def test_cards_are_attached_replaced_and_detached(caller: Caller) -> None:
    member = caller.enrol(13)["member"]
    attached = caller.post(f"/members/{member}/cards", {"card": card(14)})
    assert attached.status_code == 201
    accounts = {each["tail"]: each["account"] for each in attached.json()["cards"]}
    second = accounts[card(14)[-4:]]
    path = f"/members/{member}/cards/{second}"
    replaced = caller.put(path, {"card": card(15)}).json()
    statuses = {each["tail"]: each["status"] for each in replaced["cards"]}
    assert statuses[card(14)[-4:]] == "replaced"
    assert reason(caller.get("/members", params={"card": card(14)})) == (409, "CARD_REPLACED")
    assert reason(caller.delete(path)) == (404, "CARD_UNKNOWN")
    third = next(each["account"] for each in replaced["cards"] if each["tail"] == card(15)[-4:])
    caller.delete(f"/members/{member}/cards/{third}")
    assert caller.get("/members", params={"card": card(15)}).json() == {"members": []}


def test_an_enrolment_is_undone_until_something_was_bought(caller: Caller) -> None:
    fresh = caller.enrol(16)["member"]
    assert caller.delete(f"/members/{fresh}/enrolment").json() == {"id": fresh}
    assert reason(caller.get(f"/members/{fresh}")) == (404, "MEMBER_UNKNOWN")
    buyer = caller.enrol(17)["member"]
    caller.sell("M17", card=card(17))
    assert reason(caller.delete(f"/members/{buyer}/enrolment")) == (409, "UNDO_IMPOSSIBLE")
    assert len(caller.get(f"/members/{buyer}/tickets").json()["tickets"]) == 1


def test_an_adjustment_is_undone_once(caller: Caller) -> None:
    member = caller.enrol(18)["member"]
    path = f"/members/{member}/adjustments"
    made = caller.post(path, {"points": 40, "reason": "goodwill"})
    assert made.status_code == 201
    assert caller.get(f"/members/{member}").json()["points"] == 40
    assert reason(caller.post(path, {"points": -41, "reason": "x"})) == (409, "POINTS_INSUFFICIENT")
    assert reason(caller.post(path, {"points": 0, "reason": "x"})) == (422, "PROFILE_INVALID")
    adjustment = made.json()["id"]
    assert caller.delete(f"/adjustments/{adjustment}").status_code == 200
    assert reason(caller.delete(f"/adjustments/{adjustment}")) == (409, "ALREADY_UNDONE")
    assert reason(caller.delete(f"/adjustments/{'0' * 32}")) == (404, "ADJUSTMENT_UNKNOWN")
    assert "points" not in caller.get(f"/members/{member}").json()


def test_points_are_given_to_another_member_and_taken_back(caller: Caller) -> None:
    giver, taker = (caller.post("/members", {}).json()["member"] for _ in range(2))
    caller.post(f"/members/{giver}/adjustments", {"points": 40, "reason": "goodwill"})
    made = caller.post(f"/members/{giver}/transfers", {"other": taker, "points": 30})
    assert made.status_code == 201
    shown = [caller.get(f"/members/{each}").json().get("points", 0) for each in (giver, taker)]
    assert shown == [10, 30]
    more = caller.post(f"/members/{giver}/transfers", {"other": taker, "points": 11})
    assert reason(more) == (409, "POINTS_INSUFFICIENT")
    same = caller.post(f"/members/{giver}/transfers", {"other": giver, "points": 1})
    assert reason(same) == (409, "TRANSFER_WITHIN")
    assert caller.delete(f"/adjustments/{made.json()['id']}").status_code == 200
    assert caller.get(f"/members/{giver}").json()["points"] == 40


def test_a_member_who_asks_is_forgotten_with_every_remembered_answer(caller: Caller) -> None:
    body = {"card": card(19), "profile": {"last_name": "Oubliée"}}
    member = caller.post("/members", body, key="forgotten").json()["member"]
    assert caller.delete(f"/members/{member}").status_code == 200
    assert reason(caller.get(f"/members/{member}")) == (409, "MEMBER_ERASED")
    assert reason(caller.post("/members", body, key="forgotten")) == (409, "MEMBER_ERASED")
    assert caller.get("/members", params={"search": "Oubli"}).json() == {"members": []}


def test_unknown_members_are_unknown_to_every_operation(caller: Caller) -> None:
    path = f"/members/{'0' * 32}"
    for answer in (
        caller.get(path),
        caller.get(f"{path}/profile"),
        caller.get(f"{path}/tickets"),
        caller.patch(f"{path}/profile", {}),
        caller.post(f"{path}/consents", {"consents": []}),
        caller.post(f"{path}/cards", {"card": card(20)}),
        caller.post(f"{path}/adjustments", {"points": 1, "reason": "x"}),
        caller.delete(path),
        caller.delete(f"{path}/enrolment"),
    ):
        assert reason(answer) == (404, "MEMBER_UNKNOWN")
    assert reason(caller.get("/members/somebody")) == (404, "ADDRESS_UNKNOWN")


def test_a_member_is_invited_to_a_programme_and_leaves_it(caller: Caller) -> None:
    member = caller.enrol(151)["member"]
    club = (
        '[programme]\nid = "club"\nname = "Club"\nfirst_day = 2020-01-01\nmembers = "invited"\n'
        "[earn]\npoints = 1\nper = 1000\n[expiry]\nmonths = 3\n"
        '[[exclusion]]\nreason = "carte"\nflag = "gift_card"\ncoupons = false\n'
    )
    assert caller.post("/programmes", {"toml": club}).status_code == 201
    asked = f"/members/{member}/programmes/club"
    invited = caller.put(asked).json()
    assert [each["programme"] for each in invited["beside"]] == ["club"]
    sold = caller.sell("club-1", 3000, card=card(151))
    assert sold["beside"][0]["earned"] == 3
    assert sold["beside"][0]["why"]["said"].startswith("3 points : 1 point par")
    (kept,) = caller.delete(asked).json()["beside"]
    assert (kept["programme"], kept["points"]) == ("club", 3)
    assert "beside" not in caller.sell("club-2", 3000, card=card(151))
    other = caller.put(f"/members/{member}/programmes/points")
    assert reason(other) == (404, "PROGRAMME_NOT_RESERVED")


def test_a_note_is_written_changed_and_taken_away_but_never_by_the_pos(caller: Caller) -> None:
    path = f"/members/{caller.enrol(152)['member']}/notes"
    first = caller.post(path, {"text": "Likes dark bread"}).json()["id"]
    caller.post(path, {"text": "Comes on Saturdays"})
    caller.post(path, {"note": first, "text": "Likes white bread"})
    texts = [each["text"] for each in caller.get(path).json()["notes"]]
    assert sorted(texts) == ["Comes on Saturdays", "Likes white bread"]
    assert caller.get(path).json()["notes"][0]["author"].startswith("admin-1")
    caller.post(path, {"note": first, "text": ""})
    assert [each["text"] for each in caller.get(path).json()["notes"]] == ["Comes on Saturdays"]
    assert reason(caller.post(path, {"text": ""})) == (422, "PROFILE_INVALID")
    pos = caller.being(Profile.POS)
    for answer in (pos.get(path), pos.post(path, {"text": "Rude"})):
        assert reason(answer) == (403, "OPERATION_REFUSED")
