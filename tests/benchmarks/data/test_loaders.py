"""Loaders: known row counts and means of the public sets, and what each leaves out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark
from benchmarks.data import gsm8k, mmlu, mmlu_pro, mt_bench, nexos, ray, zeroeval
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


@pytest.mark.parametrize("load", [mmlu.load, gsm8k.load, mt_bench.load, ray.load, nexos.load, mmlu_pro.load])
def test_an_empty_folder_is_an_error(tmp_path: Path, load: object) -> None:
    assert callable(load)
    with pytest.raises(DataError, match=r"exist|no mmlu_"):
        load(tmp_path)
