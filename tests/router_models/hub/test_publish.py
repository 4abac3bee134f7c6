"""Publishing to a Hub that speaks to the real client: what arrives is whole, and nothing of others' is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from errors import BadInputError, DataError, UnavailableError, UnknownNameError
from router_models import RouterPanel
from router_models.hub import publish_command
from router_models.hub.manifest import MANIFEST_FILE, Manifest, sha256_of
from router_models.hub.publish import prepare, publish
from router_models.hub.usage_text import native_code, plain_code
from router_models.registry import ROUTERS, WEIGHTS
from settings import get_settings
from tests.router_models.hub.stand_in import HubStandIn, hub_stand_in

ROOT = Path(__file__).parents[3]
REPO = "ann/routers"
WITH_CODE = ("encoder-3way", "encoder-quality", "keras-cnn")
PROMPT = "Prove that the square root of 2 is irrational."
PATIENCE_S = 300


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubStandIn]:
    """An empty Hub, which the client of this process asks."""
    from huggingface_hub import constants

    with hub_stand_in() as stand_in:
        monkeypatch.setattr(constants, "ENDPOINT", stand_in.address)
        template = stand_in.address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield stand_in


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder of weights that has one router with files."""
    folder = tmp_path / "weights"
    for name in ("knn", "outcomes"):
        shutil.copytree(WEIGHTS / name, folder / name)
    return folder


def asked_of(hub: HubStandIn, home: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, whose Hub is the stand-in."""
    environment = os.environ | {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": hub.token,
        **more,
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_everything_arrives_whole_by_the_storage_and_the_pages_programs_run(panel: RouterPanel, tmp_path: Path) -> None:
    with hub_stand_in() as hub:
        hub.large = True
        done = asked_of(hub, tmp_path, "-m", "router_models", "publish", "--to", REPO, "--private")
        assert done.returncode == 0, done.stderr
        commit = done.stdout.rpartition(f"HUB_WEIGHTS={REPO}@")[2].split()[0]
        repo = hub.repos[REPO]
        assert repo.private
        files = repo.states[repo.at(commit) or 0]
        manifest = Manifest.model_validate_json(files[MANIFEST_FILE])
        assert manifest.routers == tuple(ROUTERS)
        for path in WEIGHTS.rglob("*"):
            if path.is_file():
                name = path.relative_to(WEIGHTS).as_posix()
                assert files[name] == path.read_bytes()
                assert manifest.files[name].sha256 == sha256_of(path)
        assert set(files) == {
            *manifest.files,
            "README.md",
            "LICENSE",
            MANIFEST_FILE,
            *(f"{r}/README.md" for r in ROUTERS),
        }
        assert f"{len(ROUTERS)} routers, {len(files)} files" in done.stdout
        assert "keras-cnn/model.onnx" not in [request.path for request in hub.requests]
        cards = {name: panel.line_up.shipped(name).card for name in WITH_CODE}
        programs = [plain_code(card, manifest, REPO) for card in cards.values()]
        native = native_code(cards["keras-cnn"], manifest, REPO)
        ran = asked_of(hub, tmp_path, "-c", "\n\n".join([*programs, "print(logits)", native]))
        assert ran.returncode == 0, ran.stderr
        *probabilities, served, loaded = ran.stdout.splitlines()
        for line, (name, card) in zip(probabilities, cards.items(), strict=True):
            said: dict[str, float] = json.loads(line.replace("'", '"'))
            expected = panel.line_up.shipped(name).predict_proba([PROMPT])[0]
            np.testing.assert_allclose([said[route] for route in card.routes], expected, atol=1e-5)
        np.testing.assert_allclose(numbers(loaded), numbers(served), atol=1e-4)


def numbers(printed: str) -> list[float]:
    return [float(part) for part in printed.strip("[]").split()]


def test_publishing_again_sends_nothing_new(hub: HubStandIn) -> None:
    first = publish(prepare(REPO, ["prompt-length"]), hub.token)
    states = len(hub.repos[REPO].states)
    again = publish(prepare(REPO, ["prompt-length"]), hub.token)
    assert len(hub.repos[REPO].states) == states
    assert again.commit == first.commit
    assert not hub.repos[REPO].private


def test_what_is_gone_since_is_deleted_and_what_others_added_stays(hub: HubStandIn, small: Path) -> None:
    (small / "knn" / "extra.npz").write_bytes(b"numbers")
    publish(prepare(REPO, ["knn"], small), hub.token)
    hub.put(REPO, {"notes.txt": b"mine"})
    (small / "knn" / "extra.npz").unlink()
    publish(prepare(REPO, ["knn"], small), hub.token)
    files = hub.repos[REPO].files()
    assert "knn/extra.npz" not in files
    assert files["notes.txt"] == b"mine"
    assert "knn/card.json" in files


def test_a_repository_of_something_else_is_left_alone(hub: HubStandIn) -> None:
    hub.put(REPO, {"README.md": b"my model", "model.safetensors": b"weights"})
    with pytest.raises(BadInputError, match="holds something else") as caught:
        publish(prepare(REPO, ["random"]), hub.token)
    assert "new repository" in caught.value.mend
    assert hub.repos[REPO].files()["README.md"] == b"my model"


def test_a_repository_made_on_the_hubs_page_is_as_good_as_none(hub: HubStandIn) -> None:
    hub.put(REPO, {".gitattributes": b"*.onnx filter=lfs", "README.md": b"---\nlicense: mit\n---\n"})
    publish(prepare(REPO, ["random"]), hub.token)
    assert b"# Random" in hub.repos[REPO].files()["README.md"]


def test_routers_that_would_lose_their_manifest_are_named(hub: HubStandIn) -> None:
    publish(prepare(REPO, ["random", "prompt-length"]), hub.token)
    with pytest.raises(BadInputError, match="prompt-length"):
        publish(prepare(REPO, ["random"]), hub.token)


@pytest.mark.parametrize(("token", "said"), [("", "no token"), ("hf_" + "x" * 34, "token")])
def test_without_a_token_that_may_write_nothing_happens(hub: HubStandIn, token: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said) as caught:
        publish(prepare(REPO, ["random"]), token)
    assert "HF_TOKEN" in caught.value.mend
    assert REPO not in hub.repos
    assert not token or token not in str(caught.value)


def test_a_hub_that_fails_is_said_in_words(hub: HubStandIn) -> None:
    hub.status = 500
    with pytest.raises(UnavailableError, match="500"):
        publish(prepare(REPO, ["random"]), hub.token)


def test_a_file_that_is_not_its_cards_is_not_published(small: Path) -> None:
    references = small / "outcomes" / "references.npz"
    references.write_bytes(references.read_bytes() + b" ")
    with pytest.raises(DataError, match=r"outcomes/references\.npz"):
        prepare(REPO, ["knn"], small)


def test_a_router_whose_card_is_broken_is_not_published(small: Path) -> None:
    (small / "knn" / "card.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="card"):
        prepare(REPO, ["knn"], small)


def test_the_native_encoder_goes_along_if_it_is_the_one_on_the_card(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"model\.safetensors"):
        prepare(REPO, ["encoder-3way"], native=tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"others")
    with pytest.raises(DataError, match=r"tuned-encoder/model\.safetensors"):
        prepare(REPO, ["encoder-3way"], native=tmp_path)
    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS, weights)
    card = weights / "encoder-3way" / "card.json"
    document = json.loads(card.read_text(encoding="utf-8"))
    document["files"]["model.safetensors"] = sha256_of(tmp_path / "model.safetensors")
    card.write_text(json.dumps(document), encoding="utf-8")
    made = prepare(REPO, ["encoder-3way"], weights, tmp_path)
    assert made.files["tuned-encoder/model.safetensors"] == tmp_path / "model.safetensors"
    assert b"`tuned-encoder/model.safetensors`" in made.texts["encoder-3way/README.md"]
    assert b"- safetensors\n" in made.texts["README.md"]


def test_the_command_lists_what_would_go_along_and_sends_nothing(
    hub: HubStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish_command.main(["--to", REPO, "--router", "keras-cnn", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "card.json, model.keras, model.onnx, README.md" in said
    assert "1 routers" not in said
    assert f"to {REPO}" in said
    assert "Nothing was sent" in said
    assert hub.requests == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "routers"], "not the id of a model"),
        (["--to", "ann/../routers"], "not the id of a model"),
        (["--to", f"{REPO}@main"], "names a revision"),
        (["--to", REPO, "--router", "keras-rnn"], "no router 'keras-rnn'"),
        (["--to", REPO, "--router", "random"], "no token"),
    ],
)
def test_the_command_says_what_is_wrong_and_how_to_mend_it(
    hub: HubStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    get_settings.cache_clear()
    assert publish_command.main(arguments) == 1
    what, mend = capsys.readouterr().err.strip().splitlines()
    assert said in what
    assert mend
    assert hub.repos == {}
    get_settings.cache_clear()


def test_no_router_by_that_name_is_found_before_anything_is_read() -> None:
    with pytest.raises(UnknownNameError):
        prepare(REPO, ["nobody"])
