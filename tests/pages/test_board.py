"""The board as HTML: complete, escaped, and honest about what is missing."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from errors import BadInputError
from pages._board import Board, Notices
from pages._examples import load_examples
from pages._link import parse_query
from pages._session import Session
from pages._view import RouteView, default_view, read_view
from router_models import RouterPanel
from router_models.explain import explain
from tests.pages.conftest import MakeRun

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>bold</b> ${7*7} {{7*7}}"
VOID = {"input", "meta", "br", "img", "path", "circle", "link"}


@pytest.fixture(scope="module")
def board(panel: RouterPanel) -> Board:
    return Board(panel, load_examples())


def shown(board: Board, session: Session, view: RouteView, notices: Notices | None = None) -> str:
    return board.html(session, view, notices or Notices())


def view_of(query: str, panel: RouterPanel) -> RouteView:
    view, problems = read_view(parse_query(query)[0], panel)
    assert problems == ()
    return view


class Tags(HTMLParser):
    """Collects tags, ids and attributes, and fails on tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_empty_board_offers_every_example_and_all_controls(panel: RouterPanel, board: Board) -> None:
    html = shown(board, Session(), default_view(panel))
    Tags(html)
    assert html.count("data-pick-example") == len(load_examples())
    assert "<article" not in html
    for control in ("pool", "llm.weak", "llm.reasoning", "cost", "out", "think", "sort", "family", "differ", "share"):
        assert f'name="{control}"' in html


def test_every_router_has_a_card(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    html = shown(board, Session().with_run(make_run(gone=("semantic",))), default_view(panel))
    tags = Tags(html)
    assert len(tags.ids) == len(set(tags.ids))
    for name in panel.ids:
        assert f'data-router="{name}"' in html
    assert "Its weights are missing." in html
    assert "Restore them." in html
    assert html.count("is-gone") == 1
    assert "not calibrated" in html


@pytest.mark.parametrize("name", ["semantic", "prompt-length", "always-weak", "random"])
def test_what_a_user_wrote_is_text(panel: RouterPanel, board: Board, name: str) -> None:
    run = panel.run(EVIL)
    session = dataclasses.replace(Session().with_run(run), explanations=explain(panel, run))
    view, problems = read_view(parse_query(f"why={name}&share=1&family=%3Cscript%3E&pool=%3Cimg%3E")[0], panel)
    html = shown(board, session, view, Notices(problems, BadInputError(EVIL, EVIL)))
    tags = Tags(html)
    assert not {"script", "img"} & set(tags.tags)
    assert tags.handlers == []
    assert "&lt;script&gt;" in html


def test_edited_descriptions_are_text(panel: RouterPanel, board: Board) -> None:
    names = panel["semantic"].category_set.ids  # type: ignore[attr-defined]
    router = panel["semantic"].with_edits(descriptions={name: (f"{name} {EVIL}",) for name in names})  # type: ignore[attr-defined]
    run = panel.run("Hello there", replace={"semantic": router})
    found = explain(panel, run, {"semantic": router})
    session = dataclasses.replace(Session().with_run(run), explanations=found, edited={"semantic": router})
    html = shown(board, session, dataclasses.replace(default_view(panel), why="semantic"))
    assert "<script>" not in html
    assert "Restore the original ones" in html
    Tags(html)


def test_thresholds_of_cards_that_are_filtered_away_are_kept(
    panel: RouterPanel, board: Board, make_run: MakeRun
) -> None:
    view = view_of("t.prompt-length=0.25&family=similarity", panel)
    html = shown(board, Session().with_run(make_run()), view)
    assert 'type="hidden" name="t.prompt-length" value="0.25"' in html
    assert 'data-router="prompt-length"' not in html


def test_cards_stay_in_place_while_a_slider_is_in_hand(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    session, view = Session().with_run(make_run(random=0.9)), view_of("differ=1", panel)
    standing = [name for name in reversed(panel.ids) if name not in ("semantic", "random")]
    kept = board.html(session, view, Notices(), standing=[*standing, "nobody", standing[0]])
    assert re.findall(r'<article[^>]* data-router="([\w-]+)"', kept) == standing
    settled = re.findall(r'<article[^>]* data-router="([\w-]+)"', board.html(session, view, Notices()))
    assert settled == ["random"]


def test_every_decision_leads_to_the_compare_page_but_an_edited_one(
    panel: RouterPanel, board: Board, make_run: MakeRun
) -> None:
    session = Session().with_run(make_run(gone=("knn",)))
    html = shown(board, session, default_view(panel))
    per_card = re.findall(r'data-compare="([\w-]+)"( data-override)?', html)
    for name in panel.ids:
        ways = sorted(override for router, override in per_card if router == name)
        favourite = [""] if name == "kmeans" else []
        assert ways == ([] if name == "knn" else sorted(["", " data-override", *favourite]))
    edited = shown(board, dataclasses.replace(session, edited={"cascade": panel["cascade"]}), default_view(panel))
    assert 'data-compare="cascade"' not in edited
    assert "Compare asks the original router" in edited


def test_a_measured_pool_says_that_prices_do_not_count_at_cost_weight_0(panel: RouterPanel, board: Board) -> None:
    session = Session().with_run(panel.run("What is 2 + 2?", only=["kmeans"]))
    assert "At cost weight 0 prices do not count" in shown(board, session, view_of("pool=Measured", panel))
    assert "At cost weight 0" not in shown(board, session, view_of("pool=Measured&cost=0.1", panel))
    assert "At cost weight 0" not in shown(board, session, view_of("", panel))


def test_only_a_run_changes_the_run_id(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    session = Session().with_run(make_run())
    ids = {
        re.findall(r'data-run="(\w+)"', shown(board, session, view_of(query, panel)))[0]
        for query in ("", "t.random=0.9", "cost=0.5", "sort=cost")
    }
    assert ids == {session.run_id}
    assert session.with_run(make_run()).run_id != session.run_id


def test_an_error_is_said_with_its_mend(panel: RouterPanel, board: Board) -> None:
    html = shown(board, Session(), default_view(panel), Notices(error=BadInputError("It broke.", "Mend it so.")))
    assert re.search(r'role="alert">.*It broke\.</b> Mend it so\.', html, re.DOTALL)


def test_a_filter_that_leaves_nothing_says_so(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    everyone = {name.replace("-", "_"): 0.0 for name in panel.ids}
    html = shown(board, Session().with_run(make_run(**everyone)), view_of("differ=1", panel))
    assert "No router disagrees with the majority" in html


def test_a_confidence_says_which_probability_it_is(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    view = view_of("t.keras-cnn=0.1", panel)
    html = shown(board, Session().with_run(make_run(keras_cnn=0.23, gone=("semantic",))), view)
    card = html[html.index('data-router="keras-cnn"') :].split("</article>")[0]
    assert 'data-route="strong"' in card
    assert re.search(r"23 %</b><small>P\(strong\) ≥ 10 %,</small><small>(not )?calibrated<", card)
    assert "It picks strong where P(strong) reaches its threshold of 0.10, however low." in card


def test_the_axis_says_whose_threshold_counts(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    html = shown(board, Session().with_run(make_run()), default_view(panel))
    assert "the pick, at each router&#39;s own rule" in html or "the pick, at each router's own rule" in html
    assert "from where its router escalates" in html


def test_every_threshold_has_a_tick_on_the_axis(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    html = shown(board, Session().with_run(make_run(keras_cnn=0.3)), view_of("t.keras-cnn=0.25", panel))
    ticks = re.findall(r'class="rp-tick" style="--t:([\d.]+)"', html)
    bought = [name for name in panel.ids if panel[name].card.threshold_is_bought]  # shown, but not set by a slider
    assert len(ticks) == len(re.findall(r"data-threshold", html)) + len(bought) > len(bought) > 0
    assert "0.2500" in ticks
    assert "P(escalate) 0.30, threshold 0.25, picks strong" in html


def test_a_constant_or_a_budgeted_router_has_no_slider(panel: RouterPanel, board: Board, make_run: MakeRun) -> None:
    html = shown(board, Session().with_run(make_run()), default_view(panel))
    sliders = re.findall(r'name="t\.([\w-]+)"', html)
    assert sliders
    assert not {"always-weak", "always-strong", "cascade"} & set(sliders)
