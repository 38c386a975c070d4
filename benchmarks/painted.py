"""From a scan to the till screen painted in Chromium, and what opening the page costs.

The page measures itself: from its call until two frames after the member's name stands there. As
the limit, the same call for something that is no card, and two frames with nothing to draw.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.crowd import card, populate
from benchmarks.harness import Bar, Figure, percentile
from benchmarks.stores import open_node, scratch
from drivers.framing.payment_guard import PaymentGuard
from pos_loyalty.clock import SystemClock
from pos_loyalty.queries import Queries
from web.access import FixedTokens
from web.app import create_app
from web.services import Hooks, WebSettings
from web.serving import Serving

MEMBERS, SCANS, OPENINGS = 10_000, 120, 9
SLOWER = 6
BYTES_MAX, USABLE_MS, PATIENCE_MS = 60_000, 2_000, 10_000
QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run")
SCAN = """async ([text, name]) => {
    const stage = document.getElementById("stage");
    const frame = () => new Promise(requestAnimationFrame);
    const frames = () => frame().then(frame);
    const began = performance.now();
    const painted = name && new Promise(done => {
        const look = () => stage.dataset.stage === "member" && stage.textContent.includes(name)
            && (watch.disconnect(), done(frames()));
        const watch = new MutationObserver(look);
        watch.observe(stage, {childList: true, subtree: true, attributes: true});
    });
    const answer = fetch("/api/v1/scans", {
        method: "POST",
        body: JSON.stringify({text, device: "bench"}),
        headers: {"Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID()},
    });
    await (painted || answer.then(frames));
    return performance.now() - began;
}"""
LEAVE = """() => document.body.dispatchEvent(
    new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))"""
WEIGHT = """() => ["navigation", "resource"]
    .flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, each) => sum + each.transferSize, 0)"""


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a register over a database; gives its address."""
    clock, node = SystemClock(), open_node(path)
    app = create_app(
        node,
        Queries(node.store, node.settings, clock),
        tokens=FixedTokens(()),
        hooks=Hooks(refuses_label=PaymentGuard(("29",)).refuses_label),
        settings=WebSettings(version="bench"),
    )
    streams = app.extensions["pos-loyalty"].streams
    serving = Serving(app, host="127.0.0.1", port=0, end_streams=streams.close)
    serving.start()
    try:
        yield serving.url
    finally:
        serving.stop()
        node.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        args = [*QUIET, "--no-sandbox"]
        yield playwright.chromium.launch(executable_path=program, args=args)


def opened(browser: Browser, url: str) -> tuple[Page, float, float]:
    """Open the page for the first time: milliseconds until it can be used, bytes that came."""
    page = browser.new_context().new_page()
    page.goto(f"{url}/till/")
    page.set_default_timeout(PATIENCE_MS)
    page.locator(".badge.good").first.wait_for()
    usable = float(page.evaluate("() => performance.now()"))
    return page, usable, float(page.evaluate(WEIGHT))


def measure(page: Page, count: int, *, slower: int = 1) -> tuple[list[float], list[float]]:
    """Give milliseconds of scans of members, and of calls with nothing to draw, in turn."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    scans, bare = [], []
    for number in range(count):
        bare.append(float(page.evaluate(SCAN, ["!", ""])))
        scans.append(float(page.evaluate(SCAN, [card(number), "points"])))
        page.evaluate(LEAVE)
        page.locator("#stage[data-stage=idle]").wait_for()
        page.wait_for_timeout(50)  # the detaching is answered
    return scans, bare


def run(
    *, members: int = MEMBERS, scans: int = SCANS, rounds: int = OPENINGS, directory: str = ""
) -> list[Figure]:
    """Measure scans with and without a slower processor, and opening the page."""
    with TemporaryDirectory(dir=scratch(directory)) as name:
        path = Path(name) / "painted.db"
        populate(path, members, now_ms=SystemClock().now_ms())
        with served(path) as url, chromium() as browser:
            openings = [opened(browser, url) for _ in range(rounds)]
            page = openings[-1][0]
            for each in openings[:-1]:
                each[0].context.close()
            fast = measure(page, scans)
            slow = measure(page, scans, slower=SLOWER)
    usable = percentile([each[1] for each in openings], 0.5)
    weight = max(each[2] for each in openings)
    return [
        *_figures("scan → painted", fast, (60, 60)),
        *_figures(f"the same on a processor {SLOWER} times slower", slow, (150, 150)),
        Figure("the page opened for the first time, p50", usable, 0, "ms", Bar(most=USABLE_MS)),
        Figure("bytes that travelled for it", weight, 0, "B", Bar(most=BYTES_MAX)),
    ]


def _figures(
    name: str, found: tuple[list[float], list[float]], bars: tuple[float, float]
) -> list[Figure]:
    scans, bare = found
    return [
        Figure(f"{name}, p{share}", percentile(scans, share / 100), percentile(bare, share / 100),
               "ms", Bar(most=bar))
        for share, bar in zip((50, 95), bars, strict=True)
    ]  # fmt: skip
