"""A real browser on the real app: `python app.py` in its own process, Chromium through Playwright."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect, sync_playwright

from tests.browser.comparing import PATIENCE_MS, CompareApp, ready
from tests.llms.misbehaving import misbehaving

ROOT = Path(__file__).parent.parent.parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 300
PLAYWRIGHTS_OWN_MS = 5_000

OpenPage = Callable[..., Page]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_served(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"app.py ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            httpx.get(f"{address}/health", timeout=2).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"app.py did not serve within {START_SECONDS} s:\n{log.read_text()[-2000:]}")


def until_prepared(address: str) -> None:
    """Returns when the Benchmarks page comes with its first view, which is drawn after the routers are loaded."""
    deadline = time.monotonic() + START_SECONDS
    while 'id="rp-first"' not in httpx.get(f"{address}/benchmarks", timeout=30).text:
        if time.monotonic() > deadline:
            pytest.fail(f"the Benchmarks page had no first view within {START_SECONDS} s")
        time.sleep(0.2)


@contextmanager
def app_served(folder: Path, **settings: str) -> Iterator[str]:
    """`python app.py` in a process of its own; gives its address.

    Args:
        folder: For its log, `app.log`, and its data, `data`.
        settings: Environment variables on top of this process's; no key or token of this process goes along.
    """
    port, log = free_port(), folder / "app.log"
    environment = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_TOKEN"))}
    environment |= {"PORT": str(port), "HOST": "127.0.0.1", "PYTHONUNBUFFERED": "1", "DATA_DIR": str(folder / "data")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment | settings, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until_served(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app serves, started for the tests of this folder."""
    with app_served(tmp_path_factory.mktemp("app")) as served:
        yield served


def launch(playwright: Playwright) -> Browser:
    """Chromium: the system's, else Playwright's own; without one the tests skip, but in CI they fail."""
    installed = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    own = playwright.chromium.executable_path
    if installed is None and not Path(own).exists():
        why = "There is no Chromium: install it, or run `playwright install chromium`."
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for this folder: Playwright's loop runs in this thread and must end before other folders' tests."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@contextmanager
def visits(browser: Browser, address: str, *, watched: bool = True) -> Iterator[OpenPage]:
    """Opens addresses as one more visitor each; nobody may see a script error or reach anything but the app.

    Watching every request takes time, which tests that measure time do without.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []
    strayed: list[str] = []

    def local_only(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
            return
        strayed.append(route.request.url)
        route.abort()

    def visit(path: str, width: int = 1280, scheme: str = "light", patience_ms: int = 30_000) -> Page:
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
        contexts.append(context)
        if watched:
            context.route("**/*", local_only)
        page = context.new_page()
        page.set_default_timeout(patience_ms)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}{path}")
        return page

    expect.set_options(timeout=PATIENCE_MS)  # the machine may be busy, and nothing here measures how fast it is
    try:
        yield visit
    finally:
        expect.set_options(timeout=PLAYWRIGHTS_OWN_MS)
        for context in contexts:
            context.close()
    assert errors == []
    assert strayed == [], "the page fetched something from outside"


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens the Route page as one more visitor."""
    with visits(browser, address, watched=False) as visit:

        def opened(query: str = "", width: int = 1280, scheme: str = "light") -> Page:
            page = visit(f"/{query}", width, scheme, patience_ms=20_000)
            page.wait_for_selector("[data-board]:not([data-echo=''])")
            return page

        yield opened


@pytest.fixture(scope="package")
def compare_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompareApp]:
    """The app without any key; the stand-in is OpenAI for those who type one, and may be an own endpoint."""
    folder = tmp_path_factory.mktemp("compare")
    with misbehaving() as provider:
        settings = {
            "LOG_LEVEL": "DEBUG",
            "ALLOWED_ADDRESSES": "127.0.0.1/32",
            "PROVIDER_URLS": json.dumps({"openai": provider.base_url}),
        }
        with app_served(folder, **settings) as served:
            yield CompareApp(served, folder / "app.log", folder / "data", provider)


@pytest.fixture
def open_compare(browser: Browser, compare_app: CompareApp) -> Iterator[OpenPage]:
    """Opens the Compare page as one more visitor."""
    with visits(browser, compare_app.address) as visit:

        def opened(query: str = "", width: int = 1280, path: str = "/compare") -> Page:
            page = visit(f"{path}{query}", width)
            if path == "/compare":
                ready(page)
            return page

        yield opened
