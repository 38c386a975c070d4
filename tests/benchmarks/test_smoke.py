"""Every benchmark runs, small; whether its bar is reached is not asked here."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks import harness, journey, pages, replay
from benchmarks.__main__ import BENCHMARKS, main, options, taken
from benchmarks.harness import Bar, Figure

SMALL: Mapping[str, dict[str, Any]] = {
    "sale": {"count": 20, "lots": (3,)},
    "redemption": {"count": 10},
    "lookup": {"members": 300, "few": 100, "lookups": 20},
    "growth": {"members": 300, "few": 100, "sales": 20, "facts": 20},
    "scan": {"members": 300, "scans": 5},
    "panel": {"members": 300, "tickets": 200, "rounds": 2},
    "office": {"members": 300, "tickets": 200, "rounds": 1},
    "rating": {"rounds": 5},
    "derivation": {"limit": 40, "rules": 20},
    "refold": {"facts": 30, "rounds": 3},
    "late": {"quarters": (1, 2), "facts": 8, "rounds": 3},
    "receipt": {},
    "import": {"limit": 60},
    "hub_ingest": {"tickets": 200, "batch": 50, "accounts": 40},
    "cold_start": {"members": 300, "rounds": 1},
    "painted": {"members": 300, "scans": 3, "rounds": 1},
    "backtest": {"limit": 60, "rules": 20},
    "replay": {"limit": 40},
}


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_a_benchmark_measures_something(name: str, tmp_path: Path) -> None:
    run = import_module(BENCHMARKS[name]).run
    given = dict(SMALL[name])
    if "directory" in run.__code__.co_varnames[: run.__code__.co_kwonlyargcount]:
        given["directory"] = str(tmp_path)
    with ThreadPoolExecutor(1) as apart:  # where a browser of other tests runs, none can start
        figures = apart.submit(run, **given).result()
    assert figures
    assert all(figure.product > 0 for figure in figures)


def test_every_benchmark_is_measured_small() -> None:
    assert SMALL.keys() == BENCHMARKS.keys()


def test_look_ups_among_few_members_alone_are_measured(tmp_path: Path) -> None:
    lookup = import_module(BENCHMARKS["lookup"])
    figures = lookup.run(members=60, few=60, lookups=20, directory=str(tmp_path))
    assert figures[-1].ratio == 1


def test_the_source_tables_come_to_what_is_known_of_them() -> None:
    wanted = journey.Totals(journey.TICKETS, journey.CENTS, 4_519_934, journey.LINES)
    assert journey.expected() == wanted


def test_a_replay_that_loses_a_cent_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = journey.expected(20)._replace(cents=1)
    monkeypatch.setattr(replay, "expected", lambda limit: short)
    with pytest.raises(replay.Failed):
        replay.run(limit=20, directory=str(tmp_path))


def test_a_replay_takes_any_programme(tmp_path: Path) -> None:
    programme = Path(__file__).parents[2] / "config" / "programme.example.toml"
    assert replay.run(limit=20, programme=programme, directory=str(tmp_path))


def test_options_go_to_whoever_knows_them() -> None:
    given = options().parse_args(["replay", "--limit", "5", "--rounds", "3"])
    assert taken(replay.run, given) == {"limit": 5}


def test_a_missed_bar_and_an_unknown_name_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert not harness.show([Figure("slow", 2, 1, "ms", Bar(most=1.5, of_ratio=True))])
    assert harness.show([Figure("quick", 1, 1, "ms", Bar(most=1.5, of_ratio=True))])
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "no benchmark is called speed" in capsys.readouterr().err


def test_results_replace_the_former_ones_on_their_page(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- sale: results -->\nold\n<!-- sale: end -->\nb\n")
    figure = Figure("a sale", 1.2, 1, "ms", Bar(most=1.4, of_ratio=True))
    pages.keep("sale", [figure], command="./dev bench sale", day="2026-11-22", page=page)
    text = page.read_text()
    assert "\nold\n" not in text and "`./dev bench sale`, 2026-11-22" in text
    assert "| a sale | 1.2 ms | 1 ms | 1.20 | ≤ 1.4 × limit | yes |" in text
    assert text.startswith("a\n") and text.endswith("<!-- sale: end -->\nb\n")
    with pytest.raises(LookupError):
        pages.keep("lookup", [figure], command="", day="", page=page)


def test_every_benchmark_has_its_place_on_the_page() -> None:
    text = pages.PAGE.read_text(encoding="utf-8")
    for name in BENCHMARKS:
        assert f"<!-- {name}: results -->\n" in text and f"<!-- {name}: end -->" in text
