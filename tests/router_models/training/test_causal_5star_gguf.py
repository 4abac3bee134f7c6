"""GGUF files with tuned weights: a file of one narrow layer, and transformers' own reading of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from gguf.quants import dequantize, quantize

from errors import PlaygroundError
from router_models.training.causal_5star_gguf import check_architecture, interleaved, write_tuned

WIDTH, HEADS, KV_HEADS = 64, 4, 2


def small_gguf(path: Path, architecture: str = "llama") -> Path:
    rng = np.random.default_rng(0)
    writer = GGUFWriter(path, architecture)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_token_list(["<unk>", "a", "ä"])
    writer.add_array("tokenizer.ggml.scores", [0.0, 1.5])
    for name, rows in (("attn_q", WIDTH), ("attn_k", WIDTH // 2), ("ffn_up", WIDTH)):
        matrix = rng.normal(size=(rows, WIDTH)).astype(np.float32)
        kind = GGMLQuantizationType.Q4_1
        writer.add_tensor(f"blk.0.{name}.weight", quantize(matrix, kind), raw_dtype=kind)
    for name in ("blk.0.attn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", rng.normal(size=WIDTH).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tensors(path: Path) -> dict[str, Any]:
    return {tensor.name: tensor for tensor in GGUFReader(path).tensors}


def test_only_tuned_tensors_differ_and_they_come_back(tmp_path: Path) -> None:
    source, target = small_gguf(tmp_path / "source.gguf"), tmp_path / "target.gguf"
    rng = np.random.default_rng(1)
    norm, up = rng.normal(size=WIDTH).astype(np.float32), rng.normal(size=(WIDTH, WIDTH)).astype(np.float32)
    write_tuned(source, target, {"norm.weight": norm, "layers.0.mlp.up_proj.weight": up})
    old, new = tensors(source), tensors(target)
    assert list(old) == list(new)
    differing = {name for name in old if not np.array_equal(old[name].data, new[name].data)}
    assert differing == {"output_norm.weight", "blk.0.ffn_up.weight"}
    assert np.array_equal(new["output_norm.weight"].data, norm)
    written = new["blk.0.ffn_up.weight"]
    assert np.abs(dequantize(written.data, written.tensor_type) - up).max() < np.abs(up).max() / 200


def test_tokenizer_and_shape_are_copied(tmp_path: Path) -> None:
    source, target = small_gguf(tmp_path / "source.gguf"), tmp_path / "target.gguf"
    write_tuned(source, target, {"norm.weight": np.ones(WIDTH, np.float32)})
    old, new = GGUFReader(source).fields, GGUFReader(target).fields
    assert {name: field.contents() for name, field in old.items()} == {
        name: field.contents() for name, field in new.items()
    }


@pytest.mark.parametrize(("name", "inner", "heads"), [("attn_q", "q_proj", HEADS), ("attn_k", "k_proj", KV_HEADS)])
def test_queries_and_keys_are_read_back_as_they_were(tmp_path: Path, name: str, inner: str, heads: int) -> None:
    from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

    source, target = small_gguf(tmp_path / "source.gguf"), tmp_path / "target.gguf"
    tuned = np.random.default_rng(2).normal(size=(heads * WIDTH // HEADS, WIDTH)).astype(np.float32)
    write_tuned(source, target, {f"layers.0.self_attn.{inner}.weight": tuned})
    written = tensors(target)[f"blk.0.{name}.weight"]
    reader = LlamaTensorProcessor({"num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS})
    read = reader.process(dequantize(written.data, written.tensor_type), f"blk.0.{name}.weight").weights
    assert np.abs(read - tuned).max() < np.abs(tuned).max() / 200


def test_each_row_of_a_heads_first_half_stands_before_its_partner() -> None:
    rows = np.arange(16, dtype=np.float32).reshape(8, 2)  # two heads of four rows
    assert interleaved(rows, heads=2)[:, 0].tolist() == [0, 4, 2, 6, 8, 12, 10, 14]


def test_weights_without_a_place_are_refused(tmp_path: Path) -> None:
    source = small_gguf(tmp_path / "source.gguf")
    with pytest.raises(PlaygroundError, match=r"no tensor blk\.7\.ffn_up"):
        write_tuned(
            source, tmp_path / "new.gguf", {"layers.7.mlp.up_proj.weight": np.zeros((WIDTH, WIDTH), np.float32)}
        )


def test_other_architectures_are_refused_before_training(tmp_path: Path) -> None:
    check_architecture(small_gguf(tmp_path / "llama.gguf"))
    with pytest.raises(PlaygroundError, match="architecture gpt2, and only llama"):
        check_architecture(small_gguf(tmp_path / "gpt2.gguf", "gpt2"))
