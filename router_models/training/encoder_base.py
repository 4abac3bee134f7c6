"""Networks and tokenizers for whatever `--base` names: a BERT or DistilBERT in parts, any other encoder whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import PlaygroundError
from router_models.encoder import MAX_TOKENS
from router_models.training.distilbert import load_trunk
from router_models.training.encoder_network import FROZEN_LAYERS, NATIVE_FILE, RoutingEncoder
from router_models.training.encoder_whole import WholeEncoder

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PretrainedConfig, PreTrainedModel

TOKENIZER_FILE = "tokenizer.json"
IN_PARTS = ("bert", "distilbert")
"""Kinds of base that become a DistilBERT (`distilbert.load_trunk`)."""

_RESERVED_POSITIONS = 2
"""RoBERTa numbers its positions from 2 on."""

_LIKE = "Choose an encoder like BERT, RoBERTa, DeBERTa or ModernBERT as --base."


def new_network(base: Path, frozen_layers: int = FROZEN_LAYERS) -> RoutingEncoder:
    """The untrained network on a base encoder's weights; the heads are drawn at random.

    Args:
        base: Folder with `config.json` and weights in the Hub's layout.
        frozen_layers: Layers that a network in parts keeps; one that is served whole keeps the lower half.

    Raises:
        PlaygroundError: The base is no encoder, reads too few tokens, or its files do not fit together.
    """
    if kind_of(base) in IN_PARTS:
        return RoutingEncoder(load_trunk(base), frozen_layers)
    return WholeEncoder(_load_any(base))


def load_network(folder: Path) -> RoutingEncoder:
    """Reads what `save_network` wrote, in evaluation mode."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    trunk = AutoModel.from_config(AutoConfig.from_pretrained(folder))  # type: ignore[no-untyped-call]
    network = RoutingEncoder(trunk) if kind_of(folder) in IN_PARTS else WholeEncoder(trunk)
    network.load_state_dict(load_file(folder / NATIVE_FILE))
    return network.eval()


def kind_of(folder: Path) -> str:
    """The architecture's name in `config.json`, such as `distilbert`.

    Raises:
        PlaygroundError: There is no such file, or no name in it.
    """
    try:
        return str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PlaygroundError(f"{folder} holds no model with a readable config.json: {error}.", _LIKE) from error


def base_tokenizer(base: Path) -> Tokenizer:
    """A base encoder's tokenizer, neither cutting nor padding; converted where there is no `tokenizer.json`.

    Raises:
        PlaygroundError: There is none, or it cannot be converted.
    """
    from tokenizers import Tokenizer

    if (base / TOKENIZER_FILE).is_file():
        tokenizer = Tokenizer.from_file(str(base / TOKENIZER_FILE))
    else:
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(base).backend_tokenizer
        except Exception as error:  # transformers raises many kinds, all of which mean: not to be converted
            mend = "Choose a base with a tokenizer.json, or run `pip install sentencepiece` and try again."
            raise PlaygroundError(f"The tokenizer of {base} cannot be read: {error}.", mend) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load_any(base: Path) -> PreTrainedModel:
    import torch
    from transformers import AutoModel

    try:
        trunk: Any = AutoModel.from_pretrained(base, dtype=torch.float32)
    except Exception as error:  # transformers raises many kinds, all of which mean: not to be had
        raise PlaygroundError(f"The base encoder in {base} cannot be loaded: {error}.", _LIKE) from error
    _check(trunk.config)
    found: PreTrainedModel = trunk.eval()
    return found


def _check(config: PretrainedConfig) -> None:
    if config.is_encoder_decoder:
        raise PlaygroundError(f"A '{config.model_type}' has a decoder.", _LIKE)
    positions = getattr(config, "max_position_embeddings", None)
    if positions is not None and positions < MAX_TOKENS + _RESERVED_POSITIONS:
        raise PlaygroundError(
            f"The base has {positions} positions, but routers read {MAX_TOKENS} tokens.",
            f"Choose one with at least {MAX_TOKENS + _RESERVED_POSITIONS}.",
        )
