"""Facts of vouchers in every kind: few of them, shared by many facts, so that they meet."""

from typing import Any

from hypothesis import strategies as st

from pos_loyalty import events
from pos_loyalty.domain.days import iso
from tests.journal.tills import DAY_MS, START, START_MS, ident

VOUCHERS = [ident(f"voucher {name}") for name in "xyz"]
TICKETS = ["S1/T1/1/2026-01-09/1", "S1/T1/1/2026-01-11/2"]


def vouchers() -> st.SearchStrategy[Any]:
    """Give payloads about a few vouchers, held and used by a few baskets and tickets."""
    voucher = st.sampled_from([each.hex() for each in VOUCHERS])
    hold = st.sampled_from([ident(f"reserved {name}").hex() for name in "ab"])
    ticket, units = st.sampled_from(TICKETS), st.integers(1, 3)
    day = st.integers(0, 60).map(lambda day: iso(START + day))
    until = st.integers(0, 60).map(lambda day: START_MS + day * DAY_MS)
    issued = st.builds(
        events.VoucherIssued,
        voucher=voucher,
        programme=st.just("P"),
        number=st.integers(0, 2),
        units=units,
        day=day,
        last_day=day,
        amount=st.sampled_from([0, 10_00]),
        ticket=ticket,
        batch=st.sampled_from(["", "spring.74696c6c"]),
    )
    topped = st.builds(
        events.VoucherToppedUp,
        voucher=voucher,
        ticket=ticket,
        line=st.integers(0, 1),
        units=st.sampled_from([2, 1, -1]),
        day=day,
        last_day=st.one_of(st.just(""), day),
    )
    used = st.builds(
        events.VoucherUsed,
        voucher=voucher,
        ticket=ticket,
        units=units,
        amount=st.just(10_00),
        day=day,
        hold=st.one_of(st.just(""), hold),
    )
    return st.one_of(
        issued,
        topped,
        used,
        used,
        st.builds(events.VoucherHeld, voucher=voucher, hold=hold, units=units, until=until),
        st.builds(events.VoucherReleased, voucher=voucher, hold=hold),
        st.builds(events.VoucherGivenBack, voucher=voucher, ticket=ticket, units=units, day=day),
        st.builds(
            events.AttemptsLocked,
            store=st.just("S1"),
            till=st.just("T1"),
            day=day,
            count=units,
            until=until,
        ),
        st.builds(events.VoucherCancelled, voucher=voucher, reason=st.just("returned"), day=day),
    )
