"""A router that is sent somewhere with what it needs, and nothing else, says what it says here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import UnknownNameError
from router_models import RouterPanel
from router_models.encoder import Encoders
from router_models.hub.needs import needed_files, with_members
from router_models.novelty import NoveltyHints
from router_models.prompt_batch import PromptBatch
from router_models.registry import ROUTERS, WEIGHTS, build_routers

PROMPTS = ["Say hello.", "Prove that the square root of 2 is irrational, step by step."]


def sent(panel: RouterPanel, folder: Path, asked: str) -> list[str]:
    """Puts a router's files into a folder and returns the ids that came along."""
    shipped = panel.line_up.shipped_routers
    chosen = with_members(shipped, [asked])
    for name, path in needed_files([shipped[router] for router in chosen]).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(path)
    return chosen


@pytest.mark.parametrize("name", ROUTERS)
def test_a_router_is_complete_when_it_arrives(panel: RouterPanel, tmp_path: Path, name: str) -> None:
    chosen = sent(panel, tmp_path, name)
    assert name in chosen
    encoders = Encoders(tmp_path, threads=1)
    arrived = {router.id: router for router in build_routers(encoders, tmp_path)}[name]
    assert arrived.card == panel.line_up.shipped(name).card
    if arrived.waits:  # it asks an LLM, which no repository of weights brings along
        return
    expected = panel.line_up.shipped(name).predict_proba(PROMPTS)
    np.testing.assert_allclose(arrived.predict_proba(PROMPTS), expected, atol=1e-6)
    if arrived.card.reference:
        assert NoveltyHints(encoders).percentiles(arrived, PromptBatch(PROMPTS)) is not None


def test_nothing_goes_along_that_a_router_does_not_need(panel: RouterPanel, tmp_path: Path) -> None:
    sent(panel, tmp_path, "prompt-length")
    assert [path.name for path in tmp_path.iterdir()] == ["prompt-length"]
    sent(panel, tmp_path / "cnn", "keras-cnn")
    assert {path.name for path in (tmp_path / "cnn").iterdir()} == {"keras-cnn", "encoder", "references"}
    assert [path.name for path in (tmp_path / "cnn/references").iterdir()] == ["ray.npz"]


def test_all_routers_together_need_every_file_that_ships(panel: RouterPanel) -> None:
    shipped = panel.line_up.shipped_routers
    every = {path.relative_to(WEIGHTS).as_posix() for path in WEIGHTS.rglob("*") if path.is_file()}
    assert set(needed_files(shipped.values())) == every
    assert with_members(shipped, []) == list(ROUTERS)


def test_a_router_made_of_others_brings_its_members_in_panel_order(panel: RouterPanel) -> None:
    chosen = with_members(panel.line_up.shipped_routers, ["cascade"])
    assert {"cascade", "ensemble", "hierarchical", "keras-cnn", "semantic"} <= set(chosen)
    assert chosen == [name for name in ROUTERS if name in chosen]


def test_a_router_that_does_not_exist_is_named(panel: RouterPanel) -> None:
    with pytest.raises(UnknownNameError, match="keras-rnn"):
        with_members(panel.line_up.shipped_routers, ["knn", "keras-rnn"])
