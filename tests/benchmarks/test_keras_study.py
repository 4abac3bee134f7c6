"""The committed study of the Keras family fits its model and is whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.keras_study import STUDY_FILE, KerasStudy, load_study
from errors import DataError

ARCHITECTURES = ("dnn", "bilstm", "bilstm2", "cnn", "cnn-lstm")
PUBLISHED = ("published", "published without class weights")


@pytest.fixture(scope="module")
def study() -> KerasStudy:
    return load_study()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("configuration", [*PUBLISHED, "tuned"])
def test_every_run_has_five_seeds_with_curves_and_all_metrics(
    study: KerasStudy, architecture: str, configuration: str
) -> None:
    run = study.run(architecture, configuration)  # type: ignore[arg-type]
    assert run is not None
    assert len({seed.seed for seed in run.seeds}) >= 5
    for seed in run.seeds:
        lengths = {len(values) for values in seed.curves.model_dump().values()}
        assert len(lengths) == 1
        if configuration in PUBLISHED:
            assert lengths == {30}
    for metric, mean in run.over_seeds.items():
        assert mean.low <= mean.value <= mean.high
        assert mean.value == pytest.approx(np.mean([seed.metrics[metric] for seed in run.seeds]), abs=1e-3)
    routes = {f"{metric} of {route}" for metric in ("precision", "recall", "F1") for route in ("weak", "strong")}
    assert run.over_seeds.keys() == {"AUC", "accuracy", "balanced accuracy"} | routes
    assert bool(run.shipped) == (configuration == "tuned")


def test_networks_trained_as_published_overfit(study: KerasStudy) -> None:
    run = study.run("bilstm2", "published")
    assert run is not None
    for seed in run.seeds:
        assert min(seed.curves.validation_loss) < seed.curves.validation_loss[-1]
        assert seed.curves.train_loss[-1] < seed.curves.train_loss[0]


def test_the_file_is_small() -> None:
    assert STUDY_FILE.stat().st_size < 400_000


def test_a_broken_or_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        load_study(tmp_path / "keras.json")
    (tmp_path / "keras.json").write_text('{"runs": 3}')
    with pytest.raises(DataError, match="not valid"):
        load_study(tmp_path / "keras.json")
