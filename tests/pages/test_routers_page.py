"""The cards of the Routers page: what they say is what the routers' own cards, files and states say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import gradio as gr
import pytest

from benchmarks.dashboard.latency import read_latencies
from benchmarks.dashboard.source import learnt_names
from feedback.store import FeedbackStore
from feedback.visitor import NotAllowedError, Visitor
from pages import build_pages
from pages._bench_link import read_link
from pages._bench_page import BenchmarksPage
from pages._link import parse_query
from pages._routers_desk import RoutersDesk, measured, server_functions
from pages._routers_face import Measured, faces_of, headline_figure
from pages._routers_health import health_of, summary_of
from pages._view import read_view
from pages.label import TABS, asked_tab
from pages.look import ASSETS
from pages.routers import page_html
from router_models import RouterPanel, load_panel
from router_models.card import Figure, RouterCard
from router_models.registry import BrokenRouter
from settings import Settings

ANYBODY = Visitor("browser:abc", may_label=True)
SCRIPTS = ("routers.js", "routers_compare.js", "routers_hub.js")
SCRIPT = "\n".join((ASSETS / "js" / name).read_text(encoding="utf-8") for name in SCRIPTS)


@pytest.fixture(scope="module")
def own_panel() -> RouterPanel:
    """A panel whose routers these tests load and unload."""
    return load_panel()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", database_url=None, hf_token=None)


@pytest.fixture
def desk(own_panel: RouterPanel, settings: Settings) -> RoutersDesk:
    return RoutersDesk(own_panel, settings, lambda: FeedbackStore.open(settings))


def card_html(html: str, name: str) -> str:
    found = re.search(rf'<article [^>]*data-router="{name}".*?</article>', html, re.DOTALL)
    assert found, f"no card of {name}"
    return unescape(found[0])


def test_every_router_has_a_card_in_panel_order_within_its_family(desk: RoutersDesk, own_panel: RouterPanel) -> None:
    html = desk.cards_html()
    shown = re.findall(r'<article [^>]*data-router="([\w-]+)"', html)
    families = list(dict.fromkeys(own_panel[name].family for name in own_panel.ids))
    assert re.findall(r'data-of-family="(\w+)"', html) == families
    assert shown == [name for family in families for name in own_panel.ids if own_panel[name].family == family]


def test_a_card_says_what_the_routers_own_card_says(desk: RoutersDesk, own_panel: RouterPanel) -> None:
    card, said = own_panel["keras-cnn"].card, card_html(desk.cards_html(), "keras-cnn")
    figure, timed = card.figures[0], read_latencies().routers["keras-cnn"]
    assert card.method in said
    assert card.caution in said
    assert f"{figure.metric} on {figure.dataset}" in said
    assert f"<b>{figure.value:.3f}</b> [{figure.low:.3f}, {figure.high:.3f}]" in said
    for name, value in figure.baselines.items():
        assert f"{name} {value:.3f}" in said
    assert card.calibration_error is not None
    assert f"ECE <b>{card.calibration_error.value:.3f}</b>" in said
    assert f"<b>{timed.own_mb:.1f} MB</b>" in said
    assert f"{timed.ms:.1f} ms" in said
    assert "CC BY 4.0" in said
    assert "embedded" in said
    assert [*re.findall(r"</i>(\w+)</li>", said)] == list(card.routes)


def test_the_figure_on_the_face_tells_how_well_it_routes_and_not_how_well_it_is_calibrated() -> None:
    common: dict[str, Any] = {"value": 0.5, "low": 0.4, "high": 0.6, "rows": 9, "dataset": "d", "split": "test"}
    figures = tuple(Figure(metric=metric, **common) for metric in ("ECE", "Brier", "AUC"))
    card = RouterCard(router="a", title="A", family="test", routes=("weak", "strong"), method="m", figures=figures)
    assert headline_figure(card) == figures[2]
    assert headline_figure(card.model_copy(update={"figures": figures[:1]})) == figures[0]
    assert headline_figure(card.model_copy(update={"figures": ()})) is None


def test_links_of_cards_lead_where_they_say(desk: RoutersDesk, own_panel: RouterPanel) -> None:
    faces = {face.card.router: face for face in faces_of(own_panel, health_of(own_panel), measured())}
    for name, face in faces.items():
        view, problems = read_view(parse_query(urlsplit(face.route).query)[0], own_panel)
        assert (view.why, view.family, problems) == (name, own_panel[name].family, ())
        assert dict(parse_qsl(urlsplit(face.route).query))["prompt"]
    page = BenchmarksPage(frozenset(), 0.03)
    linked = {name: read_link(urlsplit(face.benchmarks).query) for name, face in faces.items() if face.benchmarks}
    assert set(own_panel.ids) - set(linked) == {"random", "always-weak", "always-strong"}
    for name, asked in linked.items():
        source = page.source(None)
        assert asked.benchmark in [found for _, found in source.benchmarks()]
        assert asked.router in learnt_names(source.numbers(asked.benchmark)), f"{name} has no curve there"
        assert (asked.router, asked.problems) == (name, ())
    assert {face.benchmarks for face in faces_of(own_panel, health_of(own_panel), Measured())} == {""}
    assert {name for name, face in faces.items() if face.editable} == {"semantic", "llm-classifier"}


def test_missing_numbers_take_times_and_links_from_the_cards_and_nothing_else(
    own_panel: RouterPanel, tmp_path: Path
) -> None:
    faces = faces_of(own_panel, health_of(own_panel), measured(tmp_path))
    assert [face.card.router for face in faces] == list(own_panel.ids)
    assert {(face.size, face.ms, face.timed) for face in faces} == {("", None, "")}
    assert all(face.figure is not None for face in faces if face.card.figures)


def test_details_hold_all_of_the_card_and_no_markup_of_its_words(desk: RoutersDesk, own_panel: RouterPanel) -> None:
    card = own_panel["kmeans"].card
    html = str(desk.details(ANYBODY, {"router": "kmeans"})["html"])
    said = unescape(html)
    for text in (card.training_command, card.split, card.source, *card.notes, *card.files, *card.files.values()):
        assert text in said
    assert html.count("<tr>") == 2 + len(card.files) + len(card.figures)
    for data in card.trained_on:
        assert f"{data.name}: {data.rows:,} rows, {data.licence}" in said
    router = own_panel["random"]
    kept = router.card
    try:
        router.card = kept.model_copy(update={"title": "<script>x</script>", "caution": "<img src=x>"})
        assert "<script>x" not in desk.cards_html() + str(desk.details(ANYBODY, {"router": "random"})["html"])
        assert "<img" not in desk.cards_html()
    finally:
        router.card = kept


def test_unloading_and_loading_is_told_and_shown(desk: RoutersDesk, own_panel: RouterPanel) -> None:
    name = "keras-dnn"
    assert states(desk.load(ANYBODY, {"router": name}))[name]["kind"] == "ready"
    answer = desk.unload(ANYBODY, {"router": name})
    assert "is unloaded. It loads again with the next prompt." in str(answer["said"])
    assert states(answer)[name] == {
        "kind": "idle",
        "word": "unloaded",
        "why": "It loads with the next prompt.",
        "loads": True,
        "unloads": False,
    }
    assert not own_panel[name].loaded
    own_panel[name].predict_proba(["Hello"])
    assert states(desk.states(ANYBODY, {}))[name]["unloads"] is True


def states(answer: dict[str, object]) -> dict[str, dict[str, object]]:
    found = answer["states"]
    assert isinstance(found, dict)
    return found


def test_routers_without_memory_of_their_own_offer_no_unloading(desk: RoutersDesk, own_panel: RouterPanel) -> None:
    own_panel.warm_up()
    shown = states(desk.states(ANYBODY, {}))
    assert shown["random"] == {"kind": "ready", "word": "ready", "why": "", "loads": False, "unloads": False}
    assert shown["llm-router"]["word"] == "loads when asked"
    assert shown["llm-router"]["unloads"] is False
    assert shown["ensemble"]["unloads"] is True
    ready = sum(state["kind"] == "ready" for state in shown.values())
    assert summary_of(health_of(own_panel)) == f"{ready} of {len(shown)} routers are ready, 3 load when asked."
    own_panel["keras-cnn"].unload()
    said = summary_of(health_of(own_panel))
    assert said == f"{ready - 1} of {len(shown)} routers are ready, 3 load when asked, 1 is not loaded."


def test_a_broken_router_says_why_and_what_mends_it(tmp_path: Path, settings: Settings) -> None:
    panel = load_panel()
    error = NotAllowedError("Its card cannot be read.", "Restore the file.")
    broken = BrokenRouter("keras-cnn", error, tmp_path, panel.encoders)
    panel.install({"keras-cnn": broken}, {})
    panel.run("Hello", only=["keras-cnn"])
    desk = RoutersDesk(panel, settings, lambda: FeedbackStore.open(settings))
    shown = states(desk.states(ANYBODY, {}))["keras-cnn"]
    assert (shown["kind"], shown["why"]) == ("gone", "Its card cannot be read.")
    assert "1 is unavailable" in summary_of(health_of(panel))
    said = card_html(desk.cards_html(), "keras-cnn")
    assert said.count(">Its card cannot be read.<") == 2
    assert re.search(r"data-gone-why hidden", said), "its method says it already"
    assert 'data-kind="gone"' in said
    answer = call(desk, settings, "routers_load", {"router": "keras-cnn"})
    assert answer == {"error": {"what": "Its card cannot be read.", "mend": "Restore the file."}}


def test_the_print_changes_with_the_routers_that_are_there(settings: Settings) -> None:
    panel = load_panel()
    desk = RoutersDesk(panel, settings, lambda: FeedbackStore.open(settings))
    before = desk.states(ANYBODY, {})["print"]
    assert f'data-print="{before}"' in desk.cards_html()
    card = panel["random"].card
    other = type(panel["random"])(card.model_copy(update={"version": "v9"}), panel["random"].folder, panel.encoders)
    panel.install({"random": other}, {})
    assert desk.states(ANYBODY, {})["print"] != before


def call(desk: RoutersDesk, settings: Settings, name: str, sent: Any) -> dict[str, Any]:
    """A server function as the page's script calls it, by a browser without cookies."""
    (function,) = [found for found in server_functions(desk, settings) if found.__name__ == name]
    answer: dict[str, Any] = function(sent, SimpleNamespace(cookies={}, headers={}, session=None))
    return answer


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        (None, "The page sent no router"),
        ([], "The page sent no router"),
        ({"router": 7}, "The page sent no router"),
        ({"router": ""}, "The page sent no router"),
        ({"router": "x" * 301}, "is too long"),
        ({"router": "../semantic"}, "There is no router '../semantic'"),
    ],
)
def test_what_a_page_never_sends_is_answered_in_words(
    desk: RoutersDesk, settings: Settings, sent: Any, what: str
) -> None:
    for name in ("routers_details", "routers_load", "routers_unload"):
        assert what in call(desk, settings, name, sent)["error"]["what"]


def test_the_script_and_the_page_speak_of_the_same_things(desk: RoutersDesk, settings: Settings) -> None:
    templates = "".join(
        path.read_text(encoding="utf-8") for path in (ASSETS.parent / "pages" / "templates").glob("*router*")
    )
    html = page_html(desk) + templates
    for name in set(re.findall(r"\bat\(\"([\w-]+)\"\)", SCRIPT)):
        assert f"data-{name}" in html, f"the script looks for data-{name}"
    asked = set(re.findall(r"(?:ask|act)\((?:button, )?\"(\w+)\"", SCRIPT))
    assert asked == {function.__name__ for function in server_functions(desk, settings)}


@pytest.mark.parametrize(("asked", "opened"), [("learn", "learn"), ("nowhere", None), (None, None)])
def test_the_label_page_opens_at_the_tab_that_a_link_asks_for(asked: str | None, opened: str | None) -> None:
    request: Any = SimpleNamespace(query_params={"tab": asked} if asked else {})
    found = asked_tab(request)
    assert (found.get("selected") if isinstance(found, dict) else getattr(found, "selected", None)) == opened


@pytest.fixture
def demo(panel: RouterPanel, settings: Settings) -> Iterator[gr.Blocks]:
    from llms.completions import Completions

    store = FeedbackStore.open(settings)
    yield build_pages(panel, settings, Completions(panel.catalogue, settings), lambda: store)
    store.close()


def test_the_page_is_one_of_the_app_and_in_every_navigation(demo: gr.Blocks) -> None:
    assert ("routers", "Routers") in [(path, title) for path, title, *_ in demo.pages]
    headers = [str(block.value) for block in demo.blocks.values() if block.elem_id == "rp-header"]
    assert len(headers) == len(demo.pages)
    ids = [str(block.id) for block in demo.blocks.values() if isinstance(block, gr.Tab)]
    assert set(TABS) <= set(ids), "the tabs that links may ask for are there"
    for header in headers:
        assert header.index('href="/label"') < header.index('href="/routers"') < header.index('href="/usage"')
