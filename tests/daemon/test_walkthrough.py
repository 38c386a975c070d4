"""The documented path of a POS developer, from a token to paper and mail, on real transports."""

from pos_loyalty.demo.peers import wait_for
from tests.daemon.conftest import Till
from tests.web.walkthrough import walk


def test_a_pos_developer_gets_a_printed_and_a_mailed_receipt_with_curl(till: Till) -> None:
    register = till.register()
    register.start()
    try:
        token = (till.folder / "api.token").read_text().split()[0]
        steps = walk(f"http://127.0.0.1:{till.port}", token)
        assert len(steps) > 8
        assert wait_for(lambda: "Comté".encode("cp1252") in till.printer.paper(), 10)
        assert wait_for(till.mail.mails, 10)
    finally:
        register.stop()
    mail = till.mail.mails()[0]
    assert mail["To"] == "claire@example.org"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "42,50" in plain.get_content()
