"""The server around the application: its address, its health, its end."""

import logging
import socket

import pytest
import requests

from pos_loyalty.errors import LoyaltyError, Reason
from tests.web.registers import Caller, Register
from web.serving import THREADS_MIN, Serving


def test_the_health_page_tells_queues_without_a_token(caller: Caller) -> None:
    health = caller.get("/health", headers={"Authorization": None}).json()
    assert health["version"] == "9.9"
    assert health["queues"]["unsent"] == 7
    before = health["queues"].get("jobs_print_waiting", 0)
    caller.sell("health", receipt={"channel": "paper"})
    assert caller.get("/health").json()["queues"]["jobs_print_waiting"] == before + 1


def test_an_address_that_is_taken_is_told(register: Register) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LoyaltyError) as raised:
            Serving(register.app, host="127.0.0.1", port=port)
    assert raised.value.reason is Reason.PORT_TAKEN
    assert str(port) in str(raised.value)
    with pytest.raises(LoyaltyError):
        Serving(register.app, host="192.0.2.1", port=0)


def test_a_server_that_stopped_is_gone_and_its_port_free(register: Register) -> None:
    serving = Serving(register.app, host="127.0.0.1", port=0)
    serving.start()
    assert requests.get(f"{serving.url}/api/v1/health", timeout=5).status_code == 200
    serving.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{serving.url}/api/v1/health", timeout=5)
    again = Serving(register.app, host="127.0.0.1", port=serving.port)
    again.stop()


def test_a_server_serves_more_threads_than_a_device_may_hold_streams(register: Register) -> None:
    serving = Serving(register.app, host="127.0.0.1", port=0, threads=4)
    try:
        assert len(serving._server.task_dispatcher.threads) == THREADS_MIN == 24
    finally:
        serving.stop()


def test_listeners_that_leave_fill_no_log(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    with register.served(), caplog.at_level(logging.INFO, logger="waitress"):
        logging.getLogger("waitress").info("Client disconnected while serving %s", "/x")
        logging.getLogger("waitress").warning("something else")
    assert [record.message for record in caplog.records] == ["something else"]
