"""The Benchmarks page in a real browser: the slider, the benchmarks, what is saved, and the way to the Route page."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from benchmarks.dashboard.own_results import template
from tests.browser.conftest import until_prepared, visits

OpenBench = Callable[..., Page]


@pytest.fixture
def open_bench(browser: Browser, address: str) -> Iterator[OpenBench]:
    """Opens the page as one more visitor."""
    with visits(browser, address) as visit:

        def opened(query: str = "", width: int = 1280, scheme: str = "light") -> Page:
            page = visit(f"/benchmarks{query}", width, scheme, patience_ms=60_000)
            page.wait_for_selector("[data-headline]")
            page.wait_for_selector("#rp-chart-curves .main-svg")
            return page

        yield opened


def figure(page: Page, name: str) -> str:
    return page.locator(f'#rp-bm-point [data-figure="{name}"] dd').inner_text().split("\n")[0]


def slide(page: Page, percent: int) -> None:
    """Moves the slider and waits for its figures."""
    box = page.locator("#rp-bm-share input[type=number]")
    box.fill(str(percent))
    box.press("Enter")
    expect(page.locator('#rp-bm-point [data-figure="sent to the strong LLM"] dd')).to_have_text(
        re.compile(rf"^({percent - 1}|{percent})\.")
    )


def mark(page: Page) -> list[float]:
    """Where the marked setting lies on the chart."""
    found: list[float] = page.evaluate(
        """() => { const trace = document.querySelector("#rp-chart-curves .js-plotly-plot").data
             .find((one) => one.name === "your setting"); return [trace.x[0], trace.y[0]]; }"""
    )
    return found


def test_the_slider_moves_the_point_and_the_figures(open_bench: OpenBench) -> None:
    page = open_bench()
    slide(page, 20)
    cheap, before = figure(page, "1 million prompts a month"), mark(page)
    slide(page, 80)
    page.wait_for_function(
        """(x) => document.querySelector("#rp-chart-curves .js-plotly-plot").data
             .find((one) => one.name === "your setting").x[0] > x""",
        arg=before[0],
    )
    dear, after = figure(page, "1 million prompts a month"), mark(page)
    assert float(re.sub(r"[$,]", "", dear)) > float(re.sub(r"[$,]", "", cheap))
    assert f"{after[1]:.3f}" == figure(page, "quality")


def test_another_benchmark_has_another_answer(open_bench: OpenBench) -> None:
    page = open_bench()
    first = page.locator("[data-headline]").inner_text()
    page.locator("#rp-bm-benchmark input").click()
    page.get_by_role("option", name="RouterArena, two LLMs").click()
    page.wait_for_selector('[data-benchmark="routerarena"]')
    assert page.locator("[data-headline]").inner_text() != first
    assert "Send every prompt to gemini" in page.locator("[data-headline]").inner_text()


def test_the_saved_csv_is_what_the_chart_shows(open_bench: OpenBench) -> None:
    page = open_bench()
    link = page.locator("#rp-chart-foot-curves a[download]")
    assert link.get_attribute("download") == "curves-routerbench-part.csv"
    rows = list(csv.DictReader(io.StringIO(unquote((link.get_attribute("href") or "").split(",", 1)[1]))))
    drawn = page.evaluate(
        """() => document.querySelector("#rp-chart-curves .js-plotly-plot").data
             .filter((one) => one.name === "prompt-length").map((one) => Array.from(one.y))[0]"""
    )
    saved = [float(row["quality"]) for row in rows if row["router"] == "prompt-length"]
    assert saved == pytest.approx(drawn)


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_the_chart_is_saved_as_a_picture(open_bench: OpenBench, kind: str) -> None:
    page = open_bench()
    with page.expect_download() as downloading:
        page.locator("#rp-chart-foot-curves").get_by_role("button", name=kind).click()
    assert downloading.value.suggested_filename == f"curves-routerbench-part.{kind.lower()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_still_picture_stands_there_until_the_chart_is_drawn(browser: Browser, address: str, scheme: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    until_prepared(address)
    with visits(browser, address) as visit:
        page = visit("/benchmarks", scheme=scheme, patience_ms=60_000)
        page.context.route("**/PlotlyPlot*.js", hold)
        with page.expect_request("**/PlotlyPlot*.js"):
            page.reload()
        still, slot = page.locator("#rp-bm-poster .rp-poster"), page.locator("#rp-chart-curves")
        expect(still).to_be_visible()
        before = slot.bounding_box()
        for route in held:
            route.continue_()
        page.wait_for_selector("#rp-chart-curves .main-svg")
        expect(still).to_be_hidden()
        assert slot.bounding_box() == before, "the page jumped"
        slide(page, 20)
        expect(still).to_have_count(0)


def test_the_share_to_keep_follows_the_keyboard_and_what_is_typed(open_bench: OpenBench) -> None:
    page = open_bench()
    page.locator("#rp-bm-keep input[type=range]").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]keep=85\b"))
    before = page.locator("[data-headline]").inner_text()
    box = page.locator("#rp-bm-keep input[type=number]")
    box.fill("60")
    box.press("Enter")
    expect(page.locator("[data-headline]")).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"[?&]keep=60\b"))


def test_the_threshold_is_carried_to_the_route_page(open_bench: OpenBench) -> None:
    page = open_bench()
    link = page.locator("[data-use-threshold]")
    found = re.fullmatch(r"/\?t\.([\w-]+)=([\d.]+)", link.get_attribute("href") or "")
    assert found is not None
    link.click()
    page.wait_for_selector("[data-board]:not([data-echo=''])")
    assert f"t.{found[1]}={found[2]}" in page.url
    assert "no router" not in page.locator("[data-board]").inner_text().lower()


def test_a_table_sorts_by_the_clicked_column(open_bench: OpenBench) -> None:
    page = open_bench("?tab=leaderboard")
    table = page.locator('[data-table^="leaderboard-"]')
    table.wait_for()
    for direction, falling in (("descending", True), ("ascending", False)):
        table.get_by_role("button", name="APGR", exact=True).click()
        assert table.locator("th[aria-sort]").get_attribute("aria-sort") == direction
        values = table.locator("tbody").first.locator("tr:not([data-group]) td:nth-child(2)")
        figures = [float(text.split("\n")[0]) for text in values.all_inner_texts()]
        assert figures == sorted(figures, reverse=falling)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_follows_light_and_dark(open_bench: OpenBench, scheme: str) -> None:
    page = open_bench(scheme=scheme)
    surface = """() => document.querySelector("#rp-chart-curves .js-plotly-plot").layout.paper_bgcolor"""
    before = page.evaluate(surface)
    assert before == {"light": "#ffffff", "dark": "#151a21"}[scheme]
    page.locator("[data-theme-toggle]").click()
    page.wait_for_function(f"(before) => ({surface})() !== before", arg=before)


def test_a_phone_shows_everything_in_its_width(open_bench: OpenBench) -> None:
    page = open_bench(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def settled(page: Page) -> tuple[str, ...]:
    """What is chosen, and what is said of it."""
    chosen = [page.locator(f"#rp-bm-{name} input").first.input_value() for name in ("benchmark", "router", "baseline")]
    tab = page.locator("#rp-bm-tabs [role=tab][aria-selected=true]").inner_text()
    return (*chosen, tab, page.locator("#rp-bm-point").inner_text())


def test_a_link_and_a_reload_show_the_same_again(open_bench: OpenBench) -> None:
    page = open_bench("?benchmark=gsm8k")
    slide(page, 30)
    page.locator("#rp-bm-baseline input").click()
    page.get_by_role("option", name="prompt-length", exact=True).click()
    expect(page.locator("#rp-bm-point")).to_contain_text("Baseline: prompt-length")
    page.get_by_role("tab", name="Robustness").click()
    page.locator('[data-table="robustness"]').wait_for()
    page.wait_for_url("**/benchmarks?benchmark=gsm8k&share=30&against=prompt-length&tab=robustness")
    before = settled(page)
    assert before[0] == "GSM8K"
    page.reload()
    for again in (page, open_bench(page.url.partition("/benchmarks")[2])):
        again.locator('[data-table="robustness"]').wait_for()
        expect(again.locator("#rp-bm-point")).to_contain_text("Baseline: prompt-length")
        assert settled(again) == before


def test_another_benchmark_takes_its_own_setting_out_of_the_address(open_bench: OpenBench) -> None:
    page = open_bench("?benchmark=gsm8k&share=30&tab=speed")
    page.locator("#rp-bm-benchmark input").click()
    page.get_by_role("option", name="MMLU", exact=True).click()
    page.wait_for_selector('[data-benchmark="mmlu"]')
    page.wait_for_url("**/benchmarks?benchmark=mmlu&tab=speed")


def test_a_link_that_cannot_be_followed_says_so_and_shows_the_usual(open_bench: OpenBench) -> None:
    page = open_bench("?benchmark=nosuch&share=300&tab=nowhere")
    said = page.locator("#rp-bm-notice").inner_text()
    assert "'nosuch'" in said and "share=300" in said and "'nowhere'" in said
    assert page.locator("[data-benchmark]").get_attribute("data-benchmark") == "routerbench-part"


def test_the_robustness_chart_and_its_table_agree(open_bench: OpenBench) -> None:
    page = open_bench("?tab=robustness")
    page.wait_for_selector("#rp-chart-robustness-chart .main-svg")
    drawn = page.evaluate(
        """() => { const trace = document.querySelector("#rp-chart-robustness-chart .js-plotly-plot").data
             .find((one) => one.name === "mean of all kinds");
             return Object.fromEntries(trace.y.map((name, at) => [name, 1 - trace.x[at]])); }"""
    )
    rows = page.locator('[data-table="robustness"] tbody tr')
    shown = {row.split("\t")[0].strip(): row for row in rows.all_inner_texts()}
    assert shown.keys() == drawn.keys()
    for name, robustness in drawn.items():
        assert f"{robustness:.3f}" in shown[name]


def test_results_with_a_bad_cell_name_row_and_column_and_change_nothing(open_bench: OpenBench, tmp_path: Path) -> None:
    page = open_bench()
    headline = page.locator("[data-headline]").inner_text()
    path = tmp_path / "mine.csv"
    path.write_text(template().replace("0.81", "often"), encoding="utf-8")
    page.locator("#rp-bm-own input[type=file]").set_input_files(path)
    said = page.locator("#rp-bm-own-said .is-error")
    said.wait_for()
    assert "score my-router" in said.inner_text() and re.search(r"[Rr]ow \d", said.inner_text())
    assert page.locator("[data-headline]").inner_text() == headline


def test_the_answers_table_sorts_by_what_is_saved(open_bench: OpenBench) -> None:
    page = open_bench()
    table = page.locator('[data-table="answers"]')
    table.wait_for()
    table.get_by_role("button", name="It saves").click()
    cells = table.locator("tbody tr td:nth-child(3)").evaluate_all("cells => cells.map((cell) => cell.dataset.v)")
    figures = [float(value) for value in cells if value]
    assert len(figures) >= 8
    assert figures == sorted(figures, reverse=True)
