"""`ROUTERS=hub`: the same decisions as with the embedded weights, and whatever goes wrong is said aloud."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from router_models import RouterPanel, load_panel
from router_models.hub import default_weights as module
from router_models.hub.default_weights import DefaultWeights, default_weights
from router_models.hub.publish import Publication, prepare
from router_models.registry import WEIGHTS
from settings import Settings
from tests.router_models.hub.stand_in import HubStandIn, hub_stand_in

ROOT = Path(__file__).parents[3]
REPO = "ann/routers"
PROMPTS = ["Say hello.", "Prove that the square root of 2 is irrational, step by step."]


@pytest.fixture(scope="module")
def everything() -> dict[str, bytes]:
    """Every file of a publication."""
    made: Publication = prepare(REPO)
    return {name: path.read_bytes() for name, path in made.files.items()} | dict(made.texts)


@pytest.fixture
def hub(everything: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[HubStandIn]:
    """A Hub that has the publication, and that this process asks."""
    from huggingface_hub import constants

    with hub_stand_in() as stand_in:
        monkeypatch.setattr(constants, "ENDPOINT", stand_in.address)
        stand_in.put(REPO, everything)
        yield stand_in


def asking(folder: Path, weights: str = REPO, **options: Any) -> Settings:
    chosen = {"routers": "hub", "hub_weights": weights, "data_dir": folder, "hub_timeout_s": 120.0, "hf_token": None}
    return Settings(_env_file=None, **(chosen | options))


def commit_of(hub: HubStandIn) -> str:
    from tests.router_models.hub.stand_in_repo import sha_of

    return sha_of(hub.repos[REPO].branches["main"])


def embedded(found: DefaultWeights, *said: str) -> None:
    """The embedded weights are there, with these reasons."""
    assert found.folder == WEIGHTS
    assert found.origin.source == "embedded"
    assert found.origin.failure is not None
    assert "ship with the app" in found.origin.notice
    assert all(part in found.origin.notice for part in said), found.origin.notice


def test_without_the_setting_nobody_asks_the_hub(hub: HubStandIn, tmp_path: Path) -> None:
    found = default_weights(asking(tmp_path, routers="embedded"))
    assert (found.folder, found.origin.notice) == (WEIGHTS, "")
    assert hub.requests == []


def test_weights_from_the_hub_decide_the_same_and_a_pinned_commit_asks_once(
    hub: HubStandIn, tmp_path: Path, panel: RouterPanel
) -> None:
    pinned = asking(tmp_path, f"{REPO}@{commit_of(hub)}")
    found = default_weights(pinned)
    assert (found.origin.source, found.origin.commit, found.origin.notice) == ("hub", commit_of(hub), "")
    assert tmp_path in found.folder.parents
    fetched = load_panel(found.folder, origin=found.origin)
    expected = panel.run_batch(PROMPTS)
    for run, own in zip(fetched.run_batch(PROMPTS), expected, strict=True):
        assert [score.router for score in run.scores] == [score.router for score in own.scores]
        for score, same in zip(run.scores, own.scores, strict=True):
            np.testing.assert_allclose(score.probabilities, same.probabilities, atol=1e-6)
            assert score.novelty_percentile == same.novelty_percentile
    assert not any(request.path.endswith((".keras", "README.md")) for request in hub.requests)
    hub.requests.clear()
    assert default_weights(pinned) == found
    assert hub.requests == [], "what is pinned and here needs no question"


def test_a_branch_is_followed(hub: HubStandIn, tmp_path: Path) -> None:
    first = default_weights(asking(tmp_path))
    before = commit_of(hub)
    hub.put(REPO, {"README.md": b"# New words"})
    second = default_weights(asking(tmp_path))
    assert (first.origin.commit, second.origin.commit) == (before, commit_of(hub))
    assert before != commit_of(hub)


@pytest.mark.parametrize("status", [500, 429])
def test_while_the_hub_is_down_the_last_ones_stand_in_and_their_age_is_said(
    hub: HubStandIn, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    first = default_weights(asking(tmp_path))
    hub.status = status
    with caplog.at_level(logging.WARNING):
        found = default_weights(asking(tmp_path))
    assert (found.folder, found.origin.source) == (first.folder, "hub")
    assert found.origin.failure is None
    assert "was asked last just now" in found.origin.notice
    assert found.origin.notice in caplog.text


def test_a_hub_that_is_down_on_the_first_day_leaves_the_embedded_ones_and_says_so(
    hub: HubStandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub.status = 503
    with caplog.at_level(logging.ERROR):
        found = default_weights(asking(tmp_path))
    embedded(found, REPO, "503", "Start the app again")
    assert found.origin.notice in caplog.text


def test_a_hub_that_hangs_costs_no_more_than_the_first_answer_may(
    hub: HubStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default_weights(asking(tmp_path / "known"))
    monkeypatch.setattr(module, "ANSWER_S", 0.5)
    hub.hangs = threading.Event()
    start = time.monotonic()
    found = default_weights(asking(tmp_path / "known"))
    unknown = default_weights(asking(tmp_path / "new"))
    took = time.monotonic() - start
    hub.hangs.set()
    assert found.origin.source == "hub"
    assert "was asked last" in found.origin.notice
    embedded(unknown, "did not answer within 0.5 s")
    assert took < 30, "a hanging Hub would have been waited for twice sixty seconds"


def test_what_comes_too_late_is_there_at_the_next_start(
    hub: HubStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 60.0)  # it is the download that comes too late
    hub.holds["encoder/lower.onnx"] = threading.Event()
    embedded(default_weights(asking(tmp_path, hub_timeout_s=10.0)), "did not come within 10 s", "HUB_TIMEOUT_S")
    hub.holds["encoder/lower.onnx"].set()
    for thread in threading.enumerate():
        if thread.name == module.THREAD:
            thread.join(timeout=60)
    hub.status = 500
    assert default_weights(asking(tmp_path)).origin.source == "hub"


def test_a_file_that_was_changed_on_disk_is_fetched_again(hub: HubStandIn, tmp_path: Path) -> None:
    pinned = asking(tmp_path, f"{REPO}@{commit_of(hub)}")
    file = default_weights(pinned).folder / "outcomes" / "references.npz"
    whole = file.read_bytes()
    file.write_bytes(b"x" * len(whole))
    found = default_weights(pinned)
    assert found.origin.source == "hub"
    assert (found.folder / "outcomes" / "references.npz").read_bytes() == whole
    file.write_bytes(b"x" * len(whole))
    hub.status = 500
    embedded(default_weights(pinned), REPO)


def test_a_file_that_is_not_its_cards_is_not_used(
    hub: HubStandIn, tmp_path: Path, everything: dict[str, bytes]
) -> None:
    hub.put(REPO, {"outcomes/references.npz": everything["outcomes/references.npz"] + b" "})
    embedded(default_weights(asking(tmp_path)), "outcomes/references.npz is not the file")


def test_a_repository_of_something_else_is_not_used(hub: HubStandIn, tmp_path: Path) -> None:
    hub.put("bo/classifier", {"config.json": b"{}", "model.safetensors": b""})
    embedded(default_weights(asking(tmp_path, "bo/classifier")), "bo/classifier has no weights.json", "publish")


def test_a_repository_with_a_single_router_is_not_enough(hub: HubStandIn, tmp_path: Path) -> None:
    hub.put("ann/one", dict(prepare("ann/one", ["random"]).texts))
    embedded(default_weights(asking(tmp_path, "ann/one")), "lacks routers of this app", "keras-cnn")


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("", "HUB_WEIGHTS names no repository"),
        ("../weights", "not the id of a model"),
        (f"{REPO}@../main", "not a revision"),
        ("nobody/nothing", "shows no model nobody/nothing"),
        (f"{REPO}@v9", "no revision “v9”"),
    ],
)
def test_a_setting_that_leads_nowhere_is_said(hub: HubStandIn, tmp_path: Path, weights: str, said: str) -> None:
    embedded(default_weights(asking(tmp_path, weights)), said)


def test_a_private_repository_needs_the_token_and_the_token_appears_nowhere(
    hub: HubStandIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub.repos[REPO].private = True
    embedded(default_weights(asking(tmp_path / "without")), "needs a token")
    with caplog.at_level(logging.DEBUG):
        found = default_weights(asking(tmp_path / "with", hf_token=SecretStr(hub.token)))
    assert found.origin.source == "hub"
    assert hub.token not in caplog.text + repr(found)
    assert not any(hub.token.encode() in path.read_bytes() for path in tmp_path.rglob("*.json"))
    wrong = default_weights(asking(tmp_path / "wrong", hf_token=SecretStr("hf_" + "x" * 34)))
    embedded(wrong)
    assert "x" * 34 not in wrong.origin.notice


def test_the_command_line_says_so_too_and_a_batch_that_it_takes_no_part(tmp_path: Path) -> None:
    environment = os.environ | {"ROUTERS": "hub", "HUB_WEIGHTS": "", "DATA_DIR": str(tmp_path)}
    commands = (
        ["router_models", "Say hello.", "--router", "prompt-length"],
        ["router_models.batch", str(tmp_path / "none.csv"), str(tmp_path / "out"), "--router", "prompt-length"],
    )
    decided, routed = (
        subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        for command in commands
    )
    assert decided.returncode == 0
    assert "HUB_WEIGHTS names no repository. Set it to owner/name" in decided.stderr
    assert "prompt-length" in decided.stdout
    assert "Batches use the weights that ship with the app" in routed.stderr
