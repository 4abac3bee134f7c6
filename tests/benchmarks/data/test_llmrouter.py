"""LLMRouter: one row a question although its published files overlap."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.data import gsm8k, llmrouter
from benchmarks.split import question_key
from errors import DataError


def test_rows_tasks_and_quality(data_dir: Path) -> None:
    benchmark = llmrouter.load(data_dir)
    assert (len(benchmark), len(benchmark.quality), len(set(benchmark.categories))) == (4_727, 9, 14)
    assert "" not in benchmark.categories
    assert np.mean(benchmark.quality["llama-3.1-nemotron-51b-instruct"]) == pytest.approx(0.62, abs=0.005)


def test_a_question_is_on_one_side_only(data_dir: Path) -> None:
    benchmark = llmrouter.load(data_dir)
    keys = [question_key(question) for question in benchmark.questions]
    assert len(set(keys)) == len(keys)


def test_its_format_hides_no_question_of_gsm8k(data_dir: Path) -> None:
    benchmark = llmrouter.load(data_dir)
    known = {question_key(question) for question in gsm8k.load(data_dir, drop_contaminated=False).questions}
    asked = [q for q, task in zip(benchmark.questions, benchmark.categories, strict=True) if task == "agentverse-mgsm"]
    assert len(asked) > 100
    assert {question_key(question) for question in asked} <= known


@pytest.mark.parametrize("scores", [{"a": 1.0}, {"a": 1.0, "b": 0.5, "c": 0.0}])
def test_a_missing_score_is_an_error(tmp_path: Path, scores: dict[str, float]) -> None:
    for folder in ("query_data", "dcrouter_preprocessed"):
        (tmp_path / "llmrouter" / folder).mkdir(parents=True)
    rows = [{"question": "One?", "scores": {"a": 0.0, "b": 1.0}}, {"question": "Two?", "scores": scores}]
    for name in llmrouter.FILES:
        (tmp_path / "llmrouter" / "dcrouter_preprocessed" / f"{name}.json").write_text(json.dumps(rows))
        query = json.dumps({"query": "One?", "task_name": "mmlu"})
        (tmp_path / "llmrouter" / "query_data" / f"default_query_{name}.jsonl").write_text(query)
    with pytest.raises(DataError, match="without a score of every LLM"):
        llmrouter.load(tmp_path)
