"""What routers say beyond routes: P(correct) under the benchmark's own names, and categories."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.choices import choices
from benchmarks.data import coding_factual, mmlu_pro, routerbench_part
from router_models import RouterPanel
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch

BATCH = PromptBatch(["Write a function that reverses a list.", "Who painted the ceiling of that chapel?"])


def test_most_routers_say_nothing_more(panel: RouterPanel, data_dir: Path) -> None:
    assert not choices(panel["prompt-length"], BATCH, mmlu_pro.load(data_dir))
    assert not choices(panel["semantic"], BATCH, mmlu_pro.load(data_dir))


def test_categories_are_told_apart(panel: RouterPanel, data_dir: Path) -> None:
    said = choices(panel["semantic"], BATCH, coding_factual.load(data_dir))
    assert set(said) >= set(coding_factual.CATEGORIES)
    np.testing.assert_allclose(said["coding"] + said["factual"], 1.0)
    assert said["coding"][0] > 0.5 > said["coding"][1]


@pytest.mark.parametrize("name", ["knn", "kmeans", "similarity-weighted", "matrix-factorization"])
def test_every_llm_of_routerbench_has_a_p_correct(panel: RouterPanel, data_dir: Path, name: str) -> None:
    router = panel[name]
    assert isinstance(router, OutcomeRouter)
    benchmark = routerbench_part.load(data_dir)
    said = choices(router, BATCH, benchmark)
    assert set(said) == set(benchmark.quality)
    assert all(values.shape == (len(BATCH),) and ((values > 0) & (values < 1)).all() for values in said.values())
