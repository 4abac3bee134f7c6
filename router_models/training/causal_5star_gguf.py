"""Writes a fine-tuned LLM as a GGUF: a copy of the file it came from, in which only the trained tensors differ.

Trained matrices get 8 bits, norms stay in float32; tokenizer, templates and all other tensors are copied as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import PlaygroundError

ARCHITECTURE = "llama"
_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
"""Names inside a layer, in transformers → in a GGUF."""


def check_architecture(gguf: Path) -> None:
    """Raises before any training if the result could not be written.

    Raises:
        PlaygroundError: The LLM is no Llama.
    """
    from gguf import GGUFReader

    found = _metadata(GGUFReader(gguf), "general.architecture")
    if found != ARCHITECTURE:
        what = f"{gguf.name} is of the architecture {found}, and only {ARCHITECTURE} can be fine-tuned here."
        raise PlaygroundError(what, "Name another GGUF by LOCAL_LLM, or leave the LLM as it is and fit the head only.")


def write_tuned(source: Path, target: Path, tuned: Mapping[str, NDArray[np.float32]]) -> None:
    """Writes `source` with other weights.

    Args:
        source: The GGUF that the LLM was loaded from.
        target: The file to write.
        tuned: Parameters by their name in the trunk, such as `layers.29.mlp.up_proj.weight` or `norm.weight`.

    Raises:
        PlaygroundError: A parameter has no place in the file.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
    from gguf.quants import quantize

    reader = GGUFReader(source)
    heads = int(_metadata(reader, f"{ARCHITECTURE}.attention.head_count"))
    kv_heads = int(_metadata(reader, f"{ARCHITECTURE}.attention.head_count_kv"))
    renamed = {_gguf_name(name): value for name, value in tuned.items()}
    unknown = sorted(renamed.keys() - {tensor.name for tensor in reader.tensors})
    if unknown:
        raise PlaygroundError(f"{source.name} has no tensor {unknown[0]}.", "Fine-tune an LLM of plain Llama layers.")
    writer = GGUFWriter(target, ARCHITECTURE)
    _copy_metadata(reader, writer)
    for tensor in reader.tensors:
        if tensor.name not in renamed:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        value = renamed[tensor.name]
        if ".attn_q." in tensor.name or ".attn_k." in tensor.name:
            value = interleaved(value, heads if ".attn_q." in tensor.name else kv_heads)
        kind = GGMLQuantizationType.F32 if value.ndim == 1 else GGMLQuantizationType.Q8_0
        writer.add_tensor(tensor.name, quantize(value, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def interleaved(weights: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows of a query or key matrix, (heads × size, width), in the order in which llama.cpp rotates them.

    transformers rotates a head's first half against its second, llama.cpp each even row against the next odd one.
    """
    half = weights.shape[0] // heads // 2
    return np.ascontiguousarray(weights.reshape(heads, 2, half, -1).swapaxes(1, 2).reshape(weights.shape))


def _gguf_name(name: str) -> str:
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    inner, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{_NAMES.get(inner, inner)}.{kind}"


def _metadata(reader: Any, key: str) -> Any:  # noqa: ANN401  a GGUF's fields are of many types
    field = reader.get_field(key)
    return field.contents() if field else None


def _copy_metadata(reader: Any, writer: Any) -> None:  # noqa: ANN401
    from gguf import GGUFValueType

    for field in reader.fields.values():
        if field.name == "general.architecture" or field.name.startswith("GGUF."):
            continue  # the writer makes these itself
        kind = field.types[0]
        of_items = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=of_items)
