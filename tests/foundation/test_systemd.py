"""What systemd hears, on a real datagram socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_loyalty.systemd import READY, STOPPING, WATCHDOG, notify, watchdog_interval_s


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(address)
        channel.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield channel


def test_systemd_hears_each_message_as_one_datagram(listener: socket.socket) -> None:
    for message in (READY, WATCHDOG, STOPPING):
        assert notify(message)
        assert listener.recv(100).decode() == message


def test_the_abstract_namespace_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("")  # Linux chooses a free abstract address
        channel.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + channel.getsockname()[1:].decode())
        assert notify(READY)
        assert channel.recv(100) == b"READY=1"


def test_outside_systemd_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify(READY)


def test_a_socket_that_went_away_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    with pytest.raises(OSError, match="No such file"):
        notify(READY)


@pytest.mark.parametrize(
    ("limit", "interval"), [("30000000", 15.0), ("", None), ("0", None), ("x", None)]
)
def test_the_watchdog_is_fed_twice_in_its_time(
    limit: str, interval: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", limit)
    assert watchdog_interval_s() == interval
