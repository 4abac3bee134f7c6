"""Routers that people add: there at once, there after a restart, gone when removed; limits, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from errors import BadInputError, PlaygroundError, UnavailableError, UnknownNameError
from router_models.hub import classifier
from router_models.hub.added import AddedRouters, added_routers
from router_models.hub.added_file import FILE
from router_models.hub.download import DownloadCancelledError, Progress
from router_models.hub.listing import HubModel
from router_models.hub.network import Classifier
from router_models.panel import RouterPanel
from settings import Settings
from tests.router_models.hub.conftest import MIB, REPO, ROUTES
from tests.router_models.hub.stand_in import Held, HubStandIn

ID = "hub-somebody-hardness"
PROMPT = "Name three rivers that cross a border."


@pytest.fixture(autouse=True)
def published(hub: HubStandIn, bert: Mapping[str, bytes]) -> str:
    return hub.put(REPO, bert)


def again(panel: RouterPanel, hub_folder: Path) -> AddedRouters:
    """As after a restart: another panel would do, but this one is at hand."""
    return AddedRouters(panel, hub_folder, limit=4, max_bytes=64 * MIB)


def test_an_added_router_decides_with_the_others(added: AddedRouters, own_panel: RouterPanel, published: str) -> None:
    seen: list[Progress] = []
    router = added.add(added.look_up(REPO), ROUTES, threshold=0.4, progress=seen.append)
    assert (router.id, router.repo_id, router.commit, router.kind) == (ID, REPO, published, "onnx")
    assert added.list() == (router,)
    assert own_panel.ids == ("random", "prompt-length", ID)
    assert seen[-1].done_bytes == seen[-1].total_bytes
    decision = next(decision for decision in own_panel.decide(PROMPT) if decision.router == ID)
    assert decision.threshold == 0.4
    assert decision.route == ("strong" if decision.p_strong >= 0.4 else "weak")
    assert decision.caution
    assert own_panel.status()[ID] == "ready"


def test_it_is_there_again_after_a_restart_without_the_hub_or_a_token(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path
) -> None:
    hub.repos[REPO].private = True
    router = added.add(added.look_up(REPO, hub.token), ROUTES, token=hub.token)
    score = own_panel.run(PROMPT, only=[ID]).scores[0]
    own_panel.remove(ID)
    hub.status = 503
    restarted = again(own_panel, hub_folder)
    assert restarted.list() == (router,)
    restarted.start()
    restarted.start()
    assert own_panel.ids[-1] == ID
    assert own_panel.run(PROMPT, only=[ID]).scores[0].probabilities == score.probabilities
    for path in hub_folder.rglob("*"):
        assert not path.is_file() or hub.token.encode() not in path.read_bytes()


def test_files_that_have_gone_are_got_again_at_the_very_same_commit(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path, published: str
) -> None:
    router = added.add(added.look_up(REPO), ROUTES)
    own_panel.remove(ID)
    hub.put(REPO, {"config.json": b"something else"})
    folder = router.model.repository.folder(hub_folder)
    (folder / "onnx" / "model.onnx").unlink()
    (folder / "config.json").write_bytes(b"changed on disk")
    again(own_panel, hub_folder).start()
    assert own_panel.run(PROMPT, only=[ID]).scores
    assert any(published in request.path for request in hub.fetched("config.json"))


def test_one_that_cannot_be_made_again_stands_there_and_says_why(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path
) -> None:
    router = added.add(added.look_up(REPO), ROUTES)
    own_panel.remove(ID)
    (router.model.repository.folder(hub_folder) / "tokenizer.json").unlink()
    hub.repos.clear()
    restarted = again(own_panel, hub_folder)
    restarted.start()
    assert "shows no model" in own_panel.status()[ID]
    run = own_panel.run(PROMPT, only=[ID])
    assert [missing.router for missing in run.unavailable] == [ID]
    assert "shows no model" in run.unavailable[0].what
    assert own_panel[ID].card.family == "hub"
    restarted.remove(ID)
    assert ID not in own_panel.ids


def test_removing_takes_it_out_and_its_files_off_the_disk(
    added: AddedRouters, own_panel: RouterPanel, hub_folder: Path
) -> None:
    router = added.add(added.look_up(REPO), ROUTES)
    folder = router.model.repository.folder(hub_folder)
    assert folder.is_dir()
    added.remove(ID)
    assert own_panel.ids == ("random", "prompt-length")
    assert own_panel[ID].title == "hardness"  # old results still name it
    assert not folder.exists()
    assert again(own_panel, hub_folder).list() == ()
    with pytest.raises(UnknownNameError):
        added.remove(ID)
    with pytest.raises(UnknownNameError):
        added.remove("random")


def test_another_mapping_of_the_same_repository_is_another_router(
    added: AddedRouters, own_panel: RouterPanel, hub_folder: Path, published: str
) -> None:
    model = added.look_up(REPO)
    first = added.add(model, ROUTES)
    second = added.add(model, {"easy": "simple", "hard": "reasoning"})
    assert second.id == f"{ID}-{published[:7]}"
    assert own_panel[second.id].routes == ("simple", "general", "reasoning")
    added.remove(first.id)
    assert model.repository.folder(hub_folder).is_dir()
    assert own_panel.run(PROMPT, only=[second.id]).scores


def test_other_routes_are_another_version_so_that_no_remembered_score_is_taken_for_its(
    added: AddedRouters, own_panel: RouterPanel
) -> None:
    model = added.look_up(REPO)
    versions = set()
    for routes, threshold in ((ROUTES, 0.5), ({"easy": "strong", "hard": "weak"}, 0.5), (ROUTES, 0.6), (ROUTES, 0.5)):
        assert added.add(model, routes, threshold).id == ID
        versions.add(own_panel[ID].card.version)
        added.remove(ID)
    assert len(versions) == 3


def test_two_people_adding_the_same_at_once_get_one(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn
) -> None:
    model = added.look_up(REPO)
    held = hub.holds["onnx/model.onnx"] = Held()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(added.add, model, ROUTES)
        assert held.reached.wait(30)
        with pytest.raises(BadInputError, match="being added by somebody"):
            added.add(model, ROUTES)
        held.set()
        assert first.result(30).id == ID
    with pytest.raises(BadInputError, match="is there already"):
        added.add(model, ROUTES)
    assert own_panel.ids.count(ID) == 1


def test_there_is_a_limit_which_those_that_are_coming_count_for(
    own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]
) -> None:
    hub.put("somebody/else", bert)
    added = AddedRouters(own_panel, hub_folder, limit=1, max_bytes=64 * MIB)
    first, second = added.look_up(REPO), added.look_up("somebody/else")

    def cancel(_: Progress) -> None:
        with pytest.raises(BadInputError, match="which is the limit"):
            added.add(second, ROUTES)
        raise DownloadCancelledError

    with pytest.raises(DownloadCancelledError):
        added.add(first, ROUTES, progress=cancel)
    assert added.list() == ()
    assert added.add(second, ROUTES).id == "hub-somebody-else"
    with pytest.raises(BadInputError, match="HUB_MAX_ROUTERS"):
        added.add(first, ROUTES)


def test_what_is_too_large_is_refused_before_it_is_downloaded(
    own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path
) -> None:
    added = AddedRouters(own_panel, hub_folder, limit=4, max_bytes=10_000)
    with pytest.raises(BadInputError, match="HUB_MAX_MIB"):
        added.look_up(REPO)
    assert not hub.fetched("model.onnx")


@pytest.mark.parametrize(
    ("routes", "threshold"), [({"easy": "weak"}, 0.5), ({"easy": "weak", "hard": "weak"}, 0.5), (ROUTES, 1.5)]
)
def test_mappings_that_do_not_fit_download_nothing(
    added: AddedRouters, hub: HubStandIn, routes: dict[str, str], threshold: float
) -> None:
    with pytest.raises(BadInputError):
        added.add(added.look_up(REPO), routes, threshold)
    assert not hub.fetched("model.onnx")
    assert added.list() == ()


def test_one_that_does_not_run_is_not_added(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn, bert: Mapping[str, bytes]
) -> None:
    config = json.loads(bert["config.json"]) | {"id2label": {"0": "a", "1": "b", "2": "c"}}
    hub.put(REPO, {"config.json": json.dumps(config).encode()})
    with pytest.raises(UnavailableError, match="gave 2 outputs"):
        added.add(added.look_up(REPO), {"a": "weak", "b": "strong", "c": "strong"})
    hub.put(REPO, {"config.json": bert["config.json"], "onnx/model.onnx": b"no graph"})
    with pytest.raises(BadInputError, match="not an ONNX file"):
        added.add(added.look_up(REPO), ROUTES)
    assert added.list() == ()
    assert own_panel.ids == ("random", "prompt-length")


def test_a_librarys_surprise_is_said_and_does_not_keep_the_others_from_starting(
    added: AddedRouters,
    own_panel: RouterPanel,
    hub: HubStandIn,
    hub_folder: Path,
    bert: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub.put("somebody/else", bert)
    first, second = (added.add(added.look_up(name), ROUTES) for name in (REPO, "somebody/else"))
    for router in (first, second):
        own_panel.remove(router.id)
    opened = classifier.open_classifier

    def surprising(model: HubModel, folder: Path, threads: int) -> Classifier:
        if model.source.repo_id == REPO:
            raise KeyError("surprise")
        return opened(model, folder)

    monkeypatch.setattr(classifier, "open_classifier", surprising)
    again(own_panel, hub_folder).start()
    assert own_panel.status()[first.id] == f"{REPO} cannot be run (KeyError)."
    assert own_panel.status()[second.id] == "ready"


def test_a_disk_that_refuses_the_list_leaves_everything_as_it_was(
    added: AddedRouters, own_panel: RouterPanel, hub_folder: Path
) -> None:
    model = added.look_up(REPO)
    (hub_folder / FILE).mkdir()  # a file cannot take the place of a folder
    with pytest.raises(PlaygroundError, match="could not be written"):
        added.add(model, ROUTES)
    assert own_panel.ids == ("random", "prompt-length")
    assert added.list() == ()
    assert not list(hub_folder.glob("*.new"))


def test_processes_with_the_same_folder_do_not_forget_each_others(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]
) -> None:
    hub.put("somebody/else", bert)
    other = again(own_panel, hub_folder)
    assert other.list() == added.list() == ()
    first = added.add(added.look_up(REPO), ROUTES)
    second = other.add(other.look_up("somebody/else"), ROUTES)
    assert again(own_panel, hub_folder).list() == (first, second)
    added.remove(first.id)
    assert again(own_panel, hub_folder).list() == (second,)


def test_a_list_that_cannot_be_read_is_put_aside(own_panel: RouterPanel, hub_folder: Path) -> None:
    hub_folder.mkdir()
    (hub_folder / FILE).write_text('[{"id": 1}]')
    assert again(own_panel, hub_folder).list() == ()
    assert [path.read_text() for path in hub_folder.glob(f"{FILE}.broken-*")] == ['[{"id": 1}]']


def test_a_panel_has_one_of_it(own_panel: RouterPanel, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, hub_max_routers=2, hub_max_mib=3)
    added = added_routers(own_panel, settings)
    assert added is added_routers(own_panel, settings)
    assert (added.limit, added.max_bytes) == (2, 3 * MIB)
