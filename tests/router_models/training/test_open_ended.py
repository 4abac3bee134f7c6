"""Cards say what their own figures on open-ended chats say, and nothing that was typed by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from router_models.card import Figure, load_card
from router_models.registry import WEIGHTS
from router_models.training.open_ended import CAUTIONS, main
from router_models.training.open_ended_caution import BASELINE, DATASET, METRIC, with_open_ended


def figure(value: float, dataset: str = DATASET, metric: str = METRIC) -> Figure:
    return Figure(
        metric=metric, value=value, low=0.4, high=0.6, rows=72, dataset=dataset, split="all", baselines={BASELINE: 0.56}
    )


def test_a_router_worse_than_prompt_length_says_so() -> None:
    said = with_open_ended("Mind.", [figure(0.9, "mmlu"), figure(0.9, metric="AUC"), figure(0.47)])
    assert said.startswith("Mind. On open-ended chats (MT-Bench, 72 prompts)")
    assert said.endswith("APGR 0.47 against 0.56.")


@pytest.mark.parametrize("figures", [[], [figure(0.56)], [figure(0.7)], [figure(0.4, "mmlu")]])
def test_nothing_is_said_without_that_finding(figures: list[Figure]) -> None:
    assert with_open_ended("Mind.", figures) == "Mind."


@pytest.mark.parametrize("router", CAUTIONS)
def test_the_shipped_cards_say_what_their_figures_say(router: str) -> None:
    card = load_card(WEIGHTS / router)
    again = "run `python -m router_models.training.open_ended`"
    assert card.caution == with_open_ended(CAUTIONS[router], card.figures), again


def test_the_command_changes_the_caution_and_nothing_else(tmp_path: Path) -> None:
    for router in CAUTIONS:
        shutil.copytree(WEIGHTS / router, tmp_path / router)
        card = load_card(tmp_path / router)
        card.model_copy(update={"caution": "Out of date."}).save(tmp_path / router)
    main(tmp_path)
    for router in CAUTIONS:
        assert load_card(tmp_path / router) == load_card(WEIGHTS / router)
