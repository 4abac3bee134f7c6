from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import BadInputError, UnavailableError
from router_models.batch.job import JOB_FILE, Job
from router_models.batch.shards import OutputFolder
from router_models.batch.sources import find_sources
from tests.router_models.batch.samples import PROMPTS, write

SCHEMA = pa.schema([("n", pa.int64())])


def job_of(folder: Path, threshold: float | None = None) -> Job:
    return Job.plan(find_sources(str(write(folder / "in.csv", list(PROMPTS)))), "prompt-length", threshold=threshold)


def fill(output: OutputFolder, number: int, value: int) -> None:
    with output.shard(number, SCHEMA) as writer:
        writer.write_table(pa.table({"n": [value]}, schema=SCHEMA))


@pytest.mark.parametrize("place", ["local", "memory"])
def test_shards_that_are_there_are_known_to_whoever_goes_on(tmp_path: Path, place: str) -> None:
    location = str(tmp_path / "out") if place == "local" else f"memory://{tmp_path.name}"
    job = job_of(tmp_path)
    output = OutputFolder(location)
    assert output.begin(job) == frozenset()
    fill(output, 3, 7)
    assert OutputFolder(location).begin(job) == frozenset({3})
    with fsspec.open(f"{location}/part-00003.parquet", "rb") as file:
        assert pq.read_table(file)["n"].to_pylist() == [7]


def test_a_shard_that_fails_is_not_there_and_leaves_nothing(tmp_path: Path) -> None:
    output = OutputFolder(str(tmp_path / "out"))
    output.begin(job_of(tmp_path))
    with pytest.raises(RuntimeError), output.shard(0, SCHEMA) as writer:
        writer.write_table(pa.table({"n": [1]}, schema=SCHEMA))
        raise RuntimeError("killed")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [JOB_FILE]


def test_what_a_killed_worker_left_is_swept(tmp_path: Path) -> None:
    output = OutputFolder(str(tmp_path / "out"))
    (tmp_path / "out" / ".part-abc.tmp").write_bytes(b"half")
    output.sweep()
    assert list((tmp_path / "out").iterdir()) == []


def test_another_job_is_not_mixed_in(tmp_path: Path) -> None:
    output = OutputFolder(str(tmp_path / "out"))
    output.begin(job_of(tmp_path))
    with pytest.raises(BadInputError, match="threshold is not the same"):
        output.begin(job_of(tmp_path, threshold=0.7))
    write(tmp_path / "in.csv", [*PROMPTS, "one more"])
    with pytest.raises(BadInputError, match="sources is not the same"):
        output.begin(Job.plan(find_sources(str(tmp_path / "in.csv")), "prompt-length"))


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(BadInputError, match="not empty"):
        OutputFolder(str(tmp_path / "out")).begin(job_of(tmp_path))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UnavailableError, match="cannot be written"):
        OutputFolder(str(tmp_path / "file" / "out"))
