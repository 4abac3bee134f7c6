"""The HTML report in a real browser, from a file and without network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.html_report.document import html_report
from benchmarks.published import PUBLISHED_FILE, read_published
from benchmarks.report import RESULTS_FILE
from tests.benchmarks.html_report.conftest import small_folder

NAMES = ("gsm8k", "ray")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_folder(tmp_path_factory.mktemp("report"), NAMES)
    path = folder.parent / "report.html"
    published = read_published(folder / PUBLISHED_FILE)
    path.write_text(html_report(folder, published, RESULTS_FILE.read_text(encoding="utf-8")), encoding="utf-8")
    return path


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param, viewport={"width": 390, "height": 800})
    asked: list[str] = []
    wrong: list[str] = []
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.goto(file.as_uri())
    yield opened
    assert wrong == []
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [file.as_uri()]
    context.close()


def draw_all(page: Page) -> int:
    """Scrolls to every figure until it is drawn; returns how many there are."""
    figures = page.locator("figure[data-chart]")
    for at in range(figures.count()):
        figures.nth(at).scroll_into_view_if_needed()
        figures.nth(at).locator(".main-svg").first.wait_for()
    return figures.count()


def test_every_figure_is_drawn_in_the_width_of_a_phone(page: Page) -> None:
    assert draw_all(page) > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    surface = page.evaluate("document.querySelector('.js-plotly-plot').layout.paper_bgcolor")
    scheme = page.evaluate("document.documentElement.dataset.theme")
    assert surface == {"light": "#ffffff", "dark": "#151a21"}[scheme]


def test_figures_show_the_numbers_of_the_tables(page: Page) -> None:
    for name, metric in (("leaderboard-gsm8k", "APGR"), ("leaderboard-ray", "AUC")):
        figure = page.locator(f'figure[data-chart="{name}"]')
        figure.scroll_into_view_if_needed()
        figure.locator(".main-svg").first.wait_for()
        drawn = page.evaluate(
            """(name) => document.querySelector(`figure[data-chart="${name}"] .js-plotly-plot`).data
                 .filter((trace) => trace.name !== "published").flatMap((trace) => [...trace.x])""",
            name,
        )
        column = page.evaluate(
            """([name, metric]) => [...document.querySelectorAll(`[data-table="${name}"] thead th`)]
                 .findIndex((cell) => cell.innerText.includes(metric)) + 1""",
            [name, metric],
        )
        cells = page.locator(f'[data-table="{name}"] td:nth-child({column})')
        shown = {f"{float(v):.4f}" for v in cells.evaluate_all("all => all.map((one) => one.dataset.v)") if v}
        assert len(drawn) > 10
        assert {f"{value:.4f}" for value in drawn} <= shown


def test_the_contents_lead_to_every_part(page: Page) -> None:
    targets = page.locator("nav a").evaluate_all("links => links.map((link) => link.getAttribute('href').slice(1))")
    assert len(targets) > 8
    assert len(set(targets)) == len(targets)
    assert all(page.locator(f'section[id="{target}"]').count() == 1 for target in targets)


def test_a_figures_numbers_are_saved_as_csv(page: Page) -> None:
    figure = page.locator('figure[data-chart="robustness"]')
    figure.scroll_into_view_if_needed()
    with page.expect_download() as downloading:
        figure.get_by_role("button", name="CSV").click()
    lines = downloading.value.path().read_text(encoding="utf-8").splitlines()
    assert downloading.value.suggested_filename == "robustness.csv"
    assert lines[0] == "router,noise,changed,low,high,mean change of P(strong)"
    assert len(lines) > 60
