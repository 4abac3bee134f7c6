"""`python -m benchmarks.first_view`: when the Benchmarks page shows its answer, beside an empty page of Gradio.

A browser with an empty cache opens both in turns within one run, so that the ratio says what the page itself costs and
what any page of Gradio costs on this machine. Needs Chromium and Playwright (`requirements-dev.txt`).
"""

from __future__ import annotations

import argparse
import http.client
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.served_app import ROOT, ServedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
EMPTY_WORDS = "#first-words"
EMPTY_PAGE = "pages.empty_page"
"""Run in a process of its own, as the app is."""

WORDS = ".rp-answer h2"
PARTS = (".rp-poster", "#rp-bm-benchmark input", ".js-plotly-plot .main-svg")
"""A still picture of the first chart, the controls, and the chart itself."""

START_LIMIT_S = 60
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class View:
    """One load of a page, in seconds from asking.

    Attributes:
        html_s: Until the HTML begins to arrive.
        words_s: Until its words are seen.
        still_s: Until a still picture of its first chart is seen; None where there is none.
        built_s: Until its controls are there, so that Gradio has built it; None where there are none.
        chart_s: Until the chart itself is drawn; None where there is none.
    """

    html_s: float
    words_s: float
    still_s: float | None = None
    built_s: float | None = None
    chart_s: float | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Loads both pages and prints medians with the fastest and the slowest load."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_view", description=__doc__)
    parser.add_argument("--loads", type=int, default=7, help="loads of each page")
    options = parser.parse_args(arguments)
    with ServedApp() as app, _empty_page() as port:
        app.until(partial(_prepared, app.port))
        empty, page = compare(port, app.port, options.loads)
    print("| page | HTML | words | still picture | controls | chart |\n|---|---|---|---|---|---|")
    for name, views in (("empty page of Gradio", empty), ("Benchmarks", page)):
        times = zip(*map(astuple, views), strict=True)
        columns = [[second for second in column if second is not None] for column in times]
        print(f"| {name} | {' | '.join(map(_said, columns))} |")
    ratio = statistics.median(view.words_s for view in page) / statistics.median(view.words_s for view in empty)
    print(f"\nIts words take {ratio:.1f} times as long as those of an empty page.")


def compare(empty_port: int, app_port: int, loads: int) -> tuple[list[View], list[View]]:
    """Loads the empty page and the Benchmarks page in turns; each load has an empty cache."""
    from playwright.sync_api import sync_playwright

    empty, page = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for _ in range(loads):
            empty.append(load(browser, f"http://127.0.0.1:{empty_port}/", EMPTY_WORDS))
            page.append(load(browser, f"http://127.0.0.1:{app_port}/benchmarks", WORDS, *PARTS))
        browser.close()
    return empty, page


def load(browser: Browser, address: str, words: str, *parts: str) -> View:
    """Opens a page at 1280 × 900 and waits until its parts are seen.

    Args:
        browser: Opens it without what other loads have left behind.
        address: Of the page.
        words: Selector of what is read first.
        parts: Selectors of the further parts, in the order of `View`.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        start = time.perf_counter()

        def seen(selector: str) -> float:
            page.wait_for_selector(selector, timeout=PATIENCE_MS)
            return time.perf_counter() - start

        page.goto(address, wait_until="commit")
        html = time.perf_counter() - start
        return View(html, seen(words), *map(seen, parts))
    finally:
        context.close()


def chromium() -> str:
    """Path of the system's Chromium.

    Raises:
        FileNotFoundError: There is none.
    """
    for name in CHROMIUMS:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("There is no Chromium: `apt-get install chromium`.")


def _prepared(port: int) -> bool:
    """Whether the page comes with its first view, which it has once the numbers are read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/benchmarks")
        return b'id="rp-first"' in connection.getresponse().read()
    finally:
        connection.close()


@contextmanager
def _empty_page() -> Iterator[int]:
    """The port at which a page of Gradio with one line of text is served, by a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", EMPTY_PAGE, str(port)]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603  our own program
        try:
            _wait(lambda: process.poll() is None, port)
            yield port
        finally:
            process.terminate()


def _wait(alive: Callable[[], bool], port: int) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while alive() and time.monotonic() < limit:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the empty page was not served within {START_LIMIT_S} s")


def _said(seconds: Sequence[float]) -> str:
    if not seconds:
        return "–"
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"


if __name__ == "__main__":
    main()
