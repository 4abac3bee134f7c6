"""Classifiers as routers: ONNX and safetensors say what transformers says, and defects are said."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from tokenizers import Tokenizer

from errors import BadInputError, PlaygroundError, UnavailableError
from router_models.base import softmax
from router_models.encoder import Encoders
from router_models.hub.choice import Kind
from router_models.hub.classifier import HubClassifierRouter, classifier_card, open_classifier
from router_models.hub.listing import HubModel, look_up
from router_models.hub.network import Outputs, label_probabilities
from router_models.hub.onnx_network import OnnxNetwork
from router_models.hub.source import HubSource
from router_models.hub.tokens import HubTokenizer, reading_limit
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from tests.router_models.graphs import constant_graph, endless_graph, graph_file
from tests.router_models.hub.conftest import ROUTES
from tests.router_models.hub.stand_in import HubStandIn
from tests.router_models.hub.tiny import LONG, PROMPTS, ROUNDING, files_of, logits_of, without, write_classifier

THREE = {"low": "simple", "medium": "general", "high": "reasoning"}


def model_of(folder: Path, hub: HubStandIn, hub_folder: Path, kind: Kind) -> HubModel:
    files = files_of(folder)
    hub.put(f"a/{kind}", files if kind == "onnx" else without(files, ".onnx"))
    model = look_up(HubSource(f"a/{kind}"), hub_folder)
    assert model.kind == kind
    return model


def router_of(folder: Path, model: HubModel, routes: Mapping[str, str]) -> HubClassifierRouter:
    return HubClassifierRouter(classifier_card("hub-x", model, routes), folder, Encoders(WEIGHTS), model, routes)


@pytest.mark.parametrize("kind", ["onnx", "safetensors"])
def test_both_formats_say_what_transformers_says(
    bert_folder: Path, hub: HubStandIn, hub_folder: Path, kind: Kind
) -> None:
    router = router_of(bert_folder, model_of(bert_folder, hub, hub_folder, kind), ROUTES)
    expected = softmax(logits_of(bert_folder, PROMPTS))
    assert np.ptp(expected[:, 1]) > 0.02  # else the comparison would say nothing
    np.testing.assert_allclose(router.predict_proba(PROMPTS), expected, atol=ROUNDING)


def test_it_takes_as_many_threads_as_the_panels_encoders(bert_folder: Path, hub: HubStandIn, hub_folder: Path) -> None:
    model = model_of(bert_folder, hub, hub_folder, "onnx")
    card = classifier_card("hub-x", model, ROUTES)
    router = HubClassifierRouter(card, bert_folder, Encoders(WEIGHTS, threads=1), model, ROUTES)
    router.load()
    network: Any = vars(router._classifier)["_network"]
    assert network._session.get_session_options().intra_op_num_threads == 1


@pytest.mark.parametrize("kind", ["distilbert", "xlm-roberta", "deberta-v2", "modernbert"])
def test_other_families_with_three_labels_in_any_order(
    kind: str, hub: HubStandIn, hub_folder: Path, tmp_path: Path
) -> None:
    folder = write_classifier(tmp_path / kind, kind, ("high", "low", "medium"))
    expected = softmax(logits_of(folder, PROMPTS))[:, [1, 2, 0]]
    for weights in ("onnx", "safetensors"):
        router = router_of(folder, model_of(folder, hub, hub_folder, weights), THREE)  # type: ignore[arg-type]
        assert router.routes == ("simple", "general", "reasoning")
        np.testing.assert_allclose(router.predict_proba(PROMPTS), expected, atol=ROUNDING)


def test_long_prompts_are_cut_where_the_network_ends_and_that_is_said(
    hub: HubStandIn, hub_folder: Path, tmp_path: Path
) -> None:
    folder = write_classifier(tmp_path / "x", "xlm-roberta")
    router = router_of(folder, model_of(folder, hub, hub_folder, "onnx"), ROUTES)
    batch = PromptBatch([LONG, "x"])
    scores = router.score(batch)
    np.testing.assert_allclose(scores[0].probabilities, softmax(logits_of(folder, [LONG], 256))[0], atol=ROUNDING)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    count = len(tokenizer.encode(LONG).ids)
    said = f"Reads the first 256 of this prompt's {count:,} tokens; the rest did not count."
    assert scores[0].warnings == (said,)
    assert scores[1].warnings == ()


def test_its_evidence_names_the_label(bert_folder: Path, hub: HubStandIn, hub_folder: Path) -> None:
    router = router_of(bert_folder, model_of(bert_folder, hub, hub_folder, "onnx"), {"easy": "strong", "hard": "weak"})
    score = router.score(PromptBatch([PROMPTS[0]]))[0]
    p_hard = softmax(logits_of(bert_folder, PROMPTS[:1]))[0, 1]
    named, p = ("hard", p_hard) if p_hard >= 0.5 else ("easy", 1 - p_hard)
    assert score.evidence == f"its label “{named}” has {p:.2f}"
    assert score.distribution["weak"] == pytest.approx(p_hard, abs=ROUNDING)


def test_its_card_says_that_nothing_was_measured(bert_folder: Path, hub: HubStandIn, hub_folder: Path) -> None:
    model = model_of(bert_folder, hub, hub_folder, "onnx")
    card = classifier_card("hub-x", model, ROUTES, threshold=0.3)
    assert (card.family, card.calibrated, card.figures, card.threshold) == ("hub", False, (), 0.3)
    assert "neither calibrated nor measured" in card.caution
    assert "easy → weak, hard → strong" in card.method
    assert model.commit in card.source
    assert len(card.files["onnx/model.onnx"]) == 64


def test_it_leaves_memory_and_comes_back(bert_folder: Path, hub: HubStandIn, hub_folder: Path) -> None:
    router = router_of(bert_folder, model_of(bert_folder, hub, hub_folder, "onnx"), ROUTES)
    before = router.predict_proba(PROMPTS)
    assert router.unload()
    assert not router.loaded
    np.testing.assert_array_equal(router.predict_proba(PROMPTS), before)


def model_with(labels: Sequence[str], **about: bool) -> HubModel:
    return HubModel(repository=None, kind="onnx", labels=tuple(labels), **about)  # type: ignore[arg-type]


def p_of(values: list[list[float]], model: HubModel, **about: bool) -> NDArray[np.float64]:
    return label_probabilities(Outputs(np.array(values), **about), model)


def test_outputs_become_probabilities_as_the_classifier_was_trained() -> None:
    pair = ("a", "b")
    np.testing.assert_allclose(p_of([[0.0, np.log(3)]], model_with(pair)), [[0.25, 0.75]])
    np.testing.assert_allclose(p_of([[np.log(3)]], model_with(pair, one_logit=True)), [[0.25, 0.75]])
    np.testing.assert_allclose(p_of([[-2000.0]], model_with(pair, one_logit=True)), [[1.0, 0.0]])
    both = p_of([[0.0, np.log(3)], [-5000.0, -5000.0]], model_with(pair, multi_label=True))
    np.testing.assert_allclose(both, [[0.4, 0.6], [0.5, 0.5]])
    np.testing.assert_allclose(p_of([[0.2, 0.8]], model_with(pair), normalised=True), [[0.2, 0.8]])


@pytest.mark.parametrize("values", [[[1.0, 2.0, 3.0]], [[1.0]], [[np.nan, 1.0]], [[np.inf, 1.0]]])
def test_outputs_that_fit_no_label_or_are_no_numbers_are_said(values: list[list[float]]) -> None:
    with pytest.raises(UnavailableError, match="outputs"):
        p_of(values, model_with(("a", "b")))


@pytest.mark.parametrize(
    ("config", "settings", "limit"),
    [
        ({"max_position_embeddings": 512}, {}, 512),
        ({"max_position_embeddings": 514}, {}, 512),
        ({"max_position_embeddings": 130}, {}, 128),
        ({"max_position_embeddings": 512}, {"model_max_length": 128}, 128),
        ({"max_position_embeddings": 8192}, {"model_max_length": int(1e30)}, 512),
        ({}, {}, 512),
        ({"max_position_embeddings": "512"}, {"model_max_length": "many"}, 512),
    ],
)
def test_how_far_it_reads(config: dict[str, object], settings: dict[str, object], limit: int) -> None:
    assert reading_limit(config, settings) == limit


@pytest.mark.parametrize("kind", [TensorProto.INT64, TensorProto.INT32])
@pytest.mark.parametrize("shape", [["n", "length"], [1, "length"], ["n", 16], [3, 16]])
def test_graphs_of_fixed_sizes_get_what_they_ask_for(
    bert_folder: Path, tmp_path: Path, shape: list[object], kind: int
) -> None:
    from router_models.hub.network import TokenClassifier

    inputs = dict.fromkeys(("input_ids", "attention_mask", "token_type_ids", "position_ids"), shape)
    network = OnnxNetwork(graph_file(tmp_path / "model.onnx", inputs, [shape[0], 2], kind), tmp_path)
    tokenizer = HubTokenizer(bert_folder)
    outputs = TokenClassifier(tokenizer, network)(PROMPTS)
    assert outputs.limit == (16 if shape[1] == 16 else 512)
    expected = [tokenizer([prompt])[0].ids[:2] for prompt in PROMPTS]
    np.testing.assert_array_equal(outputs.values, np.array(expected, dtype=float))


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"input_ids": ["n", "l"], "past_key_values": ["n", "l"]}, "asks for past_key_values"),
        ({"pixel_values": ["n", "l"]}, "asks for pixel_values"),
    ],
)
def test_graphs_that_ask_for_something_else_are_no_text_classifiers(
    tmp_path: Path, inputs: dict[str, list[object]], said: str
) -> None:
    path = graph_file(tmp_path / "model.onnx", {"input_ids": ["n", "l"], **inputs}, ["n", 2])
    with pytest.raises(BadInputError, match=said):
        OnnxNetwork(path, tmp_path)


def test_a_graph_that_never_ends_is_stopped_and_not_asked_again(tmp_path: Path, bert_folder: Path) -> None:
    path = endless_graph(tmp_path / "model.onnx")
    network = OnnxNetwork(path, tmp_path, seconds=0.5)
    batch = next(HubTokenizer(bert_folder).micro_batches(HubTokenizer(bert_folder)(["a prompt"])))
    with pytest.raises(UnavailableError, match=r"more than 0.5 s\."):
        network.run(batch)
    with pytest.raises(UnavailableError, match="not asked again"):
        network.run(batch)


@pytest.mark.parametrize(
    ("row", "last", "output"),
    [
        ([0.99, 0.01], (), "probabilities"),
        ([np.log(99), 0.0], ("Softmax",), "scores"),
        ([np.log(99), 0.0], ("Softmax", "Identity", "Cast"), "scores"),
        ([np.log(99), -np.log(99)], ("Sigmoid",), "output"),
        ([np.log(99), 0.0], (), "logits"),
        ([np.log(99), 0.0], ("Identity",), "scores"),
        ([np.log(99), 0.0], ("LogSoftmax",), "scores"),
    ],
)
def test_a_graph_that_gives_probabilities_is_not_taken_to_give_logits(
    bert_folder: Path,
    hub: HubStandIn,
    hub_folder: Path,
    tmp_path: Path,
    row: list[float],
    last: tuple[str, ...],
    output: str,
) -> None:
    folder = tmp_path / "constant"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_bytes((bert_folder / name).read_bytes())
    constant_graph(folder / "model.onnx", row, last, output)
    model = model_of(folder, hub, hub_folder, "onnx")
    outputs = open_classifier(model, folder)(PROMPTS)
    np.testing.assert_allclose(label_probabilities(outputs, model), [[0.99, 0.01]] * len(PROMPTS), atol=1e-5)


def test_a_kernel_that_a_configuration_names_is_not_looked_for(bert_folder: Path, tmp_path: Path) -> None:
    from router_models.hub.torch_network import TorchNetwork

    for path in (bert_folder / name for name in ("config.json", "tokenizer.json", "model.safetensors")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((bert_folder / "config.json").read_text())
    named = {**config, "attn_implementation": "kernels-community/attention"}
    (tmp_path / "config.json").write_text(json.dumps(named))
    tokenizer = HubTokenizer(tmp_path)
    batch = next(tokenizer.micro_batches(tokenizer([PROMPTS[0]])))
    found = TorchNetwork(tmp_path).run(batch)
    np.testing.assert_allclose(softmax(found), softmax(logits_of(bert_folder, PROMPTS[:1])), atol=ROUNDING)


def test_safetensors_without_the_classifiers_head_are_refused(
    bert_folder: Path, hub: HubStandIn, hub_folder: Path, tmp_path: Path
) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "headless"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_bytes((bert_folder / name).read_bytes())
    weights = load_file(bert_folder / "model.safetensors")
    kept = {name: array for name, array in weights.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    router = router_of(folder, model_of(folder, hub, hub_folder, "safetensors"), ROUTES)
    with pytest.raises(UnavailableError, match="lacks weights of the classifier"):
        router.load()


def test_a_tokenizer_that_cannot_be_read_is_said(
    bert_folder: Path, hub: HubStandIn, hub_folder: Path, tmp_path: Path
) -> None:
    model = model_of(bert_folder, hub, hub_folder, "onnx")
    folder = tmp_path / "broken"
    for name, content in files_of(bert_folder).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b'{"version": 1}' if name == "tokenizer.json" else content)
    with pytest.raises(UnavailableError, match=r"tokenizer\.json cannot be read"):
        router_of(folder, model, ROUTES).load()


def test_weights_of_another_number_of_labels_are_said_on_the_first_prompt(
    bert_folder: Path, hub: HubStandIn, hub_folder: Path
) -> None:
    model = dataclasses.replace(model_of(bert_folder, hub, hub_folder, "onnx"), labels=("a", "b", "c"))
    router = router_of(bert_folder, model, {"a": "weak", "b": "strong", "c": "strong"})
    with pytest.raises(PlaygroundError, match=r"gave 2 outputs, but its config\.json names 3 labels"):
        router.predict_proba(["a prompt"])


def test_a_pad_token_that_is_no_number_is_zero(bert_folder: Path, tmp_path: Path) -> None:
    config = json.loads((bert_folder / "config.json").read_text())
    (tmp_path / "tokenizer.json").write_bytes((bert_folder / "tokenizer.json").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({**config, "pad_token_id": None}))
    tokenizer = HubTokenizer(tmp_path)
    batch = next(tokenizer.micro_batches(tokenizer(["x", PROMPTS[0]])))
    assert batch.ids[0, -1] == 0
    assert batch.mask[0, -1] == 0
