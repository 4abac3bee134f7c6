"""Batches with a classifier of the Hub, in processes of their own: by its address, and as it was added on the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from router_models.batch.job import JOB_FILE
from router_models.hub.added import AddedRouters, hub_folder
from router_models.panel import RouterPanel
from settings import Settings
from tests.conftest import REPOSITORY
from tests.router_models.batch.samples import PROMPTS, write
from tests.router_models.hub.conftest import MIB, REPO, bert, bert_folder, hub, own_panel
from tests.router_models.hub.stand_in import HubStandIn

__all__ = ["bert", "bert_folder", "hub", "own_panel"]  # fixtures of the Hub's own tests

TURNED = {"easy": "strong", "hard": "weak"}
"""Not what the labels' names say, so that a mapping that was lost shows."""
LABELS = ",".join(f"{label}={route}" for label, route in TURNED.items())
NAME = "hub-somebody-hardness"
PATIENCE_S = 300


def batch(hub: HubStandIn, folder: Path, *arguments: str, out: str = "out") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "router_models.batch", str(folder / "in.csv"), str(folder / out), "--rows", "2"]
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "DATA_DIR": str(folder / "data")}
    return subprocess.run(
        [*command, "--workers", "1", *arguments],
        cwd=REPOSITORY,
        env=environment | {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def p_strong(output: Path) -> list[float]:
    return [row["p_strong"] for path in sorted(output.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


@pytest.fixture
def said(own_panel: RouterPanel, hub: HubStandIn, bert: Mapping[str, bytes], tmp_path: Path) -> list[float]:
    """P(strong) by the app itself, to which the classifier was added as on the page."""
    write(tmp_path / "in.csv", list(PROMPTS))
    hub.put(REPO, bert)
    folder = hub_folder(Settings(_env_file=None, data_dir=tmp_path / "data"))
    added = AddedRouters(own_panel, folder, limit=4, max_bytes=64 * MIB)
    assert added.add(added.look_up(REPO), TURNED).id == NAME
    return [run.scores[0].p_strong for run in own_panel.run_batch(PROMPTS, [NAME])]


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_what_was_added_on_the_page_routes_files_without_the_hub(
    said: list[float], hub: HubStandIn, tmp_path: Path, engine: str
) -> None:
    hub.status = 503
    done = batch(hub, tmp_path, "--router", NAME, "--engine", engine)
    assert done.returncode == 0, done.stderr
    assert p_strong(tmp_path / "out") == pytest.approx(said, abs=1e-5)
    assert len(set(p_strong(tmp_path / "out"))) == len(PROMPTS)


def test_a_repository_is_pinned_to_the_commit_that_the_job_began_with(
    said: list[float], hub: HubStandIn, bert: Mapping[str, bytes], tmp_path: Path
) -> None:
    done = batch(hub, tmp_path, "--hub", REPO, "--labels", LABELS)
    assert done.returncode == 0, done.stderr
    assert p_strong(tmp_path / "out") == pytest.approx(said, abs=1e-5)
    job = json.loads((tmp_path / "out" / JOB_FILE).read_text())
    assert (job["router"], job["hub"]["repository"], job["hub"]["routes"]) == (NAME, REPO, TURNED)
    first = str(job["hub"]["commit"])
    assert f"tree/{first}" in done.stderr

    hub.put(REPO, {**bert, "README.md": b"# Now another commit"})
    later = batch(hub, tmp_path, "--hub", REPO, "--labels", LABELS)
    assert later.returncode == 1
    assert "holds another job" in later.stderr
    again = batch(hub, tmp_path, "--hub", f"{REPO}@{first}", "--labels", LABELS)
    assert again.returncode == 0, again.stderr
    assert "2 shards are there already" in again.stderr
    as_added = batch(hub, tmp_path, "--router", NAME)
    assert "2 shards are there already" in as_added.stderr, "the same commit and routes are the same job"
    turned = batch(hub, tmp_path, "--hub", f"{REPO}@{first}")
    assert "holds another job" in turned.stderr, "other routes are another job"


def test_what_cannot_be_is_said_before_the_output_is_touched(
    hub: HubStandIn, bert: Mapping[str, bytes], tmp_path: Path
) -> None:
    write(tmp_path / "in.csv", list(PROMPTS))
    config = json.loads(bert["config.json"]) | {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}
    hub.put(REPO, {**bert, "config.json": json.dumps(config).encode()})
    for arguments, what in (
        (["--hub", REPO], "--labels 'LABEL_0=…,LABEL_1=…'"),
        (["--hub", "somebody/nothing"], "shows no model somebody/nothing"),
        (["--router", NAME], NAME),
        (["--router", "prompt-length", "--labels", LABELS], "--labels goes with --hub only"),
    ):
        done = batch(hub, tmp_path, *arguments)
        assert done.returncode == 1
        assert what in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
