"""The command itself, in processes of its own: whole, killed half-way, and on Ray."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from router_models.batch.__main__ import main
from tests.router_models.batch.samples import PROMPTS, write

ROOT = Path(__file__).parent.parent.parent.parent
MANY = [f"{text} {number}" for number in range(100) for text in PROMPTS]
PATIENCE_S = 300


def command(source: Path, output: Path, *more: str) -> list[str]:
    asked = [str(source), str(output), "--router", "prompt-length", "--keep", "id", "--rows", "20"]
    return [sys.executable, "-m", "router_models.batch", *asked, *more]


def table(output: Path) -> list[dict[str, object]]:
    return [row for path in sorted(output.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, object]]]:
    folder = tmp_path_factory.mktemp("batch")
    source = write(folder / "in.csv", list(MANY))
    subprocess.run(command(source, folder / "out", "--workers", "2"), cwd=ROOT, check=True, timeout=PATIENCE_S)
    return source, table(folder / "out")


def test_every_row_is_there_once_and_in_order(undisturbed: tuple[Path, list[dict[str, object]]]) -> None:
    rows = undisturbed[1]
    assert [row["id"] for row in rows] == [f"n{place}" for place in range(len(MANY))]
    assert all(row["problem"] is None for row in rows)
    whole = pq.read_table(undisturbed[0].parent / "out")
    assert sorted(whole["id"].to_pylist()) == sorted(row["id"] for row in rows), "the folder is one table"


def test_a_job_that_was_killed_goes_on_and_ends_the_same(
    undisturbed: tuple[Path, list[dict[str, object]]], tmp_path: Path
) -> None:
    source, rows = undisturbed
    output = tmp_path / "out"
    job = subprocess.Popen(command(source, output, "--workers", "1"), cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + PATIENCE_S
    while not list(output.glob("part-*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(job.pid, signal.SIGKILL)
    job.wait()
    done = {path: path.stat().st_mtime_ns for path in output.glob("part-*.parquet")}
    assert done
    again = subprocess.run(
        command(source, output, "--workers", "1"),
        cwd=ROOT,
        check=True,
        timeout=PATIENCE_S,
        capture_output=True,
        text=True,
    )
    assert f"{len(done)} shards are there already" in again.stderr
    assert {path: path.stat().st_mtime_ns for path in done} == done  # nothing that was done is done again
    assert table(output) == rows
    assert not list(output.glob(".part-*"))


def test_a_finished_job_has_nothing_to_do(
    undisturbed: tuple[Path, list[dict[str, object]]], capsys: pytest.CaptureFixture[str]
) -> None:
    source, rows = undisturbed
    arguments = command(source, source.parent / "out")[3:]
    assert main(arguments) == 0
    assert "20 shards are there already" in capsys.readouterr().err
    assert table(source.parent / "out") == rows


def test_ray_gives_the_same(undisturbed: tuple[Path, list[dict[str, object]]], tmp_path: Path) -> None:
    source, rows = undisturbed
    environment = {**os.environ, "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
    asked = command(source, tmp_path / "out", "--engine", "ray", "--workers", "2")
    asked[asked.index("--rows") + 1] = "200"
    subprocess.run(asked, cwd=ROOT, check=True, timeout=PATIENCE_S, env=environment)
    assert table(tmp_path / "out") == rows


def test_bad_input_is_two_sentences_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.csv"), str(tmp_path / "out"), "--router", "random"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
    source = write(tmp_path / "in.csv", list(PROMPTS))
    assert main([str(source), str(tmp_path / "out"), "--router", "random", "--column", "nothing"]) == 1
    assert "It has: id, prompt." in capsys.readouterr().err
