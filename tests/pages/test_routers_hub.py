"""Adding a router from the Hub on the Routers page: look up, map labels, download, cancel, remove, and who may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from errors import BadInputError, UnavailableError, UnknownNameError
from feedback.visitor import NotAllowedError, Visitor
from pages._routers_face import Measured, faces_of
from pages._routers_health import health_of
from pages._routers_hub import HubDesk, megabytes
from pages._tools import ToolChoices
from pages._view import default_view
from router_models.panel import RouterPanel
from settings import Settings
from tests.pages.guarded_app import settings_with_users
from tests.router_models.hub.conftest import REPO, ROUTES, bert, bert_folder, hub, own_panel
from tests.router_models.hub.stand_in import Held, HubStandIn

__all__ = ["bert", "bert_folder", "hub", "own_panel"]  # fixtures of the engine's own tests

ANYBODY = Visitor("browser:abc")
ANN = Visitor("user:ann", name="Ann", may_label=True)
BOB = Visitor("user:bob", name="Bob", may_label=True, may_learn=True)
PATIENCE_S = 60.0
ONNX = "onnx/model.onnx"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", database_url=None, hf_token=None)


@pytest.fixture
def desk(own_panel: RouterPanel, settings: Settings) -> HubDesk:
    return HubDesk(own_panel, settings)


def found(desk: HubDesk, source: str = REPO, **more: Any) -> str:
    return unescape(str(desk.found(ANYBODY, {"source": source, "token": "", **more})["html"]))


def add(desk: HubDesk, source: str = REPO, **more: Any) -> str:
    """Id of the job."""
    sent = {"source": source, "token": "", "routes": ROUTES, "threshold": "0.4", **more}
    return str(desk.add(ANYBODY, sent)["job"])


def ended(desk: HubDesk, job: str) -> dict[str, object]:
    assert desk._jobs[job].ended.wait(PATIENCE_S)
    return desk.progress(ANYBODY, {"job": job})


def test_what_is_found_is_shown_before_anything_large_is_downloaded(
    desk: HubDesk,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    commit = hub.put(REPO, bert, licence="apache-2.0")
    said = found(desk)
    assert f'data-model="{REPO}@{commit}"' in said
    assert f"<code>{commit}</code>" in said
    assert "apache-2.0" in said
    assert f"https://huggingface.co/{REPO}/tree/{commit}" in said
    size = len(bert[ONNX]) + len(bert["config.json"]) + len(bert["tokenizer.json"]) + len(bert["tokenizer_config.json"])
    assert f"<b>{megabytes(size)}</b> in 4 files" in said
    assert hub.fetched("model.onnx") == []
    chosen = dict(re.findall(r'data-label="(\w+)".*?<option value="(\w+)" selected>', said, re.DOTALL))
    assert chosen == {"easy": "weak", "hard": "strong"}
    assert "not calibrated" in said


def test_a_repository_without_a_licence_or_with_names_that_say_nothing_is_shown_so(
    desk: HubDesk,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    config = bert["config.json"].replace(b'"easy"', b'"<b>no</b>1"').replace(b'"hard"', b'"LABEL_1"')
    hub.put(REPO, {**bert, "config.json": config})
    html = str(desk.found(ANYBODY, {"source": REPO, "token": ""})["html"])
    assert "not stated: ask its author" in html
    assert "<b>no</b>1" not in html
    assert "&lt;b&gt;no&lt;/b&gt;1" in html
    assert "selected" not in re.findall(r'data-label="LABEL_1".*?</select>', html, re.DOTALL)[0]


def test_an_added_router_stands_on_the_cards_with_its_source_and_goes_again(
    desk: HubDesk,
    own_panel: RouterPanel,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    commit = hub.put(REPO, bert)
    assert (desk.most(), desk.there()) == (4, {})
    choices = ToolChoices(own_panel)
    answer = ended(desk, add(desk, f"{REPO}@{commit}"))
    assert answer["state"] == "done"
    name = str(answer["router"])
    assert own_panel.ids[-1] == name
    assert own_panel[name].card.threshold == 0.4
    families = [choice.value for choice in choices.under(default_view(own_panel)).families]
    assert families == ["baseline", "hub"], "the Route page can show it alone"
    assert list(desk.there()) == [name]
    face = faces_of(own_panel, health_of(own_panel), Measured(), desk.there())[-1]
    assert (face.origin.word, face.origin.more) == ("Hub", f"{REPO}@{commit[:7]}")
    assert face.origin.link.endswith(f"{REPO}/tree/{commit}")
    assert face.removable
    assert face.health.unloads
    assert face.size
    assert (face.benchmarks, face.ms, face.figure) == ("", None, None)
    assert own_panel.decisions(own_panel.run("Hello there", only=[name]))[0].router == name
    assert "is gone" in str(desk.remove(ANYBODY, {"router": name})["said"])
    assert name not in own_panel.ids
    with pytest.raises(UnknownNameError):
        desk.remove(ANYBODY, {"router": name})


def test_a_download_tells_how_far_it_is_and_stops_when_it_is_cancelled(
    desk: HubDesk,
    own_panel: RouterPanel,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    hub.put(REPO, bert)
    hub.holds[ONNX] = held = Held()
    job = add(desk)
    assert held.reached.wait(PATIENCE_S)
    desk.cancel(ANYBODY, {"job": job})
    assert desk.progress(ANYBODY, {"job": job})["state"] == "running", "it stops with the next piece that comes"
    held.set()
    answer = ended(desk, job)
    assert answer["state"] == "cancelled"
    assert len(own_panel.ids) == 2
    assert ended(desk, add(desk))["state"] == "done", "and may be begun again"


def test_a_page_that_is_opened_meanwhile_is_told_of_a_download_until_it_was_seen_to_end(
    desk: HubDesk, hub: HubStandIn, bert: Mapping[str, bytes]
) -> None:
    hub.put(REPO, bert)
    hub.holds[ONNX] = held = Held()
    assert desk.running(ANYBODY, {}) == {"job": ""}
    job = add(desk, f"{REPO}@main")
    assert held.reached.wait(PATIENCE_S)
    assert desk.running(ANYBODY, {}) == {"job": job, "source": REPO}
    assert desk.progress(ANYBODY, {"job": job})["state"] == "running"
    held.set()
    assert desk._jobs[job].ended.wait(PATIENCE_S)
    assert desk.running(ANYBODY, {}) == {"job": job, "source": REPO}
    assert desk.progress(ANYBODY, {"job": job})["state"] == "done"
    assert desk.running(ANYBODY, {}) == {"job": ""}
    failing = add(desk, "somebody/nothing")
    assert desk._jobs[failing].ended.wait(PATIENCE_S)
    assert desk.running(ANYBODY, {})["job"] == failing
    with pytest.raises(UnknownNameError):
        desk.progress(ANYBODY, {"job": failing})
    assert desk.running(ANYBODY, {}) == {"job": ""}


def test_who_may_not_add_is_not_told_what_is_being_added(
    own_panel: RouterPanel, tmp_path: Path, hub: HubStandIn, bert: Mapping[str, bytes]
) -> None:
    hub.put(REPO, bert)
    hub.holds[ONNX] = held = Held()
    desk = HubDesk(own_panel, settings_with_users(tmp_path, database_url=None))
    job = str(desk.add(BOB, {"source": REPO, "routes": ROUTES, "threshold": "0.4"})["job"])
    assert held.reached.wait(PATIENCE_S)
    assert [desk.running(who, {})["job"] for who in (ANYBODY, ANN, BOB)] == ["", "", job]
    held.set()
    assert desk._jobs[job].ended.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        ({"source": ""}, "There is no id of a repository"),
        ({"source": 7}, "There is no id of a repository"),
        ({"source": "x" * 301}, "too long"),
        ({"source": "../../etc/passwd"}, "“../../etc/passwd” is not the id of a model on the Hub"),
        ({"routes": None}, "The page sent no routes"),
        ({"threshold": "much"}, "The threshold is not a number"),
        ({"threshold": "nan"}, "The threshold is not a number"),
        ({"threshold": "1.5"}, "The threshold is not a number"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_added(desk: HubDesk, sent: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInputError, match=what):
        if sent.get("source", "") == "../../etc/passwd":
            found(desk, **sent)
        add(desk, **{"source": REPO, **sent})


def test_labels_without_a_route_and_pickles_are_refused_in_words(
    desk: HubDesk,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    hub.put(REPO, bert)
    with pytest.raises(BadInputError, match="The label “hard” has no route"):
        ended(desk, add(desk, routes={"easy": "weak", "hard": ""}))
    hub.put("ann/pickled", {"config.json": bert["config.json"], "pytorch_model.bin": b"\x80\x04"})
    with pytest.raises(BadInputError, match=r"pytorch_model\.bin"):
        found(desk, "ann/pickled")


def test_a_private_repository_takes_the_typed_token_and_nobody_elses(
    own_panel: RouterPanel,
    settings: Settings,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    hub.put(REPO, bert, private=True)
    desk = HubDesk(own_panel, settings)
    with pytest.raises(UnknownNameError):
        found(desk)
    said = found(desk, token=f" {hub.token} ")
    assert "(private)" in said
    assert hub.token not in said
    with pytest.raises(BadInputError, match="not a token"):
        found(desk, token="hf_é")  # noqa: S106  it is none


def test_without_the_hub_what_was_looked_up_is_shown_with_its_age(
    desk: HubDesk,
    hub: HubStandIn,
    bert: Mapping[str, bytes],
) -> None:
    hub.put(REPO, bert)
    found(desk)
    hub.status = 503
    assert "The Hub does not answer. This is what is kept here since" in found(desk)
    with pytest.raises(UnavailableError):
        found(desk, "ann/other")


def test_who_may_not_is_told_what_would_help(own_panel: RouterPanel, settings: Settings, tmp_path: Path) -> None:
    accounts = HubDesk(own_panel, settings_with_users(tmp_path, database_url=None))
    assert accounts.opens_to() == "admins"
    nobody = HubDesk(own_panel, settings.model_copy(update={"hub_routers": "off"}))
    strangers = HubDesk(own_panel, settings.model_copy(update={"host": "0.0.0.0"}))  # noqa: S104  nothing listens
    assert (nobody.opens_to(), strangers.opens_to()) == ("nobody", "nobody")
    for desk, said in ((accounts, "Only who has signed in may add"), (nobody, "takes no routers from the Hub")):
        for act in (desk.found, desk.add, desk.cancel, desk.remove):
            with pytest.raises(NotAllowedError, match=said):
                act(ANYBODY, {"source": REPO})
    for act in (accounts.found, accounts.add, accounts.cancel, accounts.remove):
        with pytest.raises(NotAllowedError, match="Ann may not add and remove routers from the Hub"):
            act(ANN, {"source": REPO})


def test_where_people_sign_in_the_machines_token_is_for_admins_alone(
    own_panel: RouterPanel, tmp_path: Path, hub: HubStandIn, bert: Mapping[str, bytes]
) -> None:
    hub.put(REPO, bert, private=True)
    desk = HubDesk(own_panel, settings_with_users(tmp_path, database_url=None, hf_token=hub.token))
    with pytest.raises(NotAllowedError):
        desk.found(ANN, {"source": REPO, "token": ""})
    assert hub.requests == []
    assert "(private)" in str(desk.found(BOB, {"source": REPO, "token": ""})["html"])


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(0, "1 kB"), (48_000, "48 kB"), (100_000, "0.1 MB"), (999_940_000, "999.9 MB"), (1_230_000_000, "1.23 GB")],
)
def test_sizes_are_read_at_a_glance(size_bytes: int, said: str) -> None:
    assert megabytes(size_bytes) == said
