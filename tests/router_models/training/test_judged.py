"""What judges have rated is learnt from as every other set: train side only, with what each head takes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.split import is_test
from errors import DataError
from router_models.training.encoder_quality_head import QualityRecipe
from router_models.training.judged import JUDGED, add_judged_option, judged_data, judged_examples, judged_stars

PROMPTS = [f"What is {number} times eleven?" for number in range(20)]
TRAIN = [prompt for prompt in PROMPTS if not is_test(prompt)]


def line(prompt: str, low: int = 2, high: int = 3, wins: float = 1.0) -> dict[str, Any]:
    return {"prompt": prompt, "stars_low": low, "stars_high": high, "p_reference_wins": wins}


def written(folder: Path, lines: list[Any]) -> Path:
    path = folder / "judged.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    return path


def test_only_the_train_side_is_learnt_from(tmp_path: Path) -> None:
    path = written(tmp_path, [line(prompt) for prompt in PROMPTS])
    assert 0 < len(TRAIN) < len(PROMPTS)
    assert judged_stars(path).prompts == judged_examples(path).prompts == tuple(TRAIN)


def test_stars_lie_between_the_lowest_and_the_highest_rating(tmp_path: Path) -> None:
    rows = judged_stars(written(tmp_path, [line(TRAIN[0], 5, 5, 0.5), line(TRAIN[1], 1, 4)]))
    assert rows.low.tolist() == [5, 1]
    assert rows.high.tolist() == [5, 4]
    assert rows.name.startswith(JUDGED)
    assert rows.name.endswith("-train")
    card = judged_data(rows)
    assert (card.name, card.rows) == (JUDGED, 2)


def test_the_quality_head_learns_win_rates_and_has_a_weight_for_them(tmp_path: Path) -> None:
    examples = judged_examples(written(tmp_path, [line(TRAIN[0], 5, 5, 0.5), line(TRAIN[1], 1, 4, 0.75)]))
    assert np.array_equal(examples.targets, [[0.5, 0.5], [0.25, 0.75]])
    assert set(examples.sources) <= set(dict(QualityRecipe().source_weights))


@pytest.mark.parametrize(
    "broken",
    [
        "no row",
        {"prompt": TRAIN[0]},
        line(TRAIN[0], low=4, high=3),
        line(TRAIN[0], low=0),
        line(TRAIN[0], high=6),
        line(TRAIN[0], wins=1.5),
        line(7),  # type: ignore[arg-type]
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, broken: object) -> None:
    with pytest.raises(DataError, match="no judged prompt"):
        judged_stars(written(tmp_path, [line(TRAIN[0]), broken]))


def test_a_file_without_train_prompts_is_refused(tmp_path: Path) -> None:
    held_out = [line(prompt) for prompt in PROMPTS if is_test(prompt)]
    with pytest.raises(DataError, match="no prompt of the train side"):
        judged_examples(written(tmp_path, held_out))
    with pytest.raises(DataError, match="cannot be read"):
        judged_examples(tmp_path / "nowhere.jsonl")


def test_the_option_can_be_given_several_times() -> None:
    parser = argparse.ArgumentParser()
    add_judged_option(parser)
    assert parser.parse_args([]).judged == []
    assert parser.parse_args(["--judged", "a", "--judged", "b"]).judged == [Path("a"), Path("b")]
