"""A version as files, and on a stand-in Hub."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from errors import BadInputError, UnavailableError
from feedback.learning.export import export_folder, export_zip, files_of, push_version
from feedback.version_records import Version
from router_models.card import load_card
from tests.feedback.learning.conftest import Learn
from tests.feedback.learning.synthetic import by_topic
from tests.router_models.hub.stand_in import HubStandIn, hub_stand_in

ROOT = Path(__file__).parents[3]
TOKEN = "hf_a-token-for-tests"  # noqa: S105


@pytest.fixture(scope="module")
def version(learned: Learn) -> Version:
    return dataclasses.replace(learned("knn", "retrain", by_topic(200)).version, number=3)


@pytest.fixture
def hub() -> Iterator[HubStandIn]:
    with hub_stand_in() as running:
        running.token = TOKEN
        yield running


def test_the_folder_is_whole(version: Version, tmp_path: Path) -> None:
    folder = export_folder(version, tmp_path / "new" / "place")
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "card.json", "version.json", "weights.npz"]
    card = load_card(folder)
    assert (card.router, card.version) == ("knn", "v3")
    about = json.loads((folder / "version.json").read_text())
    assert about["content_sha256"] == version.content_sha256
    assert about["report"]["held_out"] + about["report"]["learning"] == about["labels"] == 200
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        assert arrays["units"].shape[1] == 384
    readme = (folder / "README.md").read_text()
    assert about["report"]["sentence"] in readme


def test_no_label_leaves_with_its_words_or_its_author(version: Version) -> None:
    everything = b"\n".join(files_of(version).values())
    assert b"Turku" not in everything
    assert version.created_by.encode() not in everything
    assert b"Ada" not in everything


def test_the_zip_holds_the_same_files(version: Version) -> None:
    with zipfile.ZipFile(io.BytesIO(export_zip(version))) as archive:
        files = {name.removeprefix("knn-v3/"): archive.read(name) for name in archive.namelist()}
    assert files == files_of(version)


def test_a_folder_that_cannot_be_written_is_said(version: Version, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInputError, match="could not be written"):
        export_folder(version, tmp_path / "file" / "below")


def test_the_hub_gets_one_private_repository_with_all_files(version: Version, hub: HubStandIn) -> None:
    address = push_version(version, "ada/knn-ours", TOKEN, hub.address)
    assert address.startswith(f"{hub.address}/ada/knn-ours/commit/")
    assert list(hub.repos) == ["ada/knn-ours"]
    assert hub.repos["ada/knn-ours"].private
    assert {request.token for request in hub.requests} == {TOKEN}
    assert hub.repos["ada/knn-ours"].files() == files_of(version)


def test_the_environment_names_the_hub(version: Version, hub: HubStandIn, tmp_path: Path) -> None:
    """`huggingface_hub` reads HF_ENDPOINT when it is imported, so a process of its own asks."""
    fields = {field.name: getattr(version, field.name) for field in dataclasses.fields(version)}
    (tmp_path / "version.py").write_text(repr({**fields, "created_at": None}))
    push = (
        "import sys, ast, pathlib; from datetime import UTC, datetime; from feedback.version_records import Version;"
        " from feedback.learning.export import push_version;"
        " fields = ast.literal_eval(pathlib.Path(sys.argv[1]).read_text());"
        " version = Version(**{**fields, 'created_at': datetime.now(UTC)});"
        f" print(push_version(version, 'ada/ours', {TOKEN!r}))"
    )
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "HF_HUB_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-c", push, str(tmp_path / "version.py")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().startswith(f"{hub.address}/ada/ours/commit/")
    assert "card.json" in hub.repos["ada/ours"].files()


@pytest.mark.parametrize("name", ["", "no-user", "a/b/c", "../up", "ada/", "ada/ space", "-a/b"])
def test_what_is_no_repository_is_refused_before_anything_is_sent(version: Version, name: str, hub: HubStandIn) -> None:
    with pytest.raises(BadInputError, match="not the name of a repository"):
        push_version(version, name, TOKEN, hub.address)
    assert hub.requests == []


def test_without_a_token_nothing_is_sent(version: Version, hub: HubStandIn) -> None:
    with pytest.raises(BadInputError, match="no token"):
        push_version(version, "ada/ours", None, hub.address)
    assert hub.requests == []


def test_a_hub_that_refuses_is_said_without_the_token(version: Version, hub: HubStandIn) -> None:
    hub.status = 403
    with pytest.raises(UnavailableError, match="did not take the version") as refused:
        push_version(version, "ada/ours", TOKEN, hub.address)
    assert TOKEN not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_hub_that_is_not_there_is_said(version: Version) -> None:
    with pytest.raises(UnavailableError, match="did not take the version"):
        push_version(version, "ada/ours", TOKEN, "http://127.0.0.1:9")
