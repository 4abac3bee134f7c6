"""What many cards have in common is said once above them."""

import dataclasses

from pages._board import Board, Notices
from pages._board_notes import MANY, board_notes
from pages._cards import decision_cards
from pages._examples import load_examples
from pages._session import Session
from pages._view import default_view
from router_models import RouterPanel
from router_models.panel import PanelRun
from tests.pages.conftest import MakeRun

LONG = "Reads the first 9 of this prompt's 99 tokens; the rest did not count."


def with_novelty(run: PanelRun, far: int, near: int) -> PanelRun:
    """The run in which so many routers, from the first on, find the prompt far, and the next ones near."""
    percentiles = [99.0] * far + [40.0] * near + [None] * (len(run.results) - far - near)
    results = [dataclasses.replace(r, novelty_percentile=p) for r, p in zip(run.results, percentiles, strict=True)]  # type: ignore[type-var]
    return dataclasses.replace(run, results=tuple(results))


def html(panel: RouterPanel, run: PanelRun, why: str = "") -> str:
    view = dataclasses.replace(default_view(panel), why=why)
    return Board(panel, load_examples()).html(Session().with_run(run), view, Notices())


def test_novelty_of_most_routers_is_said_once(panel: RouterPanel, make_run: MakeRun) -> None:
    run = with_novelty(make_run(), far=8, near=3)
    notes = board_notes(decision_cards(panel, run, default_view(panel)))
    assert (notes.far, notes.known) == (8, 11)
    board = html(panel, run)
    assert "8 of the 11 routers that can tell" in board
    assert "Far from its training prompts" not in board
    assert html(panel, run, why=run.results[0].router).count("Far from its training prompts (99th percentile).") == 1
    decisions = panel.decisions(run)
    assert sum("Far from its training prompts" in " ".join(d.as_json()["warnings"]) for d in decisions) == 8


def test_novelty_of_a_few_stays_on_their_cards(panel: RouterPanel, make_run: MakeRun) -> None:
    run = with_novelty(make_run(), far=4, near=4)
    assert not board_notes(decision_cards(panel, run, default_view(panel))).far
    board = html(panel, run)
    assert board.count("Far from its training prompts (99th percentile).") == 4
    assert "that can tell" not in board


def test_a_shared_warning_is_whole_above_and_short_on_each_card(panel: RouterPanel, make_run: MakeRun) -> None:
    run = make_run()
    results = [
        dataclasses.replace(result, warnings=(LONG,) if index < MANY else ())  # type: ignore[type-var]
        for index, result in enumerate(run.results)
    ]
    board = html(panel, dataclasses.replace(run, results=tuple(results)))
    escaped = LONG.replace("'", "&#39;")
    assert f"<li>{MANY} routers: {escaped}</li>" in board
    assert board.count(">Reads the first 9 of this prompt&#39;s 99 tokens</li>") == MANY
    opened = html(panel, dataclasses.replace(run, results=tuple(results)), why=results[0].router)
    assert opened.count(f">{escaped}</li>") == 1, "an open card says all that holds for it"
    few = dataclasses.replace(run, results=(dataclasses.replace(run.results[0], warnings=(LONG,)), *run.results[1:]))  # type: ignore[type-var]
    assert f">{escaped}</li>" in html(panel, few)
    assert "routers: Reads" not in html(panel, few)
