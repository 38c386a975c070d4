"""Past tickets become sales of their own day; whole, once, in any order."""

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pos_loyalty.commands import Command, ReadLabel
from pos_loyalty.errors import LoyaltyError, Reason
from pos_loyalty.imports.columns import Mapping
from pos_loyalty.store import local
from tests.imports.conftest import Desk
from tests.support.shop import NOON, open_till

HEADER = "number;at;card;article;quantity;amount\n"
TWO = HEADER + (
    "1;2025-03-03 10:00;29001;a;1;12,50\n1;;;b;0,350;2,00\n2;2025-03-04 11:00;29001;a;2;25,00\n"
)


def test_the_rows_of_a_ticket_are_one_sale_of_its_own_day(desk: Desk) -> None:
    summary = desk.take("tickets", TWO)
    assert (summary.read, summary.records, summary.accepted) == (3, 2, 2)
    sale = desk.till.queries.ticket("paris-1/1/1/2025-03-03/1").sale
    assert sale is not None
    assert [(line.article, line.quantity, line.amount) for line in sale.lines] == [
        ("a", 1000, 1250),
        ("b", 350, 200),
    ]
    assert (sale.day, sale.source) == ("2025-03-03", "import")
    assert sale.ratings[0].earned == 14


def test_the_points_of_past_tickets_wait_for_who_enrols_with_the_card(desk: Desk) -> None:
    desk.take("tickets", TWO)
    desk.till.enrol("29001")
    assert desk.till.points("29001") == 14 + 25


def test_no_receipt_of_a_past_ticket_is_printed_or_mailed(tmp_path: Path) -> None:
    for way in ("paper", "email"):
        url = f"sqlite:///{tmp_path / way}.db"
        with open_till(url, default_receipt=way) as till:
            till.enrol("29001", email="a@example.org")
            Desk(till, tmp_path).take("tickets", TWO)
            with till.node.store.read() as tx:
                assert local.jobs(tx, 10) == []


def test_importing_twice_changes_nothing(desk: Desk) -> None:
    desk.till.enrol("29001")
    desk.take("tickets", TWO)
    before, facts = desk.till.points(), desk.till.verify().facts
    again = desk.take("tickets", TWO)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 2, 0)
    assert (desk.till.points(), desk.till.verify().facts) == (before, facts)


def test_a_ticket_sold_here_and_found_in_a_file_counts_once(desk: Desk) -> None:
    desk.till.enrol("29001")
    desk.till.sell(1250, number="9")
    row = "number;at;card;article;amount\n9;2026-01-09 12:00;29001;a0;12.50\n"
    summary = desk.take("tickets", row)
    assert (summary.unchanged, desk.till.points()) == (1, 12)


def test_the_same_ticket_with_other_content_is_refused_and_the_rest_goes_on(desk: Desk) -> None:
    desk.take("tickets", TWO)
    summary = desk.take("tickets", TWO.replace("12,50", "13,50").replace("2;2025", "3;2025"))
    assert (summary.accepted, summary.rejected) == (1, 1)
    assert desk.refused() == [(2, "", "COMMAND_ALTERED")]


def test_a_number_sold_here_with_other_content_is_refused(desk: Desk) -> None:
    desk.till.enrol("29001")
    desk.till.sell(1250, number="9")
    row = "number;at;card;article;amount\n9;2026-01-09 12:00;29001;a0;99,00\n"
    summary = desk.take("tickets", row)
    assert (summary.accepted, summary.rejected, desk.till.points()) == (0, 1, 12)
    assert desk.refused() == [(2, "", "TICKET_EXISTS")]


def test_any_order_of_the_file_gives_the_same_points(desk: Desk) -> None:
    desk.till.enrol("29001")
    desk.till.enrol("29002")
    rows = [
        f"{n};2025-{2 + n % 9:02}-{1 + n % 27:02} 10:00;2900{1 + n % 2};a;1;{1 + n % 8},99\n"
        for n in range(120)
    ]
    random.Random(7).shuffle(rows)
    summary = desk.take("tickets", HEADER + "".join(rows))
    assert summary.accepted == 120
    expected = [sum(1 + n % 8 for n in range(120) if n % 2 == odd) for odd in (0, 1)]
    assert [desk.till.points("29001"), desk.till.points("29002")] == expected


def test_a_late_ticket_is_folded_at_its_own_time(desk: Desk) -> None:
    """The newer ticket comes first; a return of it must not meet the older ticket's lot."""
    desk.till.enrol("29001")
    desk.take("tickets", HEADER + "2;2025-06-01 10:00;29001;a;1;50,00\n")
    desk.take("tickets", HEADER + "1;2024-12-01 10:00;29001;a;1;30,00\n")
    view = desk.till.queries.member_by_card("29001")
    assert (view.points, view.expires) == (50, "2026-06-01"), "the older points have lapsed"


def test_scattered_rows_of_a_ticket_are_put_together(desk: Desk) -> None:
    text = HEADER + (
        "1;2025-03-03 10:00;29001;a;1;5,00\n"
        "2;2025-03-03 10:05;29001;a;1;7,00\n"
        "1;2025-03-03 10:00;29001;b;1;6,00\n"
    )
    summary = desk.take("tickets", text)
    assert (summary.records, summary.accepted, summary.rejected) == (2, 2, 0)
    sale = desk.till.queries.ticket("paris-1/1/1/2025-03-03/1").sale
    assert sale is not None and [line.amount for line in sale.lines] == [500, 600]


def test_one_bad_row_keeps_its_whole_ticket_out_and_no_other(desk: Desk) -> None:
    text = (
        TWO.replace("2,00", "two") + "3;2025-13-45 10:00;29001;a;1;1,00\n4;2025-03-05;29001;;1;2\n"
    )
    summary = desk.take("tickets", text)
    assert (summary.accepted, summary.rejected) == (1, 3)
    assert desk.refused() == [
        (3, "amount", "IMPORT_VALUE_INVALID"),
        (5, "at", "IMPORT_VALUE_INVALID"),
        (6, "article", "IMPORT_VALUE_MISSING"),
    ]
    with pytest.raises(LoyaltyError):
        desk.till.queries.ticket("paris-1/1/1/2025-03-03/1")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1;2025-03-03 10:00;29001;a;1;-5,00", "lines", "TICKET_INVALID"),
        ("1;2026-01-10 10:00;29001;a;1;5,00", "at", "TICKET_INVALID"),
        ("1;2025-03-03 10:00;4970101234567890;a;1;5,00", "card", "CARD_INVALID"),
        ("1/2;2025-03-03 10:00;29001;a;1;5,00", "number", "TICKET_INVALID"),
        ("1;2025-03-03 10:00;29001;a;1;1,234", "amount", "IMPORT_AMOUNT_AMBIGUOUS"),
        ("1;2025-03-03 10:00;29001;a;1;5,00;extra", "", "IMPORT_ROW_MALFORMED"),
        ('1;2025-03-03 10:00;29001;"a;1;5,00', "", "IMPORT_ROW_MALFORMED"),
        ("1;;29001;a;1;5,00", "date", "IMPORT_VALUE_MISSING"),
        ("1;2025-03-03 10:00;29001;a\0b;1;5,00", "", "IMPORT_ROW_MALFORMED"),
    ],
)
def test_a_bad_row_is_reported_and_the_next_is_taken(
    desk: Desk, row: str, column: str, reason: str
) -> None:
    good = "77;2025-03-03 10:00;29001;a;1;5,00\n"
    summary = desk.take("tickets", HEADER + row + "\n" + good)
    assert (summary.accepted, summary.rejected) == (1, 1)
    assert desk.refused() == [(2, column, reason)]


@pytest.mark.parametrize("bad", ['1;;;"b;1;2,00\n', "1;;;b;1;2,00;extra\n", "1;;;b\0;1;2,00\n"])
def test_a_ticket_with_an_unreadable_row_is_not_taken_in_half(desk: Desk, bad: str) -> None:
    first, last = "1;2025-03-03 10:00;29001;a;1;5,00\n", "2;2025-03-03 10:09;29001;a;1;5,00\n"
    summary = desk.take("tickets", HEADER + first + bad + last)
    assert (summary.accepted, summary.rejected) == (1, 1)
    assert desk.refused() == [(3, "", "IMPORT_ROW_MALFORMED")]


def test_the_report_speaks_french_and_english_and_names_no_value(desk: Desk) -> None:
    desk.take("tickets", HEADER + "1;2025-03-03 10:00;4970101234567890;a;1;5,00\n")
    told = desk.report.read_text(encoding="utf-8-sig")
    assert "Ce n’est pas un numéro de carte de ce magasin." in told
    assert "This is not a card number of this shop." in told
    assert "4970" not in told


def test_rows_that_contradict_each_other_about_their_ticket_are_refused(desk: Desk) -> None:
    desk.take("tickets", TWO.replace("1;;;b", "1;2025-03-03 10:01;29002;b"))
    assert desk.refused() == [(2, "card", "IMPORT_ROWS_DIFFER")]


def test_json_lines_hold_whole_tickets(desk: Desk) -> None:
    text = (
        '{"number": 5, "at": "2025-03-03T10:00:00+01:00", "till": "3", "card": "29001",'
        ' "payment": "card", "ticket_discount": "1.00",'
        ' "lines": [{"article": "a", "amount": 12.5, "quantity": 2}, {"label": "x",'
        ' "amount_cents": 250}]}\n{"number": "6", "lines": [3]}\nnot json\n'
    )
    summary = desk.take("tickets", text, store="lyon")
    assert (summary.accepted, summary.rejected) == (1, 2)
    sale = desk.till.queries.ticket("lyon/3/1/2025-03-03/5").sale
    assert sale is not None
    assert [(line.amount, line.quantity) for line in sale.lines] == [(1250, 2000), (250, 1000)]
    assert (sale.tenders[0].amount, sale.at) == (1400, 1_740_992_400_000)


def test_the_shops_own_names_words_and_ways_of_writing_are_understood(desk: Desk) -> None:
    text = "N° ticket\tquand\tCarte\tLibellé\tprix\n8\t03.02.25 18h05\t29001\tCrème\t1.250,00\n"
    mapping = Mapping(dates="%d.%m.%y %Hh%M", decimal=",").with_columns(
        ["N° ticket=number", "quand=at", "prix=amount"]
    )
    summary = desk.take("tickets", text.encode("cp1252"), mapping=mapping)
    assert (summary.accepted, summary.encoding, summary.delimiter) == (1, "cp1252", "\t")
    sale = desk.till.queries.ticket("paris-1/1/1/2025-02-03/8").sale
    assert sale is not None and (sale.lines[0].label, sale.lines[0].amount) == ("Crème", 125_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encoding_is_found_out(desk: Desk, encoding: str) -> None:
    text = "number;at;label;amount\n1;2025-03-03 10:00;Pâté;5,00\n"
    assert desk.take("tickets", text.encode(encoding)).accepted == 1
    sale = desk.till.queries.ticket("paris-1/1/1/2025-03-03/1").sale
    assert sale is not None and sale.lines[0].label == "Pâté"


def test_a_file_without_what_is_needed_is_refused_whole(desk: Desk) -> None:
    with pytest.raises(LoyaltyError) as refusal:
        desk.take("tickets", "number;card\n1;29001\n")
    assert refusal.value.reason is Reason.IMPORT_COLUMNS_MISSING
    assert refusal.value.values == {"columns": "amount, at/date, article/label"}
    with pytest.raises(LoyaltyError) as refusal:
        desk.take("tickets", bytes(range(256)) * 9)
    assert refusal.value.reason is Reason.IMPORT_FILE_UNREADABLE
    with pytest.raises(LoyaltyError) as refusal:
        desk.take("tickets", desk.folder / "missing.csv")
    assert refusal.value.reason is Reason.IMPORT_FILE_UNREADABLE


def test_a_dry_run_finds_the_faults_and_records_nothing(desk: Desk) -> None:
    facts = desk.till.verify().facts
    summary = desk.take("tickets", TWO.replace("25,00", "?"), dry_run=True)
    assert (summary.accepted, summary.rejected, desk.batches) == (1, 1, [])
    assert desk.refused() == [(4, "amount", "IMPORT_VALUE_INVALID")]
    assert desk.till.verify().facts == facts


class Cut(Exception):
    """The power fails."""


def many(count: int) -> str:
    rows = (f"{n};2025-03-03 10:00;29001;a;1;1,00\n" for n in range(count))
    return HEADER + "".join(rows)


def test_an_import_that_was_cut_short_goes_on_where_it_was(desk: Desk) -> None:
    desk.till.enrol("29001")
    sent = 0

    def until_the_cut(batch: Sequence[Command]) -> list[Any]:
        nonlocal sent
        if sent > 40:
            raise Cut
        sent += len(batch) - 1
        return desk.till.node.execute_many(batch)

    path = desk.file(many(150), "past.csv")
    with pytest.raises(Cut):
        desk.take("tickets", path, execute_many=until_the_cut)
    assert 40 < desk.till.points() == sent < 150
    desk.batches.clear()
    rest = desk.take("tickets", path)
    assert (rest.skipped, rest.accepted, rest.unchanged) == (sent, 150 - sent, 0)
    assert desk.till.points() == 150
    again = desk.take("tickets", path)
    assert (again.skipped, again.unchanged) == (0, 150)


def test_a_busy_node_is_waited_for_and_a_full_disk_is_not(desk: Desk) -> None:
    turned_away = iter([True])

    def busy_once(batch: Sequence[Command]) -> list[Any]:
        if next(turned_away, False):
            raise LoyaltyError(Reason.INBOX_FULL)
        return desk.till.node.execute_many(batch)

    assert desk.take("tickets", TWO, execute_many=busy_once).accepted == 2

    def full(batch: Sequence[Command]) -> list[Any]:
        raise LoyaltyError(Reason.DISK_FULL)

    with pytest.raises(LoyaltyError) as refusal:
        desk.take("tickets", TWO, execute_many=full)
    assert refusal.value.reason is Reason.DISK_FULL


def test_a_scan_waits_only_for_a_short_batch(desk: Desk) -> None:
    """Scans go on while a file comes in; each waits for one batch at most, not for the file."""
    desk.till.enrol("29001")
    path = desk.file(many(3000), "past.csv")
    done = threading.Event()

    def bring() -> None:
        desk.take("tickets", path)
        done.set()

    bringing = threading.Thread(target=bring)
    bringing.start()
    waits, scans = [], 0
    while not done.is_set():
        start = time.monotonic()
        desk.till.node.execute(ReadLabel(id=f"scan-{scans}", device="d", text="29001"))
        waits.append(time.monotonic() - start)
        scans += 1
        done.wait(0.01)
    bringing.join()
    assert scans > 20
    assert sorted(waits)[len(waits) // 2] < 0.1
    assert max(desk.batches) < 150, "no batch holds the node for long"


def test_a_node_that_serves_nobody_gets_large_batches(desk: Desk) -> None:
    desk.take("tickets", many(2500), hold_s=None)
    assert max(desk.batches) > 900


def test_progress_is_told_as_it_goes(desk: Desk) -> None:
    heard: list[int] = []
    desk.take("tickets", many(60), progress=lambda so_far: heard.append(so_far.accepted))
    assert heard == sorted(heard) and heard[-1] == 60 and len(heard) > 1


def test_a_quote_that_is_never_closed_costs_its_own_row_only(desk: Desk) -> None:
    rows = "".join(f"{n};2025-03-03 10:00;29001;a;1;1,00\n" for n in range(2, 60))
    summary = desk.take("tickets", HEADER + '1;2025-03-03 10:00;29001;"a;1;1,00\n' + rows)
    assert (summary.accepted, summary.rejected) == (58, 1)


def test_a_line_break_inside_quotes_belongs_to_the_label(desk: Desk) -> None:
    text = 'number;at;label;amount\n1;2025-03-03;"two\nlines";1,00\n'
    assert desk.take("tickets", text).accepted == 1


def test_a_line_without_end_is_refused_and_not_kept_in_memory(desk: Desk) -> None:
    text = HEADER + "x" * 3_000_000 + "\n" + "2;2025-03-03 10:00;29001;a;1;1,00\n"
    summary = desk.take("tickets", text)
    assert (summary.accepted, desk.refused()) == (1, [(2, "", "IMPORT_ROW_MALFORMED")])


def test_a_ticket_just_now_is_not_in_the_future(desk: Desk) -> None:
    assert NOON == 1_767_956_400_000
    row = "1;2026-01-09T12:00:00+01:00;29001;a;1;5,00\n"
    assert desk.take("tickets", HEADER + row).accepted == 1


def test_zero_amounts_and_zero_quantities_are_taken(desk: Desk) -> None:
    text = HEADER + "1;2025-03-03 10:00;29001;a;0;0,00\n1;;;b;0;3,00\n"
    assert desk.take("tickets", text).accepted == 1


def test_a_file_that_is_empty_has_nothing(desk: Desk, tmp_path: Path) -> None:
    assert desk.take("tickets", HEADER).records == 0
    assert desk.take("tickets", "").records == 0
