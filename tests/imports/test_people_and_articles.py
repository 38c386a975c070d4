"""Members come whole: cards, profile, dated consents, balance; articles replace their own."""

import pytest

from pos_loyalty import commands
from tests.imports.conftest import Desk

HEADER = (
    "number;card;first_name;last_name;email;phone;birth_date;points;points_day;points_until;"
    "spend;spend_day;joined;consent.marketing.email;consent.marketing.email.day\n"
)
ZOE = (
    "C1;29001;Zoé;Martin;zoe@orange.fr;06 12 34 56 78;03/02/1980;120;2025-06-01;;600,00;"
    "2025-06-01;2020-05-04;oui;2024-05-01\n"
)


def test_a_member_comes_with_card_profile_balance_and_consent(desk: Desk) -> None:
    assert desk.take("members", HEADER + ZOE).accepted == 1
    view = desk.till.queries.member_by_card("29001")
    assert (view.first_name, view.points, view.tier) == ("Zoé", 120, "Argent")
    assert view.expires == "2026-06-01", "a lot without a last day lives as one earned here"
    profile = desk.till.queries.profile(view.member)
    assert (profile["phone"], profile["birth_date"]) == ("+33612345678", "1980-02-03")
    assert desk.till.queries.consents(view.member) == {("marketing", "email"): True}


def test_importing_members_twice_changes_nothing(desk: Desk) -> None:
    desk.take("members", HEADER + ZOE)
    facts = desk.till.verify().facts
    again = desk.take("members", HEADER + ZOE)
    assert (again.accepted, again.unchanged, desk.till.verify().facts) == (0, 1, facts)


def test_a_changed_row_changes_the_profile_and_never_the_balance(desk: Desk) -> None:
    desk.take("members", HEADER + ZOE)
    changed = ZOE.replace("zoe@orange.fr", "zoe@free.fr").replace(";120;", ";900;")
    assert desk.take("members", HEADER + changed).accepted == 1
    view = desk.till.queries.member_by_card("29001")
    assert view.points == 120
    assert desk.till.queries.profile(view.member)["email"] == "zoe@free.fr"


def test_a_withdrawal_at_the_till_outlives_an_older_consent_in_a_file(desk: Desk) -> None:
    member = desk.till.enrol("29001").member
    no = commands.ConsentGiven(purpose="marketing", channel="email", granted=False)
    desk.till.do(commands.ChangeConsents, member=member, consents=(no,))
    desk.till.clock.pass_days(1)
    desk.take("members", HEADER + ZOE)
    assert desk.till.queries.consents(member) == {("marketing", "email"): False}


def test_a_consent_newer_than_the_tills_counts(desk: Desk) -> None:
    member = desk.till.enrol("29001").member
    no = commands.ConsentGiven(purpose="marketing", channel="email", granted=False)
    desk.till.do(commands.ChangeConsents, member=member, consents=(no,))
    desk.till.clock.pass_days(30)
    desk.take("members", HEADER + ZOE.replace("2024-05-01", "2026-01-20"))
    assert desk.till.queries.consents(member) == {("marketing", "email"): True}


def test_an_erased_member_is_not_brought_back_by_a_file(desk: Desk) -> None:
    desk.take("members", HEADER + ZOE)
    member = desk.till.queries.member_by_card("29001").member
    desk.till.do(commands.EraseMember, member=member)
    for row in (ZOE, ZOE.replace("Martin", "Martins")):
        summary = desk.take("members", HEADER + row)
        assert (summary.accepted, summary.rejected) == (0, 1)
    assert {reason for _, _, reason in desk.refused()} == {"MEMBER_ERASED"}


def test_a_member_without_a_card_gets_it_from_a_later_file(desk: Desk) -> None:
    desk.take("members", HEADER + ZOE.replace("29001", ""))
    desk.take("members", HEADER + ZOE)
    assert desk.till.points("29001") == 120


def test_several_cards_are_one_member(desk: Desk) -> None:
    desk.take("members", "number;cards\nC1;29001 29002|29003\n")
    members = {desk.till.queries.member_by_card(f"2900{n}").member for n in (1, 2, 3)}
    assert len(members) == 1


def test_cards_of_two_members_in_one_row_are_refused(desk: Desk) -> None:
    desk.till.enrol("29001")
    desk.till.enrol("29002")
    desk.take("members", "number;cards\nC1;29001 29002\n")
    assert desk.refused() == [(2, "", "CARD_KNOWN")]


def test_lots_with_days_are_taken_each(desk: Desk) -> None:
    text = "number;card;lots\nC1;29001;50:2025-02-01:2026-02-01 30:2025-12-01\n"
    desk.take("members", text)
    view = desk.till.queries.member_by_card("29001")
    assert (view.points, view.expiring, view.expires) == (80, 50, "2026-02-01")


def test_json_members_hold_lists(desk: Desk) -> None:
    text = (
        '{"number": 12, "cards": ["29001"], "first_name": "Léa",'
        ' "lots": [{"points": 40, "day": "2025-09-01"}],'
        ' "consents": [{"purpose": "marketing", "channel": "sms", "granted": true,'
        ' "day": "2025-09-01T10:00:00Z"}]}\n'
    )
    assert desk.take("members", text).accepted == 1
    view = desk.till.queries.member_by_card("29001")
    assert (view.first_name, view.points) == ("Léa", 40)
    assert desk.till.queries.consents(view.member) == {("marketing", "sms"): True}


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("number;email", "C1;zoe@@x", "email", "IMPORT_VALUE_INVALID"),
        ("number;birth_date", "C1;31/02/1980", "birth_date", "IMPORT_VALUE_INVALID"),
        ("number;card", "C1;12", "card", "CARD_INVALID"),
        ("number;card", ";", "number", "IMPORT_VALUE_MISSING"),
        ("number;points;points_day", "C1;12;", "points_day", "IMPORT_VALUE_MISSING"),
        ("number;points;points_day", "C1;-5;2025-01-01", "points", "IMPORT_VALUE_INVALID"),
        ("number;lots", "C1;12", "lots", "IMPORT_VALUE_INVALID"),
        ("number;consent.m.email", "C1;oui", "consent.m.email", "IMPORT_CONSENT_UNDATED"),
        ("number;consent.m.email", "C1;perhaps", "consent.m.email", "IMPORT_VALUE_INVALID"),
        (
            "number;consent.m.email;consent.m.email.day",
            "C1;oui;2030-01-01",
            "consent",
            "PROFILE_INVALID",
        ),
    ],
)
def test_a_bad_member_is_reported_by_column(
    desk: Desk, header: str, row: str, column: str, reason: str
) -> None:
    good = "C2" + ";" * header.count(";")
    summary = desk.take("members", f"{header}\n{row}\n{good}\n")
    assert (summary.accepted, summary.rejected) == (1, 1)
    assert desk.refused() == [(2, column, reason)]


ARTICLES = "code;libellé;rayon;catégorie;tva;prix d'achat\n"


def test_articles_are_kept_and_only_changes_count(desk: Desk) -> None:
    text = ARTICLES + "a;Pain;Boulangerie;pain;5,5;0,45\nb;Tabac;Tabac;tabac;20;\n;x;;;;\n"
    summary = desk.take("articles", text)
    assert (summary.accepted, summary.rejected) == (2, 1)
    again = desk.take("articles", text.replace("Pain", "Baguette"))
    assert (again.accepted, again.unchanged) == (1, 1)
    back = desk.take("articles", text)
    assert (back.accepted, back.unchanged) == (1, 1)


def test_an_articles_category_and_rate_fill_in_what_a_ticket_leaves_out(desk: Desk) -> None:
    desk.take("articles", ARTICLES + "b;Tabac brun;Tabac;tabac;20,0;\n")
    desk.take("tickets", "number;at;card;article;amount\n1;2025-03-03;29001;b;9,00\n")
    sale = desk.till.queries.ticket("paris-1/1/1/2025-03-03/1").sale
    assert sale is not None
    line = sale.lines[0]
    assert (line.label, line.category, line.vat) == ("Tabac brun", "tabac", 2000)
    assert sale.ratings[0].earned == 0, "the category is excluded"


def test_many_articles_come_in_few_commands(desk: Desk) -> None:
    rows = "".join(f"{n};label {n};;;;\n" for n in range(950))
    summary = desk.take("articles", ARTICLES + rows, hold_s=None)
    assert (summary.accepted, max(desk.batches)) == (950, 11)
