"""Aggregates of the labelled sets: counted rightly, and nothing that could give a text away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.dashboard.explore import Labelled, describe, explore, main
from benchmarks.dashboard.explorer import EXPLORER_FILE, read_explorer
from benchmarks.dashboard.words import FEWEST_PROMPTS, count_words, distinct
from errors import DataError

NAMES = ["ash", "birch", "cedar", "dogwood", "elm", "fir", "gum", "hazel", "ivy", "juniper", "kapok", "larch", "maple"]


def _many(text: str, n: int) -> list[str]:
    """Prompts that share a text and are otherwise too different to be near-copies."""
    random = np.random.default_rng(n)
    words = ["".join(random.choice(list("bdfgklmnprst"), 9)) for _ in range(6 * n)]
    return [
        f"{' '.join(words[6 * i : 6 * i + 3])} with {text} {' '.join(words[6 * i + 3 : 6 * i + 6])}" for i in range(n)
    ]


def test_a_word_counts_once_a_prompt_and_only_over_the_minimum() -> None:
    prompts = [*_many("granite granite", 25), *_many("slate", 19)]
    labels = np.array([0] * 25 + [1] * 19)
    counted = {word.text: word.prompts for word in count_words(prompts, labels, 2, 1)}
    assert counted["granite"][0] >= FEWEST_PROMPTS
    assert counted["granite"][0] <= 25
    assert "slate" not in counted, "one prompt too few"
    assert "with" not in counted, "function words say nothing"


def test_near_copies_count_once() -> None:
    story = "the old ferry crosses the wide river at dawn while the captain hums a tune"
    copies = [f"{story} number {name}" for name in NAMES * 4]
    assert distinct([*copies, "how tall is a giraffe"]) == [0, len(copies)]
    assert count_words(copies, np.zeros(len(copies), dtype=int), 1, 1) == []


def test_what_tells_a_class_has_the_greatest_z() -> None:
    prompts = [*_many("granite", 60), *_many("marble", 61)]
    counted = {w.text: w for w in count_words(prompts, np.array([0] * 60 + [1] * 61), 2, 1)}
    assert counted["marble"].z > 3
    assert counted["granite"].z < -3


def test_pairs_are_of_neighbours() -> None:
    counted = {w.text for w in count_words(_many("granite wall", 60), np.zeros(60, dtype=int), 1, 2)}
    assert "granite wall" in counted
    assert "wall granite" not in counted


def test_duplicates_and_contradictions_are_counted() -> None:
    prompts = ("One?", "one", "Two?", "TWO", "Three", "Four", "one!")
    labels = np.array([0, 0, 0, 1, 1, 1, 0])
    is_test = np.array([False, False, False, False, False, True, True])
    found = describe(Labelled("x", "X", "made up", ("weak", "strong"), prompts, prompts, labels, is_test))
    train = found.parts["train"]
    assert (train.rows, train.questions, train.duplicates, train.contradictions) == (5, 3, 2, 1)
    assert train.by_class == (3, 2)
    assert found.shared == 1
    assert sum(found.lengths[0].histogram) == 4


def test_correlations_are_those_of_scipy() -> None:
    random = np.random.default_rng(0)
    prompts = tuple("x" * int(n) for n in random.integers(1, 30, 80))
    labels = (random.uniform(0, 1, 80) < 0.4).astype(np.int64)
    found = describe(Labelled("x", "X", "", ("a", "b"), prompts, prompts, labels, np.arange(80) >= 60)).parts["train"]
    lengths = [len(prompt) for prompt in prompts[:60]]
    assert found.pearson == pytest.approx(stats.pearsonr(lengths, labels[:60])[0], abs=1e-4)
    assert found.spearman == pytest.approx(stats.spearmanr(lengths, labels[:60])[0], abs=1e-4)


def test_the_committed_file_says_what_the_data_say(data_dir: Path) -> None:
    assert read_explorer() == explore(data_dir), "run `python -m benchmarks.dashboard.explore --data DIR` again"


def test_the_published_facts_of_the_ray_set() -> None:
    ray = next(found for found in read_explorer().sets if found.name == "ray")
    train, test = ray.parts["train"], ray.parts["test"]
    assert (train.rows, test.rows) == (1801, 574)
    assert (train.by_class[0], test.by_class[0]) == (1433, 531)
    assert (train.chars_mean, train.chars_sd, train.words_mean) == pytest.approx((82.83, 167.78, 12.8), abs=0.05)
    assert (train.pearson, test.pearson) == pytest.approx((0.235, 0.329), abs=1e-3)
    assert any("82 words" in said and "characters" in said for said in ray.findings)


def test_no_rare_word_is_kept() -> None:
    found = read_explorer()
    assert found.fewest_prompts >= 20
    for labelled in found.sets:
        for word in (*labelled.words, *labelled.pairs):
            assert sum(word.prompts) >= found.fewest_prompts
            assert len(word.text.split()) <= 2


@pytest.mark.parametrize("content", [None, "", '{"sets": []}'])
def test_a_file_that_is_missing_or_old_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / EXPLORER_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"explorer\.json") as caught:
        read_explorer(tmp_path)
    assert "python -m benchmarks.dashboard.explore" in caught.value.mend


def test_the_command_says_which_data_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--folder", str(tmp_path)]) == 1
    assert "routing-dataset-train.jsonl" in capsys.readouterr().err
