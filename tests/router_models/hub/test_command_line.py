"""`python -m router_models PROMPT --hub owner/name`: a classifier of the Hub among the routers, for one command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from errors import BadInputError
from router_models.hub.once import read_labels
from tests.conftest import REPOSITORY
from tests.router_models.hub.conftest import REPO
from tests.router_models.hub.stand_in import HubStandIn

PROMPT = "Name three rivers that cross a border."


def run(hub: HubStandIn, data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "router_models", PROMPT, "--router", "prompt-length", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def test_it_decides_beside_the_others_and_is_forgotten(
    hub: HubStandIn, bert: Mapping[str, bytes], tmp_path: Path
) -> None:
    commit = hub.put(REPO, bert, licence="mit")
    done = run(hub, tmp_path, "--hub", REPO, "--json")
    assert done.returncode == 0, done.stderr
    decisions = {decision["router"]: decision for decision in json.loads(done.stdout)}
    assert set(decisions) == {"prompt-length", "hub-somebody-hardness"}
    assert decisions["hub-somebody-hardness"]["version"].startswith(f"{commit[:7]}.")
    assert f"tree/{commit}" in done.stderr
    assert "licence mit" in done.stderr
    assert not (tmp_path / "hub" / "added" / "added.json").exists()


def test_labels_that_say_no_route_are_asked_for_and_taken(
    hub: HubStandIn, bert: Mapping[str, bytes], tmp_path: Path
) -> None:
    config = json.loads(bert["config.json"]) | {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}
    hub.put(REPO, {**bert, "config.json": json.dumps(config).encode()})
    asked = run(hub, tmp_path, "--hub", REPO)
    assert asked.returncode == 1
    assert "--labels 'LABEL_0=…,LABEL_1=…'" in asked.stderr
    done = run(hub, tmp_path, "--hub", f"hf://{REPO}@main", "--labels", "LABEL_0=weak, LABEL_1=strong")
    assert done.returncode == 0, done.stderr
    assert "its label “LABEL_" in done.stdout.lower().replace("label_", "LABEL_")


@pytest.mark.parametrize("text", ["easy", "=weak", "easy=", "a=weak,b"])
def test_labels_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="not label=route"):
        read_labels(text)


def test_labels_are_read() -> None:
    assert read_labels("easy=weak, a=b=strong ,") == {"easy": "weak", "a=b": "strong"}
