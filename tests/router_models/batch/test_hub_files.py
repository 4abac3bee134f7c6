"""Batches from and to datasets of the Hub, by the real file system of its client against a Hub on loopback."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from errors import UnavailableError
from router_models.batch.sources import find_sources, opened
from tests.router_models.batch.samples import PROMPTS, write
from tests.router_models.hub.stand_in import HubStandIn, hub_stand_in

ROOT = Path(__file__).parents[3]
INPUT, OUTPUT = "datasets/ann/prompts", "datasets/ann/routed"
MANY = [f"{text} {number}" for number in range(10) for text in PROMPTS]
PATIENCE_S = 300


def batch(hub: HubStandIn, home: Path, source: str, output: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, whose Hub is the stand-in."""
    environment = os.environ | {"HF_ENDPOINT": hub.address, "HF_HOME": str(home), "HF_TOKEN": hub.token, **more}
    asked = [source, output, "--router", "prompt-length", "--keep", "id", "--rows", "12", "--workers", "1"]
    return subprocess.run(
        [sys.executable, "-m", "router_models.batch", *asked],
        cwd=ROOT,
        env=environment | {"HF_HUB_DISABLE_XET": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def filled(hub: HubStandIn, folder: Path) -> None:
    """A private dataset with prompts in two formats, and an empty one for the answers."""
    half = len(MANY) // 2
    files = {
        "data/a.parquet": write(folder / "a.parquet", list(MANY[:half]), group=12).read_bytes(),
        "data/b.jsonl": write(folder / "b.jsonl", list(MANY[half:])).read_bytes(),
        "README.md": b"# Prompts",
    }
    hub.put(INPUT, files, private=True)
    hub.put(OUTPUT, {".gitattributes": b""})


def shards(hub: HubStandIn) -> dict[str, bytes]:
    return {name: file for name, file in hub.repos[OUTPUT].files().items() if name.endswith(".parquet")}


def test_a_folder_of_a_private_dataset_is_routed_into_another_and_a_second_run_finds_it_done(tmp_path: Path) -> None:
    with hub_stand_in() as hub:
        filled(hub, tmp_path)
        source, output = f"hf://{INPUT}/data", f"hf://{OUTPUT}/first/run"
        done = batch(hub, tmp_path, source, output)
        assert done.returncode == 0, done.stderr
        assert f"{len(MANY)} rows routed" in done.stderr
        made = shards(hub)
        assert sorted(made) == [f"first/run/part-{number:05d}.parquet" for number in range(len(made))]
        rows = [row for name in sorted(made) for row in pq.read_table(io.BytesIO(made[name])).to_pylist()]
        half = len(MANY) // 2
        assert [row["id"] for row in rows] == [f"n{place % half}" for place in range(len(MANY))]
        assert all(row["problem"] is None for row in rows)
        here = batch(hub, tmp_path, f"hf://{INPUT}/data/*", str(tmp_path / "out"))
        assert here.returncode == 0, here.stderr
        local = [
            row for path in sorted((tmp_path / "out").glob("*.parquet")) for row in pq.read_table(path).to_pylist()
        ]
        assert rows == local
        again = batch(hub, tmp_path, source, output)
        assert again.returncode == 0, again.stderr
        assert f"{len(made)} shards are there already" in again.stderr
        assert shards(hub) == made


def test_a_job_of_other_files_is_refused_where_shards_are(tmp_path: Path) -> None:
    with hub_stand_in() as hub:
        filled(hub, tmp_path)
        assert batch(hub, tmp_path, f"hf://{INPUT}/data/b.jsonl", f"hf://{OUTPUT}/run").returncode == 0
        hub.put(INPUT, {"data/b.jsonl": b'{"id": "x", "prompt": "Another one."}\n'})
        refused = batch(hub, tmp_path, f"hf://{INPUT}/data/b.jsonl", f"hf://{OUTPUT}/run")
        assert refused.returncode == 1
        assert "holds another job: sources" in refused.stderr


@pytest.mark.parametrize(
    ("source", "output", "token", "said"),
    [
        ("data", OUTPUT, "", "A private dataset needs HF_TOKEN."),
        ("nothing", OUTPUT, None, "no Parquet, JSONL or CSV file"),
        ("data", "datasets/ann/nowhere", None, "cannot be written"),
    ],
    ids=["a private dataset without a token", "no such folder", "no such repository to write to"],
)
def test_what_cannot_be_read_or_written_is_said_in_words(
    tmp_path: Path, source: str, output: str, token: str | None, said: str
) -> None:
    with hub_stand_in() as hub:
        filled(hub, tmp_path)
        more = {} if token is None else {"HF_TOKEN": token}
        done = batch(hub, tmp_path, f"hf://{INPUT}/{source}", f"hf://{output}/run", **more)
        assert done.returncode == 1, done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_connection_that_breaks_half_way_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import HfFileSystem, constants
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=int, time=time.time))  # no waiting between its tries
    with hub_stand_in() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        HfFileSystem.clear_instance_cache()
        filled(hub, tmp_path)
        hub.repos[INPUT].private = False
        (source,) = find_sources(f"hf://{INPUT}/data/b.jsonl")
        hub.breaks["data/b.jsonl"] = [20] * 100
        with pytest.raises(UnavailableError, match=r"data/b\.jsonl cannot be read"), opened(source.url) as file:
            file.readline(100)
        HfFileSystem.clear_instance_cache()
