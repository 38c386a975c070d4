"""A printer without paper, with its cover open, silent, or gone in the middle of a receipt."""

from collections.abc import Callable
from typing import Any

from tests.bad_input.bench import Bench, Seen
from tests.bad_input.rows import Row


def job_seen(job: dict[str, Any]) -> Seen:
    """Give what the list of jobs says of a job."""
    return Seen(job["problem"], job["detail"])


def troubled(**trouble: bool) -> Callable[[Bench], Seen]:
    """Sell on paper with a printer in trouble: the screen names it, the receipt waits for it."""

    def act(bench: Bench) -> Seen:
        since, paper = bench.now, len(bench.printer.printed())
        bench.printer.trouble(**trouble)
        words = "cover open, off-line" if trouble.get("cover_open") else "paper out, off-line"
        body = bench.event("device_changed", since, device="printer", problem=words)
        job = bench.print_sale()
        bench.job(job, state="waiting", problem="printer_not_ready")
        assert len(bench.printer.printed()) == paper
        since = bench.now
        bench.printer.trouble()
        bench.event("device_changed", since, device="printer", problem="")
        repeat(bench, job)
        return Seen(body["problem"], body["detail"])

    return act


def repeat(bench: Bench, job: str) -> None:
    """Answer for a job that it is to be printed again; it is, once."""
    paper = len(bench.printer.printed())
    bench.post(f"/jobs/{job}/answer", {"again": True})
    bench.job(job, state="done")
    assert b"Maison du Livre" in bench.printer.printed()[paper:]


def waits_for_paper(bench: Bench) -> Seen:
    since = bench.now
    bench.printer.trouble(out_of_paper=True)
    bench.event("device_changed", since, device="printer", problem="paper out, off-line")
    job = bench.print_sale()
    found = bench.job(job, state="waiting", problem="printer_not_ready")
    bench.printer.trouble()
    bench.job(job, state="done")  # by itself, once there is paper
    return job_seen(found)


def runs_out_in_the_middle(bench: Bench) -> Seen:
    bench.printer.run_out_at_next_job()
    job = bench.print_sale()
    found = bench.job(job, state="asking")
    bench.printer.trouble()
    repeat(bench, job)
    return job_seen(found)


def unplugged_in_the_middle(bench: Bench) -> Seen:
    since = bench.now
    bench.printer.unplug_at_next_job()
    job = bench.print_sale()
    found = bench.job(job, state="asking")
    bench.event("device_changed", since, device="printer", power="off")
    since = bench.now
    bench.printer.end()
    bench.printer.plug()
    bench.event("device_changed", since, device="printer", power="online", problem="")
    repeat(bench, job)
    return job_seen(found)


def falls_silent(bench: Bench) -> Seen:
    """A printer that answered and no longer does gets nothing until it answers again."""
    paper = len(bench.printer.printed())
    bench.printer.trouble(silent=True)
    job = bench.print_sale()
    found = bench.job(job, state="waiting", problem="printer_not_ready")
    assert len(bench.printer.printed()) == paper
    bench.printer.trouble()
    repeat(bench, job)
    return job_seen(found)


def noisy(bench: Bench) -> Seen:
    """A printer whose answers are noise is not believed: it gets nothing until it makes sense."""
    mechanism, paper = bench.printer.mechanism, len(bench.printer.printed())
    sensible = mechanism.take
    mechanism.take = lambda data: b"\xff\x93\x7f" * 9  # type: ignore[method-assign]
    job = bench.print_sale()
    found = bench.job(job, state="waiting", problem="printer_not_ready")
    mechanism.take = sensible  # type: ignore[method-assign]
    assert len(bench.printer.printed()) == paper
    repeat(bench, job)
    return job_seen(found)


def always_silent(bench: Bench) -> Seen:
    """A printer that never answers prints, and nobody says that it did."""
    bench.stop()
    bench.printer.trouble(silent=True)
    bench.start()
    found = bench.job(bench.print_sale(), state="done")
    bench.printer.trouble()
    return job_seen(found)


def switched_off(bench: Bench) -> Seen:
    """A network printer that goes while it answers has failed, else it cannot be reached."""
    since = bench.now
    bench.printer.unplug()
    body = bench.event("device_changed", since, device="printer", power="off")
    since = bench.now
    bench.printer.plug()
    bench.event("device_changed", since, device="printer", power="online")
    return Seen(body["problem"], body["detail"])


ROWS = (
    Row("the printer out of paper", troubled(out_of_paper=True), "paper out, off-line"),
    Row("the printer's cover open", troubled(cover_open=True), "cover open, off-line"),
    Row("a receipt that waits for paper", waits_for_paper, "printer_not_ready"),
    Row("paper that ends in the middle of a receipt", runs_out_in_the_middle, "print_broken"),
    Row("the printer unplugged in mid-print", unplugged_in_the_middle, "print_broken"),
    Row("a printer that falls silent", falls_silent, "printer_not_ready"),
    Row("noise on the printer's line", noisy, "printer_not_ready"),
    Row("a printer that is always silent", always_silent, "printed_unconfirmed"),
    Row("the printer switched off", switched_off, "failed|could_not_open"),
)
