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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.served_app import ServedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
EMPTY_WORDS = "#first-words"
WORDS = "#rp-bm-answer h2"
CHART = ".js-plotly-plot .main-svg"
START_LIMIT_S = 60
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class View:
    """One load of a page, in seconds from asking.

    Attributes:
        html_s: Until the HTML begins to arrive.
        words_s: Until its words are seen.
        chart_s: Until its first chart is drawn; None where there is none.
    """

    html_s: float
    words_s: float
    chart_s: float | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Loads both pages and prints medians with the fastest and the slowest load."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_view", description=__doc__)
    parser.add_argument("--loads", type=int, default=7, help="loads of each page")
    parser.add_argument("--empty", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.empty:
        _serve_empty_page(options.empty)
        return
    with ServedApp() as app, _empty_page() as port:
        app.wait_until_ready()
        empty, page = compare(port, app.port, options.loads)
    print("| page | HTML | words | first chart |\n|---|---|---|---|")
    for name, views in (("empty page of Gradio", empty), ("Benchmarks", page)):
        charts = [view.chart_s for view in views if view.chart_s is not None]
        columns = [[view.html_s for view in views], [view.words_s for view in views], charts]
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
            page.append(load(browser, f"http://127.0.0.1:{app_port}/benchmarks", WORDS, CHART))
        browser.close()
    return empty, page


def load(browser: Browser, address: str, words: str, chart: str | None = None) -> View:
    """Opens a page at 1280 × 900 and waits until its parts are seen.

    Args:
        browser: Opens it without what other loads have left behind.
        address: Of the page.
        words: Selector of what is read first.
        chart: Selector of what is drawn at last.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        html = time.perf_counter() - start
        page.wait_for_selector(words, timeout=PATIENCE_MS)
        seen = time.perf_counter() - start
        if chart is None:
            return View(html, seen)
        page.wait_for_selector(chart, timeout=PATIENCE_MS)
        return View(html, seen, time.perf_counter() - start)
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


@contextmanager
def _empty_page() -> Iterator[int]:
    """The port at which a page of Gradio with one line of text is served, by a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.first_view", "--empty", str(port)]
    with subprocess.Popen(command) as process:  # noqa: S603  this very module
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


def _serve_empty_page(port: int) -> None:
    import gradio as gr

    with gr.Blocks(analytics_enabled=False) as demo:
        gr.HTML(f'<h2 id="{EMPTY_WORDS.removeprefix("#")}">Hello</h2>')
    demo.launch(server_name="127.0.0.1", server_port=port, quiet=True)


def _said(seconds: Sequence[float]) -> str:
    if not seconds:
        return "–"
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"


if __name__ == "__main__":
    main()
