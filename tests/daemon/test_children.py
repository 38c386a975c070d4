"""Child processes beside a daemon: their end is seen, also where somebody else reaps them."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from pos_loyalty.daemon.children import run_child

ROOT = Path(__file__).parents[2]
REAPING = """
import os, threading, time
from pos_loyalty.daemon.children import run_child

def reap():
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            time.sleep(0.001)

if __name__ == "__main__":
    threading.Thread(target=reap, daemon=True).start()
    for _ in range(6):  # either may be the one that hears of an end
        run_child(print, ("done",), until=threading.Event())
    print("went on", flush=True)
    os._exit(0)
"""


def test_a_daemon_that_reaps_every_child_goes_on_when_one_has_ended(tmp_path: Path) -> None:
    script = tmp_path / "reaping.py"
    script.write_text(REAPING)
    done = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["done"] * 6 + ["went", "on"], done.stderr


def test_a_child_that_is_no_longer_wanted_is_ended() -> None:
    unwanted = threading.Event()
    threading.Timer(0.5, unwanted.set).start()
    began = time.monotonic()
    run_child(time.sleep, (600,), until=unwanted)
    assert time.monotonic() - began < 60
