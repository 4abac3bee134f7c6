"""Routers that this project published come back from the Hub as one router more, with encoders of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from onnxruntime import InferenceSession

from errors import BadInputError, PlaygroundError
from router_models import load_panel
from router_models.encoder import CHAT_LOGITS, MEANS, STATES
from router_models.hub.added import AddedRouters
from router_models.hub.publish import prepare
from router_models.panel import RouterPanel
from router_models.run_limit import RunLimit
from tests.router_models.hub.stand_in import HubStandIn

PROMPTS = ["What is 2 + 2?", "Prove that there are infinitely many primes.", "x"]


def repository(*routers: str) -> dict[str, bytes]:
    publication = prepare("somebody/routers", routers)
    return {name: path.read_bytes() for name, path in publication.files.items()} | dict(publication.texts)


def test_it_says_what_the_router_that_ships_says(
    hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel, panel: RouterPanel
) -> None:
    commit = hub.put("somebody/routers", repository("encoder-quality"))
    model = added.look_up("somebody/routers")
    assert (model.kind, model.labels, model.routers) == ("router", (), ("encoder-quality",))
    assert not any(file.name.endswith(".md") for file in model.files)
    router = own_panel[added.add(model, {}).id]
    assert router.id == "hub-somebody-routers-encoder-quality"
    np.testing.assert_allclose(
        router.predict_proba(PROMPTS), panel["encoder-quality"].predict_proba(PROMPTS), atol=1e-6
    )
    card, shipped = router.card, panel["encoder-quality"].card
    assert (card.family, card.version, card.figures, card.threshold) == (
        "hub",
        commit[:7],
        shipped.figures,
        shipped.threshold,
    )
    assert "not measured here" in card.caution
    decided = {decision.router: decision for decision in own_panel.decide(PROMPTS[1])}
    assert decided[router.id].version == commit[:7]
    assert decided[router.id].latency_ms > 0


def test_of_several_one_must_be_chosen(hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel) -> None:
    hub.put("somebody/routers", repository("prompt-length", "always-weak"))
    model = added.look_up("somebody/routers")
    with pytest.raises(BadInputError, match=r"holds 2 routers.*always-weak, prompt-length"):
        added.add(model, {})
    with pytest.raises(BadInputError, match="holds 2 routers"):
        added.add(model, {}, router="knn")
    chosen = added.add(model, {}, router="prompt-length")
    assert own_panel.run(PROMPTS[0], only=[chosen.id]).scores[0].p_strong == pytest.approx(
        own_panel.run(PROMPTS[0], only=["prompt-length"]).scores[0].p_strong
    )


def test_a_forged_card_or_file_is_refused(hub: HubStandIn, added: AddedRouters) -> None:
    files = repository("prompt-length")
    card = json.loads(files["prompt-length/card.json"]) | {"threshold": 0.01}
    hub.put("somebody/routers", {**files, "prompt-length/card.json": json.dumps(card).encode()})
    with pytest.raises(PlaygroundError, match=r"card\.json is not the file that weights\.json describes"):
        added.add(added.look_up("somebody/routers"), {})
    assert added.list() == ()


def test_a_manifest_of_another_format_is_refused(hub: HubStandIn, added: AddedRouters) -> None:
    files = repository("prompt-length")
    manifest = json.loads(files["weights.json"]) | {"format": 2}
    hub.put("somebody/routers", {**files, "weights.json": json.dumps(manifest).encode()})
    with pytest.raises(PlaygroundError, match=r"weights\.json is not valid at 'format'"):
        added.look_up("somebody/routers")


def test_a_router_that_this_version_does_not_know_is_said(hub: HubStandIn, added: AddedRouters) -> None:
    files = {
        name.replace("prompt-length/", "from-the-future/"): content
        for name, content in repository("prompt-length").items()
    }
    manifest = json.loads(files["weights.json"].decode().replace("prompt-length", "from-the-future"))
    card = files["from-the-future/card.json"].replace(b'"prompt-length"', b'"from-the-future"')
    files["from-the-future/card.json"] = card
    described = {"sha256": hashlib.sha256(card).hexdigest(), "size_bytes": len(card)}
    manifest["files"]["from-the-future/card.json"] = described
    hub.put("somebody/routers", {**files, "weights.json": json.dumps(manifest).encode()})
    with pytest.raises(BadInputError, match="knows no router “from-the-future”"):
        added.add(added.look_up("somebody/routers"), {})


def test_every_run_of_its_graphs_has_a_limit_and_all_leave_memory_with_it(
    hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited: list[tuple[str, ...]] = []
    run = RunLimit.run

    def noted(limit: RunLimit, session: InferenceSession, outputs: Sequence[str], inputs: Mapping[str, Any]) -> Any:
        limited.append(tuple(outputs))
        return run(limit, session, outputs, inputs)

    monkeypatch.setattr(RunLimit, "run", noted)
    hub.put("somebody/routers", repository("encoder-3way", "keras-cnn"))
    model = added.look_up("somebody/routers")
    for which, graphs in (("encoder-3way", {(STATES, MEANS), (CHAT_LOGITS,)}), ("keras-cnn", {("logits",)})):
        router = own_panel[added.add(model, {}, router=which).id]
        limited.clear()
        router.predict_proba(["Why do leaves fall?"])
        assert set(limited) == graphs
        stem = router.encoders.stem.lower
        stem.load()
        assert router.unload()
        assert stem._session is None


def test_everything_that_is_needed_comes_along(panel: RouterPanel) -> None:
    assert "encoder/lower.onnx" in repository("encoder-quality")
    assert load_panel().ids == panel.ids
