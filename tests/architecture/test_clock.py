"""Time comes in through the `Clock` port and nowhere else."""

from pathlib import Path

import pytest

from tests.architecture.clock_lint import readings
from tests.support.tree import PRODUCT, ROOT, python_files

THE_CLOCK = ROOT / "pos_loyalty" / "clock.py"
# Drivers time their lines, and the demo watches from outside how long a thing takes to be seen.
STOPWATCH_ALLOWED = {  # they wait for devices, servers and processes, which no test's clock moves
    ROOT / "drivers",
    ROOT / "pos_loyalty" / "demo",
    ROOT / "pos_loyalty" / "exploits" / "child.py",
    ROOT / "pos_loyalty" / "imports",
    ROOT / "sync" / "transport.py",
}


def test_only_the_clock_reads_the_machines_time() -> None:
    found = [
        reading
        for path in python_files(*PRODUCT)
        if path != THE_CLOCK
        for reading in readings(
            path, ROOT, stopwatch_allowed=not STOPWATCH_ALLOWED.isdisjoint((path, *path.parents))
        )
    ]
    assert found == []


def test_the_clock_itself_does_read_it() -> None:
    assert len(list(readings(THE_CLOCK, ROOT, stopwatch_allowed=False))) == 2


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "import time\nstamp = time.time_ns",
        "from time import time",
        "import time\ntime.monotonic()",
        "from time import perf_counter",
        "from datetime import datetime\ndatetime.now(UTC)",
        "import datetime as dt\ndt.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "from datetime import datetime as moment\nmoment.now()",
        "import datetime\nfactory = datetime.datetime.now",
        "from email.utils import formatdate\nformatdate(localtime=True)",
        "import time\ntime.strftime('%H')",
        "import time\ntime.localtime()",
        "import uuid\nuuid.uuid1()",
        "import sqlalchemy as sa\nsa.func.now()",
        "SQL = 'INSERT INTO t VALUES (CURRENT_TIMESTAMP)'",
    ],
)
def test_every_way_of_reading_it_is_found(tmp_path: Path, code: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(code)
    assert list(readings(path, tmp_path, stopwatch_allowed=False))


@pytest.mark.parametrize(
    "code",
    [
        "clock.now_ms()",
        "moment.strftime('%H')",
        "formatdate(stamp)",
        "datetime.fromtimestamp(clock.now_ms() / 1000, UTC)",
        "now = row.now",
        "day = context.today",
        "import time\ntime.sleep(1)",
    ],
)
def test_time_that_was_handed_in_may_be_used(tmp_path: Path, code: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(code)
    assert not list(readings(path, tmp_path, stopwatch_allowed=False))


def test_a_driver_may_use_a_stopwatch_but_not_the_time_of_day(tmp_path: Path) -> None:
    path = tmp_path / "driver.py"
    path.write_text("import time\nstart = time.monotonic()\nstamp = time.time()")
    assert list(readings(path, tmp_path, stopwatch_allowed=True)) == ["driver.py:3"]
