import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from errors import BadInputError, UnavailableError, UnknownNameError
from llms.catalogue import load_catalogue
from router_models import RouterPanel, load_panel
from router_models.base import Router
from router_models.card import RouterCard
from router_models.encoder import CHUNK, Encoders
from router_models.memory import unload
from router_models.novelty import reference_path
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.router_state import LOADS_WHEN_ASKED

ROUTES = ("weak", "strong")


def card(name: str) -> RouterCard:
    return RouterCard(router=name, title=name.title(), family="test", routes=ROUTES, method="test")


class Steady(Router):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([0.25, 0.75], (len(prompts), 1))


class Slow(Steady):
    waits = True
    seconds = 0.0

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        time.sleep(self.seconds)
        return super()._predict_proba(prompts)


class Missing(Steady):
    def _load(self) -> None:
        raise UnavailableError("No key is set.", "Set one.")


class Broken(Steady):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        raise ZeroDivisionError("secret detail")


class Invalid(Steady):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([0.5, 0.7], (len(prompts), 1))


class Undefined(Steady):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([np.nan, 1.0], (len(prompts), 1))


class Endless(Steady):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([0.0, np.inf], (len(prompts), 1))


class Negative(Steady):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([-0.5, 1.5], (len(prompts), 1))


def panel_of(kinds: Sequence[type[Router]], tmp_path: Path, timeout_s: float = 5) -> RouterPanel:
    encoders = Encoders(tmp_path)
    routers = [kind(card(kind.__name__.lower()), tmp_path, encoders) for kind in kinds]
    return RouterPanel(routers, encoders, load_catalogue(), timeout_s)


def test_a_router_that_cannot_run_is_shown_as_such_and_the_others_decide(tmp_path: Path) -> None:
    panel = panel_of([Missing, Broken, Invalid, Steady], tmp_path)
    run = panel.run("Hello?")
    assert [type(result).__name__ for result in run.results] == ["Unavailable"] * 3 + ["RouterScore"]
    missing, broken, invalid = run.unavailable
    assert (missing.what, missing.mend) == ("No key is set.", "Set one.")
    assert "secret detail" not in broken.what + broken.mend
    assert "no valid distribution" in invalid.what
    assert [decision.router for decision in panel.decisions(run)] == ["steady"]
    assert panel.status()["missing"] == "No key is set."
    assert panel.status()["steady"] == "ready"


@pytest.mark.parametrize("by_prompt", [True, False])
def test_a_failure_is_forgotten_once_the_router_has_loaded(tmp_path: Path, by_prompt: bool) -> None:
    class Repaired(Missing):
        whole = False

        def _load(self) -> None:
            if not self.whole:
                super()._load()
            self.weights = "there"

    panel = panel_of([Repaired, Steady], tmp_path)
    panel.run("Hello?")
    assert panel.status()["repaired"] == "No key is set."
    Repaired.whole = True
    if by_prompt:
        panel.run("Hello?")
        panel["repaired"].unload()
    else:
        panel["repaired"].load()
        unload(panel, "repaired")
    assert panel.status()["repaired"] == LOADS_WHEN_ASKED


@pytest.mark.parametrize("kind", [Invalid, Undefined, Endless, Negative])
def test_what_is_no_distribution_is_never_shown_as_one(kind: type[Router], tmp_path: Path) -> None:
    (gone,) = panel_of([kind], tmp_path).run("Hello?").unavailable
    assert "no valid distribution" in gone.what


def test_a_slow_router_times_out_without_holding_up_the_others(tmp_path: Path) -> None:
    panel = panel_of([Slow, Steady], tmp_path, timeout_s=0.2)
    Slow.seconds = 1.0
    try:
        run = panel.run("Hello?", waiting=True)
    finally:
        Slow.seconds = 0.0
    assert run.wall_ms < 600
    assert [result.router for result in run.results] == ["slow", "steady"]
    assert "did not answer within 0.2 s" in run.unavailable[0].what
    assert run.scores[0].router == "steady"
    assert len(panel.run("And again?", waiting=True).scores) == 2


def test_waiting_routers_run_beside_each_other(tmp_path: Path) -> None:
    encoders = Encoders(tmp_path)
    routers = [Slow(card(f"slow-{i}"), tmp_path, encoders) for i in range(4)]
    panel = RouterPanel(routers, encoders, load_catalogue(), timeout_s=5)
    Slow.seconds = 0.2
    try:
        run = panel.run("Hello?", waiting=True)
    finally:
        Slow.seconds = 0.0
    assert len(run.scores) == 4
    assert run.wall_ms < 700


def test_concurrent_requests_do_not_mix(tmp_path: Path) -> None:
    class Echo(Router):
        def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
            time.sleep(0.005)
            p = np.array([int(prompt) / 100 for prompt in prompts])
            return np.column_stack([1 - p, p])

    encoders = Encoders(tmp_path)
    panel = RouterPanel([Echo(card("echo"), tmp_path, encoders)], encoders, load_catalogue())
    with ThreadPoolExecutor(16) as pool:
        runs = list(pool.map(panel.run, map(str, range(40))))
    assert [run.prompt for run in runs] == [str(number) for number in range(40)]
    assert [run.scores[0].p_strong for run in runs] == pytest.approx([number / 100 for number in range(40)])


def test_the_real_panel_says_the_same_under_concurrency(panel: RouterPanel) -> None:
    prompts = [f"Question {number}: what is {number} times {number + 1}?" for number in range(12)]
    alone = [[score.probabilities for score in panel.run(prompt).scores] for prompt in prompts]
    with ThreadPoolExecutor(6) as pool:
        together = [[score.probabilities for score in run.scores] for run in pool.map(panel.run, prompts)]
    assert together == alone


def test_a_broken_training_reference_costs_only_the_hint(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = reference_path(tmp_path, "broken")
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 truncated")
    encoders = Encoders(tmp_path)
    router = Steady(card("steady").model_copy(update={"reference": "broken"}), tmp_path / "steady", encoders)
    score = RouterPanel([router], encoders, load_catalogue()).run("Hello?").scores[0]
    assert score.novelty_percentile is None
    assert "broken.npz cannot be read" in caplog.text


def test_a_router_without_a_card_is_unavailable_and_the_others_decide(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS, weights)
    (weights / "keras-cnn" / "card.json").write_text("{}")
    run = load_panel(weights).run("Hello?")
    assert [gone.router for gone in run.unavailable] == ["keras-cnn", "ensemble", "cascade"]
    assert "card.json" in run.unavailable[0].what
    assert all("'keras-cnn'" in gone.what for gone in run.unavailable[1:2]), "a composite names the member it lacks"
    assert len(run.scores) == len(run.results) - 3


def test_unknown_routers_and_empty_prompts_are_refused(tmp_path: Path) -> None:
    panel = panel_of([Steady], tmp_path)
    with pytest.raises(UnknownNameError, match="steady"):
        panel.run("Hello?", only=["nobody"])
    with pytest.raises(BadInputError):
        panel.run("  ")
    assert panel.run_batch([]) == []


def test_a_long_list_is_run_in_chunks_and_keeps_its_order(tmp_path: Path) -> None:
    prompts = [f"Prompt {number}" for number in range(CHUNK + 3)]
    assert [run.prompt for run in panel_of([Steady], tmp_path).run_batch(prompts)] == prompts


def test_a_replacement_stands_in_for_one_run_only(tmp_path: Path) -> None:
    class Opposite(Steady):
        def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
            return 1 - super()._predict_proba(prompts)

    panel = panel_of([Steady], tmp_path)
    other = Opposite(card("steady"), tmp_path, panel.encoders)
    assert panel.run("Hello?", replace={"steady": other}).scores[0].p_strong == 0.25
    assert panel.run("Hello?").scores[0].p_strong == 0.75
