"""Addresses as customers say them and mail servers as they are."""

from collections.abc import Callable
from functools import partial

from pos_loyalty.demo.peers import wait_for
from pos_loyalty.domain.addresses import QUESTION
from pos_loyalty.texts import translate
from tests.bad_input.bench import PATIENCE_S, Bench, Seen
from tests.bad_input.printers import job_seen
from tests.bad_input.rows import Row


def receipt_to(address: str, bench: Bench) -> Seen:
    """Mail a receipt to an address that cannot be used: refused, and nothing of it is kept."""
    ticket = bench.sell("", 300)["ticket"]
    choice = {"channel": "email", "email": address}
    return bench.refusal("POST", f"/tickets/{ticket}/receipt", choice)


def profile_with(address: str, bench: Bench) -> Seen:
    return bench.refusal("POST", "/members", {"profile": {"email": address}})


def mailed(bench: Bench, address: str) -> str:
    """Sell with a receipt by mail; gives the job's id."""
    receipt = {"channel": "email", "email": address}
    return str(bench.sell("", 300, receipt=receipt)["receipt_job"])


def injected_name(bench: Bench) -> Seen:
    """A name with a header inside is refused, and a mail carries one recipient and no other."""
    profile = {"first_name": "Zoé\r\nBcc: spy@evil.example", "email": "zoe@orange.fr"}
    seen = bench.refusal("POST", "/members", {"profile": profile})
    taken = len(bench.mail.mails())
    mailed(bench, "zoe@orange.fr")
    assert wait_for(lambda: len(bench.mail.mails()) > taken, PATIENCE_S)
    mail = bench.mail.mails()[-1]
    assert (mail["To"], mail["Bcc"], mail["Cc"]) == ("zoe@orange.fr", None, None)
    return seen


def in_other_scripts(bench: Bench) -> Seen:
    """An address in another script is written to; two addresses in one are not."""
    taken = len(bench.mail.mails())
    job = mailed(bench, "zoé@exämple.example")
    bench.job(job, state="done")
    assert wait_for(lambda: len(bench.mail.mails()) > taken, PATIENCE_S)
    return receipt_to("zoé@exämple.example, léa@exämple.example", bench)


def mistyped(bench: Bench) -> Seen:
    """An address that looks mistyped is taken as said, and asked about; a good one is not."""
    meant = bench.post("/members", {"profile": {"email": "zoe@gmial.com"}})["domain_meant"]
    sold = bench.sell("", 300, receipt={"channel": "email", "email": "zoe@gmial.com"})
    choice = {"channel": "email", "email": "zoe@gmial.com"}
    chosen = bench.post(f"/tickets/{sold['ticket']}/receipt", choice)
    assert [sold["domain_meant"], chosen["domain_meant"]] == [meant, meant] == ["gmail.com"] * 2
    right = bench.sell("", 300, receipt={"channel": "email", "email": "zoe@gmail.com"})
    assert "domain_meant" not in right
    return Seen("domain_meant", translate(QUESTION, "fr", domain=meant))


def refuses(reply: str, problem: str) -> Callable[[Bench], Seen]:
    """Let the mail server answer otherwise, once, and tell what the job says."""

    def act(bench: Bench) -> Seen:
        bench.mail.reply = reply
        job = mailed(bench, "zoe@orange.fr")
        found = bench.job(job, problem=problem)
        assert found["state"] == ("asking" if problem == "mail_refused" else "waiting")
        bench.mail.reply = ""
        bench.post(f"/jobs/{job}/answer", {"again": True})
        bench.job(job, state="done")
        return job_seen(found)

    return act


def server_gone(bench: Bench) -> Seen:
    bench.mail.close()
    job = mailed(bench, "zoe@orange.fr")
    found = bench.job(job, state="waiting", problem="mail_unreachable")
    bench.mail.open()
    bench.post(f"/jobs/{job}/answer", {"again": True})
    bench.job(job, state="done")
    return job_seen(found)


BAD_ADDRESSES = {
    "an address without an end": "zoe@orange",
    "an address with two signs": "zoe@@orange.fr",
    "two addresses in one": "zoe@orange.fr, lea@orange.fr",
    "an address with a header inside": "zoe@orange.fr\r\nBcc: spy@evil.example",
    "an address with a blank": "zoe martin@orange.fr",
    "an address with signs of direction": "zoe\u202e@orange.fr",
    "an address without bound": "z" * 250 + "@orange.fr",
}

ROWS = (
    *(Row(name, partial(receipt_to, address), code_of) for name, address in BAD_ADDRESSES.items()
      for code_of in ["REQUEST_INVALID" if "\r" in address or len(address) > 254
                      else "ADDRESS_INVALID"]),
    Row("an address without an end in a profile", partial(profile_with, "zoe@orange"),
        "ADDRESS_INVALID"),
    Row("a name with a header inside", injected_name, "REQUEST_INVALID"),
    Row("addresses in other scripts", in_other_scripts, "ADDRESS_INVALID"),
    Row("a mistyped address", mistyped, "domain_meant"),
    Row("a mail server that refuses the address", refuses("550 no", "mail_refused"),
        "mail_refused"),
    Row("a mail server that is busy", refuses("451 later", "mail_unreachable"),
        "mail_unreachable"),
    Row("a mail server that is gone", server_gone, "mail_unreachable"),
)  # fmt: skip
