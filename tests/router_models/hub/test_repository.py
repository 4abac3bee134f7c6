"""Looking into repositories: revisions, refusals, and what stands in while the Hub is down."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import BadInputError, PlaygroundError, UnavailableError, UnknownNameError
from router_models.hub.client import HubDownError
from router_models.hub.repository import RepoFile, Repository, list_repository, recorded
from router_models.hub.source import HubSource
from tests.router_models.hub.stand_in import HubStandIn

SOURCE = HubSource("somebody/hardness")
FILES = {"config.json": b"{}", "model.onnx": b"weights"}


def test_files_come_with_size_and_checksum_of_one_commit(hub: HubStandIn, hub_folder: Path) -> None:
    commit = hub.put(SOURCE.repo_id, FILES, licence="apache-2.0")
    found = list_repository(SOURCE, hub_folder)
    assert found.commit == commit
    assert found.licence == "apache-2.0"
    assert not found.offline
    config, model = found.file("config.json"), found.file("model.onnx")
    assert config is not None
    assert (config.size_bytes, config.sha256, len(config.git_sha1 or "")) == (2, None, 40)
    assert model is not None
    assert (model.size_bytes, len(model.sha256 or ""), model.git_sha1) == (7, 64, None)
    assert [request.token for request in hub.requests if "somebody" in request.path] == [""]


def test_branches_tags_and_commits_are_found_and_unknown_ones_are_said(hub: HubStandIn, hub_folder: Path) -> None:
    first = hub.put(SOURCE.repo_id, FILES)
    second = hub.put(SOURCE.repo_id, {"more.json": b"{}"})
    hub.repos[SOURCE.repo_id].branches["v1"] = 0
    for revision, commit in {"": second, "main": second, "v1": first, first: first}.items():
        assert list_repository(HubSource(SOURCE.repo_id, revision), hub_folder).commit == commit
    with pytest.raises(UnknownNameError, match="no revision “v2”"):
        list_repository(HubSource(SOURCE.repo_id, "v2"), hub_folder)


def test_private_repositories_need_their_token(hub: HubStandIn, hub_folder: Path) -> None:
    hub.put(SOURCE.repo_id, FILES, private=True)
    with pytest.raises(UnknownNameError, match="needs a token"):
        list_repository(SOURCE, hub_folder)
    with pytest.raises(PlaygroundError) as refused:
        list_repository(SOURCE, hub_folder, "hf_wrong")
    assert "hf_wrong" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert list_repository(SOURCE, hub_folder, hub.token).private
    kept = "".join(path.read_text() for path in hub_folder.rglob("*.json"))
    assert "hardness" in kept
    assert hub.token not in kept


def test_a_gated_repository_says_what_to_accept(hub: HubStandIn, hub_folder: Path) -> None:
    hub.put(SOURCE.repo_id, FILES, gated=True)
    with pytest.raises(BadInputError, match="accepted its conditions"):
        list_repository(SOURCE, hub_folder)


def test_an_unknown_repository_is_said(hub: HubStandIn, hub_folder: Path) -> None:
    with pytest.raises(UnknownNameError, match="shows no model somebody/hardness"):
        list_repository(SOURCE, hub_folder)


def test_the_machines_own_token_is_not_sent_for_strangers(
    hub: HubStandIn, hub_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)
    hub.put(SOURCE.repo_id, FILES, private=True)
    with pytest.raises(UnknownNameError):
        list_repository(SOURCE, hub_folder)
    assert {request.token for request in hub.requests} == {""}


@pytest.mark.parametrize(
    ("status", "retry_after", "said"), [(429, "17", "in 17 s"), (429, "", "a few minutes"), (503, "", "later")]
)
def test_a_hub_in_trouble_is_said_where_nothing_is_remembered(
    hub: HubStandIn, hub_folder: Path, status: int, retry_after: str, said: str
) -> None:
    hub.status, hub.retry_after = status, retry_after
    with pytest.raises(HubDownError, match=said):
        list_repository(SOURCE, hub_folder)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_it_said_last_stands_in_while_it_is_in_trouble(hub: HubStandIn, hub_folder: Path, status: int) -> None:
    commit = hub.put(SOURCE.repo_id, FILES)
    online = list_repository(SOURCE, hub_folder)
    hub.status = status
    for source in (SOURCE, HubSource(SOURCE.repo_id, commit)):
        found = list_repository(source, hub_folder)
        assert found.offline
        assert found.files == online.files
        assert found.age() == "just now"
    with pytest.raises(HubDownError):
        list_repository(HubSource(SOURCE.repo_id, "v1"), hub_folder)


def test_without_any_network_it_is_the_same(hub: HubStandIn, hub_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    hub.put(SOURCE.repo_id, FILES)
    online = list_repository(SOURCE, hub_folder)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    assert list_repository(SOURCE, hub_folder).files == online.files
    with pytest.raises(UnavailableError, match="cannot be reached"):
        list_repository(HubSource("somebody/else"), hub_folder)


def test_the_default_branch_is_not_mistaken_for_one_that_is_called_default(hub: HubStandIn, hub_folder: Path) -> None:
    first = hub.put(SOURCE.repo_id, FILES)
    second = hub.put(SOURCE.repo_id, {"more.json": b"{}"})
    hub.repos[SOURCE.repo_id].branches["default"] = 0
    named = HubSource(SOURCE.repo_id, "default")
    for source in (SOURCE, named):
        list_repository(source, hub_folder)
    hub.status = 503
    assert list_repository(SOURCE, hub_folder).commit == second
    assert list_repository(named, hub_folder).commit == first


def test_files_with_names_that_leave_the_folder_are_not_there(hub: HubStandIn, hub_folder: Path) -> None:
    hub.put(SOURCE.repo_id, {**FILES, "../../evil.json": b"{}", "/etc/cron.d/x": b"x", "a\\b": b"x"})
    assert {file.name for file in list_repository(SOURCE, hub_folder).files} == set(FILES)


def test_a_broken_or_forged_record_counts_as_none(hub: HubStandIn, hub_folder: Path) -> None:
    hub.put(SOURCE.repo_id, FILES)
    list_repository(SOURCE, hub_folder)
    record = next(hub_folder.rglob("looked-up/-.json"))
    held = json.loads(record.read_text())
    held["files"][0]["name"] = "../../x"
    record.write_text(json.dumps(held))
    assert recorded(SOURCE, hub_folder) is None
    record.write_text("{")
    assert recorded(SOURCE, hub_folder) is None


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=3, hours=2), "3 days ago"),
    ],
)
def test_the_age_is_said_in_words(ago: timedelta, said: str) -> None:
    looked_up_at = datetime.now(UTC) - ago
    repository = Repository(SOURCE, "0" * 40, (RepoFile("a", 1),), "mit", private=False, looked_up_at=looked_up_at)
    assert repository.age() == said
