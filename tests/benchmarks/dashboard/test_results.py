"""Loading: once, read-only, from many threads, and with files that are missing, cut short or old."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks.dashboard.results import Results, load_results
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.suite import SUITE
from errors import DataError, PlaygroundError, UnknownNameError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed numbers of three benchmarks."""
    for path in FOLDER.iterdir():
        if path.name.split(".")[0] in {"ray", "gsm8k", "mt-bench", "manifest", "row-facts", "train-costs"}:
            shutil.copy(path, tmp_path)
    return tmp_path


def test_every_committed_benchmark_loads(committed: Results) -> None:
    assert committed.names == tuple(entry.name for entry in SUITE)
    assert committed.problems() == {}
    assert committed.left_out == {}
    for name in committed.names:
        numbers = committed.numbers(name)
        assert len(numbers) == len(numbers.outcomes.questions) > 0
        assert list(numbers.routers)[:3] == ["random", "always-weak", "always-strong"]
        for router in numbers.routers.values():
            assert router.probabilities.shape == (len(numbers), len(router.routes))


def test_numbers_are_read_once_and_cannot_be_changed(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    assert committed.numbers("mmlu") is numbers
    arrays = [*numbers.outcomes.quality.values(), numbers.routers["knn"].probabilities, numbers.routers["knn"].p_strong]
    arrays += numbers.routers["knn"].choices.values()
    for values in arrays:
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0.5
    with pytest.raises(TypeError):
        numbers.routers["knn"] = numbers.routers["kmeans"]  # type: ignore[index]


def test_many_threads_get_the_same_object(folder: Path) -> None:
    results = Results(folder)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(results.numbers, ["gsm8k"] * 16))
    assert all(one is found[0] for one in found)
    assert load_results(folder) is load_results(folder)


def test_a_missing_file_costs_only_its_benchmark(folder: Path) -> None:
    (folder / "gsm8k.outcomes.csv").unlink()
    results = Results(folder)
    with pytest.raises(DataError, match=r"gsm8k\.outcomes\.csv") as caught:
        results.numbers("gsm8k")
    assert "python -m benchmarks --data DIR --benchmark gsm8k" in caught.value.mend
    assert len(results.numbers("ray")) == 574
    assert "gsm8k" in results.problems()
    assert not {"ray", "mt-bench"} & set(results.problems())


@pytest.mark.parametrize("name", ["gsm8k.outcomes.csv", "gsm8k.scores.csv"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.999])
def test_a_half_written_file_costs_only_its_benchmark(folder: Path, name: str, kept: float) -> None:
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    results = Results(folder)
    with pytest.raises(DataError) as caught:
        results.numbers("gsm8k")
    assert "gsm8k." in caught.value.what
    assert "python -m benchmarks --data DIR" in caught.value.mend
    assert len(results.numbers("mt-bench")) == 72


def test_a_file_cut_at_a_line_is_noticed(folder: Path) -> None:
    path = folder / "gsm8k.scores.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-5]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="missing or cut short, or belongs to other rows"):
        Results(folder).numbers("gsm8k")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("gsm8k.outcomes.csv", "quality gpt-4-1106-preview", "gpt-4-1106-preview", "no column 'quality gpt-4-1106"),
        ("ray.outcomes.csv", "label", "target", "no column 'label'"),
        ("gsm8k.scores.csv", "semantic:reasoning", "semantic-reasoning", "semantic's distribution"),
    ],
)
def test_an_older_schema_is_said(folder: Path, name: str, old: str, new: str, said: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        Results(folder).numbers(name.split(".", maxsplit=1)[0])


def test_impossible_probabilities_are_refused(folder: Path) -> None:
    path = folder / "gsm8k.scores.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("keras-cnn:strong")] = "7"
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="keras-cnn's distribution"):
        Results(folder).numbers("gsm8k")


def test_without_a_manifest_nothing_is_known(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"manifest\.json is missing"):
        Results(tmp_path)
    (tmp_path / "manifest.json").write_text('{"routes": {', encoding="utf-8")
    with pytest.raises(DataError, match="not a manifest"):
        Results(tmp_path)


def test_date_and_commit_are_said_where_the_manifest_has_them(folder: Path) -> None:
    path = folder / "manifest.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept.pop("run", None)
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert str(Results(folder).stamp) == "The manifest does not say when these scores were made."
    kept["run"] = {"date": "2026-11-22", "commit": "0123456789abcdef"}
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert str(Results(folder).stamp) == "Scored on 2026-11-22, commit 0123456789."


def test_a_router_without_a_card_is_left_out_with_the_reason(folder: Path, tmp_path: Path) -> None:
    results = Results(folder, weights=tmp_path / "nowhere")
    assert set(results.left_out) == set(json.loads((folder / "manifest.json").read_text())["routes"])
    assert "card" in results.left_out["knn"].what
    assert dict(results.numbers("gsm8k").routers) == {}


def test_facts_of_other_rows_are_not_used(folder: Path) -> None:
    path = folder / "row-facts.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert Results(folder).numbers("mt-bench").facts is not None
    kept["mt-bench"]["rows"] = "0" * 16
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert Results(folder).numbers("mt-bench").facts is None


def test_unknown_benchmarks(committed: Results) -> None:
    with pytest.raises(UnknownNameError, match="imagenet"):
        committed.numbers("imagenet")


def test_a_part_of_the_rows_keeps_everything_together(committed: Results) -> None:
    numbers = committed.numbers("mt-bench")
    rows = np.arange(len(numbers)) % 2 == 0
    part = numbers.take(rows)
    assert len(part) == rows.sum()
    assert part.outcomes.questions[1] == numbers.outcomes.questions[2]
    np.testing.assert_array_equal(part.routers["knn"].p_strong, numbers.routers["knn"].p_strong[rows])
    assert part.facts
    assert numbers.facts
    np.testing.assert_array_equal(part.facts.domain, numbers.facts.domain[rows])


def test_another_pair_of_the_same_benchmark(committed: Results) -> None:
    numbers = committed.numbers("mmlu-pro")
    other = numbers.with_pair("Llama-2-7b-hf", "gemini-1.5-pro-002")
    assert (other.pair.weak, other.pair.strong) == ("Llama-2-7b-hf", "gemini-1.5-pro-002")
    with pytest.raises(PlaygroundError, match="no pair"):
        numbers.with_pair("Llama-2-7b-hf", "Llama-2-7b-hf")
