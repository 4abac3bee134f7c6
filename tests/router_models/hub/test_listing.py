"""What a repository is good for, before anything large comes: kind, labels, size, and refusals with what to ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from errors import BadInputError, UnavailableError
from router_models.hub.listing import HubModel, look_up
from router_models.hub.source import HubSource
from tests.router_models.hub.conftest import REPO
from tests.router_models.hub.stand_in import HubStandIn
from tests.router_models.hub.tiny import without

SOURCE = HubSource(REPO)
CONFIG: dict[str, Any] = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "easy", "1": "hard"},
}


def repository(*names: str, config: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    said = json.dumps(CONFIG if config is None else {**CONFIG, **config}).encode()
    return {"config.json": said, "tokenizer.json": b"{}", **{name: b"weights of " + name.encode() for name in names}}


def found(hub: HubStandIn, hub_folder: Path, files: Mapping[str, bytes]) -> HubModel:
    hub.put(REPO, files)
    return look_up(SOURCE, hub_folder)


def test_a_classifier_shows_all_that_is_asked_before_it_is_added(
    hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]
) -> None:
    commit = hub.put(REPO, {**bert, "README.md": b"words", "pytorch_model.bin": b"x" * 10_000}, licence="mit")
    model = look_up(SOURCE, hub_folder)
    assert (model.kind, model.weights) == ("onnx", "onnx/model.onnx")
    assert (model.title, model.licence, model.commit, model.private) == ("hardness", "mit", commit, False)
    assert model.labels == ("easy", "hard")
    assert (model.needs, model.missing, model.offline, model.cached_at) == ("", "", False, None)
    names = {file.name for file in model.files}
    assert names == {"onnx/model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json"}
    assert model.size_bytes == sum(len(bert[name]) for name in names)
    assert not hub.fetched("model.onnx")
    assert not hub.fetched(".bin")


@pytest.mark.parametrize(
    ("names", "kind", "weights"),
    [
        (("model.safetensors",), "safetensors", {"model.safetensors"}),
        (("model.safetensors", "model.onnx"), "onnx", {"model.onnx"}),
        (("onnx/model.onnx", "onnx/model_int8.onnx"), "onnx", {"onnx/model.onnx"}),
        (("onnx/model_quantized.onnx", "onnx/other.onnx"), "onnx", {"onnx/model_quantized.onnx"}),
        (("my-export.onnx",), "onnx", {"my-export.onnx"}),
        (
            ("model.onnx", "model.onnx_data", "model.onnx.data", "x.data"),
            "onnx",
            {"model.onnx", "model.onnx_data", "model.onnx.data"},
        ),
        (
            ("model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
            "safetensors",
            {"model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"},
        ),
        (("classifier.keras",), "keras", {"classifier.keras"}),
    ],
)
def test_the_fastest_safe_format_is_chosen(
    hub: HubStandIn, hub_folder: Path, names: tuple[str, ...], kind: str, weights: set[str]
) -> None:
    model = found(hub, hub_folder, repository(*names))
    assert model.kind == kind
    assert {file.name for file in model.files} - {"config.json", "tokenizer.json"} == weights
    assert model.weights in weights


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (repository("pytorch_model.bin"), "pytorch_model.bin.*any code.*safetensors"),
        (repository("tf_model.h5"), "tf_model.h5.*any code"),
        (repository("model.joblib"), "model.joblib.*any code"),
        (repository("weights.PKL"), "weights.PKL.*any code"),
        (repository("model.ckpt"), "model.ckpt.*any code"),
        (repository("adapter_config.json", "adapter_model.safetensors"), "an adapter.*merge"),
        (repository("a.keras", "b.keras"), "several .keras"),
        (repository(), "no weights in ONNX"),
        (without(repository("model.onnx"), "config.json"), "no config.json"),
        (without(repository("model.onnx"), "tokenizer.json"), "no tokenizer.json.*save_pretrained"),
        ({**repository("model.onnx"), "config.json": b"[1]"}, "not a JSON object"),
        ({**repository("model.onnx"), "config.json": b"{"}, "cannot be read as JSON"),
        ({**repository("model.onnx"), "config.json": b" " * 1_200_000}, "config.json has 1 MB"),
        (repository("model.safetensors", config={"architectures": ["BertForMaskedLM"]}), "not a text classifier"),
        (repository("model.safetensors", config={"architectures": None}), "not a text classifier"),
        (repository("model.safetensors", config={"auto_map": {"AutoModel": "x.Y"}}), "only with code of its author"),
        (repository("model.onnx", config={"problem_type": "regression"}), "gives a number"),
        (repository("model.onnx", config={"id2label": None, "architectures": None}), "does not say which labels"),
        (repository("model.onnx", config={"id2label": {}}), "does not say which labels"),
        (repository("model.onnx", config={"id2label": {"1": "a", "2": "b"}}), "number its labels from 0"),
        (repository("model.onnx", config={"id2label": {"0": "a", "1": "a"}}), "two labels of the same name"),
        (repository("model.onnx", config={"id2label": {str(n): f"l{n}" for n in range(51)}}), "has 51 labels"),
    ],
)
def test_what_cannot_become_a_router_is_refused_with_what_to_ask_for(
    hub: HubStandIn, hub_folder: Path, files: Mapping[str, bytes], said: str
) -> None:
    with pytest.raises(BadInputError, match=said):
        found(hub, hub_folder, files)


def test_labels_that_transformers_leaves_out_are_its_default(hub: HubStandIn, hub_folder: Path) -> None:
    assert found(hub, hub_folder, repository("model.onnx", config={"id2label": None})).labels == ("LABEL_0", "LABEL_1")


def test_one_output_gives_a_label_and_its_opposite(hub: HubStandIn, hub_folder: Path) -> None:
    model = found(hub, hub_folder, repository("model.onnx", config={"id2label": {"0": "hard"}}))
    assert (model.labels, model.one_logit) == (("not hard", "hard"), True)


def test_two_outputs_that_are_called_like_one_and_its_opposite_stay_two(hub: HubStandIn, hub_folder: Path) -> None:
    model = found(hub, hub_folder, repository("model.onnx", config={"id2label": {"0": "not hard", "1": "hard"}}))
    assert (model.labels, model.one_logit) == (("not hard", "hard"), False)


def test_labels_are_cut_and_cleaned(hub: HubStandIn, hub_folder: Path) -> None:
    named = {"0": "a\n\x00b" + "x" * 100, "1": "<script>"}
    model = found(hub, hub_folder, repository("model.onnx", config={"id2label": named}))
    assert model.labels == ("ab" + "x" * 58, "<script>")


def test_what_is_missing_to_run_it_is_said_with_the_command(
    hub: HubStandIn, hub_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = found(hub, hub_folder, repository("model.safetensors"))
    assert (model.needs, model.missing) == ("torch", "")

    def nowhere(_: str) -> None:
        return None

    monkeypatch.setattr("router_models.hub.extras.find_spec", nowhere)
    assert model.missing == "pip install torch transformers safetensors"


def test_offline_it_shows_the_same_with_its_age(hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes]) -> None:
    online = found(hub, hub_folder, bert)
    hub.status = 503
    offline = look_up(SOURCE, hub_folder)
    assert offline.offline
    assert offline.cached_at == online.repository.looked_up_at
    assert (offline.files, offline.labels) == (online.files, online.labels)


@pytest.mark.parametrize("about", ["private", "gated"])
def test_while_the_hub_is_down_no_token_opens_a_private_repository(
    hub: HubStandIn, hub_folder: Path, bert: Mapping[str, bytes], about: str
) -> None:
    hub.put(REPO, bert, **{about: True})
    assert look_up(SOURCE, hub_folder, hub.token).labels == ("easy", "hard")
    hub.status = 503
    for token in ("", "hf_anything", hub.token):
        with pytest.raises(UnavailableError, match="only the Hub can say who may see it"):
            look_up(SOURCE, hub_folder, token)
