"""From nothing to a register that answers, and what it holds in memory then."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.crowd import populate
from benchmarks.harness import Bar, Figure, show
from benchmarks.stores import CARD_KEY, scratch
from pos_loyalty.clock import SystemClock

MEMBERS, ROUNDS = 1_000_000, 5
PATIENCE_S, LOOK_S = 60.0, 0.5
STOP_S = 20.0
NAME = "benchmark"
SETTINGS = """
[node]
role = "register"
name = "{name}"
data_directory = "{folder}"
zone = "Etc/UTC"
[store]
company = "c"
region = "r"
store = "b1"
tills = ["1"]
trade_name = "Benchmark"
legal_name = "Benchmark"
address = ["1 rue des Halles", "75001 Paris"]
[cards]
prefixes = ["29"]
check = "none"
key_file = "{folder}/cards.key"
key_id = "k1"
[programme]
file = "{programme}"
[api]
port = {port}
token_file = "{folder}/tokens"
"""


def settings(folder: Path) -> Path:
    """Write a register's settings and its key beside its database."""
    key = folder / "cards.key"
    key.write_text(CARD_KEY.hex())
    key.chmod(0o600)
    path = folder / "register.toml"
    programme = Path(__file__).with_name("programme.toml")
    text = SETTINGS.format(name=NAME, folder=folder, programme=programme, port=_free_port())
    path.write_text(text, encoding="utf-8")
    return path


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def start(path: Path) -> tuple[float, float]:
    """Start the daemon; give seconds until it says that it is ready, and its megabytes then."""
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.settimeout(LOOK_S)
    address = path.with_name("notify")
    told.bind(str(address))
    began = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "pos_loyalty", "run", str(path)],
        env={**os.environ, "NOTIFY_SOCKET": str(address)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None and perf_counter() - began < PATIENCE_S:
            with suppress(TimeoutError):
                if b"READY=1" in told.recv(4096):
                    return perf_counter() - began, _resident_mb(process.pid)
        raise RuntimeError("the register did not start")
    finally:
        process.terminate()
        process.wait(STOP_S)
        told.close()
        address.unlink()


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def run(*, members: int = MEMBERS, rounds: int = ROUNDS, directory: str = "") -> list[Figure]:
    """Start a register of so many members again and again."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        folder = Path(name)
        path = settings(folder)
        populate(folder / f"{NAME}.db", members, now_ms=SystemClock().now_ms())
        found = [start(path) for _ in range(rounds)]
    title = f"register with {members:,} members"
    return [
        Figure(f"{title}: start to ready, p50", median(f[0] for f in found), 0, "s", Bar(most=2)),
        Figure(f"{title}: memory", max(f[1] for f in found), 0, "MB", Bar(most=150)),
    ]


if __name__ == "__main__":
    raise SystemExit(0 if show(run()) else 1)
