"""The prompt-length router: it finds known parameters, and its script writes the card that the panel reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.data.mmlu import STRONG, WEAK
from router_models.baselines import PromptLengthRouter
from router_models.card import load_card
from router_models.encoder import Encoders
from router_models.registry import WEIGHTS
from router_models.training.prompt_length import LengthModel, fit, main, oracle_scores, strong_needed, threshold_for


def _benchmark(model: LengthModel, n: int = 20_000) -> Benchmark:
    rng = np.random.default_rng(0)
    prompts = tuple("x" * length for length in rng.integers(5, 2000, n))
    needed = (rng.random(n) < model.p_strong(prompts)).astype(float)
    return Benchmark("made", prompts, prompts, np.zeros(n, dtype=bool), {WEAK: 1 - needed, STRONG: np.ones(n)})


def test_known_parameters_are_found() -> None:
    model = LengthModel(intercept=-4.0, slope=0.5)
    fitted = fit([_benchmark(model)])
    assert fitted.intercept == pytest.approx(model.intercept, abs=0.4)
    assert fitted.slope == pytest.approx(model.slope, abs=0.07)


def test_strong_is_needed_only_where_it_alone_is_right() -> None:
    quality = {WEAK: np.array([0.0, 0, 1, 1]), STRONG: np.array([0.0, 1, 0, 1])}
    four = Benchmark("four", ("a",) * 4, ("a",) * 4, np.zeros(4, dtype=bool), quality)
    assert strong_needed(four).tolist() == [0, 1, 0, 0]
    assert np.argsort(oracle_scores(four, seed=0))[[0, -1]].tolist() == [2, 1]


def test_the_threshold_recovers_half_of_the_gap() -> None:
    benchmark = _benchmark(LengthModel(-4.0, 0.5))
    model = fit([benchmark])
    threshold = threshold_for(model, [benchmark])
    to_strong = model.p_strong(benchmark.prompts) >= threshold
    routed = np.where(to_strong, benchmark.quality[STRONG], benchmark.quality[WEAK]).mean()
    weak = benchmark.quality[WEAK].mean()
    assert (routed - weak) / (1 - weak) == pytest.approx(0.5, abs=0.01)
    assert to_strong.mean() < 0.5


def test_the_script_gives_the_shipped_card(data_dir: Path, tmp_path: Path) -> None:
    main(["--data", str(data_dir), "--out", str(tmp_path)])
    made, shipped = load_card(tmp_path / "prompt-length"), load_card(WEIGHTS / "prompt-length")
    assert made.model_dump(exclude={"trained_at"}) == shipped.model_dump(exclude={"trained_at"})
    router = PromptLengthRouter(shipped, WEIGHTS / "prompt-length", Encoders(WEIGHTS))
    short, long = router.predict_proba(["Why?", "Why, " * 200])[:, 1]
    assert short < (shipped.threshold or 0) < long
