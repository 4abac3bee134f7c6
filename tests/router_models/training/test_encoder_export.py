"""MiniLM becomes a DistilBERT, a DistilBERT becomes ONNX, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertModel, DistilBertConfig, DistilBertModel

from router_models.encoder import CHUNK, EMBEDDING, LOWER_FILE, MEANS, STATES, UPPER_FILE, Encoders
from router_models.encoder_routers import HEAD_FILE, QualityHead
from router_models.onnx_model import OnnxModel
from router_models.prompt_batch import PromptBatch
from router_models.training.distilbert import MINILM, find_base, load_trunk
from router_models.training.encoder_base import load_network
from router_models.training.encoder_batches import token_mask
from router_models.training.encoder_from_onnx import load_served
from router_models.training.encoder_names import CHAT, N_ROUTES, QUALITY
from router_models.training.encoder_network import RoutingEncoder, mean_pool, save_network
from router_models.training.encoder_weights import (
    Float32Weights,
    Int8Weights,
    Weights,
    dequantize_blocks,
    dequantize_rows,
    quantize_blocks,
    quantize_rows,
)
from router_models.training.export_onnx import (
    export_chat_encoder,
    export_lower,
    export_quality_head,
    export_sentence_encoder,
)
from router_models.training.frozen_encoder import write_tokenizer
from router_models.wordpiece import WordPiece

WEIGHTS = Path(__file__).parents[3] / "router_models" / "weights"
TEXTS = (
    "Name three rivers that cross a border.",
    "Prove that the sum of two odd numbers is even, then generalise the statement.",
    "def swap(a, b): return b, a  # why does this work?",
    "हिन्दी में एक छोटा वाक्य लिखो",
    "مرحبا، كيف أصل إلى المحطة؟",
    "Zalgo: t̶̢͝e̵͓̽x̷̠̀t̶̨̛ and a zero\u200bwidth space",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "ＦＵＬＬ ｗｉｄｔｈ ﬁ ligature ½",
    "x",
    "?!",
    "今天的天气怎么样？请用一句话回答。",
    "word " * 300,
)


@pytest.fixture(scope="module")
def small_network() -> RoutingEncoder:
    """Random weights, real architecture."""
    torch.manual_seed(3)
    config = DistilBertConfig(
        vocab_size=300,
        max_position_embeddings=64,
        dim=128,
        hidden_dim=256,
        n_layers=4,
        n_heads=4,
        initializer_range=0.1,
    )
    network = RoutingEncoder(DistilBertModel(config), frozen_layers=3)
    torch.nn.init.normal_(network.quality_head.weight, std=0.1)
    return network.eval()


@pytest.fixture(scope="module")
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask of prompts from 3 to 64 tokens."""
    lengths = torch.tensor([64, 3, 17, 40, 5])
    ids = torch.randint(1, 300, (5, 64), generator=torch.Generator().manual_seed(0))
    return ids * token_mask(lengths), token_mask(lengths)


def _export(network: RoutingEncoder, folder: Path, weights: Weights) -> None:
    """Writes all parts of a network with a stem of its own."""
    export_lower(network.trunk, network.frozen_layers, folder / "tuned-encoder" / LOWER_FILE, weights)
    export_sentence_encoder(network.trunk, network.frozen_layers, folder / "encoder" / UPPER_FILE, weights)
    export_chat_encoder(network, folder / "tuned-encoder" / UPPER_FILE, weights)
    export_quality_head(network, folder / "encoder-quality" / HEAD_FILE)


def _run(folder: Path, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, NDArray[np.float32]]:
    """What the exported parts give together: both heads' logits, and the embedding."""
    lower = OnnxModel(folder / "tuned-encoder" / LOWER_FILE, [STATES, MEANS])
    states, means = lower.run(input_ids=ids.numpy(), attention_mask=mask.numpy())
    chat = OnnxModel(folder / "tuned-encoder" / UPPER_FILE, [CHAT])
    sentence = OnnxModel(folder / "encoder" / UPPER_FILE, [EMBEDDING])
    return {
        CHAT: chat.run(states=states, attention_mask=mask.numpy())[0],
        QUALITY: QualityHead(folder / "encoder-quality" / HEAD_FILE).logits(means),
        EMBEDDING: sentence.run(states=states, attention_mask=mask.numpy())[0],
    }


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    return torch.tensor(np.asarray(logits, np.float64)).softmax(dim=1).numpy()


def test_minilm_as_distilbert_gives_minilms_embeddings() -> None:
    folder = find_base(MINILM)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(128)
    encoded = tokenizer.encode_batch(list(TEXTS))
    ids = torch.tensor([row.ids for row in encoded])
    mask = torch.tensor([row.attention_mask for row in encoded])
    with torch.inference_mode():
        bert = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
        expected = mean_pool(bert(ids, attention_mask=mask).last_hidden_state, mask)
        found = mean_pool(load_trunk(folder)(ids, attention_mask=mask).last_hidden_state, mask)
    assert torch.nn.functional.normalize(found).sub(torch.nn.functional.normalize(expected)).abs().max() <= 1e-4


def test_lower_and_upper_layers_together_are_the_trunk(
    small_network: RoutingEncoder, batch: tuple[torch.Tensor, torch.Tensor]
) -> None:
    ids, mask = batch
    with torch.inference_mode():
        _, lower = small_network.lower(ids, mask)
        top = small_network.trunk(ids, attention_mask=mask).last_hidden_state
        features = small_network.top_features(lower, mask)
    dim = small_network.trunk.config.dim
    assert torch.allclose(features[:, :dim], mean_pool(top, mask), atol=1e-5)
    assert torch.allclose(features[:, dim : 2 * dim], top[:, 0], atol=1e-5)


def test_float32_export_agrees_with_torch(
    small_network: RoutingEncoder, batch: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    _export(small_network, tmp_path, Float32Weights())
    ids, mask = batch
    found = _run(tmp_path, ids, mask)
    with torch.inference_mode():
        expected = small_network(ids, mask)
        pooled = mean_pool(small_network.trunk(ids, attention_mask=mask).last_hidden_state, mask)
    for name in N_ROUTES:
        assert np.abs(_softmax(found[name]) - _softmax(expected[name].numpy())).max() <= 1e-4
    assert np.allclose(np.linalg.norm(found[EMBEDDING], axis=1), 1, atol=1e-5)
    assert np.abs(found[EMBEDDING] - torch.nn.functional.normalize(pooled).numpy()).max() <= 1e-4


def test_8_bit_export_agrees_with_torch_and_does_not_depend_on_batch_mates(
    small_network: RoutingEncoder, batch: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    _export(small_network, tmp_path, Int8Weights())
    ids, mask = batch
    together = _run(tmp_path, ids, mask)
    rebuilt = load_served(tmp_path)
    with torch.inference_mode():
        exact, dequantised = small_network(ids, mask), rebuilt(ids, mask)
    for name in N_ROUTES:
        p = _softmax(together[name])
        assert np.abs(p - _softmax(exact[name].numpy())).max() <= 0.03
        assert np.abs(p - _softmax(dequantised[name].numpy())).max() <= 0.03
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        alone = _run(tmp_path, ids[row : row + 1, :length], mask[row : row + 1, :length])
        for name in N_ROUTES:
            assert np.abs(_softmax(alone[name]) - _softmax(together[name])[row]).max() <= 1e-3


def test_saved_network_comes_back(
    small_network: RoutingEncoder, batch: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    save_network(small_network, tmp_path)
    loaded = load_network(tmp_path)
    with torch.inference_mode():
        for name, logits in small_network(*batch).items():
            assert torch.equal(loaded(*batch)[name], logits)


@pytest.mark.parametrize("scale", [0.0, 1e-6, 1.0, 1e4])
def test_8_bit_codes_are_within_half_a_step(scale: float) -> None:
    weight = (np.random.default_rng(0).normal(size=(7, 192)) * scale).astype(np.float32)
    step = np.abs(weight).max() / 127
    assert np.abs(dequantize_blocks(*quantize_blocks(weight)) - weight).max() <= step * 0.51
    assert np.abs(dequantize_rows(*quantize_rows(weight)) - weight).max() <= step * 0.51


def test_embedded_tuned_encoder_is_its_dequantised_torch_network() -> None:
    encoders, batch = Encoders(WEIGHTS), PromptBatch(TEXTS)
    head = QualityHead(WEIGHTS / "encoder-quality" / HEAD_FILE)
    served = {CHAT: encoders.chat_logits(batch), QUALITY: head.logits(encoders.tuned_stem.means(batch))}
    network = load_served(WEIGHTS)
    for rows, ids, mask in encoders.tokenized(batch).micro_batches(256):
        with torch.inference_mode():
            logits = network(torch.tensor(ids), torch.tensor(mask))
        for name in N_ROUTES:
            assert np.abs(_softmax(served[name][rows]) - _softmax(logits[name].numpy())).max() <= 0.03


def test_embedded_encoders_do_not_depend_on_batch_mates() -> None:
    encoders, together = Encoders(WEIGHTS), PromptBatch(TEXTS)
    for row, text in enumerate(TEXTS):
        alone = PromptBatch([text])
        change = _softmax(encoders.chat_logits(alone))[0] - _softmax(encoders.chat_logits(together))[row]
        assert np.abs(change).max() <= 1e-3
        assert np.abs(encoders.embeddings(alone)[0] - encoders.embeddings(together)[row]).max() <= 1e-3
        assert np.abs(encoders.lower_means(alone)[0] - encoders.lower_means(together)[row]).max() <= 1e-3


def test_a_long_batch_gives_what_short_ones_give() -> None:
    encoders = Encoders(WEIGHTS)
    prompts = [f"Prompt number {n} {'and so on ' * (n % 7)}" for n in range(CHUNK + 40)]
    whole = encoders.chat_logits(PromptBatch(prompts))
    rest = encoders.chat_logits(PromptBatch(prompts[CHUNK - 5 :]))
    assert np.abs(_softmax(whole[CHUNK - 5 :]) - _softmax(rest)).max() <= 1e-3


def test_embedded_frozen_encoder_is_close_to_minilm() -> None:
    encoders, batch = Encoders(WEIGHTS), PromptBatch(TEXTS)
    embedding = encoders.embeddings(batch)
    trunk = load_trunk(find_base(MINILM))
    for rows, ids, mask in encoders.tokenized(batch).micro_batches(256):
        with torch.inference_mode():
            hidden = trunk(torch.tensor(ids), attention_mask=torch.tensor(mask)).last_hidden_state
        exact = torch.nn.functional.normalize(mean_pool(hidden, torch.tensor(mask))).numpy()
        assert (embedding[rows] * exact).sum(axis=1).min() >= 0.99


def test_tokenizer_neither_cuts_nor_pads(tmp_path: Path) -> None:
    write_tokenizer(find_base(MINILM), tmp_path)
    short, long = WordPiece(tmp_path / "tokenizer.json")(["short", "long " * 1000]).counts
    assert (short, long) == (3, 1002)
