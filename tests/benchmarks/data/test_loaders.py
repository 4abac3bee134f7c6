"""Loaders: known row counts and means of the public sets, and what each leaves out."""

from __future__ import annotations

import importlib
import json
import pkgutil
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import data
from benchmarks.benchmark import Benchmark
from benchmarks.data import (
    alpaca_eval,
    coding_factual,
    flask,
    gsm8k,
    just_eval,
    mmlu,
    mmlu_pro,
    mt_bench,
    nexos,
    ray,
    zeroeval,
)
from benchmarks.split import question_key
from errors import DataError


def _means(benchmark: Benchmark) -> list[float]:
    return [round(float(np.nanmean(benchmark.quality[llm])), 3) for llm in (mmlu.STRONG, mmlu.WEAK)]


def test_mmlu(data_dir: Path) -> None:
    everything = mmlu.load(data_dir, drop_contaminated=False)
    assert len(everything) == 11_270
    assert _means(everything) == [0.807, 0.680]
    assert len(set(everything.categories)) == 57
    assert len(mmlu.load(data_dir)) == 11_265
    assert not any("\nD. " in question for question in everything.questions)


def test_options_are_stripped_from_the_last_block_only() -> None:
    prompt = "A list:\nA. is not\nB. the options\nWhich?\nA. one\nB. two\nC. three\nD. four\nfive\nAnswer:"
    assert mmlu.without_options(prompt) == "A list:\nA. is not\nB. the options\nWhich?"
    assert mmlu.without_options("No options.\nAnswer:") == "No options.\nAnswer:"


def test_gsm8k(data_dir: Path) -> None:
    everything = gsm8k.load(data_dir, drop_contaminated=False)
    assert len(everything) == 1_056
    assert _means(everything) == [0.855, 0.633]
    assert len(gsm8k.load(data_dir)) == 1_045


def test_mt_bench(data_dir: Path) -> None:
    assert _means(mt_bench.load(data_dir, drop_contaminated=False)) == [9.228, 8.341]
    benchmark = mt_bench.load(data_dir)
    assert len(benchmark) == 72
    assert _means(benchmark) == [9.212, 8.281]
    assert benchmark.is_test.all()


def test_ray_keeps_its_test_file_and_cleans_its_train_file(data_dir: Path) -> None:
    benchmark = ray.load(data_dir)
    train, test = benchmark.part("train"), benchmark.part("test")
    assert train.labels is not None
    assert test.labels is not None
    assert (len(test), int((test.labels == 0).sum())) == (574, 531)
    train_keys = [question_key(text) for text in train.questions]
    assert len(set(train_keys)) == len(train_keys)
    assert not set(train_keys) & {question_key(text) for text in test.questions}


def test_ray_drops_contradictions(tmp_path: Path) -> None:
    folder = tmp_path / "ray"
    folder.mkdir()
    (folder / "routing-dataset-train.jsonl").write_text(
        '{"question": "One?", "target": 1}\n{"question": "one", "target": 1}\n'
        '{"question": "Two?", "target": 0}\n{"question": "two", "target": 1}\n'
        '{"question": "Three?", "target": 0}\n{"question": "Four?", "target": 0}\n'
    )
    (folder / "routing-dataset-test.jsonl").write_text('{"question": "three", "target": 0, "score": 3.5}\n')
    benchmark = ray.load(tmp_path)
    assert benchmark.prompts == ("One?", "Four?", "three")
    assert benchmark.labels is not None
    assert benchmark.labels.tolist() == [0, 1, 1]
    assert benchmark.is_test.tolist() == [False, False, True]


def test_nexos(data_dir: Path) -> None:
    benchmark = nexos.load(data_dir)
    assert benchmark.labels is not None
    assert np.bincount(benchmark.labels).tolist() == [3820, 1741, 979]
    assert benchmark.groups.max() + 1 < len(benchmark)


@pytest.mark.parametrize(
    ("subset", "rows", "llms", "weakest"),
    [("gsm", 1056, 44, 0.80), ("math-l5", 581, 43, 0.14), ("crux", 643, 51, 0.55)],
)
def test_zeroeval(data_dir: Path, subset: zeroeval.Subset, rows: int, llms: int, weakest: float) -> None:
    benchmark = zeroeval.load(data_dir, subset)
    assert (len(benchmark), len(benchmark.quality)) == (rows, llms)
    assert np.nanmean(benchmark.quality["gpt-3.5-turbo-0125"]) == pytest.approx(weakest, abs=0.02)
    assert set(benchmark.output_chars) == set(benchmark.quality)


def test_mmlu_pro(data_dir: Path) -> None:
    benchmark = mmlu_pro.load(data_dir)
    assert (len(benchmark), len(benchmark.quality), len(set(benchmark.categories))) == (9_675, 29, 14)
    assert np.nanmean(benchmark.quality["Meta-Llama-3_1-8B-Instruct"]) == pytest.approx(0.442, abs=0.01)
    assert benchmark.prompts[0].startswith(benchmark.questions[0] + "\nA. ")
    assert benchmark.prompts[0].endswith("\nAnswer:")


def test_a_missing_judgement_is_an_error(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "routellm" / "mt_bench"
    shutil.copytree(data_dir / "routellm" / "mt_bench", folder, copy_function=shutil.copyfile)
    path = folder / "judgements.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    with pytest.raises(DataError, match="has no judgement"):
        mt_bench.load(tmp_path)


def test_alpaca_eval_is_for_evaluation_only(data_dir: Path) -> None:
    benchmark = alpaca_eval.load(data_dir)
    assert (len(benchmark), len(benchmark.quality)) == (641, 56)
    assert benchmark.is_test.all()
    assert np.nanmean(benchmark.quality["gpt-3.5-turbo-1106"]) == pytest.approx(0.0918, abs=0.01)
    assert set(benchmark.quality[alpaca_eval.BASELINE]) == {alpaca_eval.TIE}
    assert not set(benchmark.quality) & set(alpaca_eval.CHEATS)


def test_just_eval_needs_the_strong_llm_below_four_stars(data_dir: Path) -> None:
    benchmark = just_eval.load(data_dir)
    stars = benchmark.quality[just_eval.LLM]
    assert (len(benchmark), int(benchmark.route_labels.sum())) == (639, 21 + 54 + 277)
    assert stars[benchmark.route_labels == 1].max() == 3
    assert benchmark.is_test.all()
    assert np.mean(just_eval.load(data_dir, "clarity").quality[just_eval.LLM]) == pytest.approx(4.91, abs=0.01)


def test_flask(data_dir: Path) -> None:
    benchmark = flask.load(data_dir)
    assert np.bincount(benchmark.route_labels).tolist() == [288, 216, 342, 350, 144]
    domains = {name for joined in benchmark.categories for name in joined.split(flask.SEPARATOR)} - {""}
    skills = {name for joined in flask.load(data_dir, "skill").categories for name in joined.split(flask.SEPARATOR)}
    assert (len(domains), len(skills)) == (10, 12)


def test_coding_factual(data_dir: Path) -> None:
    benchmark = coding_factual.load(data_dir)
    assert np.bincount(benchmark.route_labels).tolist() == [818, 789]
    assert benchmark.categories[0] == coding_factual.CATEGORIES[benchmark.route_labels[0]]


@pytest.mark.parametrize("module", [flask, coding_factual])
def test_an_unknown_label_is_an_error(tmp_path: Path, module: ModuleType) -> None:
    row = {"instruction": "Say it.", "prompt": "Say it.", "domain": [], "skill": [], "difficulty": "odd"}
    for path in ("flask/flask_evaluation.jsonl", "routing_llms/prompts_2000.jsonl"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(json.dumps(row | {"category": "odd"}) + "\n")
    with pytest.raises(DataError, match=r"unknown .*: odd"):
        module.load(tmp_path)


MODULES = sorted(
    name for _, name, _ in pkgutil.iter_modules(data.__path__) if name not in {"files", "contamination", "zeroeval"}
)
"""Every loader of one set; ZeroEval's wants a subset, too."""


@pytest.mark.parametrize("name", MODULES)
def test_an_empty_folder_is_an_error(tmp_path: Path, name: str) -> None:
    module = importlib.import_module(f"{data.__name__}.{name}")
    with pytest.raises(DataError, match=r"exist|There are no "):
        module.load(tmp_path)


def test_every_set_of_the_suite_has_a_loader_that_is_tested() -> None:
    assert {"mmlu", "gsm8k", "ray", "nexos", "mt_bench", "mmlu_pro", "llmrouter"} <= set(MODULES)
