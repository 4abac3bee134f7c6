"""The Streamlit views in a real browser: they draw, and fetch nothing from outside."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Route

from tests.browser.conftest import ROOT, free_port

PATIENCE_MS = 180_000


@pytest.fixture(scope="module")
def streamlit_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, log = free_port(), tmp_path_factory.mktemp("streamlit") / "log"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1"], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(transport=transport, timeout=60) as client:
                client.get(f"http://127.0.0.1:{port}/_stcore/health").raise_for_status()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)
    assert "Traceback" not in Path(log).read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_draws_its_charts_in_the_colours_of_the_page(
    browser: Browser, streamlit_address: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})  # type: ignore[arg-type]
    strayed: list[str] = []

    def local_only(route: Route) -> None:
        if route.request.url.startswith((streamlit_address, "data:", "blob:")):
            route.continue_()
            return
        strayed.append(route.request.url)
        route.abort()

    context.route("**/*", local_only)
    page = context.new_page()
    for path in ("", "leaderboard", "report"):
        page.goto(f"{streamlit_address}/{path}")
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=PATIENCE_MS)
        background = page.locator(".js-plotly-plot .main-svg").first.evaluate("svg => getComputedStyle(svg).background")
        assert ("rgb(255, 255, 255)" in background) == (scheme == "light")
        assert page.get_by_test_id("stException").count() == 0
    context.close()
    assert strayed == []
