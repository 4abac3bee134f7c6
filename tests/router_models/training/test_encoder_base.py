"""Any encoder of the Hub can be the base: it is loaded, trained, exported and served like MiniLM."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from transformers import AutoModel

from benchmarks.split import question_key
from errors import PlaygroundError
from router_models.encoder import LOWER_FILE, Encoders
from router_models.encoder_routers import HEAD_FILE, QualityHead
from router_models.prompt_batch import PromptBatch
from router_models.training import encoder_trace
from router_models.training.encoder import FOLDER, export
from router_models.training.encoder_base import IN_PARTS, base_tokenizer, load_network, new_network
from router_models.training.encoder_batches import tokenize
from router_models.training.encoder_data import Examples
from router_models.training.encoder_fit import Cached, Recipe, fit, for_width, predict
from router_models.training.encoder_names import CHAT, N_ROUTES, QUALITY
from router_models.training.encoder_network import RoutingEncoder, save_network
from router_models.training.encoder_traced_weights import in_8_bits
from router_models.training.encoder_whole import WholeEncoder, layers_of
from router_models.training.frozen_encoder import write_tokenizer
from tests.router_models.training.base_encoders import KINDS, LAYERS, TEXTS, WIDTH, config_of, write_base

WHOLE = tuple(kind for kind in KINDS if kind not in (*IN_PARTS, "xlm-roberta", "mpnet"))
"""One of each family; XLM-R is RoBERTa with another tokenizer, MPNet adds distances to it."""

RECIPE = Recipe(epochs=1, batch_size=4, learning_rate=1e-3, soup=1)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder per kind of base."""
    return {kind: write_base(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}


def _network(base: Path) -> RoutingEncoder:
    """With heads far enough from even odds that a fault would show."""
    torch.manual_seed(1)
    network = new_network(base, frozen_layers=2)
    torch.nn.init.normal_(network.quality_head.weight, std=0.1)
    torch.nn.init.normal_(network.chat_head.outer.weight, std=0.1)
    return network.eval()


def _native(network: RoutingEncoder, base: Path, text: str) -> dict[str, NDArray[np.float32]]:
    """Distribution (n_routes,) per head of one prompt alone."""
    ids = torch.tensor(tokenize(base_tokenizer(base), [text], 256))
    with torch.inference_mode():
        logits = network(ids, torch.ones_like(ids))
    return {name: values[0].softmax(dim=0).numpy() for name, values in logits.items()}


def _served(encoders: Encoders, head: QualityHead, texts: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    """Distributions (n, n_routes) per head, as the panel's routers compute them."""
    batch = PromptBatch(texts)
    logits = {CHAT: encoders.chat_logits(batch), QUALITY: head.logits(encoders.tuned_stem.means(batch))}
    return {name: torch.tensor(values).softmax(dim=1).numpy() for name, values in logits.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_served_is_the_network(kind: str, bases: dict[str, Path], tmp_path: Path) -> None:
    network = _network(bases[kind])
    write_tokenizer(bases[kind], tmp_path / FOLDER)
    files = export(network, tmp_path, own_stem=True, prompts=TEXTS)
    assert all((tmp_path / file).is_file() for names in files.values() for file in names)
    encoders = Encoders(tmp_path, threads=1)
    head = QualityHead(tmp_path / "encoder-quality" / HEAD_FILE)
    together = _served(encoders, head, TEXTS)
    for row, text in enumerate(TEXTS):
        native, alone = _native(network, bases[kind], text), _served(encoders, head, (text,))
        for name in N_ROUTES:
            assert np.abs(together[name][row] - native[name]).max() <= 0.03
            assert np.abs(together[name][row] - alone[name][0]).max() <= 1e-3
    assert np.ptp(together[CHAT], axis=0).max() > 0.05, "all prompts get the same answer: the comparison shows nothing"


def _weight_bytes(graph: onnx.GraphProto) -> int:
    return sum(onnx.numpy_helper.to_array(tensor).nbytes for tensor in graph.initializer)


@pytest.mark.parametrize("kind", WHOLE)
def test_8_bits_halve_the_weights_and_are_kept_only_if_they_agree(
    kind: str, bases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = _network(bases[kind])
    assert isinstance(network, WholeEncoder)
    ids = tokenize(base_tokenizer(bases[kind]), TEXTS, 256)
    assert encoder_trace.export_whole(network, tmp_path / "small", ids)
    assert encoder_trace.largest_change(network, tmp_path / "small", ids) <= encoder_trace.LARGEST_CHANGE
    monkeypatch.setattr(encoder_trace, "LARGEST_CHANGE", 1e-7)
    assert not encoder_trace.export_whole(network, tmp_path / "exact", ids)
    assert encoder_trace.largest_change(network, tmp_path / "exact", ids) <= 1e-5
    small, exact = (onnx.load(tmp_path / name / LOWER_FILE).graph for name in ("small", "exact"))
    assert _weight_bytes(small) < 0.5 * _weight_bytes(exact)
    assert [node.op_type for node in small.node].count("MatMulNBits") >= 4 * LAYERS


@pytest.mark.parametrize("kind", WHOLE)
def test_only_the_upper_half_is_trained_and_it_learns(kind: str, bases: dict[str, Path]) -> None:
    network = _network(bases[kind])
    before = {key: value.clone() for key, value in network.trunk.state_dict().items()}
    prompts = tuple(f"{ask} {n}" for n in range(4) for ask in ("hello", "write an essay on", "prove step by step"))
    keys = tuple(question_key(prompt) for prompt in prompts)
    examples = Examples(CHAT, prompts, keys, np.tile(np.eye(3), (4, 1)), ("own",) * 12)
    cached = Cached(network, base_tokenizer(bases[kind]), examples, RECIPE)

    def loss() -> float:
        logits = torch.tensor(predict(network, cached, RECIPE))
        return float(torch.nn.functional.cross_entropy(logits, torch.tensor(examples.targets)))

    at_first = loss()
    fit(network, cached, Recipe(epochs=3, batch_size=4, learning_rate=1e-3), seed=0)
    assert loss() < at_first
    changed = {key for key, value in network.trunk.state_dict().items() if not torch.equal(value, before[key])}
    names = {id(parameter): key for key, parameter in network.trunk.named_parameters()}
    upper = {names[id(p)] for layer in layers_of(network.trunk)[LAYERS // 2 :] for p in layer.parameters()}
    assert changed
    assert changed <= upper


@pytest.mark.parametrize("kind", ["distilbert", "roberta"])
def test_a_saved_network_comes_back(kind: str, bases: dict[str, Path], tmp_path: Path) -> None:
    network = new_network(bases[kind]).eval()
    save_network(network, tmp_path)
    ids = torch.tensor(tokenize(base_tokenizer(bases[kind]), [TEXTS[1]], 64))
    with torch.inference_mode():
        expected, found = network(ids, torch.ones_like(ids)), load_network(tmp_path)(ids, torch.ones_like(ids))
    assert all(torch.equal(expected[name], found[name]) for name in N_ROUTES)


@pytest.mark.parametrize("kind", KINDS)
def test_no_tokenizer_cuts_or_pads(kind: str, bases: dict[str, Path]) -> None:
    short, long = (len(row) for row in tokenize(base_tokenizer(bases[kind]), ["x", "word " * 300], 10_000))
    assert short < 8
    assert long > 300


def test_pickled_weights_are_read_as_numbers_only(bases: dict[str, Path], tmp_path: Path) -> None:
    folder = write_base("bert", tmp_path)
    state = AutoModel.from_config(config_of("bert")).state_dict()
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")
    words = new_network(folder, 2).trunk.state_dict()["embeddings.word_embeddings.weight"]
    assert torch.equal(words, state["embeddings.word_embeddings.weight"])
    torch.save({"weight": Path("not a tensor")}, folder / "pytorch_model.bin")
    with pytest.raises(PlaygroundError, match="cannot be read") as caught:
        new_network(folder, 2)
    assert caught.value.mend


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"max_position_embeddings": 64}, "64 positions"),
        ({"model_type": "no-such-model"}, "cannot be loaded"),
        ({"model_type": None, "architectures": None}, "cannot be loaded"),
    ],
)
def test_an_unfit_base_is_refused_with_a_mend(change: dict[str, object], complaint: str, tmp_path: Path) -> None:
    folder = write_base("modernbert", tmp_path)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | change), encoding="utf-8")
    with pytest.raises(PlaygroundError, match=complaint) as caught:
        new_network(folder)
    assert caught.value.mend


def test_a_graph_that_is_not_the_network_is_refused(
    bases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = _network(bases["modernbert"])
    assert isinstance(network, WholeEncoder)
    other = _network(bases["modernbert"])
    torch.nn.init.normal_(other.trunk.embeddings.tok_embeddings.weight)
    trace = encoder_trace._trace
    monkeypatch.setattr(encoder_trace, "_trace", lambda _, path: trace(other, path))
    ids = tokenize(base_tokenizer(bases["modernbert"]), TEXTS, 256)
    with pytest.raises(PlaygroundError, match="changes probabilities") as caught:
        encoder_trace.export_whole(network, tmp_path, ids)
    assert caught.value.mend


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaygroundError, match=r"config\.json"):
        new_network(tmp_path)
    with pytest.raises(PlaygroundError, match="tokenizer"):
        base_tokenizer(tmp_path)


def test_matrices_that_no_block_fits_stay_float32() -> None:
    weight = onnx.numpy_helper.from_array(np.ones((30, 5), np.float32), "weight")
    node = onnx.helper.make_node("MatMul", ["x", "weight"], ["y"])
    value = onnx.helper.make_tensor_value_info
    ends = ([value("x", 1, ("n", 30))], [value("y", 1, ("n", 5))])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "small", *ends, [weight]))
    assert [new.op_type for new in in_8_bits(model).graph.node] == ["MatMul"]


def test_the_rate_falls_with_the_square_of_the_width() -> None:
    assert for_width(Recipe(), 384) == Recipe()
    assert for_width(Recipe(), 768).learning_rate == pytest.approx(Recipe().learning_rate / 4)
    assert WIDTH < 384
