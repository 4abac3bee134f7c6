"""The command line: scores, summary and report, and what it says of wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import FOLDER, main
from benchmarks.places import PLACES_FILE
from benchmarks.published import PUBLISHED_FILE


def test_scoring_then_summary_then_report(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers, results = tmp_path / "numbers", tmp_path / "RESULTS.md"
    which = ["--router", "random", "--router", "prompt-length", "--benchmark", "mt-bench", "--benchmark", "gsm8k"]
    assert main(["--data", str(data_dir), "--folder", str(numbers), *which]) == 0
    assert "gsm8k: 2 routers scored on" in capsys.readouterr().err
    assert main(["summary", "--json", "--folder", str(numbers)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert set(rows[0]) == {"benchmark", "router", "protocol", "metric", "value", "low", "high", "n"}
    assert {row["protocol"] for row in rows} == {"in-domain", "transfer"}
    length = next(row for row in rows if (row["router"], row["metric"]) == ("prompt-length", "APGR"))
    assert length["low"] < length["value"] < length["high"]
    (numbers / PUBLISHED_FILE).write_bytes((FOLDER / PUBLISHED_FILE).read_bytes())
    page = tmp_path / "report.html"
    (numbers / "leaderboard.json").write_text("{}", encoding="utf-8")
    assert main(["report", "--folder", str(numbers), "--out", str(results), "--html", str(page)]) == 0
    assert 'id="mt-bench"' in page.read_text(encoding="utf-8")
    assert (numbers / PLACES_FILE).read_text(encoding="utf-8") == "{}\n", "two benchmarks give nobody a place"
    assert "## MT-Bench" in results.read_text(encoding="utf-8")


def test_data_is_required_to_score(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert "--data is required" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["--benchmark", "mnlu"], ["--router", "oracle"], ["--benchmark", "ray"]],
    ids=["unknown benchmark", "unknown router", "no data"],
)
def test_what_the_user_can_mend_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["--data", str(tmp_path), "--folder", str(tmp_path / "numbers"), *arguments]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) >= 2
